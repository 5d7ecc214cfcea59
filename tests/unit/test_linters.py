"""Each linter finds a breach planted in a small repository, and lets the honest line beside it stand."""

from pathlib import Path

import pytest

from scripts.linters import ROOT, imports, money, settings, specs


def plant(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def found(breaches) -> list[str]:
    return sorted(f"{one.path}:{one.line} {one.message}" for one in breaches)


# --- the import table --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "line", "message"),
    [
        ("ledger/errors.py", "import ledger.domain.money", "ledger.errors may not import ledger.domain"),
        ("ledger/domain/money.py", "from ledger import ports", "ledger.domain may not import ledger.ports"),
        ("ledger/domain/money.py", "from ..ports import Signer", "ledger.domain may not import ledger.ports"),
        (
            "ledger/chain/client.py",
            "from ledger.crypto import keys",
            "ledger.chain may not import ledger.crypto",
        ),
        ("ledger/store/rows.py", "from ledger.chain import rpc", "ledger.store may not import ledger.chain"),
        ("ledger/services/bank.py", "from ledger import Ledger", "ledger.services may not import ledger"),
        (
            "ledger/services/bank.py",
            "import ledger.bootstrap",
            "ledger.services may not import ledger.bootstrap",
        ),
        ("ledger/bootstrap.py", "from api.app import app", "ledger.bootstrap may not import api.app"),
        ("ledger/story/cast.py", "import ledger.bootstrap", "ledger.story may not import ledger.bootstrap"),
        (
            "ledger/reports/idle.py",
            "from ledger.story import cast",
            "ledger.reports may not import ledger.story",
        ),
        ("api/app.py", "from ledger import cli", "api.app may not import ledger.cli"),
        ("api/routers/bank.py", "from ledger.chain import rpc", "api may not import ledger.chain"),
        ("api/routers/bank.py", "from ledger import Ledger", "api may not import ledger"),
        ("ledger/chain/rpc.py", "import brownie", "ledger.chain.rpc ships and may not import brownie"),
        ("api/app.py", "from brownie import accounts", "api.app ships and may not import brownie"),
        (
            "ledger/tracing/walk.py",
            "import importlib; importlib.import_module('ledger.store')",
            "ledger.tracing may not import ledger.store",
        ),
        (
            "ledger/novelty.py",
            "import ledger.errors",
            "ledger.novelty is in no room of the import table: add it there, with what it may import",
        ),
    ],
)
def test_a_forbidden_import_is_found(tmp_path, file, line, message):
    root = plant(tmp_path, {file: f"import json\n{line}\n"})
    assert found(imports.breaches(root)) == [f"{file}:2 {message}"]


def test_an_import_inside_a_function_or_for_types_only_is_found(tmp_path):
    late = "def f():\n    from ledger import store\n"
    typed = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import ledger.chain\n"
    root = plant(tmp_path, {"ledger/crypto/a.py": late, "ledger/crypto/b.py": typed})
    assert found(imports.breaches(root)) == [
        "ledger/crypto/a.py:2 ledger.crypto may not import ledger.store",
        "ledger/crypto/b.py:3 ledger.crypto may not import ledger.chain",
    ]


def test_allowed_imports_stand(tmp_path):
    honest = {
        "ledger/__init__.py": "from ledger.bootstrap import Ledger\n",
        "ledger/bootstrap.py": "from ledger.chain import rpc\nfrom ledger import config, services\n",
        "ledger/domain/money.py": "import decimal\nfrom ledger.errors import BadInput\nfrom . import dates\n",
        "ledger/services/bank.py": "from ledger import errors, ports\nfrom ledger.domain import money\n",
        "ledger/reports/idle.py": "from ledger.tracing import walk\nfrom ledger.ports import Reader\n",
        "ledger/cli.py": "from ledger import Ledger, bootstrap, story\n",
        "ledger/story/cast.py": "from ledger import Ledger\nfrom ledger.story import leg\n",
        "api/deps.py": "from ledger import Ledger\nfrom ledger.bootstrap import open_ledger\n",
        "api/routers/bank.py": "from api.deps import desk\nfrom ledger.services.bank import Bank\n",
    }
    assert found(imports.breaches(plant(tmp_path, honest))) == []


