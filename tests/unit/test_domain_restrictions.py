"""The list of restrictions in Python is the contract's own; every code and reason speaks both languages."""

from __future__ import annotations

import re
from pathlib import Path

from ledger.domain.reasons import LABELS, Reason
from ledger.domain.restrictions import SENTENCES, Restriction

SOURCE = Path(__file__).parents[2] / "contracts" / "libraries" / "Restrictions.sol"


def test_codes_and_english_are_those_of_the_contract() -> None:
    text = SOURCE.read_text(encoding="utf-8")
    codes = {name: int(code) for name, code in re.findall(r"uint8 internal constant (\w+) = (\d+);", text)}
    assert codes == {one.name: one.value for one in Restriction}
    said = dict(re.findall(r'if \(code == (\w+)\) return "([^"]+)";', text))
    said["OTHER"] = re.findall(r'\n        return "([^"]+)";', text)[0]
    assert said == {one.name: SENTENCES[one]["en"] for one in Restriction}


def test_every_code_and_reason_has_its_words_in_both_languages() -> None:
    assert set(SENTENCES) == set(Restriction) and set(LABELS) == set(Reason)
    for words in (*SENTENCES.values(), *LABELS.values()):
        assert set(words) == {"en", "zh"} and all(words.values())
    for language in ("en", "zh"):
        assert len({words[language] for words in SENTENCES.values()}) == len(Restriction)
