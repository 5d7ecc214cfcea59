"""The peers that npm carries, deployed as published on the same chain and used by plain keys.

The token standards have no rules of their own; T-REX has, and stands in `trex`.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import solcx
from eth_account import Account
from eth_account.signers.local import LocalAccount
from web3 import Web3
from web3.types import TxParams

from scripts.bench import trex
from scripts.bench.ours import Row
from scripts.compile import Sources

HERE = Path(__file__).parent / "peers"
SETTINGS = json.loads((HERE.parents[2] / "solc.json").read_text())
NO_RULES = "none: no admission, documents, limits or lineage"
ID, SLOT = 1, 7


def measure(web3: Web3) -> Iterator[Row]:
    """First and repeated moves of each peer, in the terms of our own rows."""
    _install()
    os.environ.setdefault("SOLCX_BINARY_PATH", str(HERE.parents[2] / ".cache" / "solc"))
    built = _compile()
    bench = Bench(web3, built | trex.published(HERE / "node_modules"))
    yield from bench.fungible("plain ERC-20 transfer", "PeerERC20", lambda to: ("transfer", to, 1))
    yield from bench.fungible(
        "ERC-1155 transfer",
        "PeerERC1155",
        lambda to: ("safeTransferFrom", bench.me.address, to, ID, 1, b""),
        ID,
    )
    yield from bench.fungible("ERC-6909 transfer", "PeerERC6909", lambda to: ("transfer", to, ID, 1), ID)
    yield from bench.erc3525()
    yield from trex.measure(bench)


def _install() -> None:
    """Exact versions into a folder of the bench's own; nothing of it ships."""
    wanted = (HERE / "package.json").read_text()
    installed = HERE / "node_modules" / "package.json.installed"
    if not installed.exists() or installed.read_text() != wanted:
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"]
        subprocess.run(command, cwd=HERE, check=True, capture_output=True)
        installed.write_text(wanted)


def _compile() -> dict[str, Any]:
    """Ours to the peers' code: our compiler, version and settings; imports from the bench's own packages."""
    settings = {key: value for key, value in SETTINGS["settings"].items() if key != "remappings"}
    mine = [file.name for file in HERE.glob("*.sol")]
    packages = [f"@{scope}/=node_modules/@{scope}/" for scope in ("openzeppelin", "solvprotocol")]
    texts = Sources.load(HERE, packages, mine).texts
    asked = {
        "language": "Solidity",
        "sources": {name: {"content": text} for name, text in texts.items()},
        "settings": settings | {"outputSelection": {"*": {"*": ["abi", "evm.bytecode.object"]}}},
    }
    found = solcx.compile_standard(asked, solc_version=SETTINGS["version"])
    return {name: one for file in mine for name, one in found["contracts"][file].items()}


@dataclass
class Bench:
    """One key that deploys and sends, and fresh addresses that receive."""

    web3: Web3
    built: dict[str, Any]

    def __post_init__(self) -> None:
        self.me: LocalAccount = Account.create()

    def deploy(self, name: str, *arguments: Any) -> Any:
        one = self.built[name]
        factory = self.web3.eth.contract(abi=one["abi"], bytecode=one["evm"]["bytecode"]["object"])
        receipt = self.send(factory.constructor(*arguments))
        return self.at(name, receipt["contractAddress"])

    def at(self, name: str, address: str) -> Any:
        return self.web3.eth.contract(address, abi=self.built[name]["abi"])

    def send(self, act: Any, sender: LocalAccount | None = None) -> Any:
        by = sender or self.me
        nonce = self.web3.eth.get_transaction_count(by.address)
        fields: TxParams = {"from": by.address, "nonce": nonce, "gasPrice": 0, "gas": 8_000_000}
        signed = by.sign_transaction(act.build_transaction(fields))
        receipt = self.web3.eth.wait_for_transaction_receipt(
            self.web3.eth.send_raw_transaction(signed.raw_transaction)
        )
        if receipt["status"] != 1:
            raise RuntimeError(f"a peer refused {act}")
        return receipt

    def gas(self, act: Any, sender: LocalAccount | None = None) -> int:
        return int(self.send(act, sender)["gasUsed"])

    def fungible(self, title: str, name: str, act: Any, *identity: int) -> Iterator[Row]:
        token, other = self.deploy(name), Account.create().address
        self.send(token.functions.mint(self.me.address, *identity, 1_000_000))
        for case in ("first", "repeated"):
            function, *args = act(other)
            yield Row(title, case, self.gas(token.functions[function](*args)), NO_RULES)

    def erc3525(self) -> Iterator[Row]:
        """Token ids are the library's own: 1 is minted, each split makes the next."""
        token, other = self.deploy("PeerERC3525"), Account.create().address
        self.send(token.functions.mint(self.me.address, SLOT, 1_000_000))
        split = token.get_function_by_signature("transferFrom(uint256,address,uint256)")
        for case in ("first", "repeated"):
            yield Row("ERC-3525 split", case, self.gas(split(ID, other, 10)), NO_RULES)
        move = token.get_function_by_signature("transferFrom(address,address,uint256)")
        for number, case in ((4, "first"), (5, "repeated")):
            self.send(token.functions.mint(self.me.address, SLOT, 10))
            recipient = Account.create().address if case == "first" else other
            yield Row(
                "ERC-3525 whole move", case, self.gas(move(self.me.address, recipient, number)), NO_RULES
            )
