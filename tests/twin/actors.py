"""Who acts in the random histories: keys made from their names, so that every run has the same addresses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from eth_account import Account
from eth_hash.auto import keccak

from ledger.domain.roles import Role

NOBODY: Final = "0x" + "0" * 40


@cache
def _address(key: bytes) -> str:
    return str(Account.from_key(key).address)


@cache
def _sign(key: bytes, digest: bytes) -> bytes:
    return bytes(Account.unsafe_sign_hash(digest, key).signature)


@dataclass(frozen=True)
class Actor:
    name: str
    roles: int = 0
    group: int = 0

    @property
    def key(self) -> bytes:
        return keccak(b"actor of the histories: " + self.name.encode())

    @property
    def address(self) -> str:
        return _address(self.key)

    def sign(self, digest: bytes) -> bytes:
        return _sign(self.key, digest)


OPERATOR: Final = Actor("operator")
GUARDIAN: Final = Actor("guardian")
DEPLOYER: Final = Actor("deployer")
STRANGER: Final = Actor("stranger")
SERVICE_DESK: Final = Actor("service desk")
"""Has the duty "SERVICE" at the bond office: it stands in for the module of that duty."""
BANK: Final = Actor("bank", Role.BANK)
LENDER: Final = Actor("lending bank", Role.BANK | Role.FINANCIER)
ISSUERS: Final = (
    Actor("issuer", Role.ISSUER | Role.OBLIGOR, group=5),
    Actor("second issuer", Role.ISSUER, group=7),
)
VERIFIERS: Final = (Actor("verifier", Role.VERIFIER), Actor("related verifier", Role.VERIFIER, group=7))
INVESTORS: Final = tuple(Actor(f"investor {n}", Role.INVESTOR) for n in range(3))
COMPANIES: Final = (
    Actor("project company", Role.OBLIGOR, group=5),
    Actor("subsidiary", Role.OBLIGOR | Role.SUPPLIER, group=5),
)
SUPPLIERS: Final = tuple(Actor(f"supplier {n}", Role.SUPPLIER) for n in range(4))
FINANCIERS: Final = tuple(Actor(f"financier {n}", Role.FINANCIER | Role.INVESTOR) for n in range(2))

AUDITOR: Final = Actor("auditor", Role.AUDITOR)
AUTHORITY: Final = Actor("regulator", Role.AUTHORITY)

PARTICIPANTS: Final = (
    BANK, LENDER, *ISSUERS, *VERIFIERS, *INVESTORS, *COMPANIES, *SUPPLIERS, *FINANCIERS, AUDITOR, AUTHORITY,
)  # fmt: skip
EVERYBODY: Final = (*PARTICIPANTS, STRANGER, OPERATOR, GUARDIAN, SERVICE_DESK)
BY_ADDRESS: Final = {actor.address: actor for actor in EVERYBODY}


@cache
def recover(digest: bytes, signature: bytes) -> str:
    """Who signed, or the zero address: what the contracts' signature checker finds."""
    if len(signature) != 65:
        return NOBODY
    try:
        return str(Account._recover_hash(digest, signature=signature))
    except Exception:  # whatever the library finds wrong with it, nobody signed
        return NOBODY
