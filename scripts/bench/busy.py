"""A busy chain on a local Anvil: cash and pieces that moved very often, said by contracts that only speak.

The events have the form of the real ones and their counters tile, so that whoever reads them may check them.
What is measured is reading; the acts themselves are measured elsewhere.
"""

from __future__ import annotations

import hashlib
import random
import re
import subprocess
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from eth_hash.auto import keccak

from ledger.chain.anvil import find_anvil
from ledger.chain.rpc import Rpc

MOVED = keccak(b"Moved(address,address,uint256,uint256,uint256,bytes32)")
PIECE_MOVED = keccak(b"PieceMoved(uint64,address,address,uint64,uint64,uint8,uint16,bytes32)")
MOVED_WORDS, PIECE_WORDS = 4, 5
A_BLOCK = 250
"""Events of one transaction, which is a block of its own."""
AXES = 500
GAS = 2_000_000
EVERY_PIECE = 10
"""One block in so many is of pieces."""

Record = tuple[list[bytes], bytes]
"""Topics and data of one event."""


@dataclass(frozen=True, slots=True)
class Busy:
    """A node with a prepared chain: block 1 is the first that says anything."""

    url: str
    cash: str
    pieces: str
    moves: int
    piece_moves: int


def echo_code(topics: int, words: int) -> str:
    """A contract that says records of so many topics and words of data, one after the other."""
    size, data, start = 32 * (topics + words), 32 * words, 32 * topics
    loads = "".join(f"60{32 * k:02x}51" for k in reversed(range(topics)))
    say = f"61{size:04x}81600037{loads}61{data:04x}60{start:02x}a{topics}61{size:04x}01600256"
    head = "60005b80361460{:02x}57"
    end = len(bytes.fromhex(head.format(0) + say))
    return "0x" + head.format(end) + say + "5b00"


@contextmanager
def busy_chain(events: int) -> Iterator[Busy]:
    """So many events (rounded up to whole blocks) on an Anvil that ends with the context."""
    with tempfile.TemporaryDirectory(prefix="bench-anvil-") as states:
        command = [str(find_anvil()), "--port", "0", "--no-request-size-limit", "--cache-path", states]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            assert process.stdout is not None
            lines = (re.search(r"Listening on (\S+)", line) for line in process.stdout)
            url = "http://" + next(found.group(1) for found in lines if found)
            threading.Thread(target=process.stdout.read, daemon=True).start()  # a full pipe would stop it
            yield _fill(url, events)
        finally:
            process.kill()
            process.wait()


def _fill(url: str, events: int) -> Busy:
    rpc, rng = Rpc(url), random.Random(7)
    sender = rpc.call("eth_accounts")[0]
    cash, pieces = (_address(name) for name in ("cash", "pieces"))
    rpc.call("anvil_setCode", cash, echo_code(3, MOVED_WORDS))
    rpc.call("anvil_setCode", pieces, echo_code(4, PIECE_WORDS))
    moving, passing = _moves(rng), _piece_moves(rng)
    counts = [0, 0]
    for block in range(-(-events // A_BLOCK)):
        of_pieces = block % EVERY_PIECE == EVERY_PIECE - 1
        records = [next(passing if of_pieces else moving) for _ in range(A_BLOCK)]
        counts[of_pieces] += A_BLOCK
        to = pieces if of_pieces else cash
        said = {"from": sender, "to": to, "data": "0x" + _joined(records).hex(), "gas": hex(GAS)}
        rpc.call("eth_sendTransaction", said)
    return Busy(url, cash, pieces, *counts)


def _moves(rng: random.Random) -> Iterator[Record]:
    """Payments among some sub-accounts; both counters of each run on."""
    axes = [bytes.fromhex(_address(f"axis {n}")[2:]).rjust(32, b"\0") for n in range(AXES)]
    out, into = defaultdict[bytes, int](int), defaultdict[bytes, int](int)
    while True:
        payer, payee = rng.sample(axes, 2)
        amount = rng.randint(1, 10**9)
        document = rng.randbytes(32) if rng.random() < 0.5 else bytes(32)
        numbers = (amount, out[payer], into[payee])
        yield [MOVED, payer, payee], b"".join(n.to_bytes(32, "big") for n in numbers) + document
        out[payer] += amount
        into[payee] += amount


def _piece_moves(rng: random.Random) -> Iterator[Record]:
    while True:
        who = [
            bytes.fromhex(_address(f"holder {rng.randrange(AXES)}")[2:]).rjust(32, b"\0") for _ in range(2)
        ]
        receivable, start = rng.randint(1, 5_000), rng.randrange(10**6)
        numbers = (start, start + rng.randint(1, 10**6), rng.randrange(5), rng.randrange(100))
        data = b"".join(n.to_bytes(32, "big") for n in numbers) + rng.randbytes(32)
        yield [PIECE_MOVED, receivable.to_bytes(32, "big"), *who], data


def _joined(records: Sequence[Record]) -> bytes:
    return b"".join(b"".join(topics) + data for topics, data in records)


def _address(name: str) -> str:
    return "0x" + hashlib.sha256(name.encode()).hexdigest()[:40]
