"""Indicators on who is who: ties, admissions, reviews, projects and their categories."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.domain.history import EventRow
from ledger.domain.indicators import Indicator
from ledger.domain.obligations import plain
from ledger.domain.roles import Role
from ledger.tracing.alerts.case import Case, distinct
from ledger.tracing.alerts.flows import framework_of, verifiers_of
from ledger.tracing.alerts.found import Found
from ledger.tracing.books import Bond, Project
from ledger.tracing.impactbooks import readable


def _place(row: EventRow) -> tuple[int, int]:
    return row.block, row.log


# --- payees ------------------------------------------------------------------------------------------------


def fresh_payees(case: Case, by: Indicator) -> Iterator[Found]:
    """Admitted after the bond was raised, and paid from it on that day or just after."""
    admitted = {row.args["account"]: row for row in reversed(case.of("Participants.Admitted"))}
    raised = {row.args["bond"]: row for row in case.of("Proceeds.ProceedsReceived")}
    for bond in case.bonds():
        seen: set[str] = set()
        for paid in case.payments(bond):
            entered = admitted.get(paid.payee)
            first = paid.payee not in seen
            seen.add(paid.payee)
            if not first or entered is None or paid.amount < by.whole("least"):
                continue
            after = bond.id in raised and _place(raised[bond.id]) < _place(entered)
            if after and paid.day - case.day(entered.block) <= by.whole("days"):
                parties = (paid.payee, bond.issuer)
                yield Found(
                    by.id, bond.id, parties, paid.amount, paid.day, bond.cash, (paid.row,), (entered,)
                )


def related_suspected(case: Case, by: Indicator) -> Iterator[Found]:
    """Who is paid, reviews or keeps idle money shares a keyed tag with the issuer and declares no tie."""
    for bond in case.bonds():
        for paid in _suspects(case, bond):
            if paid.amount >= by.whole("least") or not paid.rows:
                yield Found(
                    by.id, bond.id, (paid.party, bond.issuer), paid.amount, paid.day, bond.cash, paid.rows,
                    paid.events, subject=", ".join(case.kin.shared(paid.party, bond.issuer)),
                )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Suspect:
    party: str
    amount: int
    day: int
    rows: tuple[int, ...] = ()
    events: tuple[EventRow, ...] = ()


def _suspects(case: Case, bond: Bond) -> Iterator[_Suspect]:
    def hidden(party: str) -> bool:
        return party != bond.issuer and bool(
            case.kin.shared(party, bond.issuer) and not case.kin.declared(party, bond.issuer)
        )

    payments = case.payments(bond)
    for payee in distinct(paid.payee for paid in payments):
        if hidden(payee):
            some = [paid for paid in payments if paid.payee == payee]
            rows = tuple(paid.row for paid in some)
            yield _Suspect(payee, sum(paid.amount for paid in some), some[-1].day, rows)
    framework = framework_of(case, bond)
    for row in case.of("Frameworks.Reviewed"):
        if row.args["framework"] == framework and hidden(row.args["review"]["verifier"]):
            yield _Suspect(row.args["review"]["verifier"], 0, case.day(row.block), events=(row,))
    for row in case.of("Proceeds.Placed"):
        if row.args["bond"] == bond.id and hidden(row.args["place"]):
            yield _Suspect(row.args["place"], row.args["amount"], case.day(row.block), events=(row,))


def related_places(case: Case, by: Indicator) -> Iterator[Found]:
    """Idle money is placed with a bank that declares a tie to the issuer."""
    for row in case.of("Proceeds.Placed"):
        a, issuer = row.args, case.books.bonds[row.args["bond"]].issuer
        if a["amount"] >= by.whole("least") and case.kin.declared(a["place"], issuer):
            yield Found(
                by.id, a["bond"], (issuer, a["place"]), a["amount"], case.day(row.block), events=(row,),
                documents=(a["document"],),
            )  # fmt: skip


def placements_without_income(case: Case, by: Indicator) -> Iterator[Found]:
    """All of a long placement came back and nothing with it."""
    earned: dict[int, int] = {}
    last: dict[int, EventRow] = {}
    for row in case.of("Proceeds.PlacementReturned"):
        number = row.args["placement"]
        earned[number] = earned.get(number, 0) + row.args["income"]
        last[number] = row
    for row in case.of("Proceeds.Placed"):
        a, placement = row.args, case.books.placements[row.args["placement"]]
        back = last.get(placement.id)
        if (
            back is None
            or earned[placement.id]
            or placement.back < a["amount"]
            or a["amount"] < by.whole("least")
        ):
            continue
        if case.day(back.block) - case.day(row.block) >= by.whole("days"):
            issuer = case.books.bonds[a["bond"]].issuer
            yield Found(
                by.id, a["bond"], (issuer, a["place"]), a["amount"], case.day(back.block), events=(row, back),
                documents=(a["document"], back.args["document"]),
            )  # fmt: skip


# --- verifiers ---------------------------------------------------------------------------------------------


def verifiers_related(case: Case, by: Indicator) -> Iterator[Found]:
    """Who signed for an issuer declares a tie to it, before or since. At the time of signing contracts refuse
    it."""
    del by
    for bond in case.bonds():
        reviews = case.grouped("framework", "Frameworks.Reviewed").get(framework_of(case, bond), [])
        for verifier in sorted(verifiers_of(case, bond)):
            if case.kin.declared(verifier, bond.issuer):
                signed = [row for row in reviews if row.args["review"]["verifier"] == verifier]
                tied = _tied(case, verifier, bond.issuer)
                events = tuple(sorted([*signed, *tied], key=_place))
                yield Found(
                    "verifier-related", bond.id, (verifier, bond.issuer), 0, case.day(events[-1].block),
                    events=events,
                )  # fmt: skip


def _tied(case: Case, one: str, other: str) -> list[EventRow]:
    """The admissions by which two came into one group."""
    told = case.grouped("account", "Participants.Admitted", "Participants.Amended")
    mine = [row for row in (*told.get(one, []), *told.get(other, [])) if row.args["admission"]["group"]]
    return sorted(mine, key=_place)[-2:]


def verifiers_lapsed(case: Case, by: Indicator) -> Iterator[Found]:
    """The first act under a review whose verifier was no active verifier any more, with what all of them
    moved."""
    for bond in case.bonds():
        acts = case.grouped("bond", *_UNDER_REVIEW).get(bond.id, [])
        late = [(row, review) for row in acts if (review := _lapsed_at(case, bond, row)) is not None]
        amount = sum(row.args["amount"] for row, _ in late)
        if late and amount >= by.whole("least"):
            act, review = late[0]
            verifier = review.args["review"]["verifier"]
            yield Found(
                by.id, bond.id, (verifier, bond.issuer), amount, case.day(act.block), events=(review, act),
                documents=(review.args["review"]["document"],),
            )  # fmt: skip


_UNDER_REVIEW: Final = ("Proceeds.Allocated", "Proceeds.Paid", "Proceeds.Encumbered")


def _lapsed_at(case: Case, bond: Bond, act: EventRow) -> EventRow | None:
    """The review in force at an act, where its verifier was not fit then."""
    reviews = case.grouped("framework", "Frameworks.Reviewed").get(framework_of(case, bond), [])
    review = _last_before(reviews, act)
    if review is None:
        return None
    told = case.grouped("account", "Participants.Admitted", "Participants.Amended")
    known = _last_before(told.get(review.args["review"]["verifier"], []), act)
    if known is None:
        return None
    admission = known.args["admission"]
    fit = admission["roles"] & Role.VERIFIER and not admission["suspended"]
    return None if fit and case.day(act.block) <= admission["lapseDay"] else review


def _last_before(rows: Sequence[EventRow], act: EventRow) -> EventRow | None:
    found = bisect_left(rows, _place(act), key=_place)
    return rows[found - 1] if found else None


# --- projects ----------------------------------------------------------------------------------------------


def projects_twice(case: Case, by: Indicator) -> Iterator[Found]:
    """Two registered projects with one name, or with one document, company and budget, both paid into."""
    funded = {
        case.books.lines[row.args["line"]].project: row for row in reversed(case.of("Proceeds.Allocated"))
    }
    told = [row for row in case.of("Proceeds.ProjectRegistered") if row.args["project"] in funded]
    alike: dict[Any, EventRow] = {}
    for later in told:
        a = later.args
        names = (("name", plain(a["label"])), ("paper", a["document"], a["company"], a["budget"]))
        earlier = next((alike[name] for name in names if name in alike), None)
        if earlier is not None:
            yield from _one_project(
                case, by, earlier, later, [funded[one.args["project"]] for one in (earlier, later)]
            )
        for name in names:
            alike.setdefault(name, later)


def _one_project(
    case: Case, by: Indicator, earlier: EventRow, later: EventRow, funded: list[EventRow]
) -> Iterator[Found]:
    first, last = sorted(funded, key=_place)
    amount, bond = min(row.args["amount"] for row in funded), case.bond_of(last.args["line"])
    if amount >= by.whole("least"):
        companies = (row.args["company"] for row in (later, earlier))
        yield Found(
            by.id, bond.id, distinct([bond.issuer, *companies]), amount, case.day(last.block),
            events=(earlier, later, first, last),
            documents=distinct([earlier.args["document"], later.args["document"]]),
        )  # fmt: skip


def category_swaps(case: Case, by: Indicator) -> Iterator[Found]:
    """Allocated to a project whose category came into the framework after the bond was raised."""
    raised = {row.args["bond"]: row for row in case.of("Proceeds.ProceedsReceived")}
    seen: set[int] = set()
    for row in case.books.told.of_any("Proceeds.Allocated", "Proceeds.Reallocated"):
        number = row.args.get("line", row.args.get("to"))
        if number in seen or row.args["amount"] < by.whole("least"):
            continue
        line, bond = case.books.lines[number], case.bond_of(number)
        came = _category_came(case, case.books.projects[line.project])
        if bond.id in raised and came is not None and _place(raised[bond.id]) < _place(came):
            seen.add(number)
            yield Found(
                by.id, bond.id, (bond.issuer,), row.args["amount"], case.day(row.block), events=(came, row),
                subject=line.label, documents=(came.args["document"],),
            )  # fmt: skip


def _category_came(case: Case, project: Project) -> EventRow | None:
    """The version of the framework in which the category first stood."""
    code = case.books.category(project)
    versions = case.grouped("framework", "Frameworks.FrameworkRegistered").get(project.framework, [])
    return next((row for row in versions if code in map(readable, row.args["categories"])), None)


def pieces_home(case: Case, by: Indicator) -> Iterator[Found]:
    """A piece is passed on to its own obligor, or to who is related to it; being financed or bought back is
    not passing on."""
    financed = {row.args["quote"] for row in case.of("Financing.Financed")}
    for row in case.of("PieceBook.PieceMoved"):
        a, receivable = row.args, case.books.receivables.get(row.args["receivable"])
        if receivable is None or a["document"] in financed:
            continue
        amount = a["end"] - a["start"]
        if amount >= by.whole("least") and case.kin.related(a["to"], receivable.obligor):
            line = case.books.lines.get(receivable.line)
            yield Found(
                by.id, line.bond if line else 0, distinct([receivable.obligor, a["from"], a["to"]]), amount,
                case.day(row.block), events=(row,), documents=(a["document"],),
            )  # fmt: skip
