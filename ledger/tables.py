"""Answers as tables that a person can follow, in the language of this run; amounts are major units.

Words are the glossary's, and each is written here in English only: `say` and the column heads of `table` look
up the Chinese in `ledger.words`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from ledger.domain.money import Currency, currency, format_major
from ledger.domain.states import BondState, FenState, PieceState, ReceivableState
from ledger.words import say, value, word

if TYPE_CHECKING:
    from ledger import Ledger

Answer = Mapping[str, Any]
_WIDTH = 132


def unit_of(answer: Answer) -> Currency:
    return currency(answer["currency"])


def amount(minor: int | str, unit: Currency) -> str:
    return format_major(int(minor), unit)


def party(one: Any) -> str:
    """A party's name; an illustrative one is marked in its name already."""
    if isinstance(one, Mapping):
        return str(one.get("party") or one.get("name") or one.get("account") or "–")
    return str(one or "–")


def table(title: str, *columns: str) -> Table:
    """Numbers stand right and are never broken; a column whose name begins with ">" holds numbers.

    Args:
        title: as it is shown, which is what `say` gave.
        columns: English words, shown in the language of this run.
    """
    made = Table(title=title, title_justify="left", title_style="bold", header_style="dim", box=SIMPLE_HEAD)
    for column in columns:
        number = column.startswith(">")
        made.add_column(
            say(column.lstrip(">")), justify="right" if number else "left", overflow="fold", no_wrap=number
        )
    return made


def console(*, stderr: bool = False) -> Console:
    """As wide as the terminal; where there is none (a pipe, a log), wide enough for amounts and names."""
    made = Console(stderr=stderr)
    return made if made.is_terminal else Console(stderr=stderr, width=_WIDTH)


# --- bonds -----------------------------------------------------------------------------------------------


def bond_answer(ledger: Ledger, named: str) -> dict[str, Any]:
    """What `bond show` answers: the terms from the chain, the states and projects from the trace."""
    trace = ledger.auditor.trace_bond(named)
    found = ledger.books.bond(int(trace["bond"]))
    return {
        "bond": found.id,
        "label": trace["label"],
        "issuer": trace["issuer"],
        "state": found.state,
        "facility": found.facility,
        "token": found.token,
        "framework": found.framework,
        "currency": trace["currency"],
        "minor_unit": trace["minor_unit"],
        "isin": found.isin,
        "denomination": str(found.denomination),
        "units": found.allotted_units,
        "issue_date": found.issue_date.isoformat() if found.issue_date else None,
        "maturity": found.maturity.isoformat() if found.maturity else None,
        "coupon_ppm": found.coupon_ppm,
        "raised": trace["raised"],
        "states": trace["states"],
        "conserved": trace["conserved"],
        "projects": projects(trace),
        "block": trace["block"],
    }


def projects(trace: Answer) -> list[dict[str, str]]:
    """Per project: allocated (all that is or was on its line and did not go back), and of it spent."""
    found: dict[str, dict[str, int]] = {}
    for interval in trace["intervals"]:
        if interval["project"] is None:
            continue
        sums = found.setdefault(interval["project"], {"allocated": 0, "spent": 0})
        sums["allocated"] += int(interval["amount"])
        sums["spent"] += int(interval["amount"]) if interval["state"] == "spent" else 0
    return [
        {"project": name, **{key: str(value) for key, value in sums.items()}} for name, sums in found.items()
    ]


