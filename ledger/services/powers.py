"""The delayed powers: how code, controllers, duties and parameters change after the constitution (POW-1).

The operator proposes, the guardian approves, and once the published delay is over anyone may execute, for
thirty days. Either of the two takes a change back until then.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.domain.purposes import module_id
from ledger.domain.states import ChangeState, label
from ledger.errors import NotFound
from ledger.ports import Contract
from ledger.services.desk import Desk, act_of
from ledger.services.operator import OPERATOR
from ledger.services.session import Act, Session, struct

POWERS = "Powers"
GUARDIAN = "guardian"
_GRACE = dt.timedelta(days=30)
_HEX = re.compile(r"0x([0-9a-fA-F]{2})*")
_ADDRESS_LENGTH = len("0x") + 40


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the delayed powers. `contract` is None where its target is no contract of this deployment,
    and `function` where the target has no such function; `data` always is what would be called."""

    id: int
    state: str
    target: str
    contract: str | None
    function: str | None
    arguments: Mapping[str, Any]
    data: str
    ready_at: dt.datetime | None
    lapses_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Proposed(Act):
    """A proposed change."""

    change: int


class Changes(Desk):
    """Proposing, approving, cancelling and executing. Each acts with a key of the keystore here."""

    def propose(self, contract: str, function: str, *arguments: Any, by: str = OPERATOR) -> Proposed:
        """Proposes to call `function(arguments)` on a contract of this deployment, by its record's name.

        An upgrade is `propose("Proceeds", "upgradeToAndCall", implementation, b"")`.
        """
        target = self._session.deployment[contract]
        data = self._session.chain.encode(target, function, arguments)
        mined = self._session.act(by, POWERS, "propose", target.address, data)
        return Proposed(mined.tx, mined.block, int(mined.event("Proposed").args["change"]))

    def approve(self, change: int, by: str = GUARDIAN) -> Act:
        """From now on the delay runs."""
        return act_of(self._session.act(by, POWERS, "approve", change))

    def cancel(self, change: int, by: str = OPERATOR) -> Act:
        """Takes back what is not executed yet: the operator or the guardian."""
        return act_of(self._session.act(by, POWERS, "cancel", change))

    def execute(self, change: int, by: str = OPERATOR) -> Act:
        """Carries out an approved change; refused before its time, and after its thirty days."""
        return act_of(self._session.act(by, POWERS, "execute", change))

    def change(self, change: int) -> Change:
        """NotFound for one that was never proposed."""
        record = struct(self._session.read(POWERS, "change", change))
        if not record["state"]:
            raise NotFound(f"there is no change {change}", who=change)
        return _change(self._session, change, record)

    def all(self, *, pending: bool = False) -> tuple[Change, ...]:
        """Every change ever proposed, in order, or those that may still act. Wiring is none."""
        found = []
        for one in range(1, int(self._session.read(POWERS, "count")) + 1):
            record = struct(self._session.read(POWERS, "change", one))
            open_ = record["state"] in (ChangeState.PROPOSED, ChangeState.APPROVED)
            if open_ or (record["state"] and not pending):
                found.append(_change(self._session, one, record))
        return tuple(found)


def argument(session: Session, text: str) -> Any:
    """An argument as people write it: `@BondOffice` or `@operator` an address, `#BONDS` a module's id or a
    duty, 0x… an address or bytes, and anything else JSON where it is JSON (numbers, true, lists, structs)."""
    if text.startswith("@"):
        known = session.deployment.contracts.get(text[1:])
        return known.address if known else session.address(text[1:])
    if text.startswith("#"):
        return module_id(text[1:])
    if _HEX.fullmatch(text) and len(text) != _ADDRESS_LENGTH:
        return bytes.fromhex(text[2:])
    try:
        return json.loads(text)
    except ValueError:
        return text


def _change(session: Session, change: int, record: Mapping[str, Any]) -> Change:
    target, data = str(record["target"]), bytes(record["data"])
    named = _contract(session, target)
    called = session.chain.decode_call(named[1], data) if named else None
    ready = dt.datetime.fromtimestamp(int(record["readyAt"]), dt.UTC) if record["readyAt"] else None
    return Change(
        change,
        label(ChangeState(record["state"])),
        target,
        named[0] if named else None,
        called[0] if called else None,
        called[1] if called else {},
        "0x" + data.hex(),
        ready,
        ready + _GRACE if ready else None,
    )


def _contract(session: Session, target: str) -> tuple[str, Contract] | None:
    for name, contract in session.deployment.contracts.items():
        if contract.address == target:
            return name, contract
    return None
