"""Twin of the library `Claims`: a debt is paid, or kept for its owner while the owner cannot receive."""

from __future__ import annotations

from typing import Final

from ledger.domain.purposes import axis_of, claim
from ledger.domain.twin.base import Refusal, word
from ledger.domain.twin.cash import Cash
from ledger.domain.twin.participants import Participants

_CLAIM: Final = word("CLAIM")


def pay_or_keep(
    participants: Participants,
    payer: str,
    cash: Cash,
    module: bytes,
    purpose: bytes,
    owner: str,
    amount: int,
    document: bytes,
) -> bool:
    """Returns True when the money went to the owner's claim axis: one holder never stops the others."""
    if participants.is_active(owner):
        cash.pay(payer, module, purpose, owner, amount, document)
        return False
    cash.shift(payer, module, purpose, claim(owner), amount, document)
    return True


def pay_out(payer: str, cash: Cash, module: bytes, owner: str) -> None:
    """Pays `owner` everything that waits for it under `module`; the move itself is the record."""
    amount = _waiting(cash, module, owner)
    cash.pay(payer, module, claim(owner), owner, amount, _CLAIM)


def pay_out_to(
    participants: Participants, payer: str, cash: Cash, module: bytes, owner: str, payee: str
) -> int:
    """Pays `payee` everything that waits for `owner`, or keeps it for the payee."""
    amount = _waiting(cash, module, owner)
    pay_or_keep(participants, payer, cash, module, claim(owner), payee, amount, _CLAIM)
    return amount


def _waiting(cash: Cash, module: bytes, owner: str) -> int:
    amount = cash.balance_of(axis_of(module, claim(owner)))
    if amount == 0:
        raise Refusal("NothingToClaim", owner)
    return amount
