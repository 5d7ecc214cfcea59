"""One solc for all: native where it proves itself, else npm's behind the same command line."""

import json
import subprocess

import pytest
import requests
import solcx

from scripts import setup_solc
from scripts.linters import ROOT

VERSION = setup_solc.settings()["version"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SOLCX_BINARY_PATH", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["setup_solc.py"])
    return tmp_path


def refuse_network(*_, **__):
    raise requests.ConnectionError("no network")


def standard_json(solc, sources, *flags, cwd=ROOT):
    request = {
        "language": "Solidity",
        "sources": {name: {"content": text} for name, text in sources.items()},
        "settings": {"outputSelection": {"*": {"*": ["abi"]}}},
    }
    command = [str(solc), "--standard-json", *flags]
    done = subprocess.run(
        command, input=json.dumps(request), capture_output=True, text=True, check=True, cwd=cwd
    )
    return json.loads(done.stdout)


def test_without_network_npm_serves_and_is_not_asked_again(folder, monkeypatch, capsys):
    monkeypatch.setattr(requests, "head", refuse_network)
    assert setup_solc.main() == 0
    assert "npm" in json.loads((folder / "choice.json").read_text())["chosen"]
    monkeypatch.setattr(setup_solc, "choose", lambda *_: pytest.fail("asked again"))
    assert setup_solc.main() == 0


def test_py_solc_x_accepts_the_npm_compiler(folder, monkeypatch):
    monkeypatch.setattr(requests, "head", refuse_network)
    setup_solc.main()
    assert [str(version) for version in solcx.get_installed_solc_versions()] == [VERSION]
    solc = solcx.install.get_executable(VERSION)
    assert str(solcx.wrapper.get_solc_version(solc)) == VERSION
    assert setup_solc.probe_bytecode(solc).startswith("60")


def test_imports_are_read_below_allowed_folders_only(folder, monkeypatch, tmp_path):
    monkeypatch.setattr(requests, "head", refuse_network)
    setup_solc.main()
    solc, here, away = folder / f"solc-v{VERSION}", tmp_path / "here", tmp_path / "away"
    for place, name in ((here, "Near"), (away, "Far")):
        place.mkdir()
        (place / f"{name}.sol").write_text(f"pragma solidity ^0.8.0; contract {name} {{}}")
    source = (
        f'pragma solidity ^0.8.0; import "{away}/Far.sol"; import "Near.sol"; contract Top is Near, Far {{}}'
    )
    refused = standard_json(solc, {"Top.sol": source}, cwd=here)
    assert [e["errorCode"] for e in refused["errors"] if e["severity"] == "error"] == ["6275"]
    assert "Far.sol" in str(refused["errors"])
    allowed = standard_json(solc, {"Top.sol": source}, "--allow-paths", str(away), cwd=here)
    assert "Top" in allowed["contracts"]["Top.sol"]


def native(bytecode):
    """What a download leaves behind: an executable that answers with this bytecode."""

    def download(version, folder):
        folder.mkdir(parents=True)
        solc = folder / f"solc-v{version}"
        evm = {"evm": {"bytecode": {"object": bytecode}}}
        answer = json.dumps({"contracts": {"Probe.sol": {"Probe": evm}}})
        solc.write_text(
            f"#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'Version: {version}+commit.0'; "
            f"else cat > /dev/null; echo '{answer}'; fi\n"
        )
        solc.chmod(0o755)
        return solc

    return download


def npm_bytecode():
    return setup_solc.probe_bytecode(ROOT / ".cache" / "solc" / f"solc-v{VERSION}")


def test_native_is_taken_when_it_makes_the_same_bytecode(folder, monkeypatch):
    monkeypatch.setattr(setup_solc, "download_native", native(npm_bytecode()))
    setup_solc.main()
    assert json.loads((folder / "choice.json").read_text())["chosen"] == "native"
    assert "npm" not in (folder / f"solc-v{VERSION}").read_text()


@pytest.mark.parametrize("bytecode", ["6080", ""])
def test_native_that_makes_other_bytecode_is_refused(folder, monkeypatch, bytecode):
    monkeypatch.setattr(setup_solc, "download_native", native(bytecode))
    setup_solc.main()
    assert json.loads((folder / "choice.json").read_text())["chosen"].startswith("npm")
    assert "npm compiler" in (folder / f"solc-v{VERSION}").read_text()


def test_native_that_cannot_run_here_is_refused(folder, monkeypatch):
    def download(version, folder):
        folder.mkdir(parents=True)
        (folder / f"solc-v{version}").write_bytes(b"\x7fELF of another machine")
        (folder / f"solc-v{version}").chmod(0o755)
        return folder / f"solc-v{version}"

    monkeypatch.setattr(setup_solc, "download_native", download)
    setup_solc.main()
    assert json.loads((folder / "choice.json").read_text())["chosen"].startswith("npm")


def test_a_slow_download_is_given_up(folder, monkeypatch):
    monkeypatch.setattr(requests, "head", lambda *_, **__: None)
    monkeypatch.setattr(setup_solc, "DOWNLOAD_SECONDS", 0.01)
    assert setup_solc.download_native(VERSION, folder / "native") is None
