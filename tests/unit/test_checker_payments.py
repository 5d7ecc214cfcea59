"""EVD-1 of payments: back to the mint, through general accounts and refunds; each forgery is named."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ledger.errors import NotFound
from ledger.reports.checker.verify_pack import verify_pack
from ledger.reports.evidence import EvidenceFails, Subject, build_pack
from ledger.reports.sources import payment_place
from tests.unit.checker_world import CASH, CHAIN_ID, CONTROLLER, SOURCE_AXIS, World
from tests.unit.test_checker_pack import (
    BUILDER,
    ESCROW1,
    HOLDER,
    INVESTOR1,
    LINE1,
    ORIGIN,
    POOL,
    PURPOSES,
    SUSPENDED,
    act,
    change,
    names_in,
)

pytestmark = pytest.mark.spec("EVD-1")


class Step(NamedTuple):
    """One hop of a path by hand; `block` and `index` name the move's transaction."""

    axis: str
    start: int
    block: int | None = None
    index: int = 0
    refund_of: tuple[int, int] | None = None


def lived() -> World:
    """100 raised, 40 paid, 20 of them refunded; what was left and the substitutes go to a holder, and on."""
    world = World()
    act(world, (SOURCE_AXIS, INVESTOR1, 100))
    world.mine()
    act(world, (INVESTOR1, ESCROW1, 100))
    world.open_line(1, "turbines", "wind")
    world.mine()
    act(world, (ESCROW1, ORIGIN, 100), (ORIGIN, POOL, 100), (POOL, LINE1, 100))
    world.mine()
    act(world, (LINE1, BUILDER, 40))
    world.mine()
    world.begin()
    world.refund(BUILDER, LINE1, LINE1.axis, 10, 20)
    world.mine()
    act(world, (LINE1, HOLDER, 80))
    world.mine()
    act(world, (HOLDER, SUSPENDED, 70))
    world.mine()
    return world


def build(world: World, answer: dict[str, Any], folder: Path) -> Path:
    """From what the answer names alone; the rest is found."""
    facts = {"payment": payment_place(world, answer), "cash": CASH}
    subject = Subject("payment", facts, names=names_in(PURPOSES), proceeds=CONTROLLER)
    return build_pack(world, answer, subject, folder)


def answer_of(world: World) -> dict[str, Any]:
    """Seventy of the holder's eighty: sixty that were never spent before, ten that came back."""
    shared = [(POOL.axis, 3), (ORIGIN.axis, 3), (ESCROW1.axis, 3), (INVESTOR1, 2), (SOURCE_AXIS, 1)]
    plain = [Step(HOLDER, 0), Step(LINE1.axis, 40, 6), *(Step(axis, 40, block) for axis, block in shared)]
    back = [Step(HOLDER, 60), Step(LINE1.axis, 100, 6), Step(LINE1.axis, 10, 5, 0, (4, 0))]
    back += [Step(axis, 10, block) for axis, block in shared]
    head, [payment] = world.blocks[-1], world.by_block[7]
    return {
        "chain_id": CHAIN_ID,
        "as_of_block": int(head["number"], 16),
        "as_of_block_hash": head["hash"],
        "block": 7,
        "tx": payment.fields["hash"],
        "log": 0,
        "amount": "70",
        "payer": {"account": HOLDER},
        "payee_account": SUSPENDED,
        "document": "0x" + payment.logs[0]["data"][-64:],
        "horizon": {"hops": None, "until": None, "least": "1"},
        "rule": "fifo",
        "cut": "0",
        "complete": True,
        "sources": [source(world, 0, 60, 40, plain), source(world, 60, 70, 10, back)],
    }


def source(world: World, start: int, end: int, origin: int, path: list[Step]) -> dict[str, Any]:
    amount = end - start
    return {
        "start": str(start),
        "end": str(end),
        "amount": str(amount),
        "bond": 7,
        "origin_start": str(origin),
        "origin_end": str(origin + amount),
        "investor": {"account": INVESTOR1},
        "line": "turbines",
        "project": "wind",
        "end_of_trace": "minted",
        "path": [told(world, step, amount) for step in path],
    }


def told(world: World, step: Step, amount: int) -> dict[str, Any]:
    def tx(block: int, index: int) -> str:
        return str(world.by_block[block][index].fields["hash"])

    return {
        "address": step.axis,
        "sub_account": SUB_ACCOUNTS.get(step.axis, "general"),
        "start": str(step.start),
        "end": str(step.start + amount),
        "document": document(world, step),
        "tx": None if step.block is None else tx(step.block, step.index),
        "block": step.block,
        "refund_of": f"{tx(*step.refund_of)}:9" if step.refund_of else None,
    }


