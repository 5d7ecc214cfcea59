"""TRACE-10 by every rule: random moves in two currencies, conversions both ways, the rules side by side."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.conversion import Conversion, Side, content_of, conversion_of, least_and_most
from ledger.domain.intervals import Interval
from ledger.domain.kinds import DocumentKind
from ledger.domain.limits import Limits
from ledger.tracing.readmodel import ReadModel
from tests.unit.fake_chain import word
from tests.unit.story import SOURCE, opened, party
from tests.unit.test_tracing_answers import model
from tests.unit.test_tracing_questions import (
    CASH,
    EURO,
    Converting,
    ask,
    converting,
    euro_cash,
    linked,
    total,
)

Json = dict[str, Any]
Key = tuple[Any, ...]
PEOPLE = [f"trader {number}" for number in range(4)]

pytestmark = pytest.mark.spec("TRACE-10", "TRACE-3")


class Market(Converting):
    """Two currencies, people who pay each other in both, and a bank that converts."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self.rng = rng
        self.known: dict[str, Conversion] = {}
        for name in (*PEOPLE, "bank"):
            self.admit(name)
        self.list_cash()
        said = {"cash": EURO, "currency": b"EUR", "bank": party("bank")}
        self.act(self.say("CashRegistry", "CashListed", **said))
        for name in PEOPLE:
            self.mint(name, rng.randint(50, 300))
            self.euro(SOURCE, party(name), rng.randint(20, 90))

    def live(self, acts: int) -> None:
        for _ in range(acts):
            if self.rng.random() < 0.4:
                self.convert(back=self.rng.random() < 0.3)
            else:
                self.pay(*self.rng.sample(PEOPLE, 2), in_euro=self.rng.random() < 0.5)

    def had(self, name: str, *, in_euro: bool) -> int:
        counters = self.euros if in_euro else self.counters
        came, went = counters.get(party(name), [0, 0])
        return came - went

    def pay(self, payer: str, payee: str, *, in_euro: bool) -> tuple[int, int] | None:
        """The numbers on the payer's account; None when it has nothing."""
        most = self.had(payer, in_euro=in_euro)
        if not most:
            return None
        amount = self.rng.randint(1, most)
        counters = self.euros if in_euro else self.counters
        first = counters[party(payer)][1]
        if in_euro:
            self.euro(party(payer), party(payee), amount)
        else:
            self.transfer(payer, payee, amount)
        return first, first + amount

    def convert(self, *, back: bool) -> None:
        """Somebody pays the bank, and somebody is credited for some of it in the other currency."""
        seller, buyer = self.rng.choice(PEOPLE), self.rng.choice(PEOPLE)
        sold = self.pay(seller, "bank", in_euro=back)
        if sold is None:
            return
        start = self.rng.randint(sold[0], sold[1] - 1)
        end = self.rng.randint(start + 1, sold[1])
        numerator, denominator = (31, 7) if back else (7, 31)
        worth = (end - start) * numerator // denominator
        bought = worth - (self.rng.randint(0, 1) if worth > 1 else 0)
        if not bought:
            return
        counters = self.counters if back else self.euros
        first = counters[party(buyer)][0] if party(buyer) in counters else 0
        if back:
            self.mint(buyer, bought)
        else:
            self.euro(SOURCE, party(buyer), bought)
        sides = (
            Side(CASH, party(seller), Interval(start, end)),
            Side(euro_cash(), party(buyer), Interval(first, first + bought)),
        )
        if back:
            sides = Side(euro_cash(), party(seller), sides[0].fen), Side(CASH, party(buyer), sides[1].fen)
        name = f"fx {len(self.known)}"
        said = {"document": word(name), "registrar": party("bank"), "kind": DocumentKind.CONVERSION}
        self.act(self.say("Documents", "DocumentRegistered", **said, supersedes=bytes(32)))
        hash_ = "0x" + word(name).hex()
        self.known[hash_] = conversion_of(hash_, content_of(*sides, numerator, denominator, worth - bought))


def leaves(lines: list[Json], below: str, end: str, docs: tuple[str, ...] = ()) -> Iterator[tuple[Key, Json]]:
    """Every line of an answer with the documents that led to it."""
    for one in lines:
        who = one["account"] if end == "horizon" else None
        yield (docs, who, one[end]), one
        if one["converted"]:
            beyond = one["converted"]
            yield from leaves(beyond[below], below, end, (*docs, beyond["document"]))


def sums(lines: list[Json], below: str, end: str, amount: str) -> Counter[Key]:
    found: Counter[Key] = Counter()
    for key, one in leaves(lines, below, end):
        found[key] += int(one[amount])
    return found


def require_exact(lines: list[Json]) -> None:
    """By pro-rata what went on is shared to the fen."""
    for _, one in leaves(lines, "shares", "horizon"):
        if one["converted"]:
            beyond = one["converted"]
            assert beyond["least"] == beyond["most"]
            assert total(beyond["shares"], "most") == int(beyond["most"])


def markets(tmp_path: Path, seed: int) -> tuple[Market, ReadModel]:
    market = Market(random.Random(seed))
    market.live(60)
    return market, model(market, tmp_path)


