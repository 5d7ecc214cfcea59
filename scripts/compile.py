"""Compile contracts/ and write what ships: ledger/chain/abi/<Name>.json, a manifest and two snapshots.

    compile.py            compile what changed in sources or settings since the shipped artifacts were made
    compile.py --check    change nothing; exit 1 when artifacts or snapshots are stale, or code is too large
    compile.py --verify   as --check, and recompile to prove that the artifacts come from these sources
    compile.py --update   compile and accept the new storage layout and code sizes as snapshots
    compile.py --out DIR FILE...   compile only these files and what they import, into DIR (for trials)

An artifact is one line of JSON: {contractName, abi, bytecode, deployedBytecode, immutableReferences,
storageLayout, methodIdentifiers, sourceHash}; code is 0x-hex, empty for an interface. Contracts in
contracts/mocks are compiled into .cache/mocks instead: tests need them, nobody else does.
"""

import argparse
import fcntl
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
EIP170_LIMIT = 24_576
SIZE_LIMIT = EIP170_LIMIT * 9 // 10
IMPORT = re.compile(r"""^\s*import\s+(?:[^"';]*?\bfrom\s+)?["']([^"']+)["']""", re.MULTILINE)
OUTPUT = ["abi", "storageLayout", "evm.bytecode", "evm.deployedBytecode", "evm.methodIdentifiers"]
SELECTION = {"*": OUTPUT, "": ["ast"]}


class CompileError(Exception):
    """The sources do not compile, or cannot be shipped as they are."""


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


# --- sources -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sources:
    """The texts of some Solidity files and of all they import, by the path that `import` resolves to."""

    root: Path
    remappings: tuple[str, ...]
    texts: dict[str, str]
    imports: dict[str, list[str]]

    @classmethod
    def load(cls, root: Path, remappings: Iterable[str], paths: Iterable[str]) -> "Sources":
        sources = cls(root, tuple(remappings), {}, {})
        for path in sorted(paths):
            sources._add(path)
        return sources

    def _add(self, path: str) -> None:
        if path in self.texts:
            return
        file = self.root / self._on_disk(path)
        if not file.is_file():
            raise CompileError(
                f"{path} is imported but {file} does not exist (is npm's part of the set-up done?)"
            )
        self.texts[path] = file.read_text()
        self.imports[path] = [self._resolve(path, name) for name in IMPORT.findall(self.texts[path])]
        for imported in self.imports[path]:
            self._add(imported)

    def _on_disk(self, path: str) -> str:
        for remapping in self.remappings:
            prefix, target = remapping.split("=", 1)
            if path.startswith(prefix):
                return target + path.removeprefix(prefix)
        return path

    @staticmethod
    def _resolve(importer: str, name: str) -> str:
        relative = name.startswith(".")
        return os.path.normpath(os.path.join(os.path.dirname(importer), name)) if relative else name

    def closure(self, *paths: str) -> dict[str, str]:
        """The texts of `paths` and of everything they reach."""
        reached, waiting = {}, list(paths)
        while waiting:
            current = waiting.pop()
            if current not in reached:
                reached[current] = self.texts[current]
                waiting += self.imports[current]
        return reached


# --- compiling ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Compiler:
    """Version and settings from solc.json. Import names stay as written: solc sees no remapping."""

    version: str
    settings: Json

    @classmethod
    def load(cls, root: Path) -> "Compiler":
        config = json.loads((root / "solc.json").read_text())
        return cls(config["version"], config["settings"])

    @property
    def remappings(self) -> list[str]:
        return list(self.settings["remappings"])

    def fingerprint(self, sources: dict[str, str]) -> str:
        """One hash for a version, settings and sources: equal hash, equal artifact."""
        return sha256(canonical({"version": self.version, "settings": self.settings, "sources": sources}))

    def compile(self, sources: Sources, paths: Iterable[str]) -> Json:
        """What solc says of `paths`; it sees only what they reach."""
        import solcx  # after the cheap checks: importing it costs more than deciding that nothing changed

        os.environ.setdefault("SOLCX_BINARY_PATH", str(sources.root / ".cache" / "solc"))
        settings = {key: value for key, value in self.settings.items() if key != "remappings"}
        request = {
            "language": "Solidity",
            "sources": {path: {"content": text} for path, text in sorted(sources.closure(*paths).items())},
            "settings": settings | {"outputSelection": dict.fromkeys(paths, SELECTION)},
        }
        try:
            answer: Json = solcx.compile_standard(request, solc_version=self.version)
        except solcx.exceptions.SolcNotInstalled as missing:
            raise CompileError(f"solc {self.version} is not set up: run `make setup`") from missing
        except solcx.exceptions.SolcError as refused:
            raise CompileError(f"solc {self.version}:\n{refused.message}") from refused
        for warning in answer.get("errors", []):
            if "@openzeppelin" not in warning["formattedMessage"]:
                print(warning["formattedMessage"], file=sys.stderr)
        return answer


