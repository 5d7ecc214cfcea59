"""CreditLines: bank to group, group to subsidiary; what is in use never exceeds a limit at either level."""

import pytest

from tests.contracts.refusals import emitted, refused
from tests.contracts.world import BANK, CNY, JPY, NOBODY, OBLIGOR, label

LIMIT, SUB_LIMIT = 1_000, 600


@pytest.fixture(scope="module")
def module(world):
    """An account that may use lines, as Receivables and Maturity do."""
    world.changes(world.credit_lines, "setDuty", world.deployer, label("RECEIVABLES"))
    return world.deployer.by


@pytest.fixture(scope="module")
def line(world):
    return world.bank.grants(world.core, LIMIT)


@pytest.fixture(scope="module")
def sub(world, line):
    return world.core.grants_sub(line, world.company, SUB_LIMIT)


def use(world, line):
    """(reserved, outstanding)"""
    return tuple(map(int, world.credit_lines.line(line)[7:9]))


def change(world, line, limit, by, suspended=False, expires=None):
    expires = world.today + 400 if expires is None else expires
    return world.credit_lines.change(line, limit, expires, suspended, by.by)


def asks(world, module, line, holder, amount, currency=CNY):
    """The question and the act."""
    arguments = (line, holder, currency, amount)
    return (
        lambda: world.credit_lines.checkReserve(*arguments),
        lambda: world.credit_lines.reserve(*arguments, module),
    )


# --- granting ---


def test_a_bank_grants_a_line(world):
    expires = world.today + 30
    tx = world.credit_lines.grant(world.core, CNY, LIMIT, expires, world.bank.by)
    emitted(
        tx,
        "LineGranted",
        line=world.credit_lines.count(),
        bank=world.bank,
        holder=world.core,
        parent=0,
        currency="CNY",
        limit=LIMIT,
        expiresOn=expires,
    )
    bank, suspended, parent, until, holder, _, limit, reserved, outstanding, _ = world.credit_lines.line(
        world.credit_lines.count()
    )
    assert (bank, suspended, parent, until, holder) == (world.bank, False, 0, expires, world.core)
    assert (limit, reserved, outstanding) == (LIMIT, 0, 0)


def test_granting_is_for_banks_to_obligors(world):
    with refused("MissingRole", world.financier, ..., BANK):
        world.financier.grants(world.core, LIMIT)
    with refused("MissingRole", world.supplier, ..., OBLIGOR):
        world.bank.grants(world.supplier, LIMIT)
    with refused("SameParty", world.bank, world.bank):
        world.bank.grants(world.bank, LIMIT)
    with refused("NotAdmitted", world.stranger):
        world.bank.grants(world.stranger, LIMIT)


def test_a_line_has_a_limit_a_currency_and_a_day_ahead(world):
    with refused("ZeroAmount"):
        world.bank.grants(world.core, 0)
    with refused("ZeroHash", "CURRENCY"):
        world.bank.grants(world.core, LIMIT, currency=b"\0\0\0")
    yesterday = world.today - 1
    with refused("DateOutOfOrder", "EXPIRES_ON", yesterday, world.today):
        world.bank.grants(world.core, LIMIT, yesterday)


def test_a_group_passes_part_of_its_line_to_a_subsidiary(world, line, sub):
    bank, _, parent, _, holder, currency, limit, *_ = world.credit_lines.line(sub)
    assert (bank, parent, holder, limit) == (world.bank, line, world.company, SUB_LIMIT)
    assert currency == "0x" + CNY.hex()


def test_passing_on_stays_in_the_group_and_within_the_line(world, line, sub):
    with refused("NotParty", world.bank, world.core):
        world.bank.grants_sub(line, world.company, 1)
    with refused("NotParty", world.issuer, world.core):
        world.core.grants_sub(line, world.issuer, 1)
    with refused("LineExceeded", line, LIMIT, LIMIT + 1):
        world.core.grants_sub(line, world.company, LIMIT + 1)
    with refused("LevelTooDeep", sub):
        world.company.grants_sub(sub, world.core, 1)
    with refused("Unknown", "CREDIT_LINE", 99):
        world.core.grants_sub(99, world.company, 1)
    world.operator.amends(world.company, roles=0)
    with refused("MissingRole", world.company, 0, OBLIGOR):
        world.core.grants_sub(line, world.company, 1)
    world.operator.suspends(world.company)
    with refused("Suspended", world.company):
        world.core.grants_sub(line, world.company, 1)


