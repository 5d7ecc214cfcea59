"""The table of planted faults still fits the contracts, and planting touches a copy only."""

import json
from collections import Counter
from pathlib import Path

import pytest

from scripts import mutants
from scripts.mutants import Fault, StaleFault, SuiteFails

WITH_HISTORIES = (
    "CASH-1", "BANK-1", "PIECE-1", "PIECE-4", "PIECE-5", "PIECE-6", "BOND-1", "BOND-2", "BOND-6", "BOND-8",
    "BOND-9", "BOND-10", "BOND-11", "BOND-12", "BOND-13", "DOC-1", "DOC-3", "DOC-4", "LINE-1", "CONF-2",
    "CONF-3", "FIN-1", "FIN-6", "MAT-2", "MAT-3", "MAT-4", "MAT-5", "MAT-6", "HOLD-1", "SVC-1", "POOL-1",
    "POOL-2", "LOAN-1", "FILE-1", "ALERT-2", "LEG-1",
)  # fmt: skip
PROMISES = (
    *WITH_HISTORIES, "TRD-1", "SVC-3", "DAY-1", "FRM-2", "FRM-3", "LBL-1", "MAN-1", "IMP-2", "ACC-1", "ACC-2",
    "FAC-1", "FAC-2", "FAC-3",
)  # fmt: skip
FAULT = Fault("a", "CASH-1", "cash/Cash.sol", "x <= y", "x < y", "why")


@pytest.mark.parametrize("fault", mutants.load(), ids=lambda fault: fault.id)
def test_a_fault_replaces_text_that_occurs_exactly_once(fault: Fault) -> None:
    sound = (mutants.ROOT / "contracts" / fault.file).read_text(encoding="utf-8")
    assert fault.planted(sound) != sound
    assert fault.why


def test_fault_ids_are_unique() -> None:
    assert max(Counter(fault.id for fault in mutants.load()).values()) == 1


@pytest.mark.spec(*PROMISES)
def test_every_promise_has_at_least_two_faults() -> None:
    counts = Counter(fault.promise for fault in mutants.load())
    assert set(counts) == set(PROMISES)
    assert min(counts.values()) >= 2


@pytest.mark.parametrize("promise", PROMISES)
def test_it_is_known_which_promises_have_histories_of_their_own(promise: str) -> None:
    assert bool(mutants.campaign_of(promise)) == (promise in WITH_HISTORIES)


def test_a_campaign_of_the_promises_own_goes_before_one_that_names_it_too(tmp_path: Path) -> None:
    (tmp_path / "tests" / "invariants").mkdir(parents=True)
    text = "contract {} is Campaign {{\n    function invariant_{}() external view {{}}\n}}\n"
    first = text.format("Bond10Test", "BOND_10_BOND_1") + text.format("Bond1Test", "BOND_1")
    (tmp_path / "tests" / "invariants" / "A.t.sol").write_text(first)
    found = [mutants.campaign_of(promise, tmp_path) for promise in ("BOND-1", "BOND-10", "BOND-0")]
    assert found == ["Bond1Test", "Bond10Test", ""]


@pytest.mark.parametrize("text", ["x >= y", "x <= y; x <= y"])
def test_a_fault_that_no_longer_fits_is_named(text: str, tmp_path: Path) -> None:
    with pytest.raises(StaleFault, match="a: its text occurs"):
        FAULT.planted(text)
    (tmp_path / "cash").mkdir()
    (tmp_path / "cash" / "Cash.sol").write_text(text)
    assert len(mutants.stale([FAULT], tmp_path)) == 1


def test_a_stale_fault_ends_the_run_with_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mutants, "load", lambda: [FAULT])
    assert mutants.main([]) == 1
    assert "a: its text occurs 0 times in cash/Cash.sol" in capsys.readouterr().err


def test_planting_changes_the_copy_and_undoes_itself(tmp_path: Path) -> None:
    original = tmp_path / "root" / "contracts" / "cash" / "Cash.sol"
    original.parent.mkdir(parents=True)
    original.write_text("x <= y")
    (tmp_path / "root" / ".cache").mkdir()
    with mutants.scratch(tmp_path / "root") as place:
        copy = place / "contracts" / "cash" / "Cash.sol"
        with mutants.planting(FAULT, place):
            assert copy.read_text() == "x < y"
            assert original.read_text() == "x <= y"
        assert copy.read_text() == "x <= y"
    assert not place.exists()


def _forge_json(status: str, reason: str | None) -> str:
    suite = {"test_results": {"invariant_CASH_1()": {"status": status, "reason": reason}}}
    return "Compiling\n" + json.dumps({"tests/invariants/Promises.t.sol:Cash1Test": suite}) + "\n"


def test_a_failing_test_kills_and_is_named() -> None:
    verdict = mutants.read_forge(_forge_json("Failure", "CASH-1: a move of nothing"), 1)
    assert verdict == mutants.Verdict("killed", "invariant_CASH_1: CASH-1: a move of nothing")


def test_a_fault_that_no_test_notices_survives() -> None:
    assert mutants.read_forge(_forge_json("Success", None), 0).outcome == "SURVIVED"


def test_a_run_without_tests_is_no_verdict() -> None:
    with pytest.raises(SuiteFails, match="ran no tests"):
        mutants.read_forge("No tests found\n", 1)


@pytest.mark.parametrize(("outcome", "status"), [("killed", 0), ("SURVIVED", 1), ("INVALID", 1)])
def test_the_exit_status_says_whether_all_were_noticed(
    outcome: str, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mutants, "forge", lambda place: mutants.Verdict("SURVIVED"))
    monkeypatch.setattr(mutants, "judge", lambda fault, place: mutants.Verdict(outcome, "test_x"))
    assert mutants.campaign([FAULT]) == status
    assert f"{1 - status} of 1 faults were noticed" in capsys.readouterr().out


def test_a_suite_that_fails_without_a_fault_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutants, "forge", lambda place: mutants.Verdict("killed", "invariant_CASH_1"))
    with pytest.raises(SuiteFails, match="without any fault"):
        mutants.campaign([FAULT])
