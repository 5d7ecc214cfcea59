"""Double financing through the front door: a fingerprint is recomputed from the paper before money moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ledger import Ledger
from ledger.bootstrap.testing import FIRST_DAY
from ledger.domain.duplicates import Reason
from ledger.domain.exchange import as_csv, as_json
from ledger.domain.kinds import DocumentKind
from ledger.domain.obligations import Reading
from ledger.errors import Conflict, ContractRefusal, LedgerError, NotFound
from ledger.services.documents import RegisteredObligation
from ledger.services.doubles import FingerprintMismatch, NotRecomputed, RegisteredTwice
from ledger.services.financing import SignedQuote
from ledger.services.rules import RuleRefused, before
from tests.integration import given_bond as given
from tests.integration.given_bond import DAY, LATER, yuan


def on_file() -> dict[str, Any]:
    return {"number": f"REG-{given.number()}", "registration": b"certificate", "search": b"search"}


def refused(name: str, act: Callable[[], Any]) -> None:
    with pytest.raises(ContractRefusal, match=rf"refused: {name}\("):
        act()


def drawn(ledger: Ledger, total: int = 1_000, **changed: Any) -> Any:
    """An invoice of the contractor's to the company, drawn up and signed by nobody."""
    facts = {
        "payer": "Company",
        "payee": "Contractor",
        "number": f"INV {given.number()}",
        "dated": FIRST_DAY,
        "total": yuan(total),
        "paper": b"invoice",
        **changed,
    }
    return ledger.documents.obligation(DocumentKind.INVOICE, **facts)


def invoice(ledger: Ledger, total: int = 1_000, **changed: Any) -> RegisteredObligation:
    return ledger.documents.sign_and_register(drawn(ledger, total, **changed))


def read(ledger: Ledger, number: str, total: int = 1_000) -> Reading:
    """What somebody reads in that paper."""
    issuer = ledger.documents.identifier("Contractor")
    return Reading(DocumentKind.INVOICE, issuer, number, (FIRST_DAY - dt.date(1970, 1, 1)).days, yuan(total))


def confirmed(ledger: Ledger, fingerprint: str, face: int = 1_000) -> int:
    line = ledger.bank.grant_line("settlement bank", "Company", yuan(face), LATER).id
    return ledger.obligor.confirm(
        "Company",
        "Contractor",
        yuan(face),
        cash="CNY",
        due=FIRST_DAY + 90 * DAY,
        credit_line=line,
        fingerprint=fingerprint,
        contract=b"contract",
        delivery=b"delivery",
    ).id


def quoted(ledger: Ledger, receivable: int) -> SignedQuote:
    deadline = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    return ledger.financier.quote("Factor", receivable, start=0, end=500, rate_ppm=30_000, deadline=deadline)


# --- recomputing -----------------------------------------------------------------------------------------


@pytest.mark.spec("DOC-4")
def test_a_financier_recomputes_from_the_paper_before_money_moves(town: Ledger) -> None:
    registered = invoice(town, number="A-1")
    receivable = confirmed(town, registered.fingerprint)
    town.supplier.accept("Contractor", receivable)
    with pytest.raises(NotRecomputed):
        town.doubles.recompute("Factor", registered.fingerprint)
    signed = quoted(town, receivable)
    town.financier.accept("Contractor", signed)
    found = town.doubles.recompute("Factor", registered.fingerprint)
    assert (found.matches, found.differences, found.elsewhere) == (True, (), ())
    assert (found.total, found.used, found.credited) == (100_000, 100_000, 0)
    given.mint(town, "Factor", yuan(10))
    before = town.cash.balance("Factor", "CNY")
    for wrong, field in (
        (read(town, "A-1", 1_001), "total"),
        (read(town, "A-2"), "fingerprint"),
        (replace(read(town, "A-1"), date=20_000), "date"),
        (replace(read(town, "A-1"), issuer=town.documents.identifier("Company")), "issuer"),
    ):
        with pytest.raises(FingerprintMismatch, match="paper") as refusal:
            town.financier.fund("Factor", signed, invoice=wrong, **on_file())
        assert field in str(refusal.value.needed)
    assert town.cash.balance("Factor", "CNY") == before
    assert (
        town.financier.fund("Factor", signed, invoice=read(town, "a1"), **on_file()).receivable == receivable
    )


