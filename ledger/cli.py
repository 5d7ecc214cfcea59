"""`greenledger`: the command line. Queries take `--json`; errors say what to do, in English or Chinese."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger import Ledger, tables
from ledger.config import Settings
from ledger.errors import BadInput, LedgerError

app = typer.Typer(
    help="Green bonds and receivables on one ledger in which every fen has a number.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
bond_app = typer.Typer(help="Bonds · 债券", no_args_is_help=True)
piece_app = typer.Typer(help="Receivables and their pieces · 应收凭证与片段", no_args_is_help=True)
trace_app = typer.Typer(help="Where money went, and what funded a payment · 穿透追踪", no_args_is_help=True)
evidence_app = typer.Typer(help="Evidence packs · 证据包", no_args_is_help=True)
for _name, _app in (
    ("bond", bond_app),
    ("piece", piece_app),
    ("trace", trace_app),
    ("evidence", evidence_app),
):
    app.add_typer(_app, name=_name)

out = tables.console()
err = tables.console(stderr=True)
_given: dict[str, Any] = {}

Json = Annotated[
    bool, typer.Option("--json", help="machine-readable: amounts are integer strings in minor units")
]


@app.callback()
def _options(
    state: Annotated[Path | None, typer.Option(help="state folder (GREENLEDGER_STATE)")] = None,
    url: Annotated[
        str | None, typer.Option(help="JSON-RPC address of a network; default: the embedded chain")
    ] = None,
    network: Annotated[str | None, typer.Option(help="name of the network's deployment records")] = None,
    lang: Annotated[str | None, typer.Option(help="en or zh; by locale")] = None,
) -> None:
    named = {"state": state, "url": url, "network": network, "language": lang}
    _given.clear()
    _given.update({key: value for key, value in named.items() if value is not None})


def settings() -> Settings:
    return Settings(**_given)


@contextmanager
def opened() -> Iterator[Ledger]:
    """The configured ledger. A query never makes a new one: an empty folder is an error that says so."""
    chosen = settings()
    if chosen.url is None and not (chosen.state / "deployments").exists():
        raise BadInput(
            f"there is no ledger in {chosen.state}",
            needed="`greenledger deploy` makes one, `greenledger demo` one with a story; or name it: --state",
        )
    with Ledger.open(chosen) as ledger:
        yield ledger


def show(answer: Mapping[str, Any]) -> None:
    """One JSON document on standard output, nothing else."""
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2, default=str))


# --- setting up ------------------------------------------------------------------------------------------


@app.command()
def deploy(
    replay: Annotated[
        bool, typer.Option(help="business dates are posted, for ever (imports of history)")
    ] = False,
    json_: Json = False,
) -> None:
    """Deploys to the configured network or the embedded chain, resuming what was begun, and proves it."""
    from ledger.bootstrap.opening import DeployOptions, deploy_configured

    report = (lambda _: None) if json_ else out.print
    checks = deploy_configured(settings(), DeployOptions(replay=replay), report)
    failed = [check for check in checks if not check.ok]
    if json_:
        show({"ok": not failed, "checks": [asdict(check) for check in checks]})
    else:
        out.print(f"{len(checks) - len(failed)} of {len(checks)} checks hold")
        for check in failed:
            out.print(f"[red]✗[/red] {check}")
    if failed:
        raise typer.Exit(1)


@app.command()
def demo(
    data: Annotated[Path | None, typer.Option(help="folder with bonds_terms.csv and allocations.csv")] = None,
) -> None:
    """Lives the story on published figures, on an embedded chain with a state folder of its own."""
    from ledger.story import pages

    pages.perform(settings().state, data, out, given=_given.get("state"))


# --- looking ---------------------------------------------------------------------------------------------


@app.command()
def status(json_: Json = False) -> None:
    """Addresses, powers and who holds them."""
    with opened() as ledger:
        answer = ledger.status()
    show(answer) if json_ else tables.status(out, answer)


@bond_app.command("show")
def bond_show(bond: str, json_: Json = False) -> None:
    """A bond's terms, lines and the states of its fen."""
    with opened() as ledger:
        answer = tables.bond_answer(ledger, bond)
    show(answer) if json_ else tables.bond(out, answer)


