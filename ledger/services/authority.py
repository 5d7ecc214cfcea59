"""Orders on a bond's units: an AUTHORITY's (regulator, court), or the issuer's depository's by its mandate.

Every order has a reason and a paper, which is sealed and registered in the name of whoever gives it.
"""

from __future__ import annotations

from typing import Any

from ledger.domain.kinds import DocumentKind
from ledger.domain.reasons import Reason
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.holding import MOST_UNITS, token_of
from ledger.services.session import Act
from ledger.services.values import whole


class Authority(Desk):
    """What a depository stopped either lifts; what an AUTHORITY stopped only an AUTHORITY lifts."""

    def freeze(self, who: str, bond: int, holder: str, *, reason: Reason, document: Paper) -> Act:
        """The account neither gives nor receives units of this bond."""
        return self._order(who, bond, "freeze", self._session.address(holder), reason=reason, paper=document)

    def unfreeze(self, who: str, bond: int, holder: str, *, reason: Reason, document: Paper) -> Act:
        """Lifts what `who` may lift, from whatever orders it came."""
        account = self._session.address(holder)
        return self._order(who, bond, "unfreeze", account, reason=reason, paper=document)

    def freeze_units(
        self, who: str, bond: int, holder: str, units: int, *, reason: Reason, document: Paper
    ) -> Act:
        """So many of the holder's free units stay where they are."""
        args = self._session.address(holder), whole(units, MOST_UNITS, "a number of units")
        return self._order(who, bond, "freezeUnits", *args, reason=reason, paper=document)

    def unfreeze_units(
        self, who: str, bond: int, holder: str, units: int, *, reason: Reason, document: Paper
    ) -> Act:
        """Releases frozen units: an AUTHORITY its own first, then a depository's."""
        args = self._session.address(holder), whole(units, MOST_UNITS, "a number of units")
        return self._order(who, bond, "unfreezeUnits", *args, reason=reason, paper=document)

    def force_transfer(
        self, authority: str, bond: int, holder: str, to: str, units: int, *, reason: Reason, document: Paper
    ) -> Act:
        """Moves units without their holder's will, to an admitted investor. An AUTHORITY alone may."""
        whole(units, MOST_UNITS, "a number of units")
        args = self._session.address(holder), self._session.address(to), units
        return self._order(authority, bond, "forceTransfer", *args, reason=reason, paper=document)

    def pause(self, who: str, bond: int, *, reason: Reason, document: Paper) -> Act:
        """No unit of this bond moves, but by force."""
        return self._order(who, bond, "pause", reason=reason, paper=document)

    def unpause(self, who: str, bond: int, *, reason: Reason, document: Paper) -> Act:
        """Units move again, as far as `who` may lift the pause."""
        return self._order(who, bond, "unpause", reason=reason, paper=document)

    def _order(self, who: str, bond: int, act: str, *args: Any, reason: Reason, paper: Paper) -> Act:
        token = token_of(self._session, bond)
        document = self._file(who, paper, DocumentKind.OTHER)
        return act_of(self._session.act(who, token, act, *args, int(reason), document))