def test_a_firm_without_a_group_has_no_subsidiary(world):
    world.operator.amends(world.core, group=0)
    world.operator.amends(world.company, group=0)
    line = world.bank.grants(world.core, LIMIT)
    with refused("NotParty", world.company, world.core):
        world.core.grants_sub(line, world.company, 1)


# --- asking for a line ---

REQUESTED, ACTIVE, SUSPENDED, EXPIRED, REFUSED_, WITHDRAWN = range(1, 7)


@pytest.fixture
def request_(world):
    return asked(world)


def asked(world, bank=None, limit=LIMIT):
    tx = world.credit_lines.request(bank or world.bank, CNY, limit, world.today + 30, world.core.by)
    return int(tx.events["LineRequested"]["line"])


def state(world, line):
    return int(world.credit_lines.stateOf(line))


@pytest.mark.spec("LINE-2")
def test_an_obligor_asks_and_the_bank_grants_what_it_wants_of_it(world, module, request_):
    lines = world.credit_lines
    assert state(world, request_) == REQUESTED
    assert tuple(map(int, lines.requestOf(request_))) == (LIMIT, world.today + 30)
    assert use(world, request_) == (0, 0) and int(lines.line(request_)[6]) == 0
    for ask in asks(world, module, request_, world.core, 1):
        with refused("WrongState", "CREDIT_LINE", request_, REQUESTED, ACTIVE):
            ask()
    tx = lines.grantRequested(request_, 700, world.today + 20, world.bank.by)
    emitted(tx, "LineGranted", line=request_, bank=world.bank, holder=world.core, limit=700)
    assert state(world, request_) == ACTIVE and int(lines.line(request_)[6]) == 700
    lines.reserve(request_, world.core, CNY, 700, module)


@pytest.mark.spec("LINE-2")
def test_several_banks_are_asked_and_each_answers_for_itself(world, request_):
    world.operator.amends(world.financier, roles=BANK)
    other = asked(world, world.financier)
    tx = world.credit_lines.refuseRequest(request_, label("TOO MUCH"), world.bank.by)
    emitted(tx, "LineRefused", line=request_, reason="TOO MUCH")
    world.credit_lines.grantRequested(other, LIMIT, world.today + 30, world.financier.by)
    assert (state(world, request_), state(world, other)) == (REFUSED_, ACTIVE)


@pytest.mark.spec("LINE-2")
def test_only_the_bank_that_was_asked_answers(world, request_):
    lines = world.credit_lines
    world.operator.amends(world.financier, roles=BANK)
    for who in (world.financier, world.core, world.operator):
        with refused("NotParty", who, world.bank):
            lines.grantRequested(request_, LIMIT, world.today, who.by)
        with refused("NotParty", who, world.bank):
            lines.refuseRequest(request_, label("NO"), who.by)
    with refused("ZeroHash", "REASON"):
        lines.refuseRequest(request_, "0x" + "00" * 32, world.bank.by)
    world.operator.amends(world.bank, roles=0)
    with refused("MissingRole", world.bank, 0, BANK):
        lines.grantRequested(request_, LIMIT, world.today, world.bank.by)
    world.operator.suspends(world.bank)
    with refused("Suspended", world.bank):
        lines.refuseRequest(request_, label("NO"), world.bank.by)


def test_what_is_asked_for_is_a_line(world, request_):
    lines, day = world.credit_lines, world.today
    with refused("ZeroAmount"):
        lines.request(world.bank, CNY, 0, day, world.core.by)
    with refused("MissingRole", world.financier, ..., BANK):
        lines.request(world.financier, CNY, 1, day, world.core.by)
    with refused("MissingRole", world.supplier, ..., OBLIGOR):
        lines.request(world.bank, CNY, 1, day, world.supplier.by)
    with refused("SameParty", world.bank, world.bank):
        lines.request(world.bank, CNY, 1, day, world.bank.by)
    with refused("ZeroAmount"):
        lines.grantRequested(request_, 0, day, world.bank.by)
    with refused("DateOutOfOrder", "EXPIRES_ON", day - 1, day):
        lines.grantRequested(request_, 1, day - 1, world.bank.by)


