"""Frameworks, reviews, bonds and proceeds through the front door: fen add up, and no refusal moves one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from ledger import Ledger
from ledger.bootstrap.testing import FIRST_DAY
from ledger.domain.identifiers import BadIdentifier
from ledger.domain.money import BadMoney, Money, currency
from ledger.errors import BadInput, ContractRefusal, NotFound
from ledger.services.frameworks import Outcome, ReviewKind, Shade
from tests.integration import given_bond as given
from tests.integration.given_bond import CATEGORY, DAY, LATER, yuan


def refuses(ledger: Ledger, bond: int, name: str, act: Callable[[], Any]) -> None:
    """The act is refused under that name, and the bond's fen stay as they were."""
    before = ledger.books.states(bond)
    with pytest.raises(ContractRefusal, match=rf"refused: {name}\("):
        act()
    assert ledger.books.states(bond) == before


# --- frameworks and reviews ------------------------------------------------------------------------------


@pytest.mark.spec("FRM-1")
def test_a_review_is_bound_to_one_version(town: Ledger) -> None:
    first = town.issuer.register_framework("Issuer", b"v1", catalogue="GBEPC-2021", categories=[CATEGORY])
    reviewed = town.verifier.review(
        "Verifier",
        first.id,
        b"opinion",
        valid_until=LATER,
        kind=ReviewKind.CERTIFICATION,
        outcome=Outcome.QUALIFIED,
        shade=Shade.DARK,
        reasons=b"the look-back is long",
    )
    assert (reviewed.version, reviewed.valid_until) == (1, LATER)
    second = town.issuer.amend_framework(
        "Issuer", first.id, b"v2", catalogue="GBEPC-2021", categories=["1.1.1.1"]
    )
    assert second.version == 2 and second.content_hash != first.content_hash
    with pytest.raises(ContractRefusal, match="ReviewMissing"):
        given.booking_bond(town, first.id)
    town.verifier.review("Verifier", first.id, b"opinion 2", valid_until=LATER)
    assert town.books.bond(given.booking_bond(town, first.id)).state == "booking"


@pytest.mark.spec("FRM-1")
def test_a_refused_lapsed_or_withdrawn_review_opens_nothing(town: Ledger) -> None:
    of = given.framework(town, reviewed=False)
    with pytest.raises(BadInput, match="says why"):
        town.verifier.review("Verifier", of, b"no", valid_until=LATER, outcome=Outcome.REFUSED)
    town.verifier.review("Verifier", of, b"no", valid_until=LATER, outcome=Outcome.REFUSED, reasons=b"coal")
    with pytest.raises(ContractRefusal, match="ReviewNotPositive"):
        given.booking_bond(town, of)
    town.verifier.review("Verifier", of, b"yes", valid_until=LATER)
    town.verifier.withdraw_review("Verifier", of, b"withdrawn")
    with pytest.raises(ContractRefusal, match="ReviewMissing"):
        given.booking_bond(town, of)
    with pytest.raises(ContractRefusal, match="DateOutOfOrder"):
        town.verifier.review("Verifier", of, b"late", valid_until=FIRST_DAY - DAY)


def test_only_a_verifier_reviews_and_only_a_stranger(town: Ledger) -> None:
    of = given.framework(town, reviewed=False)
    with pytest.raises(ContractRefusal, match="MissingRole"):
        town.verifier.review("Investor", of, b"opinion", valid_until=LATER)
    with pytest.raises(NotFound):
        town.verifier.review("Verifier", 9_999, b"opinion", valid_until=LATER)


@pytest.mark.parametrize(
    ("catalogue", "categories"), [("", ["a"]), ("c", [""]), ("c", ["é"]), ("c", ["x" * 33])]
)
def test_codes_are_short_and_ascii(town: Ledger, catalogue: str, categories: list[str]) -> None:
    block = town.client.block_number()
    with pytest.raises(BadInput):
        town.issuer.register_framework("Issuer", b"f", catalogue=catalogue, categories=categories)
    assert town.client.block_number() == block


# --- booking and allotment -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "error"),
    [
        ({"isin": "US0378331006"}, BadIdentifier),
        ({"min_units": 101}, BadInput),
        ({"max_units": -1}, BadInput),
        ({"coupon_ppm": 2**32}, BadInput),
        ({"denomination": Money(100, currency("JPY"))}, BadMoney),
        ({"denomination": 0}, BadMoney),
        ({"issue_date": LATER, "maturity": FIRST_DAY}, BadInput),
        ({"cash": "CHF"}, NotFound),
        ({"closes_on": FIRST_DAY - DAY}, ContractRefusal),
    ],
)
def test_terms_that_cannot_be(town: Ledger, terms: dict[str, Any], error: type[Exception]) -> None:
    of = given.framework(town)
    with pytest.raises(error):
        given.booking_bond(town, of, **terms)


