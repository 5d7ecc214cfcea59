"""Each financing is registered (银发〔2025〕77号 art. 13): a certificate serves one financing only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.domain import purposes
from ledger.domain.discount import Convention, discount_half_up
from ledger.domain.kinds import DocumentKind
from ledger.domain.twin.receivables import Confirmation
from ledger.domain.typed_data import Quote, TypedData
from tests.twin.actors import FINANCIERS, ISSUERS, NOBODY, SUPPLIERS
from tests.twin.acts import DAY
from tests.twin.chain import Reverted
from tests.twin.pair import Pair, opened_pair

ISSUER, SUPPLIER, FINANCIER = ISSUERS[0].address, SUPPLIERS[0].address, FINANCIERS[0]
FACE, RATE = 100_000, 30_000


def registered(who: str, kind: DocumentKind) -> bytes:
    """The document of that kind which the opening put on file."""
    return keccak(purposes.address_bytes(who) + bytes([kind]))


@pytest.fixture
def pair() -> Iterator[Pair]:
    with opened_pair(replay=True, seed=0) as (pair, _):
        confirmation = Confirmation(
            supplier=SUPPLIER,
            cash=next(iter(pair.world.cashes)),
            face=FACE,
            due=pair.world.participants.today() + 30,
            credit_line=1,
            budget_line=0,
            fingerprint=keccak(b"invoice 0")[:12] + purposes.address_bytes(SUPPLIER),
            contract_document=registered(ISSUER, DocumentKind.CONTRACT),
            delivery_document=registered(ISSUER, DocumentKind.DELIVERY),
        )
        mined(pair, ISSUER, "Receivables", "confirm", confirmation)
        mined(pair, SUPPLIER, "Receivables", "accept", 1, 2, bytes(32))
        yield pair


def mined(pair: Pair, sender: str, contract: str, function: str, *args: Any) -> None:
    receipt = pair.chain.send(sender, pair.chain.addresses[contract], function, args)
    assert receipt["status"] == "0x1", (function, args)


def accepted_quote(pair: Pair, start: int, end: int) -> Quote:
    """The supplier accepts the financier's quote for that part of what it still holds."""
    at, day = pair.chain.addresses["Financing"], pair.world.participants.today()
    starts, pieces = pair.chain.ask(SUPPLIER, pair.chain.addresses["PieceBook"], "pieces", (1, 0, 9))
    sequence = next(piece[4] for piece, first in zip(pieces, starts, strict=True) if first == start)
    discount = discount_half_up(end - start, RATE, 30)
    net, deadline = end - start - discount, pair.chain.timestamp + DAY
    quote = Quote(
        1,
        start,
        sequence,
        start,
        end,
        SUPPLIER,
        FINANCIER.address,
        RATE,
        Convention.ACT_360,
        False,
        day,
        day + 30,
        discount,
        0,
        NOBODY,
        net,
        start,
        deadline,
    )
    mined(pair, SUPPLIER, "Financing", "accept", quote, FINANCIER.sign(TypedData(31_337, at, quote).digest()))
    return quote


@pytest.mark.spec("FIN-3")
def test_a_certificate_serves_one_financing(pair: Pair) -> None:
    """FIN-3: the second financing needs its own registration, and says which one was used."""
    registration = registered(FINANCIER.address, DocumentKind.REGISTRATION)
    search = registered(FINANCIER.address, DocumentKind.REGISTRY_SEARCH)
    first = accepted_quote(pair, 0, 40_000)
    mined(pair, FINANCIER.address, "Financing", "fund", first, b"1" * 32, registration, search)
    second = accepted_quote(pair, 40_000, FACE)
    financing = pair.chain.addresses["Financing"]
    with pytest.raises(Reverted, match="AlreadyUsed"):
        pair.chain.ask(FINANCIER.address, financing, "fund", (second, b"2" * 32, registration, search))
