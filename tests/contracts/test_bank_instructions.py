"""Instructions to the settlement bank: answered once, against one booking; what failed comes back."""

import pytest

from tests.contracts import given
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import ZERO, axis_of, digest

DEPOSIT, PAY_IN, WITHDRAWAL = 1, 2, 3
INSTRUCTED, CONFIRMED, FAILED = 1, 2, 3
REFERENCE, REASON = digest("booking"), digest("account closed")
SET_ASIDE = 600


@pytest.fixture(scope="module")
def holder(world):
    """Redeemed 600 of its 1,000."""
    world.bank.mints(world.investor, 1_000)
    world.cash.redeem(SET_ASIDE, ZERO, world.investor.by)
    return world.investor


@pytest.fixture
def deposit(world, holder):
    tx = world.bank_instructions.instructDeposit(world.cash, 50, 0, holder.by)
    return int(tx.events["Instructed"]["instruction"])


def withdraws(world, holder, amount):
    tx = world.bank_instructions.instructWithdrawal(world.cash, amount, holder.by)
    return int(tx.events["Instructed"]["instruction"])


def waiting(world, holder):
    return world.cash.balanceOf(axis_of("CASH", "REDEMPTION", holder.address))


def answer_refused(world, act, id_, answer, *refusal, bank=None):
    """The question and the act, `confirm` or `fail`."""
    bank, at = bank or world.bank, world.bank_instructions
    ask = at.checkConfirm if act == "confirm" else at.checkFail
    with refused(*refusal):
        ask(id_, answer, bank)
    with refused(*refusal):
        getattr(at, act)(id_, answer, bank.by)


def deposit_refused(world, sender, cash, amount, receivable, *refusal):
    with refused(*refusal):
        world.bank_instructions.checkDeposit(cash, amount, receivable, sender)
    with refused(*refusal):
        world.bank_instructions.instructDeposit(cash, amount, receivable, sender.by)


@pytest.mark.spec("BANK-1")
def test_a_deposit_is_confirmed_against_a_booking(world, holder, deposit):
    at, today = world.bank_instructions, world.today
    assert tuple(at.instruction(deposit))[1:5] == (DEPOSIT, INSTRUCTED, today, 0)
    answer_refused(world, "confirm", deposit, REFERENCE, "NotBooked", world.cash, REFERENCE)
    world.bank.mints(holder, 50, REFERENCE)
    tx = at.confirm(deposit, REFERENCE, world.bank.by)
    emitted(tx, "InstructionConfirmed", instruction=deposit, bankReference=REFERENCE)
    kept = at.instruction(deposit)
    assert (kept["state"], kept["answeredOn"], kept["amount"]) == (CONFIRMED, today, 50)
    assert str(kept["answer"]) == REFERENCE
    assert (at.confirmedBy(world.cash, REFERENCE), at.count()) == (deposit, deposit)


@pytest.mark.spec("BANK-1")
def test_a_reference_confirms_once_and_an_instruction_is_answered_once(world, holder, deposit):
    second = world.bank_instructions.instructDeposit(world.cash, 50, 0, holder.by)
    second = int(second.events["Instructed"]["instruction"])
    world.bank.mints(holder, 50, REFERENCE)
    world.bank_instructions.confirm(deposit, REFERENCE, world.bank.by)
    answer_refused(world, "confirm", second, REFERENCE, "AlreadyUsed", "BANK_REFERENCE", REFERENCE)
    answered = ("WrongState", "INSTRUCTION", deposit, CONFIRMED, INSTRUCTED)
    answer_refused(world, "confirm", deposit, digest("other"), *answered)
    answer_refused(world, "fail", deposit, REASON, *answered)


@pytest.mark.spec("BANK-1")
def test_a_failed_deposit_says_why_and_moves_nothing(world, holder, deposit):
    before = (holder.balance(), waiting(world, holder))
    tx = world.bank_instructions.fail(deposit, REASON, world.bank.by)
    emitted(tx, "InstructionFailed", instruction=deposit, reason=REASON, returned=0)
    assert world.bank_instructions.instruction(deposit)["state"] == FAILED
    assert (holder.balance(), waiting(world, holder)) == before


