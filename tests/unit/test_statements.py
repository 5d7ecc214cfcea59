"""A bond's statements: each sums to what was raised, says so when it does not, and can be looked at."""

from __future__ import annotations

from io import StringIO
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.console import Console

from ledger import statement_tables
from ledger.flow_picture import MOST, picture
from ledger.reports.statements import allocation, flows, reconciliation
from ledger.statement_page import page
from ledger.tracing.readmodel import ReadModel
from ledger.words import speak
from tests.unit.story import Story, opened, party

pytestmark = pytest.mark.spec("RPT-1")

Json = dict[str, Any]
SVG = "{http://www.w3.org/2000/svg}"


def lived() -> Story:
    """Of 1,000: costs 20, 300 placed of which 100 lost, 350 and 200 on lines, 180 of them paid out."""
    story = opened()
    story.place(1, 1, "bank", 300)
    story.lose(1, 1, 200, 100)
    story.allocate(1, 1, 350)
    story.allocate(1, 2, 200)
    story.pay(1, 1, "builder", 120, story.obligation("invoice 1", "builder"))
    story.pay(1, 2, "builder", 60, story.obligation("invoice 2", "builder"))
    story.transfer("builder", "ann", 30)
    story.date(19200)
    return story


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Json:
    folder = tmp_path_factory.mktemp("statements")
    return dict(ReadModel(lived().store(folder / "index.sqlite")).bond_trace(1))


def without(trace: Json, place: int) -> Json:
    """The trace with one of its intervals left out."""
    left = [one for index, one in enumerate(trace["intervals"]) if index != place]
    return {**trace, "intervals": left}


# --- allocation --------------------------------------------------------------------------------------------


def test_the_allocation_table_has_every_line_and_all_that_is_on_none(trace: Json) -> None:
    answer = allocation(trace)
    keys = ("category", "project", "allocated", "available", "encumbered", "spent", "share_ppm")
    assert [tuple(row[key] for key in keys) for row in answer["rows"]] == [
        ("1.2.3", "hydro plant", "350", "230", "0", "120", 350_000),
        ("4.5.6", "wind farm", "200", "140", "0", "60", 200_000),
    ]
    assert [row["allocated"] for row in answer["categories"]] == ["350", "200"]
    assert answer["rest"] == {
        "cost": "20",
        "unallocated": "130",
        "placed": "200",
        "lost": "100",
        "returned": "0",
    }
    assert (answer["total"], answer["adds_up"], answer["block"]) == ("1000", True, trace["block"])


def test_a_table_that_misses_an_interval_says_that_it_does_not_add_up(trace: Json) -> None:
    assert not any(allocation(without(trace, one))["adds_up"] for one in range(len(trace["intervals"])))
    assert not allocation({**trace, "conserved": False})["adds_up"]


# --- flows -------------------------------------------------------------------------------------------------


def named(answer: Json) -> dict[tuple[str, str], int]:
    names = {node["id"]: (node["kind"], node["name"]) for node in answer["nodes"]}
    found: dict[tuple[str, str], int] = {}
    for link in answer["links"]:
        key = (names[link["source"]][1], names[link["target"]][1])
        assert key not in found
        found[key] = int(link["amount"])
    return found


def test_flows_go_from_investors_to_who_has_the_money(trace: Json) -> None:
    answer = flows(trace)
    found = named(answer)
    assert found["ann", "GREEN-1"] + found["ben", "GREEN-1"] == 1_000
    assert (found["GREEN-1", "hydro plant"], found["GREEN-1", "placed"]) == (350, 200)
    assert (found["hydro plant", "builder"], found["wind farm", "builder"]) == (120, 60)
    assert (found["builder", "ann"], found["builder", "builder"]) == (30, 150)
    assert answer["adds_up"] and answer["rule"] == "fifo"


def test_each_node_passes_on_no_more_than_it_got(trace: Json) -> None:
    answer = flows(trace)
    for node in answer["nodes"]:
        into = sum(int(link["amount"]) for link in answer["links"] if link["target"] == node["id"])
        out = sum(int(link["amount"]) for link in answer["links"] if link["source"] == node["id"])
        assert node["level"] == 0 or out <= into
        assert int(node["amount"]) == (into or out)


def test_flows_that_miss_an_interval_say_so(trace: Json) -> None:
    assert not any(flows(without(trace, one))["adds_up"] for one in range(len(trace["intervals"])))


