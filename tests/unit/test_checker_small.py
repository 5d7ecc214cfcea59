"""EVD-1: the second checker, with none of the first one's code, takes honest packs and names what is not.

Every pack here is listed anew after it was changed, as a forger would.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_hash.auto import keccak as reference_keccak

from ledger.reports.checker import small
from ledger.reports.checker.proofs import hexed
from ledger.reports.evidence import Subject, build_pack
from ledger.reports.sources import account_answer
from ledger.reports.wire import header_rlp
from tests.unit.checker_world import CASH, World
from tests.unit.test_checker_pack import (
    BUILDER,
    HOLDER,
    LINE1,
    PURPOSES,
    act,
    build,
    change,
    names_in,
    reseal,
    story,
)

OWN_KECCAK = small.keccak


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """The same hash, faster: its own is shown equal beside, and the copy in the pack uses it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(small, "keccak", reference_keccak)
        yield


@pytest.fixture(scope="module")
def world() -> World:
    return story()


@pytest.fixture(scope="module")
def bond(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(world, tmp_path_factory.mktemp("small") / "bond")


@pytest.fixture(scope="module")
def account(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The builder's of wind turbines: paid 200, of which 60 went back."""
    answer = account_answer(world, CASH, BUILDER, 0, len(world.blocks) - 1)
    subject = Subject("account", {"account": BUILDER, "cash": CASH}, names=names_in(PURPOSES))
    return build_pack(world, answer, subject, tmp_path_factory.mktemp("small") / "account")


@pytest.fixture
def pack(bond: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bond, tmp_path / "pack"))


def wrong(folder: Path) -> str:
    said = small.verify(folder)[-1]
    assert said.startswith("WRONG  "), said
    return said.removeprefix("WRONG  ")


def test_its_own_hash_is_keccak_256() -> None:
    for length in (0, 1, 31, 135, 136, 137, 271, 272, 600):
        data = random.Random(length).randbytes(length)
        assert OWN_KECCAK(data) == reference_keccak(data), length


def test_it_imports_nothing_of_the_other_checker() -> None:
    lines = Path(small.__file__).read_text().splitlines()
    found = {
        line.split()[1].split(".")[0] for line in lines if line.lstrip().startswith(("import ", "from "))
    }
    assert found <= sys.stdlib_module_names


@pytest.mark.spec("EVD-1")
def test_an_honest_bond_and_an_honest_account_follow(bond: Path, account: Path, world: World) -> None:
    said = small.verify(bond)
    assert said[0] == "kind: bond"
    assert said[1] == f"follows, if these block hashes are true: {world.blocks[-1]['hash']}"
    assert said[2] == "moves: 18 in 15 receipts; words of state: 10"
    assert said[3] == "sub-accounts in which no move is missing: 7", (
        "origin, cost, pool, two lines, two pieces"
    )
    said = small.verify(account)
    assert said[3] == "sub-accounts in which no move is missing: 1"


def test_the_copy_in_a_pack_runs_alone_and_leaves_nothing_behind(bond: Path, pack: Path) -> None:
    before = sorted(bond.rglob("*"))
    asked = [sys.executable, "-E", "-s", "-S", str(bond / "small.py")]
    done = subprocess.run(asked, cwd=pack.parent, env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "kind: bond"), done.stdout + done.stderr
    assert sorted(bond.rglob("*")) == before
    change(pack, "moves.json", lambda moves: moves.__delitem__(-1))
    done = subprocess.run([*asked, str(pack)], env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout.startswith("WRONG  moves.json: left out, or told otherwise: move 8/2/0 of transaction")


def test_a_zip_is_read_as_a_folder_is(account: Path, tmp_path: Path) -> None:
    packed = shutil.make_archive(str(tmp_path / "account"), "zip", account)
    assert small.verify(Path(packed)) == small.verify(account)


@pytest.mark.spec("EVD-1")
def test_any_changed_byte_and_any_lost_file_is_named(pack: Path) -> None:
    rng = random.Random(5)
    for path in sorted(one for one in pack.rglob("*") if one.is_file() and one.name != "manifest.json"):
        content, name = path.read_bytes(), path.relative_to(pack).as_posix()
        at = rng.randrange(len(content))
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert wrong(pack) == f"manifest.json: {name} is not the file listed"
        path.unlink()
        assert wrong(pack) == f"manifest.json: {name} is not the file listed"
        path.write_bytes(content)
    assert small.verify(pack)[0] == "kind: bond"


@pytest.mark.spec("EVD-1")
def test_each_move_left_out_is_named(pack: Path) -> None:
    moves = json.loads((pack / "moves.json").read_bytes())
    for move in moves:
        (pack / "moves.json").write_text(json.dumps([other for other in moves if other is not move]))
        reseal(pack)
        place = f"{move['block']}/{move['tx_index']}/{move['log_index']}"
        assert (
            wrong(pack)
            == f"moves.json: left out, or told otherwise: move {place} of transaction {move['tx']}"
        )


@pytest.mark.spec("EVD-1")
def test_a_receipt_left_out_everywhere_is_named_or_is_a_gap_of_its_sub_account(
    pack: Path, tmp_path: Path
) -> None:
    seen = 0
    for receipt in sorted((pack / "receipts").iterdir()):
        block, index = map(int, receipt.stem.split("-"))
        copy = Path(shutil.copytree(pack, tmp_path / receipt.stem))
        (copy / "receipts" / receipt.name).unlink()
        reseal(copy)
        moves = json.loads((copy / "moves.json").read_bytes())
        there = [move for move in moves if (move["block"], move["tx_index"]) != (block, index)]
        [gone, *_] = [move for move in moves if move not in there]
        assert wrong(copy) == f"moves.json: no receipt has {small.called(gone)}"
        change(copy, "moves.json", lambda _, rest=there: rest)
        if {gone["from_axis"], gone["to_axis"]} & {
            one.axis for one in PURPOSES if one.told[0] in small.BOOKS
        }:
            said, seen = wrong(copy), seen + 1
            assert (
                f"that of transaction {gone['tx']}" in said
                or "is missing before" in said
                or "at the end" in said
            )
    assert seen == 12


def test_a_changed_digit_of_any_proof_is_found(pack: Path) -> None:
    rng = random.Random(11)
    for part in ("headers", "receipts"):
        for path in rng.sample(sorted((pack / part).iterdir()), k=1):
            text = path.read_text()
            for _ in range(24):
                start = rng.choice([at for at in range(len(text)) if text.startswith('"0x', at)])
                at = rng.randrange(start + 3, text.index('"', start + 1))
                path.write_text(text[:at] + ("1" if text[at] != "1" else "2") + text[at + 1 :])
                reseal(pack)
                assert wrong(pack), (path, at)
            path.write_text(text)
    counters = (pack / "counters.json").read_text()
    change(pack, "counters.json", lambda facts: facts["state"][0]["words"][3].update(value="0x1"))
    assert f" of {CASH} is 0x" in wrong(pack)
    (pack / "counters.json").write_text(counters)
    change(pack, "counters.json", lambda facts: facts["purposes"].update({LINE1.axis: ["LINE", 2]}))
    assert wrong(pack) == f"counters.json: axis {LINE1.axis} is not that of ['LINE', 2]"


def test_headers_have_to_lead_to_the_hash_and_come_once(pack: Path) -> None:
    [path] = (pack / "headers").iterdir()
    run = json.loads(path.read_bytes())
    change(pack, f"headers/{path.name}", lambda run: run["headers"].__setitem__(4, run["headers"][3]))
    assert "the header of 5 has another number" in wrong(pack)
    change(pack, f"headers/{path.name}", lambda _: run)
    lone = {"from": 3, "headers": run["headers"][3 - run["from"] :][:1]}
    (pack / "headers" / "3-3.json").write_text(json.dumps(lone))
    reseal(pack)
    assert wrong(pack) == "headers/3-3.json: 3 is given twice"
    (pack / "headers" / "3-3.json").unlink()
    change(pack, "counters.json", lambda facts: facts.update(block_hash="0x" + "00" * 32))
    assert wrong(pack) == "counters.json: the header has another hash"


@pytest.mark.spec("EVD-1")
@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("raised",), "901", "answer.json: 900 fen were raised, 900 are told"),
        (("bond",), 8, "answer.json: bond is not that of counters.json"),
        (("block",), 4, "answer.json: block is not that of counters.json"),
        (("states", "spent"), "291", "the states come to {'available': '470'"),
        (("intervals", 2, "payee_account"), HOLDER, f"interval [80, 220): payee_account is {BUILDER}"),
        (("intervals", 2, "state"), "available", "interval [80, 220): state is spent"),
        (("intervals", 2, "end"), "221", "interval [80, 221): only fen up to 220 went the same way"),
        (("intervals", 1, "tx"), "0x00", "receipts: that of transaction 0x00 in block 8 is left out"),
        (("intervals", 9, "block"), 4, "receipts: that of transaction"),
        (("intervals", 3, "start"), "221", "interval [221, 320): the one before it ends at 220"),
        (("intervals", 9, "end"), "899", "interval [820, 899): amount is 79"),
        (("intervals", 4, "amount"), "49", "interval [320, 370): amount is 50"),
    ],
)
def test_a_bond_told_otherwise_is_refused_and_the_field_named(
    pack: Path, path: Any, value: Any, said: str
) -> None:
    change(pack, "answer.json", putting(path, value))
    assert said in wrong(pack)


