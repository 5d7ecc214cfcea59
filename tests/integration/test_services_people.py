"""Admission, dates, cash and documents through the front door: what is granted, and each refusal by name."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest

from ledger import Ledger
from ledger.bootstrap.testing import FIRST_DAY, illustrative_lei
from ledger.crypto.vault import DocumentAltered
from ledger.domain.identifiers import BadIdentifier
from ledger.domain.kinds import DocumentKind
from ledger.domain.money import BadMoney, Money, currency
from ledger.domain.obligations import BadObligation
from ledger.domain.roles import Role
from ledger.errors import BadInput, ContractRefusal, NotAllowed, NotFound
from ledger.services.values import hex_of

CNY, JPY = currency("CNY"), currency("JPY")
DAY = dt.timedelta(days=1)


def refused(name: str) -> object:
    """Expects a contract's refusal of that name."""
    return pytest.raises(ContractRefusal, match=rf"refused: {name}\(")


# --- admission -------------------------------------------------------------------------------------------


def test_an_admission_is_recorded_as_given(ledger: Ledger) -> None:
    lapses = FIRST_DAY + 100 * DAY
    admitted = ledger.operator.admit("三峡", "USCC:91110000100015525K", Role.ISSUER, lapses=lapses, group=7)
    assert admitted.identifier == "USCC:91110000100015525K" and admitted.name == "三峡"
    record = ledger.books.participant("USCC:91110000100015525K")
    assert (record.account, record.roles, record.lapses, record.group) == (
        admitted.account, Role.ISSUER, lapses, 7,
    )  # fmt: skip
    assert record.active and not record.suspended


@pytest.mark.parametrize(
    "identifier", ["USCC:91110000100015525L", "LEI:TEST", "ISIN:US0378331005", "91110000100015525K", ""]
)
def test_a_malformed_identifier_is_refused_before_anything_is_sent(town: Ledger, identifier: str) -> None:
    block = town.client.block_number()
    with pytest.raises(BadIdentifier):
        town.operator.admit("X", identifier, Role.ISSUER)
    assert town.client.block_number() == block


def test_an_identifier_and_an_account_are_admitted_once(town: Ledger) -> None:
    with refused("IdentifierTaken"):
        town.operator.admit("Twin", illustrative_lei("Issuer"), Role.ISSUER)
    with refused("AccountTaken"):
        town.operator.admit("Again", illustrative_lei("Again"), Role.ISSUER, account="Issuer")


def test_nobody_is_admitted_without_a_role(town: Ledger) -> None:
    with pytest.raises(BadInput):
        town.operator.admit("X", illustrative_lei("X"), Role.ILLUSTRATIVE)


@pytest.mark.spec("ADM-1")
def test_the_operator_is_no_participant(town: Ledger) -> None:
    with refused("OperatorCannotParticipate"):
        town.operator.admit("operator", illustrative_lei("operator"), Role.BANK)


@pytest.mark.spec("ADM-1")
def test_a_suspension_stops_and_a_reinstatement_allows(staffed: Ledger) -> None:
    mint(staffed, "Investor", 10_00)
    staffed.operator.suspend("Investor", b"order no. 1")
    assert not staffed.books.participant("Investor").active
    with refused("Suspended"):
        staffed.cash.transfer("Investor", "Issuer", 100, "CNY")
    staffed.operator.reinstate("Investor", b"order no. 2")
    staffed.cash.transfer("Investor", "Issuer", 100, "CNY")
    assert staffed.cash.balance("Issuer", "CNY") == 100


@pytest.mark.spec("ADM-1")
def test_a_lapsed_participant_is_refused(staffed: Ledger) -> None:
    mint(staffed, "Investor", 10_00)
    staffed.operator.amend("Investor", lapses=FIRST_DAY, document=b"short")
    staffed.operator.post_business_date(FIRST_DAY + DAY)
    with refused("Lapsed"):
        staffed.cash.transfer("Investor", "Issuer", 100, "CNY")


def test_business_dates_never_go_back_nor_into_the_future(ledger: Ledger) -> None:
    ledger.operator.post_business_date(FIRST_DAY + DAY)
    for day in (FIRST_DAY, dt.date(2099, 1, 1)):
        with refused("DateOutOfOrder"):
            ledger.operator.post_business_date(day)
    assert ledger.operator.today() == FIRST_DAY + DAY