def artifacts(compiler: Compiler, sources: Sources, answer: Json, paths: Iterable[str]) -> dict[str, Json]:
    """One artifact for each interface and deployable contract that `paths` define."""
    made: dict[str, Json] = {}
    for path in sorted(paths):
        kinds = contract_kinds(answer["sources"][path]["ast"])
        for name, output in answer.get("contracts", {}).get(path, {}).items():
            if not is_shippable(kinds[name], output):
                continue
            if name in made:
                raise CompileError(f"two contracts are called {name}; the second is in {path}")
            made[name] = artifact(name, output, compiler.fingerprint(sources.closure(path)))
    return made


def contract_kinds(ast: Json) -> dict[str, str]:
    nodes = (node for node in ast["nodes"] if node["nodeType"] == "ContractDefinition")
    return {node["name"]: "abstract" if node["abstract"] else node["contractKind"] for node in nodes}


def is_shippable(kind: str, output: Json) -> bool:
    """Abstract contracts and libraries of internal functions live only inside other contracts."""
    if kind == "library":
        return bool(output["evm"]["methodIdentifiers"])
    return kind in ("interface", "contract")


def artifact(name: str, output: Json, source_hash: str) -> Json:
    code, deployed = output["evm"]["bytecode"], output["evm"]["deployedBytecode"]
    if code["linkReferences"]:
        raise CompileError(
            f"{name} needs a library linked at deployment, which no deployment record describes"
        )
    return {
        "contractName": name,
        "abi": output["abi"],
        "bytecode": "0x" + code["object"],
        "deployedBytecode": "0x" + deployed["object"],
        "immutableReferences": in_order(deployed.get("immutableReferences", {})),
        "storageLayout": without_ast_ids(output.get("storageLayout") or {"storage": [], "types": {}}),
        "methodIdentifiers": output["evm"]["methodIdentifiers"],
        "sourceHash": source_hash,
    }


def in_order(references: Json) -> Json:
    """Immutables by order of declaration; solc keys them by a number that changes with every source."""
    return {str(index): references[key] for index, key in enumerate(sorted(references, key=int))}


def without_ast_ids(layout: Json) -> Json:
    """The layout without the numbers that any change to any file changes; types are told apart by count."""
    layout = {key: layout[key] for key in ("storage", "types") if layout[key]}
    seen: dict[str, list[str]] = {}

    def renumber(match: re.Match[str]) -> str:
        ids = seen.setdefault(match[1], [])
        if match[2] not in ids:
            ids.append(match[2])
        return f"{match[1]}{ids.index(match[2])}"

    text = re.sub(r'"(?:astId": \d+|contract": "[^"]*"), ', "", json.dumps(layout))
    renumbered: Json = json.loads(re.sub(r"(t_\w+\(\w+\))(\d+)", renumber, text))
    return {"storage": [], "types": {}} | renumbered


# --- what is frozen ----------------------------------------------------------------------------------------


def slots(members: list[Json], types: Json) -> list[str]:
    """One line for each variable: slot, byte in the slot, type, name."""
    return [f"{m['slot']}+{m['offset']} {types[m['type']]['label']} {m['label']}" for m in members]


def storage_snapshot(made: dict[str, Json]) -> dict[str, list[str]]:
    """{contract: lines} for every contract that keeps state: its variables, then the structs they hold."""
    snapshot = {}
    for name, one in sorted(made.items()):
        storage, types = one["storageLayout"]["storage"], one["storageLayout"]["types"]
        structs = sorted((t["label"], t["members"]) for t in types.values() if "members" in t)
        lines = slots(storage, types)
        lines += [f"{label}: {line}" for label, members in structs for line in slots(members, types)]
        if lines:
            snapshot[name] = lines
    return snapshot


def runtime_size(one: Json) -> int:
    return (len(one["deployedBytecode"]) - 2) // 2


def size_snapshot(made: dict[str, Json]) -> dict[str, int]:
    return {name: runtime_size(one) for name, one in sorted(made.items()) if runtime_size(one)}


def too_large(sizes: dict[str, int]) -> list[str]:
    return [
        f"{name} is {size:,} bytes at run time; {SIZE_LIMIT:,} are allowed (EIP-170 less 10%)"
        for name, size in sizes.items()
        if size > SIZE_LIMIT
    ]