@pytest.mark.spec("EVD-1")
@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("balance",), "1", "balance is 140"),
        (("in",), "201", "in is 200"),
        (("moves", 0, "balance"), "201", "not its lines: [(5, '0x"),
    ],
)
def test_an_account_told_otherwise_is_refused(
    account: Path, tmp_path: Path, path: Any, value: Any, said: str
) -> None:
    copy = Path(shutil.copytree(account, tmp_path / "pack"))
    change(copy, "answer.json", putting(path, value))
    assert wrong(copy).startswith(f"answer.json: {BUILDER}: {said}")


def putting(path: tuple[Any, ...], value: Any) -> Callable[[Any], None]:
    def put(answer: Any) -> None:
        for step in path[:-1]:
            answer = answer[step]
        assert answer[path[-1]] != value
        answer[path[-1]] = value

    return put


def test_nonsense_is_refused_and_not_stumbled_over(pack: Path) -> None:
    for name in ("answer.json", "counters.json", "moves.json", "headers/1-9.json"):
        original = (pack / name).read_bytes()
        for nonsense in (b"", b"null", b"{}", b"[1]", b"[" * 100_000, b"\xff"):
            (pack / name).write_bytes(nonsense)
            reseal(pack)
            assert wrong(pack).startswith(
                ("answer.json", "counters.json", "moves.json", "headers", "receipts")
            )
        (pack / name).write_bytes(original)
    assert wrong(pack / "nowhere").startswith(f"{pack / 'nowhere'}: cannot be read")


