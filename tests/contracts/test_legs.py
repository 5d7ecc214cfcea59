"""LEG-1: legs outside the ledger are attested by name, each bank reference once; nothing gates on them."""

import re
from pathlib import Path

import pytest

from tests.contracts import given
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import AUDITOR, BANK, INVESTOR, NOBODY, VERIFIER, ZERO, digest

WITNESSES = BANK | AUDITOR | VERIFIER
ROOT = Path(__file__).parents[2]


def leg(world, **changes):
    plain = {
        "bond": 0,
        "issuer": world.issuer.address,
        "currency": b"EUR",
        "kind": 1,
        "valueDay": world.today - 400,
        "amount": 500_000_00,
        "payer": NOBODY,
        "payee": world.issuer.address,
        "bankReference": digest("R-1"),
        "document": digest("statement"),
        "supersedes": 0,
        "instrument": "XS2222222229",
        "bank": "Bank outside",
        "from": "investors",
        "to": "special account",
        "project": "",
        "reason": "",
    }
    return tuple((plain | changes).values())


def attested(world, by="bank", **changes):
    who = getattr(world, by)
    world.legs.attest(leg(world, **changes), who.by)
    return world.legs.count()


@pytest.fixture
def papers(world):
    for who in (world.bank, world.auditor, world.verifier, world.issuer):
        who.files("statement")
    return world


@pytest.mark.spec("LEG-1")
@pytest.mark.parametrize("by", ["bank", "auditor", "verifier"])
def test_a_witness_attests_and_no_money_moves(papers, by):
    """LEG-1"""
    world, who, said = papers, getattr(papers, by), leg(papers)
    before = world.cash.totalSupply()
    world.legs.checkAttest(said, who)
    tx = world.legs.attest(said, who.by)
    emitted(tx, "LegAttested", leg=1, attester=who, bond=0)
    standing = world.legs.leg(1)
    assert tuple(standing)[:5] == (who.address, 2, 0, who.address, 0)
    assert standing[6] == world.legs.contentOf(said)
    assert world.legs.legOf(who, "Bank outside", digest("R-1")) == 1
    assert world.cash.totalSupply() == before and set(tx.events.keys()) == {"LegAttested"}


@pytest.mark.spec("LEG-1")
def test_no_other_contract_knows_legs():
    """LEG-1: nothing gates on them, because nothing asks them."""
    sources = [path for path in (ROOT / "contracts").rglob("*.sol") if path.stem not in ("Legs", "ILegs")]
    assert len(sources) > 60
    assert [path.name for path in sources if re.search(r"\bI?Legs\b", path.read_text())] == []


def test_nobody_else_attests(papers):
    world = papers
    with refused("MissingRole", world.investor, INVESTOR, WITNESSES):
        world.legs.attest(leg(world), world.investor.by)
    with refused("NotAdmitted", world.stranger):
        world.legs.checkAttest(leg(world), world.stranger)
    with refused("SameParty", world.bank, world.bank):
        world.legs.attest(leg(world, issuer=world.bank.address), world.bank.by)
    world.operator.suspends(world.bank)
    with refused("Suspended", world.bank):
        world.legs.attest(leg(world), world.bank.by)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"bond": 77}, ("Unknown", "BOND", 77)),
        ({"currency": bytes(3)}, ("ZeroHash", "CURRENCY")),
        ({"instrument": ""}, ("ZeroHash", "INSTRUMENT")),
        ({"kind": 0}, ("WrongState", "LEG_KIND", 0, 0, 5)),
        ({"kind": 6}, ("WrongState", "LEG_KIND", 6, 6, 5)),
        ({"amount": 0}, ("ZeroAmount",)),
        ({"valueDay": 0}, ("DateOutOfOrder", "VALUE_DATE", 0, ...)),
        ({"valueDay": 2**32 - 1}, ("DateOutOfOrder", "VALUE_DATE", 2**32 - 1, ...)),
        ({"bank": ""}, ("ZeroHash", "BANK")),
        ({"from": ""}, ("ZeroHash", "FROM")),
        ({"to": ""}, ("ZeroHash", "TO")),
        ({"project": "x" * 201}, ("AmountTooLarge", 201, 200)),
        ({"bankReference": ZERO}, ("ZeroHash", "BANK_REFERENCE")),
        ({"reason": "none"}, ("AmountTooLarge", 4, 0)),
        ({"supersedes": 9, "reason": "why"}, ("Unknown", "LEG", 9)),
        ({"document": digest("none")}, ("DocumentUnknown", digest("none"), ..., 0)),
    ],
)
def test_a_malformed_leg_is_refused(papers, changes, refusal):
    with refused(*refusal):
        papers.legs.attest(leg(papers, **changes), papers.bank.by)


