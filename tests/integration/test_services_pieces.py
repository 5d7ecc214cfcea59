"""Pieces between participants through the front door: offers, bundles, pledges, a court, lists, figures."""

from __future__ import annotations

from typing import Any

import pytest

from ledger import Ledger
from ledger.bootstrap.testing import FIRST_DAY, illustrative_lei
from ledger.domain.kinds import DocumentKind
from ledger.domain.roles import Role
from ledger.errors import BadInput, NotFound
from ledger.services.pieces import Interval
from tests.integration.given_bond import DAY
from tests.integration.test_services_receivables import DUE, accepted, holders, refuses

ACCEPTANCE = 2
"""Number of the deployment's programme that asks for the receiver's acceptance."""


@pytest.fixture(scope="module")
def court(town: Ledger) -> str:
    town.operator.admit("Court", illustrative_lei("Court"), Role.AUTHORITY | Role.ILLUSTRATIVE)
    return "Court"


@pytest.mark.spec("PIECE-4")
def test_a_piece_is_offered_and_accepted_or_comes_back(town: Ledger) -> None:
    receivable = accepted(town, programme=ACCEPTANCE)
    interval: dict[str, Any] = {"start": 10_000, "end": 30_000, "trade_document": b"steel"}
    refuses(
        "AcceptanceNeeded",
        lambda: town.supplier.transfer("Contractor", receivable, "Subcontractor", **interval),
    )
    offered = town.pieces.offer("Contractor", receivable, "Subcontractor", **interval)
    assert offered.last_day == FIRST_DAY + 5 * DAY
    found = town.pieces.hold(receivable, 10_000)
    assert (found.kind, found.party, found.frozen_by) == (
        "offer",
        town.session.address("Subcontractor"),
        None,
    )
    refuses("NotParty", lambda: town.pieces.accept("Factor", receivable, 10_000))
    refuses("OfferOpen", lambda: town.pieces.lapse("Factor", receivable, 10_000))
    town.pieces.accept("Subcontractor", receivable, 10_000)
    assert holders(town, receivable)[1] == (100, 300, "Subcontractor")
    town.pieces.offer("Contractor", receivable, "Factor", start=0, end=10_000, trade_document=b"wood")
    town.pieces.decline("Factor", receivable, 0)
    town.pieces.offer("Contractor", receivable, "Factor", start=0, end=10_000, trade_document=b"wood 2")
    town.pieces.withdraw("Contractor", receivable, 0)
    assert town.pieces.hold(receivable, 0).kind is None
    assert town.books.piece(receivable, 0).state == "open"


@pytest.mark.spec("PIECE-6")
def test_a_bundle_knows_the_numbers_that_its_own_cuts_make(town: Ledger) -> None:
    one, other = accepted(town), accepted(town)
    parts = [Interval(one, 10_000, 20_000), Interval(one, 30_000, 40_000), Interval(other, 0, 100_000)]
    done = town.pieces.bundle("Contractor", parts, "Subcontractor", trade_document=b"year's deliveries")
    assert (done.parts, done.amount) == (3, 120_000)
    assert [who for *_, who in holders(town, one)] == [
        "Contractor",
        "Subcontractor",
        "Contractor",
        "Subcontractor",
        "Contractor",
    ]
    offered = [Interval(one, 0, 10_000), Interval(one, 20_000, 30_000)]
    town.pieces.bundle("Contractor", offered, "Factor", trade_document=b"two offers", offered=True)
    town.pieces.accept_many("Factor", [(one, 0), (one, 20_000)])
    assert town.books.piece(one, 25_000).holder == town.session.address("Factor")
    with pytest.raises(BadInput):
        town.pieces.bundle("Contractor", [], "Factor", trade_document=b"none")
    with pytest.raises(NotFound):
        beyond = [Interval(one, 100_000, 100_001)]
        town.pieces.bundle("Contractor", beyond, "Factor", trade_document=b"none")


