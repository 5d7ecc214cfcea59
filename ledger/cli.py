"""`greenledger`: the command line, in English or Chinese. Queries take `--json`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NoReturn

import typer
from rich.markup import escape
from typer.exceptions import TyperException

from ledger import tables
from ledger.commands import (  # noqa: F401 - `bank line`, `bond register`, `bond terms`, `bond place`, `piece list`
    common,
    credit,
    instructions,
    issue,
    language,
    limits,
    pieces,
    placements,
    published,
    questions,
)
from ledger.commands.accounts import account_app
from ledger.commands.alerting import alert_app
from ledger.commands.alerts import alerts_app
from ledger.commands.bonds import bond_app
from ledger.commands.changes import changes_app
from ledger.commands.common import Json, err, opened, out, settings, show
from ledger.commands.documents import document_app
from ledger.commands.evidence import checkpoint_app, evidence_app
from ledger.commands.facilities import facility_app
from ledger.commands.financing import financing_app
from ledger.commands.frameworks import framework_app, label_app, undertaking_app
from ledger.commands.holding import authority_app, trade_app
from ledger.commands.impact import impact_app, portfolio
from ledger.commands.late import add_late
from ledger.commands.legs import leg_app
from ledger.commands.lending import file_app, loan_app, score_app, sme_app
from ledger.commands.maturity import maturity_app, overdue_app, recourse_app
from ledger.commands.participants import participant_app
from ledger.commands.people import bank_app, mandate_app
from ledger.commands.pools import pool_app
from ledger.commands.receivables import receivable_app
from ledger.commands.reports import report_app
from ledger.commands.rules import rules_app
from ledger.commands.service import service_app
from ledger.commands.spending import business_date
from ledger.commands.tracing import piece_app, trace_app
from ledger.commands.works import works_app
from ledger.errors import LedgerError
from ledger.words import rendered, say, speak, spoken

app = typer.Typer(
    help="Green bonds and receivables on one ledger in which every fen has a number.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _name, _app in (
    ("bond", bond_app),
    ("document", document_app),
    ("rules", rules_app),
    ("piece", piece_app),
    ("receivable", receivable_app),
    ("financing", financing_app),
    ("trace", trace_app),
    ("evidence", evidence_app),
    ("checkpoint", checkpoint_app),
    ("alerts", alerts_app),
    ("report", report_app),
    ("trade", trade_app),
    ("authority", authority_app),
    ("impact", impact_app),
    ("service", service_app),
    ("pool", pool_app),
    ("changes", changes_app),
    ("framework", framework_app),
    ("undertaking", undertaking_app),
    ("label", label_app),
    ("alert", alert_app),
    ("participant", participant_app),
    ("account", account_app),
    ("bank", bank_app),
    ("mandate", mandate_app),
    ("maturity", maturity_app),
    ("overdue", overdue_app),
    ("recourse", recourse_app),
    ("file", file_app),
    ("score", score_app),
    ("leg", leg_app),
    ("loan", loan_app),
    ("facility", facility_app),
    ("sme", sme_app),
    ("works", works_app),
):
    add_late(app, _app, _name)
app.command()(portfolio)
app.command()(questions.statement)
app.command()(business_date)


@app.callback()
def _options(
    state: Annotated[Path | None, typer.Option(help="state folder (GREENLEDGER_STATE)")] = None,
    url: Annotated[
        str | None, typer.Option(help="JSON-RPC address of a network; default: the embedded chain")
    ] = None,
    network: Annotated[str | None, typer.Option(help="name of the network's deployment records")] = None,
    lang: Annotated[Literal["en", "zh"] | None, typer.Option(help="en or zh; by locale")] = None,
) -> None:
    common.give(state=state, url=url, network=network, language=lang)
    speak(settings().language)


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

    report = (lambda _: None) if json_ else _told
    checks = deploy_configured(settings(), DeployOptions(replay=replay), report)
    failed = [check for check in checks if not check.ok]
    if json_:
        show({"ok": not failed, "checks": [asdict(check) for check in checks]})
    else:
        out.print(say("{held} of {all} checks hold", held=len(checks) - len(failed), all=len(checks)))
        for check in failed:
            out.print(f"[red]✗[/red] {check}")
    if failed:
        raise typer.Exit(1)


def _told(text: str) -> None:
    out.print(rendered(text))


@app.command()
def demo(
    data: Annotated[Path | None, typer.Option(help="folder with bonds_terms.csv and allocations.csv")] = None,
) -> None:
    """Lives the story on published figures, on an embedded chain with a state folder of its own."""
    from ledger.story import pages

    pages.perform(settings().state, data, out, given=common.given("state"))


# --- looking ---------------------------------------------------------------------------------------------


@app.command()
def status(json_: Json = False) -> None:
    """Addresses, powers and who holds them."""
    with opened() as ledger:
        answer = ledger.status()
    show(answer) if json_ else tables.status(out, answer)


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


_PROVED: Final[dict[str, Callable[[Mapping[str, Any]], str]]] = {
    "account": lambda told: say("every move of account {account}", **told),
    "bond": lambda told: say("where the money of bond {bond} is", **told),
    "compare": lambda told: say("what changed of bond {bond}", **told),
    "compare-project": lambda told: say("what changed of project {project}", **told),
    "compare-receivable": lambda told: say("what changed of receivable {receivable}", **told),
    "idle": lambda told: say("what bond {bond} has not spent", **told),
    "interval": lambda told: say("where money of {address} went or came from", **told),
    "payment": lambda told: say("what funded payment {payment}", **told),
    "piece": lambda told: say("what money stands behind receivable {receivable}", **told),
    "pool": lambda told: say("the pieces in asset pool {pool}", **told),
    "project": lambda told: say("where the money of project {project} is", **told),
    "receivable": lambda told: say("the {pieces} pieces of receivable {receivable}", **told),
    "resting": lambda told: say("what rests with {account}", **told),
    "statement": lambda told: say("the statement of {account}", **told),
}
"""What each kind of pack is about."""


def _verdict(report: Mapping[str, Any]) -> None:
    """What was proved, or exactly what is wrong."""
    for problem in report["problems"]:
        out.print(f"[red]✗[/red] {rendered(problem)}", soft_wrap=True)
    if report["ok"]:
        out.print(f"[green]✓[/green] {_proved(report)}", soft_wrap=True)
        out.print(f"  {_believed(report['statement'])}", soft_wrap=True)


def _believed(statement: str) -> str:
    """What the reader still has to believe, in the language of this run."""
    signers, hashes = (statement.partition(mark)[2] for mark in (" signed by ", " true: "))
    if signers:
        return say("complete; the block hash is signed by {signers}", signers=signers)
    if "," in hashes:
        return say("complete only if these block hashes are true: {hashes}", hashes=hashes)
    return say("complete only if this block hash is true: {hash}", hash=hashes)


def _proved(report: Mapping[str, Any]) -> str:
    return say(
        "{what} at block {block}: {acts} moves and acts, linked by {headers} headers; none is missing",
        what=_PROVED[report["kind"]](report),
        **report,
    )


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
            detail = "; ".join(map(rendered, one["detail"].split("; ")))
            out.print(f"{mark} {one['id']:<9} {detail}")
    if not answer["ok"]:
        raise typer.Exit(1)


# --- commands of other packages ---------------------------------------------------------------------------


def _add_commands() -> None:
    """`serve` and `token` come with the package `api`, which this one never imports."""
    for found in entry_points(group="greenledger.commands"):
        found.load()(app, settings)


_add_commands()


def main() -> None:
    """The console script: an error is a sentence in the reader's language, never a traceback."""
    language.choose(sys.argv[1:])
    command = typer.main.get_command(app)
    language.translate(command)
    try:
        code = command(standalone_mode=False)
    except LedgerError as error:
        _refused(error)
    except TyperException as error:
        _misused(error)
    except typer.Abort:
        err.print(say("Aborted."))
        code = 1
    raise SystemExit(code or 0)


def _refused(error: LedgerError) -> NoReturn:
    """Who asked for what cannot be: code, sentence, and what it does not say of had, needed and clause."""
    sentence = error.sentence(spoken())
    err.print(f"[red]{error.code}[/red]: {sentence}", soft_wrap=True)
    for name, value in (
        (say("had"), error.had),
        (say("needed"), error.needed),
        (say("clause"), error.clause),
    ):
        if value is not None and str(value) not in sentence:
            err.print(f"  {name}: {rendered(str(value))}", soft_wrap=True)
    raise SystemExit(1) from None


def _misused(error: TyperException) -> NoReturn:
    """Wrong usage: how the command is used, and what was wrong with this use."""
    context = getattr(error, "ctx", None)
    if context is not None:
        err.print(context.get_usage(), highlight=False, markup=False)
    if said := rendered(error.format_message()):  # a group without a command has printed its help already
        err.print(f"[red]{say('Error')}[/red]: {escape(said)}", soft_wrap=True)
    raise SystemExit(error.exit_code)
