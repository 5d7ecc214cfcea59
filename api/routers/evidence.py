"""Packs that prove an answer offline, as zips, for whom the whole answer is; and the hashes that were signed.

Warning: a pack proves whole transactions, so it shows its reader all that they did, as the chain does.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from api.deps import AnyCaller, Caller, LedgerHere, PartyReceivable, acting, reads
from api.routers.auditor import own_payment
from api.schemas.evidence import CheckpointIn, CheckpointOut, Checkpoints
from ledger.domain.roles import Role
from ledger.errors import NotFound

router = APIRouter(tags=["auditor", "evidence"])

SigningCaller = Annotated[Caller, Depends(acting(Role.VERIFIER | Role.AUDITOR | Role.AUTHORITY | Role.BANK))]
AsOf = Annotated[int | None, Query(ge=0, lt=2**53)]


class Zip(Response):
    """A pack to keep; its answer names a file."""

    media_type = "application/zip"


_PACK: dict[str, Any] = {
    "response_class": Zip,
    "responses": {200: {"description": "A pack.", "content": {"application/zip": {}}}},
}


@router.get("/evidence/bonds/{bond}", **_PACK)
def bond_pack(
    caller: AnyCaller,
    ledger: LedgerHere,
    bond: Annotated[str, Path(min_length=1, max_length=200, description="Number or label.")],
    as_of_block: AsOf = None,
) -> Response:
    """Proves a bond's trace, for its issuer, auditors with a mandate and authorities."""
    number = int(ledger.auditor.trace_bond(bond)["bond"])
    issuer = ledger.books.bond(number).issuer
    if caller.account != issuer and not reads(ledger, caller, issuer, bond=number):
        raise NotFound(f"there is no bond {bond}", who=bond)
    return _zip(f"bond-{number}", lambda out: ledger.evidence.bond(number, out, as_of_block=as_of_block))


@router.get("/evidence/payments/{tx}", **_PACK)
def payment_pack(
    caller: AnyCaller,
    ledger: LedgerHere,
    tx: Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$")],
    log: Annotated[int | None, Query(ge=0, lt=2**31)] = None,
) -> Response:
    """Proves what funded a payment, for whom its trace is."""
    found = own_payment(ledger, caller, tx, log)
    return _zip(f"payment-{tx}", lambda out: ledger.evidence.payment(tx, int(found["log"]), out))


@router.get("/evidence/receivables/{receivable}", **_PACK)
def receivable_pack(ledger: LedgerHere, receivable: PartyReceivable, as_of_block: AsOf = None) -> Response:
    """Proves the history of every piece of a receivable, for who is or was a party to it."""
    return _zip(
        f"receivable-{receivable}",
        lambda out: ledger.evidence.receivable(receivable, out, as_of_block=as_of_block),
    )


@router.get("/evidence/accounts/{who}", **_PACK)
def account_pack(
    caller: AnyCaller,
    ledger: LedgerHere,
    who: Annotated[str, Path(min_length=1, max_length=80, description="Account or identifier.")],
    cash: Annotated[str, Query(min_length=1, max_length=80)] = "CNY",
) -> Response:
    """Proves a participant's whole statement, for itself and who may read its data."""
    account = ledger.session.address(who)
    if account != caller.account and not reads(ledger, caller, account):
        raise NotFound(f"there is no account of {who} to be seen here", who=who)
    return _zip(f"account-{account}", lambda out: ledger.evidence.account(account, out, cash=cash))


@router.post("/checkpoints")
def sign_checkpoint(caller: SigningCaller, ledger: LedgerHere, body: CheckpointIn) -> CheckpointOut:
    """Signs, in the caller's name, that a block has its hash; packs carry it from then on."""
    signed = ledger.evidence.sign(caller.account, body.block)
    return CheckpointOut.model_validate(signed)


@router.get("/checkpoints")
def checkpoints(caller: AnyCaller, ledger: LedgerHere) -> Checkpoints:
    """What was signed here, the latest block first; `stands`: the chain still has that block."""
    return Checkpoints.model_validate({"checkpoints": ledger.evidence.checkpoints()})


def _zip(name: str, build: Callable[[FilePath], FilePath]) -> Zip:
    with TemporaryDirectory() as folder:
        content = build(FilePath(folder, "pack.zip")).read_bytes()
    return Zip(content, headers={"Content-Disposition": f'attachment; filename="{name}.zip"'})
