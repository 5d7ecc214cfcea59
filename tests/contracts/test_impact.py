"""Impact: one report counts for each project, indicator and day, and a verifier may say no (IMP-2)."""

import pytest

from tests.contracts.refusals import emitted, refused
from tests.contracts.world import INVESTOR, NOBODY, VERIFIER, ZERO, digest, label

CO2, MWH = label("CO2"), label("MWH")


@pytest.fixture(scope="module")
def project(world):
    framework = world.issuer.registers_framework("SOLAR")
    return world.issuer.registers_project(framework, world.company)


@pytest.fixture(scope="module")
def second(world, project):
    """Another admitted verifier, in nobody's group."""
    world.operator.admits(world.stranger, VERIFIER)
    return world.stranger


def report(world, *projects, by=None, indicator=CO2, basis="basis", **changes):
    by = by or world.issuer
    figure = tuple(world.figure_of(by, **changes).values())
    world.impact.checkReport(by, projects, indicator, figure, basis)
    return world.impact.report(projects, indicator, figure, basis, by.by)


def validate(world, validation, sender=None, signature=b""):
    world.impact.checkValidate(tuple(validation.values()))
    return world.impact.validate(tuple(validation.values()), signature, (sender or world.verifier).by)


# --- reporting ---


def test_the_issuer_reports(world, project):
    figure = world.figure_of(world.issuer)
    tx = world.impact.report([project], CO2, tuple(figure.values()), "grid factor", world.issuer.by)
    emitted(
        tx,
        "ImpactReported",
        report=1,
        indicator=CO2,
        reporter=world.issuer,
        projects=[project],
        figure=list(figure.values()),
        basis="grid factor",
    )
    reporter, former, by, first, last, decimals, outcome, value, *rest = world.impact.reportOf(1)
    assert (reporter, former, by) == (world.issuer.address, 0, 0)
    assert (first, last, decimals, outcome, value) == (figure["from"], figure["until"], 1, 0, 12_345)
    assert rest == [CO2, label("tCO2"), tx.events["ImpactReported"]["contentHash"]] and rest[2] != ZERO
    assert world.impact.count() == 1 and world.impact.counts(1)
    assert list(world.impact.projectsOf(1)) == [project]
    assert [list(world.impact.reportsOf(project, one)) for one in (CO2, MWH)] == [[1], []]
    assert list(world.impact.validationOf(1)) == [NOBODY, 0]
    assert not world.impact.counts(2)


def test_the_company_reports_too(world, project):
    assert world.company.reports_impact(project) == 1


def test_nobody_else_reports(world, project):
    for who in (world.rival, world.verifier, world.core, world.operator):
        with refused("NotParty", who, world.issuer):
            world.impact.report(
                [project], CO2, tuple(world.figure_of(world.issuer).values()), "basis", who.by
            )
    with refused("Unknown", "PROJECT", 9):
        report(world, 9)


def test_a_suspended_party_does_not_report_and_one_without_its_role_does(world, project):
    world.operator.amends(world.issuer, roles=INVESTOR)
    report(world, project, until=world.today - 5)
    figure = world.figure_of(world.issuer)
    world.operator.suspends(world.issuer)
    with refused("Suspended", world.issuer):
        world.impact.report([project], MWH, tuple(figure.values()), "basis", world.issuer.by)


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        ({"indicator": ZERO}, ("ZeroHash", "INDICATOR")),
        ({"unit": ZERO}, ("ZeroHash", "UNIT")),
        ({"decimals": 19}, ("AmountTooLarge", 19, 18)),
        ({"basis": ""}, ("ZeroHash", "BASIS")),
        ({"basis": "x" * 1_025}, ("AmountTooLarge", 1_025, 1_024)),
        ({"methodology": digest("unknown")}, ("DocumentUnknown", digest("unknown"), ..., 0)),
        ({"document": ZERO}, ("DocumentUnknown", ZERO, ..., 0)),
    ],
)
def test_what_a_report_must_have(world, project, options, refusal):
    with refused(*refusal):
        report(world, project, **options)


def test_a_period_is_over_and_runs_forward(world, project):
    today = world.today
    with refused("DateOutOfOrder", "UNTIL", today + 1, today):
        report(world, project, until=today + 1)
    with refused("DateOutOfOrder", "FROM", today, today - 1):
        report(world, project, **{"from": today, "until": today - 1})
    report(world, project, **{"from": today, "until": today}, value=0, decimals=18)


def test_a_paper_of_another_party_is_not_enough(world, project):
    with refused("DocumentUnknown", ..., world.issuer, 0):
        report(world, project, document=world.filed(world.company))


# --- a figure for several projects ---


