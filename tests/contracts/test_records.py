"""Records: history that is attested by name, never mixed with what the ledger saw."""

import pytest

from tests.contracts.refusals import emitted, refused
from tests.contracts.world import AUDITOR, AUTHORITY, BANK, INVESTOR, VERIFIER, ZERO, digest

WITNESSES = BANK | AUDITOR | VERIFIER | AUTHORITY


def statement(world, subject, **changes):
    plain = {
        "subject": getattr(subject, "address", subject),
        "kind": 1,
        "count": 12,
        "amount": 5_000_000,
        "currency": b"CNY",
        "from": world.today - 700,
        "until": world.today - 1,
        "document": digest("history"),
    }
    return tuple((plain | changes).values())


@pytest.mark.spec("LVL-1")
@pytest.mark.parametrize("by", ["supplier", "bank", "auditor", "verifier", "regulator"])
def test_history_is_attested_by_its_subject_or_by_a_witness(world, by):
    who = getattr(world, by)
    who.files("history")
    said = statement(world, world.supplier)
    world.records.checkAttest(said, who)
    tx = world.records.attest(said, who.by)
    emitted(tx, "Attested", record=1, subject=world.supplier, by=who, statement=[*said[:4], "CNY", *said[5:]])
    assert world.records.record(1)[1:] == (who.address, False) and world.records.count() == 1


def test_nobody_else_attests_and_nothing_of_a_stranger(world):
    world.investor.files("history")
    with refused("MissingRole", world.investor, INVESTOR, WITNESSES):
        world.records.attest(statement(world, world.supplier), world.investor.by)
    world.bank.files("history")
    with refused("NotAdmitted", world.stranger):
        world.records.attest(statement(world, world.stranger), world.bank.by)
    with refused("DocumentUnknown", digest("none"), world.bank, 0):
        world.records.attest(statement(world, world.supplier, document=digest("none")), world.bank.by)
    world.operator.suspends(world.bank)
    with refused("Suspended", world.bank):
        world.records.checkAttest(statement(world, world.supplier), world.bank)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"kind": 0}, ("WrongState", "RECORD_KIND", 0, 0, 8)),
        ({"kind": 9}, ("WrongState", "RECORD_KIND", 9, 9, 8)),
        ({"count": 0}, ("ZeroAmount",)),
        ({"currency": bytes(3)}, ("ZeroHash", "CURRENCY")),
        ({"until": 5}, ("DateOutOfOrder", "UNTIL", 5, ...)),
        ({"until": 2**32 - 1}, ("DateOutOfOrder", "UNTIL", 2**32 - 1, ...)),
    ],
)
def test_a_malformed_statement_is_refused(world, changes, refusal):
    world.bank.files("history")
    with refused(*refusal):
        world.records.attest(statement(world, world.supplier, **changes), world.bank.by)


def test_who_attested_may_take_it_back_in_the_open(world):
    world.bank.files("history")
    world.records.attest(statement(world, world.supplier), world.bank.by)
    with refused("NotParty", world.supplier, world.bank):
        world.records.withdraw(1, digest("history"), world.supplier.by)
    with refused("Unknown", "RECORD", 2):
        world.records.withdraw(2, digest("history"), world.bank.by)
    with refused("DocumentUnknown", ZERO, world.bank, 0):
        world.records.withdraw(1, ZERO, world.bank.by)
    tx = world.records.withdraw(1, digest("history"), world.bank.by)
    emitted(tx, "AttestationWithdrawn", record=1, document=digest("history"))
    assert world.records.record(1)[2] is True
    with refused("AlreadyUsed", "RECORD", "0x" + f"{1:064x}"):
        world.records.withdraw(1, digest("history"), world.bank.by)
