"""Who plays: named issuers, and parties no source names, called by role and marked illustrative."""

from __future__ import annotations

import datetime as dt
import hashlib
import string
from collections.abc import Collection
from typing import TYPE_CHECKING

from stdnum.iso7064 import mod_97_10

from ledger.domain.roles import Role

if TYPE_CHECKING:
    from ledger import Ledger

VERIFIER = "Verifier (illustrative)"
AUDITOR = "Auditor (illustrative)"
BANK = "settlement bank"
INVESTORS = ("Investor A (illustrative)", "Investor B (illustrative)")
BORROWERS = "Project borrowers (illustrative)"
COMPANY = "Project company (illustrative)"
CONTRACTOR = "Contractor (illustrative)"
SUB_SUPPLIER = "Sub-supplier (illustrative)"
THIRD_TIER = "Third tier (illustrative)"
FINANCIER = "Financier (illustrative)"
SECOND_FINANCIER = "Second financier (illustrative)"
STRANGER = "Stranger (not admitted)"
_LAPSES = dt.date(2035, 12, 31)
_GROUP = 1
_ALPHABET = string.digits + string.ascii_uppercase

_ILLUSTRATIVE = {
    VERIFIER: Role.VERIFIER,
    AUDITOR: Role.AUDITOR,
    BANK: Role.BANK,
    **dict.fromkeys(INVESTORS, Role.INVESTOR),
    BORROWERS: Role.SUPPLIER,
    CONTRACTOR: Role.SUPPLIER,
    SUB_SUPPLIER: Role.SUPPLIER,
    THIRD_TIER: Role.SUPPLIER,
    FINANCIER: Role.FINANCIER | Role.SUPPLIER,
    SECOND_FINANCIER: Role.FINANCIER,
}


def admit_cast(ledger: Ledger, issuers: dict[str, str], verifiers: Collection[str] = ()) -> None:
    """Admits everybody. `issuers` maps a name to its country; `verifiers` are those that a source names.
    All identifiers here are illustrative."""
    for name, roles in _ILLUSTRATIVE.items():
        _admit(ledger, name, roles | Role.ILLUSTRATIVE)
    for name in issuers:
        _admit(ledger, name, Role.ISSUER)
    for name in sorted(verifiers):
        _admit(ledger, name, Role.VERIFIER)
    ledger.account(STRANGER)


def admit_company(ledger: Ledger, issuer: str) -> None:
    """The project company, a declared related party of its issuer."""
    ledger.operator.amend(
        issuer,
        roles=Role.ISSUER | Role.OBLIGOR,
        group=_GROUP,
        document=b"Declared group of the issuer and its project company; the group takes a credit line.",
    )
    _admit(ledger, COMPANY, Role.OBLIGOR | Role.ILLUSTRATIVE, _GROUP)


def _admit(ledger: Ledger, name: str, roles: Role, group: int = 0) -> None:
    ledger.operator.admit(name, illustrative_lei(name), roles, lapses=_LAPSES, group=group)


def illustrative_lei(name: str) -> str:
    """A well-formed LEI that nobody was given: its issuer prefix 0000 is not assigned."""
    digest = int.from_bytes(hashlib.sha256(name.encode()).digest())
    body = "000000"
    for _ in range(12):
        digest, place = divmod(digest, len(_ALPHABET))
        body += _ALPHABET[place]
    return "LEI:" + body + str(mod_97_10.calc_check_digits(body))
