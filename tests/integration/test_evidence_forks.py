"""Headers, receipts, transactions and state proofs of a real node, at each fork that changed the header."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.chain.client import ChainClient
from ledger.reports.checker.proofs import Wrong, hexed, rlp_decode, rlp_int, trie_get, unhex, word
from ledger.reports.tries import Trie
from ledger.reports.wire import UnsupportedChain, header_rlp, receipt_bytes, transaction_bytes
from tests.anvil import anvil

# Stores its input under its caller and logs it.
RUNTIME = "6000353355" + "6000356000" + "52" + "600035" + "6020" + "6000" + "a1" + "00"
CREATION = "0x6014" + "80" + "600b" + "6000" + "39" + "6000" + "f3" + RUNTIME
ADDED_BY_FORK = {
    "london": "baseFeePerGas",
    "paris": "baseFeePerGas",
    "shanghai": "withdrawalsRoot",
    "cancun": "parentBeaconBlockRoot",
    "prague": "requestsHash",
}


@pytest.fixture(params=ADDED_BY_FORK)
def forked(request: pytest.FixtureRequest) -> Iterator[tuple[str, ChainClient]]:
    options = ["--no-mining", "--order", "fifo", "--hardfork", request.param]
    with anvil(*options, "--preserve-historical-states") as url:
        yield request.param, ChainClient(url)


def fill(client: ChainClient) -> tuple[str, list[str]]:
    """Three blocks after the first: a contract; many acts of three transaction types; nothing."""
    accounts = client.rpc.call("eth_accounts")
    created = client.rpc.call(
        "eth_sendTransaction", {"from": accounts[0], "data": CREATION, "gas": "0x30d40"}
    )
    client.rpc.call("evm_mine")
    contract = client.receipt(created)["contractAddress"]
    fees: list[dict[str, Any]] = [
        {"gasPrice": hex(2 * 10**9)},
        {
            "gasPrice": hex(2 * 10**9),
            "accessList": [{"address": contract, "storageKeys": ["0x" + "00" * 32]}],
        },
        {"maxFeePerGas": hex(3 * 10**9), "maxPriorityFeePerGas": "0x1"},
    ]
    for number in range(20):
        act = {
            "from": accounts[number % 9],
            "to": contract,
            "data": hexed(word(number + 1)),
            "gas": "0x186a0",
        }
        client.rpc.call("eth_sendTransaction", act | fees[number % 3])
    client.rpc.call("evm_mine")
    client.rpc.call("evm_mine")
    return contract, accounts


def receipt_trie(client: ChainClient, block: int) -> Trie:
    return Trie({rlp_int(i): receipt_bytes(one) for i, one in enumerate(client.receipts(block))})


def test_what_the_node_hashed_is_rebuilt_and_proved(forked: tuple[str, ChainClient]) -> None:
    fork, client = forked
    contract, _ = fill(client)
    for block in range(4):
        fields = client.header(block).fields
        assert keccak(header_rlp(fields)) == unhex(fields["hash"])
        assert fields[ADDED_BY_FORK[fork]]
        assert hexed(receipt_trie(client, block).root) == fields["receiptsRoot"]
        sent = {
            rlp_int(i): transaction_bytes(client.transaction(tx))
            for i, tx in enumerate(fields["transactions"])
        }
        assert hexed(Trie(sent).root) == fields["transactionsRoot"]
    assert {int(one["type"], 16) for one in client.receipts(2)} == {0, 1, 2}
    header = client.header(2).fields
    trie = receipt_trie(client, 2)
    for index in range(20):
        raw = trie_get(
            unhex(header["receiptsRoot"]),
            rlp_int(index),
            [hexed(node) for node in trie.proof(rlp_int(index))],
        )
        [(address, _, data)] = rlp_decode(raw[1:] if raw[0] < 0x80 else raw)[3]
        assert (hexed(address), data) == (contract, word(index + 1))


def slot(client: ChainClient, contract: str, owner: str, block: int) -> int:
    """One word of storage, proved from the state root of a block; zero where its absence is proved."""
    state = unhex(client.header(block).fields["stateRoot"])
    proof = client.proof(contract, ["0x" + word(owner).hex()], block)
    _, _, storage, code = rlp_decode(trie_get(state, keccak(unhex(contract)), proof["accountProof"]))
    assert code == keccak(bytes.fromhex(RUNTIME))
    value = trie_get(storage, keccak(word(owner)), proof["storageProof"][0]["proof"])
    return int.from_bytes(rlp_decode(value), "big") if value else 0


def test_storage_is_proved_at_old_blocks_and_so_is_its_absence(forked: tuple[str, ChainClient]) -> None:
    _, client = forked
    contract, accounts = fill(client)
    assert [slot(client, contract, owner, 1) for owner in accounts[:2]] == [0, 0]
    assert [slot(client, contract, owner, 3) for owner in accounts] == [19, 20, *range(12, 19), 0]


def test_an_account_that_is_not_there_is_proved_absent(forked: tuple[str, ChainClient]) -> None:
    _, client = forked
    fill(client)
    nobody = "0x" + "5a" * 20
    state = unhex(client.header(3).fields["stateRoot"])
    assert trie_get(state, keccak(unhex(nobody)), client.proof(nobody, [], 3)["accountProof"]) == b""


def test_any_changed_header_field_and_any_changed_receipt_shows(forked: tuple[str, ChainClient]) -> None:
    _, client = forked
    fill(client)
    fields = client.header(2).fields
    for name in ("stateRoot", "receiptsRoot", "parentHash", "miner"):
        with pytest.raises(UnsupportedChain):
            header_rlp({**fields, name: fields[name][:-1] + ("0" if fields[name][-1] != "0" else "1")})
    for name in ("timestamp", "gasUsed", "baseFeePerGas"):
        with pytest.raises(UnsupportedChain):
            header_rlp({**fields, name: hex(int(fields[name], 16) + 1)})
    raw = receipt_bytes(client.receipts(2)[7])
    proof = receipt_trie(client, 2).proof(rlp_int(7))
    changed = proof[-1].replace(raw[-8:], bytes(8))
    assert changed != proof[-1]
    with pytest.raises(Wrong, match="a proof node hashes to"):
        trie_get(unhex(fields["receiptsRoot"]), rlp_int(7), [hexed(node) for node in [*proof[:-1], changed]])
