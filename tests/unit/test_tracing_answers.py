"""The answers of `trace bond`, `trace payment` and `piece show`, on a story told in the contracts' events."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from ledger import tables
from ledger.domain import purposes as p
from ledger.domain.limits import Limits
from ledger.errors import BadInput, FalseAnswer, NotFound
from ledger.tracing.columns import IncompleteHistory
from ledger.tracing.conserved import STATES
from ledger.tracing.payment import SeveralPayments
from ledger.tracing.pieces import PieceHistoryBroken
from ledger.tracing.readmodel import ReadModel
from ledger.words import speak
from tests.unit.fake_chain import word
from tests.unit.story import AT, Story, axis, opened, party

pytestmark = pytest.mark.spec("TRACE-1")

Json = dict[str, Any]


def model(story: Story, folder: Path) -> ReadModel:
    return ReadModel(story.store(folder / "index.sqlite"))


def spans(parts: list[Json], *keys: str) -> list[tuple[Any, ...]]:
    return [(int(part["start"]), int(part["end"]), *(part[key] for key in keys)) for part in parts]


def states(answer: Json) -> dict[str, int]:
    return {state: int(amount) for state, amount in answer["states"].items() if int(amount)}


def require_sums(answer: Json) -> None:
    """Tiles and sums, reckoned here once more and not believed."""
    assert answer["conserved"] is True
    raised, at = int(answer["raised"]), 0
    for interval in answer["intervals"]:
        assert int(interval["start"]) == at
        at = int(interval["end"])
        for key in ("onward", "economic"):
            inner = int(interval["start"])
            for part in interval[key]:
                assert int(part["start"]) == inner
                assert int(part["amount"]) == int(part["end"]) - int(part["start"])
                inner = int(part["end"])
            assert not interval[key] or inner == at
    assert at == raised
    assert list(answer["states"]) == list(STATES)
    assert sum(map(int, answer["states"].values())) == raised
    assert (
        sum(int(hop["end"]) - int(hop["start"]) for i in answer["intervals"] for hop in i["path"][-1:])
        == raised
    )


def paid_story() -> Story:
    story = opened()
    story.pay_cost(1, "shop", 15)
    story.date(19100)
    story.allocate(1, 1, 500)
    story.allocate(1, 2, 300)
    story.pay(1, 1, "builder", 200, story.obligation("invoice 1", "builder"))
    story.date(19200)
    return story


# --- trace bond ---


def test_every_state_of_a_direct_spending_bond(tmp_path: Path) -> None:
    """BOND-1: the states partition [0, raised)."""
    answer = model(paid_story(), tmp_path).bond_trace("GREEN-1")
    require_sums(answer)
    assert (answer["chain_id"], answer["rule"], answer["view"], answer["bond"]) == (31337, "fifo", "cash", 1)
    assert (answer["currency"], answer["minor_unit"], answer["as_of"]) == ("CNY", 2, "2022-07-27")
    assert states(answer) == {"cost": 20, "spent": 200, "available": 600, "unallocated": 180}
    assert spans(answer["intervals"], "state", "project", "category", "payee") == [
        (0, 15, "cost", None, None, "shop"),
        (15, 20, "cost", None, None, None),
        (20, 220, "spent", "hydro plant", "1.2.3", "builder"),
        (220, 520, "available", "hydro plant", "1.2.3", None),
        (520, 820, "available", "wind farm", "4.5.6", None),
        (820, 1000, "unallocated", None, None, None),
    ]


def test_age_counts_from_the_value_date_to_payment_or_to_now(tmp_path: Path) -> None:
    answer = model(paid_story(), tmp_path).bond_trace(1)
    assert [interval["age_days"] for interval in answer["intervals"]] == [10, 210, 110, 210, 210, 210]


def test_age_is_null_when_the_value_date_is_not_published(tmp_path: Path) -> None:
    story = Story()
    for name in ("issuer", "ann"):
        story.admit(name)
    story.list_cash()
    story.framework("1")
    story.register_bond(1, "B")
    story.mint("ann", 10)
    story.subscribe(1, "ann", 10)
    story.close(1, 0, 0)
    (interval,) = model(story, tmp_path).bond_trace("B")["intervals"]
    assert interval["age_days"] is None
    assert interval["state"] == "unallocated"


def test_the_cash_path_goes_from_subscription_to_payee(tmp_path: Path) -> None:
    story = paid_story()
    answer = model(story, tmp_path).bond_trace(1)
    paid = answer["intervals"][2]
    assert [hop["sub_account"] for hop in paid["path"]] == ["escrow", "origin", "pool", "line", "general"]
    assert spans(paid["path"][0]["parties"], "party") == [(20, 220, "ann")]
    assert spans(paid["path"]) == [(20, 220), (20, 220), (0, 200), (0, 200), (0, 200)]
    assert paid["path"][-1]["name"] == "builder"
    assert paid["path"][-1]["tx"] == paid["tx"]
    assert (paid["payee_account"], paid["illustrative"]) == (party("builder"), True)
    assert paid["documents"] == ["0x" + word("file of invoice 1").hex()]
    idle = answer["intervals"][5]
    assert spans(idle["path"][0]["parties"], "party") == [(820, 1000, "ben")]
    mixed = answer["intervals"][4]
    assert spans(mixed["path"][0]["parties"], "party") == [(520, 600, "ann"), (600, 820, "ben")]


@pytest.mark.parametrize(("kind", "role"), [(1, "seller"), (2, "borrower"), (3, "reimbursed")])
def test_a_direct_payment_buys_from_the_obligations_payee(tmp_path: Path, kind: int, role: str) -> None:
    story = opened()
    story.allocate(1, 1, 100)
    story.pay(1, 1, "builder", 40, story.obligation("paper", "builder", kind))
    answer = model(story, tmp_path).bond_trace(1, "economic")
    require_sums(answer)
    (line,) = answer["intervals"][1]["economic"]
    assert (line["party"], line["role"], line["start"], line["end"]) == ("builder", role, "20", "60")
    assert line["documents"] == ["0x" + word("file of paper").hex()]
    assert all(interval["onward"] == [] for interval in answer["intervals"])


def test_onward_follows_general_accounts_until_rest_or_redemption(tmp_path: Path) -> None:
    story = opened()
    story.mint("builder", 30)
    story.allocate(1, 1, 100)
    story.pay(1, 1, "builder", 100, story.obligation("invoice", "builder"))
    story.transfer("builder", "sub", 70)
    story.act(story.move(party("sub"), axis(p.redemption(party("sub")), p.CASH), 50))
    story.act(story.move(axis(p.redemption(party("sub")), p.CASH), p.axis_of(p.CASH, p.source()), 45))
    answer = model(story, tmp_path).bond_trace(1)
    require_sums(answer)
    onward = answer["intervals"][1]["onward"]
    # The builder's own 30 left first: first in, first out.
    assert spans(onward, "party", "sub_account", "horizon") == [
        (20, 35, None, "source", "redeemed"),
        (35, 40, "sub", "redemption", "awaiting redemption"),
        (40, 60, "sub", "general", None),
        (60, 120, "builder", "general", None),
    ]
    assert [hop["name"] for hop in onward[0]["path"]] == ["builder", "sub", "sub", "settlement bank"]


def test_a_bond_before_closing_has_raised_nothing(tmp_path: Path) -> None:
    story = Story()
    for name in ("issuer", "ann"):
        story.admit(name)
    story.list_cash(b"JPY")
    story.framework("1")
    story.register_bond(1, "B")
    story.mint("ann", 10)
    story.subscribe(1, "ann", 10)
    answer = model(story, tmp_path).bond_trace("B")
    assert (answer["raised"], answer["intervals"], answer["minor_unit"]) == ("0", [], 0)


def test_refunded_fen_come_back_as_substitutes(tmp_path: Path) -> None:
    """BOND-1: the reversed interval is available again, and what is spent again keeps its origin number."""
    story = opened()
    story.mint("builder", 500)
    story.allocate(1, 1, 300)
    offset = story.pay(1, 1, "builder", 200, story.obligation("invoice", "builder"))
    story.refund(1, 1, "builder", axis(p.budget_line(1)), offset, 60)
    read = model(story, tmp_path)
    answer = read.bond_trace(1)
    require_sums(answer)
    assert states(answer) == {"cost": 20, "spent": 140, "available": 160, "unallocated": 680}
    back = answer["intervals"][1]
    assert spans([back], "state", "payee") == [(20, 80, "available", None)]
    payment = answer["intervals"][2]
    assert back["refund_of"] == f"{payment['tx']}:{payment['log']}"
    assert back["tx"] == story.tx
    assert [hop["sub_account"] for hop in back["path"]] == ["escrow", "origin", "pool", "line", "line"]
    assert back["path"][-1]["refund_of"] == back["refund_of"]
    assert back["documents"] == ["0x" + word("credit note").hex()]
    # The line's own money leaves first; then the substitutes are spent, by another payment.
    store = read._store
    story.pay(1, 1, "sub", 130, story.obligation("invoice 2", "sub"))
    story.sync(store)  # type: ignore[arg-type]
    answer = read.bond_trace(1)
    require_sums(answer)
    assert spans(answer["intervals"], "state", "payee", "refund_of")[1:5] == [
        (20, 50, "spent", "sub", back["refund_of"]),
        (50, 80, "available", None, back["refund_of"]),
        (80, 220, "spent", "builder", None),
        (220, 320, "spent", "sub", None),
    ]


@pytest.mark.spec("BOND-7")
def test_placed_money_is_with_its_place_and_comes_back_as_itself(tmp_path: Path) -> None:
    """980 pooled: 300 out, of which 100 come back, 60 are lost and 20 of those made good."""
    story = opened()
    story.mint("bank", 50)
    story.place(1, 1, "bank", 300)
    story.transfer("bank", "sub", 300)
    read = model(story, tmp_path)
    answer = read.bond_trace(1)
    require_sums(answer)
    placed = answer["intervals"][1]
    assert spans([placed], "state", "payee", "project") == [(20, 320, "placed", "bank", None)]
    assert placed["placement"] == {"id": "1", "instrument": "deposit"}
    assert (placed["onward"], placed["economic"]) == ([], []), "its place owes it, wherever it is"
    assert placed["age_days"] == answer["intervals"][-1]["age_days"], "it is idle all the same"
    story.mint("bank", 200)
    story.bring_back(1, 1, "bank", 0, 100, 7)
    story.lose(1, 1, 240, 60)
    story.make_good(1, 1, "bank", 280, 20)
    story.allocate(1, 1, 700)
    story.sync(read._store)  # type: ignore[arg-type]
    answer = read.bond_trace(1)
    require_sums(answer)
    told = {"cost": 20, "available": 700, "unallocated": 100, "placed": 140, "lost": 40}
    assert states(answer) == told
    assert spans(answer["intervals"], "state")[1:] == [
        (20, 40, "available"),
        (40, 120, "unallocated"),
        (120, 260, "placed"),
        (260, 300, "lost"),
        (300, 320, "unallocated"),
        (320, 1000, "available"),
    ]
    back, lost = answer["intervals"][1], answer["intervals"][4]
    left = answer["intervals"][3]
    assert back["refund_of"] == f"{left['tx']}:{left['log']}", "what is back names the placement"
    assert [hop["sub_account"] for hop in back["path"]] == ["escrow", "origin", "pool", "pool", "line"]
    assert lost["documents"] == ["0x" + word(name).hex() for name in ("deposit", "notice")]


def test_deallocated_money_is_unallocated_again(tmp_path: Path) -> None:
    story = opened()
    story.allocate(1, 1, 300)
    story.deallocate(1, 1, 100)
    answer = model(story, tmp_path).bond_trace(1)
    require_sums(answer)
    assert states(answer) == {"cost": 20, "unallocated": 780, "available": 200}
    assert answer["intervals"][1]["project"] is None
    assert spans(answer["intervals"], "state")[1:3] == [(20, 120, "unallocated"), (120, 320, "available")]


def test_two_bonds_do_not_mix(tmp_path: Path) -> None:
    """BOND-1: for each of them, with a payee, a project and an investor in common."""
    story = opened()
    story.register_bond(2, "GREEN-2")
    story.subscribe(2, "ann", 100)
    story.close(2, 0, 0)
    story.line(3, 2, 1, "second line")
    invoice = story.obligation("invoice", "builder")
    for bond, line, amount in ((1, 1, 50), (2, 3, 40), (1, 1, 25)):
        story.allocate(bond, line, amount)
        story.pay(bond, line, "builder", amount, invoice)
    story.refund(2, 3, "builder", axis(p.budget_line(3)), 0, 10)
    story.transfer("builder", "sub", 100)
    read = model(story, tmp_path)
    first, second = read.bond_trace(1), read.bond_trace("GREEN-2")
    require_sums(first)
    require_sums(second)
    assert states(first) == {"cost": 20, "spent": 75, "unallocated": 905}
    assert states(second) == {"spent": 30, "available": 10, "unallocated": 60}


def test_conserved_is_computed_and_can_be_false(tmp_path: Path) -> None:
    """BOND-1: moves that tile, and an event of a payment that is missing."""
    story = paid_story()
    whole = model(story, tmp_path).bond_trace(1)
    paid = next(b for b in story.chain.blocks if b.header.number == whole["intervals"][2]["block"])
    paid.logs.pop()
    damaged = ReadModel(story.store(tmp_path / "damaged.sqlite")).bond_trace(1)
    assert (whole["conserved"], damaged["conserved"]) == (True, False)
    assert damaged["intervals"] == whole["intervals"]


# --- receivables ---


def receivable_story() -> tuple[Story, bytes]:
    """300 confirmed to the builder: 100 held, 80 passed on to the sub, 120 sold to the factor."""
    story = opened()
    story.mint("factor", 1000)
    story.allocate(1, 1, 400)
    invoice = story.obligation("invoice", "builder")
    story.act(story.say("PieceBook", "ModuleSet", module=party("module"), index=2, permissions=7))
    story.confirm(1, 1, 1, "builder", 300, invoice)
    story.accept(1, "builder", 300)
    story.act(story.cut(1, 0, 100), story.cut(1, 100, 180), story.pass_on(1, 100, "sub", word("trade")))
    story.finance(1, 180, "factor", discount=5, fee=2)
    return story, invoice


def test_a_fee_apart_is_its_payees_line(tmp_path: Path) -> None:
    """What the platform's company earned stands apart from the financier's discount."""
    story, _ = receivable_story()
    story.finance(1, 100, "factor", discount=3, fee=4, payee="builder")
    economic = [
        line for part in model(story, tmp_path).bond_trace(1)["intervals"] for line in part["economic"]
    ]
    sold = [
        line for line in economic if line["piece"]["start"] != "0" and line["holder"]["party"] == "factor"
    ]
    assert [(line["party"], line["role"], line["amount"]) for line in sold[:3]] == [
        ("sub", "supplier", "73"),
        ("factor", "discount", "3"),
        ("builder", "fee", "4"),
    ]
    assert sold[0]["financing"]["registration"]["number"] == "0001"
    assert sold[0]["financing"]["registration"]["attested_by"]["party"] == "factor"


def test_encumbered_money_shows_the_pieces_it_is_locked_for(tmp_path: Path) -> None:
    story, _ = receivable_story()
    answer = model(story, tmp_path).bond_trace(1)
    require_sums(answer)
    assert states(answer) == {"cost": 20, "encumbered": 300, "available": 100, "unallocated": 580}
    locked = answer["intervals"][1:4]
    assert spans(locked, "state", "receivable", "payee") == [
        (20, 120, "encumbered", "1", None),
        (120, 200, "encumbered", "1", None),
        (200, 320, "encumbered", "1", None),
    ]
    assert [interval["piece"] for interval in locked] == [
        {"start": "0", "end": "100"},
        {"start": "100", "end": "180"},
        {"start": "180", "end": "300"},
    ]
    assert spans(locked[2]["economic"], "party", "role", "tier") == [
        (200, 313, "builder", "supplier", 1),
        (313, 318, "factor", "discount", 1),
        (318, 320, "factor", "fee", 1),
    ]


def test_the_economic_view_reaches_every_tier_with_the_discount_on_its_own(tmp_path: Path) -> None:
    """FIN-1: net + discount + fee are the face, to the fen."""
    story, invoice = receivable_story()
    story.settle(1, 1, invoice)
    read = model(story, tmp_path)
    answer = read.bond_trace(1, "economic")
    require_sums(answer)
    paid = answer["intervals"][1:4]
    assert spans(paid, "state", "payee") == [
        (20, 120, "spent", "builder"),
        (120, 200, "spent", "sub"),
        (200, 320, "spent", "factor"),
    ]
    (held,), (passed,), sold = (interval["economic"] for interval in paid)
    assert (held["party"], held["tier"], held["via"]) == ("builder", 1, [])
    assert (passed["party"], passed["role"], passed["tier"]) == ("sub", "supplier", 2)
    assert [(via["party"], via["tier"], via["against"]) for via in passed["via"]] == [("builder", 1, "trade")]
    assert "0x" + word("trade").hex() in passed["documents"]
    assert spans(sold, "party", "role") == [
        (200, 313, "builder", "supplier"),
        (313, 318, "factor", "discount"),
        (318, 320, "factor", "fee"),
    ]
    assert {line["holder"]["party"] for line in sold} == {"factor"}
    assert sold[0]["financing"]["net"] == "113"
    cash = read.bond_trace(1)
    assert [hop["sub_account"] for hop in cash["intervals"][2]["path"]] == [
        "escrow",
        "origin",
        "pool",
        "line",
        "encumbrance",
        "general",
    ]
    # Cash: the factor's earlier money left first, so the bond's fen rest with the factor.
    assert spans(cash["intervals"][3]["onward"], "party") == [(200, 320, "factor")]


def test_a_refunded_part_of_a_settled_piece_is_available_again(tmp_path: Path) -> None:
    story, invoice = receivable_story()
    story.settle(1, 1, invoice)
    story.refund(1, 1, "sub", axis(p.encumbrance(1)), 100, 30)
    answer = model(story, tmp_path).bond_trace(1)
    require_sums(answer)
    assert spans(answer["intervals"], "state", "payee", "receivable")[2:4] == [
        (120, 150, "available", None, None),
        (150, 200, "spent", "sub", "1"),
    ]
    back, kept = answer["intervals"][2:4]
    assert back["refund_of"] == f"{kept['tx']}:{kept['log']}"
    assert [hop["sub_account"] for hop in back["path"]][-2:] == ["encumbrance", "line"]
    assert back["project"] == "hydro plant"
    assert (kept["piece"], back["piece"]) == ({"start": "130", "end": "180"}, None)


def test_what_waits_on_a_holders_claim_is_spent_and_theirs(tmp_path: Path) -> None:
    story, invoice = receivable_story()
    story.settle(1, 1, invoice, kept="sub")
    answer = model(story, tmp_path).bond_trace(1)
    require_sums(answer)
    claim = answer["intervals"][2]
    assert spans([claim], "state", "payee") == [(120, 200, "spent", "sub")]
    assert claim["path"][-1]["sub_account"] == "claim"
    assert spans(claim["economic"], "party", "role") == [(120, 200, "sub", "supplier")]


def test_refused_money_is_available_again(tmp_path: Path) -> None:
    story = opened()
    story.allocate(1, 1, 300)
    story.confirm(1, 1, 1, "builder", 200, story.obligation("invoice", "builder"))
    read = model(story, tmp_path)
    proposed = read.bond_trace(1)
    assert spans(proposed["intervals"], "state", "receivable")[1] == (20, 220, "encumbered", "1")
    assert (proposed["intervals"][1]["economic"], proposed["intervals"][1]["piece"]) == ([], None)
    assert read.piece_show(1)["pieces"] == []
    story.refuse(1, 1, 200)
    story.sync(read._store)  # type: ignore[arg-type]
    answer = read.bond_trace(1)
    require_sums(answer)
    assert states(answer) == {"cost": 20, "unallocated": 680, "available": 300}
    assert read.piece_show(1)["state"] == "refused"


# --- piece show ---


def test_pieces_tile_the_face(tmp_path: Path) -> None:
    """PIECE-1."""
    story, invoice = receivable_story()
    read = model(story, tmp_path)
    shown = read.piece_show(1)
    assert (shown["face"], shown["paid"], shown["state"], shown["due"]) == (
        "300",
        "0",
        "accepted",
        "2025-07-31",
    )
    assert (shown["complete"], shown["obligor"]["party"], shown["currency"]) == (True, "company", "CNY")
    assert shown["funded_by"] == {
        "bond": 1,
        "label": "GREEN-1",
        "line": "hydro line",
        "project": "hydro plant",
    }
    pieces = shown["pieces"]
    assert [(s, e, holder["party"], state) for s, e, holder, state in spans(pieces, "holder", "state")] == [
        (0, 100, "builder", "held"),
        (100, 180, "sub", "held"),
        (180, 300, "factor", "held"),
    ]
    assert [(piece["layers"], piece["sequence"]) for piece in pieces] == [(0, 1), (1, 3), (1, 5)]
    assert pieces[2]["history"][0]["against"] == "financing"
    story.act(story.lock(1, 0))
    story.sync(read._store)  # type: ignore[arg-type]
    assert read.piece_show(1)["pieces"][0]["lock"] == party("module")
    story.settle(1, 1, invoice)
    story.sync(read._store)  # type: ignore[arg-type]
    settled = read.piece_show(1)
    assert (settled["paid"], settled["state"]) == ("300", "settled")
    assert {piece["state"] for piece in settled["pieces"]} == {"paid"}


@pytest.mark.parametrize("dropped", ["Cut", "PieceMoved", "Locked", "Unlocked"])
def test_a_dropped_act_is_a_hole_in_the_sequence(tmp_path: Path, dropped: str) -> None:
    """PIECE-1: a middle tier cannot be hidden."""
    story, invoice = receivable_story()
    story.settle(1, 1, invoice)
    topic = next(log["topics"][0] for log in [_log(story.say("PieceBook", dropped, **_any(dropped)))])
    block = next(b for b in story.chain.blocks if any(log["topics"][0] == topic for log in b.logs))
    block.logs.remove(next(log for log in block.logs if log["topics"][0] == topic))
    with pytest.raises(PieceHistoryBroken):
        model(story, tmp_path).piece_show(1)


def test_a_hole_in_the_layers_is_noticed(tmp_path: Path) -> None:
    """PIECE-1: a change of holder cannot be left out even where the sequence is repaired."""
    story, _ = receivable_story()
    story.pieces[1, 100][2] += 1
    story.act(story.pass_on(1, 100, "builder", word("trade back")))
    with pytest.raises(PieceHistoryBroken, match="a hole in its layers"):
        model(story, tmp_path).piece_show(1)


def _any(event: str) -> Json:
    common = {"receivable": 1, "start": 0, "end": 1, "sequence": 1}
    more = {
        "Cut": {"middle": 1},
        "PieceMoved": {"from": party("a"), "to": party("b"), "layers": 1, "document": word("d")},
    }
    return common | more.get(event, {"module": 1})


def _log(emitted: Any) -> Json:
    return {"topics": emitted.topics}


def test_a_fact_about_something_that_no_event_made_is_a_gap(tmp_path: Path) -> None:
    """IDX-1: an index with a row missing says so."""
    story = opened()
    block = next(
        b for b in story.chain.blocks if len(b.logs) == 1 and b.logs[0]["address"] == AT["BondOffice"]
    )
    block.logs.clear()
    with pytest.raises(IncompleteHistory, match="speaks of what no earlier event made"):
        model(story, tmp_path).bond_trace(1)


def test_a_dropped_cash_move_is_noticed(tmp_path: Path) -> None:
    """CASH-1: no answer is given from moves that do not tile."""
    story = paid_story()
    story.transfer("builder", "sub", 10)
    story.transfer("builder", "sub", 10)
    assert model(story, tmp_path).bond_trace(1)["conserved"] is True
    with closing(sqlite3.connect(tmp_path / "index.sqlite")) as database:
        gone = (story.chain.head() - 1,)
        assert database.execute("delete from moves where block = ?", gone).rowcount == 1
        database.commit()
    with pytest.raises(IncompleteHistory, match="gap in the outgoing moves"):
        model(story, tmp_path).bond_trace(1)
    story.chain.blocks[-2].logs.clear()
    with pytest.raises(FalseAnswer, match="does not begin where"):
        story.store(tmp_path / "false.sqlite")


# --- trace payment ---


def test_backward_from_the_sub_suppliers_cash_to_the_mint(tmp_path: Path) -> None:
    story, invoice = receivable_story()
    tx = story.settle(1, 1, invoice)
    read = model(story, tmp_path)
    with pytest.raises(SeveralPayments) as caught:
        read.payment_trace(tx)
    assert len(caught.value.had) == 3  # type: ignore[arg-type]
    log = next(int(line.split(":")[1].split()[0]) for line in caught.value.had if party("sub") in line)  # type: ignore[attr-defined]
    answer = read.payment_trace(tx, log)
    assert (answer["payee"], answer["amount"], answer["complete"], answer["log"]) == ("sub", "80", True, log)
    (source,) = answer["sources"]
    assert (source["start"], source["end"], source["label"], source["project"]) == (
        "0",
        "80",
        "GREEN-1",
        "hydro plant",
    )
    assert (source["origin_start"], source["origin_end"]) == ("120", "200")
    assert (source["investor"]["party"], source["end_of_trace"]) == ("ann", "minted")
    assert [hop["sub_account"] for hop in source["path"]] == [
        "encumbrance",
        "line",
        "pool",
        "origin",
        "escrow",
        "general",
        "source",
    ]


def test_backward_agrees_with_forward_fen_by_fen(tmp_path: Path) -> None:
    """BOND-1: each spent interval is found again from its payment."""
    story, invoice = receivable_story()
    story.settle(1, 1, invoice)
    story.refund(1, 1, "sub", axis(p.encumbrance(1)), 100, 30)
    story.allocate(1, 2, 200)
    story.pay(1, 1, "shop", 125, story.obligation("invoice 3", "shop"))
    read = model(story, tmp_path)
    answer = read.bond_trace(1)
    require_sums(answer)
    spent = [interval for interval in answer["intervals"] if interval["state"] == "spent"]
    assert len(spent) >= 5
    for interval in spent:
        sources = read.payment_trace(interval["tx"], interval["log"])["sources"]
        numbers = [n for s in sources for n in range(int(s["origin_start"]), int(s["origin_end"]))]
        assert set(range(int(interval["start"]), int(interval["end"]))) <= set(numbers)


def test_a_payment_out_of_mixed_money_names_each_source(tmp_path: Path) -> None:
    story = opened()
    story.mint("builder", 30)
    story.allocate(1, 1, 100)
    story.pay(1, 1, "builder", 100, story.obligation("invoice", "builder"))
    tx = story.transfer("builder", "sub", 70)
    answer = model(story, tmp_path).payment_trace(tx)
    assert spans(answer["sources"], "bond", "origin_start", "project") == [
        (0, 30, None, None, None),
        (30, 70, 1, "20", "hydro plant"),
    ]
    assert (answer["complete"], answer["cut"]) == (True, "0")
    assert (answer["payer"]["party"], answer["payee"]) == ("builder", "sub")


def test_a_horizon_shows_what_it_cuts_off(tmp_path: Path) -> None:
    story = opened()
    story.allocate(1, 1, 100)
    story.pay(1, 1, "builder", 100, story.obligation("invoice", "builder"))
    tx = story.transfer("builder", "sub", 70)
    near = model(story, tmp_path).payment_trace(tx, limits=Limits(hops=1))
    assert (near["complete"], near["cut"]) == (False, "70")
    assert spans(near["sources"], "end_of_trace", "bond") == [(0, 70, "cut", None)]


@pytest.mark.parametrize(
    ("tx", "error"), [("0x12", BadInput), ("nothing", BadInput), ("0x" + "00" * 32, NotFound)]
)
def test_payments_that_are_not_there(tmp_path: Path, tx: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        model(paid_story(), tmp_path).payment_trace(tx)


def test_a_log_that_moved_nothing_is_not_found(tmp_path: Path) -> None:
    story = paid_story()
    tx = story.transfer("builder", "sub", 1)
    with pytest.raises(NotFound):
        model(story, tmp_path).payment_trace(tx, 99)


# --- asking ---


@pytest.mark.parametrize(("bond", "error"), [(7, NotFound), ("7", NotFound), ("NO SUCH", NotFound)])
def test_unknown_bonds(tmp_path: Path, bond: int | str, error: type[Exception]) -> None:
    with pytest.raises(error):
        model(opened(), tmp_path).bond_trace(bond)


def test_unknown_views_rules_receivables_and_blocks(tmp_path: Path) -> None:
    read = model(opened(), tmp_path)
    with pytest.raises(BadInput):
        read.bond_trace(1, "both")
    with pytest.raises(BadInput):
        read.bond_trace(1, rule="lifo")
    with pytest.raises(NotFound):
        read.piece_show(1)
    with pytest.raises(BadInput):
        read.bond_trace(1, as_of_block=10**6)


def test_two_bonds_with_one_label_are_asked_for_by_number(tmp_path: Path) -> None:
    story = opened()
    story.register_bond(2, "GREEN-1")
    read = model(story, tmp_path)
    with pytest.raises(BadInput):
        read.bond_trace("GREEN-1")
    assert read.bond_trace("1")["bond"] == 1


def test_as_of_an_earlier_block_equals_the_answer_of_then(tmp_path: Path) -> None:
    """IDX-1: the past can be asked, and has not changed."""
    story = opened()
    store = story.store(tmp_path / "index.sqlite")
    read = ReadModel(store)
    then: dict[int, Json] = {}

    def note() -> None:
        story.sync(store)
        answer = read.bond_trace(1)
        require_sums(answer)
        then[answer["block"]] = answer

    note()
    story.allocate(1, 1, 400)
    note()
    offset = story.pay(1, 1, "builder", 200, story.obligation("invoice", "builder"))
    note()
    story.refund(1, 1, "builder", axis(p.budget_line(1)), offset, 60)
    note()
    for block, answer in then.items():
        assert read.bond_trace(1, as_of_block=block) == answer


def test_a_rollback_is_forgotten_by_the_read_model_too(tmp_path: Path) -> None:
    """IDX-1: kept facts and columns do not outlive a reorganisation."""
    story = paid_story()
    store = story.store(tmp_path / "index.sqlite")
    read = ReadModel(store)
    before, block, counters = (
        read.bond_trace(1),
        story.chain.head(),
        {k: list(v) for k, v in story.counters.items()},
    )
    story.allocate(1, 2, 30)
    story.pay(1, 1, "builder", 50, story.obligation("more", "builder"))
    story.sync(store)
    assert read.bond_trace(1) != before
    gone = story.chain.head() - 1
    past, raised = read.bond_trace(1, as_of_block=gone), read.findings()["findings"]
    assert read.findings()["findings"] is raised, "asked again, nothing is looked for again"
    story.chain.fork(block)
    story.counters.clear()
    story.counters.update(counters)
    story.sync(store)
    assert read.bond_trace(1) == before
    story.allocate(1, 1, 7)
    story.sync(store)
    for _ in range(3):
        story.mint("shop", 5)
    story.sync(store)
    fresh = ReadModel(story.store(tmp_path / "fresh.sqlite"))
    assert read.bond_trace(1) == fresh.bond_trace(1)
    assert read.bond_trace(1, as_of_block=gone) == fresh.bond_trace(1, as_of_block=gone) != past
    assert read.findings() == fresh.findings()


# --- the rules that number no fen ---


def mixed_story() -> tuple[Story, str]:
    """The bond pays the builder 100 beside 100 of its own, and 60 of the 200 go on to the sub."""
    story = opened()
    story.allocate(1, 1, 300)
    story.mint("builder", 100)
    story.pay(1, 1, "builder", 100, story.obligation("invoice", "builder"))
    return story, story.transfer("builder", "sub", 60)


def held(answer: Json) -> list[tuple[Any, ...]]:
    return [(one["party"], one["horizon"], int(one["least"]), int(one["most"])) for one in answer["holders"]]


@pytest.mark.spec("TRACE-3")
def test_who_has_what_a_bond_paid_by_each_rule(tmp_path: Path) -> None:
    story, _ = mixed_story()
    read = model(story, tmp_path)
    prorata, bounds = (read.bond_trace(1, rule=rule) for rule in ("prorata", "bounds"))
    for answer in (prorata, bounds):
        require_sums(answer)
        assert all(interval["onward"] == [] for interval in answer["intervals"])
    assert held(prorata) == [("builder", None, 70, 70), ("sub", None, 30, 30)]
    assert held(bounds) == [("builder", None, 40, 100), ("sub", None, 0, 60)]
    assert (prorata["rule"], prorata["horizon"]) == ("prorata", {"hops": None, "until": None, "least": "1"})
    assert read.bond_trace(1)["holders"] == []
    assert read.bond_trace(1, "economic", rule="bounds")["holders"] == []


@pytest.mark.spec("TRACE-3")
def test_what_funded_a_payment_by_each_rule(tmp_path: Path) -> None:
    story, tx = mixed_story()
    read = model(story, tmp_path)

    def told(rule: str) -> list[tuple[Any, ...]]:
        answer = read.payment_trace(tx, rule=rule)
        assert (answer["rule"], answer["complete"], answer["cut"]) == (rule, True, "0")
        return [
            (one["label"], one["party"], one["end_of_trace"], int(one["least"]), int(one["most"]))
            for one in answer["sources"]
        ]

    assert sorted(told("prorata"), key=str) == [
        ("GREEN-1", None, "bond", 30, 30),
        (None, "builder", "minted", 30, 30),
    ]
    assert sorted(told("bounds"), key=str) == [
        ("GREEN-1", None, "bond", 0, 60),
        (None, "builder", "minted", 0, 60),
    ]


@pytest.mark.spec("TRACE-3")
def test_a_refund_is_the_bonds_money_by_every_rule(tmp_path: Path) -> None:
    """Forward it ends in the bond's books; backward it comes from the bond."""
    story, _ = mixed_story()
    story.refund(1, 1, "builder", axis(p.budget_line(1)), 0, 60)
    story.pay(1, 1, "shop", 260, story.obligation("invoice 2", "shop"))
    read = model(story, tmp_path)
    for rule in ("prorata", "bounds"):
        (source,) = read.payment_trace(story.tx, rule=rule)["sources"]
        assert (source["label"], source["least"], source["most"]) == ("GREEN-1", "260", "260")
    answer = read.bond_trace(1, rule="prorata")
    require_sums(answer)
    assert sum(int(one["most"]) for one in answer["holders"]) == 300
    assert {one["horizon"] for one in answer["holders"]} == {None, "refunded"}