@pytest.fixture(scope="module")
def group(world, project):
    """The project, another of the same company, and one of another company."""
    companies = (world.company, world.supplier)
    return (project, *(world.issuer.registers_project(1, company) for company in companies))


@pytest.mark.spec("IMP-2")
def test_a_figure_for_several_projects_stands_for_each(world, group):
    tx = report(world, *group)
    emitted(tx, "ImpactReported", report=1, projects=list(group))
    assert [list(world.impact.reportsOf(one, CO2)) for one in group] == [[1]] * 3
    with refused("PeriodTaken", 1, ..., ...):
        world.company.reports_impact(group[1])
    assert world.issuer.restates(1) == 2
    assert [list(world.impact.reportsOf(one, CO2)) for one in group] == [[2]] * 3
    assert list(world.impact.projectsOf(2)) == list(group)
    with refused("SameParty", world.supplier, world.supplier):
        world.operator.amends(world.supplier, roles=VERIFIER)
        world.supplier.validates(2)


def test_a_company_reports_for_its_own_projects_alone(world, group):
    with refused("NotParty", world.company, world.issuer):
        report(world, *group, by=world.company)
    report(world, *group[:2], by=world.company)


def test_projects_are_named_once_and_in_order(world, group):
    with refused("ZeroHash", "PROJECTS"):
        report(world)
    with refused("ProjectsOutOfOrder", group[0], group[0]):
        report(world, group[0], group[0])
    with refused("ProjectsOutOfOrder", 0, 0):
        report(world, 0)
    with refused("TooManyProjects", 65, 64):
        report(world, *range(1, 66))


# --- one report counts ---


@pytest.mark.spec("IMP-2")
def test_a_day_is_reported_once(world, project):
    today = world.today
    first = world.issuer.reports_impact(project, **{"from": today - 20, "until": today - 10})
    for span in ((-30, -20), (-10, -5), (-15, -12), (-40, 0)):
        with refused("PeriodTaken", first, today - 20, today - 10):
            report(world, project, by=world.company, **{"from": today + span[0], "until": today + span[1]})
    report(world, project, by=world.company, **{"from": today - 9, "until": today})
    report(world, project, **{"from": today - 30, "until": today - 21})
    report(world, project, indicator=MWH, **{"from": today - 20, "until": today - 10})
    other = world.issuer.registers_project(1, world.company)
    report(world, other, **{"from": today - 20, "until": today - 10})
    assert list(world.impact.reportsOf(project, CO2)) == [1, 2, 3]


@pytest.mark.spec("IMP-2")
def test_a_restatement_takes_the_place_and_both_are_read(world, project):
    today = world.today
    world.issuer.reports_impact(project, **{"from": today - 30, "until": today - 21})
    world.company.reports_impact(project, **{"from": today - 20, "until": today - 10})
    world.verifier.validates(2)
    figure = world.figure_of(world.company, value=999, **{"from": today - 19, "until": today - 9})
    tx = world.impact.restate(2, tuple(figure.values()), "new factor", "meter replaced", world.company.by)
    emitted(tx, "ImpactReported", report=3, projects=[project], indicator=CO2, basis="new factor")
    emitted(tx, "ImpactRestated", report=3, former=2, reason="meter replaced")
    assert list(world.impact.reportsOf(project, CO2)) == [1, 3]
    former, present = world.impact.reportOf(2), world.impact.reportOf(3)
    assert (former[2], former[7], former[6]) == (3, 12_345, 1)
    assert (present[1], present[7], present[6]) == (2, 999, 0)
    assert [world.impact.counts(i) for i in (1, 2, 3)] == [True, False, True]
    with refused("PeriodTaken", 1, today - 30, today - 21):
        world.issuer.restates(3, **{"from": today - 21, "until": today - 10})
    with refused("ReportSuperseded", 2, 3):
        world.issuer.restates(2)
    with refused("ReportSuperseded", 2, 3):
        world.verifier.validates(2, outcome=3)


def test_who_restates(world, project):
    world.issuer.reports_impact(project)
    with refused("NotParty", world.company, world.issuer):
        world.company.restates(1)
    with refused("NotParty", world.rival, world.issuer):
        world.rival.restates(1)
    with refused("Unknown", "REPORT", 9):
        world.issuer.restates(9)
    today = world.today
    theirs = world.company.reports_impact(project, **{"from": today - 30, "until": today - 21})
    world.issuer.restates(theirs, **{"from": today - 30, "until": today - 21})


def test_a_restatement_says_why(world, project):
    world.issuer.reports_impact(project)
    figure = tuple(world.figure_of(world.issuer).values())
    with refused("ZeroHash", "REASON"):
        world.impact.restate(1, figure, "basis", "", world.issuer.by)
    with refused("AmountTooLarge", 1_025, 1_024):
        world.impact.restate(1, figure, "basis", "y" * 1_025, world.issuer.by)


