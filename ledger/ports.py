"""What the services need from the outside, as Protocols: a chain, signers, a document vault, an index.

Adapters live in `ledger.chain`, `ledger.crypto`, `ledger.indexer` and `ledger.store`; only `ledger.bootstrap`
knows which adapter stands behind which port. Addresses are EIP-55 strings, hashes and transactions are `0x…`
strings in lower case, amounts are integers in minor units, times are UTC seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from ledger.domain.conversion import Conversion
from ledger.domain.indicators import Indicator
from ledger.domain.limits import Limits
from ledger.domain.questions import IntervalQuestion
from ledger.errors import NotFound


@dataclass(frozen=True, slots=True)
class Contract:
    """One deployed contract: the name of its ABI (`Cash`, `BondOffice`, …) and where it stands."""

    abi: str
    address: str


@dataclass(frozen=True, slots=True)
class Event:
    """One decoded log. `args` holds the event's arguments by name, bytes as `bytes`, structs as mappings."""

    contract: str
    name: str
    args: Mapping[str, Any]
    log_index: int
    address: str


@dataclass(frozen=True, slots=True)
class Mined:
    """A transaction that succeeded. `events` are the decoded logs of known contracts, in log order."""

    tx: str
    block: int
    block_hash: str
    timestamp: int
    gas_used: int
    created: str | None = None
    events: tuple[Event, ...] = field(default=())

    def event(self, name: str) -> Event:
        """The first event called `name`. KeyError when the transaction emitted none."""
        for event in self.events:
            if event.name == name:
                return event
        raise KeyError(f"transaction {self.tx} emitted no {name}")


@runtime_checkable
class Signer(Protocol):
    """Somebody who can sign: a key of ours, an account contract's clerk, a device."""

    @property
    def address(self) -> str:
        """EIP-55 address in whose name the signature counts."""

    def sign_transaction(self, transaction: Mapping[str, Any]) -> bytes:
        """The raw signed transaction, ready for `eth_sendRawTransaction`."""

    def sign_digest(self, digest: bytes) -> bytes:
        """65 bytes r‖s‖v (v = 27 or 28) over a 32-byte digest that is already an EIP-712 digest; for an
        account contract what it takes for its signature (ERC-1271)."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where the ledger's contracts stand, by the name of their record: `Participants`, `Cash-CNY`,
    `Proceeds`, …"""

    network: str
    chain_id: int
    start_block: int
    contracts: Mapping[str, Contract]

    def __getitem__(self, name: str) -> Contract:
        found = self.contracts.get(name)
        if found is None:
            raise NotFound(
                f"{name} is not deployed on {self.network}", who=name, needed=", ".join(self.contracts)
            )
        return found

    def cashes(self) -> dict[str, Contract]:
        """Every ledger cash by record name, `Cash-<currency>[-<bank>]`."""
        return {name: contract for name, contract in self.contracts.items() if contract.abi == "Cash"}


class Chain(Protocol):
    """Any EVM JSON-RPC network. Refusals of contracts arrive as `ledger.errors.LedgerError`, decoded."""

    @property
    def chain_id(self) -> int: ...

    def call(
        self, contract: Contract, function: str, args: Sequence[Any] = (), block: int | None = None
    ) -> Any:
        """Read. One value, a tuple, or a mapping for a struct; `block` None means the latest."""

    def send(self, signer: Signer, contract: Contract, function: str, args: Sequence[Any] = ()) -> Mined:
        """Acts and waits until it is mined. Simulated first, so that a refusal costs nothing and is
        decoded."""

    def may(self, signer: Signer, contract: Contract, function: str, args: Sequence[Any] = ()) -> None:
        """Simulates an act in the name of `signer`, who need not be able to send. Raises what it would."""

    def encode(self, contract: Contract, function: str, args: Sequence[Any] = ()) -> bytes:
        """The call's data, as a contract that forwards it takes it."""

    def decode_call(self, contract: Contract, data: bytes) -> tuple[str, Mapping[str, Any]] | None:
        """What such data calls: the function's name and its arguments by name, as people read them; None
        where the contract has no such function."""

    def named(self, contract: Contract, four: bytes) -> str | None:
        """The function that a selector names; None where the contract has no such function."""

    def selector(self, contract: Contract, function: str) -> bytes:
        """The four bytes that name a function."""

    def word(self, contract: Contract, function: str, parameter: str) -> int:
        """Which word of a call's arguments a parameter is, 1 the first; `q.net` is a struct's field."""

    def events(self, contract: Contract, block: int) -> tuple[Event, ...]:
        """What one contract told in one block, in order."""

    def told(
        self, contract: Contract, event: str, first: int, indexed: Sequence[str | None] = ()
    ) -> Iterator[Event]:
        """All events of one name from block `first` on, in order. `indexed` names accounts, one for each
        indexed argument in turn, None for any."""

    def know(self, *contracts: Contract) -> None:
        """Names these contracts' events after them from now on."""

    def block_number(self) -> int: ...


