"""Twin of `Account` and `AccountFactory`: two persons for one act (ACC-1), keys by delay and veto (ACC-2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, TypeVar

from eth_hash.auto import keccak

from ledger.domain.purposes import address_bytes
from ledger.domain.twin.base import DAY, NOBODY, Contract, Refusal, Stage, word
from ledger.domain.twin.documents import Recover
from ledger.domain.twin.participants import Participants
from ledger.domain.typed_data import AccountStatement, TypedData

CLERK: Final = 1
APPROVER: Final = 2
OPEN: Final = 1
DONE: Final = 2
STOPPED: Final = 3
UNBOUNDED: Final = (1 << 96) - 1
MAX_KEYS: Final = 16
MAX_CALLS: Final = 16
MAX_LIMITS: Final = 64
MIN_DELAY: Final = 3_600
MAX_DELAY: Final = 365 * DAY
LIFE: Final = 14 * DAY
GRACE: Final = 30 * DAY
SIGNATURE: Final = 65

Item = TypeVar("Item")
Perform = Callable[[str, str, bytes], None]
"""Does a call: (sender, target, data). Raises what the target refuses."""


class Call(NamedTuple):
    target: str
    data: bytes

    @property
    def entry(self) -> tuple[str, bytes]:
        return self.target, self.data[:4].ljust(4, b"\0")


class KeySetting(NamedTuple):
    key: str
    role: int


class Limit(NamedTuple):
    """What a clerk may do alone. `word` 0: the call counts as 1; `each` 0: there is no such limit."""

    word: int = 0
    each: int = 0
    daily: int = 0

    def amount(self, data: bytes) -> int:
        if self.word == 0:
            return 1
        end = 4 + 32 * self.word
        return (1 << 256) - 1 if len(data) < end else int.from_bytes(data[end - 32 : end], "big")


class LimitSetting(NamedTuple):
    target: str
    selector: bytes
    limit: Limit


class Policy(NamedTuple):
    """Delays in seconds; the agent's is at least twice as long."""

    agent: str = NOBODY
    delay: int = 0
    recovery_delay: int = 0
    approver_alone: bool = False


