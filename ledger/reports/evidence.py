"""Evidence packs: one answer, with everything needed to check it offline against a block's hash (DESIGN 4).

A pack is a folder or a zip; `checker/verify_pack.py`, a copy of which lies in it, says what each file must
prove. Amounts and offsets are integer strings in minor units, addresses and hashes `0x…` in lower case.

What has to be in a pack is what its checker asks for: the builder lets the checker of the kind read the
answer with the chain at hand (`ledger.reports.rehearsal`), hands it the transactions that the answer names,
fetches from the chain's logs what it finds missing, and keeps the words of storage that it looked at. So the
builder knows no kind by itself, and nothing of a pack's completeness rests on the index.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ledger.errors import BadInput, LedgerError
from ledger.ports import Signer
from ledger.reports.checker.packs import FORMAT, LAYOUT, checkpoint_digest, citations
from ledger.reports.checker.proofs import Wrong, recover
from ledger.reports.checker.verify_pack import KINDS, verify_pack
from ledger.reports.proving import LONGEST_GAP, Progress, headers_of, receipts_of, runs_of
from ledger.reports.rehearsal import MostMissing, Rehearsal, State
from ledger.reports.sources import EvidenceChain, Json, Place, named_in, openings_of, purposes_in

_CHECKER: Final = Path(__file__).parent / "checker"
_COPIED: Final = {
    path.name: path.name for path in sorted(_CHECKER.glob("*.py")) if path.stem != "__init__"
} | {"README.txt": "README.md"}
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The date of every file in a zip, so that the same pack is the same bytes."""


class EvidenceFails(LedgerError):
    """The answer does not follow from the chain, so there is no pack. `had` lists what was wrong."""

    code = "evidence-fails"
    status = "broken"


def _silent(done: int, of: int) -> None:
    """Nobody watches."""


