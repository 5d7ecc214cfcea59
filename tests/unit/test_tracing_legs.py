"""LEG-1 in the read model: legs are traced on number lines of their own, and never counted as proved."""

from __future__ import annotations

import csv
import random
from collections import defaultdict, deque
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.domain import purposes as p
from ledger.domain.dates import parse_day
from ledger.domain.legs import COLUMNS, BadLeg, movements_of
from ledger.domain.money import currency, parse_millions
from ledger.domain.obligations import NOBODY
from ledger.domain.states import LegKind, LegState
from ledger.errors import BadInput, NotFound
from ledger.tracing.impactbooks import Place
from ledger.tracing.legbooks import Chain, Leg, LegBooks, Spot
from ledger.tracing.legs import Lines
from ledger.tracing.readmodel import ReadModel
from ledger.tracing.walk import forward
from tests.unit.fake_chain import word
from tests.unit.story import SOURCE, opened, party

pytestmark = pytest.mark.spec("LEG-1")

ALLOCATIONS = Path(__file__).parents[1] / "data" / "green_bonds" / "allocations.csv"
RAISED, MOVED, SPENT, REFUNDED, RETURNED = LegKind
DAY = parse_day("2020-06-01")
CNY = currency("CNY")
Json = dict[str, Any]


class Told:
    """A story with an attester that tells legs."""

    def __init__(self) -> None:
        self.story = opened()
        self.story.admit("bank")
        self.story.admit("auditor")
        self.count = 0

    def leg(self, kind: LegKind, amount: int, source: str, target: str, **more: Any) -> int:
        """One leg of bond 1, unless `instrument` says otherwise."""
        self.count += 1
        instrument = more.get("instrument", "")
        content = {
            "bond": 0 if instrument else more.get("bond", 1),
            "issuer": party("issuer"),
            "currency": more.get("currency", b"CNY"),
            "kind": int(kind),
            "valueDay": more.get("day", DAY),
            "amount": amount,
            "payer": NOBODY,
            "payee": party(more["payee"]) if "payee" in more else NOBODY,
            "bankReference": more.get("reference", word(f"R-{self.count}")),
            "document": word("statement"),
            "supersedes": more.get("supersedes", 0),
            "instrument": instrument,
            "bank": more.get("bank", "Bank outside"),
            "from": source,
            "to": target,
            "project": more.get("project", ""),
            "reason": "corrected" if more.get("supersedes") else "",
        }
        said = {"leg": self.count, "attester": party(more.get("attester", "bank")), "content": content}
        story = self.story
        if more.get("reported"):
            story.act(story.say("Legs", "LegReported", **said, issuer=party("issuer")))
            return self.count
        acts = [story.say("Legs", "LegAttested", **said, bond=content["bond"])]
        if content["supersedes"]:
            acts.insert(0, story.say("Legs", "LegSuperseded", leg=content["supersedes"], by=self.count))
        story.act(*acts)
        return self.count

    def withdraw(self, leg: int) -> None:
        self.story.act(self.story.say("Legs", "LegWithdrawn", leg=leg, reason="twice"))

    def confirm(self, leg: int) -> None:
        self.story.act(self.story.say("Legs", "LegConfirmed", leg=leg, attester=party("bank")))

    def redeems(self, who: str, amount: int, reference: bytes) -> None:
        """Money leaves the ledger: set aside, and burned under the bank's reference."""
        story, waiting = self.story, p.axis_of(p.CASH, p.redemption(party(who)))
        story.act(story.move(party(who), waiting, amount))
        said = {"holder": party(who), "amount": amount, "bankReference": reference}
        story.act(story.move(waiting, SOURCE, amount, reference), story.say("Cash", "Burned", **said))

    def model(self, folder: Path) -> ReadModel:
        folder.mkdir(exist_ok=True)
        return ReadModel(self.story.store(folder / "index.sqlite"))


def spans(parts: list[Json], *keys: str) -> list[tuple[Any, ...]]:
    return [(int(part["start"]), int(part["end"]), *(part[key] for key in keys)) for part in parts]


