"""What all services share: chain, keys, the deployment's addresses, the document vault, the index."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ledger.domain.dates import date_of
from ledger.domain.identifiers import participant_slot
from ledger.domain.money import Currency, currency
from ledger.domain.purposes import address_bytes, checksum
from ledger.errors import BadInput, NotFound
from ledger.ports import (
    Chain,
    Checkpoints,
    Contract,
    Deployment,
    Index,
    KeyStore,
    Mined,
    Requests,
    Signer,
    Synchroniser,
    Vault,
)
from ledger.services.account_contract import AccountContract, Call

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_NOBODY = "0x" + "00" * 20
_UNLIMITED = 2**256 - 1


@dataclass(frozen=True, slots=True)
class Act:
    """A successful act: its transaction and the block it stands in."""

    tx: str
    block: int


@dataclass(frozen=True, slots=True)
class CashContract:
    """One ledger cash: its record's name, its contract, its currency and its settlement bank's account."""

    name: str
    contract: Contract
    currency: Currency
    bank: str


class Session:
    """An opened ledger, as the services see it. Participants are called by the name of their account here, by
    address, or by identifier (`USCC:…`, `LEI:…`)."""

    def __init__(
        self,
        chain: Chain,
        keys: KeyStore,
        vault: Vault,
        deployment: Deployment,
        index: Index | None = None,
        synchroniser: Synchroniser | None = None,
        welcome: Callable[[str], None] = lambda _: None,
        requests: Callable[[], Requests] | None = None,
        checkpoints: Callable[[], Checkpoints] | None = None,
    ) -> None:
        self.chain = chain
        self.keys = keys
        self.vault = vault
        self.deployment = deployment
        self._index = index
        self._synchroniser = synchroniser
        self._welcome = welcome
        self._requests = requests
        self._checkpoints = checkpoints
        self._cashes: dict[str, CashContract] = {}
        self._accounts: dict[str, AccountContract] = {}

    # --- who ---------------------------------------------------------------------------------------------

    def address(self, who: str) -> str:
        """The account of a participant. NotFound when nobody has that name or identifier."""
        if _ADDRESS.fullmatch(who):
            return checksum(address_bytes(who))
        if who.startswith(("USCC:", "LEI:")):
            return self._account_of(who)
        return self.keys.address_of(who)

    def _account_of(self, identifier: str) -> str:
        account = str(self.read("Participants", "accountOf", participant_slot(identifier)))
        if account == _NOBODY:
            raise NotFound(f"no participant has the identifier {identifier}", who=identifier)
        return account

    def account(self, name: str) -> str:
        """The account called `name` in the keystore here, made when there is none, and made able to act."""
        account = self.keys.ensure(name)
        self._welcome(account)
        return account

    def signer(self, who: str) -> Signer:
        """Somebody who can sign for `who`: a key, or an account contract through its keys. NotFound when the
        keystore here holds no such key."""
        return self.account_contract(who) or self.keys.signer(self.address(who))

    def account_contract(self, who: str) -> AccountContract | None:
        """`who` as an account contract of this deployment's factory; None for a plain key."""
        address = self.address(who)
        if address not in self._accounts:
            if self.keys.signs(address) or "AccountFactory" not in self.deployment.contracts:
                return None
            if not self.read("AccountFactory", "isAccount", address):
                return None
            self._accounts[address] = AccountContract(self.chain, self.keys, address)
        return self._accounts[address]

    # --- acting and reading ------------------------------------------------------------------------------

    def read(self, contract: str | Contract, function: str, *args: Any) -> Any:
        return self.chain.call(self._contract(contract), function, args)

    def act(self, who: str, contract: str | Contract, function: str, *args: Any) -> Mined:
        """Sends as `who`, a plain key or an account contract, and waits for the block. A refusal arrives as
        ContractRefusal and changes nothing; AwaitsApproval, when an account's approver is elsewhere."""
        found = self._contract(contract)
        account = self.account_contract(who)
        if account is not None:
            return account.act(Call(found, function, args))
        return self.chain.send(self.keys.signer(self.address(who)), found, function, args)

    def _contract(self, contract: str | Contract) -> Contract:
        return self.deployment[contract] if isinstance(contract, str) else contract

    def today(self) -> dt.date:
        """The business date that deadlines are judged by."""
        return date_of(int(self.read("Participants", "today")))

    # --- cash --------------------------------------------------------------------------------------------

    def cash(self, which: str) -> CashContract:
        """A ledger cash by currency (when only one bank keeps it), record name or address."""
        cashes = self.cashes()
        found = [
            c
            for c in cashes
            if which in (c.name, c.currency.code) or which.lower() == c.contract.address.lower()
        ]
        if not found:
            raise NotFound(
                f"there is no ledger cash {which}", who=which, needed=", ".join(c.name for c in cashes)
            )
        if len(found) > 1:
            raise BadInput(f"several banks keep {which}", had=which, needed=", ".join(c.name for c in found))
        return found[0]

    def cashes(self) -> tuple[CashContract, ...]:
        for name, contract in self.deployment.cashes().items():
            if name not in self._cashes:
                self._cashes[name] = self._read_cash(name, contract)
        return tuple(self._cashes.values())

    def _read_cash(self, name: str, contract: Contract) -> CashContract:
        unit = currency(bytes(self.read(contract, "currency")).decode("ascii"))
        return CashContract(name, contract, unit, str(self.read(contract, "bank")))

    def allow(self, who: str, cash: CashContract, module: str, amount: int) -> None:
        """Lets a module collect from `who`, without limit, when its allowance is short of `amount` fen.

        A module takes only what an act of the holder's own tells it to (a booking, a refund, a financing, a
        payment at maturity); the allowance is the ERC-20 form of that consent and can be set back with
        `approve`.
        """
        spender = self.deployment[module].address
        if int(self.read(cash.contract, "allowance", self.address(who), spender)) < amount:
            self.act(who, cash.contract, "approve", spender, _UNLIMITED)

    # --- the read model ----------------------------------------------------------------------------------

    def index(self) -> Index:
        """The read model, brought up to the chain's present block."""
        if self._index is None:
            raise NotFound("this ledger was opened without an index", needed="a database")
        if self._synchroniser is not None:
            self._synchroniser.sync()
        return self._index

    def requests(self) -> Requests:
        """Requests for quotes, opened when they are first asked for."""
        if self._requests is None:
            raise NotFound("this ledger was opened without its requests for quotes", needed="a database")
        return self._requests()

    def checkpoints(self) -> Checkpoints:
        """Checkpoints, opened when they are first asked for."""
        if self._checkpoints is None:
            raise NotFound("this ledger was opened without its checkpoints", needed="a database")
        return self._checkpoints()


def struct(value: Any) -> Mapping[str, Any]:
    """A struct that the chain answered, by field name."""
    if not isinstance(value, Mapping):
        raise BadInput("the chain answered no struct", had=type(value).__name__)
    return value