def test_what_is_withheld_stays_so_and_the_sums_whole(trace: Json) -> None:
    hidden = [
        {**one, "payee": None, "payee_account": None, "path": [], "onward": [], "withheld": True}
        if one["state"] == "spent"
        else one
        for one in trace["intervals"]
    ]
    answer = flows({**trace, "intervals": hidden})
    assert answer["adds_up"] and party("builder") not in str(answer)
    assert {node["kind"] for node in answer["nodes"] if node["name"] == ""} == {"withheld"}


# --- reconciliation ----------------------------------------------------------------------------------------

PLACES = [
    {"state": "unallocated", "name": "pool", "axis": "0x1", "balance": "130"},
    {"state": "available", "name": "budget line 1", "axis": "0x2", "balance": "230"},
    {"state": "available", "name": "budget line 2", "axis": "0x3", "balance": "140"},
]


def test_three_sides_that_agree_reconcile(trace: Json) -> None:
    contract = {state: int(amount) for state, amount in trace["states"].items()}
    answer = reconciliation(trace, contract, PLACES)
    assert answer["agrees"] and answer["total"] == {"trace": "1000", "contract": "1000"}
    sides = {row["state"]: row["sub_accounts"] for row in answer["rows"]}
    assert (sides["available"], sides["unallocated"], sides["spent"]) == ("370", "130", None)


def test_each_side_that_differs_is_seen(trace: Json) -> None:
    contract = {state: int(amount) for state, amount in trace["states"].items()}
    for state in contract:
        other = reconciliation(trace, {**contract, state: contract[state] + 1}, PLACES)
        assert not other["agrees"]
        assert {row["state"]: row["difference"] for row in other["rows"]}[state] == "1"
    short = [*PLACES[:-1], {**PLACES[-1], "balance": "139"}]
    assert not reconciliation(trace, contract, short)["agrees"]
    assert not reconciliation({**trace, "conserved": False}, contract, PLACES)["agrees"]


# --- looked at ---------------------------------------------------------------------------------------------


def drawn(answer: Json) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(picture(answer)).iter(f"{SVG}rect"))[1:]


def test_the_picture_has_a_box_for_each_node_as_high_as_its_amount(trace: Json) -> None:
    answer = flows(trace)
    boxes = drawn(answer)
    assert len(boxes) == len(answer["nodes"])
    ordered = sorted(answer["nodes"], key=lambda node: int(node["level"]))
    heights = [int(box.get("height", 0)) for box in boxes]
    assert heights == [max(1, 560 * int(node["amount"]) // 1_000) for node in ordered]


def test_many_investors_are_drawn_as_the_largest_and_the_others(trace: Json) -> None:
    many = [
        {"party": f"<{n}>", "account": f"0x{n}", "start": str(n), "end": str(n + 1)} for n in range(1_000)
    ]
    first, *rest = trace["intervals"]
    whole = {**first, "path": [{**first["path"][0], "parties": many}, *first["path"][1:]]}
    bare = [{**one, "path": [{**one["path"][0], "parties": many[:0]}]} for one in rest]
    answer = flows({**trace, "intervals": [whole, *bare]})
    column = [node for node in answer["nodes"] if node["level"] == 0]
    assert len(column) == 1_001
    assert len(drawn(answer)) == MOST + len(answer["nodes"]) - len(column)


@pytest.mark.spec("LANG-1")
@pytest.mark.parametrize(("language", "head"), [("en", "Reconciliation by state"), ("zh", "按状态对账表")])
def test_tables_and_page_are_told_in_either_language(trace: Json, language: str, head: str) -> None:
    contract = {state: int(amount) for state, amount in trace["states"].items()}
    sheet = reconciliation(trace, contract, PLACES)
    late = {"kind": "overdue", "what": "0-30", "party": "<Core>", "since": "2025-01-01", "amount": "5"}
    odd = {**allocation(trace), "exceptions": [{**late, "reference": "1", "documents": []}]}
    told = StringIO()
    console = Console(file=told, width=160)
    speak(language)
    try:
        statement_tables.allocation(console, allocation(trace))
        statement_tables.flows(console, flows(trace))
        statement_tables.reconciliation(console, sheet)
        statement_tables.exceptions(console, odd)
        statement_tables.exceptions(console, {**odd, "exceptions": []})
        written = page(allocation(trace), flows(trace), sheet, odd)
    finally:
        speak("en")
    assert head in told.getvalue() and head in written
    assert "1.20" in told.getvalue() and "0.05" in told.getvalue()
    assert "&lt;Core&gt;" in written and "<Core>" not in written