@pytest.mark.spec("PIECE-5")
def test_a_pledge_ends_by_its_pledgee_or_its_holder(town: Ledger) -> None:
    receivable = accepted(town)
    agreement = town.documents.register("Factor", b"pledge", DocumentKind.PLEDGE, readers=["Contractor"])
    interval: dict[str, Any] = {"start": 0, "end": 50_000, "document": agreement.document}
    town.pieces.pledge("Contractor", receivable, "Factor", **interval)
    assert town.pieces.hold(receivable, 0).kind == "pledge"
    town.pieces.release("Factor", receivable, 0)
    town.pieces.pledge("Contractor", receivable, "Factor", **interval)
    town.pieces.surrender("Contractor", receivable, 0, b"we cannot pay")
    assert holders(town, receivable)[0] == (0, 500, "Factor")
    history = town.auditor.piece_show(receivable)["pieces"][0]["history"]
    assert [step["against"] for step in history] == ["order"]


@pytest.mark.spec("PIECE-5")
def test_a_court_freezes_lifts_and_moves(town: Ledger, court: str) -> None:
    receivable = accepted(town)
    town.pieces.freeze(court, receivable, start=0, end=50_000, order=b"order 1")
    assert town.pieces.hold(receivable, 0).frozen_by == town.session.address(court)
    refuses("PieceLocked", lambda: town.supplier.split("Contractor", receivable, 0, 100))
    town.pieces.lift(court, receivable, 0, b"order 2")
    town.pieces.freeze(court, receivable, start=0, end=50_000, order=b"order 3")
    town.pieces.move_by_order(court, receivable, 0, "Subcontractor", b"order 4")
    assert holders(town, receivable)[0] == (0, 500, "Subcontractor")
    refuses(
        "MissingRole", lambda: town.pieces.freeze("Factor", receivable, start=0, end=9, order=b"no order")
    )


def test_pieces_are_listed_by_holder_and_by_due_date(town: Ledger) -> None:
    soon = accepted(town, 70, due=DUE - DAY)
    town.supplier.transfer(
        "Contractor", soon, "Subcontractor", start=1_000, end=3_000, trade_document=b"soon"
    )
    listed = town.pieces.listed("Subcontractor", due_to=DUE - DAY)
    assert [(one["receivable"], one["start"], one["end"]) for one in listed["pieces"]] == [
        (str(soon), "1000", "3000")
    ]
    assert listed["totals"] == {"CNY": "2000"} and listed["pieces"][0]["due"] == (DUE - DAY).isoformat()
    assert town.pieces.listed("Subcontractor", due_to=DUE - 2 * DAY)["count"] == 0
    everything = town.pieces.listed(limit=1)
    assert len(everything["pieces"]) == 1 < everything["count"]
    days = [one["due"] for one in town.pieces.listed()["pieces"]]
    assert days == sorted(days)
    assert town.pieces.listed(due_from=DUE)["count"] + 3 == town.pieces.listed()["count"]
    assert town.pieces.listed("Verifier")["count"] == 0
    with pytest.raises(BadInput):
        town.pieces.listed(limit=0)


@pytest.mark.spec("DEBT-1")
def test_what_passing_on_extinguished_stands_beside_what_was_confirmed(town: Ledger) -> None:
    before = figure(town)
    receivable = accepted(town)
    paper = town.documents.register("Contractor", b"one paper", DocumentKind.TRADE).document
    for start, end in ((0, 60_000), (60_000, 70_000)):
        town.supplier.transfer(
            "Contractor", receivable, "Subcontractor", start=start, end=end, trade_document=paper
        )
    town.supplier.split("Subcontractor", receivable, 0, 20_000)
    town.supplier.transfer("Subcontractor", receivable, "Factor", start=0, end=20_000, trade_document=b"next")
    after = figure(town)
    assert int(after["confirmed"]) - int(before["confirmed"]) == 100_000
    assert int(after["extinguished"]) - int(before["extinguished"]) == 70_000 + 20_000
    assert after["ratio_ppm"] == int(after["extinguished"]) * 1_000_000 // int(after["confirmed"])
    [shared] = [one for one in town.pieces.debts()["documents"] if one["document"] == paper]
    assert (shared["transfers"], shared["amount"]) == (2, "70000")


def figure(ledger: Ledger) -> dict[str, Any]:
    programmes = ledger.pieces.debts()["programmes"]
    empty = {"confirmed": "0", "extinguished": "0"}
    return next((dict(one) for one in programmes if one["programme"] == 1), empty)
