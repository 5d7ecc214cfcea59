"""`greenledger evidence …`, `checkpoint …`: packs that prove an answer offline, and who signed which hash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from ledger import tables
from ledger.commands.common import Json, Who, err, finish, opened, out, show
from ledger.commands.tracing import named_payment
from ledger.words import say

evidence_app = typer.Typer(help="Evidence packs", no_args_is_help=True)
checkpoint_app = typer.Typer(help="Block hashes that participants signed", no_args_is_help=True)

Out = Annotated[Path, typer.Option("--out", help="a new folder, or a new file that ends in .zip")]
Signed = Annotated[
    list[str] | None, typer.Option("--sign", help="who signs the block's hash now; may be repeated")
]
AsOf = Annotated[int | None, typer.Option("--block", help="as it stood at this block; by default now")]


@evidence_app.command("bond")
def evidence_bond(
    bond: str, out_dir: Out, block: AsOf = None, sign: Signed = None, json_: Json = False
) -> None:
    """Writes a pack that somebody with nothing but Python can check offline."""
    with opened() as ledger:
        _packed(
            json_,
            lambda told: ledger.evidence.bond(
                bond, out_dir, as_of_block=block, signers=sign or (), progress=told
            ),
        )


@evidence_app.command("payment")
def evidence_payment(
    payment: Annotated[str, typer.Argument(help="TX or TX:LOG")],
    out_dir: Out,
    sign: Signed = None,
    json_: Json = False,
) -> None:
    """A pack that proves what funded a payment, back to where the money was minted."""
    tx, log = named_payment(payment)
    with opened() as ledger:
        _packed(
            json_, lambda told: ledger.evidence.payment(tx, log, out_dir, signers=sign or (), progress=told)
        )


@evidence_app.command("receivable")
def evidence_receivable(
    receivable: int, out_dir: Out, block: AsOf = None, sign: Signed = None, json_: Json = False
) -> None:
    """A pack that proves the history of every piece of a receivable without a hole."""
    with opened() as ledger:
        _packed(
            json_,
            lambda told: ledger.evidence.receivable(
                receivable, out_dir, as_of_block=block, signers=sign or (), progress=told
            ),
        )


@evidence_app.command("account")
def evidence_account(
    account: Annotated[str, typer.Argument(help="name here, address or identifier")],
    out_dir: Out,
    cash: Annotated[str, typer.Option(help="the ledger cash, by currency or name")] = "CNY",
    sign: Signed = None,
    json_: Json = False,
) -> None:
    """A pack that proves a participant's whole statement: every move into and out of its account."""
    with opened() as ledger:
        _packed(
            json_,
            lambda told: ledger.evidence.account(
                account, out_dir, cash=cash, signers=sign or (), progress=told
            ),
        )


def _packed(json_: bool, build: Callable[[Callable[[int, int], None]], Path]) -> None:
    """Builds with a bar that shows how many blocks are proved, and says where the pack is."""
    with Progress(console=err, transient=True, disable=json_) as bar:
        task = bar.add_task(say("proving"), total=None)
        pack = build(lambda done, of: bar.update(task, completed=done, total=of))
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
