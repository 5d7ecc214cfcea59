"""Packs that prove an answer offline, as zips, for whom the whole answer is; and the hashes that were signed.

Warning: a pack proves whole transactions, so it shows its reader all that they did, as the chain does.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Response

from api.deps import AnyCaller, Caller, LedgerHere, PartyReceivable, acting, reads
from api.routers.auditor import Hops, Least, RuleName, own_payment
from api.routers.pools import PartyPool
from api.routers.questions import (
    Before,
    Block,
    CashName,
    Fen,
    LastFen,
    Moment,
    Named,
    SubAccount,
    View,
    Who,
    own_account,
    owned,
    piece_shown,
    whole_bond,
    without_others,
)
from api.schemas.evidence import CheckpointIn, CheckpointOut, Checkpoints
from ledger.domain.limits import Limits
from ledger.domain.questions import IntervalQuestion
from ledger.domain.roles import Role
from ledger.errors import NotFound

router = APIRouter(tags=["auditor", "evidence"])

SigningCaller = Annotated[Caller, Depends(acting(Role.VERIFIER | Role.AUDITOR | Role.AUTHORITY | Role.BANK))]
UntilBlock = Annotated[
    str | None, Query(pattern="^[0-9]{1,15}$", description="A block: a day's end no pack proves.")
]


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
    bond: Named,
    view: View = "cash",
    rule: RuleName = "fifo",
    hops: Hops = None,
    until: UntilBlock = None,
    least: Least = 1,
    as_of_block: Block = None,
) -> Response:
    """Proves a bond's trace, for its issuer, auditors with a mandate and authorities."""
    number, limits = whole_bond(ledger, caller, bond), Limits(hops, until, least)
    return _zip(
        f"bond-{number}",
        lambda out: ledger.evidence.bond(
            number, out, view=view, rule=rule, limits=limits, as_of_block=as_of_block
        ),
    )


@router.get("/evidence/bonds/{bond}/idle", **_PACK)
def bond_idle_pack(caller: AnyCaller, ledger: LedgerHere, bond: Named, as_of_block: Block = None) -> Response:
    """Proves what a bond has not spent, and since when, for whom its trace's pack is."""
    number = whole_bond(ledger, caller, bond)
    return _zip(
        f"idle-bond-{number}", lambda out: ledger.evidence.idle(out, bond=number, as_of_block=as_of_block)
    )


@router.get("/evidence/bonds/{bond}/changes/{before}", **_PACK)
def bond_changes_pack(
    caller: AnyCaller,
    ledger: LedgerHere,
    bond: Named,
    before: Before,
    after: Moment = None,
    line: Annotated[int | None, Query(ge=1, lt=2**53, description="Of one budget line alone.")] = None,
) -> Response:
    """Proves what changed of a bond between two blocks or dates, for whom its trace's pack is."""
    number = whole_bond(ledger, caller, bond)
    return _zip(
        f"changes-bond-{number}",
        lambda out: ledger.evidence.compare(number, before, after, out, line=line),
    )


@router.get("/evidence/projects/{project}", **_PACK)
def project_pack(
    caller: AnyCaller,
    ledger: LedgerHere,
    project: Named,
    view: View = "cash",
    rule: RuleName = "fifo",
    as_of_block: Block = None,
) -> Response:
    """Proves where a project's money is, for whom the pack of each bond that pays into it is."""
    found = ledger.auditor.trace_project(project, view, rule, as_of_block=as_of_block)
    for section in found["sections"]:
        whole_bond(ledger, caller, str(section["bond"]), f"there is no project {project}")
    return _zip(
        f"project-{found['project']}",
        lambda out: ledger.evidence.project(project, out, view=view, rule=rule, as_of_block=as_of_block),
    )


@router.get("/evidence/projects/{project}/changes/{before}", **_PACK)
def project_changes_pack(
    caller: AnyCaller, ledger: LedgerHere, project: Named, before: Before, after: Moment = None
) -> Response:
    """Proves what changed of a project between two blocks or dates, for whom its trace's pack is."""
    found = ledger.auditor.compare_project(project, before, after)
    for line in found["lines"]:
        whole_bond(ledger, caller, str(line["bond"]), f"there is no project {project}")
    return _zip(
        f"changes-project-{found['project']}",
        lambda out: ledger.evidence.compare_project(project, before, after, out),
    )


@router.get("/evidence/budget-lines/{line}", **_PACK)
def line_pack(
    caller: AnyCaller,
    ledger: LedgerHere,
    line: Annotated[int, Path(ge=1, lt=2**53)],
    view: View = "cash",
    rule: RuleName = "fifo",
    as_of_block: Block = None,
) -> Response:
    """Proves where the money of one budget line is, for whom its bond's pack is."""
    bond = ledger.books.line(line).bond
    whole_bond(ledger, caller, str(bond), f"there is no budget line {line}")
    return _zip(
        f"line-{line}",
        lambda out: ledger.evidence.line(line, out, view=view, rule=rule, as_of_block=as_of_block),
    )


