"""`greenledger evidence …`, `checkpoint …`: packs that prove an answer offline, and who signed which hash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress

from ledger import tables
from ledger.commands.common import Json, Who, err, finish, opened, out, show
from ledger.commands.questions import (
    Backward,
    Before,
    Block,
    Cash,
    Closing,
    End,
    Later,
    Named,
    OfBond,
    OfLine,
    OfParty,
    Opening,
    Participant,
    Start,
    SubAccount,
    View,
    numbered,
    require_one,
)
from ledger.commands.tracing import Hops, Least, RuleName, Until, named_payment
from ledger.domain.limits import Limits
from ledger.domain.questions import IntervalQuestion
from ledger.errors import BadInput
from ledger.words import say

if TYPE_CHECKING:
    from ledger.bootstrap.facade import Ledger

evidence_app = typer.Typer(help="Evidence packs", no_args_is_help=True)
checkpoint_app = typer.Typer(help="Block hashes that participants signed", no_args_is_help=True)

Out = Annotated[Path, typer.Option("--out", help="a new folder, or a new file that ends in .zip")]
Signed = Annotated[
    list[str] | None, typer.Option("--sign", help="who signs the block's hash now; may be repeated")
]


@evidence_app.command("bond")
def evidence_bond(
    bond: str,
    out_dir: Out,
    view: View = "cash",
    rule: RuleName = "fifo",
    hops: Hops = None,
    until: Until = None,
    least: Least = 1,
    block: Block = None,
    sign: Signed = None,
    json_: Json = False,
) -> None:
    """Writes a pack that somebody with nothing but Python can check offline."""
    limits = Limits(hops, until, least)
    _packed(json_, sign, lambda ledger, how: ledger.evidence.bond(
        bond, out_dir, view=view, rule=rule, limits=limits, as_of_block=block, **how))  # fmt: skip


@evidence_app.command("payment")
def evidence_payment(
    payment: Annotated[str, typer.Argument(help="TX or TX:LOG")],
    out_dir: Out,
    rule: RuleName = "fifo",
    hops: Hops = None,
    until: Until = None,
    least: Least = 1,
    sign: Signed = None,
    json_: Json = False,
) -> None:
    """A pack that proves what funded a payment, back to where the money was minted."""
    tx, log = named_payment(payment)
    limits = Limits(hops, until, least)
    _packed(json_, sign, lambda ledger, how: ledger.evidence.payment(
        tx, log, out_dir, rule=rule, limits=limits, **how))  # fmt: skip


@evidence_app.command("interval")
def evidence_interval(
    sub_account: SubAccount,
    out_dir: Out,
    start: Start = 0,
    end: End = None,
    cash: Cash = None,
    backward: Backward = False,
    rule: RuleName = "fifo",
    hops: Hops = None,
    until: Until = None,
    least: Least = 1,
    block: Block = None,
    sign: Signed = None,
    json_: Json = False,
) -> None:
    """A pack that proves where numbered fen of a sub-account went, or what funded them."""
    way, limits = "backward" if backward else "forward", Limits(hops, until, least)
    asked = IntervalQuestion(sub_account, cash, start, end, way, rule, limits)
    _packed(json_, sign, lambda ledger, how: ledger.evidence.interval(
        asked, out_dir, as_of_block=block, **how))  # fmt: skip


@evidence_app.command("project")
def evidence_project(
    project: Named,
    out_dir: Out,
    view: View = "cash",
    rule: RuleName = "fifo",
    hops: Hops = None,
    until: Until = None,
    least: Least = 1,
    block: Block = None,
    sign: Signed = None,
    json_: Json = False,
) -> None:
    """A pack that proves where a project's money is, over all bonds that pay into it."""
    limits = Limits(hops, until, least)
    _packed(json_, sign, lambda ledger, how: ledger.evidence.project(
        project, out_dir, view=view, rule=rule, limits=limits, as_of_block=block, **how))  # fmt: skip


@evidence_app.command("line")
def evidence_line(
    line: int,
    out_dir: Out,
    view: View = "cash",
    rule: RuleName = "fifo",
    hops: Hops = None,
    until: Until = None,
    least: Least = 1,
    block: Block = None,
    sign: Signed = None,
    json_: Json = False,
) -> None:
    """A pack that proves where the money of one budget line is."""
    limits = Limits(hops, until, least)
    _packed(json_, sign, lambda ledger, how: ledger.evidence.line(
        line, out_dir, view=view, rule=rule, limits=limits, as_of_block=block, **how))  # fmt: skip


@evidence_app.command("piece")
def evidence_piece(
    receivable: int,
    out_dir: Out,
    start: Start = 0,
    end: End = None,
    rule: RuleName = "fifo",
    hops: Hops = None,
    until: Until = None,
    least: Least = 1,
    block: Block = None,
    sign: Signed = None,
    json_: Json = False,
) -> None:
    """A pack that proves what money stands behind a piece, and what paid for it."""
    limits = Limits(hops, until, least)
    _packed(json_, sign, lambda ledger, how: ledger.evidence.piece(
        receivable, out_dir, start=start, end=end, rule=rule, limits=limits, as_of_block=block, **how
    ))  # fmt: skip