def test_solidity_folders_keep_to_themselves(tmp_path):
    root = plant(
        tmp_path,
        {
            "contracts/bonds/Bond.sol": (
                'import {Cash} from "../cash/Cash.sol";\n'
                'import {ICash} from "../interfaces/ICash.sol";\n'
                'import "./Office.sol";\n'
                'import {\n    ERC20\n} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";\n'
                'import "forge-std/Test.sol";\n'
            ),
            "contracts/libraries/Claims.sol": 'import "../bonds/Bond.sol";\n',
            "contracts/mocks/Hostile.sol": 'import "../bonds/Bond.sol";\n',
        },
    )
    shared = "may import interfaces, libraries and itself, not"
    assert found(imports.breaches(root)) == [
        f"contracts/bonds/Bond.sol:1 contracts/bonds {shared} contracts/cash",
        "contracts/bonds/Bond.sol:7 forge-std/Test.sol is neither ours nor OpenZeppelin's",
        f"contracts/libraries/Claims.sol:1 contracts/libraries {shared} contracts/bonds",
    ]


# --- no float near money -----------------------------------------------------------------------------------


@pytest.mark.spec("MNY-1")
@pytest.mark.parametrize(
    "line",
    [
        "fee = amount * 0.003",
        "fee = float(amount)",
        "share = amount / 3",
        "amount /= 3",
        "column = moves.astype(np.float64)",
        "share = np.true_divide(amount, 3)",
        "fee = amount * 0.003  # not money:",
    ],
)
def test_a_float_near_money_is_found(tmp_path, line):
    for room in money.ROOMS:
        root = plant(tmp_path / room, {f"ledger/{room}/fees.py": f"amount = 7\n{line}\n"})
        assert [(one.path, one.line) for one in money.breaches(root)] == [(f"ledger/{room}/fees.py", 2)]


def test_integers_paths_and_explained_floats_stand(tmp_path):
    honest = (
        "fee = amount * 3 // 1000\n"
        'file = folder / "journal"\n'
        "file = self.state_dir / name / other\n"
        "file = Path(text) / name\n"
        "time.sleep(0.1)  # not money: seconds\n"
        "def wait(seconds: float) -> None: ...\n"
    )
    assert found(money.breaches(plant(tmp_path, {"ledger/chain/node.py": honest}))) == []


# --- promises and their tests ------------------------------------------------------------------------------

PROMISES = (
    "# Promises\n\n| id | promise |\n|---|---|\n| CASH-1 ● | tiles |\n| DOC-1 | once |\n\nNot built: API-1.\n"
)


def test_a_promise_without_a_test_is_found(tmp_path):
    root = plant(tmp_path, {"docs/specs.md": PROMISES, "tests/test_a.py": 'def test_a():\n    """DOC-1"""\n'})
    assert found(specs.breaches(root)) == ["docs/specs.md:5 no test carries CASH-1"]


@pytest.mark.parametrize(
    "carrier",
    [
        'import pytest\n@pytest.mark.spec("CASH-1", "DOC-1")\ndef test_a(): ...\n',
        'def test_a():\n    """CASH-1 and DOC-1."""\n',
        'class TestA:\n    """CASH-1, DOC-1."""\n    def test_a(self): ...\n',
        '"""CASH-1, DOC-1, and EIP-712 which is no promise."""\ndef test_a(): ...\n',
        'import pytest\npytestmark = [pytest.mark.spec("CASH-1", "DOC-1")]\ndef test_a(): ...\n',
    ],
)
def test_a_python_test_carries_ids(tmp_path, carrier):
    assert (
        found(specs.breaches(plant(tmp_path, {"docs/specs.md": PROMISES, "tests/test_a.py": carrier}))) == []
    )


def test_a_forge_test_carries_ids(tmp_path):
    forge = (
        "contract A {\n    /// DOC-1: once\n    // whatever\n    function invariant_once() public {}\n"
        "    function invariant_CASH_1_tiles() public {}\n}\n"
    )
    root = plant(tmp_path, {"docs/specs.md": PROMISES, "tests/invariants/A.t.sol": forge})
    assert found(specs.breaches(root)) == []