def test_a_paper_kept_elsewhere_has_to_be_read(town: Ledger) -> None:
    paper = town.documents.register("Company", b"kept elsewhere").document
    registered = invoice(town, number="B-1", paper=paper)
    receivable = confirmed(town, registered.fingerprint)
    town.supplier.accept("Contractor", receivable)
    signed = quoted(town, receivable)
    town.financier.accept("Contractor", signed)
    with pytest.raises(NotRecomputed):
        town.financier.fund("Factor", signed, **on_file())
    given.mint(town, "Factor", yuan(10))
    town.financier.fund("Factor", signed, invoice=read(town, "B-1"), **on_file())


# --- red invoices ----------------------------------------------------------------------------------------


@pytest.mark.spec("DOC-3")
def test_a_red_invoice_stops_new_use_and_names_what_was_used(town: Ledger) -> None:
    unused, used = invoice(town, number="R-1"), invoice(town, number="R-2")
    receivable = confirmed(town, used.fingerprint, 600)
    town.doubles.credit("Contractor", unused.fingerprint, b"red invoice one", yuan(1_000))
    refused("CapacityExceeded", lambda: confirmed(town, unused.fingerprint, 1))
    assert not [one for one in town.doubles.alerts() if one.fingerprint == unused.fingerprint]
    refused("NotParty", lambda: town.doubles.credit("Company", used.fingerprint, b"not mine", yuan(1)))
    town.doubles.credit("Contractor", used.fingerprint, b"red invoice two", yuan(700))
    (alert,) = [one for one in town.doubles.alerts() if one.fingerprint == used.fingerprint]
    assert (alert.total, alert.used, alert.credited, alert.over) == (100_000, 60_000, 70_000, 30_000)
    assert alert.receivables == (receivable,) and "红" not in alert.fingerprint
    capacity = town.documents.capacity(used.fingerprint)
    assert (capacity.used, capacity.credited) == (60_000, 70_000)
    refused("CapacityExceeded", lambda: confirmed(town, used.fingerprint, 1))


# --- near-duplicates -------------------------------------------------------------------------------------


def test_a_double_under_another_number_is_asked_about(town: Ledger) -> None:
    first = invoice(town, 77_700, number="N-1", contract="HT-9")
    second = invoice(town, 77_701, number="N-2", contract="HT 9", dated=FIRST_DAY - 2 * DAY)
    found = town.doubles.recompute("Contractor", second.fingerprint, search=True)
    assert found.matches
    (near,) = found.near
    assert (near.earlier.fingerprint, near.later.fingerprint) == (first.fingerprint, second.fingerprint)
    assert near.reason is Reason.CONTRACT and {"payer", "payee", "contract"} <= set(near.same)
    assert (near.days_apart, near.amount_apart) == (2, 100)
    seen = [(one.earlier.fingerprint, one.reason) for one in town.doubles.near(None, second.fingerprint)]
    assert seen == [(first.fingerprint, Reason.AMOUNT_AND_DATE)]


# --- epochs; last, because they stay ---------------------------------------------------------------------


@pytest.mark.spec("DOC-4")
def test_one_invoice_is_not_used_once_an_epoch(town: Ledger) -> None:
    old = invoice(town, number="E-1")
    confirmed(town, old.fingerprint, 400)
    assert town.doubles.new_epoch() == 2
    with pytest.raises(Conflict, match="earlier epoch"):
        drawn(town, number="E-1")
    anew = town.doubles.link("Contractor", old.fingerprint)
    assert anew != old.fingerprint and town.doubles.link("Contractor", old.fingerprint) == anew
    assert town.documents.capacity(anew).used == 40_000
    refused("CapacityExceeded", lambda: confirmed(town, anew, 601))
    assert town.doubles.recompute("Company", anew).matches
    with pytest.raises(ContractRefusal, match="AlreadyUsed"):
        again = drawn(town, number="E-9")
        town.documents.sign_and_register(replace(again, fingerprint=bytes.fromhex(anew[2:])))


@pytest.mark.spec("DOC-4")
def test_what_was_registered_anew_instead_of_linked_is_found_before_money_moves(town: Ledger) -> None:
    """Payer and payee agree to hide the first registration: the financier's recomputation sees both."""
    old = invoice(town, number="E-2")
    epoch = town.doubles.new_epoch()
    key = town.keys.fingerprint_keys()[epoch]
    statement = drawn(town, number="E-3")
    anew = read(town, "E-2").fingerprints(statement.payee, {epoch: key})[epoch]
    hidden = town.documents.sign_and_register(replace(statement, fingerprint=anew))
    receivable = confirmed(town, hidden.fingerprint)
    town.supplier.accept("Contractor", receivable)
    signed = quoted(town, receivable)
    town.financier.accept("Contractor", signed)
    with pytest.raises(RegisteredTwice, match="another epoch") as refusal:
        town.financier.fund("Factor", signed, invoice=read(town, "E-2"), **on_file())
    assert refusal.value.had == old.fingerprint
    with pytest.raises(LedgerError):
        town.doubles.link("Contractor", old.fingerprint)


