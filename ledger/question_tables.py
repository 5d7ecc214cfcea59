"""Answers about intervals, projects, pieces, idle money, two dates and participants as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from rich.console import Console

from ledger import tables
from ledger.domain.money import currency
from ledger.domain.states import FenState, PieceState, PoolPieceState
from ledger.tables import Answer, amount, party, table, unit_of
from ledger.words import say, value, word


def interval(out: Console, answer: Answer) -> None:
    unit = unit_of(answer)
    asked = say(
        "{place} · from {start}, {currency} {amount} · rule {rule} · as of {day}, block {block}",
        place=answer["name"] or answer["address"],
        start=amount(answer["start"], unit),
        currency=unit,
        amount=amount(answer["amount"], unit),
        rule=value(answer["rule"]),
        day=answer["as_of"],
        block=answer["block"],
    )
    out.print(f"[bold]{asked}[/bold] · {_whole(answer['complete'])}")
    if answer["rule"] != "fifo":
        _mixed(out, answer, answer["shares"])
    elif answer["direction"] == "backward":
        _sources(out, answer["parts"], answer["currency"])
    else:
        _rests(out, say("Where it is"), answer["parts"], answer["currency"])
    if int(answer["cut"]):
        out.print(say("cut by the horizon: {amount}", amount=amount(answer["cut"], unit)))
    if answer["next"] is not None:
        out.print(
            say("{count} parts; the next page: --after {after}", count=answer["count"], after=answer["next"])
        )


def _whole(complete: bool) -> str:
    return say("complete") if complete else say("INCOMPLETE")


def _ended(share: Answer) -> dict[str, Any]:
    return {"horizon": share.get("end_of_trace"), **share}


def beyond(out: Console, answer: Answer) -> None:
    """What of a bond's money goes on in another currency: beside its trace, never added to it."""
    if not answer.get("converted"):
        return
    out.print(say("Beyond a conversion, attested and not proved"))
    if answer["rule"] == "fifo":
        _rests(out, say("Where it is"), answer["converted"], answer["currency"])
    else:
        _mixed(out, answer, answer["converted"])


def _mixed(out: Console, answer: Answer, shares: Iterable[Answer]) -> None:
    """Lines of a rule that numbers no fen, and what a conversion leads to, currency by currency."""
    told = list(shares)
    tables.holders(out, {**answer, "holders": [_ended(one) for one in told]})
    for one in told:
        linked = one.get("converted")
        if linked:
            out.print(_converted({**linked, "amount": linked["most"]}))
            _mixed(out, {**answer, "currency": linked["currency"]}, linked["shares"])


def _rests(out: Console, title: str, parts: Iterable[Answer], code: str) -> None:
    unit, linked = currency(code), []
    shown = table(title, ">from", ">amount", "now with", "sub-account", "path")
    for part in parts:
        place = value(part["sub_account"]) + (" · " + value(part["horizon"]) if part["horizon"] else "")
        path = " → ".join(str(hop["name"]) for hop in part["path"])
        shown.add_row(amount(part["start"], unit), amount(part["amount"], unit), party(part), place, path)
        linked += [part["converted"]] if part["converted"] else []
    out.print(shown)
    for one in linked:
        _rests(out, _converted(one), one["parts"], one["currency"])
        if int(one["residue"]):
            kept = amount(one["residue"], currency(one["currency"]))
            out.print(say("residue kept by the bank: {amount}", amount=kept))


def _sources(out: Console, parts: Iterable[Answer], code: str, title: str = "") -> None:
    unit, linked = currency(code), []
    shown = table(title or say("What funded it"), ">from", ">amount", "bond", "project", "end", "path")
    for part in parts:
        path = " ← ".join(str(hop["name"]) for hop in part["path"])
        numbers = amount(part["start"], unit), amount(part["amount"], unit)
        end = value(part["end_of_trace"])
        shown.add_row(*numbers, part["label"] or say("no bond"), part["project"] or "–", end, path)
        linked += [part["converted"]] if part.get("converted") else []
    out.print(shown)
    for one in linked:
        _sources(out, one["parts"], one["currency"], _converted(one))


def _converted(one: Answer) -> str:
    return say(
        "Converted to {currency} {amount} at {numerator}/{denominator}, attested by {party}",
        currency=one["currency"],
        amount=amount(one["amount"], currency(one["currency"])),
        numerator=one["numerator"],
        denominator=one["denominator"],
        party=party(one["registrar"]),
    )


def spending(out: Console, answer: Answer) -> None:
    for one in answer["totals"]:
        total = amount(one["allocated"], unit_of(one))
        told = say("{currency} {amount} allocated to {project}", currency=one["currency"], amount=total,
                   project=answer["label"])  # fmt: skip
        out.print(f"[bold]{told}[/bold]")
    for section in answer["sections"]:
        label = f"{section['label']} · {section['line']}"
        tables.trace(out, {**answer, **section, "label": label, "raised": section["allocated"]})