@pytest.mark.parametrize(
    "idle",
    [
        'import pytest\n@pytest.mark.skip\n@pytest.mark.spec("CASH-1", "DOC-1")\ndef test_a(): ...\n',
        'import pytest\n@pytest.mark.xfail(reason="later")\ndef test_a():\n    """CASH-1 DOC-1"""\n',
        'import pytest\npytestmark = pytest.mark.skip\ndef test_a():\n    """CASH-1 DOC-1"""\n',
        '"""CASH-1 DOC-1"""\ndef helper(): ...\n',
    ],
)
def test_a_test_that_does_not_run_carries_nothing(tmp_path, idle):
    root = plant(tmp_path, {"docs/specs.md": PROMISES, "tests/test_a.py": idle})
    assert len(found(specs.breaches(root))) == 2


@pytest.mark.parametrize("id", ["CASH-9", "NOVEL-1"])
def test_an_unknown_id_in_a_marker_is_found(tmp_path, id):
    carrier = f'import pytest\n@pytest.mark.spec("{id}")\ndef test_a():\n    """CASH-1 DOC-1"""\n'
    root = plant(tmp_path, {"docs/specs.md": PROMISES, "tests/test_a.py": carrier})
    assert found(specs.breaches(root)) == [f"tests/test_a.py:3 {id} is not in docs/specs.md"]


def test_an_unknown_number_of_a_known_family_is_found_in_a_docstring(tmp_path):
    carrier = 'def test_a():\n    """CASH-1 CASH-9 DOC-1"""\n'
    root = plant(tmp_path, {"docs/specs.md": PROMISES, "tests/test_a.py": carrier})
    assert found(specs.breaches(root)) == ["tests/test_a.py:1 CASH-9 is not in docs/specs.md"]


def test_a_specification_without_promises_is_no_specification(tmp_path):
    assert found(specs.breaches(tmp_path)) == ["docs/specs.md:1 names no promise"]


# --- compiler settings and lock files ----------------------------------------------------------------------

SETTINGS_FILES = (*settings.FILES, *settings.ADDRESSES, "solc.json")


def copy_settings(root: Path) -> Path:
    return plant(root, {name: (ROOT / name).read_text() for name in SETTINGS_FILES})


def edit(root: Path, name: str, old: str, new: str) -> None:
    text = (root / name).read_text()
    assert old in text
    (root / name).write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("name", "old", "new", "what"),
    [
        ("brownie-config.yaml", "evm_version: paris", "evm_version: cancun", "evm version"),
        ("brownie-config.yaml", "contracts/=node", "contracts/=other", "remappings"),
        ("foundry.toml", 'evm_version = "paris"', 'evm_version = "cancun"', "evm version"),
        ("foundry.toml", "via_ir = false", "via_ir = true", "via IR"),
        ("foundry.toml", 'bytecode_hash = "none"', 'bytecode_hash = "ipfs"', "bytecode hash"),
        ("package.json", '"solc": "0.8.37"', '"solc": "0.8.36"', "version"),
    ],
)
def test_settings_that_disagree_are_found(tmp_path, name, old, new, what):
    root = copy_settings(tmp_path)
    assert found(settings.breaches(root)) == []
    edit(root, name, old, new)
    assert [(one.path, one.message.split(" is ")[0]) for one in settings.breaches(root)] == [(name, what)]


@pytest.mark.parametrize(
    "line", ["--extra-index-url mirror", "-f wheels", "# from https://example.org/simple"]
)
def test_an_address_in_a_lock_file_is_found(tmp_path, line):
    root = copy_settings(tmp_path)
    (root / "requirements.lock").write_text(f"rich==15.0.0\n{line}\n")
    assert found(settings.breaches(root)) == ["requirements.lock:2 a lock file carries no address"]


def test_an_address_in_the_npm_lock_file_is_found(tmp_path):
    root = copy_settings(tmp_path)
    (root / "package-lock.json").write_text('{\n"resolved": "https://example.org/solc.tgz"\n}\n')
    assert found(settings.breaches(root)) == ["package-lock.json:2 a lock file carries no address"]
