"""Random acts on the works of budget lines: milestones, retention, certificates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from eth_hash.auto import keccak

from ledger.domain import purposes
from ledger.domain.kinds import DocumentKind
from ledger.domain.twin import World
from ledger.domain.twin.base import ZERO_HASH
from ledger.domain.twin.works import Conditions, MilestoneTerms
from tests.twin.actors import FINANCIERS, ISSUERS, VERIFIERS

if TYPE_CHECKING:
    from tests.twin.acts import Act, Histories

ENGINEER = FINANCIERS[1]
"""No verifier, and nobody's relative."""


def works_opening(h: Histories) -> Iterator[Act]:
    """Two lines of the first bond with works: a verifier certifies one, an engineer by consent the other."""
    issuer, verifier, proceeds = ISSUERS[0].address, VERIFIERS[0].address, h.world.proceeds
    consent = keccak(b"consent to the engineer")
    yield h.act(verifier, h.world.documents, "register", consent, int(DocumentKind.CONSENT), ZERO_HASH)
    for certifier, paper in ((verifier, ZERO_HASH), (ENGINEER.address, consent)):
        yield h.act(issuer, proceeds, "openLine", 1, 1, 30_000, True, "works")
        line = len(proceeds.lines)
        due = [h.today + 10, h.today + 90]
        terms = [MilestoneTerms(12_000, day, keccak(b"%d" % day)) for day in due]
        args = (line, certifier, terms, 50_000, h.today + 200, paper)
        yield h.act(issuer, proceeds, "setWorks", *args)
        yield h.act(issuer, proceeds, "allocate", line, 20_000)


class WorksActs:
    """What is drawn for works; `h` is the history that it is drawn for."""

    def __init__(self, h: Histories) -> None:
        self.h = h

    def builders(self) -> list[tuple[int, Callable[[], Act]]]:
        return [(4, self.set_works), (4, self.certify_milestone), (2, self.certify_final)]

    def set_works(self) -> Act:
        h, proceeds = self.h, self.h.world.proceeds
        fresh = [
            id_ for id_ in proceeds.lines if id_ not in proceeds.works and not proceeds.line(id_).allocated
        ]
        id_ = h.fit(fresh, h._line)
        line = proceeds.line(id_)
        verifier = proceeds.frameworks.standing(line.framework).verifier
        engineer = h.chance(0.3)
        consent = h._document(verifier, DocumentKind.CONSENT) if engineer else ZERO_HASH
        certifier = h.who(ENGINEER.address if engineer else VERIFIERS[0].address)
        retention = h.spoilt(h.one([0, 30_000, 50_000]), lambda: 1_000_000)
        terms, due = self._milestones(line.budget)
        if not terms and not retention:
            retention = 10_000
        args = (id_, certifier, terms, retention, h.spoilt(due, lambda: h.today - 1), consent)
        return h.act(h.who(line.issuer), proceeds, "setWorks", *args)

    def _milestones(self, budget: int) -> tuple[list[MilestoneTerms], int]:
        """Up to four that the budget carries, and the last day; spoilt: one too many, or out of order."""
        h = self.h
        count = h.spoilt(h.one([0, 1, 2, 4]), lambda: 13)
        each = h.spoilt(max(budget // max(count, 1), 1), lambda: h.one([0, budget + 1]))
        step = h.spoilt(20, lambda: -30)
        days = [max(h.today + step * (number + 1), 0) for number in range(count)]
        terms = [MilestoneTerms(min(each, 2**96 - 1), day, h.hash()) for day in days]
        return terms, max([h.today, *days])

    def _known(self) -> tuple[int, Conditions]:
        known = self.h.world.proceeds.works
        id_ = self.h.fit(list(known), self.h._line)
        return id_, known.get(id_, Conditions())

    def certify_milestone(self) -> Act:
        id_, works = self._known()
        open_ = [index for index, one in enumerate(works.milestones) if not one.certified_on]
        index = self.h.fit(open_, lambda: self.h.one([0, len(works.milestones)]))
        return self._certificate(works.certifier, "certifyMilestone", id_, index)

    def certify_final(self) -> Act:
        id_, works = self._known()
        return self._certificate(works.certifier, "certifyFinal", id_)

    def _certificate(self, certifier: str, function: str, *args: int) -> Act:
        document = self.h._document(certifier, DocumentKind.OTHER)
        return self.h.act(self.h.who(certifier), self.h.world.proceeds, function, *args, document)


def overspent(world: World) -> Iterator[str]:
    """BOND-11, BOND-12: what left a line stays within what its works released."""
    for id_ in world.proceeds.works:
        released, gone = world.proceeds.released_of(id_)
        axis = purposes.axis_of(purposes.PROCEEDS, purposes.budget_line(id_))
        cash = world.cashes[world.proceeds.line(id_).cash]
        if gone > released:
            yield f"BOND-11: {gone} went from line {id_}, {released} are released"
        if cash.balance_of(axis) + gone != world.proceeds.line(id_).allocated:
            yield f"BOND-11: line {id_}: {gone} gone and {cash.balance_of(axis)} there are not its allocation"