def bond(out: Console, answer: Answer) -> None:
    unit = unit_of(answer)
    state = word(BondState, answer["state"])
    out.print(f"[bold]{answer['label']}[/bold] · {party(answer['issuer'])} · {state}")
    if answer["facility"]:
        out.print("  " + say("a drawdown of facility {facility}", facility=answer["facility"]))
    for name, fact in (
        ("ISIN", answer["isin"]),
        (say("issue date"), answer["issue_date"]),
        (say("maturity"), answer["maturity"]),
    ):
        out.print(f"  {name}: {fact or say('not published')}")
    each = amount(answer["denomination"], unit)
    out.print(
        "  " + say("units: {units} of {currency} {each}", units=answer["units"], currency=unit, each=each)
    )
    states(out, answer)
    if answer["projects"]:
        shown = table(say("Projects"), "project", ">allocated", ">spent")
        for row in answer["projects"]:
            shown.add_row(row["project"], amount(row["allocated"], unit), amount(row["spent"], unit))
        out.print(shown)


def states(out: Console, answer: Answer) -> None:
    """The partition of what was raised; states that hold nothing are left out, the sum never is."""
    unit = unit_of(answer)
    shown = table(say("Raised money by state ({currency})", currency=unit), "state", ">amount", ">share")
    raised = int(answer["raised"])
    for state, held in answer["states"].items():
        if int(held):
            shown.add_row(word(FenState, state), amount(held, unit), share(int(held), raised))
    conserved, broken = say("conserved"), say("NOT CONSERVED")
    mark = f"[green]{conserved} ✓[/green]" if answer["conserved"] else f"[red]{broken}[/red]"
    shown.add_section()
    shown.add_row(say("raised"), amount(raised, unit), mark)
    out.print(shown)


def works(out: Console, answer: Answer) -> None:
    """What milestones and retention have released of each line that has them, and the milestones that are
    late or open."""
    if not answer.get("works"):  # a section of one line has none of its own
        return
    unit, today = unit_of(answer), answer["as_of"]
    shown = table(say("Works"), ">budget line", ">budget", ">released", ">gone", "open milestones", "late")
    for one in answer["works"]:
        parts = (amount(one[part], unit) for part in ("budget", "released", "gone"))
        waiting = [m for m in one["milestones"] if not m["certified_on"]]
        late = [m["what"] for m in waiting if m["due"] < today]
        shown.add_row(str(one["line"]), *parts, ", ".join(m["what"] for m in waiting), ", ".join(late))
    out.print(shown)


def share(part: int, whole: int) -> str:
    """Percent with two decimals, cut off."""
    if whole == 0:
        return "–"
    hundredths = part * 10_000 // whole
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


# --- traces ----------------------------------------------------------------------------------------------


def trace(out: Console, answer: Answer, limit: int | None = None) -> None:
    """A bond's fen in order of their numbers, then what lies beyond the first payee or what was bought."""
    unit = unit_of(answer)
    asked = say(
        "{view} view · rule {rule} · as of {day}, block {block}",
        view=value(answer["view"]),
        rule=value(answer["rule"]),
        day=answer["as_of"],
        block=answer["block"],
    )
    out.print(f"[bold]{answer['label']}[/bold] · {asked}")
    states(out, answer)
    works(out, answer)
    shown = table(
        say("Every fen from [0 to {raised})", raised=amount(answer["raised"], unit)),
        ">from",
        ">amount",
        "state",
        ">age",
        "project",
        "payee",
        "piece",
    )
    for interval in list(answer["intervals"])[:limit]:
        shown.add_row(*_interval(interval, unit))
    out.print(shown)
    if answer["view"] == "economic":
        economic(out, answer)
    elif answer["holders"]:
        holders(out, answer)
    else:
        onward(out, answer)
    if answer.get("attested"):
        beside(out, answer["attested"], unit)


def beside(out: Console, told: Answer, unit: Currency) -> None:
    """What is attested of a bond's money outside the ledger: apart from what is proved, never added to it."""
    if told["intervals"]:
        _legs(out, told, say("Outside the ledger, attested and not proved"), told["intervals"], unit)
    if told["continuations"]:
        _legs(out, told, say("Beyond the horizon, attested and not proved"), told["continuations"], unit)