def outside(told: Told) -> None:
    told.leg(RAISED, 1_000, "investors", "special account", instrument="XS1")
    told.leg(SPENT, 300, "special account", "turbine maker", instrument="XS1", day=DAY + 1, project="wind")
    told.leg(MOVED, 500, "special account", "current account", instrument="XS1", day=DAY + 2)
    told.leg(SPENT, 400, "current account", "builder", instrument="XS1", day=DAY + 3, project="solar")
    told.leg(REFUNDED, 50, "turbine maker", "special account", instrument="XS1", day=DAY + 4)
    told.leg(RETURNED, 220, "special account", "investors", instrument="XS1", day=DAY + 5)


# --- a bond outside ---


def test_a_bond_outside_is_followed_from_its_investors_to_the_last_place(tmp_path: Path) -> None:
    told = Told()
    outside(told)
    answer = told.model(tmp_path).legs_trace("XS1")
    assert (answer["standing"], answer["rule"], answer["instrument"]) == ("attested", "fifo", "XS1")
    assert spans(answer["intervals"], "state", "place", "project") == [
        (0, 20, "returned", "investors", "wind"),
        (20, 50, "held", "special account", "wind"),
        (50, 300, "spent", "turbine maker", "wind"),
        (300, 700, "spent", "builder", "solar"),
        (700, 800, "held", "current account", None),
        (800, 1_000, "returned", "investors", None),
    ]
    assert sum(map(int, answer["states"].values())) == int(answer["raised"]) == 1_000
    assert answer["states"] == {"held": "130", "spent": "650", "returned": "220"}
    assert answer["from_outside"] == "0"


def test_every_stop_names_its_leg_and_who_answers_for_it(tmp_path: Path) -> None:
    told = Told()
    outside(told)
    builder = next(
        one for one in told.model(tmp_path).legs_trace("XS1")["intervals"] if one["place"] == "builder"
    )
    assert [stop["leg"] for stop in builder["path"]] == [1, 3, 4]
    assert builder["path"][0] | {"document": "", "bank_reference": ""} == {
        "place": "special account", "party": None, "account": None, "illustrative": False,
        "start": "300", "end": "700", "leg": 1, "from": "investors", "value_date": "2020-06-01",
        "bank": "Bank outside", "bank_reference": "", "document": "", "attester": "bank",
    }  # fmt: skip


def test_what_a_place_pays_beyond_what_it_is_known_to_have_came_from_outside(tmp_path: Path) -> None:
    told = Told()
    told.leg(RAISED, 100, "investors", "special account", instrument="XS1")
    told.leg(SPENT, 130, "special account", "builder", instrument="XS1", day=DAY + 1)
    answer = told.model(tmp_path).legs_trace("XS1")
    assert (answer["raised"], answer["from_outside"]) == ("100", "30")
    assert spans(answer["intervals"], "state", "place") == [(0, 100, "spent", "builder")]


def test_only_what_stands_is_traced(tmp_path: Path) -> None:
    told = Told()
    first = told.leg(RAISED, 100, "investors", "special account", instrument="XS1")
    told.leg(RAISED, 90, "investors", "special account", instrument="XS1", supersedes=first)
    gone = told.leg(SPENT, 50, "special account", "builder", instrument="XS1", day=DAY + 1)
    told.withdraw(gone)
    waits = told.leg(SPENT, 20, "special account", "shop", instrument="XS1", day=DAY + 1, reported=True)
    model = told.model(tmp_path)
    assert model.legs_trace("XS1")["states"] == {"held": "90", "spent": "0", "returned": "0"}
    states = [(one["id"], one["state"], one["reason"]) for one in model.leg_list()["legs"]]
    assert states == [
        (1, "superseded", None), (2, "attested", "corrected"), (3, "withdrawn", "twice"),
        (4, "reported", None),
    ]  # fmt: skip
    told.confirm(waits)
    assert told.model(tmp_path / "later").legs_trace("XS1")["states"]["spent"] == "20"


def test_bonds_outside_never_mix_and_an_unclear_name_is_refused(tmp_path: Path) -> None:
    told = Told()
    told.leg(RAISED, 100, "investors", "account", instrument="XS1")
    told.leg(RAISED, 7, "investors", "account", instrument="XS2")
    told.leg(RAISED, 9, "investors", "account", instrument="XS1", currency=b"EUR")
    model = told.model(tmp_path)
    assert [model.legs_trace(name, unit)["raised"] for name, unit in (("XS1", "CNY"), ("XS2", None))] == [
        "100", "7",
    ]  # fmt: skip
    with pytest.raises(BadInput, match="several bonds are called XS1"):
        model.legs_trace("XS1")
    with pytest.raises(NotFound, match="nothing is attested of XS3"):
        model.legs_trace("XS3")


