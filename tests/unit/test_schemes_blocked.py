"""Schemes that no alert is needed for: the contracts refuse them, and so does their readable twin.

What cannot happen is no finding. Each case tries it, in the way an issuer would, and shows the refusal's
name; that contracts and twin refuse alike is TWIN-1.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.domain import purposes
from ledger.domain.bondlimits import PocketReason, share_down
from ledger.domain.kinds import DocumentKind
from ledger.domain.twin import Refusal, World
from ledger.domain.twin.base import ZERO_HASH
from ledger.domain.twin.frameworks import Content
from ledger.domain.twin.impact import Figure
from ledger.domain.twin.participants import Admission
from ledger.domain.typed_data import Obligation, Review, TypedData
from tests.twin.actors import BANK, COMPANIES, ISSUERS, NOBODY, OPERATOR, SUPPLIERS, VERIFIERS
from tests.twin.acts import CATALOGUE, CODES, DAY, Histories
from tests.twin.alone import ADDRESSES, CHAIN_ID, new_world
from tests.twin.opening import opening

pytestmark = pytest.mark.spec("ALERT-1")

ISSUER, SUPPLIER = ISSUERS[0].address, SUPPLIERS[0].address
INVOICE = keccak(b"invoice 0")[:12] + purposes.address_bytes(SUPPLIER)
OTHER = keccak(purposes.address_bytes(ISSUER) + bytes([DocumentKind.OTHER]))
Do = Callable[..., Any]


@pytest.fixture(scope="module")
def opened() -> World:
    """Bond 1 raised 850,000 fen; two lines hold 400,000 each of a budget of 500,000."""
    world = new_world()
    for act in opening(Histories(world, 0)):
        world.act(act.sender, act.at, act.function, *act.args)
    return world


@pytest.fixture
def world(opened: World) -> World:
    return copy.deepcopy(opened)


@pytest.fixture
def do(world: World) -> Do:
    return lambda sender, name, function, *args: world.act(sender, ADDRESSES[name], function, *args)[0]


def days_pass(world: World, do: Do, days: int) -> None:
    world.stage.timestamp += days * DAY
    do(OPERATOR.address, "Participants", "postBusinessDate", world.participants.today() + days)


def reviewed(world: World, verifier: Any, framework: int) -> tuple[Review, bytes]:
    content = world.frameworks.framework(framework).content_hash
    day = world.participants.today() + 900
    said = Review(framework, content, verifier.address, 1, 1, 3, day, keccak(b"review"), ZERO_HASH, 1)
    return said, verifier.sign(TypedData(CHAIN_ID, ADDRESSES["Frameworks"], said).digest())


def edited(world: World, do: Do) -> None:
    """The framework changes after its review: what was reviewed is not what is paid under."""
    do(ISSUER, "Frameworks", "amend", 1, Content(keccak(b"edited"), CATALOGUE, [keccak(b"other")], []))
    do(ISSUER, "Proceeds", "pay", 1, INVOICE, 1)


def swapped(world: World, do: Do) -> None:
    """A project in a category that the framework never had."""
    args = (1, COMPANIES[0].address, keccak(b"coal"), b"CNY", 2_000_000, "a mine", OTHER)
    do(ISSUER, "Proceeds", "registerProject", *args)


def shell(world: World, do: Do) -> None:
    """A payee that is admitted no more."""
    out = Admission(SUPPLIERS[0].roles, True, world.participants.today() + 900, 0)
    do(OPERATOR.address, "Participants", "amend", SUPPLIER, out, keccak(b"why"))
    do(ISSUER, "Proceeds", "pay", 1, INVOICE, 1)


def expired(world: World, do: Do) -> None:
    """The review ran out."""
    days_pass(world, do, 901)
    world.frameworks.require_review(1)


def beyond_budget(world: World, do: Do) -> None:
    world.proceeds.check_pay(1, INVOICE, 400_001)


def beyond_line(world: World, do: Do) -> None:
    do(ISSUER, "Proceeds", "deallocate", 2, 400_000)
    do(ISSUER, "Proceeds", "allocate", 1, 100_001)


def one_asset_over_bonds(world: World, do: Do) -> None:
    """Lines together never pass the project's own total, whichever bonds they are of."""
    small = do(
        ISSUER,
        "Proceeds",
        "registerProject",
        1,
        COMPANIES[0].address,
        CODES[0],
        b"CNY",
        9_000,
        "a roof",
        OTHER,
    )
    do(ISSUER, "Proceeds", "deallocate", 2, 400_000)
    for amount in (5_000, 4_001):
        line = do(ISSUER, "Proceeds", "openLine", 1, small, 500_000, True, "a line")
        do(ISSUER, "Proceeds", "allocate", line, amount)


def beyond_invoice(world: World, do: Do) -> None:
    do(ISSUER, "Proceeds", "pay", 1, INVOICE, 200_001)