def test_terms_come_back_as_given_and_the_unpublished_stays_none(town: Ledger) -> None:
    of = given.framework(town)
    maturity = dt.date(2030, 1, 2)
    bond = given.booking_bond(
        town, of, isin="US0378331005", maturity=maturity, coupon_ppm=5_500, issue_price=9_990
    )
    found = town.books.bond(bond)
    assert (found.isin, found.maturity, found.issue_date) == ("US0378331005", maturity, None)
    assert (found.denomination, found.issue_price, found.coupon_ppm) == (100_00, 99_90, 5_500)
    with pytest.raises(ContractRefusal, match="AlreadyUsed"):
        given.booking_bond(town, of, isin="US0378331005")


@pytest.mark.spec("BOND-1", "BOND-3")
def test_delivery_versus_payment_and_what_goes_back(town: Ledger) -> None:
    bond = given.booking_bond(town, given.framework(town), max_units=40)
    given.mint(town, "Investor", yuan(8_000))
    had = town.cash.balance("Investor", "CNY")
    assert town.investor.book("Investor", bond, 60).amount == yuan(6_000).minor
    assert town.investor.units("Investor", bond) == 0
    assert town.investor.cancel_booking("Investor", bond, 10).amount == yuan(1_000).minor
    assert (
        [place.units for place in town.books.order(bond)] == [50] == [town.investor.booked("Investor", bond)]
    )
    allotted = town.issuer.allot("Issuer", bond)
    assert (allotted.units, allotted.done, allotted.places) == (40, 1, 1)
    assert town.books.bond(bond).state == "allotting"
    closed = town.issuer.close("Issuer", bond, cost=yuan(40))
    assert (closed.raised, closed.cost) == (yuan(4_000).minor, yuan(40).minor)
    assert had - town.cash.balance("Investor", "CNY") == yuan(4_000).minor
    assert town.investor.units("Investor", bond) == 40
    assert town.books.states(bond)["unallocated"] == yuan(3_960).minor


def test_units_pass_among_investors_alone(town: Ledger) -> None:
    found = given.bond(town)
    with pytest.raises(ContractRefusal, match="MissingRole"):
        town.investor.transfer_units("Investor", found.bond, "Contractor", 1)
    with pytest.raises(BadInput):
        town.investor.transfer_units("Investor", found.bond, "Issuer", -1)
    assert town.investor.units("Investor", found.bond) == 100


def test_a_cancelled_bond_returns_every_booking(town: Ledger) -> None:
    bond = given.booking_bond(town, given.framework(town))
    given.mint(town, "Investor", yuan(1_000))
    had = town.cash.balance("Investor", "CNY")
    town.investor.book("Investor", bond, 10)
    town.investor.cancel_booking("Investor", bond)
    assert town.cash.balance("Investor", "CNY") == had
    town.investor.book("Investor", bond, 10)
    with pytest.raises(ContractRefusal, match="NotParty"):
        town.issuer.cancel("Verifier", bond)
    town.issuer.cancel("Issuer", bond)
    assert town.investor.return_booking("Verifier", bond, "Investor").amount == yuan(1_000).minor
    assert town.cash.balance("Investor", "CNY") == had
    with pytest.raises(ContractRefusal, match="NothingBooked"):
        town.investor.return_booking("Investor", bond)
    with pytest.raises(ContractRefusal, match="WrongState"):
        town.investor.book("Investor", bond, 1)


def test_what_booking_and_allotment_refuse(town: Ledger) -> None:
    bond = given.booking_bond(town, given.framework(town), min_units=20)
    given.mint(town, "Investor", yuan(3_000))
    with pytest.raises(ContractRefusal, match="FloorMissed"):
        town.issuer.allot("Issuer", bond)
    with pytest.raises(ContractRefusal, match="MissingRole"):
        town.investor.book("Contractor", bond, 1)
    town.investor.book("Investor", bond, 30)
    with pytest.raises(ContractRefusal, match="OverBooking"):
        town.investor.cancel_booking("Investor", bond, 31)
    with pytest.raises(ContractRefusal, match="ZeroAmount"):
        town.issuer.allot("Issuer", bond, places=0)
    with pytest.raises(ContractRefusal, match="MandateMissing"):
        town.issuer.allot("Company", bond)
    town.issuer.allot("Issuer", bond)
    with pytest.raises(ContractRefusal, match="AllotmentDone"):
        town.issuer.allot("Issuer", bond)
    with pytest.raises(ContractRefusal, match="CostAboveCap"):
        town.issuer.close("Issuer", bond, cost=yuan(151))
    town.issuer.close("Issuer", bond, cost=yuan(150))


