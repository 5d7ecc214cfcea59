"""Credit lines, receivables, financing and maturity through the front door: every fen has one holder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ledger import Ledger
from ledger.bootstrap.testing import FIRST_DAY
from ledger.domain.kinds import DocumentKind
from ledger.domain.programmes import Programme
from ledger.errors import BadInput, ContractRefusal, NotFound
from ledger.services.financing import SignedQuote
from ledger.services.pieces import Interval
from ledger.services.receivables import Confirmed
from ledger.services.rules import Notice
from tests.integration import given_bond as given
from tests.integration.given_bond import DAY, LATER, yuan

DUE = FIRST_DAY + 180 * DAY


def refuses(name: str, act: Callable[[], Any]) -> None:
    with pytest.raises(ContractRefusal, match=rf"refused: {name}\("):
        act()


def credit(ledger: Ledger, holder: str = "Company", limit: int = 100_000) -> int:
    return ledger.bank.grant_line("settlement bank", holder, yuan(limit), LATER).id


def confirmed(ledger: Ledger, face: int = 1_000, **changed: Any) -> Confirmed:
    """A payable of the company's to the contractor over `face` yuan, proposed."""
    facts = {
        "cash": "CNY",
        "due": DUE,
        "contract": b"contract",
        "delivery": b"delivery",
        **changed,
    }
    if "credit_line" not in facts:
        facts["credit_line"] = credit(ledger)
    if "fingerprint" not in facts:
        facts["fingerprint"] = given.invoice(ledger, face, buyer="Company").fingerprint
    return ledger.obligor.confirm("Company", "Contractor", yuan(face), **facts)


def accepted(ledger: Ledger, face: int = 1_000, **changed: Any) -> int:
    receivable = confirmed(ledger, face, **changed).id
    ledger.supplier.accept("Contractor", receivable)
    return receivable


