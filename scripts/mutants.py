"""Plant small faults in a copy of the contracts, one at a time, and see that the suite notices each.

`make mutants [ARGS="--only ID ... | --promise CASH-1 | --list"]`. The table of faults is
scripts/mutants/faults.toml. For each fault the campaign of its promise runs first, then all forge tests, then
the Brownie tests of that contract; where a promise has no campaign of its own, Brownie comes first. Exit
status 1 when a fault survives, does not compile, or no longer fits the contracts; 2 when the suite fails
without any fault, because then nothing is shown.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FAULTS = ROOT / "scripts" / "mutants" / "faults.toml"
COPIED = ("contracts", "tests", "scripts", "ledger", "foundry.toml", "brownie-config.yaml", "solc.json")
LINKED = ("node_modules", ".venv", ".cache/solc", ".cache/bin")
FORGE = ".cache/bin/forge"
CAMPAIGN = re.compile(r"^contract (?P<contract>\w+) is|function invariant_(?P<invariant>\w+)\(", re.MULTILINE)
# A fault's own Brownie tests; a contract that is not here is tested by all of them.
BROWNIE = {
    "Cash": ("test_cash.py",),
    "PieceBook": ("test_piece_book.py",),
    "Maturity": ("test_maturity.py",),
    "Recourse": ("test_recourse.py",),
    "Shares": ("test_maturity.py",),
    "Proceeds": (
        "test_gate.py",
        "test_proceeds.py",
        "test_refunds.py",
        "test_works.py",
        "test_finding_certifier_paid_at_the_end.py",
        "test_limits.py",
    ),
    "LimitTerms": ("test_limits.py",),
    "Facilities": ("test_facilities.py",),
    "ProceedsBase": (
        "test_gate.py",
        "test_proceeds.py",
        "test_refunds.py",
        "test_works.py",
        "test_limits.py",
    ),
    "Placements": ("test_placements.py",),
    "Works": ("test_works.py",),
    "ProceedsBooks": (
        "test_gate.py",
        "test_proceeds.py",
        "test_refunds.py",
        "test_reallocations.py",
        "test_works.py",
        "test_limits.py",
    ),
    "BondOffice": ("test_bond_office.py", "test_facilities.py"),
    "GreenBond": ("test_holdings.py", "test_authorities.py", "test_facilities.py"),
    "Trades": ("test_trades.py",),
    "BondService": ("test_bond_service.py", "test_facilities.py"),
    "CouponTerms": ("test_coupon_terms.py",),
    "DayCounts": ("test_coupon_terms.py",),
    "Undertakings": ("test_undertakings.py",),
    "Labels": ("test_labels.py",),
    "Alerts": ("test_alerts.py",),
    "Mandates": ("test_mandates.py",),
    "Impact": ("test_impact.py",),
    "AssetPools": ("test_asset_pools.py",),
    "Tranches": ("test_asset_pools.py",),
    "SupplierLoans": ("test_supplier_loans.py",),
    "FactoringFiles": ("test_factoring_files.py",),
    "BankInstructions": ("test_bank_instructions.py",),
    "Legs": ("test_legs.py",),
    "Account": ("test_accounts.py",),
    "Frameworks": ("test_frameworks.py", "test_gate.py"),
    "Documents": ("test_documents.py",),
    "Receivables": ("test_receivables.py", "test_confirming.py"),
    "Transfers": ("test_transfers.py",),
    "CreditLines": ("test_credit_lines.py",),
    "Financing": ("test_financing.py",),
}


class StaleFault(Exception):
    """The text that a fault replaces is not in its contract exactly once."""


class SuiteFails(Exception):
    """The suite fails without any fault."""


@dataclass(frozen=True)
class Fault:
    """`old` occurs once in contracts/`file`; `new` takes its place; `why` says what that would let happen."""

    id: str
    promise: str
    file: str
    old: str
    new: str
    why: str

    def planted(self, text: str) -> str:
        times = text.count(self.old)
        if times != 1:
            raise StaleFault(f"{self.id}: its text occurs {times} times in {self.file}, needed once")
        return text.replace(self.old, self.new)


@dataclass(frozen=True)
class Verdict:
    outcome: str  # killed, SURVIVED or INVALID
    by: str = ""


def load(path: Path = FAULTS) -> list[Fault]:
    return [Fault(**row) for row in tomllib.loads(path.read_text(encoding="utf-8"))["fault"]]


def stale(faults: Sequence[Fault], contracts: Path = ROOT / "contracts") -> list[str]:
    found = []
    for fault in faults:
        try:
            fault.planted((contracts / fault.file).read_text(encoding="utf-8"))
        except (StaleFault, FileNotFoundError) as error:
            found.append(str(error))
    return found


@contextmanager
def scratch(root: Path = ROOT) -> Iterator[Path]:
    """A copy of what the tests need, with links to tools only read. The working tree is not written."""
    base = root / ".cache" / "mutants"
    base.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="tree-", dir=base))
    try:
        for name in COPIED:
            _copy(root / name, place / name)
        for name in LINKED:
            (place / name).parent.mkdir(exist_ok=True)
            (place / name).symlink_to(root / name)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    elif source.exists():
        shutil.copy2(source, target)


@contextmanager
def planting(fault: Fault, place: Path) -> Iterator[None]:
    path = place / "contracts" / fault.file
    sound = path.read_text(encoding="utf-8")
    path.write_text(fault.planted(sound), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(sound, encoding="utf-8")


def _run(command: Sequence[str], place: Path) -> subprocess.CompletedProcess[str]:
    # A found counterexample is proof enough: no time for making it short, and none kept for the next fault.
    shutil.rmtree(place / ".cache" / "forge" / "invariant", ignore_errors=True)
    environment = os.environ | {"FOUNDRY_INVARIANT_SHRINK_RUN_LIMIT": "0"}
    nicely = ["nice", "-n", "10", *command]
    return subprocess.run(nicely, cwd=place, env=environment, capture_output=True, text=True, check=False)


def campaign_of(promise: str, root: Path = ROOT) -> str:
    """The contract in tests/invariants with this promise's histories: its own (BOND-1 → Bond1Test), else the
    first with an invariant that names it, else none."""
    named = re.compile(rf"(^|_){promise.replace('-', '_')}(_|$)")
    own, found, contract = promise.replace("-", "").capitalize() + "Test", "", ""
    for file in sorted((root / "tests/invariants").glob("*.t.sol")):
        for match in CAMPAIGN.finditer(file.read_text(encoding="utf-8")):
            contract = match["contract"] or contract
            if match["invariant"] and named.search(match["invariant"]) and found != own:
                found = contract if contract == own else found or contract
    return found


def forge(place: Path, *arguments: str) -> Verdict:
    done = _run([FORGE, "test", "--json", *arguments], place)
    if "Compiler run failed" in done.stdout + done.stderr:
        return Verdict("INVALID", "does not compile")
    return read_forge(done.stdout, done.returncode)


def read_forge(output: str, status: int) -> Verdict:
    """Which tests failed, from forge's JSON (the last line of its output that is an object)."""
    lines = [line for line in output.splitlines() if line.startswith('{"') and '"test_results"' in line]
    if not lines:
        raise SuiteFails(f"forge ran no tests (exit status {status}): {output[-400:]}")
    failed = [
        f"{name.split('(')[0]}: {result['reason'] or 'failed'}"
        for suite in json.loads(lines[-1]).values()
        for name, result in suite["test_results"].items()
        if result["status"] == "Failure"
    ]
    return Verdict("killed", failed[0]) if failed else Verdict("SURVIVED")