class Settings(NamedTuple):
    keys: tuple[KeySetting, ...] = ()
    limits: tuple[LimitSetting, ...] = ()
    policy: tuple[Policy, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    clerk: str = NOBODY
    until: int = 0
    made: int = 0
    state: int = 0
    calls: bytes = bytes(32)


@dataclass(frozen=True, slots=True)
class Change:
    proposer: str = NOBODY
    ready_at: int = 0
    state: int = 0
    recovery: bool = False
    backer: str = NOBODY


class Account(Contract):
    """One participant's account. `perform` does its calls in its name."""

    def __init__(
        self, stage: Stage, address: str, participants: Participants, recover: Recover, perform: Perform
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.recover_signer = recover
        self.perform = perform
        self.keys: dict[str, int] = {}
        self.key_order: tuple[str, ...] = ()
        self.limits: dict[tuple[str, bytes], Limit] = {}
        self.limit_order: tuple[tuple[str, bytes], ...] = ()
        self.usage: dict[tuple[str, bytes], tuple[int, int]] = {}
        self.policy = Policy()
        self.proposals: dict[int, Proposal] = {}
        self.changes: dict[int, Change] = {}
        self.settings: dict[int, Settings] = {}

    def initialize(self, settings: Settings) -> None:
        if not settings.policy:
            raise Refusal("ZeroHash", word("POLICY"))
        self._require_sound(settings)
        self._apply(settings)
        self.emit("Initialized", 1)

    def limit_of(self, target: str, selector: bytes) -> Limit:
        return self.limits.get((target, selector), Limit())

    # --- a clerk alone ---

    def check_execute(self, clerk: str, calls: Sequence[Call]) -> None:
        self._require_key(clerk, CLERK)
        _require_count("CALLS", len(calls), MAX_CALLS)
        for place, call in enumerate(calls):
            self._require_within(call, calls[:place])

    def execute(self, sender: str, calls: Sequence[Call]) -> None:
        self.check_execute(sender, calls)
        today = self.participants.today()
        for call in calls:
            limit = self.limits[call.entry]
            if limit.daily != UNBOUNDED:
                self.usage[call.entry] = (today, self.used_today(call.entry) + limit.amount(call.data))
        self.emit("ActDone", 0, sender, NOBODY)
        self._perform(calls)

    def _require_within(self, call: Call, earlier: Sequence[Call]) -> None:
        limit = self.limits.get(call.entry, Limit())
        if limit.each == 0:
            raise Refusal("NoLimit", call.target, call.entry[1])
        amount = limit.amount(call.data)
        if amount > limit.each:
            raise Refusal("AboveLimit", call.target, call.entry[1], amount, limit.each)
        if limit.daily == UNBOUNDED:
            return
        before = sum(limit.amount(one.data) for one in earlier if one.entry == call.entry)
        total = self.used_today(call.entry) + before + amount
        if total > limit.daily:
            raise Refusal("AboveDailyLimit", call.target, call.entry[1], total, limit.daily)

    def used_today(self, entry: tuple[str, bytes]) -> int:
        day, amount = self.usage.get(entry, (0, 0))
        return amount if day == self.participants.today() else 0

    # --- two persons ---

    def propose(self, sender: str, calls: Sequence[Call]) -> int:
        self._require_key(sender, CLERK)
        _require_count("CALLS", len(calls), MAX_CALLS)
        id_ = len(self.proposals) + 1
        until = self.stage.timestamp + LIFE
        self.proposals[id_] = Proposal(sender, until, self.stage.block, OPEN, calls_hash(calls))
        self.emit("ActProposed", id_, sender, tuple(calls), until)
        return id_

    def approve(self, sender: str, id_: int, calls: Sequence[Call]) -> None:
        proposal = self._open(id_)
        self._require_key(sender, APPROVER)
        if self.stage.timestamp > proposal.until:
            raise Refusal("DeadlinePassed", proposal.until, self.stage.timestamp)
        self._require_key(proposal.clerk, CLERK)
        if calls_hash(calls) != proposal.calls:
            raise Refusal("OtherCalls", id_)
        self.proposals[id_] = replace(proposal, state=DONE)
        self.emit("ActDone", id_, proposal.clerk, sender)
        self._perform(calls)

    def reject(self, sender: str, id_: int) -> None:
        proposal = self._open(id_)
        if sender not in self.keys or sender != proposal.clerk:
            self._require_key(sender, APPROVER)
        self.proposals[id_] = replace(proposal, state=STOPPED)
        self.emit("ActRejected", id_, sender)

    def _open(self, id_: int) -> Proposal:
        proposal = self.proposals.get(id_)
        if proposal is None:
            raise Refusal("Unknown", word("PROPOSAL"), id_)
        if proposal.state != OPEN:
            raise Refusal("WrongState", word("PROPOSAL"), id_, proposal.state, OPEN)
        return proposal

    def _perform(self, calls: Sequence[Call]) -> None:
        for call in calls:
            self.perform(self.address, call.target, call.data)

    # --- statements ---

    def accepts(self, digest: bytes, signature: bytes) -> bool:
        """Clerk's signature first, then the approver's; or one approver's where the policy says so."""
        wrapped = TypedData(self.stage.chain_id, self.address, AccountStatement(digest)).digest()
        if len(signature) == 2 * SIGNATURE:
            halves = ((signature[:SIGNATURE], CLERK), (signature[SIGNATURE:], APPROVER))
            return all(self.keys.get(self.recover_signer(wrapped, part)) == role for part, role in halves)
        signer = self.recover_signer(wrapped, signature)
        return self.policy.approver_alone and self.keys.get(signer) == APPROVER

    # --- changes ---

    def propose_change(self, sender: str, settings: Settings) -> int:
        self._require_key(sender, APPROVER)
        return self._wait(sender, settings, self.policy.delay, recovery=False)

    def recover(self, sender: str, keys: Sequence[KeySetting]) -> int:
        self._require_agent(sender)
        settings = Settings(keys=tuple(keys))
        return self._wait(sender, settings, self.policy.recovery_delay, recovery=True)

    def _wait(self, sender: str, settings: Settings, delay: int, *, recovery: bool) -> int:
        self._require_sound(settings)
        id_ = len(self.changes) + 1
        ready_at = self.stage.timestamp + delay
        self.changes[id_] = Change(sender, ready_at, OPEN, recovery)
        self.settings[id_] = settings
        self.emit("ChangeProposed", id_, sender, settings, ready_at, recovery)
        return id_

    def back(self, sender: str, id_: int) -> None:
        change = self._waiting(id_)
        if sender == change.proposer:
            raise Refusal("SameParty", sender, change.proposer)
        if not self._may_propose(sender):
            raise Refusal("NotKey", sender, self.keys.get(sender, 0), APPROVER)
        self.changes[id_] = replace(change, backer=sender)
        self.emit("ChangeBacked", id_, sender)

    def veto(self, sender: str, id_: int) -> None:
        change = self._waiting(id_)
        if self.stage.timestamp >= change.ready_at:
            raise Refusal("DeadlinePassed", change.ready_at, self.stage.timestamp)
        if sender != change.proposer:
            self._require_veto(sender, id_, change.backer)
        self.changes[id_] = replace(change, state=STOPPED)
        self.emit("ChangeVetoed", id_, sender)

    def _require_veto(self, sender: str, id_: int, backer: str) -> None:
        """Else a stolen key could veto its own removal for ever."""
        role = self.keys.get(sender, 0)
        if role == 0:
            raise Refusal("NotKey", sender, 0, CLERK)
        loses = any(key == sender and new != role for key, new in self.settings[id_].keys)
        if loses and self._may_propose(backer):
            raise Refusal("RemovedByChange", id_, sender)

    def execute_change(self, sender: str, id_: int) -> None:
        change, now = self._waiting(id_), self.stage.timestamp
        if now < change.ready_at:
            raise Refusal("ChangeNotReady", id_, change.ready_at, now)
        if now > change.ready_at + GRACE:
            raise Refusal("ChangeExpired", id_, change.ready_at + GRACE, now)
        if change.recovery:
            self._require_agent(change.proposer)
        else:
            self._require_key(change.proposer, APPROVER)
        self.changes[id_] = replace(change, state=DONE)
        self._apply(self.settings[id_])
        self.emit("ChangeDone", id_, sender)

    def _waiting(self, id_: int) -> Change:
        change = self.changes.get(id_)
        if change is None:
            raise Refusal("Unknown", word("CHANGE"), id_)
        if change.state != OPEN:
            raise Refusal("WrongState", word("CHANGE"), id_, change.state, OPEN)
        return change

    def _may_propose(self, who: str) -> bool:
        return self.keys.get(who) == APPROVER or (who != NOBODY and who == self.policy.agent)

    def _require_agent(self, who: str) -> None:
        if who != self.policy.agent:
            raise Refusal("NotParty", who, self.policy.agent)
        self.participants.require_active(who)

    # --- settings ---

    def _apply(self, settings: Settings) -> None:
        for setting in settings.keys:
            self._set_key(*setting)
        for target, selector, limit in settings.limits:
            self._set_limit((target, selector), limit)
        for policy in settings.policy:
            self.policy = policy
            self.emit("PolicySet", policy)
        self._require_whole()

    def _set_key(self, key: str, role: int) -> None:
        self.key_order = _ordered(self.key_order, key, keep=role != 0)
        self.keys.pop(key, None)
        if role:
            self.keys[key] = role
        self.emit("KeySet", key, role)

    def _set_limit(self, entry: tuple[str, bytes], limit: Limit) -> None:
        self.limit_order = _ordered(self.limit_order, entry, keep=limit.each != 0)
        self.limits[entry] = limit
        self.emit("LimitSet", *entry, limit)

    def _require_whole(self) -> None:
        _require_few("KEYS", len(self.keys), MAX_KEYS)
        _require_few("LIMITS", len(self.limit_order), MAX_LIMITS)
        missing = sum({CLERK, APPROVER} - set(self.keys.values()))
        if missing:
            raise Refusal("KeysMissing", missing)
        if self.policy.agent in self.keys:
            raise Refusal("AgentHoldsKey", self.policy.agent)

    def _require_sound(self, settings: Settings) -> None:
        _require_count("SETTINGS", sum(map(len, settings)), MAX_LIMITS)
        _require_few("POLICY", len(settings.policy), 1)
        for key, role in settings.keys:
            if key == NOBODY:
                raise Refusal("ZeroHash", word("KEY"))
            if key == self.address:
                raise Refusal("SameParty", key, self.address)
            if role > APPROVER:
                raise Refusal("Unknown", word("ROLE"), role)
        for target, _, limit in settings.limits:
            if target == NOBODY:
                raise Refusal("ZeroHash", word("TARGET"))
            if limit.each > limit.daily:
                raise Refusal("AmountTooLarge", limit.each, limit.daily)
        for policy in settings.policy:
            self._require_sound_policy(policy)

    def _require_sound_policy(self, policy: Policy) -> None:
        if policy.delay < MIN_DELAY:
            raise Refusal("DelayTooShort", policy.delay, MIN_DELAY)
        if policy.delay > MAX_DELAY:
            raise Refusal("DelayTooLong", policy.delay, MAX_DELAY)
        if policy.recovery_delay < 2 * policy.delay:
            raise Refusal("DelayTooShort", policy.recovery_delay, 2 * policy.delay)
        if policy.agent != NOBODY:
            self.participants.require_active(policy.agent)

    def _require_key(self, who: str, needed: int) -> None:
        had = self.keys.get(who, 0)
        if had != needed:
            raise Refusal("NotKey", who, had, needed)


Place = Callable[[bytes, Settings], str]
"""Where the factory puts an account: by salt and first settings. Code hashes are not the twin's."""

Decode = Callable[[str, bytes], tuple[str, tuple[Any, ...]]]
"""The function and arguments of a call to the contract at an address. Interfaces are not the twin's."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What an account needs of whoever knows code and interfaces."""

    place: Place
    decode: Decode


class AccountFactory(Contract):
    """Makes accounts. `place` tells their addresses, `new` the twin of one at an address."""

    def __init__(self, stage: Stage, address: str, place: Place, new: Callable[[str], Account]) -> None:
        super().__init__(stage, address)
        self.place = place
        self.new = new
        self.accounts: dict[str, Account] = {}

    def is_account(self, address: str) -> bool:
        return address in self.accounts

    def make(self, sender: str, salt: bytes, settings: Settings) -> str:
        account = self.place(salt, settings)
        if account in self.accounts:
            raise Refusal("AlreadyUsed", word("ACCOUNT"), address_bytes(account).rjust(32, b"\0"))
        self.emit("AccountMade", account, sender, salt)
        self.accounts[account] = self.new(account)
        self.accounts[account].initialize(settings)
        return account


def calls_hash(calls: Sequence[Call]) -> bytes:
    """`keccak256(abi.encode(calls))`."""
    bodies = [_call(call) for call in calls]
    offsets, place = [], 32 * len(bodies)
    for body in bodies:
        offsets.append(_number(place))
        place += len(body)
    return keccak(_number(32) + _number(len(bodies)) + b"".join(offsets) + b"".join(bodies))


def _call(call: Call) -> bytes:
    padding = bytes(-len(call.data) % 32)
    head = address_bytes(call.target).rjust(32, b"\0") + _number(64)
    return head + _number(len(call.data)) + call.data + padding


def _number(value: int) -> bytes:
    return value.to_bytes(32, "big")


def _ordered(order: tuple[Item, ...], item: Item, *, keep: bool) -> tuple[Item, ...]:
    """A set's order after adding or taking out: the last one takes an empty place."""
    if keep:
        return order if item in order else (*order, item)
    if item not in order:
        return order
    last = order[-1]
    return tuple(last if one == item else one for one in order[:-1])


def _require_count(what: str, count: int, most: int) -> None:
    if count == 0:
        raise Refusal("ZeroAmount")
    _require_few(what, count, most)


def _require_few(what: str, count: int, most: int) -> None:
    if count > most:
        raise Refusal("TooMany", word(what), count, most)
