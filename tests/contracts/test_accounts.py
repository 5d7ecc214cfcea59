"""Account contracts: two persons above the limit; keys change by delay and veto, or by the agent."""

from itertools import count
from typing import Any

import pytest
from brownie import ZERO_ADDRESS, chain
from eth_utils import keccak

from tests.contracts import given
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import (
    DAY,
    INVESTOR,
    OTHER,
    SUPPLIER,
    ZERO,
    Actor,
    digest,
)

CLERK, APPROVER = 1, 2
OPEN, DONE, STOPPED = 1, 2, 3
HOUR = 3_600
DELAY, RECOVERY = 2 * HOUR, 5 * HOUR
EACH, DAILY = 1_000, 1_500
UNBOUNDED = 2**96 - 1
LIFE, GRACE = 14 * DAY, 30 * DAY
MONEY = 100_000

_salts = count(1)


class House:
    """An account contract of the investor's house, and the people who hold its keys."""

    def __init__(self, world, **policy: Any) -> None:
        self.world = world
        names = ("clerk", "second", "approver", "partner", "newcomer", "successor")
        for place, name in enumerate(names, len(world.people)):
            setattr(self, name, Actor(world, name, place))
        self.agent = world.fund
        self.made = world.account_factory.make(
            digest(f"salt {next(_salts)}"), self.settings(policy), world.stranger.by
        )
        self.contract = world.at("Account", self.made.events["AccountMade"]["account"])

    def policy(self, **changes: Any) -> tuple[Any, ...]:
        plain = {"agent": self.agent.address, "delay": DELAY, "recovery": RECOVERY, "alone": False}
        return tuple((plain | changes).values())

    def settings(self, policy: dict[str, Any]) -> tuple[Any, ...]:
        keys = [
            (self.clerk, CLERK),
            (self.second, CLERK),
            (self.approver, APPROVER),
            (self.partner, APPROVER),
        ]
        cash, documents = self.world.cash, self.world.documents
        limits = [
            (cash.address, cash.transfer.signature, (2, EACH, DAILY)),
            (documents.address, documents.register.signature, (0, 1, UNBOUNDED)),
        ]
        return [(a.address, role) for a, role in keys], limits, [self.policy(**policy)]

    def __str__(self) -> str:
        return str(self.contract.address)

    @property
    def address(self) -> str:
        return str(self)

    @property
    def transfer(self) -> str:
        return str(self.world.cash.transfer.signature)

    def sends(self, amount: int, to: Any = None) -> tuple[str, str]:
        """The call that transfers money."""
        cash = self.world.cash
        return cash.address, cash.transfer.encode_input(to or self.world.supplier, amount)

    def files(self, name: str) -> tuple[str, str]:
        documents = self.world.documents
        return documents.address, documents.register.encode_input(digest(name), OTHER, ZERO)

    def proposed(self, *calls: Any) -> int:
        return int(self.contract.propose(list(calls), self.clerk.by).events["ActProposed"]["proposal"])

    def change(self, *keys: Any, limits: Any = (), policy: Any = (), by: Any = None) -> int:
        """A proposed change of these (actor, role) pairs."""
        settings = [(getattr(a, "address", a), role) for a, role in keys], list(limits), list(policy)
        tx = self.contract.proposeChange(settings, (by or self.approver).by)
        return int(tx.events["ChangeProposed"]["change"])

    def recovery(self, *keys: Any) -> int:
        tx = self.contract.recover([(a.address, role) for a, role in keys], self.agent.by)
        return int(tx.events["ChangeProposed"]["change"])

    def changed(self, *keys: Any, **more: Any) -> Any:
        """Proposed, waited for, done."""
        change = self.change(*keys, **more)
        chain.sleep(DELAY)
        return self.contract.executeChange(change, self.world.stranger.by)

    def keys(self) -> list[tuple[str, int]]:
        found = self.contract.keys()
        return [(str(key), int(role)) for key, role in found]

    def role(self, actor: Any) -> int:
        return int(self.contract.roleOf(actor))

    def signs(self, raw: bytes, *signers: Actor, account: Any = None, chain_id: int | None = None) -> bytes:
        """The signatures of these keys over a statement's digest, wrapped for this account, joined."""
        target = account or self.contract
        return b"".join(s.signs("AccountStatement", {"digest": raw}, target, chain_id) for s in signers)

    def accepts(self, raw: bytes, signature: bytes) -> bool:
        return str(self.contract.isValidSignature(raw, signature)) == "0x1626ba7e"