@pytest.mark.spec("LINE-2")
@pytest.mark.parametrize("answer", ["grantRequested", "refuseRequest", "withdrawRequest"])
def test_a_request_is_answered_once(world, request_, answer):
    lines, day = world.credit_lines, world.today
    acts = {
        "grantRequested": lambda: lines.grantRequested(request_, LIMIT, day, world.bank.by),
        "refuseRequest": lambda: lines.refuseRequest(request_, label("NO"), world.bank.by),
        "withdrawRequest": lambda: lines.withdrawRequest(request_, world.core.by),
    }
    acts[answer]()
    had = {"grantRequested": ACTIVE, "refuseRequest": REFUSED_, "withdrawRequest": WITHDRAWN}[answer]
    assert state(world, request_) == had
    for act in acts.values():
        with refused("WrongState", "CREDIT_LINE", request_, had, REQUESTED):
            act()
    if had == ACTIVE:
        return
    for act in (
        lambda: change(world, request_, LIMIT, world.bank),
        lambda: world.core.grants_sub(request_, world.company, 1),
    ):
        with refused("WrongState", "CREDIT_LINE", request_, had, ACTIVE):
            act()


def test_only_who_asked_withdraws(world, request_):
    with refused("NotParty", world.bank, world.core):
        world.credit_lines.withdrawRequest(request_, world.bank.by)
    emitted(world.credit_lines.withdrawRequest(request_, world.core.by), "LineWithdrawn", line=request_)


def test_the_state_of_a_line_is_seen_at_both_levels(world, line, sub):
    assert (state(world, 99), state(world, line), state(world, sub)) == (0, ACTIVE, ACTIVE)
    change(world, line, LIMIT, world.bank, suspended=True)
    assert (state(world, line), state(world, sub)) == (SUSPENDED, SUSPENDED)
    change(world, line, LIMIT, world.bank, expires=world.today)
    world.days_pass(1)
    assert (state(world, line), state(world, sub)) == (EXPIRED, EXPIRED)
    change(world, line, LIMIT, world.bank)
    change(world, sub, SUB_LIMIT, world.core, suspended=True)
    assert (state(world, line), state(world, sub)) == (ACTIVE, SUSPENDED)


# --- use ---


@pytest.mark.spec("LINE-1")
def test_use_counts_at_both_levels(world, module, line, sub):
    lines = world.credit_lines
    tx = lines.reserve(sub, world.company, CNY, 500, module)
    emitted(tx, "LineUsed", line=sub, reserved=500, outstanding=0)
    emitted(tx, "LineUsed", line=line, reserved=500, outstanding=0)
    tx = lines.convert(sub, 300, module)
    emitted(tx, "LineUsed", line=line, reserved=200, outstanding=300)
    tx = lines.unreserve(sub, 50, module)
    emitted(tx, "LineUsed", line=sub, reserved=150, outstanding=300)
    tx = lines.release(sub, 100, module)
    emitted(tx, "LineUsed", line=line, reserved=150, outstanding=200)
    assert use(world, line) == use(world, sub) == (150, 200)


@pytest.mark.spec("LINE-1")
def test_a_line_is_never_exceeded(world, module, line):
    world.credit_lines.reserve(line, world.core, CNY, LIMIT - 1, module)
    world.credit_lines.convert(line, 400, module)
    for ask in asks(world, module, line, world.core, 2):
        with refused("LineExceeded", line, 1, 2):
            ask()
    for ask in asks(world, module, line, world.core, 2**256 - 1):
        with refused("LineExceeded", line, 1, 2**256 - 1):
            ask()
    for ask in asks(world, module, line, world.core, 1):
        ask()
    assert sum(use(world, line)) == LIMIT


@pytest.mark.spec("LINE-1")
def test_the_groups_line_bounds_its_subsidiaries(world, module, line, sub):
    world.credit_lines.reserve(line, world.core, CNY, 700, module)
    for ask in asks(world, module, sub, world.company, 301):
        with refused("LineExceeded", line, 300, 301):
            ask()
    for ask in asks(world, module, sub, world.company, 601):
        with refused("LineExceeded", sub, 600, 601):
            ask()
    world.credit_lines.reserve(sub, world.company, CNY, 300, module)
    assert use(world, line) == (1_000, 0) and use(world, sub) == (300, 0)


