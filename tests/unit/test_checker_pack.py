"""EVD-1: packs of an honest history verify; each change is named. The forger writes the manifest anew."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from coincurve import PrivateKey
from eth_hash.auto import keccak as reference_keccak

from ledger.errors import BadInput
from ledger.reports import proving
from ledger.reports.checker import moves, packs, proofs
from ledger.reports.checker.proofs import hexed, keccak
from ledger.reports.checker.verify_pack import verify_pack
from ledger.reports.evidence import EvidenceFails, Subject, build_pack, sign_checkpoint
from ledger.reports.sources import Purpose
from tests.unit.checker_world import CASH, CHAIN_ID, CONTROLLER, World

BOND = 7
ORIGIN, COST, POOL = (Purpose(name, (BOND,)) for name in ("ORIGIN", "COST", "POOL"))
LINE1, LINE2 = Purpose("LINE", (1,)), Purpose("LINE", (2,))
SOON, LATER = Purpose("ENCUMBRANCE", (5,)), Purpose("ENCUMBRANCE", (6,))
INVESTOR1, INVESTOR2, BUILDER, HOLDER, SUSPENDED, ARRANGER = ("0x" + f"{d}{d}" * 20 for d in "123456")
ESCROW1, ESCROW2 = (Purpose("ESCROW", (BOND, who)) for who in (INVESTOR1, INVESTOR2))
CLAIM = Purpose("CLAIM", (SUSPENDED,))
PURPOSES = [ORIGIN, COST, POOL, LINE1, LINE2, SOON, LATER, ESCROW1, ESCROW2, CLAIM]
INVOICE = "0x" + "ab" * 32


class Bank:
    """A participant that signs block hashes."""

    def __init__(self, seed: int) -> None:
        self._key = PrivateKey(bytes([seed]) * 32)
        self.address = hexed(keccak(self._key.public_key.format(compressed=False)[1:])[12:])

    def sign_transaction(self, transaction: Any) -> bytes:
        raise NotImplementedError("a signer of checkpoints signs nothing else")

    def sign_digest(self, digest: bytes) -> bytes:
        raw = self._key.sign_recoverable(digest, hasher=None)
        return raw[:64] + bytes([27 + raw[64]])


def act(world: World, *moves: tuple[Any, Any, int]) -> None:
    world.begin()
    for source, target, amount in moves:
        ends = [end.axis if isinstance(end, Purpose) else end for end in (source, target)]
        world.move(ends[0], ends[1], amount, INVOICE)


def story() -> World:
    """900 raised from two investors, 20 cost; paid, encumbered, settled, refunded, released, taken back."""
    world = World()
    act(world, (INVESTOR1, ESCROW1, 600))
    act(world, (INVESTOR2, ESCROW2, 400))
    world.mine()
    act(world, (ESCROW1, ORIGIN, 500), (ESCROW2, ORIGIN, 400))
    world.mine()
    act(world, (ORIGIN, COST, 20), (ORIGIN, POOL, 880))
    act(world, (ESCROW1, INVESTOR1, 100))
    act(world, (COST, ARRANGER, 20))
    world.mine()
    act(world, (POOL, LINE1, 500))
    world.open_line(1, "turbines", "海上风电")
    act(world, (POOL, LINE2, 300))
    world.open_line(2, "cable", "grid")
    world.mine()
    act(world, (LINE1, BUILDER, 200))
    act(world, (LINE1, SOON, 150))
    act(world, (LINE1, LATER, 30))
    world.mine()
    world.mine()
    act(world, (SOON, HOLDER, 100), (SOON, CLAIM, 50))
    world.mine()
    world.begin()
    world.refund(BUILDER, LINE1, LINE1.axis, 0, 60)
    act(world, (LATER, LINE1, 30))
    act(world, (LINE2, POOL, 40))
    world.mine()
    world.mine()
    return world


class Expected(NamedTuple):
    """Worked out by hand; `index` is the transaction's place in its block."""

    start: int
    end: int
    state: str
    block: int
    index: int
    payee: str | None = None
    line: int | None = None
    receivable: int | None = None
    piece: int | None = None
    refund_of: tuple[int, int] | None = None