# --- proceeds --------------------------------------------------------------------------------------------


@pytest.mark.spec("BOND-1", "BOND-2")
def test_each_fen_is_in_one_state_all_along(town: Ledger) -> None:
    found = given.bond(town)
    raised = town.books.raised(found.bond)

    def holds(**states: int) -> None:
        had = town.books.states(found.bond)
        assert sum(had.values()) == raised == yuan(10_000).minor
        assert {name: had[name] for name in states} == {
            name: yuan(value).minor for name, value in states.items()
        }

    holds(cost=50, unallocated=9_950)
    town.issuer.allocate("Issuer", found.line, yuan(5_000))
    holds(unallocated=4_950, available=5_000)
    town.issuer.deallocate("Issuer", found.line, yuan(1_000))
    holds(unallocated=5_950, available=4_000)
    paid = town.issuer.pay("Issuer", found.line, given.invoice(town, 1_500).fingerprint, yuan(1_500))
    assert paid.payee == town.account("Contractor")
    holds(available=2_500, spent=1_500)
    refund = town.supplier.refund("Contractor", paid, yuan(200), b"credit note")
    assert refund.reversed_offset == paid.offset
    holds(available=2_700, spent=1_300)
    town.issuer.pay_cost("Issuer", found.bond, "Verifier", yuan(30), b"fee note")
    holds(cost=50)


@pytest.mark.spec("BOND-2")
def test_the_gate_refuses_and_nothing_moves(town: Ledger) -> None:
    found = given.bond(town, allocated=1_000)
    pay, bill = town.issuer.pay, given.invoice(town, 2_000)
    refuses(town, found.bond, "OverBudget", lambda: pay("Issuer", found.line, bill.fingerprint, yuan(1_001)))
    refuses(
        town,
        found.bond,
        "OverBudget",
        lambda: town.issuer.check_pay(found.line, bill.fingerprint, yuan(1_001)),
    )
    refuses(town, found.bond, "NotParty", lambda: pay("Company", found.line, bill.fingerprint, yuan(1)))
    refuses(
        town, found.bond, "ObligationUnknown", lambda: pay("Issuer", found.line, "0x" + "77" * 32, yuan(1))
    )
    foreign = given.invoice(town, 500, buyer="Investor")
    refuses(town, found.bond, "NotParty", lambda: pay("Issuer", found.line, foreign.fingerprint, yuan(1)))
    small = given.invoice(town, 10)
    pay("Issuer", found.line, small.fingerprint, yuan(10))
    refuses(town, found.bond, "CapacityExceeded", lambda: pay("Issuer", found.line, small.fingerprint, 1))
    town.issuer.amend_framework(
        "Issuer", found.framework, b"edited", catalogue="GBEPC-2021", categories=[CATEGORY]
    )
    refuses(town, found.bond, "ReviewMissing", lambda: pay("Issuer", found.line, bill.fingerprint, yuan(1)))
    refuses(town, found.bond, "ReviewMissing", lambda: town.issuer.allocate("Issuer", found.line, yuan(1)))
    town.verifier.review("Verifier", found.framework, b"again", valid_until=LATER)
    pay("Issuer", found.line, bill.fingerprint, yuan(1))


def test_a_category_that_a_new_version_drops_is_no_longer_paid(town: Ledger) -> None:
    found = given.bond(town, allocated=100)
    town.issuer.amend_framework(
        "Issuer", found.framework, b"narrower", catalogue="GBEPC-2021", categories=["1.1.1.1"]
    )
    town.verifier.review("Verifier", found.framework, b"again", valid_until=LATER)
    bill = given.invoice(town, 10).fingerprint
    refuses(town, found.bond, "CategoryNotAdmitted", lambda: town.issuer.pay("Issuer", found.line, bill, 1))


