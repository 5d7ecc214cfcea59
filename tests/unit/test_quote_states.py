"""A quote in every state, in time, after its deadline or its funding day: every act by every caller, and its
refusal by name.

The twin's, because random histories hold it against the contracts (TWIN-1). Each expectation stands in the
table once; what is not in it is refused for the caller alone.
"""

from __future__ import annotations

import copy
from itertools import product
from typing import Any, Final

import pytest
from eth_hash.auto import keccak

from ledger.domain import purposes
from ledger.domain.discount import Convention, discount_half_up
from ledger.domain.states import QuoteState
from ledger.domain.twin import Refusal, World
from ledger.domain.typed_data import Quote, TypedData
from tests.twin.actors import FINANCIERS, NOBODY, OPERATOR
from tests.twin.acts import DAY, Histories
from tests.twin.alone import ADDRESSES, CHAIN_ID, new_world
from tests.twin.opening import opening
from tests.unit.test_twin_rules import DUE_DAYS, SUPPLIER, confirmed

FINANCIER, RIVAL = FINANCIERS
CALLERS: Final = {"holder": SUPPLIER, "financier": FINANCIER.address, "rival": RIVAL.address}
ACTS: Final = ("accept", "fund", "lapse", "revoke")
NUMBER: Final = b"0001".ljust(32, b"\0")
UNKNOWN, ACCEPTED, FUNDED, LAPSED = QuoteState

DONE: Final = ""
DAY_OVER: Final = "the funding day is over, the deadline is not"
When = bool | str
EXPECTED: Final[dict[tuple[str, QuoteState, When], str]] = {
    # act, state, past the deadline: who may not is refused NotParty first; `lapse` is anybody's, a
    # revocation each's own
    ("accept", UNKNOWN, False): DONE,
    ("accept", UNKNOWN, True): "DeadlinePassed",
    ("accept", ACCEPTED, False): "AlreadyUsed",
    ("accept", ACCEPTED, True): "DeadlinePassed",
    ("accept", FUNDED, False): "AlreadyUsed",
    ("accept", FUNDED, True): "DeadlinePassed",
    ("accept", LAPSED, True): "DeadlinePassed",
    ("accept", UNKNOWN, DAY_OVER): "DateOutOfOrder",
    ("accept", ACCEPTED, DAY_OVER): "AlreadyUsed",
    ("accept", FUNDED, DAY_OVER): "AlreadyUsed",
    ("accept", LAPSED, DAY_OVER): "AlreadyUsed",
    ("fund", UNKNOWN, DAY_OVER): "Unknown",
    ("fund", ACCEPTED, DAY_OVER): "DateOutOfOrder",
    ("fund", FUNDED, DAY_OVER): "WrongState",
    ("fund", LAPSED, DAY_OVER): "WrongState",
    ("fund", UNKNOWN, False): "Unknown",
    ("fund", UNKNOWN, True): "Unknown",
    ("fund", ACCEPTED, False): DONE,
    ("fund", ACCEPTED, True): "DeadlinePassed",
    ("fund", FUNDED, False): "WrongState",
    ("fund", FUNDED, True): "WrongState",
    ("fund", LAPSED, True): "WrongState",
    ("lapse", UNKNOWN, False): "Unknown",
    ("lapse", UNKNOWN, True): "Unknown",
    ("lapse", ACCEPTED, False): "QuoteNotLapsed",
    ("lapse", ACCEPTED, True): DONE,
    ("lapse", FUNDED, False): "WrongState",
    ("lapse", FUNDED, True): "WrongState",
    ("lapse", LAPSED, True): "WrongState",
    ("lapse", UNKNOWN, DAY_OVER): "Unknown",
    ("lapse", ACCEPTED, DAY_OVER): DONE,
    ("lapse", FUNDED, DAY_OVER): "WrongState",
    ("lapse", LAPSED, DAY_OVER): "WrongState",
    ("revoke", UNKNOWN, DAY_OVER): DONE,
    ("revoke", ACCEPTED, DAY_OVER): "AlreadyUsed",
    ("revoke", FUNDED, DAY_OVER): "AlreadyUsed",
    ("revoke", LAPSED, DAY_OVER): "AlreadyUsed",
    ("revoke", UNKNOWN, False): DONE,
    ("revoke", UNKNOWN, True): DONE,
    ("revoke", ACCEPTED, False): "AlreadyUsed",
    ("revoke", ACCEPTED, True): "AlreadyUsed",
    ("revoke", FUNDED, False): "AlreadyUsed",
    ("revoke", FUNDED, True): "AlreadyUsed",
    ("revoke", LAPSED, True): "AlreadyUsed",
}
CASES: Final = list(dict.fromkeys((state, late) for _, state, late in EXPECTED))
PARTY: Final = {"accept": "holder", "fund": "financier"}


