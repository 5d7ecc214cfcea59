"""Account contracts: making them, and what their keys, their agent and anybody may do with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from eth_utils import keccak  # type: ignore[attr-defined]

from ledger.errors import BadInput, NotFound
from ledger.ports import Contract
from ledger.services.account_contract import AccountContract, Call, KeyRole
from ledger.services.desk import Desk, act_of
from ledger.services.session import Act, struct
from ledger.services.values import hex_of, whole

NOBODY: Final = "0x" + "00" * 20
UNBOUNDED: Final = 2**96 - 1
RECENT: Final = 50
"""How many of the last proposals and changes are looked through."""

_STATES: Final = ("none", "open", "done", "stopped")


@dataclass(frozen=True, slots=True)
class ClerkLimit:
    """What a clerk may do alone: calls of one function, each up to `each`, in one business day up to `daily`.

    Args:
        contract: name of its record (`Cash-CNY`, `Proceeds`), or its address.
        amount: which parameter is the amount, in minor units; a field of a struct is `q.net`. None: each
            call counts as 1. Warning: it counts minor units of whichever currency the call is about.
        each: 0 takes the limit away.
        daily: None sets no bound to the day.
    """

    contract: str
    function: str
    each: int
    daily: int | None = None
    amount: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """Delays of changes; the agent, who can bring new keys, waits at least twice as long."""

    agent: str | None = None
    delay: dt.timedelta = dt.timedelta(days=2)
    recovery_delay: dt.timedelta = dt.timedelta(days=7)
    approver_alone: bool = False


@dataclass(frozen=True, slots=True)
class Made(Act):
    """An account contract, found by its name in the keystore here."""

    name: str
    account: str


@dataclass(frozen=True, slots=True)
class ProposedAct(Act):
    proposal: int


@dataclass(frozen=True, slots=True)
class ProposedChange(Act):
    change: int
    ready_at: dt.datetime


@dataclass(frozen=True, slots=True)
class LimitShown:
    """A limit as it stands. `function` is its selector where the contract is not of this deployment."""

    contract: str
    function: str
    word: int
    each: int
    daily: int | None


@dataclass(frozen=True, slots=True)
class CallShown:
    """One call of a proposal, as its approver should read it."""

    contract: str
    function: str
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ProposalShown:
    id: int
    clerk: str
    until: dt.datetime
    state: str
    calls: tuple[CallShown, ...]


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """A change of keys, limits or policy. `keys` gives each key's new role."""

    id: int
    proposer: str
    ready_at: dt.datetime
    state: str
    recovery: bool
    backer: str | None
    keys: Mapping[str, KeyRole]
    limits: tuple[LimitShown, ...]
    policy: Policy | None


@dataclass(frozen=True, slots=True)
class AccountShown:
    """An account contract as it stands. `here` are the names of those of its keys that the keystore holds."""

    account: str
    keys: Mapping[str, KeyRole]
    here: Mapping[str, str]
    limits: tuple[LimitShown, ...]
    policy: Policy
    proposals: tuple[ProposalShown, ...] = field(default=())
    changes: tuple[ChangeShown, ...] = field(default=())