def attested(out: Console, answer: Answer) -> None:
    """Where a bond's money went outside the ledger, as attested."""
    asked = say("rule {rule} · as of {day}, block {block}", rule=value(answer["rule"]), day=answer["as_of"],
                block=answer["block"])  # fmt: skip
    out.print(f"[bold]{answer['label']}[/bold] · {asked}")
    _legs(out, answer, say("Attested and not proved"), answer["intervals"], unit_of(answer))


def _legs(out: Console, told: Answer, title: str, parts: Iterable[Answer], unit: Currency) -> None:
    shown = table(title, ">from", ">amount", "state", "now with", "project", "attested by")
    for one in parts:
        named = dict.fromkeys(stop["attester"] for stop in one["path"])
        place = f"{one['place']} ({one['party']})" if one["party"] else one["place"]
        shown.add_row(
            amount(one["start"], unit),
            amount(one["amount"], unit),
            value(one["state"]),
            place,
            one["project"] or "–",
            ", ".join(named) or "–",
        )
    out.print(shown)
    if int(told.get("from_outside", 0)):
        said = amount(told["from_outside"], unit)
        out.print(say("{amount} were paid that no leg had brought there.", amount=said))


def _interval(interval: Answer, unit: Currency) -> Iterable[str]:
    age = "–" if interval["age_days"] is None else say("{days}d", days=interval["age_days"])
    state = word(FenState, interval["state"]) + (say(" (after a refund)") if interval["refund_of"] else "")
    piece = interval["piece"]
    return (
        amount(interval["start"], unit),
        amount(interval["amount"], unit),
        state,
        age,
        interval["project"] or "–",
        interval["payee"] or "–",
        say(
            "#{receivable} from {start}",
            receivable=interval["receivable"],
            start=amount(piece["start"], unit),
        )
        if piece
        else "–",
    )


def onward(out: Console, answer: Answer) -> None:
    """Where the payees' money is now: an assumption (FIFO) beyond this point, and named so."""
    unit = unit_of(answer)
    shown = table(
        say("Beyond the first payee, rule {rule} (an assumption there)", rule=value(answer["rule"])),
        ">from",
        ">amount",
        "paid to",
        "now with",
        "sub-account",
    )
    for interval in answer["intervals"]:
        for part in interval["onward"]:
            shown.add_row(
                amount(part["start"], unit),
                amount(part["amount"], unit),
                interval["payee"] or "–",
                party(part),
                value(part["sub_account"]) + (" · " + value(part["horizon"]) if part["horizon"] else ""),
            )
    if shown.row_count:
        out.print(shown)


def holders(out: Console, answer: Answer) -> None:
    """Who has the money that was paid: shares of one sum, or what is certain and what is possible."""
    title = say("Who has what was paid, rule {rule}", rule=value(answer["rule"]))
    shown = table(title, *_shares(answer), "now with", "sub-account")
    for one in answer["holders"]:
        place = value(one["sub_account"]) + (" · " + value(one["horizon"]) if one["horizon"] else "")
        shown.add_row(*_share(one, answer), party(one), place)
    out.print(shown)


def _shares(answer: Answer) -> tuple[str, ...]:
    bounds = (">" + say("at least"), ">" + say("at most"))
    return bounds if answer["rule"] == "bounds" else (">" + say("amount"),)


def _share(one: Answer, answer: Answer) -> tuple[str, ...]:
    unit = unit_of(answer)
    keys = ("least", "most") if answer["rule"] == "bounds" else ("most",)
    return tuple(amount(one[key], unit) for key in keys)


def economic(out: Console, answer: Answer) -> None:
    """What was bought, and from whom, at every tier; the financier's discount is a line of its own."""
    unit = unit_of(answer)
    shown = table(say("What was bought and from whom"), ">from", ">amount", "role", "party", "receivable")
    for interval in answer["intervals"]:
        for part in interval["economic"]:
            shown.add_row(
                amount(part["start"], unit),
                amount(part["amount"], unit),
                value(part["role"]),
                party(part["party"]),
                f"#{interval['receivable']}" if interval["receivable"] else "–",
            )
    if shown.row_count:
        out.print(shown)