SUB_ACCOUNTS = {SOURCE_AXIS: "source"} | {
    purpose.axis: purpose.name.lower() for purpose in (POOL, ORIGIN, ESCROW1, LINE1)
}


def document(world: World, step: Step) -> str | None:
    """What the move cites by which the money left from there; None at the payment itself."""
    if step.block is None:
        return None
    return "0x" + str(world.by_block[step.block][step.index].logs[0]["data"])[-64:]


@pytest.fixture(scope="module")
def world() -> World:
    return lived()


@pytest.fixture(scope="module")
def sealed(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(world, answer_of(world), tmp_path_factory.mktemp("payments") / "pack")


def problem(sealed: Path, folder: Path, name: str, how: Callable[[Any], Any]) -> str:
    pack = Path(shutil.copytree(sealed, folder / "pack"))
    change(pack, name, how)
    report = verify_pack(pack)
    assert not report["ok"]
    return "\n".join(report["problems"])


def test_substitutes_lead_back_through_the_payment_that_was_reversed(sealed: Path) -> None:
    report = verify_pack(sealed)
    assert report["ok"], report["problems"]
    assert (report["amount"], report["payment"]) == (70, "7/0/0")


def test_what_the_money_was_for_is_named_and_nothing_else(sealed: Path) -> None:
    purposes = json.loads((sealed / "counters.json").read_bytes())["purposes"]
    assert purposes[ORIGIN.axis] == ["ORIGIN", 7]
    assert purposes[ESCROW1.axis] == ["ESCROW", 7, INVESTOR1]
    assert HOLDER not in purposes and SOURCE_AXIS not in purposes


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (1, f"moves into axis {INVESTOR1} (OUTSIDE): [40, 100) is missing before move 2/0/0"),
        (3, f"moves into axis {LINE1.axis} (LINE 1): [40, 110) is missing before move 6/0/0"),
        (4, "the payment that move 5/0/0"),
        (5, f"moves into axis {LINE1.axis} (LINE 1): [100, 110) is missing before move 6/0/0"),
        (6, f"moves into axis {HOLDER} (OUTSIDE): [0, 70) is missing before the question"),
        (7, "the payment 7/0/0 is missing"),
    ],
)
def test_a_move_left_out_everywhere_is_a_gap_on_the_way_back(
    sealed: Path, tmp_path: Path, block: int, said: str
) -> None:
    pack = Path(shutil.copytree(sealed, tmp_path / "pack"))
    (pack / "receipts" / f"{block}-0.json").unlink()
    change(pack, "moves.json", lambda moves: [move for move in moves if move["block"] != block])
    assert said in "\n".join(verify_pack(pack)["problems"])


def test_a_refund_cannot_be_passed_off_as_plain_money(world: World, tmp_path: Path) -> None:
    """Followed by first in, first out, the substitutes would come from the builder."""
    answer = copy.deepcopy(answer_of(world))
    answer["sources"][1]["path"][2] |= {"address": BUILDER, "start": "0", "end": "10", "refund_of": None}
    with pytest.raises(EvidenceFails, match=rf"source \[60, 70\): path 2 address is {LINE1.axis}"):
        build(world, answer, tmp_path / "pack")


def test_the_mint_is_where_the_contract_has_it(sealed: Path, tmp_path: Path) -> None:
    """An account that is called the source would end the way back early."""
    said = problem(sealed, tmp_path, "counters.json", lambda c: c["purposes"].update({INVESTOR1: ["SOURCE"]}))
    assert f"axis {INVESTOR1} is not that of SOURCE []" in said


def test_a_purpose_axis_without_a_name_is_no_bond(sealed: Path, tmp_path: Path) -> None:
    said = problem(sealed, tmp_path, "counters.json", lambda c: c["purposes"].pop(ORIGIN.axis) and None)
    assert "bond is None" in said


def test_sources_tile_the_payment(sealed: Path, tmp_path: Path) -> None:
    def shorter(answer: Any) -> None:
        answer["sources"].pop()

    assert "it ends before 70" in problem(sealed, tmp_path, "answer.json", shorter)


def test_two_ways_cannot_be_told_as_one(sealed: Path, tmp_path: Path) -> None:
    def merged(answer: Any) -> None:
        answer["sources"] = [answer["sources"][0] | {"end": "70", "amount": "70"}]

    assert "answer.json: source [0, 70): its fen did not all go the same way" in problem(
        sealed, tmp_path, "answer.json", merged
    )


def test_a_payment_that_is_not_there_has_no_place(world: World) -> None:
    with pytest.raises(NotFound, match="has no log 7"):
        payment_place(world, answer_of(world) | {"log": 7})