class Accounts(Desk):
    """Acts of an account contract's keys. `by` names the key; by default one of the right role here."""

    # --- making ------------------------------------------------------------------------------------------

    def make(
        self,
        name: str,
        *,
        clerks: Sequence[str],
        approvers: Sequence[str],
        limits: Iterable[ClerkLimit] = (),
        policy: Policy | None = None,
    ) -> Made:
        """Makes an account contract and takes it in under `name`; admitting that name admits the contract.

        Keys are names in the keystore here, made when there is none, or addresses of keys held elsewhere.
        Done twice with the same settings, it finds the account that the first made.
        """
        roles = {self._key(key): KeyRole.CLERK for key in clerks}
        approving = {self._key(key): KeyRole.APPROVER for key in approvers}
        if not roles or not approving or set(roles) & set(approving):
            raise BadInput(
                "an account contract needs a clerk and an approver, and nobody is both",
                had=[*clerks, *approvers],
                needed="two different keys",
            )
        settings = self._settings(roles | approving, limits, policy or Policy())
        return self._made(name, keccak(text=name), settings)

    def _made(self, name: str, salt: bytes, settings: Mapping[str, Any]) -> Made:
        session = self._session
        account = str(session.read("AccountFactory", "addressOf", salt, settings))
        tx, block = "", 0
        if not session.read("AccountFactory", "isAccount", account):
            sender = next((one["key"] for one in settings["keys"] if session.keys.signs(one["key"])), None)
            if sender is None:
                raise NotFound("no key of the new account is in the keystore here", who=name)
            mined = session.act(sender, "AccountFactory", "make", salt, settings)
            tx, block = mined.tx, mined.block
        session.keys.adopt(name, account)
        return Made(tx, block, name, account)

    def adopt(self, name: str, address: str) -> str:
        """Takes in an account contract that was made elsewhere, so that its keys here can act for it."""
        return self._session.keys.adopt(name, self._account(address).address)

    def _key(self, key: str) -> str:
        return self._session.address(key) if key.startswith("0x") else self._session.account(key)

    # --- looking -----------------------------------------------------------------------------------------

    def show(self, who: str) -> AccountShown:
        """Keys, limits, policy, open proposals and waiting changes."""
        account = self._account(who)
        keys = {key: role for role in KeyRole for key in account.holders(role)}
        known = {self._session.address(name): name for name in self._session.keys.names()}
        return AccountShown(
            account.address,
            keys,
            {key: known[key] for key in keys if key in known},
            tuple(map(self._limit_shown, self._session.read(account.contract, "limits"))),
            _policy_of(self._session.read(account.contract, "policy")),
            tuple(one for one in self.proposals(who) if one.state == "open"),
            tuple(one for one in self.changes(who) if one.state == "open"),
        )

    def proposals(self, who: str) -> tuple[ProposalShown, ...]:
        """The last proposals, the newest first."""
        account = self._account(who)
        last = int(self._session.read(account.contract, "proposalCount"))
        return tuple(self._proposal(account, id_) for id_ in range(last, max(last - RECENT, 0), -1))

    def proposal(self, who: str, proposal: int) -> ProposalShown:
        """NotFound when there is no such proposal."""
        return self._proposal(self._account(who), proposal)

    def changes(self, who: str) -> tuple[ChangeShown, ...]:
        """The last changes, the newest first."""
        account = self._account(who)
        last = int(self._session.read(account.contract, "changeCount"))
        return tuple(self._change(account, id_) for id_ in range(last, max(last - RECENT, 0), -1))

    def _proposal(self, account: AccountContract, id_: int) -> ProposalShown:
        calls = account.proposed(id_)
        found = struct(self._session.read(account.contract, "proposal", id_))
        shown = tuple(self._call_shown(str(one["target"]), bytes(one["data"])) for one in calls)
        return ProposalShown(id_, found["clerk"], _time(found["until"]), _STATES[found["state"]], shown)

    def _change(self, account: AccountContract, id_: int) -> ChangeShown:
        found, settings = self._session.read(account.contract, "change", id_)
        return ChangeShown(
            id_,
            found["proposer"],
            _time(found["readyAt"]),
            _STATES[found["state"]],
            bool(found["recovery"]),
            None if found["backer"] == NOBODY else found["backer"],
            {str(one["key"]): KeyRole(one["role"]) for one in settings["keys"]},
            tuple(map(self._limit_shown, settings["limits"])),
            next(map(_policy_of, settings["policy"]), None),
        )

    def _limit_shown(self, setting: Mapping[str, Any]) -> LimitShown:
        target, selector, limit = str(setting["target"]), bytes(setting["selector"]), setting["limit"]
        name, contract = self._record(target)
        function = self._session.chain.named(contract, selector) if contract else None
        daily = None if limit["daily"] == UNBOUNDED else int(limit["daily"])
        return LimitShown(name, function or hex_of(selector), int(limit["word"]), int(limit["each"]), daily)

    def _call_shown(self, target: str, data: bytes) -> CallShown:
        """Named after the deployment's records; what cannot be read is shown as it came."""
        name, contract = self._record(target)
        read = self._session.chain.decode_call(contract, data) if contract else None
        return CallShown(name, *(read or (hex_of(data[:4]), {"data": hex_of(data[4:])})))

    def _record(self, address: str) -> tuple[str, Contract | None]:
        """A contract of the deployment by the name of its record; another by its address."""
        for name, contract in self._session.deployment.contracts.items():
            if contract.address == address:
                return name, contract
        return address, None

    # --- acts --------------------------------------------------------------------------------------------

    def execute(self, who: str, calls: Sequence[Call]) -> Act:
        """Several calls as one act, all or nothing: by a clerk alone where each is within its limit, else by
        both. AwaitsApproval when no approver's key is here."""
        return act_of(self._account(who).act(*calls))

    def propose(self, who: str, calls: Sequence[Call], *, by: str | None = None) -> ProposedAct:
        """Proposes an act even where a clerk alone might do it."""
        account = self._account(who)
        packed = account.packed(calls)
        mined = self._session.act(self._by(account, by, KeyRole.CLERK), account.contract, "propose", packed)
        return ProposedAct(mined.tx, mined.block, int(mined.event("ActProposed").args["proposal"]))

    def approve(self, who: str, proposal: int, *, by: str | None = None) -> Act:
        """Approves, and so does, what was proposed. Read it first: `proposal`."""
        account = self._account(who)
        calls = account.proposed(proposal)
        sender = self._by(account, by, KeyRole.APPROVER)
        return act_of(self._session.act(sender, account.contract, "approve", proposal, calls))

    def reject(self, who: str, proposal: int, *, by: str | None = None) -> Act:
        return self._plainly(who, "reject", proposal, by, KeyRole.APPROVER)

    def call(self, contract: str | Contract, function: str, *args: Any) -> Call:
        """A call for `execute` and `propose`; a contract of the deployment is named by its record."""
        found = self._session.deployment[contract] if isinstance(contract, str) else contract
        return Call(found, function, args)

    # --- changes -----------------------------------------------------------------------------------------

    def propose_change(
        self,
        who: str,
        *,
        keys: Mapping[str, KeyRole] | None = None,
        limits: Iterable[ClerkLimit] = (),
        policy: Policy | None = None,
        by: str | None = None,
    ) -> ProposedChange:
        """Proposes keys (name or address → role), limits, a policy; any key can veto meanwhile."""
        account = self._account(who)
        settings = self._settings(self._roles(keys or {}), limits, policy)
        sender = self._by(account, by, KeyRole.APPROVER)
        return _change_of(self._session.act(sender, account.contract, "proposeChange", settings))

    def rotate(self, who: str, old: str, new: str, *, by: str | None = None) -> ProposedChange:
        """Proposes that `new` takes the place of the key `old`, in its role."""
        account = self._account(who)
        role = KeyRole(int(self._session.read(account.contract, "roleOf", self._session.address(old))))
        if role is KeyRole.NONE:
            raise NotFound(f"{old} is no key of the account {account.address}", who=old)
        return self.propose_change(who, keys={old: KeyRole.NONE, new: role}, by=by)

    def recover(self, agent: str, who: str, keys: Mapping[str, KeyRole]) -> ProposedChange:
        """The agent whom the account named proposes keys; any present key can veto until the longer delay is
        over."""
        account = self._account(who)
        settings = self._settings(self._roles(keys), (), None)["keys"]
        return _change_of(self._session.act(agent, account.contract, "recover", settings))

    def back(self, who: str, change: int, *, by: str | None = None) -> Act:
        """Vouches for a change that another proposed: keys from which it takes a role cannot veto it then."""
        return self._plainly(who, "back", change, by, KeyRole.APPROVER)

    def veto(self, who: str, change: int, *, by: str | None = None) -> Act:
        return self._plainly(who, "veto", change, by, KeyRole.APPROVER, KeyRole.CLERK)

    def execute_change(self, who: str, change: int, *, by: str | None = None) -> Act:
        """Anybody's act, once the delay is over."""
        return self._plainly(who, "executeChange", change, by, KeyRole.APPROVER, KeyRole.CLERK)

    def _plainly(self, who: str, function: str, id_: int, by: str | None, *roles: KeyRole) -> Act:
        account = self._account(who)
        return act_of(self._session.act(self._by(account, by, *roles), account.contract, function, id_))

    # --- inside ------------------------------------------------------------------------------------------

    def _account(self, who: str) -> AccountContract:
        found = self._session.account_contract(who)
        if found is None:
            raise NotFound(f"{who} is no account contract", who=who)
        return found

    def _by(self, account: AccountContract, by: str | None, *roles: KeyRole) -> str:
        if by is not None:
            return by
        found = next((one for role in roles if (one := account.here(role)) is not None), None)
        return (found or account.needed(roles[0])).address

    def _roles(self, keys: Mapping[str, KeyRole]) -> dict[str, KeyRole]:
        """By address; the key that comes in is made here when its name is new."""
        return {
            self._session.address(key) if role is KeyRole.NONE else self._key(key): role
            for key, role in keys.items()
        }

    def _settings(
        self, keys: Mapping[str, KeyRole], limits: Iterable[ClerkLimit], policy: Policy | None
    ) -> dict[str, Any]:
        return {
            "keys": [{"key": key, "role": int(role)} for key, role in keys.items()],
            "limits": [self._limit(limit) for limit in limits],
            "policy": [] if policy is None else [self._policy(policy)],
        }

    def _limit(self, limit: ClerkLimit) -> dict[str, Any]:
        session = self._session
        contract, each = self._contract(limit.contract), whole(limit.each, UNBOUNDED, "a limit")
        daily = UNBOUNDED if limit.daily is None else whole(limit.daily, UNBOUNDED, "a limit")
        word = 0 if limit.amount is None else session.chain.word(contract, limit.function, limit.amount)
        return {
            "target": contract.address,
            "selector": session.chain.selector(contract, limit.function),
            "limit": {"word": word, "each": each, "daily": daily},
        }

    def _contract(self, named: str) -> Contract:
        if not named.startswith("0x"):
            return self._session.deployment[named]
        address = self._session.address(named)
        known = (one for one in self._session.deployment.contracts.values() if one.address == address)
        return next(known, Contract("GreenBond", address))  # units stand at an address of their own

    def _policy(self, policy: Policy) -> dict[str, Any]:
        agent = NOBODY if policy.agent is None else self._session.address(policy.agent)
        return {
            "agent": agent,
            "delay": _seconds(policy.delay),
            "recoveryDelay": _seconds(policy.recovery_delay),
            "approverAlone": policy.approver_alone,
        }


def _change_of(mined: Any) -> ProposedChange:
    told = mined.event("ChangeProposed").args
    return ProposedChange(mined.tx, mined.block, int(told["change"]), _time(told["readyAt"]))


def _policy_of(found: Mapping[str, Any]) -> Policy:
    return Policy(
        None if found["agent"] == NOBODY else str(found["agent"]),
        dt.timedelta(seconds=found["delay"]),
        dt.timedelta(seconds=found["recoveryDelay"]),
        bool(found["approverAlone"]),
    )


def _seconds(delay: dt.timedelta) -> int:
    return whole(delay // dt.timedelta(seconds=1), 2**32 - 1, "a delay in seconds")


def _time(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