@pytest.fixture(scope="module")
def house(world):
    house = House(world)
    world.operator.admits(house, INVESTOR | SUPPLIER)
    world.bank.mints(house, MONEY)
    return house


@pytest.fixture
def trusting(world):
    """A house whose approvers sign alone."""
    return House(world, alone=True)


# --- making ---


def test_an_account_is_at_the_address_that_was_told(world, house):
    factory, settings = world.account_factory, house.settings({})
    told = factory.addressOf(digest("told"), settings)
    tx = factory.make(digest("told"), settings, world.stranger.by)
    emitted(tx, "AccountMade", account=told, by=world.stranger, salt=digest("told"))
    assert factory.isAccount(told) and not factory.isAccount(world.stranger)
    assert factory.implementation() == world.account_implementation


def test_the_address_depends_on_the_keys(world, house):
    keys, limits, policy = house.settings({})
    other = world.account_factory.addressOf(digest("told"), (keys[1:], limits, policy))
    assert other != world.account_factory.addressOf(digest("told"), (keys, limits, policy))


def test_an_account_is_made_once(world, house):
    settings = house.settings({})
    made = world.account_factory.make(digest("twice"), settings, world.stranger.by)
    account = made.events["AccountMade"]["account"]
    with refused("AlreadyUsed", "ACCOUNT", "0x" + account[2:].lower().rjust(64, "0")):
        world.account_factory.make(digest("twice"), settings, world.investor.by)


def test_an_account_shows_its_keys_limits_and_policy(world, house):
    keys, limits, policy = house.settings({})
    assert house.keys() == keys
    assert [(t, str(s), tuple(limit)) for t, s, limit in house.contract.limits()] == limits
    assert tuple(house.contract.policy()) == policy[0]
    emitted(house.made, "KeySet", key=house.clerk, role=CLERK)
    emitted(house.made, "LimitSet", target=world.cash, selector=house.transfer, limit=(2, EACH, DAILY))
    emitted(house.made, "PolicySet", policy=policy[0])


def test_nobody_settles_an_account_twice(world, house):
    with refused("InvalidInitialization"):
        house.contract.initialize(house.settings({}), world.operator.by)
    with refused("InvalidInitialization"):
        world.account_implementation.initialize(house.settings({}), world.operator.by)


def test_an_account_is_whole_from_the_first(world, house):
    keys, limits, policy = house.settings({})
    make = world.account_factory.make
    with refused("ZeroHash", "POLICY"):
        make(digest("new"), (keys, limits, []), world.stranger.by)
    with refused("TooMany", "POLICY", 2, 1):
        make(digest("new"), (keys, limits, policy * 2), world.stranger.by)
    with refused("KeysMissing", APPROVER):
        make(digest("new"), (keys[:2], limits, policy), world.stranger.by)
    with refused("KeysMissing", CLERK | APPROVER):
        make(digest("new"), ([], limits, policy), world.stranger.by)
    with refused("AgentHoldsKey", house.agent):
        make(digest("new"), ([*keys, (house.agent.address, CLERK)], limits, policy), world.stranger.by)
    many = [(f"0x{n:040x}", CLERK) for n in range(1, 15)]
    with refused("TooMany", "KEYS", 18, 16):
        make(digest("new"), (keys + many, limits, policy), world.stranger.by)


@pytest.mark.parametrize(
    ("delay", "recovery", "error"),
    [
        (0, RECOVERY, ("DelayTooShort", 0, HOUR)),
        (HOUR - 1, RECOVERY, ("DelayTooShort", HOUR - 1, HOUR)),
        (365 * DAY + 1, 2**32 - 1, ("DelayTooLong", 365 * DAY + 1, 365 * DAY)),
        (HOUR, 0, ("DelayTooShort", 0, 2 * HOUR)),
        (HOUR, 2 * HOUR - 1, ("DelayTooShort", 2 * HOUR - 1, 2 * HOUR)),
    ],
)
def test_there_is_no_account_without_delay(world, house, delay, recovery, error):
    with refused(*error):
        House(world, delay=delay, recovery=recovery)