def test_reports_are_bounded(world, project):
    paper = world.filed(world.issuer)
    first = world.today - 200
    for day in range(first, first + 128):
        figure = (day, day, 0, 1, label("tCO2"), paper, paper)
        data = world.impact.report.encode_input([project], CO2, figure, "basis")
        world.quietly(world.issuer, world.impact, data)
    with refused("TooManyReports", project, 128):
        report(world, project)
    world.issuer.restates(128)
    assert len(world.impact.reportsOf(project, CO2)) == 128


# --- a verifier's word ---


@pytest.mark.spec("IMP-2")
@pytest.mark.parametrize(("outcome", "counts"), [(1, True), (2, True), (3, False)])
def test_a_verifier_accepts_qualifies_or_refuses(world, project, outcome, counts):
    world.issuer.reports_impact(project)
    validation = world.validation_of(1, world.verifier, outcome=outcome)
    tx = validate(world, validation)
    emitted(
        tx,
        "ImpactValidated",
        report=1,
        verifier=world.verifier,
        validation=list(validation.values()),
    )
    assert world.impact.reportOf(1)[6] == outcome and world.impact.counts(1) is counts
    assert list(world.impact.validationOf(1)) == [world.verifier.address, 1]


@pytest.mark.spec("IMP-2")
def test_a_refused_report_still_holds_its_period_until_it_is_restated(world, project):
    world.issuer.reports_impact(project)
    world.verifier.validates(1, outcome=3)
    with refused("PeriodTaken", 1, ..., ...):
        report(world, project, by=world.company)
    assert world.issuer.restates(1) == 2 and world.impact.counts(2)


def test_a_signed_validation_is_handed_in_by_anybody(world, project):
    world.issuer.reports_impact(project)
    validation = world.validation_of(1, world.verifier)
    typed = world.verifier.signs("Validation", validation, world.impact)
    assert world.impact.validationDigest(tuple(validation.values())) != ZERO
    for wrong in (b"", world.rival.signs("Validation", validation, world.impact)):
        with refused("BadSignature", world.verifier, ...):
            validate(world, validation, world.investor, wrong)
    for elsewhere in (
        world.verifier.signs("Validation", validation, world.frameworks),
        world.verifier.signs("Validation", validation, world.impact, chain_id=1),
        world.verifier.signs("Validation", validation | {"outcome": 2}, world.impact),
    ):
        with refused("BadSignature", world.verifier, ...):
            validate(world, validation, world.investor, elsewhere)
    validate(world, validation, world.investor, typed)
    with refused("StaleValidation", 1, 1, 1):
        validate(world, validation, world.investor, typed)


def test_a_validation_is_of_exactly_what_was_reported(world, project):
    world.issuer.reports_impact(project)
    content = world.impact.reportOf(1)[10]
    with refused("ReportMismatch", 1, digest("other"), content):
        world.verifier.validates(1, contentHash=digest("other"))
    with refused("Unknown", "REPORT", 9):
        world.verifier.validates(9)
    for outcome in (0, 4):
        with refused("WrongState", "OUTCOME", 1, outcome, 1):
            world.verifier.validates(1, outcome=outcome)
    with refused("DocumentUnknown", digest("mine"), world.verifier, 0):
        world.verifier.validates(1, document=digest("mine"))


def test_only_a_verifier_and_a_stranger_to_both_sides(world, project, second):
    world.issuer.reports_impact(project)
    with refused("MissingRole", world.investor, INVESTOR, VERIFIER):
        world.investor.validates(1)
    world.operator.amends(second, group=7)
    with refused("RelatedParties", world.company, second, 7):
        second.validates(1)
    world.operator.amends(second, group=8)
    world.operator.amends(world.issuer, group=8)
    with refused("RelatedParties", world.issuer, second, 8):
        second.validates(1)
    paper = world.filed(second)
    world.operator.amends(second, group=0, suspended=True)
    with refused("Suspended", second):
        second.validates(1, document=paper)


@pytest.mark.spec("IMP-2")
def test_a_refusal_cannot_be_shopped_away(world, project, second):
    world.issuer.reports_impact(project)
    world.verifier.validates(1, outcome=3)
    with refused("NotParty", second, world.verifier):
        second.validates(1)
    kept_back = world.validation_of(1, world.verifier, nonce=2)
    typed = world.verifier.signs("Validation", kept_back, world.impact)
    world.verifier.validates(1, outcome=2, nonce=3)
    with refused("StaleValidation", 1, 2, 3):
        validate(world, kept_back, world.issuer, typed)
    assert world.impact.reportOf(1)[6] == 2
