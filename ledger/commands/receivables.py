"""`greenledger receivable …`: confirm, accept, refuse, return, void, deliver; lists; programmes."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger import piece_tree, tables
from ledger.commands.common import Json, Who, finish, opened, out, read_day, read_file, show
from ledger.commands.rules import tell_notices
from ledger.domain.money import currency, parse_major
from ledger.domain.programmes import ON_NOTICE, Programme, Terms
from ledger.domain.states import LineState, PieceState, ReceivableState
from ledger.errors import BadInput
from ledger.services.receivables import GreenUse, Receivable
from ledger.words import say, word

if TYPE_CHECKING:
    from ledger import Ledger

receivable_app = typer.Typer(help="Payables confirmed, accepted, voided", no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="number of the receivable")]
Reason = Annotated[str, typer.Option(help="in words; the chain sees its hash")]
Paper = Annotated[Path | None, typer.Option(help="file of the document; it is sealed")]


# --- obligor -----------------------------------------------------------------------------------------------


@receivable_app.command("confirm")
def receivable_confirm(
    supplier: Annotated[str, typer.Argument(help="who is owed: account name, identifier or address")],
    face: Annotated[str, typer.Argument(help="in major units: 1000.00")],
    who: Who,
    cash: Annotated[str, typer.Option(help="ledger cash: CNY, or its record's name")],
    due: Annotated[str, typer.Option(help="due date, YYYY-MM-DD")],
    line: Annotated[int, typer.Option("--line", help="number of the credit line")],
    fingerprint: Annotated[str, typer.Option(help="fingerprint of the invoice, 0x…")],
    contract: Annotated[Path, typer.Option(help="file of the contract; it is sealed")],
    delivery: Annotated[Path | None, typer.Option(help="file of the delivery evidence; it is sealed")] = None,
    order: Annotated[
        Path | None, typer.Option(help="file of the order, where it is not delivered yet; it is sealed")
    ] = None,
    budget_line: Annotated[int | None, typer.Option(help="number of the budget line whose bond pays")] = None,
    programme: Annotated[int, typer.Option(help="number of the programme")] = ON_NOTICE,
    reasons: Annotated[
        str | None, typer.Option(help="hash of the bank's reasons for more than 180 days, 0x…")
    ] = None,
    green: Annotated[str | None, typer.Option(help="part of the face that is green, in major units")] = None,
    framework: Annotated[int | None, typer.Option(help="your framework that it falls under")] = None,
    category: Annotated[str | None, typer.Option(help="code of one of its categories")] = None,
    green_document: Annotated[
        Path | None, typer.Option(help="file that shows it is green; it is sealed")
    ] = None,
    json_: Json = False,
) -> None:
    """Confirms what is owed for an invoice, within a bank's credit line, against contract and delivery."""
    evidence = order or delivery
    if evidence is None or (order and delivery):
        raise BadInput("one of two is needed", needed="--delivery or --order")
    with opened() as ledger:
        unit = ledger.session.cash(cash).currency
        use = None
        if green is not None:
            if framework is None or category is None or green_document is None:
                raise BadInput(
                    "a green part has its grounds", needed="--framework --category --green-document"
                )
            amount = parse_major(green, unit)
            use = GreenUse(amount, framework, category, read_file(green_document))
        made = ledger.obligor.confirm(
            who,
            supplier,
            parse_major(face, unit),
            cash=cash,
            due=read_day(due),
            credit_line=line,
            fingerprint=fingerprint,
            contract=read_file(contract),
            delivery=read_file(evidence),
            budget_line=budget_line,
            programme=programme,
            order=order is not None,
            reasons=reasons,
            green=use,
        )
    told = say(
        "Receivable {receivable} is confirmed; {supplier} answers.", receivable=made.id, supplier=supplier
    )
    finish(json_, told, **asdict(made))


@receivable_app.command("deliver")
def receivable_deliver(
    receivable: Number,
    who: Who,
    document: Annotated[Path, typer.Option(help="file of the document; it is sealed")],
    json_: Json = False,
) -> None:
    """The obligor files the delivery evidence of what it confirmed on an order."""
    with opened() as ledger:
        done = ledger.obligor.deliver(who, receivable, read_file(document))
    finish(json_, say("Receivable {receivable} is delivered.", receivable=receivable), **asdict(done))


# --- supplier ----------------------------------------------------------------------------------------------