def test_allocation_stays_within_pool_line_and_project(town: Ledger) -> None:
    found = given.bond(town, allocated=100)
    allocate = town.issuer.allocate
    refuses(town, found.bond, "OverBudget", lambda: allocate("Issuer", found.line, yuan(8_901)))
    for ask, most in ((town.issuer.check_allocate, 8_900), (town.issuer.check_deallocate, 100)):
        ask(found.line, yuan(most))
        refuses(town, found.bond, "OverBudget", partial(ask, found.line, yuan(most + 1)))
    other = town.issuer.open_line("Issuer", found.bond, found.project, budget=yuan(9_000)).id
    refuses(town, found.bond, "OverAllocated", lambda: allocate("Issuer", other, yuan(8_901)))
    refuses(town, found.bond, "OverBudget", lambda: town.issuer.deallocate("Issuer", found.line, yuan(101)))
    with pytest.raises(BadMoney):
        allocate("Issuer", found.line, Money(1, currency("JPY")))
    for ask in (town.books.line, town.books.project, town.books.bond):
        with pytest.raises(NotFound):
            ask(9_999)
    with pytest.raises(ContractRefusal, match="CategoryUnknown"):
        town.issuer.register_project(
            "Issuer",
            "Coal",
            framework=found.framework,
            company="Company",
            category="9.9",
            budget=1,
            currency="CNY",
            document=b"project",
        )


@pytest.mark.spec("BOND-7")
def test_idle_money_is_placed_and_comes_back(town: Ledger) -> None:
    found = given.bond(town)
    given.mint(town, "settlement bank", yuan(10))
    made = town.issuer.place(
        "Issuer", found.bond, "settlement bank", yuan(500), instrument="deposit", document=b"deposit"
    )
    refuses(
        town,
        found.bond,
        "OverPlaced",
        lambda: town.bank.return_placed("settlement bank", made.id, yuan(501), b"statement"),
    )
    town.bank.return_placed("settlement bank", made.id, yuan(300), b"statement", income=yuan(2))
    town.issuer.lose_placed("Issuer", made.id, yuan(150), b"notice")
    town.issuer.make_good("settlement bank", made.id, yuan(50), b"receipt")
    stands = town.books.placement(made.id)
    assert (stands.returned, stands.placed, stands.lost) == (30_000, 5_000, 10_000)
    assert (stands.place, stands.until, stands.currency) == (town.account("settlement bank"), None, "CNY")
    told = town.auditor.trace_bond(found.bond)["states"]
    assert (told["placed"], told["lost"], told["unallocated"]) == ("5000", "10000", "980000")
    town.issuer.pay_income("Issuer", found.bond, "Contractor", yuan(2), b"bill")
    with pytest.raises(NotFound):
        town.books.placement(9_999)
    with pytest.raises(BadMoney):
        town.bank.return_placed("settlement bank", made.id, Money(1, currency("JPY")), b"statement")
    answer = town.check()
    assert answer["ok"], answer


@pytest.mark.spec("BOND-4")
def test_a_refund_never_exceeds_its_payment(town: Ledger) -> None:
    found = given.bond(town, allocated=1_000)
    paid = town.issuer.pay("Issuer", found.line, given.invoice(town, 300).fingerprint, yuan(300))
    refund = town.supplier.refund
    refuses(town, found.bond, "RefundTooLarge", lambda: refund("Contractor", paid, yuan(301), b"note"))
    refuses(town, found.bond, "NoSuchPayment", lambda: refund("Company", paid, yuan(1), b"note"))
    refund("Contractor", paid, yuan(300), b"note")
    refuses(town, found.bond, "RefundTooLarge", lambda: refund("Contractor", paid, 1, b"note"))
    assert town.books.states(found.bond)["available"] == yuan(1_000).minor


@pytest.mark.spec("BOND-1", "TRACE-1")
def test_the_trace_says_what_the_contract_says(town: Ledger) -> None:
    found = given.bond(town, allocated=1_000)
    paid = town.issuer.pay("Issuer", found.line, given.invoice(town, 300).fingerprint, yuan(300))
    trace = town.auditor.trace_bond(found.bond)
    assert {name: int(value) for name, value in trace["states"].items()} == town.books.states(found.bond)
    assert trace["conserved"] is True and (trace["view"], trace["rule"]) == ("cash", "fifo")
    edges = [(int(one["start"]), int(one["end"])) for one in trace["intervals"]]
    assert edges[0][0] == 0 and edges[-1][1] == town.books.raised(found.bond)
    assert all(one[1] == other[0] for one, other in pairwise(edges))
    spent = [one for one in trace["intervals"] if one["state"] == "spent"]
    assert [(one["payee_account"], one["tx"]) for one in spent] == [(paid.payee, paid.tx)]
    backward = town.auditor.trace_payment(paid.tx)
    assert int(backward["amount"]) == yuan(300).minor