def piece(out: Console, answer: Answer) -> None:
    unit = unit_of(answer)
    told = say("Receivable #{number}", number=answer["receivable"])
    span = say(
        "from {start}: {amount}", start=amount(answer["start"], unit), amount=amount(answer["amount"], unit)
    )
    out.print(f"[bold]{told}[/bold] · {span}")
    behind = answer["encumbered"]
    if behind is None:
        out.print(say("no bond has locked money for it"))
    else:
        _funding(out, answer, behind, say("The money locked for it"))
    for one in answer["purchases"]:
        paid = say(
            "{financier} paid {amount} to {payee}",
            financier=party(one["financier"]),
            amount=amount(one["amount"], unit),
            payee=party(one["payee"]),
        )
        _funding(out, answer, one, paid)
    for document in answer["documents"]:
        out.print(f"  {document}")


def _funding(out: Console, answer: Answer, one: Answer, title: str) -> None:
    out.print(f"{title} · {_whole(one['complete'])}")
    if answer["rule"] == "fifo":
        _sources(out, one["sources"], answer["currency"])
    else:
        tables.holders(out, {**answer, "holders": [_ended(share) for share in one["sources"]]})


def idle(out: Console, answer: Answer) -> None:
    whose = answer["label"] or party(answer)
    out.print(f"[bold]{whose}[/bold] · " + say("as of {day}, block {block}", **_when(answer)))
    for section in answer["sections"]:
        unit = unit_of(section)
        state = section["state"]
        place = word(FenState, state) if state else value(section["sub_account"])
        title = say("{place}: {currency} {amount}, {days} days on average", place=place, currency=unit,
                    amount=amount(section["amount"], unit), days=section["mean_days"])  # fmt: skip
        shown = table(title, ">from", ">amount", ">days", "received on", "here since", "project")
        for one in section["intervals"]:
            numbers = amount(one["start"], unit), amount(one["amount"], unit), str(one["age_days"])
            shown.add_row(*numbers, one["received"]["day"], one["since"]["day"], one["project"] or "–")
        out.print(shown)
        for one in section["buckets"]:
            until = "…" if one["to_days"] is None else one["to_days"]
            held = amount(one["amount"], unit)
            out.print(
                "  "
                + say("{first} to {last} days: {amount}", first=one["from_days"], last=until, amount=held)
            )


def _when(answer: Answer) -> dict[str, Any]:
    return {"day": answer["as_of"], "block": answer["block"]}


def refinanced(out: Console, answer: Answer) -> None:
    unit = unit_of(answer)
    sums = {name: amount(answer[name], unit) for name in ("refinanced", "raised")}
    told = say("{refinanced} of {raised} raised refinanced, net of refunds", **sums)
    out.print(f"[bold]{answer['label']}[/bold] · {unit} {told}")
    shown = table(
        say("Reimbursed expenses"), "paid on", "expense of", ">days back", ">amount", ">refunded", "project",
        "payee", "fen of the bond",
    )  # fmt: skip
    for one in answer["payments"]:
        days = str(one["days_back"]) + ("" if one["within"] is not False else " !")
        fen = ", ".join(f"{part['start']}–{part['end']}" for part in one["origin"])
        numbers = (amount(one[name], unit) for name in ("amount", "refunded"))
        shown.add_row(one["paid_on"], one["expense_date"], days, *numbers, one["project"], party(one), fen)
    out.print(shown)


def compared(out: Console, answer: Answer) -> None:
    _between(out, answer["label"], answer)
    for title, key, *names in (
        (say("By state"), "states", "state"),
        (say("By budget line"), "lines", "project", "line"),
        (say("By payee"), "payees", "payee"),
    ):
        _changes(out, title, answer, answer[key], *names)
    _moved(out, answer, _place)


def _between(out: Console, label: str, answer: Answer) -> None:
    before, after = (f"{answer[side]['as_of']} (#{answer[side]['block']})" for side in ("before", "after"))
    out.print(f"[bold]{label}[/bold] · {before} → {after}")


def _changes(out: Console, title: str, answer: Answer, lines: Iterable[Answer], *names: str) -> None:
    unit = unit_of(answer)
    shown = table(title, *names, ">before", ">after", ">change")
    for one in lines:
        named = [_named(name, one[name]) for name in names]
        shown.add_row(*named, *(amount(one[side], unit) for side in ("before", "after", "change")))
    out.print(shown)


def _named(name: str, said: Any) -> str:
    if said is None:
        return "–"
    return _state(said) if name == "state" else value(str(said)) if name == "sub_account" else str(said)


def _state(said: str) -> str:
    """The state of a bond's fen, or of a piece: their names differ."""
    return word(FenState, said) if said in {one.name.lower() for one in FenState} else word(PieceState, said)


def _moved(out: Console, answer: Answer, place: Callable[[Answer | None], str]) -> None:
    unit = unit_of(answer)
    shown = table(
        say("What moved: {amount}, {rest} stayed", amount=amount(answer["moved_amount"], unit),
            rest=amount(answer["unchanged"], unit)),
        ">from", ">amount", "before", "after",
    )  # fmt: skip
    for one in answer["moved"]:
        numbers = amount(one["start"], unit), amount(one["amount"], unit)
        shown.add_row(*numbers, place(one["before"]), place(one["after"]))
    out.print(shown)


