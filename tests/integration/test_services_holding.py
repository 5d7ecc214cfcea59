"""Units through the front door: asking first, orders of authorities, custody, trades, past holdings."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import pytest

from ledger import Ledger
from ledger.bootstrap.testing import FIRST_DAY, illustrative_lei
from ledger.domain.dates import day_number
from ledger.domain.mandates import MandateKind
from ledger.domain.reasons import Reason
from ledger.domain.roles import Role
from ledger.errors import BadInput, ContractRefusal
from ledger.services.trades import SignedTrade
from tests.integration import given_bond as given
from tests.integration.given_bond import DAY, yuan

MORE = {"Fund": Role.INVESTOR, "Regulator": Role.AUTHORITY, "Depository": Role.FINANCIER}
WHY = Reason.COURT_ORDER
DEADLINE = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)


@dataclass
class Held:
    """100 units of a closed bond are the Investor's; the Fund has 5,000 yuan and no units."""

    ledger: Ledger
    bond: int

    def units(self, who: str) -> int:
        return self.ledger.investor.units(who, self.bond)

    def money(self, who: str) -> int:
        return self.ledger.cash.balance(who, "CNY")

    def offer(self, units: int = 10, price: int = 1_000, signer: str = "Investor") -> SignedTrade:
        return self.ledger.trades.sign(
            signer,
            self.bond,
            seller="Investor",
            buyer="Fund",
            units=units,
            price=yuan(price),
            deadline=DEADLINE,
            document=b"contract note",
        )


@pytest.fixture
def held(staffed: Ledger) -> Held:
    for name, roles in MORE.items():
        staffed.operator.admit(name, illustrative_lei(name), roles | Role.ILLUSTRATIVE)
    bond = given.bond(staffed).bond
    given.mint(staffed, "Fund", yuan(5_000))
    return Held(staffed, bond)


def mandate(ledger: Ledger, owner: str) -> None:
    """The owner makes the Depository its depository, for all bonds."""
    agent, account = ledger.session.address("Depository"), ledger.session.address(owner)
    until = day_number(FIRST_DAY + 300 * DAY)
    args = (agent, account, int(MandateKind.DEPOSITORY), 0, until, b"m".rjust(32))
    ledger.session.act(owner, "Mandates", "grant", *args)


# --- asking first ----------------------------------------------------------------------------------------


def test_asking_first_gives_a_code_and_a_sentence_in_both_languages(held: Held) -> None:
    ask = held.ledger.holding.ask
    may = ask(held.bond, "Investor", "Fund", 100)
    assert (may.allowed, may.code, may.reason) == (True, 0, "none")
    few = ask(held.bond, "Investor", "Fund", 101)
    assert (few.allowed, few.code, few.reason) == (False, 13, "too_few_units")
    assert few.sentence == {"en": "The giver holds fewer units.", "zh": "转出方持有的份额不足。"}
    assert ask(held.bond, "Investor", "Contractor", 1).reason == "to_no_investor"
    held.ledger.operator.suspend("Fund", b"order")
    assert ask(held.bond, "Investor", "Fund", 1).reason == "to_suspended"


# --- authorities -----------------------------------------------------------------------------------------


@pytest.mark.spec("HOLD-3")
def test_an_authority_freezes_forces_and_pauses(held: Held) -> None:
    authority, bond = held.ledger.authority, held.bond
    authority.freeze_units("Regulator", bond, "Investor", 60, reason=WHY, document=b"order 1")
    authority.freeze("Regulator", bond, "Fund", reason=WHY, document=b"order 2")
    found = held.ledger.holding.holding(bond, "Investor")
    assert (found.units, found.free, found.frozen_by_authority) == (100, 40, 60)
    assert held.ledger.holding.holding(bond, "Fund").frozen_by == ("authority",)
    authority.force_transfer("Regulator", bond, "Investor", "Fund", 70, reason=WHY, document=b"order 3")
    assert (held.units("Investor"), held.units("Fund")) == (30, 70)
    authority.unfreeze("Regulator", bond, "Fund", reason=Reason.LIFTED, document=b"order 4")
    authority.unfreeze_units("Regulator", bond, "Investor", 30, reason=Reason.LIFTED, document=b"order 5")
    authority.pause("Regulator", bond, reason=Reason.INCIDENT, document=b"order 6")
    assert held.ledger.holding.units(bond).paused_by == ("authority",)
    with pytest.raises(ContractRefusal, match="BondPaused"):
        held.ledger.investor.transfer_units("Fund", bond, "Investor", 1)
    authority.unpause("Regulator", bond, reason=Reason.LIFTED, document=b"order 7")
    held.ledger.investor.transfer_units("Fund", bond, "Investor", 1)
    assert (held.units("Investor"), held.units("Fund")) == (31, 69)


