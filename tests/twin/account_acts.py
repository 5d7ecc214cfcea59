"""Random acts of account contracts and their keys, good ones and spoilt ones, and time between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from eth_abi.abi import encode
from eth_hash.auto import keccak

from ledger.domain.kinds import DocumentKind
from ledger.domain.purposes import address_bytes
from ledger.domain.roles import Role
from ledger.domain.twin import World
from ledger.domain.twin.accounts import (
    APPROVER,
    CLERK,
    OPEN,
    UNBOUNDED,
    Account,
    Call,
    KeySetting,
    Limit,
    LimitSetting,
    Policy,
    Settings,
)
from ledger.domain.twin.base import ZERO_HASH, word
from ledger.domain.twin.participants import Admission
from ledger.domain.typed_data import AccountStatement, Obligation, Statement, TypedData
from tests.twin.actors import BANK, COMPANIES, INVESTORS, NOBODY, OPERATOR, STRANGER, SUPPLIERS, Actor
from tests.twin.acts import DAY, Act, Histories

HOUR: Final = 3_600
KEYS: Final = tuple(Actor(f"key {n}") for n in range(6))
AGENTS: Final = INVESTORS[1:]
BY_KEY: Final = {key.address: key for key in KEYS}
TRANSFER: Final = keccak(b"transfer(address,uint256)")[:4]
APPROVE: Final = keccak(b"approve(address,uint256)")[:4]
REGISTER: Final = keccak(b"register(bytes32,uint8,bytes32)")[:4]


class AccountHistories(Histories):
    """Draws acts of a few accounts' keys, and what their surroundings do."""

    def __init__(self, world: World, seed: int, spoil: float = 0.08) -> None:
        super().__init__(world, seed, spoil)
        self.proposed: dict[tuple[str, int], tuple[Call, ...]] = {}
        self.builders = [
            (2, self.make),
            (10, self.execute),
            (9, self.propose),
            (9, self.approve_act),
            (2, self.reject),
            (7, self.propose_change),
            (3, self.recover),
            (5, self.back),
            (5, self.veto),
            (8, self.execute_change),
            (3, self.state),
            (2, self.amend_somebody),
            (1, self.post_date),
        ]

    def remember(self, act: Act, events: Sequence[Any]) -> None:
        """The calls behind each proposal: the chain keeps their hash alone."""
        for event in events:
            if event.name == "ActProposed":
                self.proposed[event.emitter, event.values[0]] = event.values[2]

    def time_passes(self) -> int:
        return self.one([12] * 12 + [HOUR, HOUR, 6 * HOUR, self.spoilt(HOUR, lambda: 16 * DAY)])

    def opening(self) -> Iterator[Act]:
        """Two accounts that are admitted and have money, and a few people around them; nothing is spoilt."""
        spoil, self.spoil = self.spoil, 0.0
        yield from self._opening()
        self.spoil = spoil

    def _opening(self) -> Iterator[Act]:
        people, day = self.world.participants, (self.world.stage.timestamp + 8 * HOUR) // DAY
        if people.replay:
            yield self.act(OPERATOR.address, people, "postBusinessDate", day)
        for number, actor in enumerate((BANK, *INVESTORS, *SUPPLIERS, *COMPANIES)):
            admission = Admission(actor.roles, False, day + 900, actor.group)
            yield self._admit(actor.address, number, admission)
        for number in (100, 101):
            yield self.act(
                STRANGER.address, self.world.factory, "make", keccak(b"%d" % number), self.sound_settings()
            )
            account = list(self.world.factory.accounts)[-1]
            yield self._admit(account, number, Admission(Role.SUPPLIER | Role.INVESTOR, False, day + 900))
            yield self.act(BANK.address, self.cash, "mint", account, 1_000_000, keccak(b"m%d" % number))

    def _admit(self, account: str, number: int, admission: Admission) -> Act:
        identifier, kyc = word(f"LEI:{number}"), keccak(b"kyc")
        people = self.world.participants
        return self.act(OPERATOR.address, people, "admit", account, identifier, "x", admission, kyc)

    # --- settings ---

    def sound_settings(self) -> Settings:
        roles = (CLERK, CLERK, APPROVER, APPROVER)
        keys = tuple(KeySetting(key.address, role) for key, role in zip(KEYS, roles, strict=False))
        return Settings(keys, (self._limit(TRANSFER), self._limit(REGISTER)), (self._policy(),))

    def _limit(self, selector: bytes) -> LimitSetting:
        if selector == REGISTER:
            daily = self.one([2, 3, UNBOUNDED])
            return LimitSetting(self.world.documents.address, selector, Limit(0, 1, daily))
        each = self.spoilt(self.dice.randrange(500, 2_000), lambda: 0)
        daily = self.one([each, 2 * each, UNBOUNDED, self.spoilt(each, lambda: max(each - 1, 0))])
        return LimitSetting(self.spoilt(self.cash.address, lambda: NOBODY), selector, Limit(2, each, daily))

    def _policy(self) -> Policy:
        agent = self.spoilt(self.one(AGENTS).address, lambda: self.one([NOBODY, OPERATOR.address]))
        delay = self.spoilt(self.one([HOUR, 2 * HOUR]), lambda: self.one([0, HOUR - 1, 365 * DAY + 1]))
        return Policy(
            agent, delay, self.spoilt(6 * HOUR, lambda: 2 * delay - 1 if delay else 0), self.chance(0.5)
        )

    def _key_settings(self) -> tuple[KeySetting, ...]:
        some = self.dice.sample(KEYS, self.one([1, 1, 2]))
        return tuple(KeySetting(self._spoilt_key(key), self.one([0, CLERK, APPROVER])) for key in some)

    def _spoilt_key(self, key: Actor) -> str:
        return self.spoilt(key.address, lambda: self.one([NOBODY, self.account().address, AGENTS[0].address]))

    def _settings(self) -> Settings:
        what = self.dice.randrange(10)
        if what < 6:
            return Settings(keys=self.spoilt(self._key_settings(), tuple))
        if what < 8:
            return Settings(limits=(self._limit(self.one([TRANSFER, APPROVE, REGISTER])),))
        return Settings(policy=(self._policy(),))

    # --- drawing from the accounts' state ---

    def account(self) -> Account:
        return self.one(list(self.world.factory.accounts.values())[:2])

    def holder(self, account: Account, role: int) -> str:
        """Who holds such a key; spoilt: another key, or somebody else."""
        good = [key for key, had in account.keys.items() if had == role]
        return self.spoilt(self.one(good), lambda: self.one([*KEYS, STRANGER, OPERATOR, AGENTS[0]]).address)

    def call(self) -> Call:
        what = self.dice.randrange(10)
        if what < 6:
            return Call(self.cash.address, TRANSFER + self._pair(self.one([*SUPPLIERS, *INVESTORS]).address))
        if what < 8:
            values = self.hash(), int(DocumentKind.OTHER), ZERO_HASH
            return Call(
                self.world.documents.address, REGISTER + encode(["bytes32", "uint8", "bytes32"], values)
            )
        if what < 9:
            return Call(self.cash.address, APPROVE + self._pair(self.world.proceeds.address))
        return Call(self.spoilt(self.cash.address, lambda: STRANGER.address), TRANSFER + bytes(64))

    def _pair(self, to: str) -> bytes:
        amount = self.one([1, 300, 400, 900, 1_500, self.spoilt(5_000, lambda: 2**96)])
        return encode(["address", "uint256"], [to, amount])

    def calls(self) -> tuple[Call, ...]:
        count = self.spoilt(self.one([1, 1, 1, 2, 3]), lambda: self.one([0, 17]))
        return tuple(self.call() for _ in range(count))

    # --- acts ---

    def make(self) -> Act:
        settings = self.sound_settings()
        if self.chance(0.3):
            settings = settings._replace(keys=settings.keys[: self.one([0, 2])])
        if self.chance(0.2):
            settings = settings._replace(policy=settings.policy * self.one([0, 2]))
        salt = keccak(b"made %d" % self.dice.randrange(3))
        return self.act(STRANGER.address, self.world.factory, "make", salt, settings)

    def execute(self) -> Act:
        account = self.account()
        short = (Call(self.cash.address, TRANSFER + bytes(3)),)  # never within a limit, so never done
        calls = self.spoilt(self.calls(), lambda: short)
        return self.act(self.holder(account, CLERK), account, "execute", calls)

    def propose(self) -> Act:
        account = self.account()
        return self.act(self.holder(account, CLERK), account, "propose", self.calls())

    def approve_act(self) -> Act:
        account, id_ = self._proposal()
        calls = self.proposed.get((account.address, id_), ())
        return self.act(
            self.holder(account, APPROVER), account, "approve", id_, self.spoilt(calls, lambda: self.calls())
        )

    def reject(self) -> Act:
        account, id_ = self._proposal()
        return self.act(self.holder(account, self.one([CLERK, APPROVER])), account, "reject", id_)

    def _proposal(self) -> tuple[Account, int]:
        account = self.account()
        waiting = [id_ for id_, proposal in account.proposals.items() if proposal.state == OPEN]
        return account, self.fit(waiting, lambda: len(account.proposals) + self.one([0, 1]))

    def propose_change(self) -> Act:
        account = self.account()
        return self.act(self.holder(account, APPROVER), account, "proposeChange", self._settings())

    def recover(self) -> Act:
        account = self.account()
        sender = self.spoilt(account.policy.agent, lambda: self.one([OPERATOR, AGENTS[0], KEYS[0]]).address)
        if sender == NOBODY:
            sender = STRANGER.address
        return self.act(sender, account, "recover", self.spoilt(self._key_settings(), tuple))

    def _change(self, *, ready: bool) -> tuple[Account, int]:
        account, now = self.account(), self.world.stage.timestamp
        due = self.spoilt(ready, lambda: not ready)
        waiting = [n for n, c in account.changes.items() if c.state == OPEN and (c.ready_at <= now) == due]
        return account, self.fit(waiting, lambda: len(account.changes) + self.one([0, 1]))

    def back(self) -> Act:
        account, id_ = self._change(ready=False)
        agent = account.policy.agent if account.policy.agent != NOBODY else STRANGER.address
        return self.act(self.one([self.holder(account, APPROVER), agent]), account, "back", id_)

    def veto(self) -> Act:
        account, id_ = self._change(ready=False)
        touched = (
            [key for key, _ in account.settings[id_].keys if key in account.keys]
            if id_ in account.changes
            else []
        )
        sender = self.one(touched) if touched else self.holder(account, self.one([CLERK, APPROVER]))
        return self.act(self.one([sender, self.holder(account, CLERK)]), account, "veto", id_)

    def execute_change(self) -> Act:
        account, id_ = self._change(ready=True)
        return self.act(self.one([STRANGER, *KEYS]).address, account, "executeChange", id_)

    # --- statements, and what happens around ---

    def state(self) -> Act:
        """An obligation that an account signs as its payee."""
        account, payer = self.account(), self.one(COMPANIES)
        statement = Obligation(
            fingerprint=self.hash()[:12] + address_bytes(account.address),
            document=self.hash(),
            kind=1,
            currency=self.cash.currency,
            total=self.amount(5_000, 96),
            date=self.today,
            payer=payer.address,
            payee=account.address,
            attester=NOBODY,
        )
        documents = self.world.documents
        first = self.signature(documents, statement, payer.address)
        second = self._account_signature(documents, statement, account)
        return self.act(STRANGER.address, documents, "registerObligation", statement, first, second)

    def _account_signature(self, contract: Any, statement: Statement, account: Account) -> bytes:
        digest = TypedData(self.world.stage.chain_id, contract.address, statement).digest()
        target = self.spoilt(account, self.account)
        wrapped = TypedData(self.world.stage.chain_id, target.address, AccountStatement(digest)).digest()
        roles = self.one([(CLERK, APPROVER), (CLERK, APPROVER), (APPROVER,)])
        signers = [BY_KEY.get(self.holder(account, role), STRANGER) for role in roles]
        return b"".join(signer.sign(wrapped) for signer in signers)

    def amend_somebody(self) -> Act:
        people = self.world.participants
        who = self.one([*(a.address for a in AGENTS), self.account().address, SUPPLIERS[0].address])
        had = people.admission(who)
        suspended = not had.suspended and self.chance(0.4)
        admission = Admission(had.roles, suspended, self.today + 900, had.group)
        return self.act(OPERATOR.address, people, "amend", who, admission, self.hash())
