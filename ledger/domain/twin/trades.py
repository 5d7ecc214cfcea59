"""Twin of `Trades`: units against ledger cash, signed by one side and executed by the other (TRD-1)."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.domain.twin.base import NOBODY, ZERO_HASH, Contract, Refusal, Stage, word
from ledger.domain.twin.bonds import BondOffice
from ledger.domain.twin.cash import Cash
from ledger.domain.twin.documents import Recover, digest_of, require_signed
from ledger.domain.twin.holdings import GreenBond
from ledger.domain.typed_data import Trade


class Trades(Contract):
    def __init__(
        self, stage: Stage, address: str, office: BondOffice, cashes: Mapping[str, Cash], recover: Recover
    ) -> None:
        super().__init__(stage, address)
        self.office = office
        self.cashes = cashes
        self.recover = recover
        self.nonces: set[tuple[str, int]] = set()

    def trade_digest(self, trade: Trade) -> bytes:
        return digest_of(self, trade)

    def check_trade(self, t: Trade) -> None:
        units, cash = self._require_open(t)
        if (had := units.allowance(t.seller, self.address)) < t.units:
            raise Refusal("ERC20InsufficientAllowance", self.address, had, t.units)
        units.check_transfer(t.seller, t.buyer, t.units)
        if (had := cash.allowance(t.buyer, self.address)) < t.price:
            raise Refusal("InsufficientAllowance", t.buyer, self.address, had, t.price)
        cash.check_transfer(t.buyer, t.seller, t.price)

    def execute(self, sender: str, t: Trade, signature: bytes) -> None:
        if sender not in (t.buyer, t.seller):
            raise Refusal("NotParty", sender, t.buyer)
        units, cash = self._require_open(t)
        signer = t.seller if sender == t.buyer else t.buyer
        digest = require_signed(self, self.recover, signer, t, signature)
        self.nonces.add((signer, t.nonce))
        units.transfer_from(self.address, t.seller, t.buyer, t.units)
        cash.transfer_from_with_document(self.address, t.buyer, t.seller, t.price, digest)
        self.emit("TradeExecuted", digest, t.bond, t.seller, t.values())

    def revoke(self, sender: str, nonce: int) -> None:
        self._require_unused(sender, nonce)
        self.nonces.add((sender, nonce))
        self.emit("TradeRevoked", sender, nonce)

    def _require_open(self, t: Trade) -> tuple[GreenBond, Cash]:
        """Asks for both sides' nonces: what both signed must not be executed by each of them."""
        if t.seller == t.buyer:
            raise Refusal("SameParty", t.seller, t.buyer)
        if t.units == 0 or t.price == 0:
            raise Refusal("ZeroAmount")
        if t.document == ZERO_HASH:
            raise Refusal("ZeroHash", word("DOCUMENT"))
        if self.stage.timestamp > t.deadline:
            raise Refusal("DeadlinePassed", t.deadline, self.stage.timestamp)
        for party in (t.seller, t.buyer):
            self._require_unused(party, t.nonce)
        bond = self.office.bond(t.bond)
        if bond.token == NOBODY:
            raise Refusal("Unknown", word("BOND"), t.bond)
        return self.office.tokens[t.bond], self.cashes[bond.terms.cash]

    def _require_unused(self, party: str, nonce: int) -> None:
        if (party, nonce) in self.nonces:
            raise Refusal("AlreadyUsed", word("NONCE"), nonce.to_bytes(32, "big"))
