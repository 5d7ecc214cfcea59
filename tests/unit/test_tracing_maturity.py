"""Due dates from the index: what is owed and held, what was shared out, early settlement, recourse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.domain.maturity import BUCKETS, paid_between
from ledger.errors import NotFound
from ledger.tracing.readmodel import ReadModel
from tests.unit.fake_chain import word
from tests.unit.story import Story, opened, party

FACE, DUE = 300, 20_300
"""What the story's receivables are over, and when they are due."""


@pytest.fixture
def story() -> Story:
    """A receivable of general money: the supplier keeps `[0, 100)`, the sub has the rest; due in ten days."""
    story = opened()
    for name in ("sub", "bank of sub"):
        story.admit(name)
    story.mint("company", 1_000)
    story.confirm(1, 0, 0, "supplier", FACE, word("invoice"))
    story.accept(1, "supplier", FACE)
    story.act(story.cut(1, 0, 100), story.pass_on(1, 100, "sub", word("trade")))
    story.date(DUE - 10)
    return story


def model(story: Story, folder: Path) -> ReadModel:
    return ReadModel(story.store(folder / "index.db"), zone_seconds=8 * 3600)


def of(answer: Any, role: str, name: str) -> dict[str, str]:
    [found] = [one for one in answer["buckets"] if (one["role"], one["account"]) == (role, party(name))]
    return dict(found["buckets"])


def only(name: str, amount: int) -> dict[str, str]:
    return {band.name: str(amount if band.name == name else 0) for band in BUCKETS}


def test_what_is_owed_and_held_is_grouped_by_days_until_due(story: Story, tmp_path: Path) -> None:
    read = model(story, tmp_path)
    answer = read.maturities()
    [one] = answer["receivables"]
    assert (one["open"], one["days"], one["bucket"], one["stage"]) == ("300", 10, "8-30", None)
    assert {h["account"]: h["open"] for h in one["holders"]} == {
        party("supplier"): "100",
        party("sub"): "200",
    }
    assert not one["settleable"] and not one["funded"]
    assert of(answer, "owes", "company") == only("8-30", 300)
    assert of(answer, "holds", "sub") == only("8-30", 200)
    later = read.maturities(DUE + 31)
    assert later["receivables"][0]["stage"] == "31-60" and of(later, "owes", "company") == only(
        "overdue", 300
    )


def test_a_party_sees_what_is_its_own(story: Story, tmp_path: Path) -> None:
    read = model(story, tmp_path)
    mine = read.maturities(party=party("sub"))
    assert [h["account"] for h in mine["receivables"][0]["holders"]] == [party("sub")]
    assert [one["role"] for one in mine["buckets"]] == ["holds"]
    owed = read.maturities(party=party("company"))
    assert len(owed["receivables"][0]["holders"]) == 2 and [b["role"] for b in owed["buckets"]] == ["owes"]
    assert read.maturities(party=party("bank of sub"))["receivables"] == []


@pytest.mark.spec("MAT-2")
def test_what_was_shared_out_is_open_no_more(story: Story, tmp_path: Path) -> None:
    """MAT-2: two partial payments, by the index what the contracts' arithmetic gives."""
    story.pay_in(1, 100)
    story.date(DUE)
    read = model(story, tmp_path)
    assert read.maturities()["receivables"][0]["settleable"]
    targets: list[int] = []
    for target in (100, 101):
        before = {a: paid_between(a, b, targets, FACE) for a, b in ((0, 100), (100, 300))}
        targets.append(target)
        after = {a: paid_between(a, b, targets, FACE) for a, b in ((0, 100), (100, 300))}
        story.share_out(1, target - 100 and 100, target, {a: after[a] - before[a] for a in after})
        story.pay_in(1, 1)
    story.sync(read._store)  # type: ignore[arg-type]
    [one] = read.maturities()["receivables"]
    assert (one["paid_in"], one["received"], one["open"]) == ("102", "101", "199")
    shown = read.piece_show(1)
    paid = [int(piece["paid"]) for piece in shown["pieces"]]
    assert paid == [paid_between(0, 100, targets, FACE), paid_between(100, 300, targets, FACE)]
    assert (shown["paid"], shown["paid_in"]) == ("101", "102")


@pytest.mark.spec("MAT-4")
def test_a_piece_settled_early_is_paid_what_its_holder_took(story: Story, tmp_path: Path) -> None:
    """MAT-4"""
    story.settle_early(1, 100, 190)
    read = model(story, tmp_path)
    first, second = read.piece_show(1)["pieces"]
    assert (first["paid"], first["early"]) == ("0", None)
    assert (second["paid"], second["state"]) == ("190", "paid")
    assert second["early"]["discount"] == "10"
    [one] = read.maturities()["receivables"]
    assert one["open"] == "100" and [h["account"] for h in one["holders"]] == [party("supplier")]


@pytest.mark.spec("MAT-3")
def test_the_mark_shows_since_when_and_goes_with_the_debt(story: Story, tmp_path: Path) -> None:
    """MAT-3"""
    story.date(DUE + 1)
    said = {"receivable": 1, "obligor": party("company")}
    story.act(story.say("Receivables", "MarkedOverdue", **said, count=1))
    read = model(story, tmp_path)
    [one] = read.maturities()["receivables"]
    assert (one["stage"], one["overdue_since"]) == ("1-30", "2025-08-01")
    story.act(story.say("Receivables", "MarkedCured", **said, count=0))
    story.sync(read._store)  # type: ignore[arg-type]
    assert read.maturities()["receivables"][0]["overdue_since"] is None


@pytest.mark.spec("MAT-5")
def test_a_piece_that_went_back_shows_why_and_a_write_off_is_counted(story: Story, tmp_path: Path) -> None:
    """MAT-5"""
    place = {"receivable": 1, "start": 100, "end": 300, "document": word("notice")}
    parties = {"holder": party("sub"), "seller": party("supplier")}
    off = {"receivable": 1, "holder": party("sub"), "start": 100, "end": 300, "document": word("reasons")}
    story.act(story.say("Recourse", "WrittenOff", **off))
    read = model(story, tmp_path)
    shares = {h["account"]: h["written_off"] for h in read.maturities()["receivables"][0]["holders"]}
    assert shares == {party("supplier"): "0", party("sub"): "200"}
    assert [piece["written_off"] for piece in read.piece_show(1)["pieces"]] == [False, True]
    story.act(story.say("Recourse", "RecourseDemanded", **place, **parties))
    story.act(
        story.pass_on(1, 100, "supplier", word("notice")),
        story.say("Recourse", "Repurchased", **place, **parties, amount=200),
    )
    story.sync(read._store)  # type: ignore[arg-type]
    history = read.piece_show(1)["pieces"][1]["history"]
    assert [step["against"] for step in history] == ["trade", "recourse"]


def test_what_nobody_confirmed_has_no_due_date(tmp_path: Path) -> None:
    read = model(opened(), tmp_path)
    assert read.maturities()["receivables"] == []
    with pytest.raises(NotFound):
        read.piece_show(1)