@router.get("/evidence/intervals/{sub_account}", **_PACK)
def interval_pack(
    caller: AnyCaller,
    ledger: LedgerHere,
    sub_account: SubAccount,
    start: Fen = 0,
    end: LastFen = None,
    cash: CashName = None,
    direction: Literal["forward", "backward"] = "forward",
    rule: RuleName = "fifo",
    hops: Hops = None,
    until: UntilBlock = None,
    least: Least = 1,
    as_of_block: Block = None,
) -> Response:
    """Proves where numbered fen of a sub-account went, or what funded them, for whom nothing of it is
    withheld."""
    whole = owned(ledger, caller, sub_account)
    asked = IntervalQuestion(sub_account, cash, start, end, direction, rule, Limits(hops, until, least))
    if not whole:
        found = dict(ledger.auditor.trace_interval(asked, as_of_block=as_of_block))
        if without_others(ledger, caller, found) != found:
            raise NotFound(f"no money ever moved on {sub_account}", who=sub_account)
    return _zip("interval", lambda out: ledger.evidence.interval(asked, out, as_of_block=as_of_block))


@router.get("/evidence/payments/{tx}", **_PACK)
def payment_pack(
    caller: AnyCaller,
    ledger: LedgerHere,
    tx: Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$")],
    log: Annotated[int | None, Query(ge=0, lt=2**31)] = None,
    rule: RuleName = "fifo",
    hops: Hops = None,
    until: UntilBlock = None,
    least: Least = 1,
) -> Response:
    """Proves what funded a payment, for whom its trace is."""
    found, limits = own_payment(ledger, caller, tx, log), Limits(hops, until, least)
    return _zip(
        f"payment-{tx}",
        lambda out: ledger.evidence.payment(tx, int(found["log"]), out, rule=rule, limits=limits),
    )


@router.get("/evidence/receivables/{receivable}", **_PACK)
def receivable_pack(ledger: LedgerHere, receivable: PartyReceivable, as_of_block: Block = None) -> Response:
    """Proves the history of every piece of a receivable, for who is or was a party to it."""
    return _zip(
        f"receivable-{receivable}",
        lambda out: ledger.evidence.receivable(receivable, out, as_of_block=as_of_block),
    )


@router.get("/evidence/receivables/{receivable}/changes/{before}", **_PACK)
def receivable_changes_pack(
    ledger: LedgerHere, receivable: PartyReceivable, before: Before, after: Moment = None
) -> Response:
    """Proves who held which fen of a receivable at two blocks or dates, for who is or was a party to it."""
    return _zip(
        f"changes-receivable-{receivable}",
        lambda out: ledger.evidence.compare_receivable(receivable, before, after, out),
    )


@router.get("/evidence/receivables/{receivable}/funding", **_PACK)
def funding_pack(
    caller: AnyCaller,
    ledger: LedgerHere,
    receivable: PartyReceivable,
    start: Fen = 0,
    end: LastFen = None,
    rule: RuleName = "fifo",
    as_of_block: Block = None,
) -> Response:
    """Proves what money stands behind a piece, and what paid for it, for whom nothing of it is withheld."""
    found = dict(ledger.auditor.trace_piece(receivable, start, end, rule, as_of_block=as_of_block))
    if piece_shown(ledger, caller, found) != found:
        raise NotFound(f"there is no receivable {receivable}", who=str(receivable))
    return _zip(
        f"funding-{receivable}",
        lambda out: ledger.evidence.piece(
            receivable, out, start=start, end=end, rule=rule, as_of_block=as_of_block
        ),
    )


@router.get("/evidence/pools/{pool}", **_PACK)
def pool_pack(ledger: LedgerHere, pool: PartyPool, as_of_block: Block = None) -> Response:
    """Proves which pieces are in an asset pool and who held each, for whom its look-through is."""
    return _zip(f"pool-{pool}", lambda out: ledger.evidence.pool(pool, out, as_of_block=as_of_block))


@router.get("/evidence/participants/{who}/idle", **_PACK)
def participant_idle_pack(
    caller: AnyCaller, ledger: LedgerHere, who: Who, as_of_block: Block = None
) -> Response:
    """Proves what rests with a participant, and since when: for itself, its agents and auditors."""
    account = own_account(ledger, caller, who)
    return _zip(
        f"idle-{account}", lambda out: ledger.evidence.idle(out, party=account, as_of_block=as_of_block)
    )


@router.get("/evidence/participants/{who}/statement", **_PACK)
def statement_pack(
    caller: AnyCaller, ledger: LedgerHere, who: Who, first: Moment = None, last: Moment = None
) -> Response:
    """Proves a participant's whole statement: for itself, its agents and auditors."""
    account = own_account(ledger, caller, who)
    return _zip(
        f"statement-{account}",
        lambda out: ledger.evidence.statement(account, out, first=first, last=last),
    )


@router.get("/evidence/accounts/{who}", **_PACK)
def account_pack(
    caller: AnyCaller,
    ledger: LedgerHere,
    who: Annotated[str, Path(min_length=1, max_length=80, description="Account or identifier.")],
    cash: Annotated[str, Query(min_length=1, max_length=80)] = "CNY",
) -> Response:
    """Proves every move of a participant's account in one cash, for itself and who may read its data."""
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
