"""Evidence packs: one answer, with everything needed to check it offline against a block's hash (DESIGN 4).

A pack is a folder or a zip; `checker/verify_pack.py`, a copy of which lies in it, says what each file must
prove. Amounts and offsets are integer strings in minor units, addresses and hashes `0x…` in lower case.
What to prove of a bond, an account and a receivable is found in the chain's logs and not in the index; of a
payment, the answer names the moves on the way back, and the checker sees that there are no others.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ledger.errors import BadInput, LedgerError
from ledger.ports import Signer
from ledger.reports.checker.packs import FORMAT, OUTSIDE, checkpoint_digest
from ledger.reports.checker.proofs import recover
from ledger.reports.checker.verify_pack import verify_pack
from ledger.reports.proving import (
    LONGEST_GAP,
    Progress,
    acts_in,
    cited,
    counters_of,
    headers_of,
    moves_in,
    pieces_of,
    receipts_of,
    runs_of,
)
from ledger.reports.sources import (
    Books,
    EvidenceChain,
    Json,
    Place,
    Purpose,
    account_places,
    act_places,
    openings_of,
    path_places,
    payment_move,
    places_of,
    purposes_of,
)

_CHECKER: Final = Path(__file__).parent / "checker"
_COPIED: Final = {
    **{
        f"{name}.py": f"{name}.py"
        for name in ("verify_pack", "packs", "bonds", "accounts", "payments", "pieces", "fates", "proofs")
    },
    "README.txt": "README.md",
}
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The date of every file in a zip, so that the same pack is the same bytes."""


class EvidenceFails(LedgerError):
    """The answer does not follow from the chain, so there is no pack. `had` lists what was wrong."""

    code = "evidence-fails"
    status = "broken"


def _silent(done: int, of: int) -> None:
    """Nobody watches."""


def bond_pack(
    chain: EvidenceChain,
    answer: Json,
    books: Books,
    out: Path,
    checkpoints: Sequence[Json] = (),
    progress: Progress = _silent,
) -> Path:
    """A pack for what `trace bond` answered by first in, first out.

    Raises: as `build_pack`.
    """
    last = int(answer["block"])
    purposes = purposes_of(chain, books, int(answer["bond"]), last)
    places = places_of(chain, books, purposes, last) + openings_of(chain, books, int(answer["bond"]), last)
    return build_pack(chain, answer, places, purposes, out, checkpoints, cash=books.cash, progress=progress)


def build_pack(
    chain: EvidenceChain,
    answer: Json,
    places: Iterable[Place],
    purposes: Iterable[Purpose],
    out: Path,
    checkpoints: Sequence[Json] = (),
    *,
    cash: str,
    progress: Progress = _silent,
) -> Path:
    """Writes a bond's pack to `out`, checks it, and returns `out`.

    Args:
        answer: `trace bond ID --json`; its block is the pack's.
        places: the transactions that moved money of the bond, or named its budget lines and projects.
        purposes: what its axes are for; those that no move touches are left out.
        checkpoints: as `sign_checkpoint` makes them. One of a later block vouches as well, as the headers up
            to it are in the pack; one of a block whose header is not in the pack is left out.

    Raises:
        BadInput: when `out` is there already (an empty folder may be).
        UnsupportedChain: when the chain's hashes are not Ethereum's.
        EvidenceFails: when the answer does not follow from the chain; what was written shows it.
    """
    known = {purpose.axis: purpose for purpose in purposes}
    own = frozenset(axis for axis, purpose in known.items() if purpose.name != "CLAIM")
    origins = [axis for axis, purpose in known.items() if purpose.name == "ORIGIN"]
    pack = _Building(chain, answer, "bond", out, checkpoints, progress)
    pack.prove(places)
    moves = pack.moves(cash, own)
    touched = [*origins, *_ends(moves)]
    named = {axis: [known[axis].name, *known[axis].parts] if axis in known else [OUTSIDE] for axis in touched}
    return pack.seal({"bond": int(answer["bond"]), **counters_of(chain, cash.lower(), pack.block, named)})


def payment_pack(
    chain: EvidenceChain,
    answer: Json,
    books: Books,
    out: Path,
    checkpoints: Sequence[Json] = (),
    progress: Progress = _silent,
) -> Path:
    """A pack for what `trace payment` answered by first in, first out, without a horizon.

    Raises: as `build_pack`.
    """
    last = int(answer["as_of_block"])
    bonds = sorted({int(source["bond"]) for source in answer["sources"] if source["bond"] is not None})
    purposes = [purpose for bond in bonds for purpose in purposes_of(chain, books, bond, last)]
    known = {purpose.axis: [purpose.name, *purpose.parts] for purpose in purposes}
    pack = _Building(chain, answer, "payment", out, checkpoints, progress)
    pack.prove(path_places(chain, answer))
    moves, cash = pack.moves(books.cash, None), books.cash.lower()
    axes = {axis: known.get(axis) for axis in _ends(moves)}
    facts = {"payment": payment_move(chain, answer), **counters_of(chain, cash, last, axes)}
    return pack.seal(facts)


