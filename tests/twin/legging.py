"""Random legs: what moved outside the ledger, as attesters and issuers say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ledger.domain.kinds import DocumentKind
from ledger.domain.roles import Role
from ledger.domain.states import LegState
from ledger.domain.twin.base import NOBODY, ZERO_HASH
from ledger.domain.twin.legs import MAX_TEXT, Leg
from tests.twin.actors import PARTICIPANTS, STRANGER

if TYPE_CHECKING:
    from tests.twin.acts import Act, Histories


class LegActs:
    """What is drawn about money outside; `h` is the history that it is drawn for."""

    def __init__(self, h: Histories) -> None:
        self.h = h

    def builders(self) -> list[tuple[int, Callable[[], Act]]]:
        return [(3, self.attest), (2, self.report), (3, self.answer), (1, self.withdraw)]

    def attest(self) -> Act:
        h, by = self.h, self._witness()
        return h.act(by, h.world.legs, "attest", self._leg(by, by))

    def report(self) -> Act:
        h, attester = self.h, self._witness()
        leg = self._leg(attester, None)
        leg = replace(leg, document=h._document(leg.issuer, DocumentKind.OTHER))
        return h.act(h.who(leg.issuer), h.world.legs, "report", leg, attester)

    def answer(self) -> Act:
        """The attester confirms what it read, or refuses it."""
        h, legs = self.h, self.h.world.legs
        open_ = [id_ for id_, one in legs.legs.items() if one.state == LegState.REPORTED]
        id_ = h.fit(open_, lambda: h.number(len(legs.legs)))
        standing = legs.legs.get(id_)
        attester = h.who(standing.attester if standing else STRANGER.address)
        if h.chance(0.3):
            return h.act(attester, legs, "refuse", id_, h.spoilt("no such booking", lambda: ""))
        content = h.spoilt(standing.content if standing else ZERO_HASH, h.hash)
        return h.act(attester, legs, "confirm", id_, content)

    def withdraw(self) -> Act:
        h, legs = self.h, self.h.world.legs
        standing_ = [id_ for id_, one in legs.legs.items() if one.state <= LegState.ATTESTED]
        id_ = h.fit(standing_, lambda: h.number(len(legs.legs)))
        one = legs.legs.get(id_)
        said_by = STRANGER.address if one is None else one.attester
        if one is not None and one.state == LegState.REPORTED:
            said_by = one.reporter
        return h.act(h.who(said_by), legs, "withdraw", id_, h.spoilt("booked by mistake", lambda: ""))

    def _leg(self, attester: str, registrar: str | None) -> Leg:
        """Of a bond here or of one outside, at times a correction of what this attester said."""
        h, bonds = self.h, self.h.world.bonds
        issuer = h.one([one for one in PARTICIPANTS if one.roles & Role.ISSUER]).address
        bond = h.one([0, *bonds.bonds]) if h.chance(0.95) else bonds.count + 1
        known = bonds.bonds.get(bond)
        document = h._document(registrar, DocumentKind.OTHER) if registrar else ZERO_HASH
        leg = Leg(
            bond=bond,
            issuer=h.spoilt(known.issuer if known else issuer, lambda: STRANGER.address),
            currency=h.spoilt(h.cash.currency, lambda: h.one([bytes(3), b"EUR"])),
            kind=h.spoilt(h.dice.randint(1, 5), lambda: h.one([0, 6])),
            value_day=h.spoilt(h.today - h.dice.randint(0, 900), lambda: h.one([0, h.today + 1])),
            amount=h.amount(10**6, 112),
            payer=h.one([NOBODY, h.who(h.one(PARTICIPANTS).address)]),
            payee=h.one([NOBODY, h.who(h.one(PARTICIPANTS).address)]),
            bank_reference=h.hash(),
            document=document,
            supersedes=0,
            instrument=h.spoilt("" if bond else "XS0000000009", lambda: h.one(["", "a", "x" * 201])),
            bank=h.spoilt("Bank outside", lambda: h.one(["", "é" * MAX_TEXT])),
            from_place=h.one(["investors", "special account", "buffer"]),
            to_place=h.one(["special account", "buffer", "works"]),
            project=h.one(["", "wind", "寿光风电"]),
            reason=h.spoilt("", lambda: "why not"),
        )
        return self._correcting(leg, attester) if h.chance(0.3) else leg

    def _correcting(self, leg: Leg, attester: str) -> Leg:
        h, legs = self.h, self.h.world.legs
        own = [
            id_
            for id_, one in legs.legs.items()
            if one.state == LegState.ATTESTED and one.attester == attester
        ]
        former = h.fit(own, lambda: h.number(len(legs.legs)))
        said = legs.said.get(former, leg)
        kept = h.one([leg.bank_reference, said.bank_reference])
        other = replace(leg, bond=said.bond, issuer=said.issuer, instrument=said.instrument, bank=said.bank)
        reason = h.spoilt("wrong day", lambda: "")
        return replace(other, supersedes=former, reason=reason, bank_reference=kept, currency=said.currency)

    def _witness(self) -> str:
        witnesses = Role.BANK | Role.AUDITOR | Role.VERIFIER
        return self.h.who(self.h.one([one for one in PARTICIPANTS if one.roles & witnesses]).address)