def invoice_twice(world: World, do: Do) -> None:
    """The same identity under another total."""
    document = ADDRESSES["Documents"]
    day = world.participants.today()
    again = Obligation(INVOICE, keccak(b"scan"), 1, b"CNY", 999_999, day, ISSUER, SUPPLIER, NOBODY)
    digest = TypedData(CHAIN_ID, document, again).digest()
    do(SUPPLIER, "Documents", "registerObligation", again, ISSUERS[0].sign(digest), SUPPLIERS[0].sign(digest))


def from_the_future(world: World, do: Do) -> None:
    day = world.participants.today() + 1
    name = keccak(b"later")[:12] + purposes.address_bytes(SUPPLIER)
    later = Obligation(name, keccak(b"scan"), 1, b"CNY", 9, day, ISSUER, SUPPLIER, NOBODY)
    digest = TypedData(CHAIN_ID, ADDRESSES["Documents"], later).digest()
    do(SUPPLIER, "Documents", "registerObligation", later, ISSUERS[0].sign(digest), SUPPLIERS[0].sign(digest))


def related_review(world: World, do: Do) -> None:
    """The second issuer's group has a verifier."""
    do(ISSUERS[1].address, "Frameworks", "register", Content(keccak(b"own"), CATALOGUE, [keccak(b"c")], []))
    do(ISSUERS[1].address, "Frameworks", "submitReview", *reviewed(world, VERIFIERS[1], 2))


def impact_twice(world: World, do: Do) -> None:
    day = world.participants.today()
    figure = Figure(day - 20, day - 10, 0, 500, b"tCO2".ljust(16, b"\0"), OTHER, OTHER)
    basis = '{"kind":"none","source":"meter"}'
    for _ in range(2):
        do(ISSUER, "Impact", "report", [1], b"CO2_AVOIDED".ljust(32, b"\0"), figure, basis)


def before_the_works(world: World, do: Do) -> None:
    """Two milestones hold 24,000 of a line of 30,000, and 5% of the rest waits for the end."""
    line = min(world.proceeds.works)
    do(ISSUER, "Proceeds", "pay", line, INVOICE, 5_701)


def beyond_the_pocket(world: World, do: Do) -> None:
    """One fen more than the share of what was raised that the bond declared, over all its pocket lines."""
    limits = world.proceeds.limits(1)
    room = share_down(world.proceeds.raised(1), limits.pocket_ppm) - limits.pocket
    do(ISSUER, "Proceeds", "deallocate", 2, 400_000)
    reason = int(PocketReason.NO_CRITERIA)
    line = do(ISSUER, "Proceeds", "openPocketLine", 1, 1, 400_000, True, "pocket", reason, OTHER)
    assert limits.pocket_ppm
    if room:
        do(ISSUER, "Proceeds", "allocate", line, room)
    do(ISSUER, "Proceeds", "allocate", line, 1)


def coupon_from_pool(world: World, do: Do) -> None:
    """Nobody but the module that keeps the pool moves its money, and that pays no coupon."""
    pool = purposes.axis_of(purposes.PROCEEDS, purposes.pool(1))
    service = purposes.axis_of(purposes.SERVICE, purposes.service(1))
    do(ISSUER, "Cash", "transferFrom", pool, service, 1)


def placed_with_a_friend(world: World, do: Do) -> None:
    """Idle money goes to banks alone."""
    do(ISSUER, "Proceeds", "place", 1, SUPPLIER, 10_000, world.participants.today() + 9, "a loan", OTHER)


def booked_twice(world: World, do: Do) -> None:
    """One receipt of the bank, minted twice."""
    for _ in range(2):
        do(BANK.address, "Cash", "mint", ISSUER, 5, keccak(b"one receipt"))


BLOCKED: dict[str, tuple[Callable[[World, Do], None], str]] = {
    "framework edited after its review": (edited, "ReviewMissing"),
    "category that the framework never had": (swapped, "CategoryUnknown"),
    "payee admitted no more": (shell, "Suspended"),
    "review that ran out": (expired, "ReviewLapsed"),
    "more than the line holds": (beyond_budget, "OverBudget"),
    "more than the line's budget": (beyond_line, "OverBudget"),
    "one asset over several bonds": (one_asset_over_bonds, "OverAllocated"),
    "invoice beyond its total": (beyond_invoice, "CapacityExceeded"),
    "invoice registered twice": (invoice_twice, "AlreadyUsed"),
    "invoice from the future": (from_the_future, "DateOutOfOrder"),
    "review by a related verifier": (related_review, "RelatedParties"),
    "impact claimed twice": (impact_twice, "PeriodTaken"),
    "retention paid early": (before_the_works, "NotReleased"),
    "flexibility pocket over its limit": (beyond_the_pocket, "OverPocket"),
    "coupon out of a pool": (coupon_from_pool, "InsufficientAllowance"),
    "idle money lent to a friend": (placed_with_a_friend, "MissingRole"),
    "bank receipt used twice": (booked_twice, "AlreadyUsed"),
}


@pytest.mark.parametrize("name", BLOCKED)
def test_what_is_blocked_cannot_happen(name: str, world: World, do: Do) -> None:
    attempt, refusal = BLOCKED[name]
    with pytest.raises(Refusal, match=refusal):
        attempt(world, do)
