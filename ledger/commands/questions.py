"""`greenledger trace interval|project|line|piece|idle|compare` and `statement`: every further question."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger import question_tables as tables
from ledger.commands.common import Json, opened, out, show
from ledger.commands.tracing import Hops, Least, Reader, RuleName, Until, trace_app
from ledger.domain.limits import Limits
from ledger.domain.questions import MOST_MOVES, MOST_PARTS, IntervalQuestion
from ledger.errors import BadInput

View = Annotated[str, typer.Option(help="cash: who got the money; economic: what was bought")]
Block = Annotated[int | None, typer.Option(help="as it stood at this block; by default now")]
Start = Annotated[int, typer.Option("--from", help="first fen, in minor units")]
End = Annotated[int | None, typer.Option("--to", help="the fen after the last; by default all")]
Cash = Annotated[str | None, typer.Option(help="currency or address, where there are several")]
After = Annotated[int, typer.Option(help="leave out so many lines of the answer, for the next page")]
Named = Annotated[str, typer.Argument(help="number or label")]
SubAccount = Annotated[
    str, typer.Argument(help="line:7, pool:1, origin:1, service:3, encumbrance:5, general:0x… or an address")
]
Backward = Annotated[bool, typer.Option("--backward", help="what funded it, not where it went")]
OfBond = Annotated[str | None, typer.Argument(help="number or label of a bond")]
OfParty = Annotated[str | None, typer.Option(help="or a participant: name, address or identifier")]
Before = Annotated[str, typer.Argument(help="a block, or a date: the end of it")]
Later = Annotated[str | None, typer.Argument(help="a later one; by default now")]
OfLine = Annotated[int | None, typer.Option(help="of one budget line alone, by its number")]
Participant = Annotated[str, typer.Argument(help="name, address or identifier")]
Opening = Annotated[
    str | None,
    typer.Option("--from", help="opening: the end of this block or date; default: the beginning"),
]
Closing = Annotated[
    str | None, typer.Option("--to", help="closing: the end of this block or date; default: now")
]


@trace_app.command("interval")
def trace_interval(
    sub_account: SubAccount,
    start: Start = 0,
    end: End = None,
    cash: Cash = None,
    backward: Backward = False,
    rule: RuleName = "fifo",
    hops: Hops = None,
    until: Until = None,
    least: Least = 1,
    block: Block = None,
    reader: Reader = None,
    after: After = 0,
    limit: Annotated[int, typer.Option(help="parts in one answer at most")] = MOST_PARTS,
    json_: Json = False,
) -> None:
    """Where any numbered fen of any sub-account went, or what funded them."""
    way = "backward" if backward else "forward"
    limits = Limits(hops, until, least)
    asked = IntervalQuestion(sub_account, cash, start, end, way, rule, limits, after, limit)
    with opened() as ledger:
        answer = ledger.auditor.trace_interval(asked, reader=reader, as_of_block=block)
    show(answer) if json_ else tables.interval(out, answer)


@trace_app.command("project")
def trace_project(
    project: Named,
    view: View = "cash",
    rule: RuleName = "fifo",
    hops: Hops = None,
    until: Until = None,
    least: Least = 1,
    block: Block = None,
    json_: Json = False,
) -> None:
    """Where a project's money is, over all bonds that pay into it."""
    limits = Limits(hops, until, least)
    with opened() as ledger:
        answer = ledger.auditor.trace_project(project, view, rule, as_of_block=block, limits=limits)
    show(answer) if json_ else tables.spending(out, answer)


@trace_app.command("line")
def trace_line(
    line: int,
    view: View = "cash",
    rule: RuleName = "fifo",
    hops: Hops = None,
    until: Until = None,
    least: Least = 1,
    block: Block = None,
    json_: Json = False,
) -> None:
    """Where the money of one budget line is."""
    limits = Limits(hops, until, least)
    with opened() as ledger:
        answer = ledger.auditor.trace_line(line, view, rule, as_of_block=block, limits=limits)
    show(answer) if json_ else tables.spending(out, answer)


@trace_app.command("piece")
def trace_piece(
    receivable: int,
    start: Start = 0,
    end: End = None,
    rule: RuleName = "fifo",
    hops: Hops = None,
    until: Until = None,
    least: Least = 1,
    block: Block = None,
    json_: Json = False,
) -> None:
    """What money stands behind a piece of a receivable, and what paid for it."""
    limits = Limits(hops, until, least)
    with opened() as ledger:
        answer = ledger.auditor.trace_piece(receivable, start, end, rule, as_of_block=block, limits=limits)
    show(answer) if json_ else tables.piece(out, answer)


@trace_app.command("idle")
def trace_idle(
    bond: OfBond = None,
    party: OfParty = None,
    block: Block = None,
    json_: Json = False,
) -> None:
    """Money that waits, each fen with its exact age: of a bond, or of a participant."""
    require_one(bond, party)
    with opened() as ledger:
        answer = ledger.auditor.idle(bond=bond, party=party, as_of_block=block)
    show(answer) if json_ else tables.idle(out, answer)


@trace_app.command("refinanced")
def trace_refinanced(
    bond: Annotated[str, typer.Argument(help="number or label of a bond")],
    block: Block = None,
    json_: Json = False,
) -> None:
    """Each payment of a bond that reimbursed an earlier expense: how far back, and which fen paid."""
    with opened() as ledger:
        answer = ledger.auditor.refinanced(bond, as_of_block=block)
    show(answer) if json_ else tables.refinanced(out, answer)


@trace_app.command("compare")
def trace_compare(
    what: Annotated[
        str,
        typer.Argument(
            help="a bond by number or label; project:LABEL, receivable:5, pool:2, or interval:SUB-ACCOUNT"
        ),
    ],
    before: Before,
    after: Later = None,
    line: OfLine = None,
    start: Start = 0,
    end: End = None,
    cash: Cash = None,
    json_: Json = False,
) -> None:
    """Two blocks or dates: what changed, and each interval that moved. Of a participant: `statement`."""
    kind, _, named = what.partition(":")
    with opened() as ledger:
        auditor = ledger.auditor
        if kind == "project" and named:
            answer, table = auditor.compare_project(named, before, after), tables.compared_project
        elif kind == "interval" and named:
            asked = IntervalQuestion(named, cash, start, end)
            answer, table = auditor.compare_interval(asked, before, after), tables.compared_interval
        elif kind == "receivable" and named:
            answer, table = auditor.compare_receivable(numbered(named), before, after), tables.compared_pieces
        elif kind == "pool" and named:
            answer, table = auditor.compare_pool(numbered(named), before, after), tables.compared_pool
        else:
            answer, table = auditor.compare(what, before, after, line=line), tables.compared
    show(answer) if json_ else table(out, answer)


def require_one(bond: str | None, party: str | None) -> None:
    """Before any ledger is opened: idle money is asked of one of the two."""
    if (bond is None) == (party is None):
        raise BadInput("idle money is a bond's or a participant's", needed="one of them")


def numbered(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise BadInput("this is known by its number", had=text)
    return int(text)


def statement(
    participant: Participant,
    first: Opening = None,
    last: Closing = None,
    after: After = 0,
    limit: Annotated[int, typer.Option(help="moves of one account in one answer at most")] = MOST_MOVES,
    json_: Json = False,
) -> None:
    """All of a participant: opening, every move, closing, in each cash; units; claims on others."""
    with opened() as ledger:
        answer = ledger.auditor.statement(participant, first, last, after=after, limit=limit)
    show(answer) if json_ else tables.statement(out, answer)
