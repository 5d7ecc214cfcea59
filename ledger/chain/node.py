"""The embedded chain's node: `python -m ledger.chain.node STATE_DIR`.

It owns the state folder by a lock, keeps one Anvil under it, and answers JSON-RPC on a free port of
127.0.0.1, which it writes to STATE_DIR/node.json. Clients hold a shared lock on STATE_DIR/clients.lock; when
nobody does for LINGER seconds the node ends. Locks are released by the kernel, so a client killed at any
instant counts as gone.

Only reading and `eth_sendRawTransaction` are answered: nothing here can act for somebody without their key,
set the clock, or undo a block.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import re
import secrets
import sys
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

from ledger.chain import faults
from ledger.chain.journaled import STATES_KEPT, JournaledChain
from ledger.errors import LedgerError, RpcError

LINGER = 1  # seconds without a client: the next command of a script finds the node still there
_POLL = 0.1  # not money: seconds
_BODY_LIMIT = 64 * 1024 * 1024

_NUMBER = re.compile("0x[0-9a-fA-F]{1,16}")

SEND = "eth_sendRawTransaction"
READING = frozenset(
    {
        "eth_blockNumber",
        "eth_call",
        "eth_chainId",
        "eth_createAccessList",
        "eth_estimateGas",
        "eth_feeHistory",
        "eth_gasPrice",
        "eth_getBalance",
        "eth_getBlockByHash",
        "eth_getBlockByNumber",
        "eth_getBlockReceipts",
        "eth_getBlockTransactionCountByHash",
        "eth_getBlockTransactionCountByNumber",
        "eth_getCode",
        "eth_getHeaderByHash",
        "eth_getHeaderByNumber",
        "eth_getLogs",
        "eth_getProof",
        "eth_getRawTransactionByHash",
        "eth_getStorageAt",
        "eth_getTransactionByBlockHashAndIndex",
        "eth_getTransactionByBlockNumberAndIndex",
        "eth_getTransactionByHash",
        "eth_getTransactionCount",
        "eth_getTransactionReceipt",
        "eth_maxPriorityFeePerGas",
        "eth_protocolVersion",
        "eth_syncing",
        "net_listening",
        "net_version",
        "web3_clientVersion",
        "web3_sha3",
    }
)
_BLOCK_AT = {  # where a method that needs a block's state names that block
    "eth_call": 1,
    "eth_createAccessList": 1,
    "eth_estimateGas": 1,
    "eth_getBalance": 1,
    "eth_getCode": 1,
    "eth_getTransactionCount": 1,
    "eth_getStorageAt": 2,
    "eth_getProof": 2,
}


class RefusedError(Exception):
    """A question that is not answered: `number` is JSON-RPC's error code, or the HTTP status."""

    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.number = number


class Questions:
    """Sorts what is asked: sends go to the block being made, reading goes to Anvil as it came."""

    def __init__(self, chain: JournaledChain) -> None:
        self._chain = chain

    def answer(self, body: bytes) -> bytes:
        """The answer to one request or a batch. Sends that follow each other in a batch are mined
        together."""
        try:
            asked = json.loads(body)
        except ValueError:
            return _encode(_failure(None, -32700, "not JSON"))
        several = asked if isinstance(asked, list) else [asked]
        if not several:
            return _encode(_failure(None, -32600, "an empty batch"))
        if all(self._is_plain_reading(one) for one in several):
            return self._chain.ask(body)
        answers = self._in_order(several)
        return _encode(answers if isinstance(asked, list) else answers[0])

    def _in_order(self, several: Sequence[Any]) -> list[Any]:
        answers: list[Any] = []
        sends: list[Any] = []
        for one in several:
            if _is_send(one):
                sends.append(one)
                continue
            answers += self._send(sends)
            sends = []
            answers.append(self._one(one))
        return answers + self._send(sends)

    def _send(self, sends: Sequence[Any]) -> list[Any]:
        if not sends:
            return []
        outcomes = self._chain.send([one["params"][0] for one in sends])
        faults.reach("before-answer")
        return [_outcome(one["id"], outcome) for one, outcome in zip(sends, outcomes, strict=True)]

    def _one(self, one: Any) -> Any:
        try:
            method, params = _checked(one)
            old = self._old_block(method, params)
            if old is None:
                return json.loads(self._chain.ask(_encode(one)))
            return _outcome(one["id"], self._chain.ask_at(old, method, params))
        except RefusedError as refused:
            return _failure(one.get("id") if isinstance(one, dict) else None, refused.number, str(refused))
        except RpcError as error:
            return _outcome(one["id"], error)

    def _is_plain_reading(self, one: Any) -> bool:
        try:
            method, params = _checked(one)
        except RefusedError:
            return False
        return method in READING and self._old_block(method, params) is None

    def _old_block(self, method: str, params: Sequence[Any]) -> int | None:
        """The block whose state is asked for, if Anvil no longer keeps it."""
        place = _BLOCK_AT.get(method)
        if place is None or len(params) <= place:
            return None
        number = self._number(params[place])
        return None if number is None or self._chain.keeps_state_of(number) else number

    def _number(self, block: Any) -> int | None:
        if isinstance(block, dict):
            if isinstance(block.get("blockHash"), str):
                return self._chain.number_of(block["blockHash"])
            block = block.get("blockNumber")
        if block == "earliest":
            return 0
        if isinstance(block, str) and _NUMBER.fullmatch(block):
            return int(block, 16)
        return None  # "latest" and the like, or nonsense that Anvil itself will name


