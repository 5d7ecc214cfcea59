"""Random acts on a bond's limits: declared before anybody books, and pocket lines under them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ledger.domain.bondlimits import MILLION, POCKET, Binding, share_down
from ledger.domain.kinds import DocumentKind
from ledger.domain.states import BondState
from ledger.domain.twin import World
from ledger.domain.twin.base import NOBODY, ZERO_HASH, word
from ledger.domain.twin.limitterms import LimitsDeclared

if TYPE_CHECKING:
    from tests.twin.acts import Act, Histories

EU = word("EU")


class LimitActs:
    """What is drawn for limits; `h` is the history that it is drawn for."""

    def __init__(self, h: Histories) -> None:
        self.h = h

    def builders(self) -> list[tuple[int, Callable[[], Act]]]:
        return [(4, self.declare), (3, self.open_pocket_line)]

    def declare(self) -> Act:
        """Mostly a bond that nobody booked yet."""
        h, office = self.h, self.h.world.bonds
        empty = [i for i, b in office.bonds.items() if b.state == BondState.BOOKING and not office.order(i)]
        bond = h.fit(empty, lambda: h.number(office.count))
        issuer = office.bond(bond).issuer
        terms = LimitsDeclared(
            jurisdiction=h.spoilt(h.one([EU, EU, word("CN")]), lambda: h.one([word("XX"), ZERO_HASH])),
            pocket_ppm=h.spoilt(h.one([0, 50_000, 150_000]), lambda: 150_001),
            look_back_months=h.one([0, 0, 1, 36, 2**32 - 1]),
            refinanced_ppm=h.spoilt(h.one([0, 300_000, MILLION]), lambda: MILLION + 1),
            look_back_binds=h.chance(0.5),
            share_binds=h.chance(0.5),
            document=h._document(issuer, DocumentKind.OTHER),
        )
        return h.act(h.who(issuer), h.world.limits, "declare", bond, terms)

    def open_pocket_line(self) -> Act:
        h, proceeds = self.h, self.h.world.proceeds
        fitting = [
            (bond, project)
            for bond, books in proceeds.books.items()
            for project, p in proceeds.projects.items()
            if p.framework == books.framework and proceeds.limits(bond).pocket_ppm
        ]
        bond, project = h.fit(fitting, lambda: (h.number(3), h.number(3)))
        issuer = proceeds.books[bond].issuer if bond in proceeds.books else NOBODY
        reason = h.spoilt(h.one([1, 2]), lambda: h.one([0, 3]))
        paper = h._document(issuer, DocumentKind.OTHER)
        args = (bond, project, h.amount(200_000, 96), h.chance(0.7), "pocket", reason, paper)
        return h.act(h.who(issuer), proceeds, "openPocketLine", *args)


def beyond(world: World) -> Iterator[str]:
    """BOND-9 and BOND-10, where they do not hold."""
    proceeds = world.proceeds
    for bond, books in proceeds.books.items():
        limits, raised = proceeds.limits(bond), proceeds.raised(bond)
        lines = [proceeds.line(id_) for id_ in books.lines]
        pocket = sum(line.allocated for line in lines if line.conditions & POCKET)
        if pocket != limits.pocket or pocket > share_down(raised, limits.pocket_ppm):
            yield f"BOND-9: bond {bond} counts {limits.pocket} in its pocket, its lines have {pocket}"
        bound = limits.binding & Binding.SHARE
        if limits.refinanced < 0 or (bound and limits.refinanced > share_down(raised, limits.refinanced_ppm)):
            yield f"BOND-10: bond {bond} refinanced {limits.refinanced} of {raised}"
