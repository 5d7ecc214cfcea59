"""Formats that both sides must compute alike: axis addresses, EIP-712 digests, discounts, content hashes."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from eth_hash.auto import keccak

from ledger.domain import purposes
from ledger.domain.discount import Convention, days_of, discount_half_up
from ledger.domain.typed_data import Finding, Obligation, Quote, Review, Statement, TypedData, Validation
from tests.twin.actors import NOBODY, PARTICIPANTS
from tests.twin.chain import Reverted
from tests.twin.pair import Pair, new_pair

ANYBODY = PARTICIPANTS[0].address
HASH = keccak(b"document")


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with new_pair(replay=True) as pair:
        yield pair


@pytest.mark.spec("CASH-1")
@pytest.mark.parametrize("module", [purposes.CASH, purposes.PROCEEDS, purposes.MATURITY])
def test_axis_addresses_are_those_of_the_contract(pair: Pair, module: bytes) -> None:
    cash = next(iter(pair.world.cashes))
    for purpose in (
        purposes.source(),
        purposes.redemption(ANYBODY),
        purposes.escrow(3, ANYBODY),
        purposes.origin(3),
        purposes.cost(3),
        purposes.pool(3),
        purposes.budget_line(2**32 - 1),
        purposes.encumbrance(2**64 - 1),
        purposes.settlement(7),
        purposes.claim(ANYBODY),
    ):
        axis = purposes.axis_of(module, purpose)
        assert pair.chain.ask(ANYBODY, cash, "axisOf", (module, purpose)) == axis
        with pytest.raises(Reverted, match="NotGeneralAxis"):
            pair.chain.ask(ANYBODY, cash, "checkTransfer", (ANYBODY, axis, 1))


@pytest.mark.parametrize(
    ("contract", "view", "statement"),
    [
        (
            "Documents",
            "obligationDigest",
            Obligation(HASH, HASH, 3, b"CNY", 2**96 - 1, 9, ANYBODY, NOBODY, ANYBODY),
        ),
        ("Impact", "validationDigest", Validation(2**32 - 1, HASH, ANYBODY, 3, HASH, 2**64 - 1)),
        ("Frameworks", "reviewDigest", Review(1, HASH, ANYBODY, 4, 3, 2, 2**32 - 1, HASH, HASH, 2**64 - 1)),
        ("Undertakings", "findingDigest", Finding(1, 255, 9, 2, HASH, 2**128 - 1, ANYBODY, 3, HASH)),
        (
            "Financing",
            "quoteDigest",
            Quote(1, 2, 3, 4, 2**64 - 1, ANYBODY, NOBODY, 7, 8, True, 9, 10, 11, 12, ANYBODY, 13, 2**255, 14),
        ),
    ],
)
def test_digests_are_those_of_the_contract(
    pair: Pair, contract: str, view: str, statement: Statement
) -> None:
    at = pair.chain.addresses[contract]
    assert pair.chain.ask(ANYBODY, at, view, (statement,)) == TypedData(31_337, at, statement).digest()


@pytest.mark.spec("FIN-1", "FIN-5")
def test_discounts_are_those_of_the_contract(pair: Pair) -> None:
    """FIN-1, FIN-5: the same days, half-up to the fen, and refused by name where it has no room."""
    at, dice = pair.chain.addresses["Financing"], Random(5)
    terms = [(180, 1_000_000, 1), (179, 1_000_000, 1), (2**64 - 1, 0, 365), (0, 30_000, 90)]
    terms += [(dice.randrange(2**50), dice.randrange(10**6), dice.randrange(400)) for _ in range(40)]
    for face, rate, days in terms:
        answer = pair.chain.ask(ANYBODY, at, "discountHalfUp", (face, rate, days))
        assert answer == discount_half_up(face, rate, days)
    for convention in Convention:
        for funding, length in [
            (20_512, 92),
            *((dice.randrange(60_000), dice.randrange(400)) for _ in range(40)),
        ]:
            answer = pair.chain.ask(ANYBODY, at, "daysOf", (int(convention), funding, funding + length))
            assert answer == days_of(convention, funding, funding + length)
    with pytest.raises(Reverted, match="ConventionUnknown"):
        pair.chain.ask(ANYBODY, at, "daysOf", (4, 1, 2))
    with pytest.raises(Reverted, match="AmountTooLarge"):
        pair.chain.ask(ANYBODY, at, "discountHalfUp", (2**64 - 1, 2**32 - 1, 365))
