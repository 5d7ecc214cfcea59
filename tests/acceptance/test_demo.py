"""The story on published figures: what `greenledger demo` prints, and what the queries answer afterwards."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger import Ledger, cli
from ledger.domain.dates import day_number
from ledger.domain.questions import IntervalQuestion
from ledger.story.figures import DATA
from ledger.tables import projects
from tests.acceptance import every_question
from tests.acceptance.conftest import Demo, greenledger, greenledger_here

pytestmark = pytest.mark.usefixtures("lived")

MILLION = {"JPY": 10**6, "CNY": 10**8, "EUR": 10**8}
BONDS = ("CHUBU-558", "SMFG-2017", "CTG-CN-2021", "NDB-2016")
AS_PUBLISHED = ("CHUBU-558", "CTG-CN-2021", "NDB-2016")
"""Those whose table lists no more than they raised."""
TRACE = "chain_id block block_hash as_of view rule bond currency minor_unit raised states conserved intervals"
STATES = "cost unallocated placed lost available encumbered spent returned"
INTERVAL = (
    "start end state age_days project category payee payee_account refund_of receivable piece documents tx"
    " block path onward economic"
)
PIECE = "start end holder state lock sequence layers paid documents"


@pytest.fixture(scope="module")
def traces(demo: Demo) -> dict[str, dict[str, Any]]:
    return {bond: demo.ask("trace", "bond", bond) for bond in BONDS}


def assert_tiles(parts: list[dict[str, Any]], end: str) -> None:
    """Integer strings, sorted, without a gap, from 0 to `end`."""
    assert all(isinstance(part[edge], str) for part in parts for edge in ("start", "end"))
    assert [parts[0]["start"], parts[-1]["end"]] == ["0", end]
    assert all(int(part["start"]) < int(part["end"]) for part in parts)
    assert all(before["end"] == after["start"] for before, after in pairwise(parts))


# --- traces ----------------------------------------------------------------------------------------------


@pytest.mark.spec("TRACE-1", "BOND-1")
@pytest.mark.parametrize("bond", BONDS)
def test_a_trace_has_its_shape_and_tiles_what_was_raised(
    traces: dict[str, dict[str, Any]], bond: str
) -> None:
    trace = traces[bond]
    assert set(TRACE.split()) <= set(trace)
    assert (trace["view"], trace["rule"], trace["conserved"]) == ("cash", "fifo", True)
    assert set(trace["states"]) == set(STATES.split())
    amounts = [*trace["states"].values(), trace["raised"]]
    assert all(isinstance(amount, str) and amount.isdecimal() for amount in amounts)
    assert sum(map(int, trace["states"].values())) == int(trace["raised"])
    assert all(set(INTERVAL.split()) <= set(interval) for interval in trace["intervals"])
    assert_tiles(trace["intervals"], trace["raised"])
    for state, amount in trace["states"].items():
        mine = [i for i in trace["intervals"] if i["state"] == state]
        assert sum(int(i["end"]) - int(i["start"]) for i in mine) == int(amount)


@pytest.mark.parametrize("bond", AS_PUBLISHED)
def test_the_published_table_is_reproduced_to_the_published_unit(
    traces: dict[str, dict[str, Any]], bond: str
) -> None:
    with (DATA / "allocations.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["bond_id"] == bond]
    trace = traces[bond]
    unit = MILLION[trace["currency"]]
    traced = {row["project"]: int(row["allocated"]) for row in projects(trace)}
    for row in rows:
        if int(row["row_no_0_is_total"]):
            assert traced[row["project_or_category"]] == int(row["amount_m"]) * unit
        else:
            assert sum(traced.values()) == int(row["amount_m"]) * unit


def test_chubu_cut_its_items_and_the_rest_stays_not_published(traces: dict[str, dict[str, Any]]) -> None:
    """19,200 million stand in the published items, 19,900 in their total; costs are their own state."""
    trace, unit = traces["CHUBU-558"], MILLION["JPY"]
    traced = {row["project"]: int(row["allocated"]) for row in projects(trace)}
    assert len(traced) == 13
    assert traced["project not published"] == 700 * unit
    assert sum(traced.values()) == 19_900 * unit
    assert (trace["states"]["cost"], trace["states"]["spent"]) == (str(100 * unit), str(7_700 * unit))
    assert trace["intervals"][0]["state"] == "cost"
    payees = {i["payee"] for i in trace["intervals"] if i["state"] == "spent"}
    assert payees == {"Chubu Electric Power Co."}, "refinancing reimburses the issuer"
    assert {i["age_days"] for i in trace["intervals"]} == {None}, "no issue date is published"


def test_ten_loans_of_528_share_500_by_the_stated_rule(
    lived: Ledger, demo: Demo, traces: dict[str, dict[str, Any]]
) -> None:
    """Each loan is a project's total, this bond's share of it 500/528 to the cent, the rest other funding."""
    with (DATA / "allocations.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["bond_id"] == "SMFG-2017"]
    loans = {row["project_or_category"]: int(row["amount_m"]) for row in rows if row["technology"]}
    published = next(int(row["amount_m"]) for row in rows if row["row_no_0_is_total"] == "0")
    assert (len(loans), sum(loans.values()), published) == (10, 528, 528)
    traced = {row["project"]: int(row["allocated"]) for row in projects(traces["SMFG-2017"])}
    assert sum(traced.values()) == 500 * MILLION["EUR"]
    for loan, amount in loans.items():
        assert abs(traced[loan] * 528 - 500 * amount * MILLION["EUR"]) < 528, "within a cent"
    lines = lived.books.lines(int(traces["SMFG-2017"]["bond"]))
    totals = [lived.books.project(line.project).budget for line in lines]
    assert sum(totals) == 528 * MILLION["EUR"]
    shown = demo.ask("bond", "show", "SMFG-2017")
    assert (shown["isin"], shown["maturity"]) == ("XS1694219780", "2024-10-11")
    assert "28,000,000.00 are other funding" in demo.printed and "verifier: Sustainalytics" in demo.printed


@pytest.mark.spec("TRACE-4", "TRACE-5", "TRACE-6", "TRACE-7", "TRACE-8", "TRACE-9")
@pytest.mark.parametrize("bond", BONDS)
def test_every_question_is_answered_of_every_bond(
    lived: Ledger, demo: Demo, traces: dict[str, dict[str, Any]], bond: str
) -> None:
    trace = traces[bond]
    number = int(trace["bond"])
    every_question.ask_intervals(demo, f"origin:{number}")
    every_question.ask_lines(demo, lived, number, trace)
    every_question.ask_idle(demo, bond, trace)
    every_question.ask_change(demo, bond, trace)
    every_question.ask_pieces(demo, trace)
    every_question.ask_payments(demo, lived, number, trace)
    every_question.ask_statement(demo, trace["issuer"]["account"], int(trace["block"]))


@pytest.mark.spec("TRACE-2")
def test_python_and_the_terminal_give_the_same_further_answers(
    lived: Ledger, demo: Demo, traces: dict[str, dict[str, Any]]
) -> None:
    number = int(traces["CTG-CN-2021"]["bond"])
    line = lived.books.lines(number)[0].id
    auditor, issuer = lived.auditor, traces["CTG-CN-2021"]["issuer"]["account"]
    pairs = [
        (("trace", "line", str(line)), auditor.trace_line(line)),
        (("trace", "idle", "CTG-CN-2021"), auditor.idle(bond="CTG-CN-2021")),
        (("trace", "idle", "--party", issuer), auditor.idle(party=issuer)),
        (("trace", "interval", f"line:{line}"), auditor.trace_interval(IntervalQuestion(f"line:{line}"))),
        (("trace", "compare", "CTG-CN-2021", "2021-12-31"), auditor.compare("CTG-CN-2021", "2021-12-31")),
        (("statement", issuer), auditor.statement(issuer)),
    ]
    for asked, answer in pairs:
        assert demo.ask(*asked) == json.loads(json.dumps(answer)), asked


def test_the_further_answers_are_tables_too_in_either_language(
    demo: Demo, traces: dict[str, dict[str, Any]]
) -> None:
    trace = traces["CTG-CN-2021"]
    payee = next(one["payee_account"] for one in trace["intervals"] if one["payee_account"])
    for asked, words in (
        (("trace", "interval", f"origin:{trace['bond']}"), "现在何处"),
        (("trace", "interval", f"pool:{trace['bond']}", "--backward"), "资金来源"),
        (("trace", "interval", f"pool:{trace['bond']}", "--rule", "bounds"), "至多"),
        (("trace", "idle", "CTG-CN-2021"), "平均"),
        (("trace", "compare", "CTG-CN-2021", str(int(trace["block"]) // 2)), "按状态"),
        (("statement", payee), "期末"),
    ):
        done = CliRunner().invoke(cli.app, ["--state", str(demo.state), "--lang", "zh", *asked])
        assert done.exit_code == 0 and words in done.stdout, (asked, done.stdout, done.exception)


# --- impact ----------------------------------------------------------------------------------------------


@pytest.mark.spec("IMP-3")
def test_the_published_impact_is_shared_out_to_the_last_decimal(demo: Demo) -> None:
    with (DATA / "impacts.csv").open(newline="", encoding="utf-8") as file:
        published = {(row["bond_id"], row["kpi"], row["value"]) for row in csv.DictReader(file)}
    assert ("SMFG-2017", "CO2 reduction", "4200000") in published
    assert ("CHUBU-558", "CO2 reduction", "325964") in published
    reports = {(one["indicator"], one["value"]): one for one in demo.ask("impact", "list")["reports"]}
    assert {("CAPACITY", "3126"), ("CO2_AVOIDED", "4200000"), ("CO2_AVOIDED", "325964")} <= set(reports)
    loans = reports["CO2_AVOIDED", "4200000"]
    assert (len(loans["projects"]), loans["outcome"]) == (10, "not validated")
    shares = demo.ask("impact", "show", str(loans["report"]))["shares"]
    parts = [int(one["value"]) for one in shares["holders"]]
    assert sum(parts) + int(shares["unheld"]) + int(shares["other_funding"]) == int(shares["whole"])
    assert shares["whole"] == str(4_200_000 * 10**6)
    assert parts == [2_386_363_636_364, 1_590_909_090_909], "500/528 of it, 60 to 40"


@pytest.mark.spec("IMP-2", "IMP-3")
def test_a_portfolio_counts_what_was_validated_and_shows_the_rest_apart(demo: Demo) -> None:
    answer = demo.ask("portfolio", "Investor A (illustrative)")
    assert {one["label"]: one["units"] for one in answer["holdings"]} == dict.fromkeys(BONDS, 60)
    avoided = next(one for one in answer["impact"] if one["indicator"] == "CO2_AVOIDED")
    assert (avoided["unit"], avoided["decimals"]) == ("tCO2/year", 6)
    assert avoided["counted"] == avoided["qualified"] == str(325_964 * 10**6 * 3 // 5)
    assert avoided["not_validated"] == "2386363636364"
    early = demo.ask(
        "portfolio", "Investor A (illustrative)", "--from", "2018-01-01", "--until", "2018-12-31"
    )
    assert {figure["value"] for one in early["impact"] for figure in one["figures"]} == {"3126", "4200000"}


def test_the_development_banks_idle_money_is_shown_with_its_age(
    lived: Ledger, traces: dict[str, dict[str, Any]]
) -> None:
    """1,539 million were idle on 2018-07-18, two years after they came."""
    dates = [e for e in posted(lived) if e[0] > day_number_of("2018-07-18")]
    trace = lived.auditor.trace_bond("NDB-2016", as_of_block=dates[0][1] - 1)
    (idle,) = [i for i in trace["intervals"] if i["state"] == "unallocated"]
    assert (trace["as_of"], idle["age_days"]) == ("2018-07-18", 730)
    assert int(idle["end"]) - int(idle["start"]) == 1_539 * MILLION["CNY"]
    now = traces["NDB-2016"]
    assert now["states"]["unallocated"] == str(1_539 * MILLION["CNY"])
    assert now["intervals"][-1]["age_days"] > 730


def posted(ledger: Ledger) -> list[tuple[int, int]]:
    """(day, block) of every business date that was posted."""
    with ledger.session.index().rows() as rows:  # type: ignore[attr-defined]
        found = [row for row in rows.events() if row.name == "BusinessDatePosted"]
    return [(int(row.args["day"]), row.block) for row in found]


def day_number_of(text: str) -> int:
    return day_number(dt.date.fromisoformat(text))


def test_the_economic_view_gives_the_discount_its_own_line(demo: Demo) -> None:
    trace = demo.ask("trace", "bond", "CTG-CN-2021", "--view", "economic")
    assert trace["view"] == "economic"
    lines = [line for interval in trace["intervals"] for line in interval["economic"]]
    discounts = [line for line in lines if line["role"] == "discount"]
    assert [(line["party"], line["amount"]) for line in discounts] == [("Financier (illustrative)", "750000")]
    assert {"supplier", "seller"} <= {line["role"] for line in lines}
    assert any(line.get("tier") == 2 for line in lines), "the sub-supplier stands at the second tier"
    for interval in trace["intervals"]:
        if interval["economic"]:
            assert sum(int(line["amount"]) for line in interval["economic"]) == int(interval["end"]) - int(
                interval["start"]
            )


@pytest.mark.spec("BOND-4")
def test_the_refunded_fen_are_seen_coming_back(traces: dict[str, dict[str, Any]]) -> None:
    back = [i for i in traces["CTG-CN-2021"]["intervals"] if i["refund_of"]]
    assert [(i["state"], i["amount"]) for i in back] == [("available", "120000000")]


@pytest.mark.spec("PIECE-1")
def test_pieces_tile_the_face(demo: Demo) -> None:
    for receivable, face in ((1, "1000000000"), (2, "500000000"), (3, "500000000")):
        shown = demo.ask("piece", "show", str(receivable))
        assert (shown["receivable"], shown["face"]) == (str(receivable), face)
        assert all(set(PIECE.split()) <= set(piece) for piece in shown["pieces"])
        assert_tiles(shown["pieces"], face)
        paid = sum(int(piece["paid"]) for piece in shown["pieces"])
        assert shown["paid"] == str(paid)


@pytest.mark.spec("FIN-1", "FIN-4")
def test_a_receivable_goes_down_three_tiers(demo: Demo) -> None:
    """88 days of 360: 3.2% takes 7,822.22 of a million, 4.8% takes 11,733.33 and the bank 500.00 besides."""
    assert "net 992,177.78 and 987,766.67" in demo.printed
    whole = demo.ask("receivable", "tree", "3")["tree"]
    spine = [whole]
    while lower := [part for part in spine[-1]["branches"] if part["against"]]:
        spine.append(lower[0])
    names = ("Contractor", "Sub-supplier", "Third tier", "Second financier")
    assert [part["holder"] for part in spine] == [f"{name} (illustrative)" for name in names]
    assert [part["against"] for part in spine] == [None, "trade", "trade", "financing"]


@pytest.mark.spec("TRACE-1")
def test_a_payment_is_named_by_its_log_where_its_transaction_made_several(
    demo: Demo, traces: dict[str, dict[str, Any]]
) -> None:
    settled = [i for i in traces["CTG-CN-2021"]["intervals"] if i["receivable"] == "1"]
    (tx,) = {i["tx"] for i in settled}
    unnamed = demo.run("trace", "payment", tx)
    assert unnamed.returncode == 1
    assert all(f"{tx}:{i['log']}" in unnamed.stderr.replace("\n", "") for i in settled)
    sub = next(i for i in settled if i["payee"] == "Sub-supplier (illustrative)")
    answer = demo.ask("trace", "payment", f"{tx}:{sub['log']}")
    assert answer["amount"] == sub["amount"] == "400000000"
    assert "Investor A (illustrative)" in json.dumps(answer, ensure_ascii=False)


@pytest.mark.spec("LANG-1")
def test_a_trace_is_read_in_either_language(demo: Demo) -> None:
    english, chinese = (
        demo.run("--lang", language, "trace", "bond", "CTG-CN-2021", "--view", "economic").stdout
        for language in ("en", "zh")
    )
    for said, in_chinese in (
        ("Every fen from [0 to", "逐笔穿透：[0 至"),
        ("conserved ✓", "守恒 ✓"),
        ("economic view · rule fifo", "经济视图 · 规则 先进先出"),
        ("discount", "贴现息"),
    ):
        assert said in english and said not in chinese
        assert in_chinese in chinese and in_chinese not in english


# --- what is printed -------------------------------------------------------------------------------------

REFUSALS = [
    ("Paying somebody who was never admitted", "NotAdmitted"),
    ("A project outside the framework's categories", "CategoryUnknown"),
    ("Paying more than the budget line holds", "OverBudget"),
    ("Paying before the milestone is certified", "NotReleased"),
    ("The same invoice again, on the bond", "CapacityExceeded"),
    ("The same invoice again, on a receivable", "CapacityExceeded"),
    ("Money pushed into the pool from outside", "NotGeneralAxis"),
    ("A cut past the end of the piece", "CutOutside"),
    ("Shrinking a piece under an accepted quote", "PieceLocked"),
    ("A financing without its registration", "DocumentUnknown"),
    ("Payment after the framework was edited", "ReviewMissing"),
    ("Allocation after the framework was edited", "ReviewMissing"),
]


@pytest.mark.spec("BOND-2", "DOC-1", "FIN-3")
@pytest.mark.parametrize(("attempt", "error"), REFUSALS)
def test_each_attempt_to_cheat_is_printed_with_its_refusal(demo: Demo, attempt: str, error: str) -> None:
    (row,) = [line for line in demo.printed.splitlines() if attempt in line]
    assert error in row


@pytest.mark.spec("FIN-1")
def test_the_published_worked_example_of_a_discount(demo: Demo) -> None:
    assert "face 1,000,000.00 − discount 7,500.00 − fee 0.00 = net 992,500.00" in demo.printed


def test_every_line_of_the_published_tables_is_ticked(demo: Demo) -> None:
    assert "✗" not in demo.printed
    assert sum("✓" in line and "conserved" not in line for line in demo.printed.splitlines()) >= 15 + 3


def test_the_last_lines_are_four_commands_to_try(demo: Demo) -> None:
    lines = [line.strip() for line in demo.printed.splitlines() if "greenledger --state" in line]
    assert len(lines) == 4
    assert all(str(demo.state) in line for line in lines)


# --- alerts ----------------------------------------------------------------------------------------------


@pytest.mark.spec("ALERT-1")
def test_the_published_bonds_raise_what_their_tables_leave_open_and_nothing_else(
    demo: Demo, traces: dict[str, dict[str, Any]]
) -> None:
    """What was not published as spent is idle, to the fen as the trace has it. Two receivables of the story
    are over one amount on one day between the same two parties: that may be asked about."""
    told = demo.ask("alerts")["findings"]
    idle = {one["bond"]: int(one["amount"]) for one in told if one["indicator"] == "idle"}
    resting = {
        trace["bond"]: sum(int(trace["states"][state]) for state in ("unallocated", "placed", "available"))
        for trace in traces.values()
    }
    assert idle == {bond: amount for bond, amount in resting.items() if bond in idle} and len(idle) == 3
    assert [one["indicator"] for one in told if one["indicator"] != "idle"] == ["recycled-invoice"]


@pytest.mark.spec("ALERT-2")
def test_a_finding_of_the_story_was_raised_answered_and_dismissed(demo: Demo) -> None:
    told = demo.ask("alert", "list")["alerts"]
    (raised,) = [one for one in told if one["alert"]]
    assert raised["finding"]["indicator"] == "recycled-invoice"
    assert raised["alert"]["state"] == "dismissed"
    (row,) = [line for line in demo.printed.splitlines() if "recycled-invoice" in line]
    assert "dismissed" in row


@pytest.mark.spec("LEG-1")
def test_money_that_left_the_ledger_goes_on_as_attested_and_is_never_added(
    demo: Demo, traces: dict[str, dict[str, Any]]
) -> None:
    """What the settlement bank paid out it attests under the same booking, as far as the crane's bill."""
    trace = traces["CTG-CN-2021"]
    assert sum(map(int, trace["states"].values())) == int(trace["raised"])
    beyond = trace["attested"]["continuations"]
    assert trace["attested"]["standing"] == "attested"
    assert {one["state"] for one in beyond} == {"spent", "held"}
    left = [part for one in trace["intervals"] for part in one["onward"] if part["horizon"] == "redeemed"]
    assert sum(int(one["amount"]) for one in beyond) == sum(int(part["amount"]) for part in left)
    assert "Crane hire" in demo.printed


