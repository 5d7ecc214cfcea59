"""Every published bond is judged row by row, and nothing is filled in."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ledger import cli
from ledger.commands import common
from ledger.story.figures import DATA, achieved, read_bonds
from ledger.story.terms import LEFT_OUT, RAISED, WHOLE, Judged, Why, judge
from ledger.words import speak

PUBLISHED = Path(__file__).parents[1] / "data" / "green_bonds" / "allocations.csv"

LEFT = {
    "KFW-2018-POOL": {Why.SEVERAL},
    "KFW-2022-POOL": {Why.SEVERAL},
    "CDB-2017-RETAIL": {Why.CEILING},
    "BOC-GB1-2016": {Why.SEVERAL},
    "BOC-GB2-2016": {Why.EQUIVALENT},
    "BOC-GB3-2017": {Why.SEVERAL},
    "ICBC-LUX-2017": {Why.SEVERAL},
    "APPLE-2019": {Why.SEVERAL},
}
NO_COUPON, NO_ISSUE, NO_MATURITY = {Why.COUPON}, {Why.ISSUE_DAY}, {Why.MATURITY}
MISSING = {
    "CHUBU-558": NO_ISSUE | NO_MATURITY,
    "CHUBU-GB1": NO_COUPON | NO_ISSUE | NO_MATURITY,
    "CHUBU-568": NO_ISSUE,
    "SMBC-2015": NO_ISSUE | NO_MATURITY,
    "JPOWER-89": NO_ISSUE,
    "KFW-2015-AUD": NO_COUPON | NO_ISSUE | NO_MATURITY,
    "KFW-2015-GBP": NO_COUPON | NO_ISSUE | NO_MATURITY,
    "KFW-2015-USD": NO_ISSUE,
    "KFW-2015-SEK": NO_COUPON | NO_ISSUE | NO_MATURITY,
    "YALONG-CN-2021": NO_ISSUE | NO_MATURITY,
    "CDB-2024-10": NO_ISSUE | NO_MATURITY,
    "NDB-2016": NO_COUPON,
    "CCB-HK-2018-SUST": NO_COUPON,
    "CCB-LUX-2018": NO_COUPON,
    "CCB-HK-2019": NO_COUPON,
    "CIB-2018": NO_COUPON | NO_ISSUE | NO_MATURITY,
    "CHILE-2019-USD": NO_ISSUE,
    "MUNIFIN-2030": NO_COUPON,
    "MUNIFIN-2029": NO_COUPON,
    "MUNIFIN-2027": NO_COUPON,
    "OREBRO-2014": NO_COUPON | NO_ISSUE | NO_MATURITY,
    "POLAND-2016": NO_COUPON,
}


@pytest.fixture
def in_english() -> Iterator[None]:
    """What a command line named is forgotten again."""
    yield
    common.give()
    speak("en")


@pytest.fixture(scope="module")
def judged() -> dict[str, Judged]:
    return {one.id: one for one in judge()}


def test_every_row_has_its_verdict_and_its_reasons(judged: dict[str, Judged]) -> None:
    assert Counter(one.verdict for one in judged.values()) == {WHOLE: 23, RAISED: 22, LEFT_OUT: 8}
    why = {one.id: {reason.why for reason in one.why} for one in judged.values() if one.why}
    assert why == LEFT | MISSING
    assert all(judged[name].terms is None for name in LEFT)


def test_what_is_known_is_as_published(judged: dict[str, Judged]) -> None:
    smfg = judged["SMFG-2017"].terms
    assert smfg is not None
    assert (str(smfg.amount), smfg.coupon_ppm, smfg.isin) == ("EUR 500,000,000.00", 9_340, "XS1694219780")
    assert (str(smfg.issued), str(smfg.maturity), smfg.derived) == ("2017-10-11", "2024-10-11", False)
    assert (smfg.framework, smfg.verifier) == ("SMFG Green Bond Framework", "Sustainalytics")
    token = judged["HKSAR-TOKEN-2023"].terms
    assert token is not None and (str(token.maturity), token.derived) == ("2024-02-16", True)
    month = judged["KFW-2015-USD"].why[0]
    assert (month.why, month.published) == (Why.ISSUE_DAY, "2015-11")


@pytest.mark.usefixtures("in_english")
def test_the_command_prints_every_row() -> None:
    done = CliRunner().invoke(cli.app, ["bond", "terms", "--json"])
    told = json.loads(done.stdout)
    assert len(told["bonds"]) == 53 and told["verdicts"] == {WHOLE: 23, RAISED: 22, LEFT_OUT: 8}
    assert all(one["source"] for one in told["bonds"] if one["verdict"] != LEFT_OUT)
    table = CliRunner().invoke(cli.app, ["bond", "terms"]).stdout
    assert "23 whole, 22 without what a coupon needs, 8 left out, of 53" in table
    chinese = CliRunner().invoke(cli.app, ["--lang", "zh", "bond", "terms"]).stdout
    assert "一行含多只债券" in chinese


def test_the_story_lives_rows_of_the_published_tables() -> None:
    with (
        (DATA / "allocations.csv").open(encoding="utf-8") as ours,
        PUBLISHED.open(encoding="utf-8") as theirs,
    ):
        mine, all_ = ours.read().splitlines(), theirs.read().splitlines()
    assert set(mine) <= set(all_) and len(all_) == 28
    assert {line.split(",")[0] for line in set(all_) - set(mine)} == {"MIZUHOLEASING-11"}


def test_a_table_above_the_proceeds_is_shared_pro_rata() -> None:
    bonds, left_out = read_bonds()
    assert left_out == []
    smfg = next(bond for bond in bonds if bond.id == "SMFG-2017")
    assert (str(smfg.listed), str(smfg.allocated)) == ("EUR 528,000,000.00", "EUR 500,000,000.00")
    assert sum(item.amount.minor for item in smfg.items) == smfg.allocated.minor
    assert sum(item.total.minor for item in smfg.items) == smfg.listed.minor
    others = [bond for bond in bonds if bond.id != "SMFG-2017"]
    assert all(item.amount == item.total for bond in others for item in bond.items)


def test_impact_figures_are_those_published_and_readings_are_marked() -> None:
    with (DATA / "impacts.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 38 and all(row["source"] for row in rows)
    loans = achieved(DATA, "SMFG-2017")
    assert [(one.indicator, one.value, len(one.items)) for one in loans] == [
        ("CAPACITY", "3126", 10),
        ("CO2_AVOIDED", "4200000", 10),
    ]
    plants = achieved(DATA, "CHUBU-558")
    assert [one.value for one in plants] == ["49", "47.5", "138.5", "325964"]
    assert plants[2].parts == ("秋田港洋上風力: 54.5 MW", "能代港洋上風力: 84.0 MW")
    assert achieved(DATA, "CTG-CN-2021") == (), "design figures have no period"
