"""Identifiers of organisations, bonds and invoices, checked with python-stdnum before anything is registered.

Sources: USCC GB 32100-2015, LEI ISO 17442, ISIN ISO 6166; a digital invoice number is 20 digits without
a public check digit, so only its form can be checked.
"""

from __future__ import annotations

import re
from types import ModuleType
from typing import Final

from stdnum import isin as _isin
from stdnum import lei as _lei
from stdnum.cn import uscc as _uscc
from stdnum.exceptions import (
    InvalidChecksum,
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
    ValidationError,
)

from ledger.errors import BadInput

USCC: Final = "USCC"
LEI: Final = "LEI"
ISIN: Final = "ISIN"
E_INVOICE: Final = "E-INVOICE"

_CHECKERS: Final[dict[str, ModuleType]] = {USCC: _uscc, LEI: _lei, ISIN: _isin}
_LENGTHS: Final = {USCC: 18, LEI: 20, ISIN: 12, E_INVOICE: 20}
_SLOT: Final = 32


class BadIdentifier(BadInput):
    """An identifier that fails its own check rule."""

    code = "bad-identifier"


def uscc(text: str) -> str:
    """A unified social credit code in its compact form; BadIdentifier when malformed."""
    return _checked(USCC, text)


def lei(text: str) -> str:
    """A legal entity identifier in its compact form; BadIdentifier when malformed."""
    return _checked(LEI, text)


def isin(text: str) -> str:
    """An ISIN in its compact form; BadIdentifier when malformed."""
    return _checked(ISIN, text)


def e_invoice(text: str) -> str:
    """A digital invoice number: 20 digits, no check digit exists."""
    compact = text.strip()
    if re.fullmatch(r"\d{20}", compact, re.ASCII) is None:
        raise BadIdentifier(f"{text!r} is no digital invoice number", had=len(compact), needed="20 digits")
    return compact


def participant(text: str) -> str:
    """`"USCC:<code>"` or `"LEI:<code>"`, compact; BadIdentifier when malformed or of another scheme."""
    scheme, _, value = text.partition(":")
    if scheme not in (USCC, LEI):
        raise BadIdentifier(f"{text!r} names no scheme", had=scheme, needed="USCC:... or LEI:...")
    return f"{scheme}:{_checked(scheme, value)}"


def participant_slot(text: str) -> bytes:
    """The identifier as `Participants` holds it: ASCII, left-aligned in 32 bytes."""
    return participant(text).encode("ascii").ljust(_SLOT, b"\0")


def from_slot(slot: bytes) -> str:
    """The text of a left-aligned slot, as registered."""
    return slot.rstrip(b"\0").decode("ascii")


def isin_slot(text: str | None) -> bytes:
    """The ISIN as `BondOffice` holds it (12 bytes), zero when it was not published."""
    return bytes(_LENGTHS[ISIN]) if text is None else isin(text).encode("ascii")


def _checked(scheme: str, text: str) -> str:
    try:
        return str(_CHECKERS[scheme].validate(text))
    except ValidationError as error:
        raise BadIdentifier(
            f"{text!r} is no {scheme}: {_reason(error)}", had=text, needed=_needed(scheme, error)
        ) from None


def _needed(scheme: str, error: ValidationError) -> str:
    if isinstance(error, InvalidLength):
        return f"{_LENGTHS[scheme]} characters"
    return f"a valid {scheme}"


def _reason(error: ValidationError) -> str:
    """One clear sentence per fault; the order follows stdnum's class tree."""
    reasons: tuple[tuple[type[ValidationError], str], ...] = (
        (InvalidLength, "wrong length"),
        (InvalidFormat, "characters that are not allowed"),
        (InvalidChecksum, "the check digits do not match"),
        (InvalidComponent, "an unknown part, such as the country"),
    )
    return next((words for kind, words in reasons if isinstance(error, kind)), "malformed")
