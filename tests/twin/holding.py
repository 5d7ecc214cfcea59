"""Random acts on units: record days, orders of authorities, custody, trades agreed by both sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from eth_hash.auto import keccak

from ledger.domain.mandates import MandateKind
from ledger.domain.twin.base import ZERO_HASH
from ledger.domain.twin.cash import INFINITE
from ledger.domain.twin.holdings import GreenBond
from ledger.domain.typed_data import Trade
from tests.twin.actors import (
    AUTHORITY,
    BANK,
    EVERYBODY,
    FINANCIERS,
    INVESTORS,
    NOBODY,
    SERVICE_DESK,
    STRANGER,
    VERIFIERS,
)

if TYPE_CHECKING:
    from tests.twin.acts import Act, Histories


class HoldingActs:
    """What is drawn for units; `h` is the history that it is drawn for."""

    def __init__(self, h: Histories) -> None:
        self.h = h

    def builders(self) -> list[tuple[int, Callable[[], Act]]]:
        return [
            (3, self.add_record_day),
            (1, self.retire),
            (3, self.stop),
            (4, self.start_again),
            (2, self.force),
            (3, self.keep_in_custody),
            (1, self.allow_trades),
            (7, self.trade),
            (1, self.revoke),
        ]

    def _token(self) -> GreenBond:
        return self.h.fit(list(self.h.world.bonds.tokens.values()), lambda: next(iter(self._tokens())))

    def _tokens(self) -> list[GreenBond]:
        return list(self.h.world.bonds.tokens.values())

    def _holder(self, token: GreenBond) -> str:
        return self.h.fit([who for who in token.history if token.balance_of(who)], lambda: BANK.address)

    def _investor(self) -> str:
        wrong = [NOBODY, BANK.address, STRANGER.address]
        return self.h.spoilt(self.h.one([*INVESTORS, *FINANCIERS]).address, lambda: self.h.one(wrong))

    # --- record days ---

    def add_record_day(self) -> Act:
        h, token = self.h, self._token()
        day = h.spoilt(h.days(0, 15), lambda: h.one([0, h.today - 1, *token.record_days]))
        return h.act(h.who(SERVICE_DESK.address), token, "addRecordDay", day)

    def retire(self) -> Act:
        """Mostly by somebody who may not: a retired bond has no history any more."""
        sender = SERVICE_DESK if self.h.chance(0.15) else self.h.one(EVERYBODY)
        return self.h.act(sender.address, self._token(), "retire")

    # --- authorities ---

    def _authority(self, token: GreenBond) -> str:
        h, issuer = self.h, token.office.issuer_of(token.bond_id)
        agents = [
            m.agent
            for m in h.world.mandates.mandates.values()
            if m.owner == issuer and m.kind == MandateKind.DEPOSITORY and not m.ended
        ]
        return h.who(h.one([AUTHORITY.address, *agents]))

    def _ordered(self, token: GreenBond, function: str, *args: Any) -> Act:
        """With an authority's reason and document at the end."""
        h, sender = self.h, self._authority(token)
        filed = [hash_ for hash_, registrar in h.world.documents.documents if registrar == sender]
        document = h.fit(filed, lambda: h.one([ZERO_HASH, keccak(b"nobody's")]))
        reason = h.spoilt(h.dice.randint(1, 9), lambda: 0)
        return h.act(sender, token, function, *args, reason, document)

    def stop(self) -> Act:
        token = self._token()
        holder = self._holder(token)
        if self.h.chance(0.15):
            return self._ordered(token, "pause")
        if self.h.chance(0.4):
            return self._ordered(token, "freeze", holder)
        return self._ordered(token, "freezeUnits", holder, self.h.amount(token.balance_of(holder) // 2, 64))

    def start_again(self) -> Act:
        token = self._token()
        stopped = [("unpause",)] if token.paused_by else []
        stopped += [("unfreeze", who) for who, by in token.frozen_by.items() if by]
        stopped += [
            ("unfreezeUnits", who, self.h.amount(units, 64))
            for (who, _), units in token.frozen_units.items()
            if units
        ]
        return self._ordered(token, *self.h.fit(stopped, lambda: ("unfreeze", BANK.address)))

    def force(self) -> Act:
        token = self._token()
        holder = self._holder(token)
        units = self.h.amount(token.balance_of(holder), 64)
        return self._ordered(token, "forceTransfer", holder, self._investor(), units)

    # --- custody ---

    def keep_in_custody(self) -> Act:
        h, token = self.h, self._token()
        kept = [
            (m.owner, m.agent)
            for m in h.world.mandates.mandates.values()
            if m.kind == MandateKind.DEPOSITORY and token.balance_of(m.owner)
        ]
        holder, depository = h.fit(kept, lambda: (self._holder(token), FINANCIERS[0].address))
        filed = [hash_ for hash_, registrar in h.world.documents.documents if registrar == depository]
        document = h.fit(filed, lambda: ZERO_HASH)
        args = (holder, self._investor(), h.amount(token.balance_of(holder)), document)
        return h.act(h.who(depository), token, "transferFor", *args)

    # --- trades ---

    def allow_trades(self) -> Act:
        h = self.h
        who, what = h.one([*INVESTORS, *FINANCIERS]).address, h.one([*self._tokens(), h.cash])
        return h.act(who, what, "approve", h.world.trades.address, h.one([INFINITE, INFINITE, 100]))

    def trade(self) -> Act:
        h, token = self.h, self._token()
        allowed = [who for who in token.history if token.balance_of(who) and self._allows(token, who)]
        payers = [a.address for a in (*INVESTORS, *FINANCIERS) if self._allows(h.cash, a.address)]
        seller = h.fit(allowed, lambda: h.one(EVERYBODY).address)
        buyer = h.fit([who for who in payers if who != seller], lambda: h.one(EVERYBODY).address)
        trade = self._terms(token, seller, buyer)
        signer, sender = h.one([(seller, buyer), (buyer, seller)])
        signature = h.signature(h.world.trades, trade, signer)
        return h.act(h.who(sender), h.world.trades, "execute", trade, signature)

    def _terms(self, token: GreenBond, seller: str, buyer: str) -> Trade:
        h = self.h
        h.fresh += 1
        return Trade(
            h.spoilt(token.bond_id, lambda: 99),
            seller,
            buyer,
            h.amount(min(token.balance_of(seller), 50), 64),
            h.amount(min(h.cash.balance_of(buyer), 20_000)),
            h.spoilt(h.fresh, lambda: h.one([nonce for _, nonce in h.world.trades.nonces] or [0])),
            h.world.stage.timestamp + h.spoilt(600, lambda: h.one([0, -3])),
            h.hash(),
        )

    def _allows(self, what: Any, who: str) -> bool:
        return bool(what.allowance(who, self.h.world.trades.address))

    def revoke(self) -> Act:
        h = self.h
        h.fresh += 1
        nonce = h.spoilt(h.fresh, lambda: h.one([nonce for _, nonce in h.world.trades.nonces] or [0]))
        return h.act(h.one([*INVESTORS, *VERIFIERS]).address, h.world.trades, "revoke", nonce)
