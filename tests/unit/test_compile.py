"""scripts/compile.py on a small repository: what ships, and what --check and --verify notice."""

import json
import os
import shutil

import pytest
from eth_utils import keccak

from scripts import compile as compiling
from scripts.linters import ROOT

VAULT = """// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;
import {IVault} from "../interfaces/IVault.sol";
import {Short} from "../libraries/Errors.sol";
contract Vault is IVault {
    struct Box { uint112 held; uint64 since; }
    address public immutable keeper = msg.sender;
    mapping(address => Box) public boxes;
    function take(uint112 amount) external {
        Box storage box = boxes[msg.sender];
        if (box.held < amount) revert Short(msg.sender, box.held, amount);
        box.held -= amount;
    }
}
"""
FILES = {
    "contracts/cash/Vault.sol": VAULT,
    "contracts/interfaces/IVault.sol": (
        "// SPDX-License-Identifier: Apache-2.0\npragma solidity ^0.8.28;\n"
        "interface IVault { function take(uint112 amount) external; }\n"
    ),
    "contracts/libraries/Errors.sol": (
        "// SPDX-License-Identifier: Apache-2.0\npragma solidity ^0.8.28;\n"
        "error Short(address who, uint256 had, uint256 needed);\n"
        "library Inner { function twice(uint256 x) internal pure returns (uint256) { return 2 * x; } }\n"
    ),
    "contracts/mocks/Hostile.sol": (
        "// SPDX-License-Identifier: Apache-2.0\npragma solidity ^0.8.28;\n"
        'import {Vault} from "../cash/Vault.sol";\ncontract Hostile is Vault {}\n'
    ),
}


def write_project(folder):
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "solc.json").write_text((ROOT / "solc.json").read_text())
    return folder


@pytest.fixture(scope="module", autouse=True)
def solc():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(
            "SOLCX_BINARY_PATH", os.environ.get("SOLCX_BINARY_PATH") or str(ROOT / ".cache" / "solc")
        )
        yield


@pytest.fixture
def root(tmp_path):
    return write_project(tmp_path)


@pytest.fixture(scope="module")
def compiled_once(tmp_path_factory, solc):
    once = write_project(tmp_path_factory.mktemp("once"))
    assert compiling.main(["--update"], once) == 0
    return once


@pytest.fixture
def compiled(compiled_once, tmp_path):
    return shutil.copytree(compiled_once, tmp_path / "compiled")


def edit(root, name, old, new):
    text = (root / name).read_text()
    assert old in text
    (root / name).write_text(text.replace(old, new))


def shipped(root, name):
    return json.loads((root / f"ledger/chain/abi/{name}.json").read_text())


def test_contracts_and_interfaces_ship_and_mocks_and_inner_libraries_do_not(compiled):
    names = {file.stem for file in (compiled / "ledger/chain/abi").iterdir()}
    assert names == {"Vault", "IVault", "manifest"}
    assert [file.stem for file in (compiled / ".cache/mocks").iterdir()] == ["Hostile"]


def test_an_artifact_holds_what_its_readers_need(compiled):
    vault, interface = shipped(compiled, "Vault"), shipped(compiled, "IVault")
    assert vault["contractName"] == "Vault"
    assert vault["bytecode"].startswith("0x60")
    assert vault["bytecode"].endswith(vault["deployedBytecode"][-200:])
    assert vault["methodIdentifiers"]["take(uint112)"] == keccak(text="take(uint112)")[:4].hex()
    assert {entry["name"] for entry in vault["abi"]} == {"take", "boxes", "keeper", "Short"}
    assert list(vault["immutableReferences"]) == ["0"]
    assert [(one["label"], one["slot"]) for one in vault["storageLayout"]["storage"]] == [("boxes", "0")]
    assert interface["bytecode"] == interface["deployedBytecode"] == "0x"


def test_the_layout_of_structs_is_frozen_too(compiled):
    frozen = json.loads((compiled / "tests/snapshots/storage_layout.json").read_text())
    assert frozen == {
        "Vault": [
            "0+0 mapping(address => struct Vault.Box) boxes",
            "struct Vault.Box: 0+0 uint112 held",
            "struct Vault.Box: 0+14 uint64 since",
        ]
    }


def test_a_line_elsewhere_changes_no_artifact(compiled):
    before = shipped(compiled, "Vault")
    (compiled / "contracts/cash/Aside.sol").write_text(
        "// SPDX-License-Identifier: Apache-2.0\npragma solidity ^0.8.28;\n"
        "contract Aside { struct Box { bool open; } Box public box; uint8 immutable kind = 3; }\n"
    )
    assert compiling.main([], compiled) == 0
    assert shipped(compiled, "Vault") == before


def test_only_what_changed_is_compiled_again(compiled, monkeypatch):
    asked, honest = [], compiling.Compiler.compile
    monkeypatch.setattr(
        compiling.Compiler,
        "compile",
        lambda self, sources, paths: asked.append(list(paths)) or honest(self, sources, paths),
    )
    before = shipped(compiled, "Vault")
    edit(compiled, "contracts/mocks/Hostile.sol", "contract Hostile", "// a remark\ncontract Hostile")
    assert compiling.main([], compiled) == 0
    assert [path for path in asked[0] if path.endswith(("Hostile.sol", "Vault.sol"))] == [
        "contracts/mocks/Hostile.sol"
    ]
    assert shipped(compiled, "Vault") == before


