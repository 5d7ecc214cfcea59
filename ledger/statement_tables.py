"""Statements as tables: allocation, flows, the reconciliation sheet, exceptions; amounts in major units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from ledger.domain.states import FenState
from ledger.flow_picture import name_of
from ledger.tables import amount, party, share, table, unit_of
from ledger.words import say, value, word

Answer = Mapping[str, Any]

_MILLION: Final = 1_000_000


def heading(answer: Answer) -> str:
    """Bond, issuer, day and block in one line."""
    return " · ".join(
        (
            str(answer["label"]),
            party(answer["issuer"]),
            say("as of {day}, block {block}", day=answer["as_of"], block=answer["block"]),
        )
    )


def allocation(out: Console, answer: Answer) -> None:
    """Lines by category and project, then what is on no line, then the sum."""
    out.print(f"[bold]{heading(answer)}[/bold]")
    out.print(allocation_table(answer))


def allocation_table(answer: Answer) -> Table:
    unit = unit_of(answer)
    shown = table(
        say("Allocation of what was raised ({currency})", currency=unit),
        "category",
        "project",
        "budget line",
        ">allocated",
        ">available",
        ">encumbered",
        ">spent",
        ">share",
    )
    for row in answer["rows"]:
        amounts = [amount(row[key], unit) for key in ("allocated", "available", "encumbered", "spent")]
        of_raised = share(row["share_ppm"], _MILLION)
        shown.add_row(row["category"], row["project"], row["line"], *amounts, of_raised)
    shown.add_section()
    for state, held in answer["rest"].items():
        if int(held):
            shown.add_row("", word(FenState, state), "", amount(held, unit))
    shown.add_section()
    mark = "✓" if answer["adds_up"] else say("DOES NOT ADD UP")
    shown.add_row("", say("raised"), "", amount(answer["total"], unit), "", "", "", mark)
    return shown


def flows(out: Console, answer: Answer) -> None:
    """Each link, in the order of the money."""
    unit = unit_of(answer)
    names = {node["id"]: name_of(node) for node in answer["nodes"]}
    out.print(f"[bold]{heading(answer)}[/bold]")
    title = say("Flows ({currency}), rule {rule}", currency=unit, rule=value(answer["rule"]))
    shown = table(title, "came from", "went to", ">amount")
    for link in answer["links"]:
        shown.add_row(names[link["source"]], names[link["target"]], amount(link["amount"], unit))
    out.print(shown)


def reconciliation(out: Console, answer: Answer) -> None:
    """State by state: three sides and their difference; then the balances behind them."""
    out.print(f"[bold]{heading(answer)}[/bold]")
    out.print(reconciliation_table(answer))
    out.print(places_table(answer))


def reconciliation_table(answer: Answer) -> Table:
    unit = unit_of(answer)
    title = say("Reconciliation by state ({currency})", currency=unit)
    shown = table(title, "state", ">trace", ">contract", ">sub-accounts", ">difference")
    for row in answer["rows"]:
        held = "–" if row["sub_accounts"] is None else amount(row["sub_accounts"], unit)
        sides = (amount(row["trace"], unit), amount(row["contract"], unit), held)
        shown.add_row(word(FenState, row["state"]), *sides, amount(row["difference"], unit))
    shown.add_section()
    mark = "✓" if answer["agrees"] else say("DIFFERS")
    sums = (amount(answer["total"][side], unit) for side in ("trace", "contract"))
    shown.add_row(say("raised"), *sums, "", mark)
    return shown


def places_table(answer: Answer, *, addresses: bool = False) -> Table:
    """The sub-accounts whose balances are a state's money; with their addresses where there is room."""
    unit, title = unit_of(answer), say("Sub-accounts behind the balances")
    shown = table(title, "state", "sub-account", ">balance", *(["address"] if addresses else []))
    for place in answer["places"]:
        facts = (word(FenState, place["state"]), place_name(place), amount(place["balance"], unit))
        shown.add_row(*facts, *([place["axis"]] if addresses else []))
    return shown


def place_name(place: Answer) -> str:
    """`budget line 3` in the language of this run."""
    kind, _, number = str(place["name"]).rpartition(" ")
    return f"{value(kind)} {number}" if kind else value(number)


def exceptions(out: Console, answer: Answer) -> None:
    """One line each; none is said in so many words."""
    out.print(f"[bold]{heading(answer)}[/bold]")
    out.print(exceptions_table(answer) if answer["exceptions"] else nothing_wrong())


def nothing_wrong() -> str:
    return say("Nothing that is looked at here is wrong.")


def exceptions_table(answer: Answer) -> Table:
    unit = unit_of(answer)
    shown = table(say("Exceptions"), "kind", "what", "party", "since", ">amount", "reference")
    for one in answer["exceptions"]:
        held = "–" if one["amount"] is None else amount(one["amount"], unit)
        facts = (one["party"] or "–", one["since"] or "–", held, one["reference"] or "–")
        shown.add_row(value(one["kind"]), what(one), *facts)
    return shown


def what(one: Answer) -> str:
    """A state of the books by its word, everything else by the value's."""
    states = {state.name.lower() for state in FenState}
    return (
        word(FenState, one["what"])
        if one["kind"] == "books" and one["what"] in states
        else value(one["what"])
    )
