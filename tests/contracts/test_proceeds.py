"""Proceeds: a bond's books, projects, budget lines and allocations."""

import pytest

from tests.contracts import given
from tests.contracts.given import ALLOCATED, COST, RAISED
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import CATALOGUE, CNY, INVESTOR, ISSUER, JPY, NOBODY, ZERO, axis_of, digest, label

POOLED = RAISED - COST


@pytest.fixture(scope="module")
def bond(world):
    return given.closed_bond(world)


@pytest.fixture(scope="module")
def line(world, bond):
    return given.open_line(world, bond)


@pytest.fixture(scope="module")
def framework(world, bond):
    return int(world.bond_office.bond(bond)["terms"][0])


@pytest.fixture
def module(world):
    """An account with a duty that only real modules have."""

    def named(duty):
        world.changes(world.proceeds, "setDuty", world.deployer, label(duty))
        return world.deployer.by

    return named


def line_axis(line):
    return axis_of("PROCEEDS", "LINE", line)


def pool(bond):
    return axis_of("PROCEEDS", "POOL", bond)


# --- costs ---


@pytest.mark.spec("BOND-1")
def test_issue_costs_are_paid_from_their_axis(world, bond):
    document = world.issuer.files("fee note")
    tx = world.proceeds.payCost(bond, world.bank, 60_000, document, world.issuer.by)
    emitted(tx, "CostPaid", bond=bond, payee=world.bank, amount=60_000, document=document)
    cost = axis_of("PROCEEDS", "COST", bond)
    emitted(tx, "Moved", fromAxis=cost, toAxis=world.bank, amount=60_000, outOffset=0)
    assert world.bank.balance() == 60_000
    assert world.states(bond)["cost"] == COST
    with refused("InsufficientBalance", cost, 40_000, 40_001):
        world.proceeds.payCost(bond, world.bank, 40_001, document, world.issuer.by)


def test_costs_are_paid_by_the_issuer_against_its_document(world, bond):
    document = world.issuer.files("fee note")
    pay = world.proceeds.payCost
    with refused("NotParty", world.rival, world.issuer):
        pay(bond, world.bank, 1, document, world.rival.by)
    with refused("NotParty", world.issuer, NOBODY):
        pay(99, world.bank, 1, document, world.issuer.by)
    with refused("DocumentUnknown", digest("?"), world.issuer, 0):
        pay(bond, world.bank, 1, digest("?"), world.issuer.by)
    with refused("ZeroAmount"):
        pay(bond, world.bank, 0, document, world.issuer.by)
    with refused("NotAdmitted", world.stranger):
        pay(bond, world.stranger, 1, document, world.issuer.by)


# --- projects and lines ---


def test_an_issuer_registers_a_project(world, framework):
    document = world.issuer.files("permit")
    tx = world.proceeds.registerProject(
        framework, world.company, label("WIND"), CNY, 500, "Wind farm", document, world.issuer.by
    )
    emitted(
        tx,
        "ProjectRegistered",
        framework=framework,
        company=world.company,
        category=1,
        currency="0x" + CNY.hex(),
        budget=500,
        label="Wind farm",
        document=document,
    )
    project = tx.events["ProjectRegistered"]["project"]
    company, of, category, currency, budget, allocated = world.proceeds.project(project)
    assert (company, of, category, budget, allocated) == (world.company, framework, 1, 500, 0)
    assert bytes(currency) == CNY
    assert world.proceeds.counts()[0] == project


def test_a_project_needs_its_issuer_a_company_a_category_a_budget_and_a_document(world, framework):
    document = world.issuer.files("permit")
    world.rival.files("permit")

    def register(
        by=world.issuer,
        of=framework,
        company=world.company,
        category="WIND",
        budget=1,
        paper=document,
        currency=CNY,
    ):
        world.proceeds.registerProject(of, company, label(category), currency, budget, "", paper, by.by)

    with refused("NotParty", world.rival, world.issuer):
        register(by=world.rival)
    with refused("NotParty", world.issuer, NOBODY):
        register(of=99)
    with refused("NotAdmitted", world.stranger):
        register(company=world.stranger)
    with refused("CategoryUnknown", framework, "COAL"):
        register(category="COAL")
    with refused("ZeroHash", "CURRENCY"):
        register(currency=b"\0\0\0")
    with refused("ZeroAmount"):
        register(budget=0)
    with refused("DocumentUnknown", digest("?"), world.issuer, 0):
        register(paper=digest("?"))
    world.operator.amends(world.issuer, roles=INVESTOR)
    with refused("MissingRole", world.issuer, INVESTOR, ISSUER):
        register()


def test_an_issuer_opens_a_budget_line(world, bond, framework):
    project = world.issuer.registers_project(framework, world.company)
    tx = world.proceeds.openLine(bond, project, 700, True, "Turbines", world.issuer.by)
    emitted(tx, "LineOpened", bond=bond, project=project, budget=700, companyMaySpend=True, label="Turbines")
    line = tx.events["LineOpened"]["line"]
    read = world.proceeds.line(line)
    named = ("issuer", "bond", "project", "category", "companyMaySpend", "cash", "framework")
    assert [read[name] for name in named] == [world.issuer, bond, project, 0, True, world.cash, framework]
    assert (read["budget"], read["allocated"], read["conditions"]) == (700, 0, 0)
    assert line in world.proceeds.linesOf(bond) and world.proceeds.counts()[1] == line


