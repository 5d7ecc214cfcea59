"""One compiler, one set of settings: brownie-config.yaml, foundry.toml and package.json agree with solc.json.

Brownie cannot be told what solc.json says of metadata: its code differs from what ships in the last bytes,
which hold a hash of the sources and never run. Lock files answer here too: they say what, never from where.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from scripts.linters import ROOT, Breach, report

Settings = dict[str, Any]
ADDRESSES = {
    "requirements.lock": re.compile(
        r"://|^\s*-(?:i|f|-index-url|-extra-index-url|-find-links)\b", re.MULTILINE
    ),
    "package-lock.json": re.compile(r'"resolved":'),
}


def wanted(root: Path) -> Settings:
    config = json.loads((root / "solc.json").read_text())
    settings = config["settings"]
    return {
        "version": config["version"],
        "evm version": settings["evmVersion"],
        "optimizer": settings["optimizer"]["enabled"],
        "optimizer runs": settings["optimizer"]["runs"],
        "via IR": settings["viaIR"],
        "remappings": sorted(settings["remappings"]),
        "bytecode hash": settings["metadata"]["bytecodeHash"],
    }


def brownie_settings(root: Path) -> Settings:
    compiler = yaml.safe_load((root / "brownie-config.yaml").read_text())["compiler"]
    solc = compiler["solc"]
    return {
        "version": str(solc["version"]),
        "evm version": compiler["evm_version"],
        "optimizer": solc["optimizer"]["enabled"],
        "optimizer runs": solc["optimizer"]["runs"],
        "via IR": solc["viaIR"],
        "remappings": sorted(solc["remappings"]),
    }


def foundry_settings(root: Path) -> Settings:
    profile = tomllib.loads((root / "foundry.toml").read_text())["profile"]["default"]
    return {
        "version": profile["solc"].rpartition("-v")[2],
        "evm version": profile["evm_version"],
        "optimizer": profile["optimizer"],
        "optimizer runs": profile["optimizer_runs"],
        "via IR": profile["via_ir"],
        "remappings": sorted(profile["remappings"]),
        "bytecode hash": profile["bytecode_hash"],
    }


def npm_settings(root: Path) -> Settings:
    return {"version": json.loads((root / "package.json").read_text())["devDependencies"]["solc"]}


FILES = {
    "brownie-config.yaml": brownie_settings,
    "foundry.toml": foundry_settings,
    "package.json": npm_settings,
}


def disagreements(root: Path) -> Iterator[Breach]:
    agreed = wanted(root)
    for file, read in FILES.items():
        for name, value in read(root).items():
            if value != agreed[name]:
                yield Breach(file, 1, f"{name} is {value!r}, and solc.json says {agreed[name]!r}")


def addresses(root: Path) -> Iterator[Breach]:
    for name, address in ADDRESSES.items():
        text = (root / name).read_text()
        for match in address.finditer(text):
            yield Breach(name, text.count("\n", 0, match.start()) + 1, "a lock file carries no address")


def breaches(root: Path) -> list[Breach]:
    return [*disagreements(root), *addresses(root)]


if __name__ == "__main__":
    sys.exit(report(breaches(ROOT), "solc.json, Brownie, forge and npm agree; lock files carry no address"))