@pytest.mark.spec("TRACE-3")
def test_every_horizon_shows_what_it_cuts(tmp_path: Path) -> None:
    """Of hops, of time and of amount, forward and backward, by each rule."""
    story, tx = mixed_story()
    read = model(story, tmp_path)
    paid = story.chain.blocks[-2].header.number
    for rule in ("prorata", "bounds"):
        for limits in (Limits(hops=0), Limits(until=str(paid)), Limits(until="2022-01-08")):
            cut = [one for one in held(read.bond_trace(1, rule=rule, limits=limits)) if one[1] == "cut"]
            assert [one[0] for one in cut] == (["builder"] if limits.day is None else [])
        answer = read.payment_trace(tx, rule=rule, limits=Limits(until=str(paid + 1)))
        assert [one["end_of_trace"] for one in answer["sources"]] == ["cut"]
        assert (answer["cut"], answer["complete"]) == ("60", False)
    small = held(read.bond_trace(1, rule="prorata", limits=Limits(least=31)))
    assert small == [("builder", None, 70, 70), ("builder", "cut", 30, 30)]
    with pytest.raises(BadInput, match="no amount horizon"):
        read.bond_trace(1, rule="bounds", limits=Limits(least=2))
    onward = read.bond_trace(1, limits=Limits(until=str(paid)))["intervals"][1]["onward"]
    assert [(part["horizon"], int(part["amount"])) for part in onward] == [(None, 100)]
    tight = read.payment_trace(tx, limits=Limits(until=str(paid + 1)))
    assert (tight["cut"], [one["end_of_trace"] for one in tight["sources"]]) == ("60", ["cut"])