@pytest.mark.spec("ACC-2")
def test_the_agent_is_a_participant_and_so_never_the_operator(world, house):
    with refused("NotAdmitted", world.operator):
        House(world, agent=world.operator.address)
    with refused("NotAdmitted", world.stranger):
        house.change(policy=[house.policy(agent=world.stranger.address)])


# --- a clerk alone ---


@pytest.mark.spec("ACC-1")
def test_a_clerk_alone_acts_within_the_limit(world, house):
    tx = house.contract.execute([house.sends(EACH)], house.clerk.by)
    emitted(tx, "ActDone", proposal=0, clerk=house.clerk, approver=ZERO_ADDRESS)
    assert world.supplier.balance() == EACH
    assert house.contract.usedToday(world.cash, house.transfer) == EACH


@pytest.mark.spec("ACC-1")
def test_above_the_limit_a_clerk_alone_is_refused(world, house):
    error = ("AboveLimit", world.cash, house.transfer, EACH + 1, EACH)
    with refused(*error):
        house.contract.execute([house.sends(EACH + 1)], house.clerk.by)
    with refused(*error):
        house.contract.checkExecute(house.clerk, [house.sends(EACH + 1)])
    assert world.supplier.balance() == 0


def test_the_day_has_its_own_limit(world, house):
    house.contract.execute([house.sends(EACH)], house.clerk.by)
    with refused("AboveDailyLimit", world.cash, house.transfer, EACH + 501, DAILY):
        house.contract.execute([house.sends(501)], house.second.by)
    house.contract.execute([house.sends(500)], house.second.by)
    world.days_pass(1)
    assert house.contract.usedToday(world.cash, house.transfer) == 0
    house.contract.execute([house.sends(EACH)], house.clerk.by)
    assert world.supplier.balance() == 2 * EACH + 500


def test_an_act_without_an_entry_needs_an_approver(world, house):
    call = (world.cash.address, world.cash.approve.encode_input(world.proceeds, 1))
    with refused("NoLimit", world.cash, world.cash.approve.signature):
        house.contract.execute([call], house.clerk.by)
    with refused("NoLimit", world.cash, "0x00000000"):
        house.contract.execute([(world.cash.address, "0x")], house.clerk.by)


def test_a_call_too_short_for_its_amount_is_above_every_limit(world, house):
    with refused("AboveLimit", world.cash, house.transfer, 2**256 - 1, EACH):
        house.contract.execute([(world.cash.address, house.sends(1)[1][:-2])], house.clerk.by)


def test_an_act_without_an_amount_counts_as_one(world, house):
    house.contract.execute([house.files("a"), house.files("b")], house.clerk.by)
    assert world.documents.document(digest("b"), house)[0] == OTHER
    assert house.contract.usedToday(world.documents, world.documents.register.signature) == 0  # not bounded


@pytest.mark.parametrize("who", ["approver", "newcomer", "agent"])
def test_only_a_clerk_acts(house, who):
    actor = getattr(house, who)
    with refused("NotKey", actor, house.role(actor), CLERK):
        house.contract.execute([house.sends(1)], actor.by)
    with refused("NotKey", actor, house.role(actor), CLERK):
        house.contract.propose([house.sends(1)], actor.by)


@pytest.mark.spec("ACC-1")
def test_the_limit_holds_for_each_call_of_a_batch_and_the_day_for_all(world, house):
    execute = house.contract.execute
    with refused("AboveLimit", world.cash, house.transfer, EACH + 1, EACH):
        execute([house.sends(1), house.sends(EACH + 1)], house.clerk.by)
    with refused("AboveDailyLimit", world.cash, house.transfer, DAILY + 1, DAILY):
        execute([house.sends(EACH), house.files("between"), house.sends(501)], house.clerk.by)
    execute([house.sends(EACH), house.sends(500)], house.clerk.by)
    assert house.contract.usedToday(world.cash, house.transfer) == DAILY


