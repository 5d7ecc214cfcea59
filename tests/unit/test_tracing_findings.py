"""What the ledger's own index shows: schemes are raised, honest cases are not, and no label is ever read."""

from __future__ import annotations

import ast
import random
from collections import defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.bankmoney import Booking, Leg, reconcile
from ledger.domain.dates import date_of, format_day, parse_day
from ledger.domain.history import Header
from ledger.domain.indicators import all_indicators, begins, changed, in_force, indicators_of, jurisdictions
from ledger.errors import BadInput, NotFound
from ledger.indexer import Indexer
from ledger.store import Store
from ledger.tracing.alerts.case import Beside
from ledger.tracing.alerts.kin import tags_of
from ledger.tracing.alerts.onledger import INDICATORS
from ledger.tracing.readmodel import ReadModel
from ledger.words import findings as words
from tests.unit.fake_chain import FakeChain, abi_of, emit, moved
from tests.unit.schemes import HALF, HONEST, SCHEMES, A, Planted, left_idle, outside, planted, trip
from tests.unit.story import AT
from tests.unit.town import BEGIN, CASH, DAY, Index, Town, at, block_before, day_of

pytestmark = pytest.mark.spec("ALERT-1")

Json = dict[str, Any]


def beside(made: Planted) -> Beside:
    """The tags that a bank attests, and its statement compared with the ledger's mints and burns."""
    town = made.town
    told = [row for row in town.index.told if row.contract == "Cash"]
    legs = [
        Leg(
            date_of(day_of(town.index.times[row.block])),
            row.args["bankReference"],
            "in" if row.name == "Minted" else "out",
            row.args["amount"],
            row.args.get("to", row.args.get("holder")),
            row.tx,
        )
        for row in told
    ]
    days = {leg.reference: leg.day for leg in legs}
    lines = [Booking(days[ref], ref, way, amount, who) for ref, way, amount, who in town.statement]
    first, last = min(days.values()), max(days.values())
    return Beside(made.tags, reconcile(lines, legs, str, first, last).mismatches)


def model(made: Planted) -> ReadModel:
    return ReadModel(made.town.index)


@cache
def found(seed: int) -> tuple[Planted, list[Json]]:
    made = planted(seed)
    return made, model(made).findings(beside=beside(made))["findings"]


def raised(made: Planted, told: list[Json]) -> dict[int, set[str]]:
    by_bond: defaultdict[int, set[str]] = defaultdict(set)
    for one in told:
        by_bond[one["bond"] or 0].add(one["indicator"])
    return by_bond


def test_there_are_enough_of_both() -> None:
    made, _ = found(1)
    assert len(SCHEMES) >= 30 and len(HONEST) >= 20
    assert len(made.town.ordinary) > 99_000
    assert len(made.town.index.columns) > 100_000


@pytest.mark.parametrize("name", SCHEMES)
def test_every_scheme_is_raised(name: str) -> None:
    made, told = found(1)
    case = made.cases[name]
    assert case.must <= raised(made, told)[case.bond]


def test_nothing_else_is_raised() -> None:
    made, told = found(1)
    may: defaultdict[int, set[str]] = defaultdict(set)
    for case in made.cases.values():
        may[case.bond] |= case.must | case.may
    assert [one for one in told if one["indicator"] not in may[one["bond"] or 0]] == []


def test_findings_are_told_in_order_with_path_and_clause() -> None:
    _, told = found(1)
    assert [one["first_seen"]["block"] for one in told] == sorted(one["first_seen"]["block"] for one in told)
    assert len({one["key"] for one in told}) == len(told)
    for one in told:
        assert one["clause"] and one["grade"] in "ABC"
        assert one["path"] or one["events"] or one["subject"]
        least, most = int(one["bounds"]["least"]), int(one["bounds"]["most"])
        assert least <= int(one["fifo"]) <= most and least <= int(one["prorata"]) <= most
        assert one["depends_on_rule"] == (len({one["fifo"], one["prorata"], str(least), str(most)}) > 1)


def test_a_key_stays_while_the_chain_does() -> None:
    """What was raised a year earlier is raised still, under the same key and from the same block."""
    made, told = found(1)
    block = block_before(made.town.index, at(2024, 1, 1))
    earlier = model(made).findings(as_of_block=block, beside=beside(made))["findings"]
    now = {one["key"]: one["first_seen"] for one in told}
    assert len(earlier) > 40
    assert {one["key"]: one["first_seen"] for one in earlier}.items() <= now.items()


def test_a_finding_is_not_seen_before_its_first_block() -> None:
    made, told = found(1)
    one = next(one for one in told if one["indicator"] == "category-swap")
    seen, read = one["first_seen"]["block"], model(made)
    keys = [{f["key"] for f in read.findings(one["bond"], block)["findings"]} for block in (seen - 1, seen)]
    assert one["key"] not in keys[0] and one["key"] in keys[1]