@pytest.mark.parametrize("limits", [{"hops": -1}, {"least": 0}, {"until": "yesterday"}])
def test_limits_that_cannot_be_right(limits: Json) -> None:
    with pytest.raises(BadInput):
        Limits(**limits)


@pytest.mark.parametrize(
    ("language", "rule", "said"),
    [
        ("en", "prorata", ["Who has what was paid", "70.00", "builder"]),
        ("en", "bounds", ["at least", "at most", "40.00", "100.00"]),
        ("zh", "bounds", ["已付资金现由谁持有，规则 上下限", "至少"]),
    ],
)
def test_shares_as_a_table(tmp_path: Path, language: str, rule: str, said: list[str]) -> None:
    story, tx = mixed_story()
    read = model(story, tmp_path)
    out = Console(width=160, record=True, file=StringIO())
    speak(language)
    try:
        tables.trace(out, scaled(read.bond_trace(1, rule=rule)))
        tables.payment(out, scaled(read.payment_trace(tx, rule=rule)))
    finally:
        speak("en")
    text = out.export_text()
    assert all(one in text for one in [*said, "GREEN-1"])


def scaled(answer: Json) -> Json:
    """The story's hundred fen as a hundred yuan, to be read as a person would."""
    more = {key: str(int(answer[key]) * 100) for key in ("amount", "raised") if key in answer}
    listed = [name for name in ("holders", "sources") if name in answer]
    for name in listed:
        more[name] = [
            {**one, "least": str(int(one["least"]) * 100), "most": str(int(one["most"]) * 100)}
            for one in answer[name]
        ]
    return {**answer, **more}
