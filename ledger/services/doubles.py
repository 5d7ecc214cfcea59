"""Against financing one invoice twice: recomputing it from its paper, red invoices, epochs of the key, and
the search for near-duplicates.

What was pledged or sold outside this ledger cannot be seen here; the registry search that each financing
files (77号文 art. 13) is what speaks of that.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ledger.domain.dates import day_number
from ledger.domain.duplicates import DEFAULT, Near, Similarity, near_duplicates, near_to, parameters_at
from ledger.domain.duplicates import Paper as Compared
from ledger.domain.history import EventRow
from ledger.domain.kinds import DocumentKind
from ledger.domain.money import Money, currency
from ledger.domain.obligations import Difference, Entry, Reading, differences
from ledger.errors import ContractRefusal, LedgerError, NotAllowed, NotFound
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Documents, Paper
from ledger.services.session import Act, Session
from ledger.services.values import Amount, hash_bytes, hex_of, minor

ZERO: Final = bytes(32)
_KEY_BYTES: Final = 32
CREDITED: Final = "RULES.md, double financing; 国家税务总局公告2024年第11号 (B)"
"""What stands behind the alert on what was used before a red invoice."""


class FingerprintMismatch(LedgerError):
    """The paper is not the document that is registered under this fingerprint."""

    code = "fingerprint-mismatch"
    status = "refused"


class NotRecomputed(LedgerError):
    """Nobody recomputed the fingerprint from the paper, and no money moves before."""

    code = "not-recomputed"
    status = "refused"


class RegisteredTwice(LedgerError):
    """The same document holds a second capacity under the key of another epoch."""

    code = "registered-twice"
    status = "refused"


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A fingerprint recomputed from a paper under the key of every epoch.

    `matches`: the paper is the document registered, in every field. `elsewhere`: fingerprints of the same
    paper under other epochs' keys that hold a capacity of their own. `near`: registered documents like it.
    """

    fingerprint: str
    matches: bool
    differences: tuple[Difference, ...]
    elsewhere: tuple[str, ...]
    total: int
    used: int
    credited: int
    currency: str
    near: tuple[Near, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditAlert:
    """A red invoice that came after use. `receivables` were confirmed against the document; `over` is how
    much more is used than the red invoices left."""

    fingerprint: str
    note: str
    payer: str
    payee: str
    currency: str
    total: int
    used: int
    credited: int
    over: int
    receivables: tuple[int, ...]
    tx: str
    clause: str = CREDITED


class Doubles(Desk):
    """For payers and financiers before money moves, for payees of red invoices, for whoever searches."""

    def recompute(
        self, reader: str, fingerprint: str, reading: Reading | None = None, *, search: bool = False
    ) -> Recomputed:
        """Compares the paper with what is registered.

        Args:
            reading: what the reader sees in the paper; by default what was sealed with it, which takes a
                `reader` for whom it was sealed.
            search: looks for near-duplicates too.

        Raises:
            NotRecomputed: when there is no reading and none can be opened.
        """
        found = recompute(self._session, reader, fingerprint, reading)
        if not search:
            return found
        raw = hash_bytes(fingerprint, "an obligation")
        root = hex_of(bytes(self._session.read("Documents", "rootOf", raw)))
        return replace(found, near=tuple(self.near(reader, root)))

    def credit(self, payee: str, fingerprint: str, note: Paper, amount: Amount) -> Act:
        """The payee's red invoice (红字发票): so much of the document's total can never be used anew.

        The payee alone: only a seller issues red invoices, and this takes nothing from anybody. Whether the
        buyer had to confirm it first (it had, once it used the invoice for tax) is between them and the tax
        office, and is seen in the paper.
        """
        found = self._documents.capacity(fingerprint)
        filed = self._file(payee, note, DocumentKind.CREDIT_NOTE, (found.payer,))
        value = minor(amount, found.currency)
        raw = hash_bytes(fingerprint, "an obligation")
        return act_of(self._session.act(payee, "Documents", "credit", raw, filed, value))

    def is_reader(self, who: str, fingerprint: str) -> bool:
        """Whether the paper of a document was sealed for `who`, or passed on."""
        raw = hash_bytes(fingerprint, "an obligation")
        paper, vault = hex_of(bytes(self._session.read("Documents", "paperOf", raw))), self._session.vault
        return vault.has(paper) and self._session.address(who) in vault.describe(paper).recipients

    # --- epochs ------------------------------------------------------------------------------------------

    def new_epoch(self, key: bytes | None = None) -> int:
        """Begins the next epoch of the consortium's key here; its number.

        Every member takes the same key over by its own secure way; the first one makes it. Documents that are
        registered already are then linked by their payees.
        """
        keys = self._session.keys
        epoch, _ = keys.fingerprint_key()
        keys.set_fingerprint_key(epoch + 1, key or secrets.token_bytes(_KEY_BYTES))
        return epoch + 1

    def link(self, payee: str, fingerprint: str, reading: Reading | None = None) -> str:
        """Names a registered document by the key of the present epoch too; its new fingerprint.

        One that has it already is left as it is.
        """
        session = self._session
        read = reading or _sealed_reading(session, payee, fingerprint)
        epoch, key = session.keys.fingerprint_key()
        raw, account = hash_bytes(fingerprint, "an obligation"), session.address(payee)
        anew = read.fingerprints(account, {epoch: key})[epoch]
        root = bytes(session.read("Documents", "rootOf", raw))
        if root not in read.fingerprints(account, session.keys.fingerprint_keys()).values():
            raise FingerprintMismatch(
                "the paper is not the document registered under this fingerprint", who=fingerprint
            )
        if bytes(session.read("Documents", "rootOf", anew)) != root:
            session.act(payee, "Documents", "link", raw, anew)
        return hex_of(anew)

    def link_all(self, payee: str) -> dict[str, str | None]:
        """Links every document of this payee whose paper can be opened here: former → new fingerprint.

        None where it was refused, as when the document was registered anew instead: to be looked at.
        """
        account = self._session.address(payee)
        mine = [one.fingerprint for one in self._papers() if one.payee == account]
        return {
            one: self._link_or_none(payee, one)
            for one in mine
            if _opened(self._session, payee, one) is not None
        }

    def _link_or_none(self, payee: str, fingerprint: str) -> str | None:
        try:
            return self.link(payee, fingerprint)
        except (FingerprintMismatch, ContractRefusal):
            return None

    # --- searching ---------------------------------------------------------------------------------------

    def near(
        self, reader: str | None, fingerprint: str | None = None, by: Sequence[Similarity] = (DEFAULT,)
    ) -> list[Near]:
        """Registered documents that look like one. Numbers and contracts count where `reader` can open the
        papers; parties, amounts and dates of all are on the chain."""
        chosen = parameters_at(by, day_number(self._session.today()))
        papers = list(self._papers())
        if fingerprint is None:
            return near_duplicates([self._read(reader, one) for one in papers], chosen)
        asked = next((one for one in papers if one.fingerprint == fingerprint), None)
        if asked is None:
            raise NotFound("no obligation document has this fingerprint", who=fingerprint)
        related = [one for one in papers if one.payee == asked.payee or one.payer == asked.payer]
        return near_to(self._read(reader, asked), [self._read(reader, one) for one in related], chosen)

    def alerts(self) -> list[CreditAlert]:
        """Red invoices that came after use: what was paid or confirmed against them, with the clause."""
        uses: dict[str, list[int]] = defaultdict(list)
        registered: dict[str, Mapping[str, Any]] = {}
        first: dict[str, str] = {}
        credits: list[EventRow] = []
        for event in self._events("Documents", "Receivables"):
            if event.name == "ObligationRegistered":
                registered[event.args["fingerprint"]] = event.args["obligation"]
            elif event.name == "Linked":
                first[event.args["fingerprint"]] = event.args["root"]
            elif event.name == "Credited":
                credits.append(event)
            elif event.name == "Confirmed":
                named = event.args["confirmation"]["fingerprint"]
                uses[first.get(named, named)].append(int(event.args["receivable"]))
        alerts = (_alert(event, registered, uses) for event in credits if int(event.args["used"]))
        return list(alerts)

    def _papers(self) -> Iterator[Compared]:
        for event in self._events("Documents"):
            if event.name == "ObligationRegistered":
                yield _compared(event.args["fingerprint"], event.args["obligation"])

    def _events(self, *contracts: str) -> list[EventRow]:
        with self._session.index().rows() as rows:
            return list(rows.events(contracts=list(contracts)))

    def _read(self, reader: str | None, paper: Compared) -> Compared:
        about = None if reader is None else _opened(self._session, reader, paper.fingerprint)
        if about is None:
            return paper
        return replace(paper, number=about.get("number", ""), contract=about.get("contract", ""))


def require_recomputed(session: Session, payer: str, fingerprint: str, reading: Reading | None) -> Recomputed:
    """Before money moves: the paper is the document registered, and holds one capacity over all epochs."""
    found = recompute(session, payer, fingerprint, reading)
    if found.elsewhere:
        raise RegisteredTwice(
            "the same document is registered again under the key of another epoch",
            who=fingerprint,
            had=", ".join(found.elsewhere),
            needed="one capacity",
        )
    if not found.matches:
        raise FingerprintMismatch(
            "the paper is not the document registered under this fingerprint",
            who=fingerprint,
            had=", ".join(f"{one.field} {one.read}" for one in found.differences),
            needed=", ".join(f"{one.field} {one.registered}" for one in found.differences),
            clause="RULES.md, double financing",
        )
    return found


def near_count(session: Session, reader: str, fingerprint: str) -> int | None:
    """How many registered documents look like this one; None where there is no index to search."""
    try:
        raw = hash_bytes(fingerprint, "an obligation")
        root = hex_of(bytes(session.read("Documents", "rootOf", raw)))
        return len(Doubles(session).near(reader, root))
    except NotFound:
        return None


def recompute(session: Session, reader: str, fingerprint: str, reading: Reading | None = None) -> Recomputed:
    """See `Doubles.recompute`."""
    raw = hash_bytes(fingerprint, "an obligation")
    found = Documents(session).capacity(fingerprint)
    read = reading or _sealed_reading(session, reader, fingerprint)
    root = bytes(session.read("Documents", "rootOf", raw))
    keys = session.keys.fingerprint_keys()
    unit = currency(found.currency)
    issuer = Documents(session).identifier(found.payee)
    entry = Entry(root, found.kind, issuer, found.payee, found.date, Money(found.total, unit))
    unlike = differences(read, entry, keys)
    return Recomputed(
        fingerprint,
        not unlike,
        unlike,
        tuple(_elsewhere(session, read, found.payee, root, keys)),
        found.total,
        found.used,
        found.credited,
        found.currency,
    )


def _elsewhere(
    session: Session, read: Reading, payee: str, root: bytes, keys: Mapping[int, bytes]
) -> Iterator[str]:
    for tag in read.fingerprints(payee, keys).values():
        holder = bytes(session.read("Documents", "rootOf", tag))
        if holder not in (ZERO, root):
            yield hex_of(tag)


def _sealed_reading(session: Session, reader: str, fingerprint: str) -> Reading:
    about = _opened(session, reader, fingerprint)
    read = None if about is None else Reading.of(about)
    if read is None:
        raise NotRecomputed(
            "nobody recomputed this fingerprint: its paper was not passed on to the reader, who read nothing",
            who=fingerprint,
            needed="the paper from its holder, or what is read in it",
            clause="RULES.md, double financing",
        )
    return read


def _opened(session: Session, reader: str, fingerprint: str) -> Mapping[str, str] | None:
    """What was sealed with the paper of a document, where `reader` can open it here."""
    paper = hex_of(bytes(session.read("Documents", "paperOf", hash_bytes(fingerprint, "an obligation"))))
    if not session.vault.has(paper) or not session.keys.has(session.address(reader)):
        return None
    try:
        return Documents(session).open(reader, paper).about
    except NotAllowed:
        return None


def _compared(fingerprint: str, said: Mapping[str, Any]) -> Compared:
    code = bytes.fromhex(str(said["currency"]).removeprefix("0x")).decode("ascii")
    return Compared(
        fingerprint,
        str(said["payer"]),
        str(said["payee"]),
        int(said["kind"]),
        code,
        int(said["date"]),
        int(said["total"]),
    )


def _alert(
    event: EventRow, registered: Mapping[str, Mapping[str, Any]], uses: Mapping[str, list[int]]
) -> CreditAlert:
    fingerprint = event.args["fingerprint"]
    said = _compared(fingerprint, registered[fingerprint])
    used, credited = int(event.args["used"]), int(event.args["credited"])
    return CreditAlert(
        fingerprint,
        str(event.args["note"]),
        said.payer,
        said.payee,
        said.currency,
        said.total,
        used,
        credited,
        max(used + credited - said.total, 0),
        tuple(uses.get(fingerprint, ())),
        event.tx,
    )
