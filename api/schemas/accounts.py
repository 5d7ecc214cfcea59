"""Account contracts: keys, limits, policy, and what waits."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, Self

from api.errors import plain
from api.schemas.common import Answer
from ledger.services.accounts import AccountShown, ChangeShown, LimitShown, ProposalShown

KeyName = Literal["clerk", "approver", "none"]
StateName = Literal["open", "done", "stopped"]


class KeyOut(Answer):
    """A key, and its role: `none` in a change takes it away. `name` where the keystore here holds it."""

    key: str
    role: KeyName
    name: str | None = None


class LimitOut(Answer):
    """What a clerk may do alone, in minor units: for one call, and in one business day."""

    contract: str
    function: str
    each: str
    daily: str | None

    @classmethod
    def of(cls, limit: LimitShown) -> Self:
        daily = None if limit.daily is None else str(limit.daily)
        return cls(contract=limit.contract, function=limit.function, each=str(limit.each), daily=daily)


class CallOut(Answer):
    """One call of a proposal; numbers are integer strings."""

    contract: str
    function: str
    args: dict[str, Any]


class ActProposal(Answer):
    """What a clerk proposed."""

    id: int
    clerk: str
    until: dt.datetime
    state: StateName
    calls: list[CallOut]

    @classmethod
    def of(cls, found: ProposalShown) -> Self:
        calls = [CallOut(contract=c.contract, function=c.function, args=plain(c.args)) for c in found.calls]
        return cls.model_validate(
            {"id": found.id, "clerk": found.clerk, "until": found.until, "state": found.state, "calls": calls}
        )


class AccountChange(Answer):
    """A change of keys, limits or policy that waits for its time."""

    id: int
    proposer: str
    ready_at: dt.datetime
    recovery: bool
    backer: str | None
    keys: list[KeyOut]
    limits: list[LimitOut]

    @classmethod
    def of(cls, found: ChangeShown) -> Self:
        return cls(
            id=found.id,
            proposer=found.proposer,
            ready_at=found.ready_at,
            recovery=found.recovery,
            backer=found.backer,
            keys=[
                KeyOut.model_validate({"key": key, "role": role.name.lower()})
                for key, role in found.keys.items()
            ],
            limits=list(map(LimitOut.of, found.limits)),
        )


class AccountOut(Answer):
    """An account contract as it stands; delays in seconds."""

    account: str
    keys: list[KeyOut]
    limits: list[LimitOut]
    agent: str | None
    delay: int
    recovery_delay: int
    approver_alone: bool
    proposals: list[ActProposal]
    changes: list[AccountChange]

    @classmethod
    def of(cls, found: AccountShown) -> Self:
        return cls(
            account=found.account,
            keys=[
                KeyOut.model_validate({"key": key, "role": role.name.lower(), "name": found.here.get(key)})
                for key, role in found.keys.items()
            ],
            limits=list(map(LimitOut.of, found.limits)),
            agent=found.policy.agent,
            delay=found.policy.delay // dt.timedelta(seconds=1),
            recovery_delay=found.policy.recovery_delay // dt.timedelta(seconds=1),
            approver_alone=found.policy.approver_alone,
            proposals=list(map(ActProposal.of, found.proposals)),
            changes=list(map(AccountChange.of, found.changes)),
        )
