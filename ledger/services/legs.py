"""Money that moved outside the ledger: legs attested by name, reported by issuers, corrected in the open
(LEG-1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.domain.dates import day_number
from ledger.domain.kinds import DocumentKind
from ledger.domain.legs import BadLeg, Line, Movement
from ledger.domain.obligations import NOBODY
from ledger.domain.states import LegKind, LegState
from ledger.errors import BadInput, LedgerError, NotFound
from ledger.ports import Mined
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.session import Act, struct
from ledger.services.values import hex_of, minor, reference

PAGE: Final = 50
MOST: Final = 1_000_000
_CONTRACT: Final = "Legs"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose money it is: a bond of this ledger by its number, or one outside by ISIN or label and issuer."""

    bond: int | None = None
    instrument: str | None = None
    issuer: str | None = None

    def __post_init__(self) -> None:
        outside = self.instrument is not None and self.issuer is not None
        if (self.bond is None) != outside or (self.bond is not None and self.instrument is not None):
            raise BadInput(
                "a leg is of a bond here, or of one outside and its issuer",
                had=self.bond,
                needed="a bond's number, or an instrument and an issuer",
            )


@dataclass(frozen=True, slots=True)
class Said(Act):
    """A new leg; `state` is `attested`, or `reported` until its attester confirms it."""

    id: int
    state: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: legs that are new, and lines whose reference stood already for the same leg."""

    made: tuple[Said, ...]
    known: int
    document: str


class Legs(Desk):
    """For banks, auditors and verifiers, for issuers that report, and for who wants to know."""

    def attest(
        self,
        by: str,
        subject: Subject,
        movement: Movement,
        document: Paper,
        *,
        supersedes: int | None = None,
        reason: str = "",
    ) -> Said:
        """Puts a leg on record under the attester's name. It moves no money and nothing is gated on it.

        Args:
            supersedes: a leg of the same attester and bond that this one corrects, for a `reason`.
        """
        leg = self._leg(subject, movement, self._file(by, document, DocumentKind.OTHER), supersedes, reason)
        return _said(self._session.act(by, _CONTRACT, "attest", leg), "LegAttested", "attested")

    def report(
        self,
        issuer: str,
        attester: str,
        subject: Subject,
        movement: Movement,
        document: Paper,
        *,
        supersedes: int | None = None,
        reason: str = "",
    ) -> Said:
        """The issuer's own word: it counts for nothing until the attester confirms exactly this leg."""
        readers = (attester,)
        filed = self._file(issuer, document, DocumentKind.OTHER, readers)
        leg = self._leg(subject, movement, filed, supersedes, reason)
        account = self._session.address(attester)
        return _said(self._session.act(issuer, _CONTRACT, "report", leg, account), "LegReported", "reported")

    def confirm(self, by: str, leg: int) -> Act:
        """The attester stands up for what was reported: the second signature."""
        content = self._standing(leg)["content"]
        return act_of(self._session.act(by, _CONTRACT, "confirm", leg, content))

    def refuse(self, by: str, leg: int, reason: str) -> Act:
        """The attester does not stand up for it."""
        return act_of(self._session.act(by, _CONTRACT, "refuse", leg, reason))

    def withdraw(self, by: str, leg: int, reason: str) -> Act:
        """Who said it takes it back, in the open."""
        return act_of(self._session.act(by, _CONTRACT, "withdraw", leg, reason))

    def bring(
        self,
        by: str,
        subject: Subject,
        movements: Sequence[Line],
        document: Paper,
        *,
        attester: str | None = None,
    ) -> Imported:
        """Many legs from one document, each named by its place in the file: `line 7`.

        Every line is asked about before the first one is sent, so that a file with a wrong line changes
        nothing. Running it again after a crash goes on where it stopped.

        Args:
            attester: who is to confirm them, when `by` is the issuer; without it, `by` attests itself.

        Raises:
            BadLeg: naming the first line that cannot become a leg, and why.
        """
        _require_distinct(movements)
        readers = () if attester is None else (attester,)
        filed = self._file(by, document, DocumentKind.OTHER, readers)
        fresh = []
        for line, movement in movements:
            leg = self._leg(subject, movement, filed, None, "")
            if self._stands(attester or by, leg, line) or self._waits(by, attester, leg):
                continue
            self._ask(by, attester, leg, line)
            fresh.append(leg)
        return Imported(
            tuple(self._send(by, attester, leg) for leg in fresh), len(movements) - len(fresh), hex_of(filed)
        )

    # --- reading ---

    def show(self, leg: int) -> Mapping[str, Any]:
        """A leg as it stands; NotFound."""
        return self._session.index().leg_show(leg)

    def list(
        self,
        *,
        bond: int | None = None,
        state: LegState | None = None,
        party: str | None = None,
        after: int = 0,
        limit: int = PAGE,
    ) -> Mapping[str, Any]:
        """Legs by number, a page at a time. `party`: only those that it reported, attests or is named in."""
        account = None if party is None else self._session.address(party)
        named = None if state is None else state.name.lower()
        return self._session.index().leg_list(bond, named, account, after, limit)

    def trace(
        self, name: int | str, currency: str | None = None, *, as_of_block: int | None = None
    ) -> Mapping[str, Any]:
        """Where a bond's money went outside the ledger, by first in, first out: attested, never proved.

        Args:
            name: number or label of a bond here, ISIN or label of one outside.
        """
        return self._session.index().legs_trace(name, currency, as_of_block)

    # --- small parts ---

    def _leg(
        self, subject: Subject, movement: Movement, document: bytes, supersedes: int | None, reason: str
    ) -> dict[str, Any]:
        unit = movement.amount.currency
        return {
            "bond": subject.bond or 0,
            "issuer": self._issuer(subject),
            "currency": unit.code_bytes,
            "kind": int(movement.kind),
            "valueDay": day_number(movement.value_date),
            "amount": minor(movement.amount, unit.code),
            "payer": self._party(movement.payer),
            "payee": self._party(movement.payee),
            "bankReference": reference(movement.reference),
            "document": document,
            "supersedes": supersedes or 0,
            "instrument": subject.instrument or "",
            "bank": movement.bank,
            "from": movement.source,
            "to": movement.target,
            "project": movement.project,
            "reason": reason,
        }

    def _issuer(self, subject: Subject) -> str:
        if subject.issuer is not None:
            return self._session.address(subject.issuer)
        record = struct(self._session.read("BondOffice", "bond", subject.bond))
        if not record["state"]:
            raise NotFound(f"there is no bond {subject.bond}", who=subject.bond)
        return str(record["issuer"])

    def _party(self, who: str | None) -> str:
        return NOBODY if who is None else self._session.address(who)

    def _standing(self, leg: int) -> Mapping[str, Any]:
        standing = struct(self._session.read(_CONTRACT, "leg", leg))
        if not standing["state"]:
            raise NotFound(f"there is no leg {leg}", who=leg)
        return standing

    def _stands(self, attester: str, leg: Mapping[str, Any], line: str) -> bool:
        """Whether the reference stands for the same leg but for its document; BadLeg for another leg."""
        account = self._session.address(attester)
        number = int(self._session.read(_CONTRACT, "legOf", account, leg["bank"], leg["bankReference"]))
        if not number:
            return False
        had = self.show(number)
        same = {
            "bond": leg["bond"] or None,
            "kind": LegKind(leg["kind"]).name.lower(),
            "amount": str(leg["amount"]),
            "instrument": leg["instrument"] or None,
        }
        if any(had[name] != value for name, value in same.items()):
            raise BadLeg("the bank's reference stands for another leg", who=line, had=number)
        return True

    def _waits(self, by: str, attester: str | None, leg: Mapping[str, Any]) -> bool:
        """Whether the same was reported already and waits for its attester."""
        if attester is None:
            return False
        said = {
            "bank": leg["bank"],
            "bank_reference": hex_of(leg["bankReference"]),
            "amount": str(leg["amount"]),
        }
        waiting = self.list(state=LegState.REPORTED, party=by, limit=MOST)["legs"]
        account = self._session.address(attester)
        return any(one["attester"]["account"] == account and said.items() <= one.items() for one in waiting)

    def _ask(self, by: str, attester: str | None, leg: Mapping[str, Any], line: str) -> None:
        account = self._session.address(by)
        try:
            if attester is None:
                self._session.read(_CONTRACT, "checkAttest", leg, account)
            else:
                self._session.read(_CONTRACT, "checkReport", leg, self._session.address(attester), account)
        except LedgerError as refusal:
            raise BadLeg("a line cannot become a leg", who=line, had=refusal.sentence("en")) from refusal

    def _send(self, by: str, attester: str | None, leg: Mapping[str, Any]) -> Said:
        if attester is None:
            return _said(self._session.act(by, _CONTRACT, "attest", leg), "LegAttested", "attested")
        account = self._session.address(attester)
        return _said(self._session.act(by, _CONTRACT, "report", leg, account), "LegReported", "reported")


def _said(mined: Mined, event: str, state: str) -> Said:
    told = mined.event(event).args
    content = struct(told["content"])
    unit = bytes(content["currency"]).decode()
    return Said(mined.tx, mined.block, told["leg"], state, content["amount"], unit)


def _require_distinct(movements: Sequence[Line]) -> None:
    """One reference of a bank stands for one leg, within a file too."""
    seen: dict[tuple[str, str], str] = {}
    for line, one in movements:
        first = seen.setdefault((one.bank, one.reference.strip()), line)
        if first != line:
            raise BadLeg("a bank's reference stands twice in the file", who=line, had=first)
