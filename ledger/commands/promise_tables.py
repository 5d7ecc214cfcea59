"""Frameworks, undertakings, labels and credit levels as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from ledger.domain.creditlevel import ObservationKind
from ledger.domain.states import Cause, LabelState, OccurrenceState, Polarity, UndertakingKind
from ledger.tables import table
from ledger.words import say, spoken, word

Answer = Mapping[str, Any]


def framework_table(out: Console, answer: Answer) -> None:
    """The version in force, and what it owes."""
    out.print(
        say(
            "Framework {framework}, version {version}, catalogue {catalogue}",
            framework=answer["id"],
            version=answer["version"],
            catalogue=answer["catalogue"],
        )
    )
    out.print(f"{answer['issuer']}  {answer['content_hash']}", soft_wrap=True)
    undertaking_table(out, {"framework": answer["id"], **answer})


def undertaking_table(out: Console, answer: Answer) -> None:
    """Every due day in one line."""
    made = table(
        say("Undertakings of framework {framework}", framework=answer["framework"]),
        ">index",
        ">occurrence",
        "code",
        "kind",
        "due",
        ">value",
        ">target",
        "unit",
        "polarity",
        "state",
        "standing",
    )
    for one in answer["undertakings"]:
        measured = one["polarity"] != "none"
        made.add_row(
            str(one["index"]),
            str(one["number"]),
            one["code"],
            word(UndertakingKind, one["kind"]),
            one["due"],
            str(one["value"]) if measured and one["reported_on"] else "–",
            str(one["target"]) if measured else "–",
            one["unit"] or "–",
            word(Polarity, one["polarity"]) if measured else "–",
            word(OccurrenceState, one["state"]),
            _standing(one),
        )
    out.print(made)


def _standing(one: Answer) -> str:
    if one["failed"]:
        return say("failed")
    if one["overdue"]:
        return say("overdue")
    return say("kept") if one["kept"] else "–"


def label_table(out: Console, answer: Answer) -> None:
    """The label in one line, then what it stands on."""
    state = word(LabelState, answer["state"]) if answer["state"] else say("not issued")
    out.print(say("Label of bond {bond}: {label}", bond=answer["bond"], label=state))
    if answer["withdrawn_after"]:
        out.print(say("Last day to cure the oldest breach: {day}", day=answer["withdrawn_after"]))
    made = table(say("Open breaches"), ">breach", "cause", ">index", ">occurrence", "since", "severe", "by")
    for one in answer["breaches"]:
        mine = one["cause"] == "undertaking"
        made.add_row(
            str(one["id"]),
            word(Cause, one["cause"]),
            str(one["index"]) if mine else "–",
            str(one["occurrence"]) if mine else "–",
            one["since"],
            say("yes") if one["severe"] else "–",
            one["by"],
        )
    out.print(made)


def catalogue_table(out: Console, answer: Answer) -> None:
    """Each list, and how sure its days are."""
    made = table(say("Catalogues at hand"), "code", "name", "since", "until", ">categories", "how sure")
    for one in answer["catalogues"]:
        until, name = one["until"] or "–", one["names"][spoken()]
        made.add_row(one["code"], name, one["since"], until, str(one["categories"]), one["days_status"])
    out.print(made)


def level_table(out: Console, answer: Answer) -> None:
    """Observed and attested side by side, never added."""
    out.print(say("Credit level of {who} as of {day}", who=answer["who"], day=answer["as_of"]))
    records = {"long": say("long"), "medium": say("medium"), "short": say("short"), "none": say("none")}
    made = table(say("Observed and attested, apart"), "part", "level", ">score", "record", ">observations")
    for name, title in (("observed", say("observed")), ("attested", say("attested"))):
        part = answer[name]
        score = "–" if part["score"] is None else str(part["score"])
        made.add_row(title, part["level"], score, records[part["confidence"]], str(part["count"]))
    out.print(made)
    seen = table(say("What it is made from"), "day", "observation", ">count", "attested by", "source")
    for one in answer["observations"]:
        kind = word(ObservationKind, one["kind"])
        seen.add_row(one["day"], kind, str(one["count"]), one["attested_by"] or "–", one["source"])
    out.print(seen)


def participant_table(out: Console, answer: Answer) -> None:
    """An admission record, one field a line."""
    made = table(say("Participant {name}", name=answer["who"]), "field", "value")
    made.add_row(say("account"), answer["account"])
    made.add_row(say("identifier"), answer["identifier"])
    made.add_row(say("roles"), ", ".join(answer["roles"]))
    made.add_row(say("active"), say("yes") if answer["active"] else say("no"))
    made.add_row(say("last day"), answer["lapses"])
    made.add_row(say("group"), str(answer["group"]))
    out.print(made)