# --- beside the ledger ---


def spent_on_the_ledger(told: Told) -> None:
    told.story.allocate(1, 1, 500)
    told.story.pay(1, 1, "builder", 200, told.story.obligation("invoice 1", "builder"))


def test_what_is_attested_changes_nothing_that_is_proved(tmp_path: Path) -> None:
    plain, told = Told(), Told()
    spent_on_the_ledger(plain)
    spent_on_the_ledger(told)
    told.leg(RAISED, 5_000, "investors", "special account")
    told.leg(SPENT, 4_000, "special account", "builder", payee="builder", day=DAY + 1)
    proved, both = (one.model(tmp_path / name).bond_trace(1) for one, name in ((plain, "a"), (told, "b")))
    kept = ("states", "raised", "conserved", "standing")
    assert {name: both[name] for name in kept} == {name: proved[name] for name in kept}
    assert spans(both["intervals"], "state", "payee") == spans(proved["intervals"], "state", "payee")
    assert both["standing"] == "proved" and proved["attested"] is None
    assert both["attested"]["states"] == {"held": "1000", "spent": "4000", "returned": "0"}
    assert both["attested"]["standing"] == "attested" and both["attested"]["raised"] == "5000"


def test_a_leg_goes_on_where_money_left_the_ledger(tmp_path: Path) -> None:
    told = Told()
    spent_on_the_ledger(told)
    told.redeems("builder", 150, word("wire 7"))
    told.leg(SPENT, 100, "builder's account", "steel mill", reference=word("wire 7"), project="wind")
    told.leg(SPENT, 30, "steel mill", "mine", day=DAY + 1)
    model = told.model(tmp_path)
    trace = model.bond_trace(1)
    (spent,) = (one for one in trace["intervals"] if one["state"] == "spent")
    first = int(spent["start"])
    assert spans(trace["attested"]["continuations"], "place", "state") == [
        (first, first + 30, "mine", "spent"),
        (first + 30, first + 100, "steel mill", "spent"),
    ]
    assert [stop["leg"] for stop in trace["attested"]["continuations"][0]["path"]] == [1, 2]
    assert (trace["attested"]["continued"], trace["attested"]["from_outside"]) == ("100", "0")
    assert trace["attested"]["raised"] == "0" and trace["states"]["spent"] == "200"


@pytest.mark.parametrize("more", [{"attester": "auditor"}, {"reference": word("wire 8")}, {"amount": 151}])
def test_only_the_bank_that_burned_it_says_where_it_went(tmp_path: Path, more: Json) -> None:
    told = Told()
    spent_on_the_ledger(told)
    told.redeems("builder", 150, word("wire 7"))
    amount = more.pop("amount", 100)
    told.leg(SPENT, amount, "builder's account", "mill", **{"reference": word("wire 7"), **more})
    assert told.model(tmp_path).bond_trace(1)["attested"]["continuations"] == []


# --- a published bond, and many legs ---


def test_the_published_spending_of_a_bond_enters_as_legs_and_is_traced_to_its_projects(
    tmp_path: Path,
) -> None:
    """CHUBU-558: JPY 19,900 million net, each published project a leg; what the table cut stays held."""
    unit, told = currency("JPY"), Told()
    with ALLOCATIONS.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["bond_id"] == "CHUBU-558"]
    total = next(row for row in rows if row["row_no_0_is_total"] == "0")
    projects = [row for row in rows if row["row_no_0_is_total"] != "0"]
    raised = parse_millions(total["amount_m"], unit).minor
    said = {"instrument": "CHUBU-558", "currency": b"JPY"}
    told.leg(RAISED, raised, "investors", "special account", **said)
    for row in projects:
        amount = parse_millions(row["amount_m"], unit).minor
        day, name = parse_day(row["as_of"]), row["project_or_category"]
        told.leg(SPENT, amount, "special account", name, day=day, project=name, **said)
    answer = told.model(tmp_path).legs_trace("CHUBU-558")
    spent = {one["place"]: int(one["amount"]) for one in answer["intervals"] if one["state"] == "spent"}
    assert spent == {
        row["project_or_category"]: parse_millions(row["amount_m"], unit).minor for row in projects
    }
    assert len(projects) == 12 and raised == 19_900_000_000
    assert int(answer["states"]["held"]) == raised - sum(spent.values()) == 700_000_000
    assert sum(int(one["amount"]) for one in answer["intervals"]) == raised


