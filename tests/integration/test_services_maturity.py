"""Maturity through the front door: part payments, default and cure, recourse, early settlement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from ledger import Ledger
from ledger.domain.calendars import calendar
from ledger.errors import BadInput, ContractRefusal
from ledger.services.maturity import early_from_json, early_to_json
from tests.integration import given_bond as given
from tests.integration.given_bond import DAY, LATER, yuan

OPEN_LONG = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)


def refuses(name: str, act: Callable[[], Any]) -> None:
    with pytest.raises(ContractRefusal, match=rf"refused: {name}\("):
        act()


def accepted(ledger: Ledger, *, days: int = 30, obligor: str = "Company") -> int:
    """A payable over 1,000 yuan of the company's to the contractor, due in so many days."""
    confirmed = ledger.obligor.confirm(
        obligor,
        "Contractor",
        yuan(1_000),
        cash="CNY",
        due=ledger.operator.today() + days * DAY,
        credit_line=ledger.bank.grant_line("settlement bank", obligor, yuan(5_000), LATER).id,
        fingerprint=given.invoice(ledger, 1_000, buyer=obligor).fingerprint,
        contract=b"contract",
        delivery=b"delivery",
    )
    ledger.supplier.accept("Contractor", confirmed.id)
    return confirmed.id


def passes(ledger: Ledger, days: int) -> None:
    ledger.operator.post_business_date(ledger.operator.today() + days * DAY)


def listed(ledger: Ledger, receivable: int) -> dict[str, Any]:
    found = ledger.maturity.listed()["receivables"]
    return next(dict(one) for one in found if one["receivable"] == str(receivable))


def financed(ledger: Ledger, receivable: int) -> None:
    """[0, 400.00) sold by the contractor to the factor, with recourse."""
    signed = ledger.financier.quote(
        "Factor", receivable, start=0, end=40_000, rate_ppm=40_000, recourse=True, deadline=OPEN_LONG
    )
    ledger.financier.accept("Contractor", signed)
    given.mint(ledger, "Factor", yuan(1_000))
    number = f"ZD{receivable}"
    paper = f"{receivable}".encode()
    ledger.financier.fund(
        "Factor", signed, number=number, registration=b"certificate" + paper, search=b"search" + paper
    )


@pytest.mark.spec("MAT-2", "MAT-3", "MAT-5")
def test_an_obligor_pays_in_part_defaults_and_cures(town: Ledger) -> None:
    """MAT-2, MAT-3, MAT-5: the financier turns to its seller meanwhile, for what is missing."""
    receivable = accepted(town)
    financed(town, receivable)
    given.mint(town, "Company", yuan(1_000))
    assert town.obligor.pay_in("Company", receivable, yuan(250)).amount == 25_000
    passes(town, 30)
    part = town.obligor.settle("Company", receivable)
    assert (part.next, part.done) == (100_000, False)
    assert town.maturity.received(receivable, 0, 40_000) == 10_000
    refuses("NotPaidIn", lambda: town.obligor.settle("Company", receivable))
    refuses("NotYetOverdue", lambda: town.maturity.demand_recourse("Factor", receivable, 0, b"notice"))
    passes(town, 20)
    assert town.maturity.mark_all_overdue("Verifier") == (receivable,)
    shown = listed(town, receivable)
    assert (shown["stage"], shown["open"], shown["paid_in"]) == ("1-30", "75000", "25000")
    refuses("ObligorInDefault", lambda: accepted(town))
    asked = town.maturity.demand_recourse("Factor", receivable, 0, b"notice")
    assert town.maturity.demand(receivable, 0) == asked
    back = town.maturity.repurchase("Contractor", receivable, 0)
    assert (back.end, back.amount) == (40_000, 30_000)
    history = town.auditor.piece_show(receivable)["pieces"][0]["history"]
    assert [step["against"] for step in history] == ["financing", "recourse"]
    town.obligor.pay_in("Company", receivable)
    assert town.obligor.settle("Company", receivable).done
    assert accepted(town) > receivable
    assert [one for one in town.check()["checks"] if one["ok"] is False] == []


@pytest.mark.spec("MAT-4")
def test_a_holder_is_paid_early_for_what_it_asks(town: Ledger) -> None:
    """MAT-4"""
    receivable = accepted(town)
    given.mint(town, "Company", yuan(2_000))
    had = town.cash.balance("Contractor", "CNY")
    town.supplier.split("Contractor", receivable, 0, 60_000)
    with pytest.raises(BadInput, match="at most"):
        town.maturity.quote_early("Contractor", receivable, 0, yuan(601), deadline=OPEN_LONG)
    signed = town.maturity.quote_early("Contractor", receivable, 0, yuan(590), deadline=OPEN_LONG)
    assert early_from_json(early_to_json(signed)) == signed
    town.maturity.check_early("Company", signed.quote)
    done = town.maturity.settle_early("Company", signed)
    assert (done.amount, done.discount) == (59_000, 1_000)
    refuses("AlreadyUsed", lambda: town.maturity.check_early("Company", signed.quote))
    line = town.books.receivable(receivable).credit_line
    assert town.books.credit_line(line).outstanding == 40_000
    assert town.auditor.piece_show(receivable)["pieces"][0]["early"]["discount"] == "1000"
    town.obligor.pay_in("Company", receivable)
    passes(town, 30)
    assert town.obligor.settle("Verifier", receivable).done
    assert town.cash.balance("Contractor", "CNY") - had == 59_000 + 40_000
    assert town.books.credit_line(line).outstanding == 0
    assert [one for one in town.check()["checks"] if one["ok"] is False] == []


@pytest.mark.spec("MAT-1")
def test_a_days_maturities_are_settled_in_one_run(town: Ledger) -> None:
    """MAT-1: what is due and has money; what has none is left, and stops nobody."""
    paid, unpaid, later = accepted(town), accepted(town), accepted(town, days=90)
    given.mint(town, "Company", yuan(1_000))
    town.obligor.pay_in("Company", paid)
    passes(town, 30)
    told: list[tuple[int, int]] = []
    work = town.maturity.settle_due("Verifier", progress=lambda *far: told.append(far))
    assert paid in [one.receivable for one in work.done] and not work.refused
    assert told[-1] == (len(work.done), len(work.done))
    numbers = {one["receivable"] for one in town.maturity.listed(party="Company")["receivables"]}
    assert {str(unpaid), str(later)} <= numbers and str(paid) not in numbers


def test_a_due_date_on_a_closed_day_is_rolled_before_it_is_confirmed(town: Ledger) -> None:
    saturday = dt.date(2026, 2, 28)
    assert town.maturity.due_day(saturday, calendar("WEEKENDS")) == dt.date(2026, 3, 2)
