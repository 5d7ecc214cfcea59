"""Trades that both sides agree: one signs off chain, the other executes, units against ledger cash."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.domain.kinds import DocumentKind
from ledger.domain.typed_data import Trade, TypedData
from ledger.errors import BadInput, ContractRefusal
from ledger.services.bonds import bond_of
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.holding import MOST_UNITS, token_of
from ledger.services.session import Act
from ledger.services.values import Amount, hex_of, minor, whole

_UNLIMITED = 2**256 - 1


@dataclass(frozen=True, slots=True)
class SignedTrade:
    """A trade and one side's signature; it travels off chain. `digest` names it on the chain."""

    trade: Trade
    signer: str
    signature: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class ExecutedTrade(Act):
    """Units against money; the price is for all of the units, in minor units."""

    trade: str
    bond: int
    seller: str
    buyer: str
    units: int
    price: int


class Trades(Desk):
    """Either side signs; the other executes, or does nothing, and the trade ends at its deadline."""

    def sign(
        self,
        signer: str,
        bond: int,
        *,
        seller: str,
        buyer: str,
        units: int,
        price: Amount,
        deadline: dt.datetime,
        document: Paper,
    ) -> SignedTrade:
        """Signs, and lets `Trades` take the signer's side when the other one executes.

        Args:
            price: for all of the units.
            deadline: with time zone; after it the trade cannot be executed.
            document: the contract note, filed in the signer's name.
        """
        if deadline.tzinfo is None:
            raise BadInput("a deadline needs its time zone", had=deadline.isoformat())
        parties = self._session.address(seller), self._session.address(buyer)
        others = tuple(party for party in parties if party != self._session.address(signer))
        if len(others) != 1:
            raise BadInput(
                "only the seller or the buyer signs a trade", who=signer, needed=", ".join(parties)
            )
        trade = Trade(
            bond=bond,
            seller=parties[0],
            buyer=parties[1],
            units=whole(units, MOST_UNITS, "a number of units"),
            price=minor(price, bond_of(self._session, bond).currency),
            nonce=secrets.randbits(128),
            deadline=int(deadline.timestamp()),
            document=self._file(signer, document, DocumentKind.TRADE, others),
        )
        self._allow(signer, trade)
        return self.sign_as_given(signer, trade)

    def sign_as_given(self, signer: str, trade: Trade) -> SignedTrade:
        """Signs a trade as it is, bound to this chain and its `Trades` contract. Nothing is sent."""
        digest = self._digest(trade)
        signature = self._session.signer(signer).sign_digest(digest)
        return SignedTrade(trade, self._session.address(signer), signature, hex_of(digest))

    def check(self, who: str, trade: Trade) -> None:
        """May `who` execute it? Raises the refusal that executing would get, its signature apart.

        That `who` has given no allowance yet is no refusal: executing gives it.
        """
        try:
            self._session.read("Trades", "checkTrade", trade.message())
        except ContractRefusal as refusal:
            side = trade.seller if refusal.name == "ERC20InsufficientAllowance" else trade.buyer
            if not refusal.name.endswith("InsufficientAllowance") or self._session.address(who) != side:
                raise
            self._check_moves(trade)

    def _check_moves(self, trade: Trade) -> None:
        """The two moves of a trade, each by its own question."""
        session, (seller, buyer) = self._session, (trade.seller, trade.buyer)
        session.read(token_of(session, trade.bond), "checkTransfer", seller, buyer, trade.units)
        cash = session.cash(bond_of(session, trade.bond).cash).contract
        session.read(cash, "checkTransfer", buyer, seller, trade.price)

    def execute(self, who: str, signed: SignedTrade) -> ExecutedTrade:
        """Units against money in one transaction, or neither. Gives the allowance that is missing."""
        trade = signed.trade
        self._allow(who, trade)
        mined = self._session.act(who, "Trades", "execute", trade.message(), signed.signature)
        return ExecutedTrade(
            mined.tx,
            mined.block,
            hex_of(self._digest(trade)),
            trade.bond,
            trade.seller,
            trade.buyer,
            trade.units,
            trade.price,
        )

    def revoke(self, who: str, trade: Trade) -> Act:
        """Takes back what `who` signed under this trade's nonce."""
        return act_of(self._session.act(who, "Trades", "revoke", trade.nonce))

    def _digest(self, trade: Trade) -> bytes:
        contract = self._session.deployment["Trades"].address
        return TypedData(self._session.chain.chain_id, contract, trade).digest()

    def _allow(self, who: str, trade: Trade) -> None:
        """`Trades` takes only what its holder signed or executes, so its allowance has no limit."""
        account = self._session.address(who)
        if account == trade.buyer:
            cash = self._session.cash(bond_of(self._session, trade.bond).cash)
            self._session.allow(who, cash, "Trades", trade.price)
        elif account == trade.seller:
            token, spender = token_of(self._session, trade.bond), self._session.deployment["Trades"].address
            if int(self._session.read(token, "allowance", account, spender)) < trade.units:
                self._session.act(who, token, "approve", spender, _UNLIMITED)


def trade_to_json(signed: SignedTrade) -> dict[str, Any]:
    """A signed trade as a document: the price and the nonce as integer strings, bytes as `0x…`."""
    trade = signed.trade
    return {
        "trade": {
            **{name: getattr(trade, name) for name in ("bond", "seller", "buyer", "units", "deadline")},
            "price": str(trade.price),
            "nonce": str(trade.nonce),
            "document": hex_of(trade.document),
        },
        "signer": signed.signer,
        "signature": hex_of(signed.signature),
        "digest": signed.digest,
    }


def trade_from_json(content: Mapping[str, Any]) -> SignedTrade:
    """The signed trade of a document. KeyError or ValueError for what is none."""
    said = content["trade"]
    trade = Trade(
        bond=int(said["bond"]),
        seller=str(said["seller"]),
        buyer=str(said["buyer"]),
        units=int(said["units"]),
        price=int(said["price"]),
        nonce=int(said["nonce"]),
        deadline=int(said["deadline"]),
        document=bytes.fromhex(said["document"][2:]),
    )
    signature = bytes.fromhex(content["signature"][2:])
    return SignedTrade(trade, str(content["signer"]), signature, str(content["digest"]))
