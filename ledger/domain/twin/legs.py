"""Twin of `Legs`: money that moved outside the ledger, attested leg by leg; nothing asks it (LEG-1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from eth_hash.auto import keccak

from ledger.domain.purposes import address_bytes
from ledger.domain.roles import Role
from ledger.domain.states import LegKind, LegState
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Contract, Refusal, Stage, plain, word
from ledger.domain.twin.bonds import BondOffice
from ledger.domain.twin.documents import Documents
from ledger.domain.twin.participants import Participants

WITNESSES: Final = int(Role.BANK | Role.AUDITOR | Role.VERIFIER)
MAX_TEXT: Final = 200
_WORD: Final = 32


@dataclass(frozen=True, slots=True)
class Leg:
    """As the contract takes it, field by field; `from_place` and `to_place` are its `from` and `to`."""

    bond: int
    issuer: str
    currency: bytes
    kind: int
    value_day: int
    amount: int
    payer: str
    payee: str
    bank_reference: bytes
    document: bytes
    supersedes: int
    instrument: str
    bank: str
    from_place: str
    to_place: str
    project: str
    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What is kept of a leg: who said it, where it stands, and hashes of what it says."""

    reporter: str = NOBODY
    state: int = 0
    supersedes: int = 0
    attester: str = NOBODY
    superseded_by: int = 0
    subject: bytes = ZERO_HASH
    content: bytes = ZERO_HASH
    key: bytes = ZERO_HASH


