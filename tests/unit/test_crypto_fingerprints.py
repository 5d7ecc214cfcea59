"""One invoice, one fingerprint: however its fields are written, and only with the key."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.crypto.fingerprints import fingerprint
from ledger.errors import BadInput

KEY = b"\1" * 32
FIELDS = (1, "USCC:91110000100015525K", "25442000000012345678", date(2025, 7, 1), 1_000_000)


def test_spelling_makes_no_difference() -> None:
    """DOC-1: an invoice filed twice under another spelling meets the same capacity."""
    kind, issuer, number, dated, total = FIELDS
    plain = fingerprint(KEY, *FIELDS)
    assert fingerprint(KEY, kind, issuer.lower(), f" {number[:8]}-{number[8:]} ", dated, total) == plain
    assert fingerprint(KEY, kind, issuer, "25442000000012345678", dated, total) == plain


@pytest.mark.parametrize("place", range(5))
def test_every_field_counts(place: int) -> None:
    other = (2, "USCC:91110000100015525L", "25442000000012345679", date(2025, 7, 2), 1_000_001)
    changed = (*FIELDS[:place], other[place], *FIELDS[place + 1 :])
    assert fingerprint(KEY, *changed) != fingerprint(KEY, *FIELDS)


def test_fields_cannot_run_into_each_other() -> None:
    kind, _, _, dated, total = FIELDS
    assert fingerprint(KEY, kind, "AB", "C", dated, total) != fingerprint(KEY, kind, "A", "BC", dated, total)


def test_without_the_key_it_cannot_be_guessed() -> None:
    assert fingerprint(b"\2" * 32, *FIELDS) != fingerprint(KEY, *FIELDS)


@pytest.mark.parametrize(("place", "bad"), [(1, ""), (1, " - "), (2, ""), (4, 0), (4, -5)])
def test_missing_fields_are_refused(place: int, bad: object) -> None:
    fields = [*FIELDS]
    fields[place] = bad  # type: ignore[call-overload]
    with pytest.raises(BadInput):
        fingerprint(KEY, *fields)  # type: ignore[arg-type]
