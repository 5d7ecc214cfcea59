"""Two banks compete: each quotes unseen by the other, the holder compares, one quote is published (FIN-4)."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, text

from ledger import Ledger
from ledger.bootstrap.testing import illustrative_lei
from ledger.domain.discount import Convention
from ledger.domain.roles import Role
from ledger.errors import BadInput, Conflict, ContractRefusal, NotAllowed, NotFound
from ledger.services.financing import SignedQuote
from tests.integration import given_bond as given
from tests.integration.given_bond import yuan
from tests.integration.test_services_receivables import accepted

BANKS = ("Factor", "Second bank")
PAPERS: dict[str, Any] = {"registration": b"certificate", "search": b"search"}
pytestmark = pytest.mark.spec("FIN-4")


@pytest.fixture(scope="module")
def receivable(town: Ledger) -> int:
    """1,000 yuan of the contractor's, due in 180 days; a second bank is admitted, and both have money."""
    town.operator.admit("Second bank", illustrative_lei("Second bank"), Role.FINANCIER | Role.ILLUSTRATIVE)
    for bank in BANKS:
        given.mint(town, bank, yuan(5_000))
    return accepted(town)


def soon() -> dt.datetime:
    return dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)


def asked(ledger: Ledger, receivable: int, start: int, end: int) -> int:
    facts: dict[str, Any] = {"until": soon(), "financiers": BANKS}
    return ledger.requests.ask("Contractor", receivable, start=start, end=end, **facts).id


def quoted(ledger: Ledger, bank: str, request: int, rate_ppm: int, **more: Any) -> SignedQuote:
    return ledger.requests.answer(bank, request, rate_ppm=rate_ppm, deadline=soon(), **more)


def refuses(error: type[Exception], act: Callable[[], Any]) -> None:
    with pytest.raises(error):
        act()


def test_the_holder_compares_and_takes_one(town: Ledger, receivable: int) -> None:
    """FIN-4: the dearer quote is neither on the chain nor readable in the database or by the other bank."""
    request = asked(town, receivable, 0, 40_000)
    dear = quoted(town, "Factor", request, 60_000, fee=yuan(1))
    cheap = quoted(town, "Second bank", request, 30_000, convention=Convention.THIRTY_360)
    offers = town.requests.offers("Contractor", request)
    assert [offer.signed for offer in offers] == [cheap, dear], "the one that leaves most comes first"
    assert [offer.state for offer in offers] == ["open", "open"]
    assert offers[0].cost_ppm < 31_500 < 60_000 < offers[1].cost_ppm, "the fee is part of the cost"
    for bank, own in zip(BANKS, (dear, cheap), strict=True):
        assert [offer.signed for offer in town.requests.offers(bank, request)] == [own]
        assert town.requests.show(bank, request).financiers == (town.session.address(bank),)
    refuses(NotFound, lambda: town.requests.offer("Factor", cheap.digest))
    refuses(NotFound, lambda: town.requests.offers("Subcontractor", request))
    refuses(NotFound, lambda: town.requests.accept("Factor", cheap.digest))
    town.requests.accept("Contractor", cheap.digest)
    assert [o.state for o in town.requests.offers("Contractor", request)] == ["accepted", "stale-sequence"]
    assert_unseen(town, dear)


def assert_unseen(ledger: Ledger, quote: SignedQuote) -> None:
    """Neither chain nor database has the quote's terms; who asked whom is all that the database tells."""
    rows = "\n".join(repr(row) for url in databases(ledger) for row in everything(url))
    assert quote.digest in rows, "the digest is kept"
    for secret in (quote.signature.hex(), str(quote.quote.nonce), str(quote.quote.net)):
        assert secret not in rows
    last = ledger.client.block_number()
    blocks = [ledger.client.rpc.call("eth_getBlockByNumber", hex(n), True) for n in range(last - 8, last + 1)]
    sent = [act["input"] for block in blocks for act in block["transactions"]]
    assert sent and not any(quote.signature.hex() in one for one in sent)
    assert not any(quote.digest[2:] in repr(log) for log in ledger.client.logs(0, last))


def databases(ledger: Ledger) -> list[str]:
    folder = ledger.session.vault.directory.parent
    found = sorted(folder.glob("*.sqlite"))
    assert {one.name for one in found} >= {"requests-embedded.sqlite"}
    return [f"sqlite:///{one}" for one in found]


def everything(url: str) -> list[Any]:
    engine = create_engine(url)
    with engine.connect() as connection:
        tables = inspect(engine).get_table_names()
        rows = [row for name in tables for row in connection.execute(text(f"SELECT * FROM {name}"))]
    engine.dispose()
    return rows