def _nothing(axes: Iterable[str]) -> Mapping[str, Sequence[Any]]:
    return {}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a pack is about.

    Args:
        kind: one of `KINDS`. facts: what `counters.json` says for it, without proofs.
        places: transactions in which something happened that no answer names.
        names: by address, what purpose axes are for, as `[NAME, part, …]`, as far as known.
        kept: named although no move touched them: the pack proves that nothing is there.
        proceeds: the contract that opened budget lines, where they matter.
        first_block: before it there was nothing.
        earlier: another block that the answer speaks of.
    """

    kind: str
    facts: Json
    places: Sequence[Place] = ()
    names: Callable[[Iterable[str]], Mapping[str, Sequence[Any]]] = _nothing
    kept: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    proceeds: str = ""
    first_block: int = 0
    earlier: int | None = None


def build_pack(
    chain: EvidenceChain,
    answer: Json,
    subject: Subject,
    out: Path,
    checkpoints: Sequence[Json] = (),
    progress: Progress = _silent,
) -> Path:
    """Writes the pack of an answer to `out`, checks it, and returns `out`.

    Args:
        answer: as the command line gives it with `--json`; its block is the pack's.
        checkpoints: as `sign_checkpoint` makes them. One of a later block vouches as well, as the headers up
            to it are in the pack; one of a block whose header is not in the pack is left out.

    Raises:
        BadInput: when `out` is there already (an empty folder may be), for an unknown kind, or when too much
            of the ledger would have to be in the pack.
        UnsupportedChain: when the chain's hashes are not Ethereum's.
        EvidenceFails: when the answer does not follow from the chain.
    """
    if subject.kind not in KINDS:
        raise BadInput("unknown kind of pack", had=subject.kind, needed=", ".join(sorted(KINDS)))
    if out.exists() and (out.is_file() or any(out.iterdir())):
        raise BadInput(
            "a pack needs a folder of its own", who=str(out), needed="an empty folder or a new file"
        )
    building = _Building(chain, answer, subject, checkpoints, progress)
    try:
        building.rehearse()
    except Wrong as wrong:
        raise EvidenceFails(str(wrong), who=str(out), had=[str(wrong)]) from None
    _save(out, {name: _json(value) for name, value in building.files()})
    report = verify_pack(out)
    if not report["ok"]:
        raise EvidenceFails("; ".join(report["problems"]), who=str(out), had=report["problems"])
    return out


def place_of(answer: Json) -> tuple[int, str]:
    """The block of an answer, and its hash; of one about two blocks, the later."""
    place = answer.get("last") or answer.get("after") or answer
    name = "as_of_block" if "as_of_block" in place else "block"
    return int(place[name]), str(place[f"{name}_hash"])


def sign_checkpoint(signer: Signer, chain_id: int, block: int, block_hash: str) -> dict[str, Any]:
    """What a participant hands to readers: on this chain, this block has this hash."""
    signature = signer.sign_digest(checkpoint_digest(chain_id, block, block_hash))
    return {
        "chain_id": chain_id,
        "block": block,
        "block_hash": block_hash.lower(),
        "signer": recover(checkpoint_digest(chain_id, block, block_hash), signature),
        "signature": "0x" + signature.hex(),
    }


class _Building:
    """One pack while it is made: what it proves, then its files."""

    def __init__(
        self,
        chain: EvidenceChain,
        answer: Json,
        subject: Subject,
        checkpoints: Sequence[Json],
        progress: Progress,
    ) -> None:
        self.chain, self.answer, self.subject, self.progress = chain, answer, subject, progress
        self.block = place_of(answer)[0]
        self.points = [_lowered(point) for point in checkpoints]
        self.state = State(chain, self.block)
        self.headers: dict[int, Json] = {}
        self.receipts: dict[Place, dict[str, Any]] = {}
        self.rows: dict[tuple[int, int, int], dict[str, Any]] = {}
        self.facts: dict[str, Any] = {}
        self.opened: tuple[set[int], set[int]] = (set(), set())  # lines and bonds whose events were asked for

    def rehearse(self) -> None:
        """Until the checker misses nothing."""
        missing = MostMissing(self.chain, self.subject.first_block, self.block)
        self._prove([*named_in(self.chain, self.answer), *self.subject.places])
        while True:
            purposes = self._purposes()
            self._open(purposes)
            self.facts = {**self._place(), **self.subject.facts, "purposes": purposes, "layout": LAYOUT}
            self.state.expect(self.facts.get("cash"), purposes)
            tried = Rehearsal(
                self.subject.kind, self.answer, self.facts, self.headers, self.receipts, self.state
            )
            more = tried.run(missing)
            if not more:
                self.rows = tried.rows
                return
            self._prove(more)

    def _prove(self, places: Iterable[Place]) -> None:
        """Headers and receipts of these transactions, and on to the last block that somebody vouches for."""
        fresh = [place for place in dict.fromkeys(places) if place not in self.receipts]
        if self.headers and not fresh:
            return
        near = [p["block"] for p in self.points if self.block <= p["block"] <= self.block + LONGEST_GAP]
        also = [] if self.subject.earlier is None else [self.subject.earlier]
        known = [place.block for place in self.receipts]
        used = {*known, *(place.block for place in fresh), self.block, *near, *also}
        self.headers = headers_of(self.chain, used, self.headers)
        self.receipts |= receipts_of(self.chain, self.headers, fresh, self.progress)

    def _open(self, purposes: Mapping[str, Sequence[Any]]) -> None:
        """What tells of lines and losses without moving money."""
        if not self.subject.proceeds:
            return
        fresh: list[list[int]] = []
        for name, known in zip(("LINE", "POOL"), self.opened, strict=True):
            numbers = {int(purpose[1]) for purpose in purposes.values() if purpose[0] == name} - known
            known |= numbers
            fresh.append(sorted(numbers))
        first, last = self.subject.first_block, self.block
        lines, bonds = fresh
        self._prove(openings_of(self.chain, self.subject.proceeds, lines, bonds, first, last))

    def _purposes(self) -> dict[str, Any]:
        touched = purposes_in(self.receipts.values())
        named = {axis.lower(): list(name) for axis, name in self.subject.names(sorted(touched)).items()}
        return dict(sorted({**named, **self.subject.kept}.items()))

    def _place(self) -> dict[str, Any]:
        place = {"kind": self.subject.kind, "chain_id": self.chain.chain_id, "block": self.block}
        return {**place, "block_hash": self.headers[self.block]["hash"]}

    def files(self) -> Iterator[tuple[str, Any]]:
        """By name."""
        for part in self.receipts.values():
            # The logs are inside the receipt, at the end of its proof.
            proof = {name: value for name, value in part.items() if name != "logs"}
            yield f"receipts/{part['block']}-{part['tx_index']}.json", proof
        yield from runs_of(self.headers)
        yield "answer.json", self.answer
        yield "moves.json", [row for _, row in sorted(self.rows.items())]
        yield "documents.json", citations(self.rows)
        yield "counters.json", {**self.facts, "state": self.state.proofs()}
        yield "checkpoints.json", [point for point in self.points if point["block"] in self.headers]


def _save(out: Path, files: Mapping[str, bytes]) -> None:
    copied = {name: Path(_CHECKER, original).read_bytes() for name, original in _COPIED.items()}
    everything = {**files, **copied}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in everything.items()}
    listed = json.dumps({"format": FORMAT, "files": hashes}, sort_keys=True, indent=1) + "\n"
    everything["manifest.json"] = listed.encode()
    if out.suffix == ".zip":
        _zip(out, everything)
        return
    for name, content in everything.items():
        path = Path(out, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _zip(out: Path, files: Mapping[str, bytes]) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, content, zipfile.ZIP_DEFLATED)


def _json(value: Any) -> bytes:
    return (json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()


def _lowered(point: Json) -> dict[str, Any]:
    return {name: value.lower() if isinstance(value, str) else value for name, value in point.items()}