def test_an_artifact_that_was_edited_is_not_kept(compiled):
    before = shipped(compiled, "Vault")
    file = compiled / "ledger/chain/abi/Vault.json"
    file.write_text(file.read_text().replace("0x60", "0x61", 1))
    assert compiling.main([], compiled) == 0
    assert shipped(compiled, "Vault") == before


def test_check_passes_when_current_and_compiles_nothing(compiled, monkeypatch):
    monkeypatch.setattr(compiling.Compiler, "compile", lambda *_: pytest.fail("compiled"))
    assert compiling.main(["--check"], compiled) == 0
    assert compiling.main([], compiled) == 0


def test_check_names_changed_sources(compiled, capsys):
    edit(compiled, "contracts/libraries/Errors.sol", "2 * x", "3 * x")
    assert compiling.main(["--check"], compiled) == 1
    assert "sources or settings changed" in capsys.readouterr().err


def test_check_names_changed_settings(compiled, capsys):
    edit(compiled, "solc.json", '"viaIR": false', '"viaIR": true')
    assert compiling.main(["--check"], compiled) == 1
    assert "sources or settings changed" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["Vault", "IVault"])
def test_check_names_an_artifact_that_was_edited(compiled, capsys, name):
    edit(compiled, f"ledger/chain/abi/{name}.json", "uint112", "uint120")
    assert compiling.main(["--check"], compiled) == 1
    assert f"{name}.json is not the file that was compiled" in capsys.readouterr().err


def test_check_names_an_artifact_that_is_missing_or_foreign(compiled, capsys):
    (compiled / "ledger/chain/abi/IVault.json").rename(compiled / "ledger/chain/abi/Foreign.json")
    assert compiling.main(["--check"], compiled) == 1
    errors = capsys.readouterr().err
    assert "IVault.json is not" in errors
    assert "Foreign.json is not" in errors


def test_verify_finds_code_that_no_source_gives(compiled, capsys):
    """The manifest was edited together with the artifact, so only compiling again can tell."""
    folder = compiled / "ledger/chain/abi"
    edit(compiled, "ledger/chain/abi/Vault.json", '"bytecode":"0x60', '"bytecode":"0x61')
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["artifacts"]["Vault"] = compiling.sha256((folder / "Vault.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert compiling.main(["--check"], compiled) == 0
    assert compiling.main(["--verify"], compiled) == 1
    assert "do not come from these sources" in capsys.readouterr().err


def test_a_moved_slot_and_a_new_size_break_the_snapshots_until_accepted(compiled, capsys):
    edit(
        compiled,
        "contracts/cash/Vault.sol",
        "mapping(address => Box)",
        "uint256 public novelty;\n    mapping(address => Box)",
    )
    assert compiling.main([], compiled) == 0
    assert compiling.main(["--check"], compiled) == 1
    errors = capsys.readouterr().err
    assert "- 0+0 mapping(address => struct Vault.Box) boxes" in errors
    assert "+ 1+0 mapping(address => struct Vault.Box) boxes" in errors
    assert "code size of Vault changed" in errors
    assert compiling.main(["--update"], compiled) == 0
    assert compiling.main(["--check"], compiled) == 0


def test_code_beyond_the_limit_is_refused_even_when_updating(compiled, capsys, monkeypatch):
    monkeypatch.setattr(compiling, "SIZE_LIMIT", 100)
    assert compiling.main(["--check"], compiled) == 1
    assert compiling.main(["--update"], compiled) == 1
    assert "Vault is" in capsys.readouterr().err


def test_the_limit_is_ten_per_cent_below_eip_170():
    assert compiling.SIZE_LIMIT == 22_118


def test_a_source_that_does_not_compile_leaves_the_artifacts(compiled, capsys):
    before = shipped(compiled, "Vault")
    edit(compiled, "contracts/cash/Vault.sol", "box.held -= amount;", "box.gone -= amount;")
    assert compiling.main([], compiled) == 1
    assert "gone" in capsys.readouterr().err
    assert shipped(compiled, "Vault") == before


def test_an_import_that_is_not_there_is_named(root, capsys):
    edit(root, "contracts/mocks/Hostile.sol", "../cash/Vault.sol", "../cash/Volt.sol")
    assert compiling.main([], root) == 1
    assert "contracts/cash/Volt.sol" in capsys.readouterr().err


def test_two_contracts_of_one_name_are_refused(root, capsys):
    (root / "contracts/bonds").mkdir()
    (root / "contracts/bonds/Twin.sol").write_text(VAULT)
    assert compiling.main([], root) == 1
    assert "two contracts are called Vault" in capsys.readouterr().err


def test_a_trial_touches_nothing_that_ships(root, tmp_path):
    out = tmp_path / "trial"
    assert compiling.main(["--out", str(out), str(root / "contracts/cash/Vault.sol")], root) == 0
    assert [file.name for file in out.iterdir()] == ["Vault.json"]
    assert not (root / "ledger").exists()
