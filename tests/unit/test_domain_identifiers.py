"""Every published valid and invalid identifier is told apart (source column in the data)."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ledger.domain import identifiers
from ledger.domain.identifiers import BadIdentifier

DATA = Path(__file__).parents[1] / "data" / "identifiers" / "id_examples.csv"
CHECKS = {
    "USCC": identifiers.uscc,
    "LEI": identifiers.lei,
    "ISIN": identifiers.isin,
    "数电票 number": identifiers.e_invoice,
}


def rows() -> list[dict[str, str]]:
    with DATA.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['type']}-{row['value']}")
def test_published_examples(row: dict[str, str]) -> None:
    check = CHECKS[row["type"]]
    if row["expected"].startswith("invalid"):
        with pytest.raises(BadIdentifier) as refused:
            check(row["value"])
        assert refused.value.had == row["value"]
    else:
        assert check(row["value"]) == row["value"]


def test_all_published_examples_were_read_with_their_source() -> None:
    table = rows()
    assert len(table) == 306
    assert all(row["source"] for row in table)


@pytest.mark.parametrize(
    ("check", "text", "why"),
    [
        ("USCC", "91110000600037341N", "check digits"),
        ("USCC", "9111000060003IOZSV", "not allowed"),
        ("USCC", "9111", "length"),
        ("LEI", "213800KUD8LXJWSQ9D15", "check digits"),
        ("ISIN", "ZZ0378331005", "country"),
        ("ISIN", "", "length"),
    ],
)
def test_each_fault_is_named(check: str, text: str, why: str) -> None:
    with pytest.raises(BadIdentifier, match=why):
        CHECKS[check](text)


def test_participant_identifiers_fill_one_slot_and_come_back() -> None:
    text = "USCC:91310112087994932F"
    slot = identifiers.participant_slot(text)
    assert len(slot) == 32 and slot.startswith(text.encode())
    assert identifiers.from_slot(slot) == text
    assert len(identifiers.participant_slot("LEI:2138001CY61HDFJ5ZA27")) == 32


@pytest.mark.parametrize(
    "text", ["91310112087994932F", "VAT:1", "LEI:91310112087994932F", "USCC:", "uscc:91310112087994932F"]
)
def test_participants_need_a_known_scheme_and_a_valid_code(text: str) -> None:
    with pytest.raises(BadIdentifier):
        identifiers.participant(text)


def test_an_unpublished_isin_is_zero_and_no_invention() -> None:
    assert identifiers.isin_slot(None) == bytes(12)
    assert identifiers.isin_slot("XS1694219780") == b"XS1694219780"


@pytest.mark.parametrize("text", ["2494200000001266038", "2494200000001266038a", "２4942000000012660383"])
def test_malformed_invoice_numbers_are_refused(text: str) -> None:
    with pytest.raises(BadIdentifier):
        identifiers.e_invoice(text)
