"""Where the contracts stand: one JSON file for each, in a folder for each network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledger.errors import NotFound
from ledger.ports import Contract

DEPLOYMENTS_FOLDER = Path(__file__).parent / "deployments"


@dataclass(frozen=True)
class Deployment:
    """One deployed contract. `name` is its role here, `abi` its interface (the implementation's, for a
    proxy).

    `code_hash` is Keccak-256 of the code at `address`; `kind` is "contract", "proxy" or "implementation".
    """

    name: str
    address: str
    block: int
    tx: str
    args: list[Any]
    code_hash: str
    kind: str = "contract"
    abi: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def contract(self) -> Contract:
        return Contract(self.abi or self.name, self.address)

    @classmethod
    def from_json(cls, name: str, content: Mapping[str, Any]) -> Deployment:
        rest = dict(content)
        return cls(
            name=name,
            address=rest.pop("address"),
            block=rest.pop("block"),
            tx=rest.pop("tx"),
            args=rest.pop("args"),
            code_hash=rest.pop("codeHash"),
            kind=rest.pop("kind", "contract"),
            abi=rest.pop("abi", name),
            more=rest,
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "address": self.address,
            "block": self.block,
            "tx": self.tx,
            "args": self.args,
            "codeHash": self.code_hash,
            "kind": self.kind,
            "abi": self.abi or self.name,
            **self.more,
        }


class Deployments:
    """One network's folder. A deployment on the embedded chain keeps its folder inside the state folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of_network(cls, network: str) -> Deployments:
        return cls(DEPLOYMENTS_FOLDER / network)

    def names(self) -> list[str]:
        return sorted(file.stem for file in self.folder.glob("*.json") if file.stem[0].isupper())

    def __getitem__(self, name: str) -> Deployment:
        path = self.folder / f"{name}.json"
        try:
            return Deployment.from_json(name, json.loads(path.read_text()))
        except FileNotFoundError:
            raise NotFound(f"{name} is not deployed here", who=name, needed=str(path)) from None

    def contract(self, name: str) -> Contract:
        return self[name].contract

    def write(self, deployment: Deployment) -> None:
        """Whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{deployment.name}.json"
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(deployment.to_json(), indent=2, default=_as_text) + "\n")
        fresh.rename(path)

    def contracts(self) -> list[Contract]:
        return [self.contract(name) for name in self.names()]


def _as_text(value: object) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)