def _checked(one: Any) -> tuple[str, Sequence[Any]]:
    if not isinstance(one, dict) or not isinstance(one.get("method"), str) or "id" not in one:
        raise RefusedError(-32600, "not a JSON-RPC request")
    params = one.get("params", [])
    if not isinstance(params, list):
        raise RefusedError(-32602, "parameters must be a list")
    method = one["method"]
    if method == SEND:
        raise RefusedError(-32602, "one raw transaction in hexadecimal is needed")
    if method not in READING:
        raise RefusedError(-32601, f"{method} is not offered by this chain")
    return method, params


def _is_send(one: Any) -> bool:
    if not isinstance(one, dict) or one.get("method") != SEND or "id" not in one:
        return False
    params = one.get("params")
    return isinstance(params, list) and len(params) == 1 and isinstance(params[0], str)


def _outcome(number: Any, outcome: Any) -> dict[str, Any]:
    if isinstance(outcome, RpcError):
        return _failure(number, outcome.number or -32000, outcome.message, outcome.data)
    if isinstance(outcome, LedgerError):
        raise outcome
    return {"jsonrpc": "2.0", "id": number, "result": outcome}


def _failure(number: Any, code: int, message: str, data: Any = None) -> dict[str, Any]:
    error: dict[str, Any] = {"code": code, "message": message}
    if data is not None:
        error["data"] = data
    return {"jsonrpc": "2.0", "id": number, "error": error}


def _encode(answer: Any) -> bytes:
    return json.dumps(answer, separators=(",", ":")).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, questions: Questions, card: dict[str, Any]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.questions = questions
        self.card = card


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        try:
            body = self._body()
        except RefusedError as refused:
            self.close_connection = True
            self._say(refused.number, _encode(_failure(None, -32600, str(refused))))
            return
        try:
            answer = self._server.questions.answer(body)
        except BaseException:
            # Chain and journal may differ now. Ending is safe: the next start replays what was synced.
            _end(self._server.card["folder"], 1)
        self._say(200, answer)

    def do_GET(self) -> None:
        """Who this is: lets a client tell this node from a stranger on a port of an old node.json."""
        self._say(200, _encode(self._server.card))

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the journal is the log."""

    @property
    def _server(self) -> _Server:
        return cast(_Server, self.server)

    def _body(self) -> bytes:
        """The request's body. Whatever a web page had a browser send is refused, by an HTTP status."""
        length = self.headers.get("Content-Length", "")
        host = self.headers.get("Host", "").rpartition(":")[0]
        if self.headers.get("Origin") or host not in ("127.0.0.1", "localhost"):
            raise RefusedError(403, "not for web pages")
        if not length.isdecimal():
            raise RefusedError(411, "Content-Length is needed")
        if int(length) > _BODY_LIMIT:
            raise RefusedError(413, f"more than {_BODY_LIMIT} bytes")
        return self.rfile.read(int(length))

    def _say(self, status: int, answer: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
        self.wfile.flush()


def lock(path: Path, kind: int) -> int | None:
    """Hold a lock of this kind on the file without waiting: its descriptor, or None when another has it."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    return file


def serve(folder: Path, *, chain_id: int | None, states: int, linger: float) -> int:
    """Run until no client is left. Returns the exit status: 0, also when another node has the folder
    already."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if lock(folder / "node.lock", fcntl.LOCK_EX) is None:
        return 0
    for stale in ("node.json", "node.error"):
        (folder / stale).unlink(missing_ok=True)
    try:
        chain = JournaledChain(folder, chain_id=chain_id, states=states)
    except LedgerError as error:
        _write(folder / "node.error", {"code": error.code, "message": error.message})
        print(error.message, file=sys.stderr)
        return 1
    threading.Thread(target=_end_with, args=(chain, folder), daemon=True).start()
    card = {
        "chain_id": chain.header.chain_id,
        "instance": secrets.token_hex(16),
        "pid": os.getpid(),
        "anvil_pid": chain.anvil.pid,
        "folder": str(folder),
    }
    server = _Server(Questions(chain), card)
    card["url"] = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _write(folder / "node.json", card)
    left = _wait_for_nobody(folder / "clients.lock", linger)
    (folder / "node.json").unlink(missing_ok=True)
    chain.stop()
    os.close(left)
    return 0


def _wait_for_nobody(path: Path, linger: float) -> int:
    """Until no client held the lock for `linger` seconds. The lock is kept: a client that comes now must
    wait."""
    alone_since = None
    while True:
        held = lock(path, fcntl.LOCK_EX)
        if held is None:
            alone_since = None
        else:
            alone_since = alone_since or time.monotonic()
            if time.monotonic() - alone_since >= linger:
                return held
            os.close(held)
        time.sleep(_POLL)


def _end_with(chain: JournaledChain, folder: Path) -> None:
    chain.anvil.wait()
    _end(folder, 1)


def _end(folder: str | Path, status: int) -> None:
    (Path(folder) / "node.json").unlink(missing_ok=True)
    os._exit(status)


def _write(path: Path, content: dict[str, Any]) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(content))
    fresh.rename(path)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ledger.chain.node", description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="the state folder")
    parser.add_argument("--chain-id", type=int, help="of a chain that does not exist yet")
    parser.add_argument("--states", type=int, default=STATES_KEPT, help="blocks whose state is kept at hand")
    parser.add_argument("--linger", type=float, default=LINGER, help="seconds to stay without a client")
    chosen = parser.parse_args(arguments)
    return serve(chosen.folder, chain_id=chosen.chain_id, states=chosen.states, linger=chosen.linger)


if __name__ == "__main__":
    sys.exit(main())
