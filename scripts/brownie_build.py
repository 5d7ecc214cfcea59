"""Give Brownie the contracts that ship: `python -m scripts.brownie_build` fills .cache/brownie/build.

Brownie would compile all sources a second time, which takes longer than all of its tests, and load 76 MB of
syntax trees and source maps each time. The tests ask it for interfaces and code: these are in the artifacts,
compiled here first where sources changed, so what is tested is what ships. Nothing maps code to lines, so
Brownie's coverage and its view of the failing line are empty.
"""

import json
import re
import sys
from collections.abc import Iterator
from hashlib import sha1
from pathlib import Path

from scripts.compile import ROOT, Build, CompileError, Json, Repository, write

DEFINITION = re.compile(r"^(?:abstract )?(contract|library|interface)\s+(\w+)", re.MULTILINE)
NOTHING: Json = {"abi": [], "bytecode": "0x", "deployedBytecode": "0x"}
"""Of what is not deployed: abstract contracts and libraries of internal functions."""


def artifacts(repository: Repository) -> dict[str, Json]:
    """All artifacts of the present sources, mocks among them."""
    with repository.one_at_a_time():
        build = Build(repository)
        if build.stale() or build.mocks_missing():
            print("compiling what changed", flush=True)
            build.write()
        return repository.shipped() | repository.mocks()


def as_brownie_keeps_it(name: str, kind: str, path: str, source: str, one: Json, compiler: Json) -> Json:
    code = one["bytecode"].removeprefix("0x")
    return {
        "abi": one["abi"],
        "allSourcePaths": {"0": path},
        "ast": {},
        "bytecode": code,
        "bytecodeSha1": sha1(code.encode()).hexdigest(),
        "compiler": compiler,
        "contractName": name,
        "coverageMap": {"statements": {}, "branches": {}},
        "dependencies": [],
        "deployedBytecode": one["deployedBytecode"].removeprefix("0x"),
        "deployedSourceMap": "",
        "language": "Solidity",
        "natspec": {},
        "offset": [0, 0],
        "opcodes": "",
        "pcMap": {},
        "sha1": sha1(source.encode()).hexdigest(),
        "source": source,
        "sourceMap": "",
        "sourcePath": path,
        "type": kind,
    }


def builds(root: Path) -> Iterator[Json]:
    """One for every definition in contracts/, so that Brownie finds none to compile."""
    repository, config = Repository(root), json.loads((root / "solc.json").read_text())
    compiler = {
        "version": config["version"],
        "optimizer": config["settings"]["optimizer"],
        "evm_version": config["settings"]["evmVersion"],
    }
    made = artifacts(repository)
    for path in repository.own_paths():
        source = (root / path).read_text()
        for kind, name in DEFINITION.findall(source):
            yield as_brownie_keeps_it(name, kind, path, source, made.get(name, NOTHING), compiler)


def main(root: Path = ROOT) -> int:
    try:
        texts = {one["contractName"]: json.dumps(one, sort_keys=True) for one in builds(root)}
    except CompileError as refused:
        print(refused, file=sys.stderr)
        return 1
    folder = root / ".cache" / "brownie" / "build" / "contracts"
    for name, text in texts.items():
        file = folder / f"{name}.json"
        if not file.exists() or file.read_text() != text:
            write(file, text)
    for file in folder.glob("*.json"):
        if file.stem not in texts:
            file.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