def test_a_line_belongs_to_the_bonds_framework_and_issuer(world, bond, framework):
    project = world.issuer.registers_project(framework, world.company)
    with refused("NotParty", world.rival, world.issuer):
        world.rival.opens_line(bond, project)
    with refused("NotParty", world.issuer, NOBODY):
        world.issuer.opens_line(99, project)
    with refused("Unknown", "PROJECT", 99):
        world.issuer.opens_line(bond, 99)
    with refused("ZeroAmount"):
        world.issuer.opens_line(bond, project, 0)
    document = world.issuer.files("permit")
    tx = world.proceeds.registerProject(
        framework, world.company, label("SOLAR"), JPY, 1, "Abroad", document, world.issuer.by
    )
    with refused("CurrencyMismatch", CNY, JPY):
        world.issuer.opens_line(bond, tx.events["ProjectRegistered"]["project"])
    other = given.reviewed_framework(world)
    foreign = world.issuer.registers_project(other, world.company)
    with refused("FrameworkMismatch", other, framework):
        world.issuer.opens_line(bond, foreign)


def test_a_bond_has_at_most_128_lines(world, bond, line):
    project = int(world.proceeds.line(line)["project"])
    one_more = world.proceeds.openLine.encode_input(bond, project, 1, False, "")
    for _ in range(128 - len(world.proceeds.linesOf(bond))):
        world.quietly(world.issuer, world.proceeds, one_more)
    with refused("TooManyLines", bond, 128):
        world.issuer.opens_line(bond, project, 1)
    assert sum(world.states(bond).values()) == RAISED


# --- allocation ---


@pytest.mark.spec("BOND-1")
def test_an_allocation_moves_pool_money_to_the_line(world, bond, line):
    world.issuer.allocates(line, 1_000_000)
    tx = world.issuer.allocates(line, 500_000)
    emitted(tx, "Allocated", bond=bond, line=line, amount=500_000)
    emitted(
        tx,
        "Moved",
        fromAxis=pool(bond),
        toAxis=line_axis(line),
        amount=500_000,
        outOffset=1_000_000,
        inOffset=1_000_000,
    )
    states = world.states(bond)
    assert (states["available"], states["unallocated"]) == (1_500_000, POOLED - 1_500_000)
    assert sum(states.values()) == RAISED
    assert world.proceeds.line(line)["allocated"] == 1_500_000
    assert world.proceeds.project(world.proceeds.line(line)["project"])[5] == 1_500_000


@pytest.mark.spec("BOND-1")
def test_a_deallocation_goes_back_to_the_pool(world, bond, line):
    world.issuer.allocates(line, ALLOCATED)
    tx = world.proceeds.deallocate(line, 300_000, world.issuer.by)
    emitted(tx, "Deallocated", bond=bond, line=line, amount=300_000)
    states = world.states(bond)
    assert (states["available"], states["spent"]) == (ALLOCATED - 300_000, 0)
    assert states["unallocated"] == POOLED - ALLOCATED + 300_000 and sum(states.values()) == RAISED
    assert world.proceeds.line(line)["allocated"] == ALLOCATED - 300_000
    with refused("OverBudget", line, ALLOCATED - 300_000, ALLOCATED):
        world.proceeds.deallocate(line, ALLOCATED, world.issuer.by)


def test_allocation_stays_within_line_project_and_pool(world, bond, framework):
    wide = world.issuer.registers_project(framework, world.company, budget=2**96 - 1)
    first = world.issuer.opens_line(bond, wide, 100)
    with refused("OverBudget", first, 100, 101):
        world.issuer.allocates(first, 101)
    with refused("OverBudget", first, 100, 2**256 - 1):
        world.issuer.allocates(first, 2**256 - 1)
    narrow = world.issuer.registers_project(framework, world.company, budget=150)
    lines = [world.issuer.opens_line(bond, narrow, 100) for _ in range(2)]
    world.issuer.allocates(lines[0], 100)
    with refused("OverAllocated", narrow, 50, 51):
        world.issuer.allocates(lines[1], 51)
    huge = world.issuer.opens_line(bond, wide, 2**96 - 1)
    with refused("OverProceeds", bond, POOLED - 100, POOLED - 99):
        world.issuer.allocates(huge, POOLED - 99)


def test_nothing_is_allocated_before_closing(world):
    bond = given.booked_bond(world)
    line = given.open_line(world, bond)
    with refused("OverProceeds", bond, 0, 1):
        world.issuer.allocates(line, 1)
    assert sum(world.states(bond).values()) == world.proceeds.raised(bond) == 0