EXPECTED = [
    Expected(0, 20, "cost", 3, 2, ARRANGER),
    Expected(20, 80, "available", 8, 0, line=1, refund_of=(5, 0)),
    Expected(80, 220, "spent", 5, 0, BUILDER, 1),
    Expected(220, 320, "spent", 7, 0, HOLDER, 1, receivable=5, piece=0),
    Expected(320, 370, "spent", 7, 0, SUSPENDED, 1, receivable=5, piece=100),
    Expected(370, 400, "available", 8, 1, line=1),
    Expected(400, 520, "available", 4, 0, line=1),
    Expected(520, 560, "unallocated", 8, 2),
    Expected(560, 820, "available", 4, 1, line=2),
    Expected(820, 900, "unallocated", 3, 0),
]
NAMES = {1: ("turbines", "海上风电"), 2: ("cable", "grid"), None: (None, None)}
STATES = {
    "cost": 20, "unallocated": 120, "placed": 0, "lost": 0,
    "available": 470, "encumbered": 0, "spent": 290, "returned": 0,
}  # fmt: skip


def answer_of(world: World) -> dict[str, Any]:
    head = world.blocks[-1]
    intervals = [interval_of(world, one) for one in EXPECTED]
    return {
        "chain_id": CHAIN_ID,
        "block": int(head["number"], 16),
        "block_hash": head["hash"],
        "bond": BOND,
        "raised": "900",
        "states": {state: str(amount) for state, amount in STATES.items()},
        "conserved": True,
        "view": "economic",
        "rule": "fifo",
        "holders": [],
        "intervals": intervals,
    }


def interval_of(world: World, one: Expected) -> dict[str, Any]:
    def tx(block: int, index: int) -> str:
        return str(world.by_block[block][index].fields["hash"])

    line, project = NAMES[one.line]
    last = None if one.piece is None else one.piece + one.end - one.start
    return {
        "start": str(one.start),
        "end": str(one.end),
        "amount": str(one.end - one.start),
        "state": one.state,
        "block": one.block,
        "tx": tx(one.block, one.index),
        "payee": "某公司",
        "payee_account": one.payee,
        "line": line,
        "project": project,
        "receivable": str(one.receivable) if one.receivable else None,
        "piece": {"start": str(one.piece), "end": str(last)} if last else None,
        "refund_of": f"{tx(*one.refund_of)}:4" if one.refund_of else None,
        "onward": [],
    }


def names_in(purposes: list[Purpose]) -> Callable[[Any], dict[str, list[Any]]]:
    known = {purpose.axis: purpose.told for purpose in purposes}
    return lambda axes: {axis: known[axis] for axis in axes if axis in known}


