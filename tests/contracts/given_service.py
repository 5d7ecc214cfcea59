"""What is already so when a test of coupons begins: terms, a filed bond, an open payment."""

from dataclasses import astuple, dataclass, replace
from itertools import pairwise
from typing import Any

from eth_abi import encode
from eth_utils import keccak

from tests.contracts import given
from tests.contracts.world import NOBODY, ZERO, Actor, World

FIXED, STEP, FLOATING, KPI = 1, 2, 3, 4
THIRTY_360, THIRTY_E_360, ACT_360, ACT_365F, ACT_ACT_ICMA = range(1, 6)
HIGHER, LOWER = 1, 2
LENGTH = 31
GRACE = 5
COUPON = 25_833
"""1,000 units of 10,000 at 3% for 31/360, less than a fen cut off."""


@dataclass(frozen=True)
class Terms:
    coupon_kind: int = FIXED
    day_count: int = ACT_360
    frequency: int = 12
    business_day_rule: int = 0
    polarity: int = 0
    rate: int = 30_000
    floor: int = 0
    cap: int = 0
    step: int = 4_000
    penalty: int = 7_000
    grace: int = GRACE
    callable_from: int = 0
    fixer: str = NOBODY
    calendar: bytes = bytes(32)
    kpi: bytes = bytes(32)


@dataclass(frozen=True)
class Period:
    start: int
    end: int
    ref_start: int
    ref_end: int
    record_day: int
    fixing_day: int
    pay_day: int
    rate: int = 0
    target: int = 0


def schedule(world: World, count: int = 3, length: int = LENGTH, **changes: Any) -> list[Period]:
    """Coupons from today on; the record day is the last of the period, payment is on the next."""
    days = [world.today + length * n for n in range(count + 1)]
    plain = [Period(a, b, a, b, b - 1, b - 3, b) for a, b in pairwise(days)]
    return [replace(period, **changes) for period in plain]


def hashed(terms: Terms, periods: list[Period]) -> str:
    head = ["uint8"] * 5 + ["uint32"] * 5 + ["uint16", "uint32", "address", "bytes32", "bytes32"]
    each = ["uint32"] * 8 + ["uint128"]
    values = [astuple(terms), [astuple(period) for period in periods]]
    return "0x" + keccak(encode([f"({','.join(head)})", f"({','.join(each)})[]"], values)).hex()


def bond_with(world: World, terms: Terms, periods: list[Period], **changes: Any) -> int:
    """Closed; 600 units are the investor's, 400 the fund's. Nothing is filed yet."""
    bond = given.closed_bond(world, serviceTerms=hashed(terms, periods), **changes)
    given.moneyed(world, world.issuer, 10 * given.RAISED, world.bond_service)
    return bond


def files(world: World, bond: int, terms: Terms, periods: list[Period], by: Actor | None = None) -> Any:
    who = (by or world.stranger).by
    return world.coupon_terms.file(bond, astuple(terms), list(map(astuple, periods)), who)


def filed_bond(world: World, terms: Terms | None = None, periods: list[Period] | None = None) -> int:
    terms, periods = terms or Terms(), periods or schedule(world)
    bond = bond_with(world, terms, periods)
    files(world, bond, terms, periods)
    return bond


def opens(world: World, bond: int, index: int = 0) -> int:
    tx = world.bond_service.open(bond, index, world.stranger.by)
    return int(tx.events["ServiceOpened"]["service"])


def pays(world: World, service: int, *holders: Actor) -> Any:
    return world.bond_service.pay(service, [who.address for who in holders], world.stranger.by)


def announces(world: World, bond: int, redemption: tuple[int, ...], by: Actor | None = None) -> Any:
    """(period, record day, pay day, per unit, of it from unused proceeds); documents are the issuer's."""
    document = world.issuer.files(world.new_hash("notice")) if by is None else ZERO
    return world.bond_service.announceRedemption(bond, redemption, document, (by or world.issuer).by)


def token(world: World, bond: int) -> Any:
    return world.at("GreenBond", world.bond_office.bond(bond)["token"])
