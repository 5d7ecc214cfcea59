"""The suite looks at itself: every refusal, act and question of every contract is in a test."""

import ast
import re
from functools import cache
from pathlib import Path

import brownie
import pytest

HERE = Path(__file__).parent
CONTRACTS = HERE.parent.parent / "contracts"

WHERE = {
    "Powers": ["powers"],
    "Participants": ["participants"],
    "Account": ["accounts"],
    "AccountFactory": ["accounts"],
    "Documents": ["documents"],
    "Mandates": ["mandates"],
    "Frameworks": ["frameworks"],
    "Cash": ["cash"],
    "CashRegistry": ["cash"],
    "BankInstructions": ["bank_instructions"],
    "PieceBook": ["piece_book"],
    "CreditLines": ["credit_lines"],
    "Receivables": ["receivables", "confirming"],
    "Programmes": ["programmes"],
    "Transfers": ["transfers"],
    "Financing": ["financing"],
    "Maturity": ["maturity"],
    "Recourse": ["recourse"],
    "AssetPools": ["asset_pools"],
    "Tranches": ["asset_pools"],
    "BondOffice": ["bond_office"],
    "GreenBond": ["bond_office", "holdings", "authorities"],
    "Trades": ["trades"],
    "Proceeds": ["proceeds", "gate", "refunds", "works", "limits"],
    "LimitTerms": ["limits"],
    "Facilities": ["facilities"],
    "ProceedsBase": ["proceeds", "gate", "refunds"],
    "Placements": ["placements"],
    "Works": ["works"],
    "ProceedsBooks": ["proceeds", "gate", "refunds", "reallocations", "limits", "works"],
    "CouponTerms": ["coupon_terms"],
    "DayCounts": ["coupon_terms"],
    "BondService": ["bond_service"],
    "Impact": ["impact"],
    "Undertakings": ["undertakings"],
    "Labels": ["labels"],
    "Alerts": ["alerts"],
    "Records": ["records"],
    "Legs": ["legs"],
    "FactoringFiles": ["factoring_files"],
    "SupplierLoans": ["supplier_loans"],
    "Powered": ["modules"],
    "Claims": ["maturity", "bond_service", "supplier_loans", "asset_pools"],
    "Signed": ["documents", "frameworks", "financing", "trades", "impact", "undertakings", "maturity"],
}
"""The tests of each contract, by the end of their file's name."""


SPECS = CONTRACTS.parent / "docs" / "specs.md"


@pytest.fixture(autouse=True)
def _isolation():
    """Nothing here touches the chain."""


def sources():
    return [path for path in sorted(CONTRACTS.rglob("*.sol")) if "mocks" not in path.parts]


@cache
def _tree(path):
    return ast.parse(path.read_text())


def _test_files():
    return [path for path in sorted(HERE.glob("test_*.py")) if path != Path(__file__)]


def strings(paths):
    """Every text in these files: the names of errors that they expect."""
    nodes = (node for path in paths for node in ast.walk(_tree(path)))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def attributes(paths):
    """Every name after a dot in these files: the functions that they call."""
    return {node.attr for path in paths for node in ast.walk(_tree(path)) if isinstance(node, ast.Attribute)}


def declared_errors():
    return {name for path in sources() for name in re.findall(r"^\s*error (\w+)\(", path.read_text(), re.M)}


def refusals():
    """(contract, error) for every `revert Error(...)` in the sources."""
    found = set()
    for path in sources():
        text = re.sub(r"//.*", "", path.read_text())
        found |= {(path.stem, name) for name in re.findall(r"\brevert (?:\w+\.)?(\w+)\(", text)}
    return sorted(found)


def functions():
    """(contract, function, does it change state) of everything deployed."""
    [project] = brownie.project.get_loaded_projects()
    entries = (
        (name, entry) for name in sorted(set(project.keys()) & set(WHERE)) for entry in project[name].abi
    )
    return [
        (name, entry["name"], entry["stateMutability"] not in ("view", "pure"))
        for name, entry in entries
        if entry["type"] == "function"
    ]


def test_every_declared_error_is_expected_somewhere():
    assert len(declared_errors()) > 70
    assert sorted(declared_errors() - strings(_test_files())) == []


def test_every_refusal_is_expected_where_its_contract_is_tested():
    expected = {name: strings(HERE / f"test_{end}.py" for end in ends) for name, ends in WHERE.items()}
    assert len(refusals()) > 130
    assert [pair for pair in refusals() if pair[1] not in expected.get(pair[0], ())] == []


def test_every_act_is_done():
    acts = {(contract, name) for contract, name, changes in functions() if changes}
    called = attributes([*_test_files(), HERE / "world.py"]) | strings([*_test_files(), HERE / "world.py"])
    assert len(acts) > 60
    assert sorted(act for act in acts if act[1] not in called) == []


def test_every_question_is_asked():
    questions = {name for _, name, _ in functions() if re.match(r"check[A-Z]|require[A-Z]", name)}
    assert len(questions) >= 14
    assert sorted(questions - attributes(_test_files())) == []


def promises():
    """The ids of what the contracts promise: all of docs/specs.md before its part on what is off chain."""
    on_chain, _, _ = SPECS.read_text().partition("## Off chain")
    return set(re.findall(r"^\| ([A-Z]+-\d+)", on_chain, re.M))


def test_every_promise_is_carried():
    marks = (node for path in _test_files() for node in ast.walk(_tree(path)) if isinstance(node, ast.Call))
    carried = {arg.value for call in marks if getattr(call.func, "attr", "") == "spec" for arg in call.args}
    assert len(promises()) > 20
    assert sorted(promises() - carried) == []