def test_places_are_two_and_their_participants_admitted(papers):
    world, stranger = papers, papers.stranger.address
    for changes in ({"payer": stranger}, {"payee": stranger}, {"issuer": stranger}):
        with refused("NotAdmitted", world.stranger):
            world.legs.attest(leg(world, **changes), world.bank.by)
    with refused("SameParty", NOBODY, NOBODY):
        world.legs.attest(leg(world, payee=NOBODY, to="investors"), world.bank.by)
    attested(world, to="investors")
    assert world.legs.leg(1)[1] == 2


def test_a_bond_here_has_its_issuer_and_currency(papers):
    world = papers
    bond = given.registered_bond(world)
    here = {"bond": bond, "instrument": "", "currency": b"CNY"}
    with refused("NotParty", world.supplier, world.issuer):
        world.legs.attest(leg(world, **here, issuer=world.supplier.address), world.bank.by)
    with refused("CurrencyMismatch", "EUR", "CNY"):
        world.legs.attest(leg(world, **here | {"currency": b"EUR"}), world.bank.by)
    with refused("AmountTooLarge", 1, 0):
        world.legs.attest(leg(world, **here | {"instrument": "x"}), world.bank.by)
    tx = world.legs.attest(leg(world, **here), world.bank.by)
    emitted(tx, "LegAttested", leg=1, attester=world.bank, bond=bond)


@pytest.mark.spec("LEG-1")
def test_a_bank_reference_counts_once_for_an_attester(papers):
    """LEG-1"""
    world = papers
    attested(world)
    with refused("AlreadyUsed", "BANK_REFERENCE", digest("R-1")):
        world.legs.attest(leg(world, amount=1), world.bank.by)
    assert attested(world, bank="Another bank") == 2
    assert attested(world, by="auditor") == 3


@pytest.mark.spec("LEG-1")
def test_what_the_issuer_reports_counts_when_its_attester_confirms_it(papers):
    """LEG-1"""
    world, said = papers, leg(papers)
    with refused("NotParty", world.supplier, world.issuer):
        world.legs.report(said, world.bank, world.supplier.by)
    with refused("SameParty", world.issuer, world.issuer):
        world.operator.amends(world.issuer, roles=1 | BANK)
        world.legs.report(said, world.issuer, world.issuer.by)
    with refused("MissingRole", world.investor, INVESTOR, WITNESSES):
        world.legs.checkReport(said, world.investor, world.issuer)
    tx = world.legs.report(said, world.bank, world.issuer.by)
    emitted(tx, "LegReported", leg=1, issuer=world.issuer, attester=world.bank)
    assert world.legs.leg(1)[1] == 1 and world.legs.legOf(world.bank, "Bank outside", digest("R-1")) == 0
    content = world.legs.contentOf(said)
    with refused("NotParty", world.auditor, world.bank):
        world.legs.confirm(1, content, world.auditor.by)
    with refused("Unknown", "LEG", 2):
        world.legs.checkConfirm(2, content, world.bank)
    with refused("LegMismatch", 1, digest("other"), content):
        world.legs.confirm(1, digest("other"), world.bank.by)
    emitted(world.legs.confirm(1, content, world.bank.by), "LegConfirmed", leg=1, attester=world.bank)
    assert world.legs.legOf(world.bank, "Bank outside", digest("R-1")) == 1
    with refused("WrongState", "LEG", 1, 2, 1):
        world.legs.confirm(1, content, world.bank.by)