def test_a_line_is_used_by_its_holder_in_its_currency(world, module, line):
    for ask in asks(world, module, line, world.company, 1):
        with refused("NotParty", world.company, world.core):
            ask()
    for ask in asks(world, module, line, world.core, 1, JPY):
        with refused("CurrencyMismatch", "JPY", "CNY"):
            ask()
    for ask in asks(world, module, line, world.core, 0):
        with refused("ZeroAmount"):
            ask()
    for ask in asks(world, module, 99, world.core, 1):
        with refused("Unknown", "CREDIT_LINE", 99):
            ask()


def test_a_bank_that_is_no_bank_any_more_vouches_for_nothing(world, module, line):
    world.operator.amends(world.bank, roles=0)
    for ask in asks(world, module, line, world.core, 1):
        with refused("MissingRole", world.bank, 0, BANK):
            ask()
    world.operator.suspends(world.bank)
    for ask in asks(world, module, line, world.core, 1):
        with refused("Suspended", world.bank):
            ask()


@pytest.mark.parametrize("level", ["line", "sub"])
def test_a_suspended_line_reserves_nothing_at_either_level(world, module, line, sub, level):
    which, limit = (line, LIMIT) if level == "line" else (sub, SUB_LIMIT)
    change(world, which, limit, world.bank, suspended=True)
    for ask in asks(world, module, sub, world.company, 1):
        with refused("LineSuspended", which):
            ask()


@pytest.mark.parametrize("level", ["line", "sub"])
def test_an_expired_line_reserves_nothing_at_either_level(world, module, line, sub, level):
    which, limit = (line, LIMIT) if level == "line" else (sub, SUB_LIMIT)
    last = world.today
    change(world, which, limit, world.bank, expires=last)
    world.credit_lines.checkReserve(sub, world.company, CNY, 1)
    world.days_pass(1)
    for ask in asks(world, module, sub, world.company, 1):
        with refused("LineExpired", which, last, last + 1):
            ask()


@pytest.mark.spec("LINE-1")
def test_only_modules_use_lines(world, line):
    lines = world.credit_lines
    for who in (world.bank, world.core, world.operator, world.stranger):
        with refused("NotModule", who, "CREDIT_LINES"):
            lines.reserve(line, world.core, CNY, 1, who.by)
        for act in (lines.convert, lines.unreserve, lines.release):
            with refused("NotModule", who, "CREDIT_LINES"):
                act(line, 1, who.by)


# --- changing ---


def test_a_bank_changes_its_line(world, line):
    expires = world.today + 5
    tx = world.credit_lines.change(line, 2_000, expires, True, world.bank.by)
    emitted(tx, "LineChanged", line=line, limit=2_000, expiresOn=expires, suspended=True)
    _, suspended, _, until, _, _, limit, *_ = world.credit_lines.line(line)
    assert (suspended, until, limit) == (True, expires, 2_000)


@pytest.mark.spec("LINE-1")
def test_a_limit_is_never_lowered_below_its_use(world, module, line):
    world.credit_lines.reserve(line, world.core, CNY, 400, module)
    world.credit_lines.convert(line, 100, module)
    with refused("LimitBelowUse", line, 400, 399):
        change(world, line, 399, world.bank)
    change(world, line, 400, world.bank)
    for ask in asks(world, module, line, world.core, 1):
        with refused("LineExceeded", line, 0, 1):
            ask()


def test_who_may_change_a_line(world, line, sub):
    for who in (world.core, world.company, world.operator):
        with refused("NotParty", who, world.bank):
            change(world, line, LIMIT, who)
    with refused("NotParty", world.company, world.core):
        change(world, sub, SUB_LIMIT, world.company)
    change(world, sub, SUB_LIMIT - 1, world.core)
    change(world, sub, SUB_LIMIT - 2, world.bank)
    with refused("Unknown", "CREDIT_LINE", 99):
        change(world, 99, 1, world.bank)
    with refused("LineExceeded", line, LIMIT, LIMIT + 1):
        change(world, sub, LIMIT + 1, world.core)
    world.operator.suspends(world.bank)
    with refused("Suspended", world.bank):
        change(world, line, LIMIT, world.bank)


def test_only_the_bank_lifts_a_suspension(world, line, sub):
    change(world, sub, SUB_LIMIT, world.core, suspended=True)
    with refused("NotParty", world.core, world.bank):
        change(world, sub, SUB_LIMIT, world.core)
    change(world, sub, SUB_LIMIT, world.bank)
    assert not world.credit_lines.line(sub)[1]


def test_an_unknown_line_reads_as_nothing(world):
    assert world.credit_lines.line(99)[0] == NOBODY