def test_unknown_people_are_named(town: Ledger) -> None:
    for who in ("nobody", illustrative_lei("nobody"), "0x" + "12" * 20):
        with pytest.raises(NotFound):
            town.books.participant(who)


def test_a_key_held_elsewhere_cannot_act_here(town: Ledger) -> None:
    elsewhere = "0x" + "12" * 20
    town.operator.admit("Afar", illustrative_lei("Afar"), Role.INVESTOR, account=elsewhere)
    assert town.books.participant(illustrative_lei("Afar")).account == elsewhere
    with pytest.raises(NotFound):
        town.cash.transfer(illustrative_lei("Afar"), "Issuer", 1, "CNY")


# --- cash ------------------------------------------------------------------------------------------------


def mint(ledger: Ledger, to: str, fen: int, booking: str = "", cash: str = "CNY") -> None:
    ledger.bank.mint("settlement bank", to, fen, booking or f"booking {to} {fen}", cash)


@pytest.mark.spec("CASH-1")
def test_money_comes_in_moves_and_goes_out(staffed: Ledger) -> None:
    mint(staffed, "Investor", 10_00)
    staffed.cash.transfer("Investor", "Issuer", Money(4_00, CNY), "CNY")
    staffed.cash.redeem("Issuer", 3_00, "CNY")
    staffed.cash.cancel_redeem("Issuer", 1_00, "CNY")
    staffed.bank.burn("settlement bank", "Issuer", 2_00, "payout 1", "CNY")
    balances = [staffed.cash.balance(who, "CNY") for who in ("Investor", "Issuer")]
    assert balances == [6_00, 2_00] and staffed.cash.redeeming("Issuer", "CNY") == 0
    cash = staffed.session.cash("CNY").contract
    assert staffed.client.call(cash, "totalSupply") == sum(balances)


def test_a_booking_counts_once(town: Ledger) -> None:
    mint(town, "Investor", 10_00, "BK-1")
    for booking in ("BK-1", " BK-1 "):
        with refused("AlreadyUsed"):
            mint(town, "Investor", 5_00, booking)
    with pytest.raises(BadInput):
        town.bank.mint("settlement bank", "Investor", 1, "  ", "CNY")


def test_only_its_own_bank_mints_a_cash(town: Ledger) -> None:
    with pytest.raises(NotAllowed):
        town.bank.mint("Issuer", "Investor", 1, "BK", "CNY")


@pytest.mark.parametrize("amount", [0, -1, True, 2**96, Money(5, JPY), Money(0, CNY), Money(-1, CNY)])
def test_what_is_no_amount_is_refused(town: Ledger, amount: int | Money) -> None:
    block = town.client.block_number()
    with pytest.raises(BadMoney):
        town.cash.transfer("Investor", "Issuer", amount, "CNY")
    assert town.client.block_number() == block


def test_more_than_there_is(staffed: Ledger) -> None:
    mint(staffed, "Investor", 10_00)
    with refused("InsufficientBalance"):
        staffed.cash.transfer("Investor", "Issuer", 10_01, "CNY")
    with refused("InsufficientBalance"):
        staffed.bank.burn("settlement bank", "Investor", 1, "payout", "CNY")
    assert staffed.cash.balance("Investor", "CNY") == 10_00


@pytest.mark.spec("ADM-1")
def test_the_unadmitted_receive_nothing(town: Ledger) -> None:
    mint(town, "Investor", 10_00)
    town.account("Stranger")
    with refused("NotAdmitted"):
        town.cash.transfer("Investor", "Stranger", 1, "CNY")
    with pytest.raises(NotFound):
        town.cash.balance("Investor", "CHF")


# --- documents -------------------------------------------------------------------------------------------


def test_a_file_opens_for_its_readers_alone(town: Ledger) -> None:
    filed = town.documents.register(
        "Issuer",
        b"report",
        DocumentKind.OTHER,
        name="r.pdf",
        media_type="application/pdf",
        readers=["Verifier"],
    )
    for reader in ("Issuer", "Verifier"):
        opened = town.documents.open(reader, filed.document)
        assert (opened.content, opened.name, opened.media_type) == (b"report", "r.pdf", "application/pdf")
    with pytest.raises(NotAllowed):
        town.documents.open("Investor", filed.document)
    town.documents.share("Verifier", filed.document, ["Investor"])
    assert town.documents.open("Investor", filed.document).content == b"report"