@evidence_app.command("idle")
def evidence_idle(
    out_dir: Out,
    bond: OfBond = None,
    party: OfParty = None,
    block: Block = None,
    sign: Signed = None,
    json_: Json = False,
) -> None:
    """A pack that proves which money waits, of a bond or of a participant, and since when."""
    require_one(bond, party)
    _packed(json_, sign, lambda ledger, how: ledger.evidence.idle(
        out_dir, bond=bond, party=party, as_of_block=block, **how))  # fmt: skip


@evidence_app.command("compare")
def evidence_compare(
    what: Annotated[
        str, typer.Argument(help="a bond by number or label; project:LABEL or receivable:5 of these")
    ],
    before: Before,
    out_dir: Out,
    after: Later = None,
    line: OfLine = None,
    sign: Signed = None,
    json_: Json = False,
) -> None:
    """A pack that proves what changed of a bond, a project or a receivable between two blocks or dates."""
    kind, _, named = what.partition(":")
    if named and kind in ("interval", "pool"):
        raise BadInput("no pack compares this", had=what, needed="a pack of it at each of the two blocks")

    def build(ledger: Ledger, how: dict[str, Any]) -> Path:
        if kind == "project" and named:
            return ledger.evidence.compare_project(named, before, after, out_dir, **how)
        if kind == "receivable" and named:
            return ledger.evidence.compare_receivable(numbered(named), before, after, out_dir, **how)
        return ledger.evidence.compare(what, before, after, out_dir, line=line, **how)

    _packed(json_, sign, build)


@evidence_app.command("statement")
def evidence_statement(
    participant: Participant,
    out_dir: Out,
    first: Opening = None,
    last: Closing = None,
    sign: Signed = None,
    json_: Json = False,
) -> None:
    """A pack that proves a participant's whole statement: money in each cash, units, claims on others."""
    _packed(json_, sign, lambda ledger, how: ledger.evidence.statement(
        participant, out_dir, first=first, last=last, **how))  # fmt: skip


@evidence_app.command("account")
def evidence_account(
    account: Annotated[str, typer.Argument(help="name here, address or identifier")],
    out_dir: Out,
    cash: Annotated[str, typer.Option(help="the ledger cash, by currency or name")] = "CNY",
    sign: Signed = None,
    json_: Json = False,
) -> None:
    """A pack that proves every move into and out of a participant's account, in one ledger cash."""
    _packed(json_, sign, lambda ledger, how: ledger.evidence.account(account, out_dir, cash=cash, **how))


@evidence_app.command("receivable")
def evidence_receivable(
    receivable: int, out_dir: Out, block: Block = None, sign: Signed = None, json_: Json = False
) -> None:
    """A pack that proves the history of every piece of a receivable without a hole."""
    _packed(json_, sign, lambda ledger, how: ledger.evidence.receivable(
        receivable, out_dir, as_of_block=block, **how))  # fmt: skip


@evidence_app.command("pool")
def evidence_pool(
    pool: int, out_dir: Out, block: Block = None, sign: Signed = None, json_: Json = False
) -> None:
    """A pack that proves which pieces are in an asset pool, none left out, and everybody who held them."""
    _packed(json_, sign, lambda ledger, how: ledger.evidence.pool(pool, out_dir, as_of_block=block, **how))


def _packed(json_: bool, sign: list[str] | None, build: Callable[[Ledger, dict[str, Any]], Path]) -> None:
    """Builds with a bar that shows how many blocks are proved, and says where the pack is."""
    with opened() as ledger, Progress(console=err, transient=True, disable=json_) as bar:
        task = bar.add_task(say("proving"), total=None)
        told = {"progress": lambda done, of: bar.update(task, completed=done, total=of)}
        pack = build(ledger, {"signers": sign or (), **told})
    if json_:
        show({"pack": str(pack)})
    elif pack.suffix == ".zip":
        written = say("Pack written to {pack}. Check it with: greenledger verify {pack}", pack=pack)
        out.print(written, soft_wrap=True)
    else:
        written = say("Pack written to {pack}. Check it with: python {pack}/verify_pack.py {pack}", pack=pack)
        out.print(written, soft_wrap=True)


@checkpoint_app.command("sign")
def checkpoint_sign(
    who: Who,
    block: Annotated[int | None, typer.Option(help="the block; by default the present one")] = None,
    json_: Json = False,
) -> None:
    """Signs that a block has its hash: readers who trust the signer need not believe the hash of a pack."""
    with opened() as ledger:
        point = ledger.evidence.sign(who, block)
    said = say("{signer} signed that block {block} is {hash}", signer=point.signer, block=point.block,
               hash=point.block_hash)  # fmt: skip
    finish(json_, said, **asdict(point))


@checkpoint_app.command("list")
def checkpoint_list(json_: Json = False) -> None:
    """What was signed here, the latest block first, and whether the chain still has that block."""
    with opened() as ledger:
        points = ledger.evidence.checkpoints()
    if json_:
        show({"checkpoints": points})
        return
    shown = tables.table(say("Checkpoints"), "block", "block hash", "account", "signing key", "in the chain")
    for point in points:
        shown.add_row(*_cells(point))
    out.print(shown)


def _cells(point: dict[str, Any]) -> tuple[str, ...]:
    stands = "[green]✓[/green]" if point["stands"] else "[red]✗[/red]"
    return str(point["block"]), point["block_hash"], point["account"], point["signer"], stands