def test_a_batch_is_done_whole_or_not_at_all(world, house):
    with refused("NotAdmitted", world.stranger):
        house.contract.execute([house.sends(1), house.sends(1, world.stranger)], house.clerk.by)
    assert world.supplier.balance() == 0 and house.contract.usedToday(world.cash, house.transfer) == 0


def test_a_batch_has_a_size(house):
    for calls, error in (([], ("ZeroAmount",)), ([house.files("a")] * 17, ("TooMany", "CALLS", 17, 16))):
        for act in (house.contract.execute, house.contract.propose):
            with refused(*error):
                act(calls, house.clerk.by)


def test_a_refusal_passes_through_unchanged(world, house):
    call = house.sends(MONEY + 1)
    proposal = house.proposed(call)
    with refused("InsufficientBalance", house, MONEY, MONEY + 1):
        house.contract.approve(proposal, [call], house.approver.by)
    assert house.contract.proposal(proposal)[3] == OPEN


def test_nothing_is_sent_where_no_contract_is(world, house):
    proposal = house.proposed((world.stranger.address, "0x12345678"))
    with refused("NoContract", world.stranger):
        house.contract.approve(proposal, [(world.stranger.address, "0x12345678")], house.approver.by)


# --- two persons ---


@pytest.mark.spec("ACC-1")
def test_above_the_limit_two_persons_act(world, house):
    call = house.sends(MONEY)
    tx = house.contract.propose([call], house.clerk.by)
    until = tx.timestamp + LIFE
    emitted(tx, "ActProposed", proposal=1, clerk=house.clerk, until=until)
    clerk, had_until, made, state, _ = house.contract.proposal(1)
    assert (clerk, had_until, made, state) == (house.clerk.address, until, tx.block_number, OPEN)
    done = house.contract.approve(1, [call], house.approver.by)
    emitted(done, "ActDone", proposal=1, clerk=house.clerk, approver=house.approver)
    assert world.supplier.balance() == MONEY
    assert house.contract.usedToday(world.cash, house.transfer) == 0


@pytest.mark.spec("ACC-1")
@pytest.mark.parametrize("who", ["clerk", "second", "newcomer", "agent"])
def test_only_an_approver_approves(house, who):
    proposal = house.proposed(house.sends(MONEY))
    actor = getattr(house, who)
    with refused("NotKey", actor, house.role(actor), APPROVER):
        house.contract.approve(proposal, [house.sends(MONEY)], actor.by)


def test_an_approval_counts_once(house):
    call = house.sends(1)
    proposal = house.proposed(call)
    house.contract.approve(proposal, [call], house.approver.by)
    with refused("WrongState", "PROPOSAL", proposal, DONE, OPEN):
        house.contract.approve(proposal, [call], house.partner.by)
    with refused("Unknown", "PROPOSAL", proposal + 1):
        house.contract.approve(proposal + 1, [call], house.approver.by)


def test_what_is_approved_is_what_was_proposed(house):
    proposal = house.proposed(house.sends(1))
    for calls in ([house.sends(2)], [house.sends(1), house.sends(1)], []):
        with refused("OtherCalls", proposal):
            house.contract.approve(proposal, calls, house.approver.by)


def test_a_proposal_lapses(house):
    call = house.sends(1)
    proposal = house.proposed(call)
    until = house.contract.proposal(proposal)[1]
    chain.sleep(LIFE + 1)
    with refused("DeadlinePassed", until, ...):
        house.contract.approve(proposal, [call], house.approver.by)


@pytest.mark.parametrize("who", ["clerk", "approver", "partner"])
def test_a_proposal_is_rejected_by_an_approver_or_its_clerk(house, who):
    call = house.sends(1)
    proposal = house.proposed(call)
    tx = house.contract.reject(proposal, getattr(house, who).by)
    emitted(tx, "ActRejected", proposal=proposal, by=getattr(house, who))
    with refused("WrongState", "PROPOSAL", proposal, STOPPED, OPEN):
        house.contract.approve(proposal, [call], house.approver.by)
    with refused("WrongState", "PROPOSAL", proposal, STOPPED, OPEN):
        house.contract.reject(proposal, house.approver.by)