def build(world: World, folder: Path, **changes: Any) -> Path:
    """With every transaction of the world, so that nothing is fetched later."""
    facts = {"bond": BOND, "cash": CASH, "legs": CONTROLLER}
    names = names_in(changes.pop("purposes", PURPOSES))
    answer = changes.pop("answer", None) or answer_of(world)
    subject = Subject("bond", facts, world.places(), names, proceeds=CONTROLLER)
    return build_pack(world, answer, subject, folder, **changes)


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """The same hash, faster: the checker's own is shown equal beside, and the copy in the pack uses it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(proofs, "keccak", reference_keccak)
        patch.setattr(packs, "keccak", reference_keccak)
        patch.setattr(moves, "keccak", reference_keccak)
        yield


@pytest.fixture(scope="module")
def world() -> World:
    return story()


@pytest.fixture(scope="module")
def sealed(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    head = world.blocks[-1]
    point = sign_checkpoint(Bank(1), CHAIN_ID, int(head["number"], 16), head["hash"])
    return build(world, tmp_path_factory.mktemp("evidence") / "pack", checkpoints=[point])


@pytest.fixture
def pack(sealed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sealed, tmp_path / "pack"))


def reseal(folder: Path) -> None:
    """What a forger does who knows the format: list the changed files as if they had always been so."""
    there = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    del there["manifest.json"]
    files = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in there.items()}
    listed = {"format": packs.FORMAT, "files": files}
    (folder / "manifest.json").write_text(json.dumps(listed, sort_keys=True, indent=1) + "\n")


def change(folder: Path, name: str, how: Callable[[Any], Any]) -> None:
    value = json.loads((folder / name).read_bytes())
    changed = how(value)
    (folder / name).write_text(json.dumps(value if changed is None else changed))
    reseal(folder)


def problem(folder: Path) -> str:
    report = verify_pack(folder)
    assert not report["ok"]
    assert set(report) == {"ok", "problems"}, "a pack that fails reports no figures"
    return "\n".join(report["problems"])


# --- honest ---


def test_an_honest_pack_verifies_and_reports_what_it_proves(sealed: Path, world: World) -> None:
    report = verify_pack(sealed)
    assert report["ok"], report["problems"]
    assert report["states"] == STATES
    assert (list(report["contracts"]), report["bond"], report["acts"]) == ([CASH], BOND, 18)
    assert report["statement"] == f"complete only if this block hash is true: {world.blocks[-1]['hash']}"


def test_a_checkpoint_counts_only_from_one_the_reader_trusts(sealed: Path) -> None:
    assert (
        "signed by " + Bank(1).address
        in verify_pack(sealed, [Bank(1).address.upper().replace("X", "x")])["statement"]
    )
    assert "complete only if" in verify_pack(sealed, [Bank(2).address])["statement"]


def test_the_copy_in_the_pack_runs_alone(sealed: Path, tmp_path: Path) -> None:
    """Standard library only: no site packages, no environment; and it leaves nothing behind in the pack."""
    before = sorted(sealed.rglob("*"))
    asked = [sys.executable, "-E", "-s", "-S", str(sealed / "verify_pack.py"), "--trust", Bank(1).address]
    done = subprocess.run(asked, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "signed by " + Bank(1).address in done.stdout
    assert sorted(sealed.rglob("*")) == before


def test_the_copy_in_a_pack_that_was_changed_exits_with_1(pack: Path) -> None:
    change(pack, "moves.json", lambda moves: moves.__delitem__(-1))
    asked = [sys.executable, "-E", "-s", "-S", str(pack / "verify_pack.py")]
    done = subprocess.run(asked, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "WRONG  moves.json: left out: move 8/2/0" in done.stdout


def test_a_bond_before_closing_has_raised_nothing(tmp_path: Path) -> None:
    world = World()
    act(world, (INVESTOR1, ESCROW1, 600))
    act(world, (ESCROW1, ORIGIN, 500))
    world.mine()
    answer = answer_of_nothing(world)
    assert verify_pack(build(world, tmp_path / "pack", answer=answer))["ok"]


def answer_of_nothing(world: World) -> dict[str, Any]:
    head, nothing = world.blocks[-1], dict.fromkeys(STATES, "0")
    place = {"chain_id": CHAIN_ID, "block": int(head["number"], 16), "block_hash": head["hash"], "bond": BOND}
    asked = {"view": "cash", "rule": "fifo", "holders": []}
    return {**place, **asked, "raised": "0", "states": nothing, "conserved": True, "intervals": []}


def test_over_a_long_gap_the_earlier_hash_is_one_more_to_trust(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "LONGEST_GAP", 1)
    folder = build(world, tmp_path / "pack")
    assert sorted(path.name for path in (folder / "headers").iterdir()) == ["1-5.json", "7-9.json"]
    hashes = f"{world.blocks[5]['hash']}, {world.blocks[9]['hash']}"
    statement = verify_pack(folder)["statement"]
    assert statement == f"complete only if these block hashes are true: {hashes}"


# --- changed ---


def test_any_changed_byte_names_its_file(pack: Path) -> None:
    rng = random.Random(5)
    for path in sorted(p for p in pack.rglob("*") if p.is_file()):
        content = path.read_bytes()
        for at in {0, rng.randrange(len(content))}:
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            said = problem(pack)
            assert path.relative_to(pack).as_posix() in said, (path, at, said)
        path.write_bytes(content)
    assert verify_pack(pack)["ok"]


def test_files_lost_or_added_are_named(pack: Path) -> None:
    (pack / "receipts" / "9-9.json").write_text("{}")
    assert "receipts/9-9.json: not the file in manifest.json" in problem(pack)
    (pack / "receipts" / "9-9.json").unlink()
    (pack / "documents.json").unlink()
    assert "documents.json: not the file in manifest.json" in problem(pack)


def digits(text: str) -> Iterator[int]:
    """Where hexadecimal data stand, prefixes apart."""
    start = text.find('"0x')
    while start >= 0:
        end = text.index('"', start + 1)
        yield from range(start + 3, end)
        start = text.find('"0x', end)


@pytest.mark.parametrize("part", ["headers", "receipts", "counters.json", "checkpoints.json"])
def test_a_changed_digit_of_any_proof_is_found_though_the_manifest_is_written_anew(
    pack: Path, part: str
) -> None:
    rng = random.Random(part)
    paths = sorted((pack / part).iterdir()) if (pack / part).is_dir() else [pack / part]
    for path in paths:
        text = path.read_text()
        places = list(digits(text))
        for at in rng.sample(places, min(len(places), 24 // len(paths) + 1)):
            other = rng.choice([digit for digit in "0123456789abcdef" if digit != text[at]])
            path.write_text(text[:at] + other + text[at + 1 :])
            reseal(pack)
            said = problem(pack)
            assert part.rstrip("s") in said, (path, at, said)
        path.write_text(text)
    reseal(pack)
    assert verify_pack(pack)["ok"]


def test_each_move_left_out_is_named(pack: Path) -> None:
    moves = json.loads((pack / "moves.json").read_bytes())
    for move in moves:
        (pack / "moves.json").write_text(json.dumps([m for m in moves if m is not move]))
        reseal(pack)
        place = f"{move['block']}/{move['tx_index']}/{move['log_index']}"
        assert f"left out: move {place} of transaction {move['tx']}" in problem(pack)


def test_a_transaction_left_out_everywhere_shows_as_a_gap_of_its_axis(pack: Path, tmp_path: Path) -> None:
    for receipt in sorted((pack / "receipts").iterdir()):
        block, index = map(int, receipt.stem.split("-"))
        copy = Path(shutil.copytree(pack, tmp_path / receipt.stem))
        (copy / "receipts" / receipt.name).unlink()
        change(
            copy,
            "moves.json",
            lambda ms, b=block, i=index: [m for m in ms if (m["block"], m["tx_index"]) != (b, i)],
        )
        said = problem(copy)
        assert "is missing" in said, said
        assert (
            "moves into axis 0x" in said or "moves out of axis 0x" in said or "the payment that move" in said
        )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "201"),
        ("to_axis", HOLDER),
        ("document", "0x" + "ac" * 32),
        ("tx", "0x" + "00" * 32),
        ("in_offset", "1"),
    ],
)
def test_a_changed_move_is_named(pack: Path, field: str, value: str) -> None:
    change(pack, "moves.json", lambda moves: moves[10].update({field: value}))
    said = problem(pack)
    assert said.startswith("moves.json: move 5/0/0 of transaction") and "the receipt says otherwise" in said


def test_a_move_told_twice_or_out_of_order_is_named(pack: Path) -> None:
    change(pack, "moves.json", lambda moves: [*moves, moves[3]])
    assert "no receipt has it, or it is here twice" in problem(pack)
    change(pack, "moves.json", lambda moves: moves[-2::-1] + moves[-1:-1])
    assert "moves.json" in problem(pack)


def test_a_changed_word_of_storage_is_named(pack: Path) -> None:
    [state] = json.loads((pack / "counters.json").read_bytes())["state"]
    assert len(state["words"]) == 10, "the controller, and nine axes of the bond with money on them"
    for at, one in enumerate(state["words"]):
        value = hex(int(one["value"], 16) + 1)
        change(pack, "counters.json", lambda c, i=at, v=value: c["state"][0]["words"][i].update(value=v))
        assert f"counters.json: word {one['slot']} of {CASH}: it is {one['value']}" in problem(pack)
        change(
            pack, "counters.json", lambda c, i=at, v=one["value"]: c["state"][0]["words"][i].update(value=v)
        )


def test_a_word_of_storage_left_out_is_missed(pack: Path) -> None:
    [state] = json.loads((pack / "counters.json").read_bytes())["state"]
    for at, one in enumerate(state["words"]):
        words = [other for i, other in enumerate(state["words"]) if i != at]
        change(pack, "counters.json", lambda c, some=words: c["state"][0].update(words=some))
        assert f"is not in counters.json (word {one['slot']} of {CASH})" in problem(pack)


def test_an_axis_cannot_be_given_another_meaning(pack: Path) -> None:
    original = (pack / "counters.json").read_text()
    for name in (["OUTSIDE"], ["POOL", BOND], ["LINE", 2]):
        change(pack, "counters.json", lambda counters, n=name: counters["purposes"].update({LINE1.axis: n}))
        said = f"counters.json: axis {LINE1.axis} is not that of {name[0]} {name[1:]}"
        assert said in problem(pack)
        (pack / "counters.json").write_text(original)
    builder = json.loads(original)["purposes"] | {BUILDER: ["LINE", 1]}
    change(pack, "counters.json", lambda counters: counters.update(purposes=builder))
    assert f"axis {BUILDER} is not that of LINE [1]" in problem(pack)


def test_an_axis_without_a_name_is_missed(pack: Path) -> None:
    named = json.loads((pack / "counters.json").read_bytes())["purposes"]
    for axis in named:
        rest = {other: name for other, name in named.items() if other != axis}
        change(pack, "counters.json", lambda c, some=rest: c.update(purposes=some))
        said = problem(pack)
        assert "never goes" in said or "is missing" in said, said


def test_a_pack_cannot_choose_the_slots_it_proves(pack: Path) -> None:
    change(pack, "counters.json", lambda counters: counters["layout"].update(Cash="0: controller → axis"))
    assert "counters.json: another storage layout" in problem(pack)


def test_a_pack_of_another_format_or_an_unknown_kind_says_what_is_read_here(pack: Path) -> None:
    change(pack, "counters.json", lambda counters: counters.update(kind="horoscope"))
    assert "this checker knows no packs of the kind horoscope, but account, bond, compare" in problem(pack)
    listed = json.loads((pack / "manifest.json").read_bytes())
    (pack / "manifest.json").write_text(json.dumps({**listed, "format": "green-ledger-evidence-2"}))
    said = "the format is green-ledger-evidence-2; this checker reads green-ledger-evidence-3 alone"
    assert problem(pack) == f"manifest.json: {said}"


def test_changed_checkpoints_are_named(pack: Path, world: World) -> None:
    original = json.loads((pack / "checkpoints.json").read_bytes())[0]
    changes = [
        ({"block": 3}, "signed by"),
        ({"block_hash": world.blocks[3]["hash"]}, "signed by"),
        ({"signer": Bank(2).address}, f"signed by {Bank(1).address}, not by {Bank(2).address}"),
        (sign_checkpoint(Bank(1), CHAIN_ID, 3, world.blocks[4]["hash"]), "the block has another hash"),
        (sign_checkpoint(Bank(1), CHAIN_ID + 1, 3, world.blocks[3]["hash"]), "signed for another chain"),
    ]
    for changed, said in changes:
        (pack / "checkpoints.json").write_text(json.dumps([{**original, **changed}]))
        reseal(pack)
        assert "checkpoints.json: checkpoint 0" in problem(pack)
        assert said in problem(pack)


def test_a_checkpoint_of_an_earlier_block_does_not_vouch_for_the_last(pack: Path, world: World) -> None:
    point = sign_checkpoint(Bank(1), CHAIN_ID, 3, world.blocks[3]["hash"])
    (pack / "checkpoints.json").write_text(json.dumps([point]))
    reseal(pack)
    assert "complete only if" in verify_pack(pack, [Bank(1).address])["statement"]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("raised",), "901", "raised is 900"),
        (("states", "spent"), "291", "states spent is 290"),
        (("conserved",), False, "conserved"),
        (("block",), 4, "block is not that of counters.json"),
        (("intervals", 2, "payee_account"), HOLDER, f"interval [80, 220): payee_account is {BUILDER}"),
        (("intervals", 2, "state"), "available", "interval [80, 220): state is spent"),
        (("intervals", 2, "end"), "221", "interval [80, 221): its fen did not all go the same way"),
        (("intervals", 2, "project"), "grid", "project is 海上风电"),
        (("intervals", 8, "line"), "turbines", "line is cable"),
        (("intervals", 9, "project"), "grid", "project is None"),
        (("intervals", 3, "receivable"), "6", "receivable is 5"),
        (("intervals", 3, "receivable"), None, "receivable is 5"),
        (("intervals", 4, "piece"), {"start": "0", "end": "50"}, "piece start is 100"),
        (("intervals", 1, "refund_of"), None, "refund_of is 0x"),
        (("intervals", 2, "refund_of"), "0x12:3", "refund_of is None"),
        (("intervals", 4, "tx"), "0x00", "interval [320, 370): tx is 0x"),
        (("intervals", 9, "end"), "899", "interval [820, 899): amount is 79"),
        (("intervals", 3, "start"), "221", "interval [221, 320): the one before it ends at 220"),
    ],
)
def test_a_changed_answer_is_refused_and_the_field_named(
    pack: Path, path: Any, value: Any, said: str
) -> None:
    def put(answer: Any) -> None:
        for step in path[:-1]:
            answer = answer[step]
        answer[path[-1]] = value

    change(pack, "answer.json", put)
    assert "answer.json" in problem(pack)
    assert said in problem(pack)


def test_changed_documents_are_named(pack: Path) -> None:
    change(pack, "documents.json", lambda documents: documents.__delitem__(INVOICE))
    assert f"documents that are left out: {INVOICE}" in problem(pack)


def test_nonsense_is_refused_and_not_stumbled_over(pack: Path) -> None:
    for name in (
        "answer.json",
        "counters.json",
        "moves.json",
        "checkpoints.json",
        "documents.json",
        "headers/1-9.json",
    ):
        original = (pack / name).read_bytes()
        for nonsense in (b"", b"null", b"{}", b"[1]", b"[" * 100_000, b"\xff"):
            if (name, nonsense) == ("checkpoints.json", b"{}"):
                continue  # no checkpoints: a pack without one is whole
            (pack / name).write_bytes(nonsense)
            reseal(pack)
            assert problem(pack)
        (pack / name).write_bytes(original)
    assert verify_pack(pack / "nowhere")["ok"] is False


# --- histories the contracts would not allow, or that the answer does not tell ---


def failing(world: World, tmp_path: Path, **changes: Any) -> str:
    with pytest.raises(EvidenceFails) as caught:
        build(world, tmp_path / "pack", **changes)
    return str(caught.value)


def test_the_builder_hands_out_no_pack_whose_answer_does_not_follow(world: World, tmp_path: Path) -> None:
    answer = answer_of(world)
    answer["intervals"][2]["payee_account"] = HOLDER
    assert "payee_account is " + BUILDER in failing(world, tmp_path, answer=answer)


def test_the_builder_needs_a_folder_of_its_own(world: World, tmp_path: Path) -> None:
    (tmp_path / "something").write_text("of somebody's")
    with pytest.raises(BadInput, match="folder of its own"):
        build(world, tmp_path)


def test_money_that_went_to_an_unnamed_purpose_is_noticed(world: World, tmp_path: Path) -> None:
    """A second line that the pack does not name is on a purpose axis: it cannot pass as a payee."""
    purposes = [purpose for purpose in PURPOSES if purpose != LINE2]
    said = failing(world, tmp_path, purposes=purposes)
    assert "a bond's money never goes from POOL to UNNAMED" in said


def test_money_from_outside_must_reverse_a_payment(tmp_path: Path) -> None:
    world = story()
    act(world, (HOLDER, LINE1, 5))
    world.mine()
    assert "money from outside that reverses no payment" in failing(world, tmp_path)


def test_the_same_fen_are_not_refunded_twice(tmp_path: Path) -> None:
    world = story()
    world.begin()
    world.refund(BUILDER, LINE1, LINE1.axis, 30, 60)
    world.mine()
    assert f"the fen that left {LINE1.axis} at 30 came back twice" in failing(world, tmp_path)


def test_fen_that_never_left_are_not_refunded(tmp_path: Path) -> None:
    world = story()
    world.begin()
    world.refund(BUILDER, LINE1, LINE1.axis, 580, 60)
    world.mine()
    assert "the payment that move 10/0/0" in failing(world, tmp_path)


def test_money_never_goes_from_the_pool_to_a_payee(tmp_path: Path) -> None:
    world = story()
    act(world, (POOL, BUILDER, 5))
    world.mine()
    assert "money from the pool that no placement took" in failing(world, tmp_path)
