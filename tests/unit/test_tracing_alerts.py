"""Schemes hidden among ordinary payments are raised, honest cases are not, and bad files are refused."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import BadInput
from ledger.tracing.alerts import Finding, answer, findings
from ledger.tracing.alerts.parameters import DEFAULT, Parameters, parameters_of
from ledger.tracing.alerts.score import Score, labels_of, score
from ledger.tracing.foreign import ForeignMoves, Transfer, foreign_moves, transfers_of
from tests.acceptance.conftest import greenledger_here
from tests.unit import planted
from tests.unit.planted import DAY, HOUR, at

pytestmark = pytest.mark.spec("ALERT-1")

Json = dict[str, Any]
NOON = at(2023, 4, 4)


@cache
def scored(seed: int) -> tuple[ForeignMoves, list[Finding], Score]:
    made = planted.with_schemes(seed)
    moves = foreign_moves(made.transfers)
    found = findings(moves)
    return moves, found, score(moves, found, {name: frozenset(one) for name, one in made.labels.items()})


@pytest.mark.parametrize("seed", [1, 2])
def test_every_planted_scheme_is_raised_among_100_000_ordinary_payments(seed: int) -> None:
    moves, _, result = scored(seed)
    assert len(moves) > planted.ORDINARY - 200
    assert result.missed == []
    assert result.hits == sorted(planted.SCHEMES)
    assert len(result.false_alarms) <= 2


@pytest.mark.parametrize("seed", [3, 4])
def test_honest_but_unusual_payments_raise_nothing(seed: int) -> None:
    transfers = planted.honest(seed)
    odd, moves = transfers[planted.ORDINARY :], foreign_moves(transfers)
    result = score(moves, findings(moves), {"honest": frozenset(odd)})
    assert result.hits == []
    assert len(result.false_alarms) <= 2


def test_no_indicator_depends_on_the_order_of_the_file_or_on_names() -> None:
    made = planted.with_schemes(1)
    renamed = [(t, f"x{hash(a)}", f"x{hash(b)}", n) for t, a, b, n in reversed(made.transfers)]
    _, found, _ = scored(1)
    again = findings(foreign_moves(renamed))
    assert [(one.indicator, one.amount) for one in again] == [(one.indicator, one.amount) for one in found]


def of(*transfers: Transfer) -> list[Json]:
    moves = foreign_moves(transfers)
    told: list[Json] = answer(moves, findings(moves))["findings"]
    return told


def test_a_finding_tells_its_path_and_its_amount_by_each_rule() -> None:
    """The second company pays older money on: first in, first out sees nothing come back."""
    (one,) = of(
        (NOON - DAY, "bank", "second", 1_000_000),
        (NOON, "issuer", "first", 1_000_000),
        (NOON + DAY, "first", "second", 1_000_000),
        (NOON + 2 * DAY, "second", "issuer", 1_000_000),
    )
    assert (one["indicator"], one["amount"]) == ("round-trip", "1000000")
    assert [(hop["from"], hop["to"]) for hop in one["path"]] == [
        ("issuer", "first"),
        ("first", "second"),
        ("second", "issuer"),
    ]
    assert (one["fifo"], one["prorata"]) == ("0", "500000")
    assert (one["bounds"], one["depends_on_rule"]) == ({"least": "0", "most": "1000000"}, True)
    assert one["first_seen"] == "2023-04-04T12:00:00+00:00"
    assert "中国绿色债券原则" in one["clause"]


def test_an_answer_that_depends_on_no_rule_says_so() -> None:
    (one,) = of(
        *(((NOON + n * DAY), payer, payee, 1_000_000) for n, (payer, payee) in enumerate(["ab", "bc", "ca"]))
    )
    assert (one["fifo"], one["prorata"], one["depends_on_rule"]) == ("1000000", "1000000", False)


A = 4_800_000
CASES: dict[str, tuple[list[Transfer], list[str]]] = {
    "two payments below a limit": ([(NOON, "a", "b", A), (NOON + 1, "a", "b", A)], []),
    "three below it": ([(NOON + n, "a", "b", A) for n in range(3)], ["split-payments"]),
    "three at the limit": ([(NOON + n, "a", "b", 5_000_000) for n in range(3)], []),
    "three over weeks": ([(NOON + n * 6 * DAY, "a", "b", A) for n in range(3)], []),
    "back at once": ([(NOON, "a", "b", A), (NOON + DAY, "b", "a", A)], []),
    "home too late": (
        [(NOON + n * 21 * DAY, *pair, A) for n, pair in enumerate(["ab", "bc", "cd", "da"])],
        [],
    ),
    "home too small": (
        [(NOON, "a", "b", A), (NOON + 1, "b", "c", A), (NOON + 2, "c", "a", A * 97 // 100)],
        [],
    ),
    "a small trip": ([(NOON + n, *pair, 99_999) for n, pair in enumerate(["ab", "bc", "ca"])], []),
    "back on the report date": (
        [(at(2023, 2, 1), "a", "b", A), (at(2023, 6, 30), "b", "a", A)],
        ["out-and-back"],
    ),
    "back after it": ([(at(2023, 2, 1), "a", "b", A), (at(2023, 7, 1), "b", "a", A)], []),
    "one turn": ([(NOON - 1, "z", "a", 2 * A), (NOON, "a", "b", A), (NOON + HOUR, "b", "a", A)], []),
    "two turns": (
        [
            (NOON - 1, "z", "a", 2 * A),
            *((NOON + n * HOUR, *pair, A) for n, pair in enumerate(["ab", "ba", "ab", "ba"])),
        ],
        ["rotation"],
    ),
    "two turns of all": (
        [
            (NOON - 1, "z", "a", A),
            *((NOON + n * HOUR, *pair, A) for n, pair in enumerate(["ab", "ba", "ab", "ba"])),
        ],
        [],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_where_each_indicator_begins_and_ends(case: str) -> None:
    transfers, expected = CASES[case]
    assert [one["indicator"] for one in of(*transfers)] == expected  # type: ignore[arg-type]


def test_parameters_are_those_in_force_at_the_last_move() -> None:
    moves = foreign_moves([(NOON + n, "a", "b", 900) for n in range(3)])
    later = Parameters(since="2023-04-05", least=1, split_limits=(1_000,))
    earlier = Parameters(since="2023-04-04", least=1, split_limits=(1_000,))
    assert findings(moves) == findings(moves, [DEFAULT, later]) == []
    assert [one.indicator for one in findings(moves, [DEFAULT, earlier])] == ["split-payments"]


def test_parameters_from_json() -> None:
    (one,) = parameters_of('{"split_limits": [1000], "report_days": ["03-31"]}')
    assert (one.split_limits, one.report_days, one.least) == ((1000,), ("03-31",), DEFAULT.least)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "[1]",
        '{"lest": 1}',
        '{"least": "1"}',
        '{"least": true}',
        '{"least": -1}',
        '{"split_limits": [1.5]}',
        '{"since": "yesterday"}',
        '{"report_days": ["02-30"]}',
        '[{"least": 1}, {"least": 2}]',
    ],
)
def test_parameters_that_cannot_be_right(text: str) -> None:
    with pytest.raises(BadInput):
        parameters_of(text)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["time,from,to"], "the header lacks a column"),
        (["time,from,to,amount,amount"], "the header lacks a column"),
        ([], "the header lacks a column"),
        (["time,from,to,amount", "1,a,b"], "a line has other columns"),
        (["time,from,to,amount", "1,a,b,1.5"], "an amount is a whole number"),
        (["time,from,to,amount", "1,a,b,-1"], "an amount is a whole number"),
        (["time,from,to,amount", "1,a,b,１"], "an amount is a whole number"),
        (["time,from,to,amount", "soon,a,b,1"], "a time is UTC seconds"),
        (["time,from,to,amount", "1,,b,1"], "a line names no account"),
        (["time,from,to,amount", '1,"a,b,1'], "the file is no CSV"),
        (["time,from,to,amount", "1,outside,b,1"], "no transfer between accounts"),
    ],
)
def test_files_that_cannot_be_right(lines: list[str], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        foreign_moves(transfers_of(lines))


def test_labels_need_the_name_of_a_scheme() -> None:
    with pytest.raises(BadInput, match="the header lacks a column"):
        labels_of(["time,from,to,amount", "1,a,b,1"])


def test_dates_columns_in_any_order_and_transfers_of_nothing() -> None:
    lines = [
        "amount,to,from,time,note",
        "5,b,a,2023-04-04,x",
        "0,b,a,2023-04-04T00:00:01+01:00,",
        "7,a,a,3,",
        "",
    ]
    assert transfers_of(lines)[:2] == [
        (at(2023, 4, 4, 0), "a", "b", 5),
        (at(2023, 4, 4, 0) - 3_599, "a", "b", 0),
    ]
    moves = foreign_moves(transfers_of(lines))
    assert (len(moves), moves.idle, moves.from_outside) == (1, 2, 5)


def test_an_empty_set_is_scored() -> None:
    moves = foreign_moves([])
    assert answer(moves, findings(moves)) == {
        "moves": 0,
        "idle": 0,
        "accounts": 0,
        "from_outside": "0",
        "findings": [],
    }


# --- the command line ------------------------------------------------------------------------------------


def written(folder: Path, name: str, header: str, rows: list[tuple[Any, ...]]) -> str:
    with (folder / name).open("w", newline="") as file:
        csv.writer(file).writerows([header.split(","), *rows])
    return str(folder / name)


@pytest.fixture
def files(tmp_path: Path) -> Callable[..., list[str]]:
    def write(*transfers: Transfer) -> list[str]:
        moves = written(tmp_path, "moves.csv", "time,from,to,amount", list(transfers))
        labels = [("ring", *transfers[0]), ("other", 1, "x", "y", 1)]
        return [
            "--moves",
            moves,
            "--labels",
            written(tmp_path, "l.csv", "scheme,time,from,to,amount", labels),
        ]

    return write


def test_the_command_reports_hits_and_false_alarms(files: Callable[..., list[str]]) -> None:
    ring = [(NOON + n * DAY, *pair, A) for n, pair in enumerate(["ab", "bc", "ca"])]
    done = greenledger_here("alerts", *files(*ring), "--json")
    told = json.loads(done.stdout)
    assert [one["indicator"] for one in told["findings"]] == ["round-trip"]
    assert told["score"] == {"hits": ["ring"], "missed": ["other"], "false_alarms": 0}


def test_the_command_speaks_both_languages(files: Callable[..., list[str]]) -> None:
    ring = [(NOON + n * DAY, *pair, A) for n, pair in enumerate(["ab", "bc", "ca"])]
    english, chinese = (greenledger_here("--lang", lang, "alerts", *files(*ring)) for lang in ("en", "zh"))
    assert "round-trip" in english.stdout and "a → b → c → a" in english.stdout
    assert "资金回流" in chinese.stdout


def test_a_missing_file_is_an_error_that_says_so() -> None:
    done = greenledger_here("alerts", "--moves", "nowhere.csv")
    assert done.returncode == 1
    assert "nowhere.csv" in done.stderr and "Traceback" not in done.stderr