# --- no label, no name --------------------------------------------------------------------------------------


def told_of(made: Planted) -> list[tuple[Any, ...]]:
    told = model(made).findings(beside=beside(made))["findings"]
    return sorted((one["indicator"], one["bond"] or 0, one["amount"], one["day"]) for one in told)


def test_no_indicator_depends_on_names() -> None:
    assert told_of(planted(2, ordinary=2_000)) == told_of(planted(2, ordinary=2_000, prefix="other "))


def test_no_indicator_imports_labels_or_what_scores_them() -> None:
    room = Path(__file__).parents[2] / "ledger/tracing/alerts"
    for path in room.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert not [name for name in named if "score" in name or "tests" in name], path


# --- the memory's world is the index's ----------------------------------------------------------------------


def on_chain(index: Index) -> FakeChain:
    """The same events and moves as logs of a chain."""
    chain = FakeChain()
    logs: defaultdict[int, list[tuple[int, Any]]] = defaultdict(list)
    for row in index.told:
        logs[row.block].append((row.log, emit(row.address, row.contract, row.name, **row.args)))
    for block, log, source, to, *numbers in index.columns:
        document = index.cited[block, log]
        cited = bytes.fromhex(document[2:]) if document else bytes(32)
        logs[block].append((log, moved(CASH, index.names[source], index.names[to], *numbers, cited)))
    for block in range(1, len(index.times)):
        chain.mine([[one for _, one in sorted(logs[block], key=lambda pair: pair[0])]])
        header = chain.blocks[block].header
        timed = Header(header.number, header.hash, header.parent, index.times[block])
        chain.blocks[block] = replace(chain.blocks[block], header=timed)
    return chain


def test_what_is_planted_in_memory_is_what_an_index_would_hold(tmp_path: Path) -> None:
    made = planted(3, ordinary=50)
    store = Store(tmp_path / "index.sqlite", chain_id=31337, start_block=1)
    contracts = {address: (name, abi_of(name)) for name, address in AT.items()}
    contracts |= {row.address: (row.contract, abi_of(row.contract)) for row in made.town.index.told}
    Indexer(on_chain(made.town.index), store, contracts, 1).sync()
    given = beside(made)
    both = [one.findings(beside=given)["findings"] for one in (ReadModel(store), model(made))]
    for told in both:
        for one in told:
            del one["key"]
            for place in [*one["path"], *one["events"]]:
                del place["tx"]
    store.close()
    assert len(both[1]) > 50
    assert sorted(map(str, both[0])) == sorted(map(str, both[1]))


# --- figures by day and jurisdiction ------------------------------------------------------------------------


def small(*plants: Any, until: int = 0) -> Planted:
    made = Planted(Town(random.Random(5)))
    for number, plant in enumerate(plants):
        plant(made, f"case {number}")
    if until:
        made.town.plan(until, lambda: made.town.mint_to(made.town.name("somebody"), 1))
    made.town.run()
    return made


def names(made: Planted, **more: Any) -> list[str]:
    return [one["indicator"] for one in model(made).findings(**more)["findings"]]


def test_idle_begins_on_the_day_after_its_period() -> None:
    last = at(2025, 1, 10)
    assert names(small(left_idle, until=last)) == []
    made = small(left_idle, until=last + DAY)
    (one,) = model(made).findings()["findings"]
    assert (one["indicator"], one["day"], one["amount"]) == ("idle", "2025-01-11", "69000000")
    assert one["first_seen"] == {"block": len(made.town.index.times) - 1, "time": "2025-01-11"}


def test_what_a_trip_weighs_by_each_rule() -> None:
    made = small(trip(2, DAY, 10))
    (one,) = model(made).findings(bond="bond 1")["findings"]
    assert one["indicator"] == "round-trip" and len(one["path"]) == 3
    assert one["amount"] == one["fifo"] == one["prorata"] and not one["depends_on_rule"]
    assert names(made, bond=1) == ["round-trip"]
    with pytest.raises(NotFound):
        model(made).findings(bond=2)


def test_what_left_the_ledger_is_a_report_line_of_a_bond() -> None:
    """The payee redeems what the bond paid it; what the rest was spent on is with the builder still."""
    made = small(outside)
    told = model(made).findings(bond=1)
    amounts = {"fifo": str(A), "prorata": str(A), "bounds": {"least": str(A), "most": str(A)}}
    assert told["left"] == amounts
    assert model(made).findings()["left"] is None


