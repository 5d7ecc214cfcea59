"""One identity, one fingerprint, whoever saves the file again (RULES, double financing)."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

import pytest

from ledger.domain.dates import parse_day
from ledger.domain.kinds import DocumentKind
from ledger.domain.money import Money, currency
from ledger.domain.obligations import BadObligation, ObligationDocument

KEY = bytes(range(32))
SELLER, BUYER, VERIFIER = ("0x" + digit * 40 for digit in "123")
INVOICE = ObligationDocument(
    kind=DocumentKind.INVOICE,
    issuer="USCC:91310112087994932F",
    number="24942000000012660383",
    date=parse_day("2025-07-01"),
    total=Money(1_000_000, currency("CNY")),
    payer=BUYER,
    payee=SELLER,
)


@pytest.mark.spec("DOC-1")
@pytest.mark.parametrize(
    "changed",
    [
        {"number": " 2494 2000-0000 1266 0383 "},
        {"number": "２４９４２０００００００１２６６０３８３"},
        {"issuer": "uscc:91310112087994932f"},
        {"payer": VERIFIER},
        {"total": Money(1_000_001, currency("CNY"))},
    ],
)
def test_spelling_does_not_make_another_document(changed: dict[str, str]) -> None:
    """DOC-1: the same invoice, written otherwise or with another total, meets its own capacity again."""
    assert replace(INVOICE, **changed).fingerprint(KEY) == INVOICE.fingerprint(KEY)  # type: ignore[arg-type]


@pytest.mark.spec("DOC-1")
@pytest.mark.parametrize(
    "changed",
    [
        {"number": "24942000000012660384"},
        {"issuer": "USCC:91310116052958608G"},
        {"date": parse_day("2025-07-02")},
        {"payee": VERIFIER},
        {"kind": DocumentKind.LOAN_DRAWDOWN},
    ],
)
def test_each_identity_field_counts(changed: dict[str, object]) -> None:
    """DOC-1: another seller, number, date, payee or kind is another document."""
    assert replace(INVOICE, **changed).fingerprint(KEY) != INVOICE.fingerprint(KEY)  # type: ignore[arg-type]


def test_fields_never_run_into_each_other() -> None:
    one = replace(INVOICE, issuer="AB", number="C")
    other = replace(INVOICE, issuer="A", number="BC")
    assert one.canonical() != other.canonical()


def test_a_fingerprint_is_keyed() -> None:
    assert INVOICE.fingerprint(KEY) != INVOICE.fingerprint(bytes(32))
    assert len(INVOICE.fingerprint(KEY)) == 32


def test_payers_recompute_the_same_tag_from_the_document() -> None:
    """The canonical form is frozen: another party's program must come to the same 32 bytes."""
    identity = "1\x1fUSCC91310112087994932F\x1f24942000000012660383\x1f2025-07-01"
    assert INVOICE.canonical() == identity.encode()
    tag = hmac.new(KEY, identity.encode(), hashlib.sha256).digest()[:12]
    assert INVOICE.fingerprint(KEY) == tag + bytes.fromhex(SELLER[2:])


def test_the_statement_carries_the_document() -> None:
    statement = INVOICE.statement(KEY, bytes(31) + b"\1")
    assert statement.currency == b"CNY"
    assert (statement.total, statement.payer, statement.payee) == (1_000_000, BUYER, SELLER)
    assert statement.fingerprint == INVOICE.fingerprint(KEY)


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": DocumentKind.TRADE},
        {"total": Money(0, currency("CNY"))},
        {"number": " - "},
        {"issuer": ""},
        {"payee": BUYER},
        {"attester": VERIFIER},
        {"kind": DocumentKind.REFINANCING},
        {"kind": DocumentKind.REFINANCING, "payee": BUYER},
    ],
)
def test_malformed_documents_are_refused(changed: dict[str, object]) -> None:
    with pytest.raises(BadObligation):
        replace(INVOICE, **changed)  # type: ignore[arg-type]


def test_a_refinancing_reimburses_its_payer_and_is_attested() -> None:
    statement = replace(INVOICE, kind=DocumentKind.REFINANCING, payee=BUYER, attester=VERIFIER)
    assert statement.payer == statement.payee and statement.attester == VERIFIER
