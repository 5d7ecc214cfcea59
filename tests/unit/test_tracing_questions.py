"""Any interval, projects, pieces, idle money, two dates and statements, on stories told in events."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ledger.domain import purposes as p
from ledger.domain.conversion import BadConversion, Conversion, Side, content_of, conversion_of
from ledger.domain.intervals import Interval
from ledger.domain.kinds import DocumentKind
from ledger.domain.limits import Limits
from ledger.domain.questions import IntervalQuestion
from ledger.errors import BadInput, NotFound
from ledger.indexer import Indexer
from ledger.store import Store
from ledger.tracing.readmodel import ReadModel
from tests.unit.fake_chain import abi_of, address, moved, word
from tests.unit.story import AT, SOURCE, Story, axis, opened, party
from tests.unit.test_tracing_answers import model, paid_story, spans

Json = dict[str, Any]


def total(parts: Sequence[Json], key: str = "amount") -> int:
    return sum(int(part[key]) for part in parts)


def ask(read: ReadModel, named: str, *args: Any, **more: Any) -> Json:
    return read.interval_trace(IntervalQuestion(named, *args, **more))


# --- any interval ----------------------------------------------------------------------------------------


@pytest.mark.spec("TRACE-4")
def test_an_interval_goes_forward_and_its_parts_tile_it(tmp_path: Path) -> None:
    story = paid_story()
    story.transfer("builder", "shop", 150)
    answer = ask(model(story, tmp_path), "origin:1", None, 100, 600)
    assert (answer["amount"], answer["cut"], answer["complete"], answer["next"]) == ("500", "0", True, None)
    assert spans(answer["parts"], "party", "sub_account") == [
        (100, 170, "shop", "general"),
        (170, 220, "builder", "general"),
        (220, 520, None, "line"),
        (520, 600, None, "line"),
    ]
    assert (answer["currency"], answer["sub_account"], answer["rule"]) == ("CNY", "origin", "fifo")


@pytest.mark.spec("TRACE-4")
def test_an_interval_comes_from_where_it_was_minted(tmp_path: Path) -> None:
    answer = ask(model(paid_story(), tmp_path), "line:1", None, 50, 250, "backward")
    assert [(one["label"], one["end_of_trace"]) for one in answer["parts"]] == [("GREEN-1", "minted")]
    assert (answer["complete"], total(answer["parts"])) == (True, 200)
    assert answer["parts"][0]["origin_start"] == "70"


@pytest.mark.spec("TRACE-4", "TRACE-3")
@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("named", ["origin:1", "line:1", "general:builder", "general:ann"])
def test_every_rule_sums_to_what_was_asked(tmp_path: Path, named: str, direction: str) -> None:
    story = paid_story()
    story.mint("builder", 70)
    story.transfer("builder", "shop", 120)
    read = model(story, tmp_path)
    kind, _, name = named.partition(":")
    named = f"general:{party(name)}" if kind == "general" else named
    fifo = ask(read, named, None, 10, 110, direction)
    assert total(fifo["parts"]) == 100 and fifo["complete"]
    prorata = ask(read, named, None, 10, 110, direction, "prorata")
    assert total(prorata["shares"], "least") == total(prorata["shares"], "most") == 100
    bounds = ask(read, named, None, 10, 110, direction, "bounds")
    assert total(bounds["shares"], "least") <= 100 <= total(bounds["shares"], "most")
    assert prorata["complete"] and bounds["complete"] and not prorata["parts"]


@pytest.mark.spec("TRACE-4")
@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_what_a_horizon_cuts_is_shown(tmp_path: Path, direction: str) -> None:
    read = model(paid_story(), tmp_path)
    for limits in (Limits(hops=1), Limits(until="1"), Limits(least=10**6)):
        answer = ask(read, "pool:1", None, 0, 400, direction, limits=limits)
        assert total(answer["parts"]) == 400
        key = "horizon" if direction == "forward" else "end_of_trace"
        assert total([part for part in answer["parts"] if part[key] == "cut"]) == int(answer["cut"])
    assert not ask(read, "pool:1", None, 0, 400, direction, limits=Limits(hops=0))["complete"]


@pytest.mark.spec("TRACE-4")
def test_pages_of_parts_join_to_the_whole(tmp_path: Path) -> None:
    read = model(paid_story(), tmp_path)
    whole = ask(read, "origin:1")
    pages, after = [], 0
    while after is not None:
        page = ask(read, "origin:1", after=after, limit=2)
        assert page["count"] == whole["count"] and page["complete"]
        pages += page["parts"]
        after = page["next"]
    assert pages == whole["parts"] and len(pages) > 2


@pytest.mark.parametrize(
    "named", ["nonsense:1", "line:x", "general:12", "0x12", "line:²", "redemption:zz", "general:"]
)
def test_a_sub_account_that_nobody_could_have_is_refused(tmp_path: Path, named: str) -> None:
    with pytest.raises(BadInput, match="no such sub-account"):
        ask(model(paid_story(), tmp_path), named)


def test_intervals_out_of_range_are_refused(tmp_path: Path) -> None:
    read = model(paid_story(), tmp_path)
    for start, end in ((0, 1001), (5, 5), (-1, 4), (900, 20)):
        with pytest.raises(BadInput):
            ask(read, "origin:1", None, start, end)
    with pytest.raises(NotFound, match="no money ever moved on line:99"):
        ask(read, "line:99")
    with pytest.raises(NotFound, match="there is no cash XXX"):
        ask(read, "line:1", "XXX")
    with pytest.raises(BadInput, match="unknown direction"):
        IntervalQuestion("line:1", direction="up")
    with pytest.raises(BadInput, match="no such page"):
        IntervalQuestion("line:1", limit=0)
    with pytest.raises(BadInput, match="no amount horizon"):
        ask(read, "line:1", None, 0, 5, "forward", "bounds", Limits(least=2))


# --- projects and lines ----------------------------------------------------------------------------------


@pytest.mark.spec("TRACE-5")
def test_a_project_is_followed_over_its_lines(tmp_path: Path) -> None:
    read = model(paid_story(), tmp_path)
    answer = read.project_trace("hydro plant")
    (section,) = answer["sections"]
    assert (section["allocated"], section["conserved"], section["label"]) == ("500", True, "GREEN-1")
    assert spans(section["intervals"], "state") == [(20, 220, "spent"), (220, 520, "available")]
    whole = [one for one in read.bond_trace(1)["intervals"] if one["project"] == "hydro plant"]
    assert section["intervals"] == whole
    (sums,) = answer["totals"]
    assert (sums["allocated"], sums["states"]["spent"], sums["states"]["available"]) == ("500", "200", "300")
    assert read.line_trace(1)["sections"] == answer["sections"]
    for view, rule in (("economic", "fifo"), ("cash", "prorata"), ("cash", "bounds")):
        assert read.project_trace(1, view, None, rule)["sections"][0]["conserved"]


@pytest.mark.spec("TRACE-5")
def test_refunds_and_deallocations_leave_a_line_conserved(tmp_path: Path) -> None:
    story = opened()
    story.allocate(1, 1, 500)
    offset = story.pay(1, 1, "builder", 200, story.obligation("i", "builder"))
    story.refund(1, 1, "builder", axis(p.budget_line(1)), offset, 60)
    story.deallocate(1, 1, 330)
    (section,) = model(story, tmp_path).line_trace(1)["sections"]
    assert (section["allocated"], section["conserved"]) == ("170", True)


def test_unknown_projects_and_lines(tmp_path: Path) -> None:
    read = model(paid_story(), tmp_path)
    for ask_ in (
        lambda: read.project_trace("none"),
        lambda: read.project_trace(9),
        lambda: read.line_trace(9),
    ):
        with pytest.raises(NotFound):
            ask_()
    with pytest.raises(BadInput, match="unknown view"):
        read.line_trace(1, "sideways")


# --- pieces ------------------------------------------------------------------------------------------------


@pytest.mark.spec("TRACE-6")
def test_a_piece_names_the_bonds_fen_behind_it(tmp_path: Path) -> None:
    story = opened()
    story.allocate(1, 1, 500)
    story.confirm(1, 1, 1, "builder", 100, story.obligation("i", "builder"))
    story.accept(1, "builder", 100)
    read = model(story, tmp_path)
    answer = read.piece_trace(1, 30, 80)
    assert (answer["amount"], answer["purchases"]) == ("50", [])
    behind = answer["encumbered"]
    assert (behind["amount"], behind["complete"], total(behind["sources"])) == ("50", True, 50)
    (source,) = behind["sources"]
    locked = next(one for one in read.bond_trace(1)["intervals"] if one["state"] == "encumbered")
    assert int(source["origin_start"]) == int(locked["start"]) + 30
    assert answer["documents"][0] == "0x" + word("file of i").hex()
    for start, end in ((0, 101), (7, 7), (-1, 4)):
        with pytest.raises(BadInput):
            read.piece_trace(1, start, end)
    with pytest.raises(NotFound):
        read.piece_trace(2)


@pytest.mark.spec("TRACE-6")
def test_a_receivable_without_a_bond_has_nothing_locked(tmp_path: Path) -> None:
    story = opened()
    story.confirm(1, 0, 0, "builder", 100, story.obligation("i", "builder"))
    story.accept(1, "builder", 100)
    assert model(story, tmp_path).piece_trace(1)["encumbered"] is None


# --- idle money --------------------------------------------------------------------------------------------


@pytest.mark.spec("TRACE-7")
def test_idle_money_has_its_age_and_sums_to_its_state(tmp_path: Path) -> None:
    read = model(paid_story(), tmp_path)
    answer, trace = read.idle(1, None), read.bond_trace(1)
    for section in answer["sections"]:
        assert section["amount"] == trace["states"][section["state"]]
        assert total(section["intervals"]) == total(section["buckets"]) == int(section["amount"])
        for one in section["intervals"]:
            assert one["age_days"] == 210
            assert one["age_seconds"] >= 0 and one["received"]["block"] < one["since"]["block"]
        assert (section["mean_days"], section["oldest_days"]) == (210, 210)
        assert [(one["from_days"], one["to_days"]) for one in section["buckets"]] == [(181, 365)]
    assert {section["state"] for section in answer["sections"]} == {"available", "unallocated"}


@pytest.mark.spec("TRACE-7")
def test_idle_money_of_a_participant_is_what_rests_with_it(tmp_path: Path) -> None:
    story = paid_story()
    story.date(19300)
    story.mint("builder", 11)
    story.transfer("builder", "shop", 150)
    (section,) = model(story, tmp_path).idle(None, party("builder"))["sections"]
    assert (section["amount"], section["sub_account"]) == ("61", "general")
    assert spans(section["intervals"], "age_days") == [(150, 200, 200), (200, 211, 0)]
    assert section["mean_days"] == (50 * 200) // 61
    with pytest.raises(NotFound):
        model(story, tmp_path).idle(None, party("nobody at all"))
    with pytest.raises(BadInput):
        model(story, tmp_path).idle(None, None)


@pytest.mark.spec("BOND-10")
def test_each_refinancing_payment_has_its_day_its_refund_and_its_fen(tmp_path: Path) -> None:
    story = opened()
    story.allocate(1, 1, 500)
    story.pay(1, 1, "builder", 100, story.obligation("new works", "builder"))
    offset = story.pay(1, 1, "issuer", 200, story.obligation("old works", "issuer", 3))
    story.refund(1, 1, "issuer", axis(p.budget_line(1)), offset, 60)
    read = model(story, tmp_path)
    answer = read.refinanced("GREEN-1")
    (one,) = answer["payments"]
    assert (one["amount"], one["refunded"], answer["refinanced"]) == ("200", "60", "140")
    assert (answer["share_ppm"], answer["disclosed_ppm"], one["within"]) == (140_000, None, None)
    assert (one["party"], one["expense_date"]) == ("issuer", "2022-01-08")
    assert one["days_back"] >= 0 and one["line"] == "hydro line"
    spent = [i for i in read.bond_trace(1)["intervals"] if i["payee"] == "issuer"]
    (fen,) = one["origin"]
    assert int(fen["end"]) - int(fen["start"]) == 200
    assert all(int(fen["start"]) <= int(i["start"]) < int(fen["end"]) for i in spent)
    with pytest.raises(NotFound):
        read.refinanced("no such bond")


# --- two dates ----------------------------------------------------------------------------------------------


@pytest.mark.spec("TRACE-8")
def test_two_dates_are_compared_to_the_fen(tmp_path: Path) -> None:
    story = paid_story()
    before = story.chain.blocks[-1].header.number
    story.date(19210)
    story.pay(1, 1, "shop", 100, story.obligation("invoice 2", "shop"))
    story.allocate(1, 2, 30)
    story.date(19300)
    read = model(story, tmp_path)
    for moment in (str(before), "2022-07-27"):
        answer = read.compare("GREEN-1", moment)
        assert spans(answer["moved"]) == [(220, 320), (820, 850)]
        first, second = answer["moved"]
        assert (first["before"]["state"], first["after"]["state"]) == ("available", "spent")
        assert (first["after"]["payee"], second["before"]["line"]) == ("shop", None)
        assert (answer["moved_amount"], answer["unchanged"]) == ("130", "870")
        for listed in ("states", "lines", "payees"):
            assert total(answer[listed], "before") == total(answer[listed], "after") == 1000
            assert total(answer[listed], "change") == 0
    same = read.compare(1, str(before), str(before))
    assert (same["moved"], same["unchanged"]) == ([], "1000")
    line = read.compare(1, str(before), None, 2)
    assert (line["before"]["amount"], line["after"]["amount"]) == ("300", "330")
    assert (line["moved_amount"], line["moved"][0]["before"]) == ("30", None)
    with pytest.raises(BadInput, match="the earlier block comes first"):
        read.compare(1, str(before + 2), str(before))
    with pytest.raises(BadInput, match="nothing was indexed by then"):
        read.compare(1, "1999-01-01")


@pytest.mark.spec("TRACE-8")
def test_a_project_is_compared_line_by_line(tmp_path: Path) -> None:
    story = paid_story()
    before = str(story.chain.blocks[-1].header.number)
    story.pay(1, 1, "shop", 100, story.obligation("invoice 2", "shop"))
    story.line(3, 1, 1, "a later line")
    story.allocate(1, 3, 25)
    read = model(story, tmp_path)
    answer = read.compare_project("hydro plant", before)
    hydro, later = answer["lines"]
    assert hydro == read.compare(1, before, None, 1)
    assert (later["before"]["amount"], later["after"]["amount"]) == ("0", "25")
    assert answer["totals"] == [
        {"currency": "CNY", "minor_unit": 2, "before": "500", "after": "525", "unchanged": "400"}
        | {"moved_amount": "125"}
    ]
    assert read.compare_project(1, "1")["totals"][0]["before"] == "0"


@pytest.mark.spec("TRACE-8")
def test_an_interval_is_compared_fen_by_fen(tmp_path: Path) -> None:
    story = paid_story()
    before = str(story.chain.blocks[-1].header.number)
    story.transfer("builder", "shop", 150)
    story.mint("builder", 11)
    read = model(story, tmp_path)
    named = f"general:{party('builder')}"
    answer = read.compare_interval(IntervalQuestion(named), before)
    assert (answer["before"]["amount"], answer["after"]["amount"]) == ("200", "211")
    assert (answer["unchanged"], answer["moved_amount"]) == ("50", "161")
    first, fresh = answer["moved"]
    assert (first["before"]["party"], first["after"]["party"], first["amount"]) == ("builder", "shop", "150")
    assert (fresh["before"], fresh["start"], fresh["end"]) == (None, "200", "211")
    assert first["tx"] and total(answer["places"], "change") == 11
    whole = read.compare_interval(IntervalQuestion("origin:1", start=100, end=600), "1")
    assert (whole["before"]["amount"], whole["moved_amount"]) == ("0", "500")
    with pytest.raises(BadInput, match="the earlier block comes first"):
        read.compare_interval(IntervalQuestion(named), str(int(before) + 1), before)


@pytest.mark.spec("TRACE-8")
def test_a_receivable_is_compared_by_holder_and_state(tmp_path: Path) -> None:
    story = opened()
    story.allocate(1, 1, 500)
    story.confirm(1, 1, 1, "builder", 100, story.obligation("i", "builder"))
    confirmed = str(story.chain.blocks[-1].header.number)
    story.accept(1, "builder", 100)
    accepted = str(story.chain.blocks[-1].header.number)
    story.act(story.cut(1, 0, 30))
    story.act(story.pass_on(1, 0, "shop", word("trade")))
    read = model(story, tmp_path)
    answer = read.compare_receivable(1, accepted)
    (moved,) = answer["moved"]
    assert (moved["start"], moved["end"], answer["unchanged"]) == ("0", "30", "70")
    assert (moved["before"]["holder"], moved["after"]["holder"]) == ("builder", "shop")
    assert moved["documents"] and total(answer["holders"], "change") == 0
    from_nothing = read.compare_receivable(1, confirmed)
    assert (from_nothing["before"]["amount"], from_nothing["after"]["amount"]) == ("0", "100")
    with pytest.raises(NotFound):
        read.compare_receivable(7, accepted)


# --- statements ---------------------------------------------------------------------------------------------


def require_statement(answer: Json) -> None:
    for one in answer["cash"]:
        assert int(one["opening"]) + int(one["received"]) - int(one["paid"]) == int(one["closing"])
        assert total(one["moves"], "received") == int(one["received"])
        assert total(one["moves"], "paid") == int(one["paid"])
        assert not one["moves"] or one["moves"][-1]["balance"] == one["closing"]
    for one in answer["units"]:
        assert int(one["opening"]) + int(one["received"]) - int(one["given"]) == int(one["closing"])
    for one in answer["pieces"]:
        assert int(one["opening"]) + int(one["gained"]) - int(one["lost"]) == int(one["closing"])


@pytest.mark.spec("TRACE-9")
def test_a_statement_adds_up_from_opening_to_closing(tmp_path: Path) -> None:
    story = paid_story()
    middle = story.chain.blocks[-1].header.number
    story.transfer("builder", "shop", 150)
    story.mint("builder", 7)
    story.units(1, None, "ann", 600)
    story.confirm(1, 1, 1, "builder", 100, story.obligation("invoice 3", "builder"))
    story.accept(1, "builder", 100)
    read = model(story, tmp_path)
    whole = read.statement(party("builder"))
    require_statement(whole)
    (cash,) = whole["cash"]
    assert (cash["opening"], cash["received"], cash["paid"], cash["closing"]) == ("0", "207", "150", "57")
    assert [move["balance"] for move in cash["moves"]] == ["200", "50", "57"]
    assert cash["moves"][0]["counterpart"]["name"] == "hydro line"
    assert cash["moves"][1]["counterpart"]["party"] == "shop"
    assert [(one["opening"], one["gained"], one["closing"]) for one in whole["pieces"]] == [
        ("0", "100", "100")
    ]
    later = read.statement(party("builder"), str(middle))
    require_statement(later)
    (cash,) = later["cash"]
    assert (cash["opening"], cash["closing"], cash["count"]) == ("200", "57", 2)
    page = read.statement(party("builder"), None, None, 1, 1)["cash"][0]
    assert (page["next"], len(page["moves"]), page["closing"]) == (2, 1, "57")
    held = read.statement(party("ann"))
    require_statement(held)
    assert [(one["received"], one["closing"]) for one in held["units"]] == [("600", "600")]
    with pytest.raises(NotFound):
        read.statement(party("nobody at all"))
    with pytest.raises(BadInput, match="the earlier block comes first"):
        read.statement(party("ann"), str(middle + 2), str(middle))


# --- conversions --------------------------------------------------------------------------------------------

EURO = address("Euro cash")


class Converting(Story):
    """The story with a cash in euro, of the same bank."""

    def __init__(self) -> None:
        super().__init__()
        self.euros: dict[str, list[int]] = {}

    def euro(self, source: str, to: str, amount: int) -> None:
        out, into = (self.euros.setdefault(one, [0, 0]) for one in (source, to))
        self.act(moved(EURO, source, to, amount, out[1], into[0], word("eur")))
        out[1] += amount
        into[0] += amount

    def conversion(self, sold: tuple[int, int], bought: tuple[int, int], by: str = "bank") -> Conversion:
        """0.1304 euro fen for a fen: 105 fen give 13, and one less where one fen is kept as a residue."""
        residue = (sold[1] - sold[0]) * 1304 // 10_000 - (bought[1] - bought[0])
        sides = (
            Side(CASH, party("builder"), Interval(*sold)),
            Side(euro_cash(), party("shop"), Interval(*bought)),
        )
        said = {"document": word("fx"), "registrar": party(by), "kind": DocumentKind.CONVERSION}
        self.act(self.say("Documents", "DocumentRegistered", **said, supersedes=bytes(32)))
        return conversion_of("0x" + word("fx").hex(), content_of(*sides, 1304, 10_000, residue))

    def sync(self, store: Store) -> None:
        contracts = {at: (name, abi_of(name)) for name, at in AT.items()} | {EURO: ("Cash", abi_of("Cash"))}
        Indexer(self.chain, store, contracts, 1, announced={"GreenBond": abi_of("GreenBond")}).sync()


CASH = p.checksum(p.address_bytes(AT["Cash"]))


def euro_cash() -> str:
    return p.checksum(p.address_bytes(EURO))


def converting(by: str = "bank") -> tuple[Converting, Conversion]:
    """`builder` gets 200 fen, sells [40, 145) of them to the bank, and `shop` gets 12 euro fen for them."""
    story = Converting()
    for name in ("builder", "shop", "bank", "ann"):
        story.admit(name)
    story.list_cash()
    said = {"cash": EURO, "currency": b"EUR", "bank": party("bank")}
    story.act(story.say("CashRegistry", "CashListed", **said))
    story.mint("builder", 200)
    story.transfer("builder", "ann", 40)
    story.transfer("builder", "bank", 160)
    story.euro(SOURCE, party("shop"), 5)
    story.euro(SOURCE, party("shop"), 12)
    story.euro(party("shop"), party("ann"), 10)
    return story, story.conversion((40, 145), (5, 17), by)


def linked(known: Conversion) -> Json:
    return {"conversions": {known.document: known}}


@pytest.mark.spec("TRACE-10")
def test_a_conversion_goes_on_in_the_other_currency_at_its_rate(tmp_path: Path) -> None:
    story, known = converting()
    answer = ask(model(story, tmp_path), f"general:{party('builder')}", "CNY", 0, 200, **linked(known))
    assert spans(answer["parts"], "party", "horizon") == [
        (0, 40, "ann", None),
        (40, 145, "bank", "converted"),
        (145, 200, "bank", None),
    ]
    assert total(answer["parts"]) == 200
    there = answer["parts"][1]["converted"]
    assert (there["standing"], there["currency"], there["residue"]) == ("attested", "EUR", "1")
    assert (there["amount"], total(there["parts"])) == ("12", 12)
    assert spans(there["parts"], "party") == [(5, 10, "ann"), (10, 17, "shop")]


@pytest.mark.spec("TRACE-10")
def test_converted_parts_sum_however_the_fen_are_cut(tmp_path: Path) -> None:
    story, known = converting()
    read = model(story, tmp_path)
    for edges in ((40, 41, 77, 145), (40, 60, 61, 62, 145), (40, *range(41, 146))):
        told = [
            ask(read, f"general:{party('builder')}", "CNY", a, b, **linked(known))["parts"][0]["converted"]
            for a, b in pairwise(edges)
        ]
        assert sum(int(one["amount"]) for one in told) == 12
        assert sum(int(one["residue"]) for one in told) == 1
        assert all(total(one["parts"]) == int(one["amount"]) for one in told)


@pytest.mark.spec("TRACE-10")
def test_a_conversion_leads_back_to_what_was_sold(tmp_path: Path) -> None:
    story, known = converting()
    answer = ask(
        model(story, tmp_path), f"general:{party('shop')}", "EUR", 0, 17, "backward", **linked(known)
    )
    first, second = answer["parts"]
    assert (first["end_of_trace"], second["end_of_trace"]) == ("minted", "converted")
    there = second["converted"]
    assert (there["start"], there["end"], there["currency"]) == ("40", "145", "CNY")
    assert total(there["parts"]) == 105


@pytest.mark.spec("TRACE-10")
def test_without_the_document_the_trace_stays_in_its_currency(tmp_path: Path) -> None:
    story, _ = converting()
    read = model(story, tmp_path)
    named = f"general:{party('builder')}"
    assert {one["horizon"] for one in ask(read, named, "CNY")["parts"]} == {None}
    story.act(story.move(party("bank"), party("ann"), 3, word("fx")))
    read = ReadModel(story.store(tmp_path / "cited.sqlite"))
    answer = ask(read, f"general:{party('bank')}", "CNY", 0, 10)
    assert spans(answer["parts"], "horizon", "converted") == [(0, 3, "converted", None), (3, 10, None, None)]


@pytest.mark.spec("TRACE-10")
def test_only_a_bank_of_one_of_the_two_links_currencies(tmp_path: Path) -> None:
    story, known = converting(by="ann")
    answer = ask(model(story, tmp_path), f"general:{party('builder')}", "CNY", **linked(known))
    assert {one["horizon"] for one in answer["parts"]} == {None}


@pytest.mark.spec("TRACE-10")
def test_a_document_about_fen_that_never_were_links_nothing(tmp_path: Path) -> None:
    story, known = converting()
    far = Conversion(
        known.document, known.sold, Side(euro_cash(), party("shop"), Interval(90, 102)), 1304, 10_000, 1
    )
    answer = ask(model(story, tmp_path), f"general:{party('builder')}", "CNY", **linked(far))
    assert [one["converted"] for one in answer["parts"]] == [None, None, None]


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"\xff", b'{"sold": 1}', b'{"sold": {"cash": "0x12"}}'],
)
def test_what_is_no_conversion_document_is_refused(content: bytes) -> None:
    with pytest.raises(BadConversion):
        conversion_of("0xab", content)


def test_a_conversion_that_does_not_add_up_is_refused() -> None:
    sold, bought = Side(CASH, party("a"), Interval(0, 100)), Side(euro_cash(), party("b"), Interval(0, 13))
    Conversion("0x", sold, bought, 13, 100, 0)
    for numerator, denominator, residue in (
        (13, 100, 1),
        (12, 100, 0),
        (0, 100, 0),
        (13, 0, 0),
        (13, 100, -1),
    ):
        with pytest.raises(BadConversion):
            Conversion("0x", sold, bought, numerator, denominator, residue)
    with pytest.raises(BadConversion):
        Conversion("0x", sold, sold, 1, 1, 0)