@piece_app.command("show")
def piece_show(receivable: int, json_: Json = False) -> None:
    """A receivable's pieces: who holds which interval, in which state, against which documents."""
    with opened() as ledger:
        answer = ledger.auditor.piece_show(receivable)
    show(answer) if json_ else tables.pieces(out, answer)


@trace_app.command("bond")
def trace_bond(
    bond: str,
    view: Annotated[str, typer.Option(help="cash: who got the money; economic: what was bought")] = "cash",
    rule: Annotated[str, typer.Option(help="accounting rule beyond the first payee")] = "fifo",
    block: Annotated[int | None, typer.Option(help="as it stood at this block; by default now")] = None,
    json_: Json = False,
) -> None:
    """Where every fen of a bond is."""
    with opened() as ledger:
        answer = ledger.auditor.trace_bond(bond, view, rule, as_of_block=block)
    show(answer) if json_ else tables.trace(out, answer)


@trace_app.command("payment")
def trace_payment(payment: Annotated[str, typer.Argument(help="TX or TX:LOG")], json_: Json = False) -> None:
    """What funded a payment, back to the subscriptions."""
    tx, _, log = payment.partition(":")
    if log and not log.isdigit():
        raise BadInput("a payment is named TX or TX:LOG", had=payment, needed="0x…:7")
    with opened() as ledger:
        answer = ledger.auditor.trace_payment(tx, int(log) if log else None)
    show(answer) if json_ else tables.payment(out, answer)


# --- evidence --------------------------------------------------------------------------------------------


@evidence_app.command("bond")
def evidence_bond(
    bond: str, out_dir: Annotated[Path, typer.Option("--out", help="a new folder")], json_: Json = False
) -> None:
    """Writes a pack that somebody with nothing but Python can check offline."""
    with opened() as ledger:
        pack = ledger.evidence_bond(bond, out_dir)
    if json_:
        show({"pack": str(pack)})
    else:
        out.print(f"Pack written to {pack}. Check it with: python {pack}/verify_pack.py {pack}")


@app.command()
def verify(
    pack: Path,
    trust: Annotated[list[str] | None, typer.Option(help="address whose checkpoints you trust")] = None,
    json_: Json = False,
) -> None:
    """Checks a pack offline: each move happened, none is missing, and the arithmetic follows."""
    from ledger.reports.checker.verify_pack import verify_pack

    report = verify_pack(pack, tuple(trust or ()))
    if json_:
        show(report)
    else:
        _verdict(report)
    if not report["ok"]:
        raise typer.Exit(1)


def _verdict(report: Mapping[str, Any]) -> None:
    """What was proved, or exactly what is wrong."""
    for problem in report["problems"]:
        out.print(f"[red]✗[/red] {problem}", soft_wrap=True)
    if report["ok"]:
        counted = "{moves} moves over {axes} sub-accounts, linked by {headers} headers".format_map(report)
        out.print(
            f"[green]✓[/green] bond {report['bond']} at block {report['block']}: {counted}; none is missing"
        )
        out.print(f"  {report['statement']}", soft_wrap=True)


@app.command()
def check(json_: Json = False) -> None:
    """Derives every promise again from the chain alone, and compares the index with it."""
    with opened() as ledger:
        answer = ledger.check()
    if json_:
        show(answer)
    else:
        for one in answer["checks"]:
            mark = {"True": "[green]✓[/green]", "False": "[red]✗[/red]"}.get(str(one["ok"]), "[dim]–[/dim]")
            out.print(f"{mark} {one['id']:<9} {one['detail']}")
    if not answer["ok"]:
        raise typer.Exit(1)


# --- commands of other packages ---------------------------------------------------------------------------


def _add_commands() -> None:
    """`serve` and `token` come with the package `api`, which this one never imports."""
    for found in entry_points(group="greenledger.commands"):
        found.load()(app, settings)


_add_commands()


def main() -> None:
    """The console script: a ledger error is a sentence and exit status 1, never a traceback."""
    try:
        app()
    except LedgerError as error:
        language = settings().language
        err.print(f"[red]{error.code}[/red]: {error.sentence(language)}", soft_wrap=True)
        for name in ("had", "needed", "clause"):
            value = getattr(error, name)
            if value is not None and str(value) not in error.sentence(language):
                err.print(f"  {name}: {value}", soft_wrap=True)
        raise SystemExit(1) from None