def test_a_report_never_takes_a_reference_before_it_is_confirmed(papers):
    world = papers
    world.legs.report(leg(world, amount=7), world.bank, world.issuer.by)
    attested(world)
    key = world.legs.leg(1)[7]
    with refused("AlreadyUsed", "BANK_REFERENCE", key):
        world.legs.confirm(1, world.legs.leg(1)[6], world.bank.by)
    with refused("ZeroHash", "REASON"):
        world.legs.refuse(1, "", world.bank.by)
    emitted(world.legs.refuse(1, "not ours", world.bank.by), "LegRefused", leg=1, reason="not ours")
    with refused("WrongState", "LEG", 1, 5, 1):
        world.legs.refuse(1, "again", world.bank.by)


@pytest.mark.spec("LEG-1")
def test_a_report_taken_back_frees_no_reference_that_was_attested_since(papers):
    world = papers
    world.legs.report(leg(world, amount=7), world.bank, world.issuer.by)
    attested(world)
    emitted(world.legs.withdraw(1, "reported wrongly", world.issuer.by), "LegWithdrawn", leg=1)
    assert world.legs.legOf(world.bank, "Bank outside", digest("R-1")) == 2
    with refused("AlreadyUsed", "BANK_REFERENCE", digest("R-1")):
        world.legs.attest(leg(world, amount=1), world.bank.by)


def test_a_correction_takes_the_place_of_what_its_attester_said_of_the_same_bond(papers):
    world = papers
    attested(world)
    correction = {"supersedes": 1, "reason": "wrong day", "valueDay": world.today - 399}
    with refused("ZeroHash", "REASON"):
        world.legs.attest(leg(world, **correction | {"reason": ""}), world.bank.by)
    with refused("NotParty", world.auditor, world.bank):
        world.legs.attest(leg(world, **correction), world.auditor.by)
    with refused("LegMismatch", 1, ..., world.legs.leg(1)[5]):
        world.legs.attest(leg(world, **correction, instrument="XS1"), world.bank.by)
    tx = world.legs.attest(leg(world, **correction), world.bank.by)
    emitted(tx, "LegSuperseded", leg=1, by=2)
    assert world.legs.leg(1)[1] == 3 and world.legs.leg(1)[4] == 2
    assert world.legs.legOf(world.bank, "Bank outside", digest("R-1")) == 2
    with refused("WrongState", "LEG", 1, 3, 2):
        world.legs.attest(leg(world, **correction, bankReference=digest("R-2")), world.bank.by)


def test_who_said_it_takes_it_back_with_a_reason(papers):
    world = papers
    attested(world)
    world.legs.report(leg(world, bankReference=digest("R-2")), world.bank, world.issuer.by)
    with refused("Unknown", "LEG", 3):
        world.legs.withdraw(3, "why", world.bank.by)
    with refused("NotParty", world.issuer, world.bank):
        world.legs.withdraw(1, "why", world.issuer.by)
    with refused("NotParty", world.bank, world.issuer):
        world.legs.withdraw(2, "why", world.bank.by)
    with refused("AmountTooLarge", 201, 200):
        world.legs.withdraw(1, "x" * 201, world.bank.by)
    emitted(world.legs.withdraw(1, "twice", world.bank.by), "LegWithdrawn", leg=1, reason="twice")
    emitted(world.legs.withdraw(2, "early", world.issuer.by), "LegWithdrawn", leg=2, reason="early")
    assert world.legs.legOf(world.bank, "Bank outside", digest("R-1")) == 0
    with refused("WrongState", "LEG", 1, 4, 2):
        world.legs.withdraw(1, "again", world.bank.by)
    assert attested(world) == 3