@receivable_app.command("accept")
def receivable_accept(
    receivable: Number,
    who: Who,
    consent: Annotated[
        Path | None, typer.Option(help="file of your consent; without it, you declare it with this act")
    ] = None,
    json_: Json = False,
) -> None:
    """The supplier accepts, of its own will. From then on it cannot be revoked."""
    with opened() as ledger:
        done = ledger.supplier.accept(who, receivable, read_file(consent) if consent else None)
    finish(json_, say("Receivable {receivable} is accepted.", receivable=receivable), **asdict(done))
    if not json_:
        tell_notices(done.notices)


@receivable_app.command("refuse")
def receivable_refuse(receivable: Number, who: Who, reason: Reason, json_: Json = False) -> None:
    """The supplier refuses; capacity, credit line and bond money are free again."""
    with opened() as ledger:
        done = ledger.supplier.refuse(who, receivable, reason)
    finish(json_, say("Receivable {receivable} is refused.", receivable=receivable), **asdict(done))


@receivable_app.command("return-unanswered")
def receivable_return(
    who: Who,
    receivable: Annotated[int | None, typer.Argument(help="number of the receivable")] = None,
    all_: Annotated[bool, typer.Option("--all", help="every one whose time to answer is over")] = False,
    json_: Json = False,
) -> None:
    """Returns proposals that nobody answered in time. Anyone may."""
    if all_ == (receivable is not None):
        raise BadInput("one of two is needed", needed="a receivable's number or --all")
    with opened() as ledger:
        if receivable is None:
            returned = ledger.supplier.return_all_unanswered(who)
            finish(json_, say("{count} are returned.", count=len(returned)), returned=returned)
            return
        done = ledger.supplier.return_unanswered(who, receivable)
    told = say("Receivable {receivable} is returned.", receivable=receivable)
    finish(json_, told, **asdict(done))


# --- both parties ------------------------------------------------------------------------------------------


@receivable_app.command("propose-void")
def receivable_propose_void(receivable: Number, who: Who, reason: Reason, json_: Json = False) -> None:
    """Either party wants it voided, before anything happened to it."""
    with opened() as ledger:
        done = ledger.obligor.propose_void(who, receivable, reason)
    told = say("Receivable {receivable} is voided when the other party does it too.", receivable=receivable)
    finish(json_, told, **asdict(done))


@receivable_app.command("withdraw-void")
def receivable_withdraw_void(receivable: Number, who: Who, json_: Json = False) -> None:
    """Takes back the wish to have it voided."""
    with opened() as ledger:
        done = ledger.obligor.withdraw_void(who, receivable)
    finish(json_, say("Receivable {receivable} stays.", receivable=receivable), **asdict(done))


@receivable_app.command("void")
def receivable_void(receivable: Number, who: Who, json_: Json = False) -> None:
    """Voids what the other party proposed to void; everything is undone."""
    with opened() as ledger:
        done = ledger.obligor.void(who, receivable)
    finish(json_, say("Receivable {receivable} is voided.", receivable=receivable), **asdict(done))


# --- reading -----------------------------------------------------------------------------------------------


@receivable_app.command("show")
def receivable_show(receivable: Number, json_: Json = False) -> None:
    """A receivable: its parties, state, line, programme, green part and pieces."""
    with opened() as ledger:
        answer = receivable_answer(ledger, receivable)
    if json_:
        show(answer)
        return
    _print(answer)


@receivable_app.command("tree")
def receivable_tree(
    receivable: Number,
    svg: Annotated[Path | None, typer.Option(help="also draw it into this file (SVG)")] = None,
    json_: Json = False,
) -> None:
    """The tree of a receivable's pieces: who passed which interval on to whom."""
    with opened() as ledger:
        answer = ledger.auditor.piece_show(receivable)
    if svg is not None:
        svg.write_text(piece_tree.picture(answer), encoding="utf-8")
    if json_:
        root = piece_tree.grown(answer)
        names = ("receivable", "currency", "face", "state", "due")
        facts = {name: answer[name] for name in names}
        show({**facts, "tree": piece_tree.as_json(root) if root else None})
        return
    piece_tree.show(out, answer)
    if svg is not None:
        out.print(say("Drawn into {file}.", file=svg), soft_wrap=True)


def receivable_answer(ledger: Ledger, receivable: int) -> dict[str, Any]:
    """What `receivable show` answers."""
    found, green = ledger.books.receivable(receivable), ledger.books.green(receivable)
    answer = ledger.auditor.piece_show(receivable)
    return {
        **_facts(found),
        "obligor": answer["obligor"],
        "supplier": answer["supplier"],
        "line_state": ledger.books.credit_line(found.credit_line).state,
        "green": str(green.amount),
        "green_by_bond": green.by_bond,
        "funded_by": answer["funded_by"],
        "pieces": answer["pieces"],
    }