@pytest.mark.spec("HOLD-3")
def test_the_issuers_depository_freezes_and_does_not_force(held: Held) -> None:
    authority, bond = held.ledger.authority, held.bond
    with pytest.raises(ContractRefusal, match="MandateMissing"):
        authority.freeze("Depository", bond, "Investor", reason=WHY, document=b"paper")
    mandate(held.ledger, "Issuer")
    authority.freeze("Depository", bond, "Investor", reason=WHY, document=b"paper")
    with pytest.raises(ContractRefusal, match="MissingRole"):
        authority.force_transfer(
            "Depository", bond, "Investor", "Fund", 1, reason=WHY, document=b"another paper"
        )
    authority.unfreeze("Regulator", bond, "Investor", reason=Reason.LIFTED, document=b"order")
    assert held.ledger.holding.holding(bond, "Investor").frozen_by == ()


@pytest.mark.spec("HOLD-3")
@pytest.mark.parametrize("who", ["Issuer", "operator"])
def test_neither_the_issuer_nor_the_operator_freezes(held: Held, who: str) -> None:
    paper: bytes | str = b"paper"
    if who == "operator":  # it registers nothing: it is no participant
        paper = "0x" + "77" * 32
    with pytest.raises(ContractRefusal, match="MandateMissing"):
        held.ledger.authority.freeze(who, held.bond, "Investor", reason=WHY, document=paper)


# --- custody ---------------------------------------------------------------------------------------------


def test_a_depository_passes_on_what_it_keeps(held: Held) -> None:
    move = held.ledger.holding.transfer_for
    with pytest.raises(ContractRefusal, match="MandateMissing"):
        move("Depository", held.bond, "Investor", "Fund", 5, document=b"instruction")
    mandate(held.ledger, "Investor")
    move("Depository", held.bond, "Investor", "Fund", 5, document=b"instruction")
    assert (held.units("Investor"), held.units("Fund")) == (95, 5)


# --- trades ----------------------------------------------------------------------------------------------


@pytest.mark.spec("TRD-1")
@pytest.mark.parametrize(("signer", "other"), [("Investor", "Fund"), ("Fund", "Investor")])
def test_one_side_signs_and_the_other_executes(held: Held, signer: str, other: str) -> None:
    trades, before = held.ledger.trades, held.money("Investor")
    signed = held.offer(signer=signer)
    trades.check(other, signed.trade)
    done = trades.execute(other, signed)
    assert (done.units, done.price, done.trade) == (10, 100_000, signed.digest)
    assert (held.units("Investor"), held.units("Fund")) == (90, 10)
    assert held.money("Investor") == before + 100_000 and held.money("Fund") == 400_000
    with pytest.raises(ContractRefusal, match="AlreadyUsed"):
        trades.execute(other, signed)


@pytest.mark.spec("TRD-1")
def test_neither_moves_when_one_cannot(held: Held) -> None:
    trades = held.ledger.trades
    dear = held.offer(price=5_001)
    for act in (lambda: trades.check("Fund", dear.trade), lambda: trades.execute("Fund", dear)):
        with pytest.raises(ContractRefusal, match="Insufficient"):
            act()
    forged = replace(dear, trade=replace(dear.trade, price=1))
    with pytest.raises(ContractRefusal, match="BadSignature"):
        trades.execute("Fund", forged)
    assert (held.units("Fund"), held.money("Fund")) == (0, 500_000)