def holders(ledger: Ledger, receivable: int) -> list[tuple[int, int, str]]:
    """(start, end, holder) of each piece in yuan, checked to tile the face."""
    pieces = ledger.books.pieces(receivable)
    assert [piece.start for piece in pieces[1:]] == [piece.end for piece in pieces[:-1]]
    assert (pieces[0].start, pieces[-1].end) == (0, ledger.books.receivable(receivable).face)
    return [
        (piece.start // 100, piece.end // 100, ledger.keys.account(piece.holder).name) for piece in pieces
    ]


# --- credit lines ----------------------------------------------------------------------------------------


@pytest.mark.spec("LINE-1")
def test_both_levels_of_a_line_are_used_and_freed(town: Ledger) -> None:
    group = credit(town, "Issuer", 2_000)
    sub = town.obligor.grant_sub("Issuer", group, "Company", yuan(1_500), LATER).id
    assert town.books.credit_line(sub).parent == group
    proposal = confirmed(town, 1_000, credit_line=sub)
    for line in (group, sub):
        assert (town.books.credit_line(line).reserved, town.books.credit_line(line).outstanding) == (
            100_000,
            0,
        )
    refuses("LineExceeded", lambda: confirmed(town, 501, credit_line=sub))
    town.supplier.accept("Contractor", proposal.id)
    assert town.books.credit_line(group).free == yuan(1_000).minor
    refuses("LimitBelowUse", lambda: town.bank.change_line("settlement bank", group, limit=yuan(999)))
    town.bank.change_line("settlement bank", group, suspended=True)
    refuses("LineSuspended", lambda: confirmed(town, 1, credit_line=sub))
    town.bank.change_line("settlement bank", group, suspended=False, expires=FIRST_DAY)
    refused = confirmed(town, 1, credit_line=sub)
    town.supplier.refuse("Contractor", refused.id, "wrong price")
    assert town.books.credit_line(sub).reserved == 0


def test_who_may_not_grant(town: Ledger) -> None:
    refuses("MissingRole", lambda: town.bank.grant_line("Issuer", "Company", yuan(1), LATER))
    refuses("NotParty", lambda: town.bank.change_line("Issuer", credit(town), suspended=True))
    with pytest.raises(NotFound):
        town.books.credit_line(9_999)


# --- confirming ------------------------------------------------------------------------------------------


@pytest.mark.spec("DOC-1")
def test_what_a_confirmation_is_refused_for(town: Ledger) -> None:
    small = given.invoice(town, 10, buyer="Company").fingerprint
    refuses("CapacityExceeded", lambda: confirmed(town, 11, fingerprint=small))
    refuses("TenorTooLong", lambda: confirmed(town, due=FIRST_DAY + 366 * DAY))
    refuses("DateOutOfOrder", lambda: confirmed(town, due=FIRST_DAY))
    not_ours = given.invoice(town, 10, buyer="Issuer").fingerprint
    refuses("NotParty", lambda: confirmed(town, 10, fingerprint=not_ours))
    strange = town.documents.register("Contractor", b"contract", DocumentKind.CONTRACT).document
    refuses("DocumentUnknown", lambda: confirmed(town, 10, contract=strange))
    line = credit(town, "Issuer")
    refuses("NotParty", lambda: confirmed(town, 10, credit_line=line))
    assert town.documents.capacity(small).used == 0


def test_a_refusal_gives_the_invoice_back(town: Ledger) -> None:
    bill = given.invoice(town, 100, buyer="Company").fingerprint
    receivable = confirmed(town, 100, fingerprint=bill)
    assert town.documents.capacity(bill).used == yuan(100).minor
    refuses("NotParty", lambda: town.supplier.refuse("Subcontractor", receivable.id, "not mine"))
    refuses("NotYetReturnable", lambda: town.supplier.return_unanswered("Issuer", receivable.id))
    town.supplier.refuse("Contractor", receivable.id, "wrong price")
    assert town.documents.capacity(bill).used == 0
    assert town.books.receivable(receivable.id).state == "refused"
    refuses("WrongState", lambda: town.supplier.accept("Contractor", receivable.id))


def test_what_nobody_answers_goes_back(staffed: Ledger) -> None:
    found = given.bond(staffed, allocated=500)
    proposal = confirmed(staffed, 100, budget_line=found.line)
    assert staffed.books.states(found.bond)["encumbered"] == yuan(100).minor
    staffed.operator.post_business_date(FIRST_DAY + 11 * DAY)
    refuses("DateOutOfOrder", lambda: staffed.supplier.accept("Contractor", proposal.id))
    staffed.supplier.return_unanswered("Verifier", proposal.id)
    assert staffed.books.receivable(proposal.id).state == "returned"
    assert staffed.books.states(found.bond)["available"] == yuan(500).minor


# --- pieces ----------------------------------------------------------------------------------------------


@pytest.mark.spec("PIECE-1")
def test_pieces_are_cut_and_passed_on_and_always_tile(town: Ledger) -> None:
    receivable = accepted(town)
    town.supplier.split("Contractor", receivable, 0, yuan(600).minor)
    town.supplier.transfer(
        "Contractor", receivable, "Subcontractor", start=10_000, end=30_000, trade_document=b"trade"
    )
    town.supplier.transfer(
        "Subcontractor", receivable, "Factor", start=20_000, end=30_000, trade_document=b"trade 2"
    )
    assert holders(town, receivable) == [
        (0, 100, "Contractor"),
        (100, 200, "Subcontractor"),
        (200, 300, "Factor"),
        (300, 600, "Contractor"),
        (600, 1000, "Contractor"),
    ]
    assert town.books.piece(receivable, 25_000).layers == 2


@pytest.mark.spec("RULE-1")
def test_rules_are_asked_before_an_acceptance_and_a_transfer(
    town: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what they are asked, and that what they say comes back with the act."""
    asked: list[tuple[str, dict[str, Any]]] = []
    said = (Notice("R", "warned", "a clause", {"en": "careful", "zh": "注意"}),)

    def asking(_: object, act: str, facts: dict[str, Any], programme: int, **arranged: Any) -> Any:
        assert programme == 1 and arranged == {"arranged": FIRST_DAY}
        asked.append((act, facts))
        return said

    proposal = confirmed(town, 100, credit_line=credit(town, "Company", 100))
    monkeypatch.setattr("ledger.services.receivables.before", asking)
    done = town.supplier.accept("Contractor", proposal.id)
    passed = town.supplier.transfer(
        "Contractor", proposal.id, "Subcontractor", start=0, end=4_000, trade_document=b"rules"
    )
    offered = town.pieces.offer(
        "Contractor", proposal.id, "Factor", start=4_000, end=5_000, trade_document=b"offer"
    )
    parts = [Interval(proposal.id, start, start + 1_000) for start in (6_000, 8_000)]
    bundled = town.pieces.bundle("Contractor", parts, "Subcontractor", trade_document=b"bundle")
    assert done.notices == passed.notices == offered.notices == bundled.notices == said
    once = ("transfer", {"layers": 1, "max_layers": Programme().max_layers})
    assert asked == [("accept", {"consent": "declared"}), once, once, once]


@pytest.mark.spec("PIECE-1")
def test_what_pieces_refuse(town: Ledger) -> None:
    receivable = accepted(town)
    before = town.books.pieces(receivable)
    split, transfer = town.supplier.split, town.supplier.transfer
    refuses("CutOutside", lambda: split("Contractor", receivable, 0, 100_000))
    refuses("CutOutside", lambda: split("Contractor", receivable, 0, 0))
    refuses("NotHolder", lambda: split("Subcontractor", receivable, 0, 5))
    trade = town.documents.register("Contractor", b"trade", DocumentKind.TRADE).document
    interval: dict[str, Any] = {"start": 0, "end": 10, "trade_document": trade}
    refuses("MissingRole", lambda: transfer("Contractor", receivable, "Investor", **interval))
    refuses("DocumentUnknown", lambda: transfer("Subcontractor", receivable, "Factor", **interval))
    refuses("SameParty", lambda: transfer("Contractor", receivable, "Contractor", **interval))
    stale = before[0].sequence + 1
    refuses("StaleSequence", lambda: transfer("Contractor", receivable, "Factor", **interval, sequence=stale))
    beyond = {**interval, "end": 100_001}
    refuses("CutOutside", lambda: transfer("Contractor", receivable, "Factor", **beyond))
    assert town.books.pieces(receivable) == before
    with pytest.raises(NotFound):
        town.books.piece(receivable, 100_000)


# --- financing -------------------------------------------------------------------------------------------


def quoted(ledger: Ledger, receivable: int, **changed: Any) -> SignedQuote:
    facts = {
        "start": 0,
        "end": 50_000,
        "rate_ppm": 30_000,
        "deadline": dt.datetime.now(dt.UTC) + dt.timedelta(hours=1),
        **changed,
    }
    return ledger.financier.quote("Factor", receivable, **facts)


PAPERS: dict[str, Any] = {"number": "20250001", "registration": b"certificate", "search": b"search"}


@pytest.mark.spec("FIN-1")
def test_money_and_piece_change_hands_together(town: Ledger) -> None:
    receivable = accepted(town)
    given.mint(town, "Factor", yuan(1_000))
    before = {who: town.cash.balance(who, "CNY") for who in ("Factor", "Contractor")}
    signed = quoted(town, receivable, fee=yuan(1))
    town.financier.accept("Contractor", signed)
    assert town.books.piece(receivable, 0).state == "locked"
    funded = town.financier.fund("Factor", signed, **PAPERS)
    assert funded.discount == (50_000 * 30_000 * 180 * 2 + 360_000_000) // 720_000_000 == 750
    assert funded.net == 50_000 - 750 - 100
    after = {who: town.cash.balance(who, "CNY") for who in before}
    assert before["Factor"] - after["Factor"] == after["Contractor"] - before["Contractor"] == funded.net
    assert holders(town, receivable)[0] == (0, 500, "Factor")


@pytest.mark.spec("FIN-1", "FIN-3")
def test_without_money_or_papers_nothing_changes_hands(town: Ledger) -> None:
    receivable = accepted(town, 90_000)
    signed = quoted(town, receivable, end=9_000_000)
    town.financier.accept("Contractor", signed)
    before = town.books.pieces(receivable), town.cash.balance("Contractor", "CNY")
    fund = town.financier.fund
    refuses("InsufficientBalance", lambda: fund("Factor", signed, **{**PAPERS, "number": "20250002"}))
    wrong = town.documents.register("Factor", b"a file", DocumentKind.OTHER).document
    refuses("DocumentUnknown", lambda: fund("Factor", signed, number="1", registration=wrong, search=b"s"))
    refuses("NotParty", lambda: fund("Contractor", signed, **PAPERS))
    refuses("QuoteNotLapsed", lambda: town.financier.lapse("Contractor", signed))
    assert (town.books.pieces(receivable), town.cash.balance("Contractor", "CNY")) == before


def test_a_quote_binds_what_it_says(town: Ledger) -> None:
    receivable = accepted(town)
    signed = quoted(town, receivable)
    accept, sign = town.financier.accept, town.financier.sign
    refuses("NotParty", lambda: accept("Subcontractor", signed))
    higher = replace(signed, quote=replace(signed.quote, fee=1, net=signed.quote.net - 1))
    refuses("BadSignature", lambda: accept("Contractor", higher))
    greedy = sign("Factor", replace(signed.quote, discount=signed.quote.discount + 1))
    refuses("DiscountMismatch", lambda: accept("Contractor", greedy))
    short = sign("Factor", replace(signed.quote, net=signed.quote.net - 1))
    refuses("NetMismatch", lambda: accept("Contractor", short))
    late = sign("Factor", replace(signed.quote, deadline=1_000))
    refuses("DeadlinePassed", lambda: accept("Contractor", late))
    by_another = town.financier.sign("Issuer", signed.quote)
    refuses("BadSignature", lambda: accept("Contractor", by_another))
    town.financier.revoke("Factor", signed)
    refuses("AlreadyUsed", lambda: accept("Contractor", signed))


@pytest.mark.spec("FIN-2")
def test_a_piece_that_shrank_is_not_bought(town: Ledger) -> None:
    receivable = accepted(town)
    signed = quoted(town, receivable)
    town.supplier.split("Contractor", receivable, 0, 20_000)
    refuses("StaleSequence", lambda: town.financier.accept("Contractor", signed))
    with pytest.raises(BadInput):
        quoted(town, receivable)
    with pytest.raises(BadInput):
        quoted(town, receivable, end=10_000, deadline=dt.datetime(2030, 1, 1))


# --- maturity --------------------------------------------------------------------------------------------


@pytest.mark.spec("MAT-1")
def test_the_obligor_pays_in_and_every_holder_is_paid(staffed: Ledger) -> None:
    receivable = accepted(staffed)
    staffed.supplier.transfer(
        "Contractor", receivable, "Subcontractor", start=0, end=40_000, trade_document=b"trade"
    )
    given.mint(staffed, "Company", yuan(1_000))
    refuses("NotDue", lambda: staffed.obligor.settle("Company", receivable))
    staffed.operator.post_business_date(DUE)
    refuses("NotPaidIn", lambda: staffed.obligor.settle("Company", receivable))
    staffed.obligor.pay_in("Company", receivable)
    refuses("ZeroAmount", lambda: staffed.obligor.pay_in("Company", receivable))
    part = staffed.obligor.settle_batch("Verifier", receivable, 1)
    assert (part.next, part.done) == (40_000, False)
    assert staffed.obligor.settle("Verifier", receivable).done
    assert staffed.cash.balance("Subcontractor", "CNY") == 40_000
    assert staffed.cash.balance("Contractor", "CNY") == 60_000
    assert staffed.books.receivable(receivable).state == "settled"
    refuses("WrongState", lambda: staffed.obligor.settle("Company", receivable))


@pytest.mark.spec("BOND-2", "BOND-5")
def test_what_a_bond_locked_is_paid_whatever_happens(staffed: Ledger) -> None:
    """A lapsed review and a suspended holder stop no debt; the suspended one claims its money later."""
    found = given.bond(staffed, allocated=2_000)
    receivable = accepted(staffed, budget_line=found.line)
    staffed.supplier.transfer(
        "Contractor", receivable, "Subcontractor", start=0, end=40_000, trade_document=b"trade"
    )
    staffed.issuer.amend_framework(
        "Issuer", found.framework, b"v2", catalogue="GBEPC-2021", categories=["1.1.1.1"]
    )
    staffed.operator.suspend("Subcontractor", b"order")
    staffed.operator.post_business_date(DUE)
    staffed.obligor.settle("Company", receivable, batch=1)
    assert staffed.cash.balance("Subcontractor", "CNY") == 0
    assert staffed.books.states(found.bond)["spent"] == yuan(1_000).minor
    staffed.operator.reinstate("Subcontractor", b"order")
    staffed.supplier.claim("Subcontractor", "CNY")
    assert staffed.cash.balance("Subcontractor", "CNY") == 40_000
    refund = staffed.supplier.refund_piece("Contractor", receivable, 40_000, yuan(100), b"rework")
    assert refund.reversed_offset == 40_000
    states = staffed.books.states(found.bond)
    assert (states["spent"], states["available"]) == (yuan(900).minor, yuan(1_100).minor)
    trace = staffed.auditor.trace_bond(found.bond, "economic")
    assert {name: int(value) for name, value in trace["states"].items()} == states
    shown = staffed.auditor.piece_show(receivable)
    assert [int(piece["end"]) for piece in shown["pieces"]] == [40_000, 100_000]
    with pytest.raises(NotFound):
        staffed.supplier.refund_piece("Contractor", 9_999, 0, 1, b"note")