def test_nobody_else_rejects(house):
    proposal = house.proposed(house.sends(1))
    for actor in (house.second, house.newcomer):
        with refused("NotKey", actor, house.role(actor), APPROVER):
            house.contract.reject(proposal, actor.by)
    with refused("Unknown", "PROPOSAL", proposal + 1):
        house.contract.reject(proposal + 1, house.approver.by)


# --- statements ---


@pytest.mark.spec("ACC-1")
def test_a_statement_needs_a_clerk_and_an_approver(house):
    raw = keccak(text="statement")
    assert house.accepts(raw, house.signs(raw, house.clerk, house.approver))
    assert str(house.contract.statementHash(raw)) != "0x" + raw.hex()
    for signers in (
        [house.approver],
        [house.clerk],
        [house.clerk, house.clerk],
        [house.approver, house.clerk],
        [house.approver, house.partner],
        [house.clerk, house.newcomer],
        [house.clerk, house.approver, house.approver],
    ):
        assert not house.accepts(raw, house.signs(raw, *signers)), signers
    assert not house.accepts(raw, b"")
    assert not house.accepts(keccak(text="another"), house.signs(raw, house.clerk, house.approver))
    both = house.clerk.signs("AccountStatement", {"digest": raw}, house.world.documents)
    assert not house.accepts(raw, both + house.signs(raw, house.approver))


def test_an_approver_alone_where_the_policy_says_so(trusting):
    raw = keccak(text="statement")
    assert trusting.accepts(raw, trusting.signs(raw, trusting.approver))
    assert trusting.accepts(raw, trusting.signs(raw, trusting.clerk, trusting.approver))
    assert not trusting.accepts(raw, trusting.signs(raw, trusting.clerk))


def test_a_signature_counts_for_one_account_on_one_chain(world, house):
    """The same persons hold the keys of both houses."""
    raw, sister = keccak(text="statement"), House(world)
    signature = sister.signs(raw, house.clerk, house.approver)
    assert sister.accepts(raw, signature)
    assert not house.accepts(raw, signature)
    assert not house.accepts(raw, house.signs(raw, house.clerk, house.approver, chain_id=1))


@pytest.mark.spec("ACC-3")
def test_an_account_signs_an_obligation(world, house):
    o = given.obligation(world, world.company, house, 500)
    raw = bytes(world.documents.obligationDigest(tuple(o.values())))
    first = world.company.signs("Obligation", o, world.documents)
    with refused("BadSignature", house, "0x" + raw.hex()):
        world.stranger.registers_obligation(o, first, house.signs(raw, house.clerk, house.clerk))
    world.stranger.registers_obligation(o, first, house.signs(raw, house.clerk, house.approver))
    assert world.documents.obligation(o["fingerprint"])[1] == house.address


# --- changes ---


@pytest.mark.spec("ACC-2")
def test_a_key_is_rotated_after_the_delay(world, house):
    tx = house.contract.proposeChange(
        ([(house.clerk.address, 0), (house.newcomer.address, CLERK)], [], []), house.approver.by
    )
    ready = tx.timestamp + DELAY
    emitted(tx, "ChangeProposed", change=1, by=house.approver, readyAt=ready, recovery=False)
    (proposer, had_ready, state, recovery, backer), settings = house.contract.change(1)
    assert (proposer, had_ready, state, recovery) == (house.approver.address, ready, OPEN, False)
    assert backer == ZERO_ADDRESS and len(settings[0]) == 2
    chain.sleep(DELAY - 30)
    with refused("ChangeNotReady", 1, ready, ...):
        house.contract.executeChange(1, house.approver.by)
    chain.sleep(31)
    done = house.contract.executeChange(1, world.stranger.by)
    emitted(done, "KeySet", key=house.clerk, role=0)
    emitted(done, "ChangeDone", change=1, by=world.stranger)
    assert (house.role(house.clerk), house.role(house.newcomer)) == (0, CLERK)
    with refused("WrongState", "CHANGE", 1, DONE, OPEN):
        house.contract.executeChange(1, world.stranger.by)