def test_only_the_bank_answers_and_it_names_what_it_answers(world, holder, deposit):
    for act, answer, missing in (("confirm", REFERENCE, "BANK_REFERENCE"), ("fail", REASON, "REASON")):
        answer_refused(world, act, deposit, answer, "NotParty", holder, world.bank, bank=holder)
        answer_refused(world, act, deposit, ZERO, "ZeroHash", missing)
        answer_refused(world, act, 999, answer, "Unknown", "INSTRUCTION", 999)


def test_who_instructs_is_active_and_names_money(world, holder):
    book = world.piece_book
    deposit_refused(world, world.stranger, world.cash, 1, 0, "NotAdmitted", world.stranger)
    deposit_refused(world, holder, book, 1, 0, "CashUnknown", book)
    deposit_refused(world, holder, world.cash, 0, 0, "ZeroAmount")


@pytest.mark.spec("BANK-1")
def test_a_pay_in_is_for_a_receivable_of_the_obligors_own(world, holder):
    receivable = given.accepted_receivable(world)
    deposit_refused(world, holder, world.cash, 1, receivable, "NotParty", holder, world.core)
    deposit_refused(world, world.core, world.cash, 1, 999, "Unknown", "RECEIVABLE", 999)
    tx = world.bank_instructions.instructDeposit(world.cash, 70, receivable, world.core.by)
    emitted(tx, "Instructed", participant=world.core, way=PAY_IN, amount=70, receivable=receivable)


@pytest.mark.spec("BANK-1")
def test_a_withdrawal_is_of_what_was_redeemed_and_nothing_else_waits_for(world, holder):
    at = world.bank_instructions
    first = withdraws(world, holder, 400)
    assert at.instruction(first)["way"] == WITHDRAWAL and at.inFlight(world.cash, holder) == 400
    with refused("InsufficientBalance", holder, SET_ASIDE, 601):
        at.checkWithdrawal(world.cash, 201, holder)
    with refused("InsufficientBalance", holder, SET_ASIDE, 601):
        at.instructWithdrawal(world.cash, 201, holder.by)
    world.bank.burns(holder, 400, REFERENCE)
    at.confirm(first, REFERENCE, world.bank.by)
    assert at.inFlight(world.cash, holder) == 0
    withdraws(world, holder, 200)


@pytest.mark.spec("BANK-1")
def test_a_failed_withdrawal_brings_the_money_back(world, holder):
    had, id_ = holder.balance(), withdraws(world, holder, 400)
    tx = world.bank_instructions.fail(id_, REASON, world.bank.by)
    emitted(tx, "InstructionFailed", instruction=id_, reason=REASON, returned=400)
    emitted(tx, "Moved", toAxis=holder, amount=400, document=REASON)
    assert (holder.balance(), waiting(world, holder)) == (had + 400, SET_ASIDE - 400)
    assert world.bank_instructions.inFlight(world.cash, holder) == 0


@pytest.mark.parametrize(("cancelled", "returned"), [(50, 150), (200, 0), (350, 0)])
def test_what_was_cancelled_does_not_come_back_out_of_another_withdrawal(world, holder, cancelled, returned):
    withdraws(world, holder, 400)
    failed = withdraws(world, holder, 200)
    world.cash.cancelRedeem(cancelled, ZERO, holder.by)
    tx = world.bank_instructions.fail(failed, REASON, world.bank.by)
    emitted(tx, "InstructionFailed", instruction=failed, returned=returned)
    assert waiting(world, holder) == SET_ASIDE - cancelled - returned


def test_nobody_but_the_module_returns_a_redemption(world, holder):
    for sender in (world.bank, holder):
        with refused("NotModule", sender, "BANK"):
            world.cash.returnRedemption(holder, 1, ZERO, sender.by)