def test_who_signed_takes_it_back_and_strangers_sign_nothing(held: Held) -> None:
    trades = held.ledger.trades
    signed = held.offer()
    trades.revoke("Investor", signed.trade)
    with pytest.raises(ContractRefusal, match="AlreadyUsed"):
        trades.execute("Fund", signed)
    with pytest.raises(BadInput, match="only the seller or the buyer"):
        held.offer(signer="Contractor")


# --- past holdings ---------------------------------------------------------------------------------------


@pytest.mark.spec("HOLD-2")
def test_past_holdings_come_from_the_index_by_day_and_by_block(held: Held) -> None:
    ledger, bond = held.ledger, held.bond
    first = ledger.investor.transfer_units("Investor", bond, "Fund", 10)
    ledger.operator.post_business_date(FIRST_DAY + 3 * DAY)
    ledger.investor.transfer_units("Investor", bond, "Fund", 20)

    def units(**asked: object) -> dict[str, int]:
        answer = ledger.holding.holders(bond, **asked)  # type: ignore[arg-type]
        assert answer["supply"] == 100
        return {holder["party"]: holder["units"] for holder in answer["holders"]}

    assert units() == {"Investor": 70, "Fund": 30}
    assert units(day=FIRST_DAY + DAY) == {"Investor": 90, "Fund": 10}
    assert units(as_of_block=first.block) == {"Investor": 90, "Fund": 10}
    assert units(as_of_block=first.block - 1) == {"Investor": 100}
    with pytest.raises(BadInput, match="not over yet"):
        units(day=FIRST_DAY + 4 * DAY)


@pytest.mark.spec("HOLD-1")
def test_the_check_adds_units_up(held: Held) -> None:
    held.ledger.investor.transfer_units("Investor", held.bond, "Fund", 10)
    [found] = [one for one in held.ledger.check()["checks"] if one["id"] == "HOLD-1"]
    assert (found["ok"], found["detail"]) == (True, "2 holdings of 1 bonds add up to the units allotted")


@pytest.mark.spec("HOLD-2")
def test_the_chain_keeps_what_was_held_at_a_record_day(staffed: Ledger) -> None:
    """Coupon terms add the record days; who sells afterwards keeps that day's holding."""
    staffed.operator.admit("Fund", illustrative_lei("Fund"), Role.INVESTOR | Role.ILLUSTRATIVE)
    sheet = {"start": "2025-01-02", "end": "2026-01-02", "frequency": 2, "rate": "3.65",
             "day_count": "ACT/365F", "rule": "following", "record_days": 2, "grace_days": 3}  # fmt: skip
    coupons = staffed.service.terms(sheet)
    terms = {"coupon_ppm": 36_500, "service_terms": coupons.hash, "issue_date": FIRST_DAY}
    bond = given.booking_bond(staffed, given.framework(staffed), maturity=dt.date(2026, 1, 2), **terms)
    given.mint(staffed, "Investor", yuan(10_000))
    staffed.investor.book("Investor", bond, 100)
    staffed.issuer.allot("Issuer", bond)
    staffed.issuer.close("Issuer", bond, cost=yuan(50), value_date=FIRST_DAY)
    staffed.service.file("Auditor", bond, coupons)
    record = staffed.holding.units(bond).record_days[0]
    staffed.operator.post_business_date(record)
    staffed.investor.transfer_units("Investor", bond, "Fund", 30)
    with pytest.raises(ContractRefusal, match="RecordDayOpen"):
        staffed.holding.at_record_day(bond, "Fund", record)
    staffed.operator.post_business_date(record + DAY)
    staffed.investor.transfer_units("Fund", bond, "Investor", 30)
    kept = {who: staffed.holding.at_record_day(bond, who, record) for who in ("Investor", "Fund")}
    assert kept == {"Investor": 70, "Fund": 30}
    told = staffed.holding.holders(bond, record)["holders"]
    assert {one["party"]: one["units"] for one in told} == kept
    with pytest.raises(ContractRefusal, match="RecordDayUnknown"):
        staffed.holding.at_record_day(bond, "Fund", record - DAY)
