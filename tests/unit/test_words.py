"""LANG-1: what the command line says exists in both languages, and no Chinese is left over."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import typer.main

from ledger import cli, errors, words
from ledger.commands.language import choose, translate, tree
from ledger.domain.states import BondState, PieceState
from ledger.errors import BadInput, LedgerError, NotFound
from ledger.tracing.axes import Kind
from ledger.words import chrome, looking, rendered, say, speak, value, word
from tests.acceptance.conftest import greenledger_here

ROOT = Path(__file__).resolve().parents[2]
# The twin refuses by the names of the contracts' errors.
SPOKEN = [
    path
    for room in ("ledger", "api")
    for path in (ROOT / room).rglob("*.py")
    if "ledger/domain/twin/" not in path.as_posix()
]
# Names of machines and programs: the same in both languages, and so not in the catalogue.
SAME = {"0x…:7", "scheme", "TX:LOG", "Authorization: Bearer ...", "{}: {}"}


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    yield
    speak("en")


def bare(template: str) -> str:
    """A template whatever its fields are called: `there is no bond {}`."""
    return "".join(
        text + ("{}" if name is not None else "") for text, name, _, _ in Formatter().parse(template)
    )


def text_of(node: ast.expr) -> str | None:
    """A literal as a bare template; None for what no literal is."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return bare(node.value) if "{" in node.value else node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)  # type: ignore[misc]
    return None


def error_classes() -> set[str]:
    """The names of LedgerError and all below it, from the sources: no matter what is imported."""
    bases = {
        node.name: {getattr(base, "id", "") for base in node.bases}
        for path in SPOKEN
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    found, before = {LedgerError.__name__}, set[str]()
    while found != before:
        before = set(found)
        found |= {name for name, above in bases.items() if above & found}
    return found - {"ContractRefusal"}  # which gives the name of a contract's error: `ledger.sentences`


def said_in(path: Path, classes: set[str]) -> Iterator[tuple[int, str]]:
    """(line, bare template) of all a source says: `say`, column heads, messages of errors and hints."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        texts: list[ast.expr] = []
        if name == "say":
            texts = node.args[:1]
        elif name == "table" and "ledger" in path.parts:
            texts = node.args[1:]
        elif name in ("tell", "_report"):
            texts = node.args[:1]
        elif name in classes:
            texts = [*node.args[:1], *(k.value for k in node.keywords if k.arg == "needed")]
        for text in map(text_of, texts):
            if text and text.strip("{}>"):
                yield node.lineno, text.lstrip(">") if name == "table" else text


def all_said() -> dict[str, str]:
    """Bare template → where it is said."""
    classes = error_classes()
    found = {
        text: f"{path.relative_to(ROOT)}:{line}" for path in SPOKEN for line, text in said_in(path, classes)
    }
    return found | {bare(text): where for text, where in helps()}


def helps() -> Iterator[tuple[str, str]]:
    """(text, command) of every help text, of the commands of `api` too."""
    for command in tree(typer.main.get_command(cli.app)):
        for one in (command, *command.params):
            if getattr(one, "help", None):
                yield one.help, f"greenledger {command.name}"


@pytest.mark.spec("LANG-1")
def test_everything_said_has_its_chinese() -> None:
    known = {bare(english) for english in words.WORDS} | SAME
    missing = {text: where for text, where in all_said().items() if text not in known}
    assert missing == {}


@pytest.mark.spec("LANG-1")
def test_no_chinese_is_left_over_and_none_is_given_twice() -> None:
    said = set(all_said())
    assert [
        english for english in words.WORDS if bare(english) not in said and english not in chrome.FRAME
    ] == []
    counted = Counter(english for area in words.CATALOGUES for english in area.WORDS)
    assert [english for english, times in counted.items() if times > 1] == []


def test_both_languages_put_in_the_same_values() -> None:
    for english, chinese in words.WORDS.items():
        assert chinese.strip() and set(words.fields(chinese)) == set(words.fields(english)), english


def test_what_answers_name_has_its_chinese() -> None:
    assert {kind.value for kind in Kind} <= set(looking.VALUES)


def test_the_language_of_the_run_is_spoken() -> None:
    assert (
        say("units: {units} of {currency} {each}", units=3, currency="CNY", each="1") == "units: 3 of CNY 1"
    )
    speak("zh")
    assert (
        say("units: {units} of {currency} {each}", units=3, currency="CNY", each="1") == "份额：3，每份 CNY 1"
    )
    assert (word(PieceState, "set_off"), word(PieceState, "set off")) == ("已抵销", "已抵销")
    assert (word(BondState, "booking"), word(BondState, "no such state")) == ("认购中", "no such state")
    assert (value("pool"), value("no such value")) == ("募集资金池", "no such value")
    assert say("never said anywhere") == "never said anywhere"


def test_an_error_is_read_in_the_readers_language_with_its_values() -> None:
    error = NotFound("there is no bond 7", who=7)
    assert (error.sentence("en"), error.sentence("zh")) == ("there is no bond 7", "没有债券 7")
    assert BadInput("unknown currency 'XYZ'").sentence("zh") == "未知币种 'XYZ'"
    assert errors.in_language("nobody wrote this down", "zh") == "nobody wrote this down"
    assert rendered("[7, 3) is no interval", "zh") == "[7, 3) 不是区间"


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        (["--lang", "zh", "--help"], {"GREENLEDGER_LANGUAGE": "en"}, "zh"),
        (["--lang=zh", "status"], {}, "zh"),
        (["status"], {"GREENLEDGER_LANGUAGE": "zh", "LC_ALL": "en_US.UTF-8"}, "zh"),
        (["status"], {"LC_ALL": "zh_CN.UTF-8"}, "zh"),
        (["status"], {"LC_ALL": "C.UTF-8"}, "en"),
        (["--lang", "fr", "status"], {"LC_ALL": "zh_CN.UTF-8"}, "zh"),
        (["status", "--lang"], {"LC_ALL": "C.UTF-8"}, "en"),
        (["status"], {"GREENLEDGER_LANGUAGE": "fr"}, "en"),
    ],
)
def test_the_language_is_chosen_before_parsing(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], environment: dict[str, str], language: str
) -> None:
    for name in ("GREENLEDGER_LANGUAGE", "GREENLEDGER_CONFIG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, given in environment.items():
        monkeypatch.setenv(name, given)
    assert choose(arguments) == language


def test_translated_help_has_no_english_sentence_left() -> None:
    speak("zh")
    command: Any = typer.main.get_command(cli.app)
    translate(command)
    everything = list(tree(command))  # late groups make their commands now, while Chinese is spoken
    speak("en")
    translate(typer.main.get_command(cli.app))  # the panels of this process speak English again
    assert len(everything) > 200
    for one in everything:
        for shown in (one, *one.params):
            text = getattr(shown, "help", None)
            assert not text or any("一" <= sign <= "鿿" for sign in text) or text == "TX 或 TX:LOG", text


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--help",), 0, "绿色债券与应收账款同在一本账上"),
        (("bond", "show", "--help"), 0, "用法："),
        (("bond", "show"), 2, "缺少参数 'bond'。"),
        (("bond", "shwo", "1"), 2, "没有命令 'shwo'"),
        (("status", "--jsn"), 2, "没有选项：--jsn"),
        (("trace", "payment", "0x1:x", "--state"), 2, "没有选项：--state"),
        (("--state", "/nonexistent/ledger", "status"), 1, "/nonexistent/ledger 中没有账本"),
        (("--state", "/nonexistent/ledger", "trace", "payment", "0x1:x"), 1, "付款以 TX 或 TX:LOG 指明"),
    ],
)
def test_the_command_speaks_chinese(arguments: tuple[str, ...], status: int, said: str) -> None:
    done = greenledger_here("--lang", "zh", *arguments)
    assert (done.returncode, said in done.stdout + done.stderr) == (status, True), done.stdout + done.stderr


def test_a_wrong_setting_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENLEDGER_FINALITY_DEPTH", "-1")
    with pytest.raises(BadInput, match="the setting finality_depth cannot be right"):
        cli.settings()


def test_a_sentence_is_not_taken_for_a_range() -> None:
    """LANG-1: what has no Chinese stays whole."""
    said = "57 sub-accounts tile both counters; balances add up to what was minted less burned"
    assert [rendered(part, "zh") for part in said.split("; ")] == said.split("; ")