@pytest.mark.spec("EVD-1")
def test_a_pack_cannot_be_of_a_block_whose_moves_it_does_not_have(tmp_path: Path) -> None:
    """All of an earlier pack, under a later block's true hash and state: a payment is in no file."""
    world = story()
    folder = build(world, tmp_path / "pack")
    act(world, (LINE1, HOLDER, 5))
    world.mine()
    [run] = (folder / "headers").iterdir()
    change(
        folder, f"headers/{run.name}", lambda run: run["headers"].append(hexed(header_rlp(world.blocks[10])))
    )
    place = {"block": 10, "block_hash": world.blocks[10]["hash"]}
    change(
        folder, "counters.json", lambda facts: facts.update(**place, state=[stated(world, facts["state"][0])])
    )
    change(folder, "answer.json", lambda answer: answer.update(place))
    assert f"moves out of axis {LINE1.axis}: [380, 385) is missing at the end" in wrong(folder)


def stated(world: World, part: Any) -> dict[str, Any]:
    """The same words at the last block."""
    slots = [one["slot"] for one in part["words"]]
    proof = world.proof(CASH, [int(slot, 16) for slot in slots], len(world.blocks) - 1)
    words = [{"slot": slot, **found} for slot, found in zip(slots, proof["storageProof"], strict=True)]
    return {**part, "account_proof": proof["accountProof"], "words": words}
