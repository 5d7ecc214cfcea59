"""Numbers at the end of their type are refused by name and never lock a right away (found by histories)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from eth_hash.auto import keccak

from ledger.domain.twin.base import ZERO_HASH
from ledger.domain.twin.bonds import Terms
from ledger.domain.typed_data import Review, TypedData
from tests.twin.actors import ISSUERS, STRANGER, VERIFIERS
from tests.twin.chain import Reverted
from tests.twin.pair import Pair, opened_pair

LAST_DAY = 2**32 - 1
LAST_NONCE = 2**64 - 1


@pytest.fixture
def pair() -> Iterator[Pair]:
    with opened_pair(replay=True, seed=0) as (pair, _):
        yield pair


def attempt(pair: Pair, sender: str, at: str, function: str, *args: object) -> str:
    """The name of the refusal, or `done`."""
    try:
        pair.chain.ask(sender, at, function, args)
    except Reverted as refused:
        return refused.name
    pair.chain.send(sender, at, function, args)
    return "done"


def test_a_review_with_the_last_nonce_can_still_be_withdrawn(pair: Pair) -> None:
    """Its verifier must always be able to take a statement back; and a later one is refused by name."""
    frameworks, verifier = pair.world.frameworks, VERIFIERS[0]
    content, day = frameworks.framework(1).content_hash, pair.world.participants.today()

    def submit(nonce: int) -> str:
        review = Review(1, content, verifier.address, 1, 1, 3, day + 9, keccak(b"late"), ZERO_HASH, nonce)
        signature = verifier.sign(TypedData(31_337, frameworks.address, review).digest())
        return attempt(pair, STRANGER.address, frameworks.address, "submitReview", review, signature)

    if submit(LAST_NONCE) == "done":
        assert submit(5) == "StaleReview"
        assert (
            attempt(pair, verifier.address, frameworks.address, "withdrawReview", 1, keccak(b"why")) == "done"
        )


def test_a_bond_that_never_closes_refuses_by_name(pair: Pair) -> None:
    """A last day of booking at the end of the calendar is refused, or cancelling asks who comes."""
    office, issuer = pair.world.bonds.address, ISSUERS[0].address
    cash = next(iter(pair.world.cashes))
    terms = Terms(1, cash, bytes(12), 1, 1, 0, 10, LAST_DAY, document=keccak(b"terms"))
    number = pair.world.bonds.count + 1
    if attempt(pair, issuer, office, "register", terms, "never") == "done":
        assert attempt(pair, STRANGER.address, office, "cancel", number) == "NotParty"