@pytest.mark.spec("BOND-2")
def test_allocation_is_asked_about_before_it_is_sent(world, line, framework):
    """The same refusals in the same words; the gate's other side is asked in the tests of works."""
    room = int(world.proceeds.line(line)["budget"])
    for amount, refusal in (
        (0, ("ZeroAmount",)),
        (room + 1, ("OverBudget", line, room, room + 1)),
    ):
        for ask in (world.proceeds.checkAllocate, world.proceeds.allocate):
            with refused(*refusal):
                ask(line, amount, world.issuer.by)
    world.proceeds.checkAllocate(line, 5)
    world.issuer.allocates(line, 5)
    world.proceeds.checkDeallocate(line, 5)
    for ask in (world.proceeds.checkAllocate, world.proceeds.checkDeallocate):
        with refused("Unknown", "LINE", 99):
            ask(99, 1)
    with refused("OverBudget", line, 5, 6):
        world.proceeds.checkDeallocate(line, 6)
    world.frameworks.withdrawReview(framework, digest("why"), world.verifier.by)
    for ask in (world.proceeds.checkAllocate, world.proceeds.allocate):
        with refused("ReviewMissing", framework, 0, 1):
            ask(line, 1, world.issuer.by)
    world.operator.suspends(world.issuer)
    for ask in (world.proceeds.checkAllocate, world.proceeds.checkDeallocate):
        with refused("Suspended", world.issuer):
            ask(line, 1)


def test_allocation_is_the_issuers_and_of_something(world, line):
    for act in (world.proceeds.allocate, world.proceeds.deallocate):
        with refused("NotParty", world.rival, world.issuer):
            act(line, 1, world.rival.by)
        with refused("NotParty", world.company, world.issuer):
            act(line, 1, world.company.by)
        with refused("Unknown", "LINE", 99):
            act(99, 1, world.issuer.by)
        with refused("ZeroAmount"):
            act(line, 0, world.issuer.by)
    world.operator.suspends(world.issuer)
    for act in (world.proceeds.allocate, world.proceeds.deallocate):
        with refused("Suspended", world.issuer):
            act(line, 1, world.issuer.by)


@pytest.mark.spec("BOND-2")
def test_allocation_needs_an_eligible_category_and_a_review(world, line, framework):
    world.frameworks.amend(framework, (digest("v2"), label(CATALOGUE), [label("WIND")], []), world.issuer.by)
    with refused("ReviewMissing", framework, 1, 2):
        world.issuer.allocates(line, 1)
    world.verifier.reviews(framework)
    with refused("CategoryNotAdmitted", framework, 0):
        world.issuer.allocates(line, 1)


def test_money_goes_back_to_the_pool_without_a_review(world, line, framework):
    world.issuer.allocates(line, 1_000)
    world.frameworks.withdrawReview(framework, digest("why"), world.verifier.by)
    world.proceeds.deallocate(line, 1_000, world.issuer.by)
    assert world.axis(line_axis(line)) == (1_000, 1_000)


# --- modules ---


@pytest.mark.spec("BOND-1")
@pytest.mark.parametrize("who", ["operator", "issuer", "stranger"])
def test_only_modules_with_the_duty_touch_the_books(world, bond, line, who):
    p, by = world.proceeds, getattr(world, who).by
    acts = {
        "BONDS": [
            lambda: p.openBooks(9, world.issuer, 1, world.cash, by),
            lambda: p.collectBooking(bond, world.investor, 1, by),
            lambda: p.acceptBooking(bond, world.investor, 1, by),
            lambda: p.returnBooking(bond, world.investor, 1, by),
            lambda: p.closeBooks(bond, 0, 0, by),
        ],
        "RECEIVABLES": [
            lambda: p.encumber(line, 9, world.company, ZERO, 1, by),
            lambda: p.releaseEncumbrance(9, by),
        ],
        "MATURITY": [
            lambda: p.payEncumbered(9, 0, 1, world.supplier, by),
            lambda: p.netBack(9, 0, 1, by),
            lambda: p.payKept(world.cash, world.supplier, world.issuer, by),
        ],
    }
    for duty, ways in acts.items():
        for act in ways:
            with refused("NotModule", by["from"], duty):
                act()


def test_books_close_once_even_for_a_faulty_module(world, bond, module):
    by = module("BONDS")
    with refused("WrongState", "BOOKS", bond, 1, 0):
        world.proceeds.closeBooks(bond, 0, 0, by)


def test_a_claim_of_nothing(world):
    with refused("NothingToClaim", world.supplier):
        world.proceeds.claim(world.cash, world.supplier.by)


@pytest.mark.spec("CASH-1")
def test_a_fake_cash_moves_nothing(world, bond):
    fake = world.new("FakeCash")
    before = world.cash.totalSupply(), world.states(bond)
    tx = world.proceeds.claim(fake, world.supplier.by)
    assert fake.calls() == 2 and len(tx.events) == 0
    assert (world.cash.totalSupply(), world.states(bond)) == before


def test_an_unknown_bond_reads_as_nothing(world):
    assert world.proceeds.raised(99) == 0 and sum(world.states(99).values()) == 0