def payment(out: Console, answer: Answer) -> None:
    unit = unit_of(answer)
    paid = say(
        "{currency} {amount} to {payee} · rule {rule}",
        currency=unit,
        amount=amount(answer["amount"], unit),
        payee=answer["payee"] or say("a sub-account"),
        rule=value(answer["rule"]),
    )
    out.print(f"[bold]{paid}[/bold] · {say('complete') if answer['complete'] else say('INCOMPLETE')}")
    if answer["rule"] == "fifo":
        _intervals_of(out, answer)
    else:
        _mixed_sources(out, answer)


def _mixed_sources(out: Console, answer: Answer) -> None:
    shown = table(say("What funded it"), *_shares(answer), "bond", "party", "end")
    for source in answer["sources"]:
        money = (source["label"] or say("no bond"), party(source), value(source["end_of_trace"]))
        shown.add_row(*_share(source, answer), *money)
    out.print(shown)


def _intervals_of(out: Console, answer: Answer) -> None:
    unit = unit_of(answer)
    shown = table(
        say("What funded it"),
        ">from",
        ">amount",
        "bond",
        ">origin number",
        "project",
        "investor",
    )
    for source in answer["sources"]:
        shown.add_row(
            amount(source["start"], unit),
            amount(source["amount"], unit),
            source["label"] or say("no bond"),
            amount(source["origin_start"], unit) if source["origin_start"] else "–",
            source["project"] or "–",
            party(source["investor"]),
        )
    out.print(shown)
    for source in answer["sources"]:
        hops = " ← ".join(str(hop["name"]) for hop in source["path"])
        out.print(f"  {hops}", soft_wrap=True)


def pieces(out: Console, answer: Answer) -> None:
    unit = unit_of(answer)
    funded = answer["funded_by"]
    facts = [
        f"[bold]{say('Receivable #{number}', number=answer['receivable'])}[/bold]",
        f"{unit} {amount(answer['face'], unit)}",
        word(ReceivableState, answer["state"]),
        say("due {day}", day=answer["due"]),
        say("obligor {party}", party=party(answer["obligor"])),
    ]
    if funded:
        facts.append(say("funded by {bond}, {project}", bond=funded["label"], project=funded["project"]))
    out.print(" · ".join(facts))
    shown = table(
        say("Pieces, complete {mark}", mark="✓" if answer["complete"] else "✗"),
        ">from",
        ">amount",
        "holder",
        "state",
        "lock",
        ">sequence",
        ">layers",
        ">paid",
    )
    for one in answer["pieces"]:
        shown.add_row(
            amount(one["start"], unit),
            amount(one["amount"], unit),
            party(one["holder"]),
            word(PieceState, one["state"]),
            one["lock"] or "–",
            str(one["sequence"]),
            str(one["layers"]),
            amount(one["paid"], unit),
        )
    out.print(shown)


# --- status ----------------------------------------------------------------------------------------------


def status(out: Console, answer: Answer) -> None:
    mode = say("replay: business dates are posted") if answer["replay"] else say("live")
    out.print(
        say("chain {chain}, block {block}", chain=answer["chain_id"], block=answer["block"]) + f" · {mode}"
    )
    powers = table(say("Powers"), "who", "account or value")
    for key, held_by in answer["powers"].items():
        powers.add_row(value(key), str(held_by))
    out.print(powers)
    held = table(say("Who may do what"), "power", "on", "in force")
    for one in answer["held"]:
        held.add_row(one["power"], one["target"], "✓" if one["in_force"] else "✗")
    out.print(held)
    contracts = table(say("Contracts"), "name", "kind", "address", ">block")
    for name, one in answer["contracts"].items():
        contracts.add_row(name, value(one["kind"]), one["address"], str(one["block"]))
    out.print(contracts)
