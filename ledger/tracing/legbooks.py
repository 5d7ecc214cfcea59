"""What events tell about money outside the ledger: legs, attested by name (LEG-1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from ledger.domain.history import EventRow
from ledger.domain.obligations import NOBODY
from ledger.domain.states import LegKind, LegState
from ledger.tracing.impactbooks import Place, readable


class Chain(NamedTuple):
    """Legs that share a number line: of one bond here (then `instrument` is empty), or of one outside."""

    bond: int
    issuer: str
    instrument: str
    currency: str


@dataclass(frozen=True, slots=True)
class Spot:
    """Where money stood: as the document calls it, and the participant behind it (empty: none was named)."""

    label: str
    account: str


@dataclass(frozen=True, slots=True)
class Leg:
    """A leg as it stands. `bank_reference` is a hash; `superseded_by` and `supersedes` are zero for none."""

    id: int
    chain: Chain
    kind: LegKind
    value_day: int
    amount: int
    source: Spot
    target: Spot
    bank: str
    bank_reference: str
    document: str
    project: str
    reporter: str
    attester: str
    state: LegState
    place: Place
    supersedes: int = 0
    superseded_by: int = 0
    reason: str = ""
    ended_because: str = ""


class LegBooks:
    """Legs by number, and what each bank burned by which reference: there money left the ledger."""

    def __init__(self) -> None:
        self.legs: dict[int, Leg] = {}
        self.banks: dict[str, str] = {}
        self.burned: dict[tuple[str, str], tuple[str, int]] = {}

    def apply(self, row: EventRow) -> None:
        """Takes one event in; those that say nothing here pass unseen."""
        act = _ACTS.get((row.contract, row.name))
        if act is not None:
            act(self, row)

    def attested(self, chain: Chain) -> list[Leg]:
        """What stands of one chain."""
        return [leg for leg in self.legs.values() if leg.chain == chain and leg.state is LegState.ATTESTED]

    def chains(self) -> list[Chain]:
        """Every chain in which something stands, in the order of their first legs."""
        found = (leg.chain for leg in self.legs.values() if leg.state is LegState.ATTESTED)
        return list(dict.fromkeys(found))

    def left_by(self, bank: str, bank_reference: str) -> Leg | None:
        """The leg by which a bank says where what it burned under a reference went."""
        found = (
            leg
            for leg in self.legs.values()
            if leg.state is LegState.ATTESTED
            and (leg.attester, leg.bank_reference) == (bank, bank_reference)
            and self.is_continuation(leg)
        )
        return next(found, None)

    def is_continuation(self, leg: Leg) -> bool:
        """Whether it goes on where money left the ledger: its attester burned that much under its reference.

        One reference has one leg that goes on; others of the same name at other banks stand for themselves.
        """
        _, amount = self.burned.get((leg.attester, leg.bank_reference), ("", 0))
        return 0 < leg.amount <= amount

    def end(self, id_: int, **changes: Any) -> None:
        """A leg that changed its state."""
        self.legs[id_] = replace(self.legs[id_], **changes)


def _leg(row: EventRow, reporter: str, state: LegState) -> Leg:
    said: Mapping[str, Any] = row.args["content"]
    return Leg(
        id=row.args["leg"],
        chain=Chain(said["bond"], said["issuer"], said["instrument"], readable(said["currency"])),
        kind=LegKind(said["kind"]),
        value_day=said["valueDay"],
        amount=said["amount"],
        source=_spot(said["from"], said["payer"]),
        target=_spot(said["to"], said["payee"]),
        bank=said["bank"],
        bank_reference=said["bankReference"],
        document=said["document"],
        project=said["project"],
        reporter=reporter,
        attester=row.args["attester"],
        state=state,
        place=Place.of(row),
        supersedes=said["supersedes"],
        reason=said["reason"],
    )


def _spot(label: str, account: str) -> Spot:
    return Spot(label, "" if account == NOBODY else account)


def _attested(books: LegBooks, row: EventRow) -> None:
    books.legs[row.args["leg"]] = _leg(row, row.args["attester"], LegState.ATTESTED)


def _reported(books: LegBooks, row: EventRow) -> None:
    books.legs[row.args["leg"]] = _leg(row, row.args["issuer"], LegState.REPORTED)


def _confirmed(books: LegBooks, row: EventRow) -> None:
    books.end(row.args["leg"], state=LegState.ATTESTED)


def _refused(books: LegBooks, row: EventRow) -> None:
    books.end(row.args["leg"], state=LegState.REFUSED, ended_because=row.args["reason"])


def _superseded(books: LegBooks, row: EventRow) -> None:
    books.end(row.args["leg"], state=LegState.SUPERSEDED, superseded_by=row.args["by"])


def _withdrawn(books: LegBooks, row: EventRow) -> None:
    books.end(row.args["leg"], state=LegState.WITHDRAWN, ended_because=row.args["reason"])


def _cash_listed(books: LegBooks, row: EventRow) -> None:
    books.banks[row.args["cash"]] = row.args["bank"]


def _burned(books: LegBooks, row: EventRow) -> None:
    key = (books.banks.get(row.address, ""), row.args["bankReference"])
    books.burned[key] = (row.address, row.args["amount"])


_ACTS: Final[dict[tuple[str, str], Callable[[LegBooks, EventRow], None]]] = {
    ("Legs", "LegAttested"): _attested,
    ("Legs", "LegReported"): _reported,
    ("Legs", "LegConfirmed"): _confirmed,
    ("Legs", "LegRefused"): _refused,
    ("Legs", "LegSuperseded"): _superseded,
    ("Legs", "LegWithdrawn"): _withdrawn,
    ("CashRegistry", "CashListed"): _cash_listed,
    ("Cash", "Burned"): _burned,
}
