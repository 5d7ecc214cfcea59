"""Impact reports and portfolios, on a story told in the contracts' events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.errors import NotFound
from ledger.tracing.readmodel import ReadModel
from tests.unit.story import Story, opened, party

pytestmark = pytest.mark.spec("IMP-3")

Json = dict[str, Any]
DAY = 19_000
YEAR = (DAY, DAY + 99)
"""A hundred days, so that shares are read at sight."""


@pytest.fixture
def story() -> Story:
    """Ann holds 60 of 100 units and Ben 40 from the first day; half of each project is financed."""
    story = opened()
    story.units(1, None, "ann", 60)
    story.units(1, None, "ben", 40)
    for line in (1, 2):
        story.say_allocated(1, line, 600_000_000)
        story.say_allocated(1, line, -100_000_000)
    return story


def asked(story: Story, folder: Path) -> ReadModel:
    return ReadModel(story.store(folder / "index.sqlite"))


def portfolio(story: Story, folder: Path, who: str, until: int = DAY + 400) -> Json:
    return asked(story, folder).portfolio(party(who), DAY - 400, until)


def only(answer: Json) -> Json:
    (one,) = answer["impact"]
    return dict(one)


def test_a_share_opens_what_it_was_made_from(story: Story, tmp_path: Path) -> None:
    story.report(1, [1, 2], 1_000, YEAR)
    story.validate(1, 1)
    story.date(DAY + 100)
    answer = portfolio(story, tmp_path, "ann")
    told = only(answer)
    assert (told["indicator"], told["unit"], told["decimals"]) == ("CO2_AVOIDED", "tCO2", 6)
    assert told["counted"] == told["accepted"] == "300000000" and told["not_validated"] == "0"
    (figure,) = told["figures"]
    assert figure["projects"] == [
        {"project": 1, "label": "hydro plant"},
        {"project": 2, "label": "wind farm"},
    ]
    assert (figure["report"], figure["value"], figure["outcome"]) == (1, "1000", "accepted")
    assert figure["basis"] == {"kind": "none", "source": "meter"} and figure["tx"].startswith("0x")
    assert figure["verifier"]["account"] == party("shop") and figure["validation"]["tx"] != figure["tx"]
    (through,) = figure["through"]
    assert through["financed"] == {"numerator": "1", "denominator": "2"}
    assert through["part"] == {"numerator": "3", "denominator": "10"}
    assert (through["unit_days"], through["days"], through["supply"]) == (6_000, 100, 100)
    assert through["held"] == [{"from": "2022-01-08", "until": "2022-04-17", "units": 60}]
    (held,) = answer["holdings"]
    assert (held["label"], held["units"], held["supply"], held["amount"]) == ("GREEN-1", 60, 100, "60")


def test_units_that_changed_hands_share_by_days(story: Story, tmp_path: Path) -> None:
    story.report(1, [1], 1_000, YEAR)
    story.date(DAY + 25)
    story.units(1, "ann", "ben", 60)
    story.date(DAY + 100)
    model = asked(story, tmp_path)
    shown = model.impact_show(1)["shares"]
    assert [(one["account"], one["value"]) for one in shown["holders"]] == [
        (party("ann"), "75000000"),
        (party("ben"), "425000000"),
    ]
    assert (shown["unheld"], shown["other_funding"], shown["whole"]) == ("0", "500000000", "1000000000")
    ann = only(model.portfolio(party("ann"), DAY, DAY + 100))
    assert (ann["counted"], ann["not_validated"]) == ("0", "75000000")
    assert ann["figures"][0]["through"][0]["held"][0]["until"] == "2022-02-01"


def test_money_counts_as_the_period_ends(story: Story, tmp_path: Path) -> None:
    story.report(1, [1], 1_000, (DAY - 10, DAY - 1))
    story.report(2, [1], 1_000, (DAY, DAY))
    story.date(DAY + 1)
    story.say_allocated(1, 1, 400_000_000)
    model = asked(story, tmp_path)
    assert model.impact_show(1)["shares"]["other_funding"] == "1000000000"
    assert model.impact_show(2)["shares"]["other_funding"] == "500000000"


def test_a_refused_figure_counts_nothing_and_a_restated_one_opens_the_former(
    story: Story, tmp_path: Path
) -> None:
    story.report(1, [1], 1_000, YEAR)
    story.validate(1, 3)
    story.date(DAY + 100)
    model = asked(story, tmp_path)
    refused = only(model.portfolio(party("ben"), DAY, DAY + 100))
    assert (refused["counted"], refused["refused"], refused["figures"][0]["share"]) == ("0", "0", "0")
    story.report(2, [1], 500, YEAR, former=1, decimals=1)
    story.validate(2, 2)
    model = asked(story, tmp_path)
    told = only(model.portfolio(party("ben"), DAY, DAY + 100))
    assert told["counted"] == told["qualified"] == "10000000"
    (figure,) = told["figures"]
    assert (figure["supersedes"], figure["reason"]) == ([1], "new meter")
    former = model.impact_show(1)
    assert (former["superseded_by"], former["outcome"], former["counts"]) == (2, "refused", False)
    assert [one["report"] for one in model.impact_list()["reports"]] == [2]


def test_a_report_counts_in_the_window_in_which_it_ends(story: Story, tmp_path: Path) -> None:
    story.report(1, [1], 1_000, YEAR)
    story.date(DAY + 100)
    assert portfolio(story, tmp_path, "ann", until=DAY + 98)["impact"] == []
    assert len(portfolio(story, tmp_path, "ann", until=DAY + 99)["impact"]) == 1
    assert portfolio(story, tmp_path, "builder")["holdings"] == []


def test_redeemed_units_stand_for_nothing(story: Story, tmp_path: Path) -> None:
    story.report(1, [1], 1_000, YEAR)
    story.date(DAY + 50)
    story.retire(1)
    answer = asked(story, tmp_path)
    shown = answer.impact_show(1)["shares"]
    assert [one["value"] for one in shown["holders"]] == ["150000000", "100000000"]
    assert shown["unheld"] == "250000000"
    assert answer.portfolio(party("ann"), DAY, DAY + 99)["holdings"] == []


def test_reports_of_one_project(story: Story, tmp_path: Path) -> None:
    story.report(1, [1], 1, (DAY, DAY), unit="MWh", basis="no JSON")
    story.report(2, [2], 1, (DAY, DAY))
    model = asked(story, tmp_path)
    assert [one["report"] for one in model.impact_list(2)["reports"]] == [2]
    assert model.impact_list(1)["reports"][0]["basis"] == "no JSON"
    for missing in (lambda: model.impact_list(9), lambda: model.impact_show(9)):
        with pytest.raises(NotFound):
            missing()
    with pytest.raises(NotFound, match="never admitted"):
        model.portfolio(party("nobody"), 0, 1)