@pytest.mark.spec("ACC-2")
def test_a_rotated_key_counts_no_more(house):
    raw, call = keccak(text="statement"), house.sends(1)
    signature = house.signs(raw, house.clerk, house.approver)
    proposal = house.proposed(call)
    house.changed((house.clerk, 0))
    with refused("NotKey", house.clerk, 0, CLERK):
        house.contract.execute([call], house.clerk.by)
    with refused("NotKey", house.clerk, 0, CLERK):
        house.contract.propose([call], house.clerk.by)
    with refused("NotKey", house.clerk, 0, CLERK):
        house.contract.approve(proposal, [call], house.approver.by)
    with refused("NotKey", house.clerk, 0, APPROVER):
        house.contract.reject(proposal, house.clerk.by)
    assert not house.accepts(raw, signature)


def test_what_a_removed_approver_proposed_is_void(house):
    change = house.change((house.newcomer, APPROVER), by=house.partner)
    house.changed((house.partner, 0))
    with refused("NotKey", house.partner, 0, APPROVER):
        house.contract.executeChange(change, house.partner.by)


@pytest.mark.spec("ACC-2")
@pytest.mark.parametrize("who", ["clerk", "second", "partner", "approver"])
def test_every_key_can_veto_until_the_delay_is_over(house, who):
    change = house.change((house.newcomer, CLERK))
    tx = house.contract.veto(change, getattr(house, who).by)
    emitted(tx, "ChangeVetoed", change=change, by=getattr(house, who))
    chain.sleep(DELAY)
    with refused("WrongState", "CHANGE", change, STOPPED, OPEN):
        house.contract.executeChange(change, house.approver.by)


def test_a_veto_after_the_delay_is_too_late(house):
    change = house.change((house.newcomer, CLERK))
    ready = house.contract.change(change)[0][1]
    chain.sleep(DELAY)
    with refused("DeadlinePassed", ready, ...):
        house.contract.veto(change, house.clerk.by)
    house.contract.executeChange(change, house.approver.by)


@pytest.mark.spec("ACC-2")
@pytest.mark.parametrize("who", ["newcomer", "agent"])
def test_nobody_else_vetoes_or_proposes(house, who):
    actor = getattr(house, who)
    change = house.change((house.newcomer, CLERK))
    with refused("NotKey", actor, 0, CLERK):
        house.contract.veto(change, actor.by)
    with refused("NotKey", actor, 0, APPROVER):
        house.change((actor, CLERK), by=actor)
    with refused("Unknown", "CHANGE", change + 1):
        house.contract.veto(change + 1, house.clerk.by)
    with refused("Unknown", "CHANGE", change + 1):
        house.contract.executeChange(change + 1, house.clerk.by)


def test_a_clerk_proposes_no_change(house):
    with refused("NotKey", house.clerk, CLERK, APPROVER):
        house.change((house.newcomer, CLERK), by=house.clerk)


def test_a_change_lapses(house):
    change = house.change((house.newcomer, CLERK))
    end = house.contract.change(change)[0][1] + GRACE
    chain.sleep(DELAY + GRACE + 10)
    with refused("ChangeExpired", change, end, ...):
        house.contract.executeChange(change, house.approver.by)


@pytest.mark.parametrize("backer", ["partner", "agent"])
def test_a_backed_change_is_not_vetoed_by_the_key_that_it_removes(house, backer):
    change = house.change((house.second, 0))
    tx = house.contract.back(change, getattr(house, backer).by)
    emitted(tx, "ChangeBacked", change=change, by=getattr(house, backer))
    with refused("RemovedByChange", change, house.second):
        house.contract.veto(change, house.second.by)
    chain.sleep(DELAY)
    house.contract.executeChange(change, house.approver.by)
    assert house.role(house.second) == 0


def test_those_who_stay_veto_a_backed_change_too(house):
    change = house.change((house.second, 0))
    house.contract.back(change, house.partner.by)
    house.contract.veto(change, house.clerk.by)