def test_random_legs_rest_where_a_queue_of_lots_has_them() -> None:
    """An independent queue: each place holds lots in the order in which they came."""
    dice, chain = random.Random(7), Chain(0, "0x1", "X", "CNY")
    plain = Leg(
        0, chain, MOVED, DAY, 1, Spot("", ""), Spot("", ""), "B", "0x", "0x", "", "0x2", "0x2",
        LegState.ATTESTED, Place(1, 0, "0x"),
    )  # fmt: skip
    spots = [Spot(f"place {number}", "") for number in range(6)]
    legs, lots = [], defaultdict[Spot, deque[tuple[int | None, int]]](deque)
    raised = 0
    for number in range(1, 400):
        source, target = dice.sample(spots, 2)
        amount, kind = dice.randint(1, 90), dice.choice([RAISED, MOVED, MOVED, SPENT])
        leg = replace(plain, id=number, value_day=DAY + number, kind=kind, amount=amount)
        legs.append(replace(leg, source=source, target=target))
        if kind is RAISED:
            lots[target].append((raised, amount))
            raised += amount
            continue
        left = amount
        while left:
            first, size = lots[source].popleft() if lots[source] else (None, left)
            taken = min(size, left)
            if taken < size:
                lots[source].appendleft((None if first is None else first + taken, size - taken))
            lots[target].append((first, taken))
            left -= taken
    dice.shuffle(legs)
    lines = Lines(legs, LegBooks())
    flow = forward(lines.columns, 1, 0, lines.raised)
    found: dict[int, Spot] = {}
    for leaf in range(len(flow.leaves)):
        start, size = int(flow.leaves.start[leaf]), int(flow.leaves.amount[leaf])
        found |= dict.fromkeys(range(start, start + size), lines.spot(flow.axis(leaf)))
    expected = {
        fen: spot
        for spot, held in lots.items()
        for first, size in held
        if first is not None
        for fen in range(first, first + size)
    }
    assert len(expected) == raised == lines.raised and found == expected


# --- the file ---

HEADER = ",".join(COLUMNS)
GOOD = "2020-06-01,raised,1000.00,investors,special account,Bank outside,R-1,,,"


def test_a_file_becomes_movements() -> None:
    (line,) = movements_of([HEADER, GOOD], CNY)
    where, one = line
    assert (where, one.kind, one.amount.minor, one.payer) == ("line 2", RAISED, 100_000, None)
    assert (one.source, one.target, one.reference) == ("investors", "special account", "R-1")
    short = "reference,to,from,amount,kind,value_date"
    row = "R-2,builder,account,1.00,Spent,2020-06-02"
    ((_, other),) = movements_of([short, row], CNY, bank="Bank of all")
    assert (other.bank, other.kind) == ("Bank of all", SPENT)
    assert movements_of([HEADER, "", GOOD], CNY)[0][0] == "line 3"


@pytest.mark.parametrize(
    ("lines", "where", "match"),
    [
        ([], "line 1", "the header has other columns"),
        (["value_date,kind"], "line 1", "the header has other columns"),
        ([HEADER + ",colour", GOOD + ","], "line 1", "the header has other columns"),
        ([HEADER, GOOD + ",more"], "line 2", "a line has other columns"),
        ([HEADER, GOOD.replace("R-1", "")], "line 2", "a line lacks a value"),
        ([HEADER, GOOD, GOOD.replace("raised", "lent")], "line 3", "a leg has another kind"),
        ([HEADER, GOOD.replace("2020-06-01", "01.06.2020")], "line 2", "cannot be read"),
        ([HEADER, GOOD.replace("1000.00", "1000.001")], "line 2", "cannot be read"),
        ([HEADER, GOOD.replace("1000.00", "-5")], "line 2", "moves nothing"),
        ([HEADER, '"open'], "line 2", "the file is no CSV"),
    ],
)
def test_a_malformed_file_is_refused_naming_the_line(lines: list[str], where: str, match: str) -> None:
    with pytest.raises(BadLeg, match=match) as refused:
        movements_of(lines, CNY)
    assert refused.value.who == where
