"""Documents: files sealed off chain and registered by hash; obligation documents signed by both their
signers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.domain.dates import day_number
from ledger.domain.identifiers import from_slot
from ledger.domain.kinds import DocumentKind
from ledger.domain.money import Money
from ledger.domain.obligations import NOBODY, ObligationDocument, plain
from ledger.domain.typed_data import Obligation, TypedData
from ledger.errors import Conflict, NotFound
from ledger.ports import OpenedDocument, SealedDocument
from ledger.services.session import Act, Session
from ledger.services.values import hash_bytes, hex_of

Paper = bytes | str
"""A document as an act takes it: the file itself, which is sealed and registered first, or the `0x…` hash
of one that already is."""


@dataclass(frozen=True, slots=True)
class Registered(Act):
    """A document on the chain. `document` is its salted hash."""

    document: str
    kind: DocumentKind


@dataclass(frozen=True, slots=True)
class RegisteredObligation(Act):
    """An obligation document with its capacity. `fingerprint` names it in payments and confirmations."""

    fingerprint: str
    document: str
    total: int
    currency: str


@dataclass(frozen=True, slots=True)
class Capacity:
    """What one obligation document is about and how much of it is used, in minor units."""

    fingerprint: str
    payer: str
    payee: str
    kind: DocumentKind
    currency: str
    date: int
    total: int
    used: int
    credited: int = 0


class Documents:
    """Registering, sealing, sharing and opening documents; obligation documents and their capacity."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # --- files -------------------------------------------------------------------------------------------

    def register(
        self,
        registrar: str,
        content: bytes,
        kind: DocumentKind = DocumentKind.OTHER,
        *,
        name: str = "document",
        media_type: str = "application/octet-stream",
        readers: Sequence[str] = (),
        supersedes: str | None = None,
    ) -> Registered:
        """Seals a file for its registrar and `readers`, and registers its salted hash under `kind`."""
        sealed = self.seal(registrar, content, name=name, media_type=media_type, readers=readers)
        return self.register_hash(registrar, sealed.document, kind, supersedes=supersedes)

    def register_hash(
        self, registrar: str, document: str, kind: DocumentKind, *, supersedes: str | None = None
    ) -> Registered:
        """Registers a document that is sealed already, here or at another organisation."""
        former = bytes(32) if supersedes is None else hash_bytes(supersedes, "the document superseded")
        raw = hash_bytes(document, "a document")
        mined = self._session.act(registrar, "Documents", "register", raw, int(kind), former)
        return Registered(mined.tx, mined.block, document, kind)

    def seal(
        self,
        registrar: str,
        content: bytes,
        *,
        name: str = "document",
        media_type: str = "application/octet-stream",
        readers: Sequence[str] = (),
        about: Mapping[str, str] | None = None,
    ) -> SealedDocument:
        """Seals a file off chain for `registrar` and `readers`, who must have accounts in the keystore
        here. `about` is sealed beside it."""
        keys = self._sealing_keys((registrar, *readers))
        return self._session.vault.seal(content, name, media_type, keys, about or {})

    def share(self, owner: str, document: str, readers: Sequence[str]) -> SealedDocument:
        """Lets further readers open a document that `owner` can open."""
        session = self._session
        account = session.address(owner)
        return session.vault.share(
            document, account, session.keys.unsealer(account), self._sealing_keys(tuple(readers))
        )

    def open(self, reader: str, document: str) -> OpenedDocument:
        """The file. NotAllowed for one it was not sealed for; DocumentAltered when it was changed."""
        account = self._session.address(reader)
        return self._session.vault.open(document, account, self._session.keys.unsealer(account))

    def filed(self, registrar: str, paper: Paper, kind: DocumentKind, readers: Sequence[str] = ()) -> bytes:
        """The 32-byte hash of a paper; a file is sealed and registered first."""
        if isinstance(paper, str):
            return hash_bytes(paper, "a document")
        known = [reader for reader in readers if self._is_here(reader)]
        registered = self.register(registrar, paper, kind, readers=known)
        return hash_bytes(registered.document, "a document")

    def pass_on(self, owner: str, fingerprint: str, reader: str) -> bool:
        """Lets `reader` open the paper of an obligation, as it must before it pays; False where `owner`
        cannot open it here, or the reader's key is elsewhere."""
        raw = hash_bytes(fingerprint, "an obligation")
        paper = hex_of(bytes(self._session.read("Documents", "paperOf", raw)))
        if not (self._session.vault.has(paper) and self._is_here(owner) and self._is_here(reader)):
            return False
        recipients = self._session.vault.describe(paper).recipients
        if self._session.address(owner) not in recipients:
            return False
        if self._session.address(reader) not in recipients:
            self.share(owner, paper, (reader,))
        return True

    def _is_here(self, who: str) -> bool:
        return self._session.keys.has(self._session.address(who))

    def _sealing_keys(self, who: tuple[str, ...]) -> dict[str, bytes]:
        accounts = [self._session.address(one) for one in who]
        return {account: self._session.keys.sealing_key(account) for account in accounts}

    # --- obligation documents ----------------------------------------------------------------------------

    def obligation(
        self,
        kind: DocumentKind,
        *,
        payer: str,
        payee: str,
        number: str,
        dated: dt.date,
        total: Money,
        paper: Paper,
        attester: str | None = None,
        contract: str = "",
    ) -> Obligation:
        """What both signers sign. The document's issuer is its payee; a refinancing has one party and an
        attester.

        The file is sealed for all its parties whose accounts are here, with what it says (`contract` is the
        number of the contract it names), so that whoever opens it can recompute the fingerprint. Conflict
        when the document is registered under the key of an earlier epoch: its payee links it then.
        """
        parties = [payer, payee] + ([attester] if attester else [])
        session = self._session
        draft = ObligationDocument(
            kind=kind,
            issuer=self.identifier(payee),
            number=number,
            date=day_number(dated),
            total=total,
            payer=session.address(payer),
            payee=session.address(payee),
            attester=session.address(attester) if attester else NOBODY,
        )
        epoch, key = session.keys.fingerprint_key()
        self._require_no_earlier(draft, epoch)
        about = {**draft.reading().about(), "contract": plain(contract)}
        return draft.statement(key, self._sealed(payer, paper, parties, about))

    def _require_no_earlier(self, draft: ObligationDocument, epoch: int) -> None:
        tags = draft.reading().fingerprints(draft.payee, self._session.keys.fingerprint_keys())
        for earlier, tag in tags.items():
            if earlier < epoch and any(self._session.read("Documents", "rootOf", tag)):
                raise Conflict(
                    "this document is registered under the key of an earlier epoch",
                    who=hex_of(tag),
                    had=earlier,
                    needed="a link by its payee",
                )

    def sign_obligation(self, signer: str, obligation: Obligation) -> bytes:
        """65 bytes over the obligation, bound to this chain and its `Documents` contract."""
        contract = self._session.deployment["Documents"].address
        digest = TypedData(self._session.chain.chain_id, contract, obligation).digest()
        return self._session.signer(signer).sign_digest(digest)

    def register_obligation(
        self, sender: str, obligation: Obligation, first: bytes, second: bytes
    ) -> RegisteredObligation:
        """Files an obligation with the payer's signature and the payee's (or the attester's). Anyone may
        send."""
        mined = self._session.act(
            sender, "Documents", "registerObligation", obligation.message(), first, second
        )
        return RegisteredObligation(
            mined.tx,
            mined.block,
            hex_of(obligation.fingerprint),
            hex_of(obligation.document),
            obligation.total,
            obligation.currency.decode("ascii"),
        )

    def sign_and_register(self, obligation: Obligation) -> RegisteredObligation:
        """Both signatures and the registration, where both signers' keys are in the keystore here."""
        second = obligation.payee if obligation.attester == NOBODY else obligation.attester
        return self.register_obligation(
            obligation.payer,
            obligation,
            self.sign_obligation(obligation.payer, obligation),
            self.sign_obligation(second, obligation),
        )

    def invoice(
        self,
        *,
        seller: str,
        buyer: str,
        number: str,
        dated: dt.date,
        total: Money,
        paper: Paper,
        contract: str = "",
    ) -> RegisteredObligation:
        """An invoice that seller and buyer sign at once, both keys being here."""
        return self.sign_and_register(
            self.obligation(
                DocumentKind.INVOICE,
                payer=buyer,
                payee=seller,
                number=number,
                dated=dated,
                total=total,
                paper=paper,
                contract=contract,
            )
        )

    def capacity(self, fingerprint: str) -> Capacity:
        """What is registered under a fingerprint and how much of it is used; NotFound-like zeros never
        appear."""
        raw = hash_bytes(fingerprint, "an obligation")
        payer, payee, kind, currency, date, total, used = self._session.read("Documents", "obligation", raw)
        if not total:
            raise NotFound("no obligation document has this fingerprint", who=fingerprint)
        code = bytes(currency).decode("ascii")
        credited = int(self._session.read("Documents", "credited", raw))
        return Capacity(fingerprint, payer, payee, DocumentKind(kind), code, date, total, used, credited)

    def _sealed(
        self, registrar: str, paper: Paper, parties: Sequence[str], about: Mapping[str, str]
    ) -> bytes:
        if isinstance(paper, str):
            return hash_bytes(paper, "a document")
        here = [party for party in parties if self._is_here(party)]
        sealed = self.seal(here[0] if here else registrar, paper, readers=here, about=about)
        return hash_bytes(sealed.document, "a document")

    def identifier(self, who: str) -> str:
        """The identifier under which a participant was admitted."""
        return from_slot(
            bytes(self._session.read("Participants", "identifierOf", self._session.address(who)))
        )