@pytest.mark.spec("FIN-3")
def test_the_report_says_how_long_it_took_and_how_many_people(town: Ledger, receivable: int) -> None:
    request = asked(town, receivable, 40_000, 60_000)
    chosen = quoted(town, "Second bank", request, 36_000, fee=yuan(2), fee_payee="Factor", recourse=True)
    refuses(NotFound, lambda: town.financier.report(chosen.digest))
    town.requests.accept("Contractor", chosen.digest)
    assert (town.financier.report(chosen.digest).state, town.financier.report(chosen.digest).net) == (
        "accepted",
        None,
    )
    before = {who: town.cash.balance(who, "CNY") for who in ("Contractor", *BANKS)}
    funded = town.financier.fund("Second bank", chosen, number="20250106-7", **PAPERS)
    paid = {who: town.cash.balance(who, "CNY") - before[who] for who in before}
    assert paid == {"Contractor": funded.net, "Factor": 200, "Second bank": -funded.net - 200}
    report = town.financier.report(chosen.digest)
    assert [step.what for step in report.steps] == [
        "requested", "quoted", "accepted", "searched", "registered", "funded",
    ]  # fmt: skip
    assert (report.people, report.same_day is not None, report.seconds in range(300)) == (6, True, True)
    assert (report.state, report.number, report.fee_payee) == (
        "funded",
        "20250106-7",
        town.session.address("Factor"),
    )
    assert report.discount == 20_000 * 36_000 * 180 // 360_000_000
    seller = town.session.read("Financing", "recourse", receivable, 40_000, 40_000)
    assert seller == town.session.address("Contractor")


@pytest.mark.spec("FIN-2")
def test_a_quote_that_a_split_overtook_is_given_again(town: Ledger) -> None:
    receivable = accepted(town)
    request = asked(town, receivable, 0, 50_000)
    first = quoted(town, "Factor", request, 30_000)
    town.supplier.split("Contractor", receivable, 0, 90_000)
    [stale] = town.requests.offers("Contractor", request)
    assert stale.state == "stale-sequence"
    with pytest.raises(ContractRefusal, match="StaleSequence"):
        town.requests.accept("Contractor", first.digest)
    again = quoted(town, "Factor", request, 30_000)
    town.requests.accept("Contractor", again.digest)
    states = {offer.signed.digest: offer.state for offer in town.requests.offers("Contractor", request)}
    assert states == {first.digest: "stale-sequence", again.digest: "accepted"}


def test_who_may_ask_and_answer(town: Ledger, receivable: int) -> None:
    ask = town.requests.ask
    span = {"start": 60_000, "end": 70_000}
    refuses(NotAllowed, lambda: ask("Subcontractor", receivable, **span, until=soon()))
    refuses(BadInput, lambda: ask("Contractor", receivable, start=60_000, end=200_000, until=soon()))
    refuses(BadInput, lambda: ask("Contractor", receivable, **span, until=dt.datetime(2099, 1, 1)))
    past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    refuses(BadInput, lambda: ask("Contractor", receivable, **span, until=past))
    refuses(BadInput, lambda: ask("Contractor", receivable, **span, until=soon(), financiers=["Investor"]))
    everybody = ask("Contractor", receivable, **span, until=soon())
    assert set(everybody.financiers) == {town.session.address(bank) for bank in BANKS}
    only = ask("Contractor", receivable, **span, until=soon(), financiers=["Factor"])
    refuses(NotFound, lambda: quoted(town, "Second bank", only.id, 1))
    refuses(NotFound, lambda: quoted(town, "Contractor", only.id, 1))
    refuses(NotFound, lambda: town.requests.show("Factor", 10_000))
    assert [one.id for one in town.requests.mine("Factor")][:2] == [only.id, everybody.id]
    assert only.id not in [one.id for one in town.requests.mine("Second bank")]


def test_a_request_ends_with_its_time_and_with_its_holder(town: Ledger) -> None:
    receivable = accepted(town)
    span = {"start": 0, "end": 10_000}
    moment = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)
    brief = town.requests.ask("Contractor", receivable, **span, until=moment)
    while not town.requests.show("Contractor", brief.id).over:
        time.sleep(0.1)
    refuses(Conflict, lambda: quoted(town, "Factor", brief.id, 1))
    standing = asked(town, receivable, 0, 10_000)
    town.supplier.transfer(
        "Contractor", receivable, "Subcontractor", start=0, end=10_000, trade_document=b"steel"
    )
    refuses(Conflict, lambda: quoted(town, "Factor", standing, 1))


@pytest.mark.spec("ACC-3")
def test_an_account_of_two_persons_takes_two_people_a_step(town: Ledger) -> None:
    """The quote carries both signatures, and each act above the clerk's limits was proposed and approved."""
    town.accounts.make("House bank", clerks=["a clerk"], approvers=["a boss"])
    roles = Role.FINANCIER | Role.ILLUSTRATIVE
    town.operator.admit("House bank", illustrative_lei("House bank"), roles)
    given.mint(town, "House bank", yuan(1_000))
    receivable = accepted(town)
    facts: dict[str, Any] = {"start": 0, "end": 10_000, "until": soon(), "financiers": ["House bank"]}
    request = town.requests.ask("Contractor", receivable, **facts)
    chosen = quoted(town, "House bank", request.id, 30_000)
    town.requests.accept("Contractor", chosen.digest)
    town.financier.fund("House bank", chosen, number="7", **PAPERS)
    report = town.financier.report(chosen.digest)
    assert {step.what: step.people for step in report.steps} == {
        "requested": 1, "quoted": 2, "accepted": 1, "searched": 2, "registered": 2, "funded": 2,
    }  # fmt: skip