def storage_changes(frozen: dict[str, list[str]], current: dict[str, list[str]]) -> Iterator[str]:
    for name in sorted(frozen.keys() | current.keys()):
        old, new = frozen.get(name, []), current.get(name, [])
        changes = [f"- {line}" for line in old if line not in new] + [
            f"+ {line}" for line in new if line not in old
        ]
        if old != new:
            yield "\n    ".join([f"storage layout of {name} changed", *changes])


def size_changes(frozen: dict[str, int], current: dict[str, int]) -> Iterator[str]:
    for name in sorted(frozen.keys() | current.keys()):
        old, new = frozen.get(name, "absent"), current.get(name, "absent")
        if old != new:
            yield f"code size of {name} changed: {old} -> {new}"


# --- the repository ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Repository:
    """Where things stand. `root` is the project's folder; tests give their own."""

    root: Path

    @property
    def shipped_folder(self) -> Path:
        return self.root / "ledger" / "chain" / "abi"

    @property
    def manifest_file(self) -> Path:
        return self.shipped_folder / "manifest.json"

    @property
    def mocks_folder(self) -> Path:
        return self.root / ".cache" / "mocks"

    @property
    def storage_file(self) -> Path:
        return self.root / "tests" / "snapshots" / "storage_layout.json"

    @property
    def size_file(self) -> Path:
        return self.root / "tests" / "snapshots" / "code_size.json"

    def own_paths(self) -> list[str]:
        found = (self.root / "contracts").rglob("*.sol")
        return sorted(file.relative_to(self.root).as_posix() for file in found)

    def shipped(self) -> dict[str, Json]:
        files = sorted(self.shipped_folder.glob("*.json"))
        return {file.stem: json.loads(file.read_text()) for file in files if file != self.manifest_file}

    def shipped_hashes(self) -> dict[str, str]:
        files = self.shipped_folder.glob("*.json")
        return {file.stem: sha256(file.read_text()) for file in files if file != self.manifest_file}

    def as_compiled(self) -> dict[str, Json]:
        """The shipped artifacts that nobody edited since."""
        written = read(self.manifest_file).get("artifacts", {})
        hashes = self.shipped_hashes()
        return {name: one for name, one in self.shipped().items() if hashes[name] == written.get(name)}

    def mocks(self) -> dict[str, Json]:
        return {file.stem: json.loads(file.read_text()) for file in sorted(self.mocks_folder.glob("*.json"))}

    @contextmanager
    def one_at_a_time(self) -> Iterator[None]:
        lock_file = self.root / ".cache" / "compile.lock"
        lock_file.parent.mkdir(exist_ok=True)
        with lock_file.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def is_mock(path: str) -> bool:
    return path.startswith("contracts/mocks/")


def write(file: Path, text: str) -> None:
    """Write whole or not at all: another process may be reading the artifacts."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(text)
    temporary.replace(file)


def read(file: Path) -> Json:
    return json.loads(file.read_text()) if file.exists() else {}


def write_artifacts(folder: Path, made: dict[str, Json]) -> dict[str, str]:
    """Write the folder so that it holds just `made`; returns the hash of each file's text."""
    texts = {name: canonical(one) + "\n" for name, one in made.items()}
    for name, text in texts.items():
        write(folder / f"{name}.json", text)
    for file in folder.glob("*.json"):
        if file.stem not in texts and file.name != "manifest.json":
            file.unlink()
    return {name: sha256(text) for name, text in sorted(texts.items())}