def test_an_approver_who_would_be_a_clerk_loses_a_role(house):
    change = house.change((house.partner, CLERK))
    house.contract.back(change, house.agent.by)
    with refused("RemovedByChange", change, house.partner):
        house.contract.veto(change, house.partner.by)


def test_a_backer_must_be_another_approver_or_the_agent(house):
    change = house.change((house.second, 0))
    with refused("SameParty", house.approver, house.approver):
        house.contract.back(change, house.approver.by)
    with refused("NotKey", house.clerk, CLERK, APPROVER):
        house.contract.back(change, house.clerk.by)
    with refused("NotKey", house.newcomer, 0, APPROVER):
        house.contract.back(change, house.newcomer.by)
    house.contract.veto(change, house.second.by)
    with refused("WrongState", "CHANGE", change, STOPPED, OPEN):
        house.contract.back(change, house.partner.by)


def test_a_removed_backer_backs_nothing(house):
    removal = house.change((house.partner, 0))
    chain.sleep(DELAY // 2)
    change = house.change((house.second, 0))
    house.contract.back(change, house.partner.by)
    chain.sleep(DELAY // 2)
    house.contract.executeChange(removal, house.approver.by)
    house.contract.veto(change, house.second.by)


@pytest.mark.spec("ACC-2")
def test_limits_and_policy_change_alike(world, house):
    limit = (world.cash.address, house.transfer, (2, 5, 5))
    house.changed(limits=[limit], policy=[house.policy(alone=True)])
    with refused("AboveLimit", world.cash, house.transfer, 6, 5):
        house.contract.execute([house.sends(6)], house.clerk.by)
    raw = keccak(text="statement")
    assert house.accepts(raw, house.signs(raw, house.approver))
    done = house.changed(limits=[(world.cash.address, house.transfer, (0, 0, 0))])
    emitted(done, "LimitSet", target=world.cash, selector=house.transfer, limit=(0, 0, 0))
    with refused("NoLimit", world.cash, house.transfer):
        house.contract.execute([house.sends(1)], house.clerk.by)
    assert len(house.contract.limits()) == 1


def test_a_faulty_change_is_refused_when_it_is_proposed(world, house):
    cash = world.cash.address
    with refused("ZeroAmount"):
        house.change()
    with refused("TooMany", "SETTINGS", 65, 64):
        house.change(limits=[(cash, f"0x{n:08x}", (0, 1, 1)) for n in range(65)])
    with refused("TooMany", "POLICY", 2, 1):
        house.change(policy=[house.policy()] * 2)
    with refused("ZeroHash", "KEY"):
        house.change((ZERO_ADDRESS, CLERK))
    with refused("SameParty", house, house):
        house.change((house.address, CLERK))
    with refused("Unknown", "ROLE", 3):
        house.change((house.newcomer, 3))
    with refused("ZeroHash", "TARGET"):
        house.change(limits=[(ZERO_ADDRESS, house.transfer, (0, 1, 1))])
    with refused("AmountTooLarge", 2, 1):
        house.change(limits=[(cash, house.transfer, (0, 2, 1))])
    with refused("DelayTooShort", 0, HOUR):
        house.change(policy=[house.policy(delay=0)])


@pytest.mark.usefixtures("heavy_refusal")
def test_a_change_leaves_an_account_whole(world, house):
    change = house.change((house.approver, 0), (house.partner, CLERK))
    limits = [(world.cash.address, f"0x{n:08x}", (0, 1, 1)) for n in range(63)]
    many = house.change(limits=limits)
    agent = house.change((house.agent, CLERK))
    chain.sleep(DELAY)
    with refused("KeysMissing", APPROVER):
        house.contract.executeChange(change, house.approver.by)
    with refused("TooMany", "LIMITS", 65, 64):
        house.contract.executeChange(many, house.approver.by)
    with refused("AgentHoldsKey", house.agent):
        house.contract.executeChange(agent, house.approver.by)


# --- recovery ---


@pytest.mark.spec("ACC-2")
def test_the_agent_brings_new_keys_and_everything_stays_where_it_is(world, house):
    keys = [(house.clerk, 0), (house.second, 0), (house.approver, 0), (house.partner, 0)]
    tx = house.contract.recover(
        [(a.address, role) for a, role in [*keys, (house.newcomer, CLERK), (house.successor, APPROVER)]],
        house.agent.by,
    )
    change, ready = tx.events["ChangeProposed"]["change"], tx.timestamp + RECOVERY
    emitted(tx, "ChangeProposed", by=house.agent, readyAt=ready, recovery=True)
    chain.sleep(DELAY)
    with refused("ChangeNotReady", change, ready, ...):
        house.contract.executeChange(change, house.agent.by)
    chain.sleep(RECOVERY - DELAY)
    house.contract.executeChange(change, house.agent.by)
    assert sorted(house.keys(), key=lambda k: k[1]) == [
        (house.newcomer.address, CLERK),
        (house.successor.address, APPROVER),
    ]
    call = house.sends(MONEY)
    proposal = int(house.contract.propose([call], house.newcomer.by).events["ActProposed"]["proposal"])
    house.contract.approve(proposal, [call], house.successor.by)
    assert world.supplier.balance() == MONEY


@pytest.mark.spec("ACC-2")
@pytest.mark.parametrize("who", ["clerk", "second", "approver", "partner", "agent"])
def test_every_present_key_can_veto_a_recovery(house, who):
    change = house.recovery((house.newcomer, APPROVER), (house.approver, 0))
    chain.sleep(DELAY)
    house.contract.veto(change, getattr(house, who).by)
    chain.sleep(RECOVERY)
    with refused("WrongState", "CHANGE", change, STOPPED, OPEN):
        house.contract.executeChange(change, house.agent.by)


@pytest.mark.spec("ACC-2")
def test_nobody_but_the_agent_recovers(world, house):
    for actor in (world.operator, world.guardian, world.stranger, house.approver):
        with refused("NotParty", actor, house.agent):
            house.contract.recover([(house.newcomer.address, CLERK)], actor.by)


def test_a_suspended_agent_recovers_nothing(world, house):
    change = house.recovery((house.newcomer, APPROVER))
    world.operator.suspends(house.agent)
    with refused("Suspended", house.agent):
        house.contract.recover([(house.newcomer.address, CLERK)], house.agent.by)
    chain.sleep(RECOVERY)
    with refused("Suspended", house.agent):
        house.contract.executeChange(change, house.agent.by)


def test_an_agent_named_no_more_recovers_nothing(world, house):
    change = house.recovery((house.newcomer, APPROVER))
    house.changed(policy=[house.policy(agent=world.factor.address)])
    chain.sleep(RECOVERY)
    with refused("NotParty", house.agent, world.factor):
        house.contract.executeChange(change, house.agent.by)


def test_without_an_agent_there_is_no_recovery(world, house):
    house.changed(policy=[house.policy(agent=ZERO_ADDRESS)])
    with refused("NotParty", house.agent, ZERO_ADDRESS):
        house.recovery((house.newcomer, APPROVER))


def test_an_account_is_somebody_elses_agent(world, house):
    """Acts of the ledger and of other accounts are alike: the caller is the account."""
    ward = House(world, agent=house.address)
    keys = [(house.newcomer.address, APPROVER)]
    call = (ward.address, ward.contract.recover.encode_input(keys))
    house.contract.approve(house.proposed(call), [call], house.approver.by)
    assert ward.contract.change(1)[0][0] == house.address


@pytest.mark.spec("ACC-3")
def test_the_admission_is_the_accounts_and_not_its_keys(world, house):
    world.operator.admits(house.newcomer, INVESTOR)
    keys, limits, policy = house.settings({})
    tx = world.account_factory.make(
        digest("keys of a participant"),
        ([*keys, (house.newcomer.address, CLERK)], limits, policy),
        world.stranger.by,
    )
    strange = world.at("Account", tx.events["AccountMade"]["account"])
    with refused("NotAdmitted", strange):
        strange.execute([house.files("x")], house.newcomer.by)
