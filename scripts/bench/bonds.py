"""`make bench-bonds`: one coupon to many holders on the embedded chain: time, transactions, gas a holder.

    python -m scripts.bench.bonds [--holders 10000] [--batch 100] [--batch 400]

Every holder is an admitted account of its own with one unit. One coupon is paid for each batch size; the
first also writes each holder's record of payments and cash for the first time, the others find them written.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from eth_hash.auto import keccak

from ledger import Ledger, tables
from ledger.chain.client import Act
from ledger.domain.money import Money, currency
from ledger.domain.purposes import checksum
from ledger.domain.roles import Role
from ledger.ports import Contract
from ledger.story.cast import illustrative_lei

CNY = currency("CNY")
BANK = "settlement bank"
CHEAP = 2**12
FIRST = dt.date(2025, 1, 2)
AT_ONCE = 200
GAS = 400_000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--holders", type=int, default=10_000)
    parser.add_argument("--batch", type=int, action="append", help="holders in a transaction")
    given = parser.parse_args()
    sizes = given.batch or [100, 100, 400]
    with (
        tempfile.TemporaryDirectory() as folder,
        Ledger.embedded(Path(folder), replay=True, keystore_cost=CHEAP) as ledger,
    ):
        bond = prepare(ledger, given.holders, len(sizes))
        show(given.holders, [measure(ledger, bond, size) for size in sizes])


def prepare(ledger: Ledger, holders: int, coupons: int) -> int:
    """A bond with a coupon a month, one unit with each holder."""
    ledger.operator.post_business_date(FIRST)
    for name, roles in {
        BANK: Role.BANK, "issuer": Role.ISSUER, "verifier": Role.VERIFIER, "dealer": Role.INVESTOR,
    }.items():  # fmt: skip
        ledger.operator.admit(name, illustrative_lei(name), roles)
    bond = _bond(ledger, holders, coupons)
    accounts = [checksum(keccak(b"holder %d" % n)[:20]) for n in range(holders)]
    _admit(ledger, accounts)
    token = Contract("GreenBond", ledger.books.bond(bond).token)
    _send(
        ledger, [Act(ledger.session.signer("dealer"), token, "transfer", (who, 1), GAS) for who in accounts]
    )
    return bond


def _bond(ledger: Ledger, units: int, coupons: int) -> int:
    framework = ledger.issuer.register_framework(
        "issuer", b"framework", catalogue="ICMA-GBP", categories=["1"]
    )
    ledger.verifier.review("verifier", framework.id, b"review", valid_until=FIRST + dt.timedelta(days=900))
    end = dt.date(2025 + coupons // 12, 1 + coupons % 12, FIRST.day)
    sheet = {"start": FIRST.isoformat(), "end": end.isoformat(), "frequency": 12, "rate": "3.6"}
    terms = ledger.service.terms(sheet)
    bond = ledger.issuer.register_bond(
        "issuer",
        "BENCH",
        framework=framework.id,
        cash="CNY",
        denomination=Money(10_000, CNY),
        max_units=units,
        closes_on=FIRST,
        document=b"terms",
        coupon_ppm=36_000,
        service_terms=terms.hash,
    ).id
    for who in ("dealer", "issuer"):
        ledger.bank.mint(BANK, who, Money(units * 20_000, CNY), f"deposit {who}", "CNY")
    ledger.investor.book("dealer", bond, units)
    ledger.issuer.allot("issuer", bond)
    ledger.issuer.close("issuer", bond)
    ledger.service.file("issuer", bond, terms)
    return bond


def _admit(ledger: Ledger, accounts: Sequence[str]) -> None:
    session = ledger.session
    lapse = (FIRST + dt.timedelta(days=900) - dt.date(1970, 1, 1)).days
    admission = {"roles": int(Role.INVESTOR), "suspended": False, "lapseDay": lapse, "group": 0}
    operator, participants = session.signer("operator"), session.deployment["Participants"]
    acts = [
        (who, keccak(b"identifier" + who.encode()), f"holder {n}", admission, keccak(b"kyc"))
        for n, who in enumerate(accounts)
    ]
    _send(ledger, [Act(operator, participants, "admit", args, GAS) for args in acts])


def _send(ledger: Ledger, acts: Sequence[Act]) -> None:
    for first in range(0, len(acts), AT_ONCE):
        ledger.client.send_many(acts[first : first + AT_ONCE])


def measure(ledger: Ledger, bond: int, batch: int) -> tuple[int, float, int, int]:
    """Batch size, seconds, transactions and gas of paying one coupon out."""
    schedule = ledger.service.schedule(bond)
    following = next(one for one in schedule.coupons if not one.opened)
    ledger.operator.post_business_date(following.pay_day)
    payment = ledger.service.open("issuer", bond).payment
    ledger.service.pay_in("issuer", payment)
    started = time.perf_counter()
    done = ledger.service.pay("issuer", payment, batch=batch)
    seconds = time.perf_counter() - started
    assert ledger.service.payment(payment).state.name == "SETTLED"
    return batch, seconds, len(done.transactions), done.gas


def show(holders: int, rows: Sequence[tuple[int, float, int, int]]) -> None:
    out = tables.console()
    grid = tables.table(
        f"One coupon to {holders:,} holders", ">batch", ">seconds", ">transactions", ">gas a holder"
    )
    for batch, seconds, transactions, gas in rows:
        grid.add_row(str(batch), f"{seconds:,.1f}", f"{transactions:,}", f"{gas // holders:,}")
    out.print(grid)


if __name__ == "__main__":
    main()