@dataclass(frozen=True, slots=True)
class SealedDocument:
    """What the vault tells without a key. `document` is the salted hash that the chain knows; size in
    bytes."""

    document: str
    size: int
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """A document as its parties see it. `salt` (hexadecimal) lets them prove the file to the chain's hash;
    `about` is what its sealer said of it, which that hash does not cover."""

    document: str
    name: str
    media_type: str
    salt: str
    content: bytes
    about: Mapping[str, str] = field(default_factory=dict)


class Vault(Protocol):
    """Files, sealed off chain; each recipient (an account's address) opens them with its own key."""

    def seal(
        self,
        content: bytes,
        name: str,
        media_type: str,
        recipients: Mapping[str, bytes],
        about: Mapping[str, str] = ...,
    ) -> SealedDocument: ...

    def has(self, document: str) -> bool: ...

    def open(self, document: str, recipient: str, private_key: bytes) -> OpenedDocument: ...

    def share(
        self, document: str, owner: str, private_key: bytes, recipients: Mapping[str, bytes]
    ) -> SealedDocument: ...

    def describe(self, document: str) -> SealedDocument: ...


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """A holder's request for quotes for `[start, end)` of a receivable; times in UTC seconds, accounts as
    addresses."""

    id: int
    receivable: int
    start: int
    end: int
    holder: str
    financiers: tuple[str, ...]
    asked_at: int
    until: int


@dataclass(frozen=True, slots=True)
class KeptQuote:
    """Which sealed document is a financier's quote for a request. What it says is in the document alone."""

    digest: str
    request: int
    financier: str
    document: str
    made_at: int


class Requests(Protocol):
    """Requests for quotes and the quotes for them: off chain, and untouched by a rollback of the index."""

    def ask(
        self,
        receivable: int,
        span: tuple[int, int],
        holder: str,
        financiers: Iterable[str],
        asked_at: int,
        until: int,
    ) -> KeptRequest: ...

    def request(self, number: int) -> KeptRequest | None: ...

    def requests(self, who: str) -> Sequence[KeptRequest]: ...

    def keep(self, quote: KeptQuote) -> None: ...

    def quotes(self, request: int) -> Sequence[KeptQuote]: ...

    def quote(self, digest: str) -> KeptQuote | None: ...


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """Somebody's signature under a block's hash. `account` is the participant in whose name `signer`, a
    key, signed: itself, or the account contract whose approver the key was."""

    chain_id: int
    block: int
    block_hash: str
    account: str
    signer: str
    signature: str


class Checkpoints(Protocol):
    """Checkpoints: off chain, and untouched by a rollback of the index."""

    def keep(self, point: KeptCheckpoint) -> None: ...

    def points(self) -> Sequence[KeptCheckpoint]: ...