def account_pack(
    chain: EvidenceChain,
    answer: Json,
    out: Path,
    checkpoints: Sequence[Json] = (),
    progress: Progress = _silent,
    *,
    first_block: int = 0,
) -> Path:
    """A pack for a participant's whole statement in one ledger cash (`account_answer`).

    Raises: as `build_pack`.
    """
    account, cash = str(answer["account"]), str(answer["cash"])
    pack = _Building(chain, answer, "account", out, checkpoints, progress)
    pack.prove(account_places(chain, cash, account, first_block, pack.block))
    moves = pack.moves(cash, frozenset([account]))
    axes: dict[str, list[Any] | None] = {account: [OUTSIDE], **dict.fromkeys(set(_ends(moves)) - {account})}
    return pack.seal({"account": account, **counters_of(chain, cash, pack.block, dict(sorted(axes.items())))})


def receivable_pack(
    chain: EvidenceChain,
    answer: Json,
    book: str,
    out: Path,
    checkpoints: Sequence[Json] = (),
    progress: Progress = _silent,
    *,
    first_block: int = 0,
) -> Path:
    """A pack for what `piece show` answered: every act on each piece, without a hole.

    Raises: as `build_pack`.
    """
    receivable, address = int(answer["receivable"]), book.lower()
    pack = _Building(chain, answer, "receivable", out, checkpoints, progress)
    pack.prove(act_places(chain, address, receivable, first_block, pack.block))
    acts = [act for part in pack.receipts for act in acts_in(part, address, receivable)]
    pack.put(acts)
    starts = [int(piece["start"]) for piece in answer["pieces"]]
    return pack.seal({"receivable": receivable, **pieces_of(chain, address, pack.block, receivable, starts)})


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
        kind: str,
        out: Path,
        checkpoints: Sequence[Json],
        progress: Progress,
    ) -> None:
        self.chain, self.answer, self.kind = chain, answer, kind
        self.out, self.progress = Path(out), progress
        self.block = int(answer.get("as_of_block", answer.get("block")))
        self.headers: dict[int, Json] = {}
        self.receipts: list[dict[str, Any]] = []
        self._acts: list[tuple[Json, str]] = []
        self._points = [_lowered(point) for point in checkpoints]
        if self.out.exists() and (self.out.is_file() or any(self.out.iterdir())):
            raise BadInput(
                "a pack needs a folder of its own", who=str(self.out), needed="an empty folder or a new file"
            )

    def prove(self, places: Iterable[Place]) -> None:
        """Headers and receipts of these transactions, and on to the last block that somebody vouches for."""
        found = list(places)
        near = [p["block"] for p in self._points if self.block <= p["block"] <= self.block + LONGEST_GAP]
        self.headers = headers_of(self.chain, [*(place.block for place in found), self.block, *near])
        self.receipts = receipts_of(self.chain, self.headers, found, self.progress)

    def moves(self, cash: str, axes: frozenset[str] | None) -> list[dict[str, Any]]:
        """The moves that the pack lists."""
        found = [move for part in self.receipts for move in moves_in(part, cash.lower(), axes)]
        self.put([(move, move["document"]) for move in found])
        return found

    def put(self, acts: Sequence[tuple[Json, str]]) -> None:
        """What the pack lists, each with the document that it cites."""
        self._acts = list(acts)

    def seal(self, facts: Json) -> Path:
        """Writes the files and checks them."""
        place = {"kind": self.kind, "chain_id": self.chain.chain_id, "block": self.block}
        place["block_hash"] = self.headers[self.block]["hash"]
        files = {name: _json(value) for name, value in self._files({**place, **facts})}
        _save(self.out, files)
        report = verify_pack(self.out)
        if not report["ok"]:
            raise EvidenceFails("; ".join(report["problems"]), who=str(self.out), had=report["problems"])
        return self.out

    def _files(self, facts: Json) -> Iterator[tuple[str, Any]]:
        for part in self.receipts:
            # The logs are inside the receipt, at the end of its proof.
            proof = {name: value for name, value in part.items() if name != "logs"}
            yield f"receipts/{part['block']}-{part['tx_index']}.json", proof
        yield from runs_of(self.headers)
        yield "answer.json", self.answer
        yield "moves.json", [act for act, _ in self._acts]
        yield "documents.json", cited(self._acts)
        yield "counters.json", facts
        yield "checkpoints.json", [point for point in self._points if point["block"] in self.headers]


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


def _ends(moves: Iterable[Json]) -> list[str]:
    """Every axis that a move touches, once."""
    return list(dict.fromkeys(move[end] for move in moves for end in ("from_axis", "to_axis")))


def _json(value: Any) -> bytes:
    return (json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()


def _lowered(point: Json) -> dict[str, Any]:
    return {name: value.lower() if isinstance(value, str) else value for name, value in point.items()}
