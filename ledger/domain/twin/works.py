"""Twin of `Works`: milestones (BOND-11) and retention (BOND-12) hold a part of a line back (BOND-13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ledger.domain import purposes
from ledger.domain.kinds import DocumentKind
from ledger.domain.purposes import PROCEEDS, axis_of
from ledger.domain.roles import Role
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Refusal, Stage, word
from ledger.domain.twin.documents import Documents
from ledger.domain.twin.participants import Participants
from ledger.domain.twin.placements import Placements
from ledger.domain.works import MILESTONES, MILLION, RETENTION, WORKS, released

if TYPE_CHECKING:
    from ledger.domain.twin.frameworks import Frameworks
    from ledger.domain.twin.proceeds import BudgetLine, Project, States

MAX_MILESTONES: Final = 12


@dataclass(frozen=True, slots=True)
class MilestoneTerms:
    """What the issuer gives: fen, the day it is due, and a short name."""

    amount: int = 0
    due_day: int = 0
    what: bytes = ZERO_HASH


@dataclass(frozen=True, slots=True)
class Milestone:
    """`certified_on` is zero while there is no certificate."""

    amount: int = 0
    due_day: int = 0
    certified_on: int = 0


@dataclass(frozen=True, slots=True)
class Conditions:
    """`held` by milestones without a certificate; `retention` in millionths of what is released."""

    certifier: str = NOBODY
    held: int = 0
    retention: int = 0
    final_due_day: int = 0
    final_on: int = 0
    agreed: bool = False
    milestones: tuple[Milestone, ...] = ()

    def values(self) -> tuple[object, ...]:
        """As the contract gives them."""
        milestones = tuple((m.amount, m.due_day, m.certified_on) for m in self.milestones)
        named = (self.certifier, self.held, self.retention, self.final_due_day, self.final_on, self.agreed)
        return (*named, milestones)


class Works(Placements):
    """One of the codes of `Proceeds`: the acts here run on its books."""

    frameworks: Frameworks
    lines: dict[int, BudgetLine]
    projects: dict[int, Project]

    def __init__(self, stage: Stage, address: str, participants: Participants, documents: Documents) -> None:
        super().__init__(stage, address, participants, documents)
        self.works: dict[int, Conditions] = {}
        self.consents_used: set[tuple[str, bytes]] = set()

    def works_of(self, id_: int) -> Conditions:
        return self.works.get(id_, Conditions())

    def released_of(self, id_: int) -> tuple[int, int]:
        """Released of the line's budget; and spent from it, net of refunds, or encumbered."""
        line, works, states = self._known(id_), self.works_of(id_), self.line_states(id_)
        kept_back = works.retention if line.conditions & RETENTION else 0
        return released(line.budget, works.held, kept_back), states.spent + states.encumbered

    def held_back(self, id_: int) -> int:
        """Of the line's budget, by milestones without a certificate and by retention."""
        return self._known(id_).budget - self.released_of(id_)[0]

    # --- issuer ---

    def set_works(
        self,
        sender: str,
        id_: int,
        certifier: str,
        milestones: Sequence[MilestoneTerms],
        retention: int,
        final_due_day: int,
        consent: bytes,
    ) -> None:
        """Once, and before the line's first fen."""
        line = self._own_line(sender, id_)
        if id_ in self.works:
            raise Refusal("AlreadyUsed", word("WORKS"), _number(id_))
        begun = self.cash_of(line.bond).axis(axis_of(PROCEEDS, purposes.budget_line(id_))).incoming
        if begun:
            raise Refusal("LineBegun", id_, begun)
        if not milestones and not retention:
            raise Refusal("ZeroAmount")
        if retention >= MILLION:
            raise Refusal("AmountTooLarge", retention, MILLION - 1)
        self._require_unrelated(line, certifier)
        used = self._require_certifier(line.framework, certifier, consent)
        day, held = _held(id_, line.budget, self.participants.today(), milestones)
        if retention and final_due_day < day:
            raise Refusal("DateOutOfOrder", word("FINAL"), final_due_day, day)
        self.consents_used |= used
        self.works[id_] = Conditions(
            certifier,
            held,
            retention,
            final_due_day,
            agreed=consent != ZERO_HASH,
            milestones=tuple(Milestone(m.amount, m.due_day) for m in milestones),
        )
        added = WORKS | (MILESTONES if milestones else 0) | (RETENTION if retention else 0)
        self.lines[id_] = replace(line, conditions=line.conditions | added)
        terms = tuple((m.amount, m.due_day, m.what) for m in milestones)
        self.emit("WorksSet", id_, line.bond, certifier, retention, final_due_day, consent, terms)

    def _require_certifier(self, framework: int, certifier: str, consent: bytes) -> set[tuple[str, bytes]]:
        """A verifier, or another to whom the verifier of the review in force consented; what that used."""
        if consent == ZERO_HASH:
            self.participants.require_role(certifier, Role.VERIFIER)
            return set()
        self.participants.require_active(certifier)
        verifier = self.frameworks.standing(framework).verifier
        self.documents.require_known(consent, verifier, DocumentKind.CONSENT)
        if (verifier, consent) in self.consents_used:
            raise Refusal("AlreadyUsed", word("CONSENT"), consent)
        return {(verifier, consent)}

    def _require_unrelated(self, line: BudgetLine, certifier: str) -> None:
        self.participants.require_unrelated(line.issuer, certifier)
        self.participants.require_unrelated(self.projects[line.project].company, certifier)

    # --- certifier ---

    def certify_milestone(self, sender: str, id_: int, index: int, document: bytes) -> None:
        works = self._certifiers(sender, id_, document)
        if index >= len(works.milestones):
            raise Refusal("Unknown", word("MILESTONE"), index)
        found = works.milestones[index]
        if found.certified_on:
            raise Refusal("AlreadyUsed", word("MILESTONE"), _number(index))
        day = self.participants.today()
        milestones = list(works.milestones)
        milestones[index] = replace(found, certified_on=day)
        held = works.held - found.amount
        self.works[id_] = replace(works, held=held, milestones=tuple(milestones))
        line = self.lines[id_]
        if not held:
            self.lines[id_] = replace(line, conditions=line.conditions & ~MILESTONES)
        self.emit("MilestoneCertified", id_, line.bond, sender, index, found.amount, day, document)

    def certify_final(self, sender: str, id_: int, document: bytes) -> None:
        works, line = self._certifiers(sender, id_, document), self.lines[id_]
        if not line.conditions & RETENTION:
            raise Refusal("WrongState", word("RETENTION"), id_, 0, RETENTION)
        day = self.participants.today()
        self.works[id_] = replace(works, final_on=day)
        self.lines[id_] = replace(line, conditions=line.conditions & ~RETENTION)
        self.emit("FinallyCertified", id_, line.bond, sender, day, document)

    def _certifiers(self, sender: str, id_: int, document: bytes) -> Conditions:
        works = self.works_of(id_)
        if works.certifier == NOBODY:
            raise Refusal("Unknown", word("WORKS"), id_)
        if sender != works.certifier:
            raise Refusal("NotParty", sender, works.certifier)
        self.participants.require_role(sender, 0 if works.agreed else Role.VERIFIER)
        self._require_unrelated(self.lines[id_], sender)
        self.documents.require_known(document, sender, 0)
        return works

    # --- the gate's part ---

    def require_released(self, id_: int, line: BudgetLine, payee: str, amount: int) -> None:
        if not line.conditions & WORKS:
            return
        if payee == self.works_of(id_).certifier:
            raise Refusal("SameParty", payee, payee)
        if not line.conditions & (MILESTONES | RETENTION):
            return
        free, gone = self.released_of(id_)
        if amount > free - gone:
            raise Refusal("NotReleased", id_, free - gone, amount)

    # --- what the books of Proceeds say ---

    def line_states(self, id_: int) -> States:
        raise NotImplementedError

    def _own_line(self, sender: str, id_: int) -> BudgetLine:
        raise NotImplementedError

    def _known(self, id_: int) -> BudgetLine:
        raise NotImplementedError


def _held(id_: int, budget: int, day: int, milestones: Sequence[MilestoneTerms]) -> tuple[int, int]:
    """The last due day (today without milestones), and what they hold together."""
    if len(milestones) > MAX_MILESTONES:
        raise Refusal("TooManyMilestones", id_, len(milestones), MAX_MILESTONES)
    held = 0
    for one in milestones:
        if one.amount == 0:
            raise Refusal("ZeroAmount")
        if one.due_day < day:
            raise Refusal("DateOutOfOrder", word("MILESTONE"), one.due_day, day)
        day, held = one.due_day, held + one.amount
    if held > budget:
        raise Refusal("OverBudget", id_, budget, held)
    return day, held


def _number(value: int) -> bytes:
    return value.to_bytes(32, "big")