class Build:
    """One look at the sources, and what may be done with it."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.compiler = Compiler.load(repository.root)
        self.own = repository.own_paths()
        self.sources = Sources.load(repository.root, self.compiler.remappings, self.own)
        self.hash = self.compiler.fingerprint(self.sources.texts)

    def stale(self) -> list[str]:
        """Why the shipped artifacts are not what these sources give; empty when they are."""
        manifest_file = self.repository.manifest_file
        if not manifest_file.exists():
            return ["no artifacts: run `make compile`"]
        manifest = json.loads(manifest_file.read_text())
        reasons = (
            [] if manifest["sources"] == self.hash else ["sources or settings changed: run `make compile`"]
        )
        on_disk = self.repository.shipped_hashes()
        edited = sorted(
            name
            for name in on_disk.keys() | manifest["artifacts"]
            if on_disk.get(name) != manifest["artifacts"].get(name)
        )
        return reasons + [f"{name}.json is not the file that was compiled" for name in edited]

    def make(self, paths: list[str]) -> tuple[dict[str, Json], dict[str, Json]]:
        """(what ships, mocks) of `paths`"""
        if not paths:
            return {}, {}
        answer = self.compiler.compile(self.sources, paths)
        shipped = [path for path in paths if not is_mock(path)]
        mocks = [path for path in paths if is_mock(path)]
        return (
            artifacts(self.compiler, self.sources, answer, shipped),
            artifacts(self.compiler, self.sources, answer, mocks),
        )

    def write(self) -> dict[str, Json]:
        """Compiles what changed; an artifact whose sources are the same is kept as it is."""
        hashes_of = {path: self.compiler.fingerprint(self.sources.closure(path)) for path in self.own}
        kept, kept_mocks = (
            {name: one for name, one in found.items() if one["sourceHash"] in hashes_of.values()}
            for found in (self.repository.as_compiled(), self.repository.mocks())
        )
        known = {one["sourceHash"] for one in (*kept.values(), *kept_mocks.values())}
        made, mocks = self.make([path for path, one in hashes_of.items() if one not in known])
        for name in (kept.keys() | kept_mocks.keys()) & (made.keys() | mocks.keys()):
            raise CompileError(f"two contracts are called {name}")
        made, mocks = kept | made, kept_mocks | mocks
        hashes = write_artifacts(self.repository.shipped_folder, made)
        write_artifacts(self.repository.mocks_folder, mocks)
        manifest = {"compiler": self.compiler.version, "sources": self.hash, "artifacts": hashes}
        write(self.repository.manifest_file, json.dumps(manifest, indent=2) + "\n")
        return made

    def snapshot_breaches(self, made: dict[str, Json]) -> list[str]:
        sizes = size_snapshot(made)
        return [
            *too_large(sizes),
            *storage_changes(read(self.repository.storage_file), storage_snapshot(made)),
            *size_changes(read(self.repository.size_file), sizes),
        ]

    def update_snapshots(self, made: dict[str, Json]) -> None:
        write(self.repository.storage_file, json.dumps(storage_snapshot(made), indent=2) + "\n")
        write(self.repository.size_file, json.dumps(size_snapshot(made), indent=2) + "\n")

    def mocks_missing(self) -> bool:
        return any(map(is_mock, self.own)) and not any(self.repository.mocks_folder.glob("*.json"))


# --- commands ----------------------------------------------------------------------------------------------


def report(problems: list[str], verdict: str) -> int:
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print(verdict)
    return 1 if problems else 0


def check(build: Build, recompile: bool) -> int:
    problems, shipped = build.stale(), build.repository.shipped()
    if recompile and not problems and build.make(build.own)[0] != shipped:
        problems.append("the shipped artifacts do not come from these sources: run `make compile`")
    return report(problems + build.snapshot_breaches(shipped), "artifacts and snapshots are current")


def compile_changed(build: Build, update: bool) -> int:
    if not update and not build.stale() and not build.mocks_missing():
        return 0
    made = build.write()
    if update:
        build.update_snapshots(made)
    print(f"compiled {len(made)} contracts and interfaces with solc {build.compiler.version}")
    breaches = build.snapshot_breaches(made)
    for breach in breaches:
        print(breach, file=sys.stderr)
    if breaches:
        print(
            "accept new snapshots, where they are meant, with `scripts/compile.py --update`", file=sys.stderr
        )
    return 1 if too_large(size_snapshot(made)) else 0


def compile_trial(root: Path, files: list[str], out: Path) -> int:
    compiler = Compiler.load(root)
    paths = [os.path.relpath(file, root) for file in files]
    sources = Sources.load(root, compiler.remappings, paths)
    made = artifacts(compiler, sources, compiler.compile(sources, paths), paths)
    write_artifacts(out, made)
    for name, size in size_snapshot(made).items():
        print(f"{name}: {size:,} bytes")
    return report(too_large(size_snapshot(made)), f"{len(made)} artifacts in {out}")


def main(argv: list[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    mode = parser.add_mutually_exclusive_group()
    for flag in ("--check", "--verify", "--update"):
        mode.add_argument(flag, action="store_true")
    mode.add_argument("--out", type=Path, metavar="DIR")
    parser.add_argument("files", nargs="*")
    asked = parser.parse_args(argv)
    if bool(asked.out) != bool(asked.files):
        parser.error("--out DIR and FILE... go together")
    repository = Repository(root)
    try:
        if asked.out:
            return compile_trial(root, asked.files, asked.out)
        with repository.one_at_a_time():
            if asked.check or asked.verify:
                return check(Build(repository), recompile=asked.verify)
            return compile_changed(Build(repository), asked.update)
    except CompileError as refused:
        print(refused, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