def compared_project(out: Console, answer: Answer) -> None:
    _between(out, answer["label"], answer)
    for one in answer["lines"]:
        compared(out, one)
    for one in answer["totals"]:
        unit = unit_of(one)
        sums = {key: amount(one[key], unit) for key in ("before", "after", "moved_amount")}
        out.print(say("{currency}: {before} → {after}, {moved_amount} moved", currency=unit, **sums))


def compared_interval(out: Console, answer: Answer) -> None:
    _between(out, answer["name"] or answer["address"], answer)
    _changes(out, say("Where it is"), answer, answer["places"], "party", "sub_account")
    _moved(out, answer, _rest)


def _rest(place: Answer | None) -> str:
    if place is None:
        return "–"
    ended = [value(place["horizon"])] if place["horizon"] else []
    return " · ".join([party(place), value(place["sub_account"]), *ended])


def compared_pieces(out: Console, answer: Answer) -> None:
    _between(out, say("Receivable #{number}", number=answer["receivable"]), answer)
    _changes(out, say("By state"), answer, answer["states"], "state")
    _changes(out, say("By holder"), answer, answer["holders"], "holder")
    _moved(out, answer, _piece_place)


def _piece_place(place: Answer | None) -> str:
    return "–" if place is None else f"{place['holder']} ({word(PieceState, place['state'])})"


def compared_pool(out: Console, answer: Answer) -> None:
    _between(out, answer["name"], answer)
    unit = unit_of(answer)
    sums = table(say("Asset pool"), ">tranche", "figure", ">before", ">after", ">change")
    for one in answer["sums"]:
        tranche = "–" if one["tranche"] is None else str(one["tranche"])
        changed = (amount(one[side], unit) for side in ("before", "after", "change"))
        sums.add_row(tranche, value(one["figure"]), *changed)
    out.print(sums)
    shown = table(
        say("Pieces whose state changed"), ">piece", ">receivable", ">from", ">amount", "before", "after"
    )
    for one in answer["pieces"]:
        named = (
            str(one["piece"]),
            one["receivable"],
            amount(one["start"], unit),
            amount(one["amount"], unit),
        )
        states = (word(PoolPieceState, one[side]) if one[side] else "–" for side in ("before", "after"))
        shown.add_row(*named, *states)
    out.print(shown)


def _place(place: Answer | None) -> str:
    if place is None:
        return "–"
    state = word(FenState, place["state"])
    return " · ".join([state, *(str(place[key]) for key in ("line", "payee") if place[key])])


def statement(out: Console, answer: Answer) -> None:
    last = answer["last"]
    told = say("to the end of {day}, block {block}", day=last["as_of"], block=last["block"])
    out.print(f"[bold]{party(answer)}[/bold] · {told}")
    for one in answer["cash"]:
        _cash(out, one)
    for one in answer["units"]:
        sums = {key: one[key] for key in ("opening", "received", "given", "closing")}
        told = say("opening {opening}, received {received}, given {given}, closing {closing}", **sums)
        out.print(say("Units of {bond}", bond=one["label"]) + f": {told}")
    for one in answer["pieces"]:
        _claims(out, one)


def _cash(out: Console, one: Answer) -> None:
    unit = unit_of(one)
    sums = {key: amount(one[key], unit) for key in ("opening", "received", "paid", "closing")}
    told = say("opening {opening}, received {received}, paid {paid}, closing {closing}", **sums)
    title = f"{unit} · {value(one['sub_account'])} · {told}"
    shown = table(title, "day", ">received", ">paid", ">balance", "counterpart", "document")
    for move in one["moves"]:
        numbers = (amount(move[key], unit) for key in ("received", "paid", "balance"))
        other = move["counterpart"]
        shown.add_row(
            move["day"], *numbers, str(other["name"] or party(other)), (move["document"] or "–")[:18]
        )
    out.print(shown)
    if one["next"] is not None:
        out.print(say("{count} moves; the next page: --after {after}", count=one["count"], after=one["next"]))


def _claims(out: Console, one: Answer) -> None:
    unit = unit_of(one)
    sums = {key: amount(one[key], unit) for key in ("opening", "gained", "lost", "closing")}
    told = say("opening {opening}, gained {gained}, lost {lost}, closing {closing}", **sums)
    out.print(say("Receivable #{number}", number=one["receivable"]) + f": {unit} {told}")
    for change in one["changes"]:
        parts = [_held(change[side]) for side in ("before", "after")]
        numbers = amount(change["start"], unit), amount(change["amount"], unit)
        out.print("  " + " · ".join([*numbers, " → ".join(parts)]))


def _held(piece_: Answer | None) -> str:
    return "–" if piece_ is None else f"{party(piece_['holder'])} ({word(PieceState, piece_['state'])})"