class Deal:
    """A world with one quote in it."""

    def __init__(self, world: World, quote: Quote, signature: bytes) -> None:
        self.world, self.quote, self.signature = world, quote, signature

    def act(self, who: str, act: str) -> None:
        papers = [keccak(purposes.address_bytes(FINANCIER.address) + bytes([kind])) for kind in (35, 36)]
        args: dict[str, tuple[Any, ...]] = {
            "accept": (self.quote, self.signature),
            "fund": (self.quote, NUMBER, *papers),
            "lapse": (self.quote,),
            "revoke": (self.quote.nonce,),
        }
        self.world.act(CALLERS[who], ADDRESSES["Financing"], act, *args[act])

    def passes_deadline(self) -> None:
        """By the clock; the business date is posted and stays."""
        self.world.stage.timestamp = self.quote.deadline + 1

    def passes_funding_day(self) -> None:
        """The next day is posted, the deadline just holds: it is not funded any more."""
        self.world.stage.timestamp = self.quote.deadline
        people = self.world.participants
        self.world.act(OPERATOR.address, people.address, "postBusinessDate", self.quote.funding_day + 1)

    def state(self) -> int:
        financing = self.world.financing
        return financing.state_of(financing.quote_digest(self.quote))


def deal() -> Deal:
    """The supplier holds 100,000 fen, and 40,000 of them are quoted for."""
    world = new_world()
    for act in opening(Histories(world, 0)):
        world.act(act.sender, act.at, act.function, *act.args)
    id_ = confirmed(world, lambda who, name, act, *args: world.act(who, ADDRESSES[name], act, *args)[0])
    day = world.participants.today()
    face, discount = 40_000, discount_half_up(40_000, 36_000, DUE_DAYS)
    quote = Quote(
        receivable=id_, piece_start=0, sequence=0, start=0, end=face, holder=SUPPLIER,
        financier=FINANCIER.address, rate_ppm=36_000, convention=Convention.ACT_360, recourse=False,
        funding_day=day, end_day=day + DUE_DAYS, discount=discount, fee=0, fee_payee=NOBODY,
        net=face - discount, nonce=1, deadline=world.stage.timestamp + DAY,
    )  # fmt: skip
    digest = TypedData(CHAIN_ID, ADDRESSES["Financing"], quote).digest()
    return Deal(world, quote, FINANCIER.sign(digest))


def in_state(deal: Deal, state: QuoteState, late: When) -> Deal:
    """The quote brought there by those who may."""
    if state != UNKNOWN:
        deal.act("holder", "accept")
    if state == FUNDED:
        deal.act("financier", "fund")
    if late == DAY_OVER:
        deal.passes_funding_day()
    elif late:
        deal.passes_deadline()
    if state == LAPSED:
        deal.act("rival", "lapse")
    assert deal.state() == state
    return deal


@pytest.mark.spec("FIN-1", "FIN-2")
@pytest.mark.parametrize(("state", "late"), CASES)
def test_every_act_by_every_caller(state: QuoteState, late: When) -> None:
    begun = in_state(deal(), state, late)
    for act, who in product(ACTS, CALLERS):
        expected = EXPECTED[act, state, late]
        if PARTY.get(act, who) != who:
            expected = "NotParty"
        elif act == "revoke" and who != "financier":
            expected = DONE  # a nonce of its own, and nothing of this quote's
        tried = copy.deepcopy(begun)
        before = tried.world.views()
        refusal = outcome(tried, who, act)
        assert refusal == expected, (state, late, act, who)
        if refusal != DONE:
            assert tried.world.views() == before, "a refused act changes nothing"


def outcome(deal: Deal, who: str, act: str) -> str:
    try:
        deal.act(who, act)
    except Refusal as refusal:
        return refusal.name
    return DONE


@pytest.mark.spec("FIN-2")
def test_the_deadline_is_the_last_second() -> None:
    begun = deal()
    begun.world.stage.timestamp = begun.quote.deadline
    assert outcome(copy.deepcopy(begun), "rival", "lapse") == "Unknown"
    begun.act("holder", "accept")
    assert outcome(copy.deepcopy(begun), "rival", "lapse") == "QuoteNotLapsed"
    begun.act("financier", "fund")
    assert begun.state() == FUNDED