@pytest.mark.parametrize("seed", range(2))
def test_every_rule_goes_on_and_the_bounds_contain_the_others(tmp_path: Path, seed: int) -> None:
    market, read = markets(tmp_path, seed)
    followed = 0
    for name in PEOPLE:
        for cash, counters in (("CNY", market.counters), ("EUR", market.euros)):
            end = counters[party(name)][0]
            start = market.rng.randint(0, end - 1)
            for direction, limits in (
                ("forward", Limits()),
                ("backward", Limits()),
                ("forward", Limits(hops=market.rng.randint(0, 4))),
            ):
                args = (f"general:{party(name)}", cash, start, end, direction)
                more = {"limits": limits, "conversions": market.known}
                fifo, prorata, bounds = (
                    ask(read, *args, rule, **more) for rule in ("fifo", "prorata", "bounds")
                )
                key = "horizon" if direction == "forward" else "end_of_trace"
                assert total(fifo["parts"]) == total(prorata["shares"], "most") == end - start
                if direction == "forward":
                    require_exact(prorata["shares"])
                low, high = (sums(bounds["shares"], "shares", key, one) for one in ("least", "most"))
                for had in (
                    sums(fifo["parts"], "parts", key, "amount"),
                    sums(prorata["shares"], "shares", key, "most"),
                ):
                    assert all(low[place] <= had[place] <= high[place] for place in had | low | high)
                    followed += sum(bool(place[0]) for place in had)
    assert followed > 20, "conversions were on the way"


def test_a_whole_conversion_goes_on_whole_by_every_rule(tmp_path: Path) -> None:
    story, known = converting()
    read, named = model(story, tmp_path), f"general:{party('builder')}"
    for rule in ("prorata", "bounds"):
        (there,) = (
            one["converted"]
            for one in ask(read, named, "CNY", 0, 200, rule=rule, **linked(known))["shares"]
            if one["horizon"] == "converted"
        )
        assert (there["least"], there["most"], there["standing"]) == ("12", "12", "attested")
        assert (there["currency"], there["start"], there["end"]) == ("EUR", "5", "17")
        assert there["residue"] == ("1" if rule == "prorata" else None)
        assert total(there["shares"], "least") <= 12 <= total(there["shares"], "most")


def test_without_the_document_no_rule_leaves_the_currency(tmp_path: Path) -> None:
    """A move that cites one ends it by every rule, for who cannot open the document."""
    story, _ = converting()
    story.act(story.move(party("bank"), party("ann"), 3, word("fx")))
    read = model(story, tmp_path)
    for rule in ("prorata", "bounds"):
        told = ask(read, f"general:{party('bank')}", "CNY", 0, 160, rule=rule)["shares"]
        ended = [one for one in told if one["horizon"] == "converted"]
        assert [(one["most"], one["converted"], one["party"]) for one in ended] == [("3", None, "ann")]
        assert {one["horizon"] for one in told} == {"converted", None}


def test_what_any_fen_became_is_between_least_and_most() -> None:
    for near, far in ((5, 3), (7, 19), (4, 4), (6, 0), (9, 18)):
        became = [(number + 1) * far // near - number * far // near for number in range(near)]
        for count in range(near + 1):
            ordered = sorted(became)
            least, most = sum(ordered[:count]), sum(ordered[near - count :])
            assert least_and_most(count, near, far) == (least, most)
            assert least <= count * far // near <= most


def bond_and_market() -> tuple[Converting, Conversion]:
    """A bond pays the builder 200: 40 go to a sub, 160 to the bank, which converts [40, 145) of them."""
    story = Converting()
    story.__dict__.update(opened().__dict__)
    said = {"cash": EURO, "currency": b"EUR", "bank": party("bank")}
    story.act(story.say("CashRegistry", "CashListed", **said))
    story.allocate(1, 1, 500)
    story.pay(1, 1, "builder", 200, story.obligation("invoice", "builder"))
    story.transfer("builder", "sub", 40)
    story.transfer("builder", "bank", 160)
    story.euro(SOURCE, party("shop"), 5)
    story.euro(SOURCE, party("shop"), 12)
    return story, story.conversion((40, 145), (5, 17))


def test_a_bonds_trace_tells_beside_it_what_goes_on_in_another_currency(tmp_path: Path) -> None:
    story, known = bond_and_market()
    read = model(story, tmp_path)
    plain = read.bond_trace(1)
    trace = read.bond_trace(1, **linked(known))
    assert plain["converted"] == []
    assert trace | {"converted": []} == plain, "what is proved stays as it is"
    (one,) = trace["converted"]
    (paid,) = [interval for interval in trace["intervals"] if interval["payee"] == "builder"]
    assert int(one["start"]) == int(paid["start"]) + 40 and one["amount"] == "105"
    beyond = one["converted"]
    assert (beyond["standing"], beyond["currency"], beyond["amount"]) == ("attested", "EUR", "12")
    assert total(beyond["parts"]) == 12 and {part["party"] for part in beyond["parts"]} == {"shop"}
    for rule in ("prorata", "bounds"):
        (line,) = read.bond_trace(1, rule=rule, **linked(known))["converted"]
        assert int(line["least"]) <= 105 <= int(line["most"])
        assert int(line["converted"]["least"]) <= 12 <= int(line["converted"]["most"])
    assert read.bond_trace(1, "economic", **linked(known))["converted"] == []