def _facts(found: Receivable) -> dict[str, Any]:
    days = {"confirmed_on": found.confirmed_on, "due": found.due, "overdue_on": found.overdue_on}
    told = {name: day.isoformat() if day else None for name, day in days.items()}
    return asdict(found) | told | {"face": str(found.face)}


def _print(answer: dict[str, Any]) -> None:
    unit = currency(answer["currency"])
    state = word(ReceivableState, answer["state"])
    title = say("Receivable {receivable}: {state}", receivable=answer["id"], state=state)
    grid = tables.table(title, "what", "value")
    green = tables.amount(answer["green"], unit)
    parties = {"obligor": say("the obligor"), "supplier": say("the supplier")}
    rows = {
        say("obligor"): tables.party(answer["obligor"]),
        say("supplier"): tables.party(answer["supplier"]),
        say("face"): f"{unit.code} {tables.amount(answer['face'], unit)}",
        say("due"): answer["due"],
        say("overdue since"): answer["overdue_on"] or "–",
        say("programme"): str(answer["programme"]),
        say("order"): "✓" if answer["order"] else "–",
        say("credit line"): f"{answer['credit_line']} ({word(LineState, answer['line_state'])})",
        say("green part"): f"{green} ({say('counted by its bond')})" if answer["green_by_bond"] else green,
        say("wanted voided by"): parties.get(answer["void_by"], "–"),
    }
    for name, told in rows.items():
        grid.add_row(name, told)
    out.print(grid)
    pieces = tables.table(say("Pieces"), ">from", ">end", "holder", "state")
    for piece in answer["pieces"]:
        edges = (tables.amount(piece[edge], unit) for edge in ("start", "end"))
        pieces.add_row(*edges, tables.party(piece["holder"]), word(PieceState, piece["state"]))
    out.print(pieces)


@receivable_app.command("list")
def receivable_list(
    of: Annotated[str | None, typer.Option("--of", help="those of this party alone")] = None,
    state: Annotated[str | None, typer.Option(help="proposed, accepted, settled, ...")] = None,
    after: Annotated[int, typer.Option(help="those after this number")] = 0,
    limit: Annotated[int, typer.Option(help="so many at most")] = 50,
    json_: Json = False,
) -> None:
    """Receivables by number, a page at a time."""
    with opened() as ledger:
        answer = ledger.books.receivable_list(of, state, after=after, limit=limit)
    if json_:
        show(answer)
        return
    grid = tables.table(
        say("Receivables"), ">number", "obligor", "supplier", ">face", ">green part", "due", "state"
    )
    for one in answer["receivables"]:
        unit = currency(one["currency"])
        grid.add_row(
            str(one["receivable"]),
            tables.party(one["obligor"]),
            tables.party(one["supplier"]),
            f"{unit.code} {tables.amount(one['face'], unit)}",
            tables.amount(one["green"], unit) + ("*" if one["green_by_bond"] else ""),
            one["due"],
            _state(one),
        )
    out.print(grid)
    if any(one["green_by_bond"] for one in answer["receivables"]):
        out.print(say("* counted by the bond that funds it, and not here again"))
    if answer["next"]:
        out.print(say("More: --after {next}", next=answer["next"]))


def _state(one: dict[str, Any]) -> str:
    told = word(ReceivableState, one["state"])
    said = {"order": say("order"), "overdue": say("overdue")}
    marks = [said[name] for name in said if one[name]]
    return f"{told} ({', '.join(marks)})" if marks else told


@receivable_app.command("programmes")
def receivable_programmes(json_: Json = False) -> None:
    """Programmes of receivables: what each lets its members do."""
    with opened() as ledger:
        found = ledger.books.programmes()
    if json_:
        show({"programmes": [{"programme": number, **asdict(one)} for number, one in found.items()]})
        return
    grid = tables.table(
        say("Programmes"), ">number", ">days to answer", ">longest tenor", ">pieces", ">layers", "asks for"
    )
    for number, one in found.items():
        figures = (number, one.accept_days, one.max_tenor_days, one.max_pieces, one.max_layers)
        grid.add_row(*map(str, figures), _asks(one))
    out.print(grid)


def _asks(programme: Programme) -> str:
    said = {
        Terms.ACCEPTANCE: say("the receiver's acceptance"),
        Terms.TWO_PERSONS: say("two persons"),
        Terms.ORDERS: say("orders too"),
    }
    return ", ".join(text for term, text in said.items() if programme.terms & term) or "–"
