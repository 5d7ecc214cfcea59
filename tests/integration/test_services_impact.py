"""Impact through the front door: reported, refused, restated, and shared out among those who held."""

from __future__ import annotations

import datetime as dt

import pytest

from ledger import Ledger
from ledger.bootstrap.testing import FIRST_DAY, illustrative_lei
from ledger.domain.impact import Basis, BasisKind
from ledger.domain.roles import Role
from ledger.domain.states import ValidationOutcome
from ledger.errors import BadInput, ContractRefusal, NotFound
from ledger.services.impact import Figure
from tests.integration import given_bond as given
from tests.integration.given_bond import DAY, Given

GRID = Basis(
    BasisKind.AVERAGE,
    "生态环境部 2022",
    value="0.5366",
    unit="kgCO2/kWh",
    year="2022",
    region="CN",
    version="2022",
)


def figure(value: str = "1000", last: dt.date | None = None, basis: Basis = GRID) -> Figure:
    """Tonnes over ten days; the first that the bond is held through."""
    return Figure(value, "tCO2", FIRST_DAY, last or FIRST_DAY + 9 * DAY, basis, b"yearly report")


@pytest.fixture
def bond(staffed: Ledger) -> Given:
    """Two thirds of the project are this bond's; ten days have passed."""
    made = given.bond(staffed, allocated=6_000)
    staffed.operator.admit("Fund", illustrative_lei("Fund"), Role.INVESTOR)
    return made


@pytest.mark.spec("IMP-2", "IMP-3")
def test_a_portfolio_counts_what_a_verifier_let_pass(staffed: Ledger, bond: Given) -> None:
    ledger = staffed
    ledger.operator.post_business_date(FIRST_DAY + 5 * DAY)
    ledger.investor.transfer_units("Investor", bond.bond, "Fund", 50)
    ledger.operator.post_business_date(FIRST_DAY + 10 * DAY)
    report = ledger.impact.report("Company", bond.project, "CO2_AVOIDED", figure())
    assert ledger.books.impact_report(report.id).content_hash == report.content_hash
    (told,) = ledger.investor.portfolio("Fund")["impact"]
    assert (told["counted"], told["not_validated"]) == ("0", "166666667")

    ledger.impact.validate("Verifier", report.id, ValidationOutcome.REFUSED, b"meter was off")
    (told,) = ledger.investor.portfolio("Fund")["impact"]
    assert (told["counted"], told["not_validated"], told["figures"][0]["counts"]) == ("0", "0", False)

    again = ledger.impact.restate("Company", report.id, figure("900"), reason="meter calibrated")
    statement = ledger.impact.statement("Verifier", again.id, ValidationOutcome.ACCEPTED, b"seen")
    signature = ledger.impact.sign("Verifier", statement)
    done = ledger.impact.submit("Issuer", statement, signature)
    assert (done.report, done.outcome) == (again.id, ValidationOutcome.ACCEPTED)
    fund, investor = (ledger.investor.portfolio(who) for who in ("Fund", "Investor"))
    assert [one["impact"][0]["counted"] for one in (fund, investor)] == ["150000000", "450000000"]
    (found,) = fund["impact"][0]["figures"]
    assert (found["supersedes"], found["verifier"]["party"]) == ([report.id], "Verifier")
    assert found["basis"]["value"] == "0.5366" and found["basis"]["kind"] == "average"
    assert [one["units"] for one in fund["holdings"]] == [50]
    shares = ledger.impact.show(again.id)["shares"]
    parts = [int(one["value"]) for one in shares["holders"]] + [int(shares["unheld"])]
    assert sum(parts) + int(shares["other_funding"]) == int(shares["whole"]) == 900_000_000
    assert [one["report"] for one in ledger.impact.list(bond.project)["reports"]] == [again.id]
    opened = ledger.documents.open("Company", found["methodology"])
    assert opened.content.decode() == GRID.text()


@pytest.mark.spec("IMP-2")
def test_a_day_is_reported_once_and_by_its_parties(town: Ledger) -> None:
    project = given.bond(town).project
    town.operator.post_business_date(FIRST_DAY + 10 * DAY)
    town.impact.report("Issuer", [project], "CO2_AVOIDED", figure())
    for who, refusal in (("Issuer", "PeriodTaken"), ("Investor", "NotParty")):
        with pytest.raises(ContractRefusal, match=refusal):
            town.impact.report(who, [project], "CO2_AVOIDED", figure())
    with pytest.raises(ContractRefusal, match="DateOutOfOrder"):
        town.impact.report("Issuer", [project], "GENERATION", figure(last=FIRST_DAY + 99 * DAY))
    with pytest.raises(ContractRefusal, match="MissingRole"):
        town.impact.validate("Investor", 1, ValidationOutcome.ACCEPTED, b"mine")


def test_bad_input_is_named_before_anything_is_sent(town: Ledger) -> None:
    bare = Basis(BasisKind.AVERAGE, "somewhere", value="0.5")
    for bad, message in (
        (figure("1e3"), "plain decimal"),
        (figure(last=FIRST_DAY - DAY), "ends before"),
        (figure(basis=bare), "more than a number"),
    ):
        with pytest.raises(BadInput, match=message):
            town.impact.report("Issuer", 1, "CO2_AVOIDED", bad)
    with pytest.raises(BadInput, match="ends before"):
        town.investor.portfolio("Investor", FIRST_DAY, FIRST_DAY - DAY)
    for act in (lambda: town.books.impact_report(999), lambda: town.impact.show(999)):
        with pytest.raises(NotFound, match="impact report 999"):
            act()
    with pytest.raises(NotFound):
        town.impact.validate("Verifier", 999, ValidationOutcome.ACCEPTED, b"nothing there")