@pytest.mark.spec("KEY-1")
def test_a_tampered_file_is_noticed(town: Ledger) -> None:
    filed = town.documents.register("Issuer", b"report")
    path = town.session.vault.directory / f"{filed.document}.sealed"  # type: ignore[attr-defined]
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(DocumentAltered):
        town.documents.open("Issuer", filed.document)


def test_a_hash_is_registered_once_by_one_and_again_by_another(town: Ledger) -> None:
    filed = town.documents.register("Issuer", b"report")
    with refused("AlreadyUsed"):
        town.documents.register_hash("Issuer", filed.document, DocumentKind.OTHER)
    town.documents.register_hash("Verifier", filed.document, DocumentKind.OTHER)
    with refused("DocumentUnknown"):
        town.documents.register("Issuer", b"v2", supersedes="0x" + "33" * 32)
    for bad in ("0x" + "00" * 32, "0x12", "report"):
        with pytest.raises(BadInput):
            town.documents.register_hash("Issuer", bad, DocumentKind.OTHER)


_numbers = itertools.count(25442000000000000001)


def an_invoice(number: str | None = None, total: int = 100_00) -> dict[str, Any]:
    """The facts of an invoice that nobody filed before, unless its number is given."""
    return {
        "kind": DocumentKind.INVOICE,
        "payer": "Issuer",
        "payee": "Contractor",
        "number": number or str(next(_numbers)),
        "dated": FIRST_DAY,
        "total": Money(total, CNY),
        "paper": b"invoice",
    }


@pytest.mark.spec("DOC-1", "DOC-2")
def test_an_obligation_needs_both_signatures_of_its_own_parties(town: Ledger) -> None:
    documents = town.documents
    statement = documents.obligation(**an_invoice())
    buyer, seller, other = (
        documents.sign_obligation(who, statement) for who in ("Issuer", "Contractor", "Verifier")
    )
    for first, second in ((buyer, buyer), (seller, seller), (buyer, other), (other, seller), (buyer, b"")):
        with refused("BadSignature"):
            documents.register_obligation("Issuer", statement, first, second)
    registered = documents.register_obligation("Verifier", statement, buyer, seller)
    capacity = documents.capacity(registered.fingerprint)
    assert (capacity.total, capacity.used, capacity.currency) == (100_00, 0, "CNY")
    assert capacity.payer == town.account("Issuer") and capacity.payee == town.account("Contractor")


@pytest.mark.spec("DOC-1", "DOC-2")
def test_the_same_invoice_filed_anew_meets_the_same_fingerprint(town: Ledger) -> None:
    documents = town.documents
    first = documents.sign_and_register(documents.obligation(**an_invoice("25442000000012345678")))
    again = {**an_invoice(" 2544 2000-0000 1234 5678"), "paper": b"saved again"}
    with refused("AlreadyUsed"):
        documents.sign_and_register(documents.obligation(**again))
    larger = documents.obligation(**an_invoice("25442000000012345678", total=100_01))
    assert hex_of(larger.fingerprint) == first.fingerprint
    with refused("AlreadyUsed"):
        documents.sign_and_register(larger)


def test_signatures_do_not_count_on_another_chain(town: Ledger) -> None:
    statement = town.documents.obligation(**an_invoice())
    chain = town.session.chain
    try:
        town.session.chain = _Elsewhere()  # type: ignore[assignment]
        abroad = [town.documents.sign_obligation(who, statement) for who in ("Issuer", "Contractor")]
    finally:
        town.session.chain = chain
    with refused("BadSignature"):
        town.documents.register_obligation("Issuer", statement, *abroad)


class _Elsewhere:
    chain_id = 1


def test_a_refinancing_is_attested_by_a_verifier(town: Ledger) -> None:
    facts = {**an_invoice(), "kind": DocumentKind.REFINANCING, "payee": "Issuer"}
    documents = town.documents
    with pytest.raises(BadObligation):
        documents.obligation(**facts)
    with refused("MissingRole"):
        documents.sign_and_register(documents.obligation(**facts, attester="Investor"))
    attested = documents.obligation(**facts, attester="Verifier")
    assert documents.sign_and_register(attested).total == 100_00


def test_an_obligation_of_tomorrow_and_one_that_nobody_filed(town: Ledger) -> None:
    facts = {**an_invoice(), "dated": FIRST_DAY + DAY}
    with refused("DateOutOfOrder"):
        town.documents.sign_and_register(town.documents.obligation(**facts))
    with pytest.raises(NotFound):
        town.documents.capacity("0x" + "55" * 32)