def brownie(place: Path, files: Sequence[str]) -> Verdict:
    tests = [f"tests/contracts/{name}" for name in files] or ["tests/contracts"]
    done = _run([".venv/bin/python", "scripts/brownie_run.py", "test", *tests, "-x", "-q"], place)
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    if done.returncode == 0:
        return Verdict("SURVIVED")
    return Verdict("killed", failed[0] if failed else f"Brownie: exit status {done.returncode}")


def judge(fault: Fault, place: Path) -> Verdict:
    """By histories and then by Brownie; the other way round where no histories are made for its promise."""
    steps = [_by_histories, _by_brownie] if campaign_of(fault.promise) else [_by_brownie, _by_histories]
    for step in steps:
        verdict = step(fault, place)
        if verdict.outcome != "SURVIVED":
            break
    return verdict


def _by_histories(fault: Fault, place: Path) -> Verdict:
    with planting(fault, place):
        if campaign := campaign_of(fault.promise):
            verdict = forge(place, "--match-contract", f"^{campaign}$")
            if verdict.outcome != "SURVIVED":
                return verdict
        return forge(place)


def _by_brownie(fault: Fault, place: Path) -> Verdict:
    files = BROWNIE.get(Path(fault.file).stem, ())
    with planting(fault, place):
        verdict = brownie(place, files)
    if verdict.outcome == "killed" and not _is_sound(place, files):
        raise SuiteFails(f"the Brownie tests {' '.join(files)} fail without any fault")
    return verdict


@cache
def _is_sound(place: Path, files: Sequence[str]) -> bool:
    """Whether these Brownie tests pass while nothing is planted; looked at once a run."""
    return brownie(place, files).outcome == "SURVIVED"


def _line(fault: Fault, verdict: Verdict, seconds: float) -> str:
    return f"{verdict.outcome:<9} {fault.promise:<8} {fault.id:<34} {seconds:5.0f}s  {verdict.by[:100]}"


def campaign(faults: Sequence[Fault]) -> int:
    with scratch() as place:
        sound = forge(place)
        if sound.outcome != "SURVIVED":
            raise SuiteFails(f"the forge tests fail without any fault: {sound.by}")
        lost = []
        for fault in faults:
            started = time.monotonic()
            verdict = judge(fault, place)
            print(_line(fault, verdict, time.monotonic() - started), flush=True)
            if verdict.outcome != "killed":
                lost.append(fault)
    print(f"\n{len(faults) - len(lost)} of {len(faults)} faults were noticed")
    for fault in lost:
        print(f"not noticed: {fault.id} ({fault.promise}): {fault.why}")
    return 1 if lost else 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="+", metavar="ID", help="only these faults")
    parser.add_argument("--promise", help="only the faults of this promise")
    parser.add_argument("--list", action="store_true", help="print the table of faults and stop")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    faults = load()
    if outdated := stale(faults):
        print(*outdated, sep="\n", file=sys.stderr)
        return 1
    if arguments.only:
        faults = [fault for fault in faults if fault.id in arguments.only]
    if arguments.promise:
        faults = [fault for fault in faults if fault.promise == arguments.promise]
    if arguments.list or not faults:
        for fault in faults:
            print(f"{fault.promise:<8} {fault.id:<34} {fault.why}")
        return 0 if faults else 1
    try:
        return campaign(faults)
    except SuiteFails as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