# --- evidence, check, status -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pack(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evidence") / "pack"
    assert demo.ask("evidence", "bond", "CTG-CN-2021", "--out", str(folder)) == {"pack": str(folder)}
    return folder


@pytest.mark.spec("EVD-1")
def test_a_pack_verifies(pack: Path) -> None:
    done = greenledger("verify", str(pack), "--json")
    assert (done.returncode, json.loads(done.stdout)["problems"]) == (0, []), done.stderr


@pytest.mark.spec("EVD-1")
def test_one_byte_changed_is_named(pack: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(pack, tmp_path / "pack")
    receipt = sorted((copy / "receipts").iterdir())[0]
    content = bytearray(receipt.read_bytes())
    content[len(content) // 2] ^= 1
    receipt.write_bytes(content)
    done = greenledger_here("verify", str(copy), "--json")
    assert done.returncode == 1
    assert receipt.name in json.dumps(json.loads(done.stdout)["problems"])


@pytest.mark.spec("EVD-1")
def test_one_move_dropped_is_named(pack: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(pack, tmp_path / "pack")
    moves = json.loads((copy / "moves.json").read_bytes())
    dropped = moves.pop(len(moves) // 2)
    (copy / "moves.json").write_text(json.dumps(moves))
    done = greenledger_here("verify", str(copy), "--json")
    problems = json.dumps(json.loads(done.stdout)["problems"])
    assert done.returncode == 1
    assert "moves.json" in problems or dropped["from_axis"] in problems


@pytest.mark.spec("EVD-2", "EVD-3")
def test_a_receivable_is_handed_over_as_one_file_under_a_hash_that_somebody_signed(
    demo: Demo, tmp_path: Path
) -> None:
    point = demo.ask("checkpoint", "sign", "--as", "operator")
    assert {**point, "stands": True} in demo.ask("checkpoint", "list")["checkpoints"]
    packed = tmp_path / "receivable.zip"
    assert demo.ask("evidence", "receivable", "1", "--out", str(packed)) == {"pack": str(packed)}
    done = greenledger_here("verify", str(packed), "--trust", point["signer"], "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["kind"], report["receivable"]) == (0, "receivable", 1)
    assert report["statement"] == f"complete; the block hash is signed by {point['signer']}"
    said = greenledger_here("--lang", "zh", "verify", str(packed))
    assert "应收凭证 1" in said.stdout and "无一遗漏" in said.stdout


@pytest.mark.spec("CHK-1")
def test_the_story_passes_the_check(demo: Demo) -> None:
    answer = demo.ask("check")
    assert answer["ok"] is True
    assert {one["ok"] for one in answer["checks"]} == {True, None}


def test_status_says_who_holds_the_powers(demo: Demo) -> None:
    answer = demo.ask("status")
    assert {"contracts", "powers", "cashes"} <= set(answer)
    assert {"Cash-CNY", "PieceBook", "Proceeds", "Powers"} <= set(answer["contracts"])


# --- other figures, bad figures, a folder in use ---------------------------------------------------------


def only(bond: str, folder: Path, amount: str, changed: str) -> Path:
    """The published files with the rows of one bond, and its amount changed in both."""
    folder.mkdir()
    for name in ("bonds_terms.csv", "allocations.csv"):
        with (DATA / name).open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            rows = [row for row in reader if row["bond_id"] == bond]
        assert all(row["amount_m"] == amount for row in rows)
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, reader.fieldnames or ())
            writer.writeheader()
            writer.writerows({**row, "amount_m": changed} for row in rows)
    return folder


def test_a_changed_amount_changes_every_answer(tmp_path: Path) -> None:
    data = only("CTG-CN-2021", tmp_path / "data", "2000", "1000")
    state = tmp_path / "state"
    done = greenledger_here("--state", str(state), "demo", "--data", str(data))
    assert done.returncode == 0, done.stderr
    assert "CNY 1,000,000,000.00" in done.stdout and "2,000,000,000.00" not in done.stdout
    with Ledger.embedded(state) as ledger:
        trace = ledger.auditor.trace_bond("CTG-CN-2021")
        assert trace["raised"] == str(1_000 * MILLION["CNY"])
        assert trace["states"]["spent"] == "2940000000", "half of what the published amount gives"
        assert ledger.auditor.piece_show(1)["face"] == "500000000"
        assert ledger.check()["ok"] is True


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        ("allocations.csv", "amount_m", "betrag", "amount_m"),
        ("bonds_terms.csv", "currency", "valuta", "currency"),
        ("bonds_terms.csv", "2000", "two thousand", "two thousand"),
    ],
)
def test_a_malformed_file_is_named_and_nothing_is_lived(
    tmp_path: Path, file: str, old: str, new: str, named: str
) -> None:
    data = only("CTG-CN-2021", tmp_path / "data", "2000", "2000")
    (data / file).write_text((data / file).read_text().replace(old, new))
    done = greenledger_here("--state", str(tmp_path / "state"), "demo", "--data", str(data))
    assert done.returncode == 1
    assert named in done.stderr and "Traceback" not in done.stderr


def test_a_folder_without_figures_is_refused(tmp_path: Path) -> None:
    """In a process of its own: the status and the sentence are what a shell gets."""
    done = greenledger("--state", str(tmp_path / "state"), "demo", "--data", str(tmp_path))
    assert done.returncode == 1
    assert "bonds_terms.csv" in done.stderr and "Traceback" not in done.stderr


def test_a_used_state_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("somebody's data")
    done = greenledger_here("--state", str(tmp_path), "demo")
    assert done.returncode == 1 and "in use" in done.stderr
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("mine.txt", "somebody's data")]


def test_a_second_demo_does_not_touch_the_first(demo: Demo) -> None:
    before = demo.ask("status")["block"]
    done = demo.run("demo")
    assert done.returncode == 1 and "in use" in done.stderr
    assert demo.ask("status")["block"] == before


# --- statements ------------------------------------------------------------------------------------------


@pytest.mark.spec("RPT-1")
@pytest.mark.parametrize("bond", BONDS)
def test_statements_add_up_and_agree_with_contract_and_balances(demo: Demo, bond: str) -> None:
    allocated, sheet = (demo.ask("report", kind, bond) for kind in ("allocation", "reconciliation"))
    flown, odd = (demo.ask("report", kind, bond) for kind in ("flows", "exceptions"))
    assert allocated["adds_up"] and flown["adds_up"] and sheet["agrees"]
    assert allocated["total"] == sheet["total"]["contract"] == allocated["raised"]
    assert len({answer["block"] for answer in (allocated, sheet, flown, odd)}) == 1
    assert {one["kind"] for one in odd["exceptions"]} <= {"alert", "label", "undertaking"}
    asked = demo.ask("alerts", "--bond", bond)["findings"]
    alerts = [one["reference"] for one in odd["exceptions"] if one["kind"] == "alert"]
    assert alerts == [one["key"] for one in asked]


@pytest.mark.spec("RPT-1", "LANG-1")
def test_all_statements_are_on_one_page(demo: Demo, tmp_path: Path) -> None:
    written = tmp_path / "page.html"
    assert demo.ask("report", "page", BONDS[0], "--out", str(written))["agrees"]
    text = written.read_text(encoding="utf-8")
    assert "<svg" in text and demo.ask("trace", "bond", BONDS[0])["block_hash"] in text
    refused = demo.run("report", "page", BONDS[0], "--out", str(tmp_path / "nowhere" / "page.html"))
    assert refused.returncode != 0 and "cannot be written" in refused.stderr
