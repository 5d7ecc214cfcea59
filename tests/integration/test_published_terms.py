"""Every published bond with enough terms is registered, each in its own currency."""

from __future__ import annotations

from pathlib import Path

from ledger import Ledger
from ledger.bootstrap.testing import CHEAP, FIRST_DAY, PASSPHRASE
from ledger.story import cast
from ledger.story.terms import judge, load

CURRENCIES = ("AUD", "CNY", "EUR", "GBP", "HKD", "JPY", "SEK", "USD")


def test_all_that_can_be_loaded_is(tmp_path: Path) -> None:
    judged = judge()
    banks = dict.fromkeys(CURRENCIES, cast.BANK)
    with Ledger.embedded(
        tmp_path / "ledger", replay=True, banks=banks, keystore_cost=CHEAP, passphrase=PASSPHRASE
    ) as ledger:
        ledger.operator.post_business_date(FIRST_DAY)
        numbers = load(ledger, judged)
        assert list(numbers) == [one.id for one in judged if one.terms] and len(numbers) == 45
        for one in judged:
            if one.terms is None:
                continue
            bond, terms = ledger.books.bond(numbers[one.id]), one.terms
            assert bond.state == "booking" and bond.currency == terms.amount.currency.code
            assert bond.denomination * bond.max_units == terms.amount.minor
            assert (bond.isin, bond.issue_date, bond.maturity) == (terms.isin, terms.issued, terms.maturity)
            assert bond.coupon_ppm == (terms.coupon_ppm or 0)
        assert {ledger.books.bond(number).currency for number in numbers.values()} == set(CURRENCIES)