class Legs(Contract):
    def __init__(
        self, stage: Stage, address: str, participants: Participants, documents: Documents, bonds: BondOffice
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.documents = documents
        self.bonds = bonds
        self.legs: dict[int, Standing] = {}
        self.by_key: dict[bytes, int] = {}
        self.said: dict[int, Leg] = {}

    # --- attester ---

    def attest(self, sender: str, leg: Leg) -> int:
        self._require_witness(sender, leg.issuer)
        self._require_sound(leg, sender, sender)
        id_ = self._keep(sender, leg, sender, LegState.ATTESTED)
        self._stand(id_)
        self.emit("LegAttested", id_, sender, leg.bond, plain(leg))
        return id_

    def confirm(self, sender: str, id_: int, content: bytes) -> None:
        had = self._reported(id_, sender)
        if content != had.content:
            raise Refusal("LegMismatch", id_, content, had.content)
        self._require_witness(sender, had.reporter)
        self._require_free(had.key, had.supersedes, ZERO_HASH)
        self._require_corrects(had.supersedes, had.subject, sender)
        self.legs[id_] = replace(had, state=int(LegState.ATTESTED))
        self._stand(id_)
        self.emit("LegConfirmed", id_, sender)

    def refuse(self, sender: str, id_: int, reason: str) -> None:
        had = self._reported(id_, sender)
        self.participants.require_active(sender)
        _require_text("REASON", reason, 1)
        self.legs[id_] = replace(had, state=int(LegState.REFUSED))
        self.emit("LegRefused", id_, reason)

    # --- issuer ---

    def report(self, sender: str, leg: Leg, attester: str) -> int:
        if sender != leg.issuer:
            raise Refusal("NotParty", sender, leg.issuer)
        self.participants.require_role(sender, Role.ISSUER)
        self._require_witness(attester, sender)
        self._require_sound(leg, attester, sender)
        id_ = self._keep(sender, leg, attester, LegState.REPORTED)
        self.emit("LegReported", id_, sender, attester, plain(leg))
        return id_

    # --- who said it ---

    def withdraw(self, sender: str, id_: int, reason: str) -> None:
        had = self._known(id_)
        by = had.reporter if had.state == LegState.REPORTED else had.attester
        if sender != by:
            raise Refusal("NotParty", sender, by)
        if had.state > LegState.ATTESTED:
            raise Refusal("WrongState", word("LEG"), id_, had.state, int(LegState.ATTESTED))
        self.participants.require_active(by)
        _require_text("REASON", reason, 1)
        if had.state == LegState.ATTESTED:
            del self.by_key[had.key]
        self.legs[id_] = replace(had, state=int(LegState.WITHDRAWN))
        self.emit("LegWithdrawn", id_, reason)

    # --- what a leg must be ---

    def _require_witness(self, attester: str, issuer: str) -> None:
        had = self.participants.require_active(attester).roles
        if not had & WITNESSES:
            raise Refusal("MissingRole", attester, had, WITNESSES)
        self.participants.require_unrelated(issuer, attester)

    def _require_sound(self, leg: Leg, attester: str, by: str) -> None:
        self._require_bond(leg)
        if leg.kind not in [int(kind) for kind in LegKind]:
            raise Refusal("WrongState", word("LEG_KIND"), leg.kind, leg.kind, int(max(LegKind)))
        if leg.amount == 0:
            raise Refusal("ZeroAmount")
        today = self.participants.today()
        if leg.value_day == 0 or leg.value_day > today:
            raise Refusal("DateOutOfOrder", word("VALUE_DATE"), leg.value_day, today)
        self._require_places(leg)
        if leg.bank_reference == ZERO_HASH:
            raise Refusal("ZeroHash", word("BANK_REFERENCE"))
        self.documents.require_known(leg.document, by, 0)
        self._require_free(key_of(attester, leg.bank, leg.bank_reference), leg.supersedes, leg.bank_reference)
        self._require_corrects(leg.supersedes, subject_of(leg), attester)
        if leg.supersedes:
            _require_text("REASON", leg.reason, 1)
        elif leg.reason:
            raise Refusal("AmountTooLarge", len(leg.reason.encode()), 0)

    def _require_bond(self, leg: Leg) -> None:
        """A bond of this ledger has its issuer and currency; one outside is a participant's, and named."""
        if leg.bond == 0:
            self._require_admitted(leg.issuer)
            if not any(leg.currency):
                raise Refusal("ZeroHash", word("CURRENCY"))
            _require_text("INSTRUMENT", leg.instrument, 1)
            return
        bond = self.bonds.bond(leg.bond)
        if bond.state == 0:
            raise Refusal("Unknown", word("BOND"), leg.bond)
        if leg.issuer != bond.issuer:
            raise Refusal("NotParty", leg.issuer, bond.issuer)
        currency = self.bonds.registry.listed[bond.terms.cash].currency
        if leg.currency != currency:
            raise Refusal("CurrencyMismatch", leg.currency, currency)
        if leg.instrument:
            raise Refusal("AmountTooLarge", len(leg.instrument.encode()), 0)

    def _require_places(self, leg: Leg) -> None:
        _require_text("BANK", leg.bank, 1)
        _require_text("FROM", leg.from_place, 1)
        _require_text("TO", leg.to_place, 1)
        _require_text("PROJECT", leg.project, 0)
        for party in (leg.payer, leg.payee):
            if party != NOBODY:
                self._require_admitted(party)
        if (leg.from_place, leg.payer) == (leg.to_place, leg.payee):
            raise Refusal("SameParty", leg.payer, leg.payee)

    def _require_admitted(self, who: str) -> None:
        if who not in self.participants.identifiers:
            raise Refusal("NotAdmitted", who)

    def _require_free(self, key: bytes, supersedes: int, bank_reference: bytes) -> None:
        if self.by_key.get(key, supersedes) != supersedes:
            named = key if bank_reference == ZERO_HASH else bank_reference
            raise Refusal("AlreadyUsed", word("BANK_REFERENCE"), named)

    def _require_corrects(self, former: int, subject: bytes, attester: str) -> None:
        if former == 0:
            return
        had = self._known(former)
        if had.state != LegState.ATTESTED:
            raise Refusal("WrongState", word("LEG"), former, had.state, int(LegState.ATTESTED))
        if had.attester != attester:
            raise Refusal("NotParty", attester, had.attester)
        if had.subject != subject:
            raise Refusal("LegMismatch", former, subject, had.subject)

    # --- small parts ---

    def _known(self, id_: int) -> Standing:
        if id_ not in self.legs:
            raise Refusal("Unknown", word("LEG"), id_)
        return self.legs[id_]

    def _reported(self, id_: int, attester: str) -> Standing:
        had = self._known(id_)
        if attester != had.attester:
            raise Refusal("NotParty", attester, had.attester)
        if had.state != LegState.REPORTED:
            raise Refusal("WrongState", word("LEG"), id_, had.state, int(LegState.REPORTED))
        return had

    def _keep(self, sender: str, leg: Leg, attester: str, state: LegState) -> int:
        id_ = len(self.legs) + 1
        hashes = subject_of(leg), content_of(leg), key_of(attester, leg.bank, leg.bank_reference)
        self.legs[id_] = Standing(sender, int(state), leg.supersedes, attester, 0, *hashes)
        self.said[id_] = leg
        return id_

    def _stand(self, id_: int) -> None:
        former = self.legs[id_].supersedes
        if former:
            had = self.legs[former]
            self.legs[former] = replace(had, state=int(LegState.SUPERSEDED), superseded_by=id_)
            del self.by_key[had.key]
            self.emit("LegSuperseded", former, id_)
        self.by_key[self.legs[id_].key] = id_


def _require_text(what: str, text: str, least: int) -> None:
    size = len(text.encode())
    if size < least:
        raise Refusal("ZeroHash", word(what))
    if size > MAX_TEXT:
        raise Refusal("AmountTooLarge", size, MAX_TEXT)


# --- hashes ---


def subject_of(leg: Leg) -> bytes:
    """`keccak256(abi.encode(bond, issuer, currency, keccak256(instrument)))`"""
    return keccak(
        b"".join(_word(one) for one in (leg.bond, leg.issuer, leg.currency, keccak(leg.instrument.encode())))
    )


def key_of(attester: str, bank: str, bank_reference: bytes) -> bytes:
    """`keccak256(abi.encode(attester, keccak256(bank), bankReference))`"""
    return keccak(b"".join(_word(one) for one in (attester, keccak(bank.encode()), bank_reference)))


def content_of(leg: Leg) -> bytes:
    """`keccak256(abi.encode(leg))`: words, with texts behind them and each one's offset in its place."""
    values: tuple[int | str | bytes, ...] = plain(leg)
    texts = set(Leg.__slots__[-6:])
    head, tail = b"", b""
    for name, value in zip(Leg.__slots__, values, strict=True):
        if name not in texts:
            head += _word(value)
            continue
        assert isinstance(value, str)
        head += _word(len(values) * _WORD + len(tail))
        raw = value.encode()
        tail += _word(len(raw)) + raw + bytes(-len(raw) % _WORD)
    return keccak(_word(_WORD) + head + tail)


def _word(value: int | str | bytes) -> bytes:
    """Numbers and addresses stand right in their word, bytes left."""
    if isinstance(value, int):
        return value.to_bytes(_WORD, "big")
    return value.ljust(_WORD, b"\0") if isinstance(value, bytes) else address_bytes(value).rjust(_WORD, b"\0")