@pytest.mark.spec("DOC-4")
def test_a_payee_links_all_that_it_can_read(town: Ledger) -> None:
    old = invoice(town, number="E-4")
    hidden = invoice(town, number="E-5", paper=town.documents.register("Company", b"elsewhere").document)
    twice = invoice(town, number="E-6")
    epoch = town.doubles.new_epoch()
    key = town.keys.fingerprint_keys()[epoch]
    statement = drawn(town, number="E-7")
    anew = read(town, "E-6").fingerprints(statement.payee, {epoch: key})[epoch]
    town.documents.sign_and_register(replace(statement, fingerprint=anew))
    linked = town.doubles.link_all("Contractor")
    assert hidden.fingerprint not in linked and linked[twice.fingerprint] is None
    assert town.documents.capacity(str(linked[old.fingerprint])).total == 100_000
    assert town.doubles.link_all("Subcontractor") == {}


# --- the day's report ------------------------------------------------------------------------------------


def test_a_day_is_reported_with_identifiers_and_the_registrations_number(town: Ledger) -> None:
    """77号文 art. 19: each row names parties by identifier; what the format is not is said beside it."""
    bill = invoice(town, 3, number="X-1")
    receivable = confirmed(town, bill.fingerprint, 3)
    town.supplier.accept("Contractor", receivable)
    deadline = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    signed = town.financier.quote("Factor", receivable, start=0, end=100, rate_ppm=30_000, deadline=deadline)
    town.financier.accept("Contractor", signed)
    given.mint(town, "Factor", yuan(3))
    town.financier.fund("Factor", signed, **{**on_file(), "number": "REG-X"})
    rows = [row for row in town.rules.exchange_report(FIRST_DAY) if row.receivable == receivable]
    assert [row.act for row in rows] == ["confirmed", "accepted", "moved", "financed"]
    seller, factor = (town.documents.identifier(who) for who in ("Contractor", "Factor"))
    assert (rows[0].taker, rows[0].amount, rows[0].document) == (seller, 300, bill.fingerprint)
    assert (rows[2].giver, rows[2].taker, rows[2].start, rows[2].end) == (seller, factor, 0, 100)
    assert (rows[3].reference, rows[3].amount) == ("REG-X", signed.quote.net)
    assert town.rules.exchange_report(FIRST_DAY - DAY) == []
    assert as_csv(rows).count("\n") == 5 and "not at hand" in as_json(rows, FIRST_DAY)["note"]


# --- rules; last, because the days go on -----------------------------------------------------------------


@pytest.mark.spec("RULE-1")
def test_rules_are_judged_before_an_act_and_what_warns_comes_back_with_it(town: Ledger) -> None:
    """RULE-1: before its day a rule says nothing; from then on a warning comes with the act, a refusal that
    no contract holds stops it, and both quote the clause."""
    bill = invoice(town, 7, number="RULES-1")
    line = town.bank.grant_line("settlement bank", "Company", yuan(100), LATER).id
    facts: dict[str, Any] = {
        "cash": "CNY",
        "credit_line": line,
        "fingerprint": bill.fingerprint,
        "contract": b"contract",
        "delivery": b"delivery",
    }

    def confirm(due: dt.date) -> Any:
        late = due - 61 * DAY
        return town.obligor.confirm("Company", "Contractor", yuan(1), due=due, delivered=late, **facts)

    assert confirm(FIRST_DAY + 90 * DAY).notices == ()
    town.operator.post_business_date(dt.date(2025, 6, 15))
    (notice,) = confirm(dt.date(2025, 8, 1)).notices
    assert (notice.rule, notice.outcome) == ("SME-09", "warned")
    assert "art. 9" in notice.sentence["en"] and "61" in notice.sentence["zh"]
    verdicts = {one.rule.id: one.outcome for one in town.rules.check("confirm", {"tenor_days": 200})}
    assert verdicts["77-11"] == "refused" and verdicts["77-15"] == "unknown"
    with pytest.raises(NotFound):
        town.rules.check("dance", {})
    with pytest.raises(RuleRefused, match="double financing") as refusal:
        before(town.session, "finance", {"recomputed": False})
    assert refusal.value.clause and "重新计算" in refusal.value.sentence("zh")
    listed = {one.rule.id: one for one in town.rules.list(dt.date(2025, 6, 14))}
    assert not listed["77-11"].in_force and listed["SME-09"].in_force