def test_a_readers_own_figures() -> None:
    made = small(trip(2, DAY, 10))
    assert names(made, rows=changed('{"round-trip": {"least": 99000000}}')) == []
    assert names(made, rows=changed('{"round-trip": {"least": 99000000, "since": "2023-04-06"}}')) == []
    assert names(made, rows=changed('{"round-trip": {"least": 99000000, "since": "2023-04-08"}}')) == [
        "round-trip"
    ]
    assert names(made, rows=changed('{"round-trip": {"moves": 2, "jurisdiction": "EU"}}')) == ["round-trip"]


def intense(made: Planted, name: str) -> None:
    bond = made.bond(name)
    days = (day_of(BEGIN), day_of(HALF))
    made.town.plan(
        at(2024, 1, 1),
        lambda: made.town.figure([bond.project], "EMISSION_INTENSITY", 270, "gCO2e/kWh", days) and None,
    )
    made.spend(bond, at(2023, 9, 1))


def test_intensity_is_judged_where_a_catalogue_has_a_threshold() -> None:
    made = small(intense)
    assert names(made) == names(made, jurisdiction="CN") == []
    (one,) = model(made).findings(jurisdiction="EU")["findings"]
    assert (one["indicator"], one["jurisdiction"], one["grade"]) == ("intensity", "EU", "C")


def test_an_unknown_jurisdiction_is_refused() -> None:
    with pytest.raises(BadInput, match="unknown jurisdiction"):
        model(small(intense)).findings(jurisdiction="XX")


def test_each_indicator_has_its_row_its_name_and_its_question() -> None:
    rows = in_force(None, parse_day("2025-01-01"))
    assert set(rows) == set(INDICATORS) <= set(words.VALUES)
    assert jurisdictions() == ["default", "CN", "EU"]
    assert begins("EU") == sorted(begins("EU")) and format_day(begins("EU")[-1]) == "2024-12-21"
    assert in_force("EU", parse_day("2024-12-20"))["idle"].grade == "C"
    assert in_force("EU", parse_day("2024-12-21"))["round-trip"].clause.startswith("Reg. (EU) 2023/2631")
    for row in all_indicators():
        assert row.en and any("一" <= sign <= "鿿" for sign in row.zh)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no JSON"),
        ("[]", "an object by indicator"),
        ('{"idle": 1}', "an object by indicator"),
        ('{"idler": {}}', "unknown indicator"),
        ('{"idle": {"month": 1}}', "unknown parameter"),
        ('{"idle": {"months": "1"}}', "of another kind"),
        ('{"idle": {"months": true}}', "of another kind"),
        ('{"idle": {"months": -1}}', "of another kind"),
        ('{"split-payments": {"limits": []}}', "of another kind"),
        ('{"split-payments": {"limits": 5}}', "of another kind"),
        ('{"late-shift": {"report_days": ["02-30"]}}', "not a date"),
        ('{"idle": {"months": 1, "since": "yesterday"}}', "not a date"),
    ],
)
def test_figures_that_cannot_be_right(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        changed(text)


ROW = """
[[indicator]]
id = "x"
jurisdiction = "{where}"
clause = "c"
source = "s"
grade = "{grade}"
since = {since}
parameters = {{ {figures} }}
en = "e"
zh = "z"
"""


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("CN", "A", "2020-01-01", "a = 1")], "a row of default"),
        ([("default", "A", "2020-01-01", "a = 1"), ("CN", "A", "2020-01-01", "b = 1")], "a row of default"),
        ([("default", "A", "2020-01-01", "a = 1")] * 2, "a day of its own"),
        ([("default", "D", "2020-01-01", "a = 1")], "no such grade"),
    ],
)
def test_rows_that_cannot_be_right(rows: list[tuple[str, str, str, str]], said: str) -> None:
    text = "".join(
        ROW.format(where=where, grade=grade, since=since, figures=figures)
        for where, grade, since, figures in rows
    )
    with pytest.raises(BadInput, match=said):
        indicators_of(text)


@pytest.mark.parametrize(
    "lines",
    [[], ["account,tag"], ["account,kind,tag", "0x1,shoe size,7"], ["account,kind,tag", "0x1,controller,"]],
)
def test_tags_that_cannot_be_right(lines: list[str]) -> None:
    with pytest.raises(BadInput):
        tags_of(lines)


def test_tags_of_a_file() -> None:
    (one,) = tags_of(["account,kind,tag", "0x1,bank account,ab"])
    assert (one.account, one.kind, one.tag) == ("0x1", "bank account", "ab")


def test_the_page_of_alerts_tells_every_indicator() -> None:
    page = (Path(__file__).parents[2] / "docs/alerts.md").read_text(encoding="utf-8")
    told = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    assert sorted(told) == sorted(INDICATORS)
