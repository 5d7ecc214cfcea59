"""A seeded set of ordinary payments in which schemes, and honest but unusual cases, are hidden.

Times are UTC seconds, amounts minor units. Labels are made beside the moves and go to the scoring only.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ledger.tracing.foreign import Transfer

HOUR, DAY = 3_600, 86_400
BEGIN = int(datetime(2023, 1, 1, tzinfo=UTC).timestamp())
DAYS = 700
ORDINARY = 100_000
ACCOUNTS = 3_000


def at(year: int, month: int, day: int, hour: int = 12) -> int:
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp())


@dataclass
class Planted:
    """Everything in one heap, and what of it belongs to which scheme."""

    rng: random.Random
    transfers: list[Transfer] = field(default_factory=list)
    labels: dict[str, set[Transfer]] = field(default_factory=dict)

    def some(self) -> str:
        return f"account-{self.rng.randrange(ACCOUNTS)}"

    def distinct(self, number: int) -> list[str]:
        return [f"account-{one}" for one in self.rng.sample(range(ACCOUNTS), number)]

    def amount(self, low: int = 2_000_000, high: int = 40_000_000) -> int:
        return self.rng.randint(low, high)

    def day(self, margin: int = 100) -> int:
        """Noon of a day far from every report date."""
        while True:
            moment = BEGIN + self.rng.randrange(margin, DAYS - margin) * DAY + 12 * HOUR
            date = datetime.fromtimestamp(moment, UTC)
            if date.month not in (1, 6, 7, 12):
                return moment

    def hide(self, scheme: str, *moves: Transfer) -> None:
        self.transfers += moves
        self.labels.setdefault(scheme, set()).update(moves)


def ordinary(planted: Planted) -> Iterator[Transfer]:
    """Log-uniform amounts, a few busy accounts, no pattern."""
    rng = planted.rng
    busy = [planted.some() for _ in range(30)]
    for _ in range(ORDINARY):
        payer = rng.choice(busy) if rng.random() < 0.2 else planted.some()
        payee = rng.choice(busy) if rng.random() < 0.2 else planted.some()
        yield BEGIN + rng.randrange(DAYS * DAY), payer, payee, int(10 ** rng.uniform(3, 8))


# --- schemes -----------------------------------------------------------------------------------------------


def trip(planted: Planted, scheme: str, companies: int, gap: int, fee: int) -> None:
    """Out over so many companies and home again, each keeping `fee` per thousand."""
    ring = planted.distinct(companies + 1)
    time, amount = planted.day(), planted.amount()
    moves = []
    for payer, payee in zip(ring, [*ring[1:], ring[0]], strict=True):
        moves.append((time, payer, payee, amount))
        time, amount = time + gap, amount - amount * fee // 1000
    planted.hide(scheme, *moves)


def mixed_trip(planted: Planted, scheme: str) -> None:
    """The companies hold much other money, so that first in, first out follows the wrong fen."""
    issuer, first, second, payer = planted.distinct(4)
    time, amount = planted.day(), planted.amount()
    planted.transfers += [(time - DAY, payer, first, 3 * amount), (time - DAY, payer, second, 5 * amount)]
    planted.hide(
        scheme,
        (time, issuer, first, amount),
        (time + DAY, first, second, amount),
        (time + 2 * DAY, second, issuer, amount - amount // 200),
    )


def split(planted: Planted, scheme: str, limit: int, times: int, gap: int) -> None:
    payer, payee = planted.distinct(2)
    time = planted.day()
    moves = [
        (time + n * gap, payer, payee, limit - planted.rng.randint(1, limit // 20)) for n in range(times)
    ]
    planted.hide(scheme, *moves)


def lent_out(planted: Planted, scheme: str, report: int) -> None:
    """Idle money lent for months, there on the report date only, with interest."""
    issuer, friend = planted.distinct(2)
    amount = planted.amount()
    back = amount + amount * 3 // 100
    planted.hide(
        scheme, (report - 120 * DAY, issuer, friend, amount), (report - 8 * HOUR, friend, issuer, back)
    )


def borrowed(planted: Planted, scheme: str, report: int) -> None:
    issuer, friend = planted.distinct(2)
    amount = planted.amount()
    planted.hide(scheme, (report - DAY, friend, issuer, amount), (report + 30 * HOUR, issuer, friend, amount))


def rotated(planted: Planted, scheme: str, turns: int) -> None:
    """Part of a balance turned over, so that other fen stand first when the project is paid."""
    issuer, helper, bank, project = planted.distinct(4)
    time, amount = planted.day(), planted.amount()
    planted.transfers.append((time - HOUR, bank, issuer, 2 * amount))
    moves = []
    for turn in range(turns):
        moves += [(time + 2 * turn * HOUR, issuer, helper, amount)]
        moves += [(time + (2 * turn + 1) * HOUR, helper, issuer, amount)]
    planted.hide(scheme, *moves)
    planted.transfers.append((time + DAY, issuer, project, amount))


REPORTS = (at(2023, 6, 30, 0), at(2023, 12, 31, 0), at(2024, 6, 30, 0))

SCHEMES: dict[str, Callable[[Planted, str], None]] = {
    "round trip through two companies": lambda p, s: trip(p, s, 2, DAY, 10),
    "round trip through three companies": lambda p, s: trip(p, s, 3, 3 * DAY, 10),
    "round trip through four companies": lambda p, s: trip(p, s, 4, 2 * DAY, 5),
    "slow round trip": lambda p, s: trip(p, s, 3, 14 * DAY, 20),
    "round trip within an hour": lambda p, s: trip(p, s, 3, 60, 0),
    "round trip over companies with other money": mixed_trip,
    "split under the lower limit": lambda p, s: split(p, s, 5_000_000, 4, HOUR),
    "split under the middle limit": lambda p, s: split(p, s, 10_000_000, 3, DAY),
    "split under the upper limit, over days": lambda p, s: split(p, s, 50_000_000, 5, DAY),
    "lent out until the day before the half-year": lambda p, s: lent_out(p, s, REPORTS[0]),
    "lent out until the day before the year's end": lambda p, s: lent_out(p, s, REPORTS[1]),
    "borrowed over the half-year": lambda p, s: borrowed(p, s, REPORTS[2]),
    "borrowed over the year's end": lambda p, s: borrowed(p, s, REPORTS[1]),
    "rotated twice": lambda p, s: rotated(p, s, 2),
    "rotated four times": lambda p, s: rotated(p, s, 4),
}


def with_schemes(seed: int) -> Planted:
    """Every scheme once, among the ordinary payments."""
    planted = Planted(random.Random(seed))
    planted.transfers += ordinary(planted)
    for name, plant in SCHEMES.items():
        plant(planted, name)
    planted.rng.shuffle(planted.transfers)
    return planted


# --- honest, and unusual -----------------------------------------------------------------------------------


def honest(seed: int) -> list[Transfer]:
    """Ordinary payments with cases that look odd and are not: none of them may raise anything."""
    planted = Planted(random.Random(seed))
    found = list(ordinary(planted))
    for case in (refund, bounce, rent, wages, trade_triangle, loan, project_account, deposit_all):
        for _ in range(5):
            found += case(planted)
    return found


def refund(planted: Planted) -> Iterator[Transfer]:
    """Goods go back, all money returns to the buyer."""
    buyer, seller = planted.distinct(2)
    time, amount = planted.day(), planted.amount()
    yield from ((time, buyer, seller, amount), (time + 20 * DAY, seller, buyer, amount))


def bounce(planted: Planted) -> Iterator[Transfer]:
    """A wrong account number: the payment comes back the same day, and is made again rightly."""
    payer, wrong, right, bank = planted.distinct(4)
    time, amount = planted.day(), planted.amount()
    yield (time - DAY, bank, payer, 2 * amount)
    yield from ((time, payer, wrong, amount), (time + 3 * HOUR, wrong, payer, amount))
    yield (time + 4 * HOUR, payer, right, amount)


def rent(planted: Planted) -> Iterator[Transfer]:
    """Each month the same, as it happens just below an approval limit."""
    tenant, landlord = planted.distinct(2)
    yield from ((BEGIN + month * 30 * DAY, tenant, landlord, 4_900_000) for month in range(20))


def wages(planted: Planted) -> Iterator[Transfer]:
    """Many equal payments on one day, to different people."""
    employer, *people = planted.distinct(40)
    time = planted.day()
    yield from ((time, employer, one, 800_000) for one in people)


def trade_triangle(planted: Planted) -> Iterator[Transfer]:
    """Three companies buy from each other, each its own goods at its own price."""
    first, second, third = planted.distinct(3)
    time, amount = planted.day(), planted.amount()
    for payer, payee, part in ((first, second, 100), (second, third, 63), (third, first, 41)):
        yield (time, payer, payee, amount * part // 100)
        time += 4 * DAY


def loan(planted: Planted) -> Iterator[Transfer]:
    """Lent for half a year, repaid with interest when it was due."""
    lender, borrower = planted.distinct(2)
    amount = planted.amount()
    yield (at(2023, 3, 15), lender, borrower, amount)
    yield (at(2023, 9, 15), borrower, lender, amount + amount // 40)


def project_account(planted: Planted) -> Iterator[Transfer]:
    """All proceeds to a project company at once, which spends them over a year."""
    issuer, company, *builders = planted.distinct(8)
    amount = planted.amount(100_000_000, 200_000_000)
    yield (at(2023, 2, 1), issuer, company, amount)
    for month in range(10):
        payee = planted.rng.choice(builders)
        yield (at(2023, 2, 2) + month * 30 * DAY, company, payee, amount // 11 - month * 1_000)


def deposit_all(planted: Planted) -> Iterator[Transfer]:
    """A whole balance to a deposit account over night, twice: the order of its fen stays as it was."""
    company, bank, customer = planted.distinct(3)
    company = f"{company}-only-deposits"
    time, amount = planted.day(), planted.amount()
    yield (time - DAY, customer, company, amount)
    for turn in range(2):
        yield (time + turn * 10 * HOUR, company, bank, amount)
        yield (time + (turn * 10 + 9) * HOUR, bank, company, amount)
