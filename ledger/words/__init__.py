"""What the ledger says to people, in English and Chinese, looked up by the English.

English is written where it is said, as a literal, so that code reads; its Chinese stands in a catalogue of
this package, one module an area (`{english: 中文}`, `str.format` fields by name on both sides):

    say("Pack written to {pack}", pack=pack)    in the language of this run (`speak`)
    word(BondState, "booking")                  a state or kind, by its label in `ledger.domain`
    value("pool")                               another value that answers name
    rendered("there is no bond 7")              a text that has its values in it already: errors, progress

Help texts of commands (docstrings, `help=`), column heads given to `tables.table`, and messages of errors
raised as a `LedgerError` need no call: they are looked up where they are shown, so they are plain literals.
A test reads the sources: nothing said lacks its Chinese, and no Chinese is left over (LANG-1). To add an
area, write `ledger/words/<area>.py` with a `WORDS` and name it in `CATALOGUES`.

What contracts refuse with is in `ledger.sentences`. JSON answers are for machines: English names only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import IntEnum
from functools import cache
from string import Formatter
from typing import Any, Final

from ledger.domain import creditlevel, kinds, states
from ledger.errors import register_translation
from ledger.words import (
    accounts,
    alerts,
    changes,
    chrome,
    doubles,
    errors,
    evidence,
    facilities,
    financing,
    findings,
    holding,
    impact,
    issue,
    legs,
    lending,
    limits,
    looking,
    maturity,
    pieces,
    placements,
    pools,
    promises,
    questions,
    receivables,
    rules,
    service,
    spending,
    statements,
    story,
    works,
)

CATALOGUES: Final = (
    accounts,
    alerts,
    changes,
    chrome,
    doubles,
    errors,
    evidence,
    facilities,
    financing,
    findings,
    holding,
    impact,
    issue,
    legs,
    lending,
    limits,
    looking,
    maturity,
    pieces,
    placements,
    pools,
    promises,
    questions,
    receivables,
    rules,
    service,
    spending,
    statements,
    story,
    works,
)
_VALUES: Final = looking.VALUES | findings.VALUES
WORDS: Final[dict[str, str]] = {english: said for area in CATALOGUES for english, said in area.WORDS.items()}
LABELS: Final[Mapping[type[IntEnum], Mapping[Any, Mapping[str, str]]]] = {
    **states.LABELS,
    kinds.DocumentKind: kinds.LABELS,
    creditlevel.ObservationKind: creditlevel.LABELS,
}

_spoken = "en"


def speak(language: str) -> None:
    """Chooses the language of this run: en or zh."""
    global _spoken
    _spoken = language


def spoken() -> str:
    """The language of this run."""
    return _spoken


def say(english: str, /, **values: object) -> str:
    """The phrase in the language of this run, with its values. One without its Chinese stays English."""
    template = WORDS.get(english, english) if _spoken == "zh" else english
    return template.format_map(values) if values else template


def word(kind: type[IntEnum], shown: str) -> str:
    """A state or kind as an answer names it ("set off", "set_off"), in the language of this run."""
    for member in kind:
        label = LABELS[kind].get(member, {})
        if shown in (label.get("en"), member.name.lower()):
            return label[_spoken]
    return shown


def value(shown: str) -> str:
    """Another value that an answer names, in the language of this run; as it is where it has no Chinese."""
    return _VALUES.get(shown, shown) if _spoken == "zh" else shown


def rendered(text: str, language: str | None = None) -> str:
    """A text with its values in it, in the language given or of this run; as it is where no phrase fits."""
    if (language or _spoken) != "zh":
        return text
    if text in WORDS:
        return WORDS[text]
    for pattern, template in _patterns():
        if found := pattern.fullmatch(text):
            return template.format_map(found.groupdict())
    return text


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Phrases with fields as patterns of what they give; the one that says most first."""
    found = [
        (english, re.compile(pattern_of(english), re.DOTALL), said)
        for english, said in WORDS.items()
        if fields(english) and len(literal(english)) > (3 if _is_anchored(english) else 6)
    ]
    found.sort(key=lambda one: -len(literal(one[0])))
    return [(pattern, said) for _, pattern, said in found]


def _is_anchored(template: str) -> bool:
    """Whether a phrase begins or ends with words of its own: "{a} to {b}" would fit half of all sentences."""
    return not (template.startswith("{") and template.endswith("}"))


def fields(template: str) -> list[str]:
    """The names a template puts values in for."""
    return [name for _, name, _, _ in Formatter().parse(template) if name]


def literal(template: str) -> str:
    """What a template says whatever its values."""
    return "".join(text for text, _, _, _ in Formatter().parse(template))


def pattern_of(template: str) -> str:
    """A regular expression for what the template gives, with a group for each field."""
    seen: set[str] = set()
    parts = []
    for text, name, _, _ in Formatter().parse(template):
        parts.append(re.escape(text))
        if name:
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>.+?)")
            seen.add(name)
    return "".join(parts)


register_translation(rendered)