class Index(Protocol):
    """The read model: what the indexer learned from the chain's logs, as it stands or stood at a block."""

    def bond_trace(
        self,
        bond: int | str,
        view: str = ...,
        as_of_block: int | None = None,
        rule: str = ...,
        limits: Limits = ...,
        conversions: Mapping[str, Conversion] | None = None,
    ) -> Mapping[str, Any]: ...

    def bond_named(self, bond: int | str) -> int:
        """The number of a bond by number or label."""

    def move_show(self, tx: str, log: int | None = None) -> Mapping[str, Any]:
        """One cash move with its numbers on both sides."""

    def legs_trace(
        self, name: int | str, unit: str | None = None, as_of_block: int | None = None
    ) -> Mapping[str, Any]: ...

    def leg_list(
        self,
        bond: int | None = None,
        state: str | None = None,
        party: str | None = None,
        after: int = 0,
        limit: int = ...,
    ) -> Mapping[str, Any]: ...

    def leg_show(self, number: int) -> Mapping[str, Any]: ...

    def payment_trace(
        self, tx: str, log: int | None = None, rule: str = ..., limits: Limits = ...
    ) -> Mapping[str, Any]: ...

    def interval_trace(
        self, asked: IntervalQuestion, as_of_block: int | None = None
    ) -> Mapping[str, Any]: ...

    def owner_of(self, named: str) -> Mapping[str, Any]:
        """Whose a sub-account is: `{bond, party}`, each or both None."""

    def purposes(self, addresses: Iterable[str]) -> Mapping[str, Sequence[Any]]:
        """What purpose addresses are for, as `[NAME, part, …]`; without those that no event explained."""

    def conversions(self) -> Sequence[str]:
        """The hashes of the registered conversion documents."""

    def project_trace(
        self,
        project: int | str,
        view: str = ...,
        as_of_block: int | None = None,
        rule: str = ...,
        limits: Limits = ...,
    ) -> Mapping[str, Any]: ...

    def line_trace(
        self,
        line: int,
        view: str = ...,
        as_of_block: int | None = None,
        rule: str = ...,
        limits: Limits = ...,
    ) -> Mapping[str, Any]: ...

    def piece_trace(
        self,
        receivable: int,
        start: int = 0,
        end: int | None = None,
        rule: str = ...,
        limits: Limits = ...,
        as_of_block: int | None = None,
    ) -> Mapping[str, Any]: ...

    def refinanced(self, bond: int | str, as_of_block: int | None = None) -> Mapping[str, Any]: ...

    def idle(
        self, bond: int | str | None, party: str | None, as_of_block: int | None = None
    ) -> Mapping[str, Any]: ...

    def compare(
        self, bond: int | str, before: str, after: str | None = None, line: int | None = None
    ) -> Mapping[str, Any]: ...

    def compare_project(
        self, project: int | str, before: str, after: str | None = None
    ) -> Mapping[str, Any]: ...

    def compare_interval(
        self, asked: IntervalQuestion, before: str, after: str | None = None
    ) -> Mapping[str, Any]: ...

    def compare_receivable(
        self, receivable: int, before: str, after: str | None = None
    ) -> Mapping[str, Any]: ...

    def compare_pool(self, pool: int, before: str, after: str | None = None) -> Mapping[str, Any]: ...

    def statement(
        self,
        account: str,
        first: str | None = None,
        last: str | None = None,
        after: int = 0,
        limit: int = ...,
    ) -> Mapping[str, Any]: ...

    def rows(self) -> AbstractContextManager[Any]:
        """One consistent view of the rows, as `ledger.checks.view.Rows`."""

    def piece_show(self, receivable: int, as_of_block: int | None = None) -> Mapping[str, Any]: ...

    def receivable_list(
        self, party: str | None = None, state: str | None = None, after: int = 0, limit: int = ...
    ) -> Mapping[str, Any]: ...

    def proposals(self) -> Sequence[int]:
        """Receivables that wait for their supplier's answer."""

    def maturities(self, day: int | None = None, party: str | None = None) -> Mapping[str, Any]: ...

    def piece_list(
        self, holder: str | None, first: int | None, last: int | None, limit: int = ...
    ) -> Mapping[str, Any]: ...

    def debts(self) -> Mapping[str, Any]: ...

    def pool_show(self, pool: int, as_of_block: int | None = None) -> Mapping[str, Any]: ...

    def lookthrough(self, pool: int, as_of_block: int | None = None) -> Mapping[str, Any]: ...

    def pools(self, party: str | None = None) -> Sequence[int]:
        """Asset pools in which a party has a part, or all."""

    def impact_list(self, project: int | None = None, indicator: str | None = None) -> Mapping[str, Any]: ...

    def impact_show(self, report: int) -> Mapping[str, Any]: ...

    def portfolio(self, investor: str, first: int, last: int) -> Mapping[str, Any]: ...

    def holders(
        self, bond: int, day: int | None = None, as_of_block: int | None = None
    ) -> Mapping[str, Any]: ...

    def findings(
        self,
        bond: int | str | None = None,
        as_of_block: int | None = None,
        jurisdiction: str | None = None,
        rows: Sequence[Indicator] | None = None,
        beside: Any = None,
    ) -> Mapping[str, Any]:
        """What the indicators raise. `beside`: a `ledger.tracing.alerts.case.Beside`, or none."""

    def names(self) -> Mapping[str, str]:
        """The name under which each account was admitted."""

    def payments(self, bond: int) -> Sequence[int]:
        """The coupons and redemptions of a bond, in the order in which they were opened."""


class Synchroniser(Protocol):
    """Brings the read model up to the chain's present block."""

    def sync(self) -> Any: ...


class KeyStore(Protocol):
    """Keys at rest, encrypted. An account is found by its name or its address."""

    def names(self) -> tuple[str, ...]: ...

    def has(self, name: str) -> bool: ...

    def ensure(self, name: str) -> str: ...

    def adopt(self, name: str, address: str) -> str:
        """Takes in an account contract: found by its name, it opens documents and signs through its keys."""

    def signs(self, name: str) -> bool:
        """Whether a key of that name or address is here; False for an account contract."""

    def address_of(self, name: str) -> str: ...

    def sealing_key(self, name: str) -> bytes: ...

    def signer(self, name: str) -> Signer: ...

    def unsealer(self, name: str) -> bytes: ...

    def fingerprint_key(self) -> tuple[int, bytes]:
        """The present epoch and its key."""

    def fingerprint_keys(self) -> dict[int, bytes]:
        """The key of every epoch so far."""

    def set_fingerprint_key(self, epoch: int, key: bytes) -> None: ...
