"""Every further question: the same documents as `greenledger trace …` and `statement`.

Who may read an owner's data whole (`api.deps.reads`) gets every document whole. A participant reads its own
accounts, an issuer its bonds' sub-accounts, and everybody the budget lines of projects as in a bond's trace;
what belongs to receivables that are not the caller's is withheld there, and marked so. Amounts and sums stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from api.deps import AnyCaller, Caller, LedgerHere, PartyReceivable, is_party, reads
from api.routers.auditor import LimitsAsked, RuleName, shown
from ledger.domain.mandates import MandateKind
from ledger.domain.questions import MOST_MOVES, IntervalQuestion
from ledger.errors import NotFound

router = APIRouter(tags=["auditor"])

Json = dict[str, Any]
View = Literal["cash", "economic"]
Fen = Annotated[int, Query(ge=0, lt=2**112, description="First fen, in minor units.")]
LastFen = Annotated[int | None, Query(ge=1, lt=2**112, description="The fen after the last; by default all.")]
Block = Annotated[int | None, Query(ge=0, lt=2**53, description="As it stood at this block; by default now.")]
Moment = Annotated[
    str | None,
    Query(pattern=r"^([0-9]{1,15}|[0-9]{4}-[0-9]{2}-[0-9]{2})$", description="Block or date: its end."),
]
Before = Annotated[
    str, Path(pattern=r"^([0-9]{1,15}|[0-9]{4}-[0-9]{2}-[0-9]{2})$", description="Block or date: its end.")
]
CashName = Annotated[str | None, Query(min_length=1, max_length=42, description="Currency or address.")]
After = Annotated[int, Query(ge=0, lt=2**53, description="Lines of the answer to leave out.")]
SubAccount = Annotated[
    str, Path(min_length=1, max_length=100, description="line:7, origin:1, general:0x… or an address.")
]
Named = Annotated[str, Path(min_length=1, max_length=200, description="Number or label.")]
Who = Annotated[str, Path(min_length=1, max_length=100, description="Account or identifier.")]
PARTS = 1_000
"""Parts in one answer; more are asked for by page."""
_OF_RECEIVABLES = frozenset({"encumbrance", "settlement"})
_HIDDEN: Json = {"path": [], "withheld": True}
_MOVED: Json = {**dict.fromkeys(("tx", "log", "block")), "documents": [], "withheld": True}


@router.get("/traces/intervals/{sub_account}")
def trace_interval(
    caller: AnyCaller,
    ledger: LedgerHere,
    limits: LimitsAsked,
    sub_account: SubAccount,
    start: Fen = 0,
    end: LastFen = None,
    cash: CashName = None,
    direction: Literal["forward", "backward"] = "forward",
    rule: RuleName = "fifo",
    as_of_block: Block = None,
    after: After = 0,
    limit: Annotated[int, Query(ge=1, le=PARTS)] = PARTS,
) -> Json:
    """Where any numbered fen of a sub-account went, or what funded them; parts tile what was asked."""
    whole = owned(ledger, caller, sub_account)
    asked = IntervalQuestion(sub_account, cash, start, end, direction, rule, limits, after, limit)
    found = dict(ledger.auditor.trace_interval(asked, reader=caller.account, as_of_block=as_of_block))
    return found if whole else without_others(ledger, caller, found)


@router.get("/traces/projects/{project}")
def trace_project(
    caller: AnyCaller,
    ledger: LedgerHere,
    limits: LimitsAsked,
    project: Named,
    view: View = "cash",
    rule: RuleName = "fifo",
    as_of_block: Block = None,
) -> Json:
    """Where a project's money is, over all bonds that pay into it: one section a budget line."""
    found = ledger.auditor.trace_project(project, view, rule, as_of_block=as_of_block, limits=limits)
    return _sections(ledger, caller, found)


@router.get("/traces/budget-lines/{line}")
def trace_line(
    caller: AnyCaller,
    ledger: LedgerHere,
    limits: LimitsAsked,
    line: Annotated[int, Path(ge=1, lt=2**53)],
    view: View = "cash",
    rule: RuleName = "fifo",
    as_of_block: Block = None,
) -> Json:
    """Where the money of one budget line is."""
    found = ledger.auditor.trace_line(line, view, rule, as_of_block=as_of_block, limits=limits)
    return _sections(ledger, caller, found)


@router.get("/traces/receivables/{receivable}")
def trace_piece(
    caller: AnyCaller,
    ledger: LedgerHere,
    limits: LimitsAsked,
    receivable: PartyReceivable,
    start: Fen = 0,
    end: LastFen = None,
    rule: RuleName = "fifo",
    as_of_block: Block = None,
) -> Json:
    """What money stands behind a piece, and what paid for it. A financier's own sources are its own."""
    found = dict(
        ledger.auditor.trace_piece(receivable, start, end, rule, as_of_block=as_of_block, limits=limits)
    )
    return piece_shown(ledger, caller, found)


@router.get("/bonds/{bond}/idle")
def bond_idle(caller: AnyCaller, ledger: LedgerHere, bond: Named, as_of_block: Block = None) -> Json:
    """What a bond has not spent, each fen with its exact age: for its issuer and who reads its data."""
    number = whole_bond(ledger, caller, bond)
    return dict(ledger.auditor.idle(bond=number, as_of_block=as_of_block))


@router.get("/bonds/{bond}/refinanced")
def bond_refinanced(caller: AnyCaller, ledger: LedgerHere, bond: Named, as_of_block: Block = None) -> Json:
    """Each payment that reimbursed an earlier expense: how far back, and which of the bond's fen paid."""
    return dict(ledger.auditor.refinanced(bond, as_of_block=as_of_block))


@router.get("/bonds/{bond}/changes/{before}")
def bond_changes(
    caller: AnyCaller,
    ledger: LedgerHere,
    bond: Named,
    before: Before,
    after: Moment = None,
    line: Annotated[int | None, Query(ge=1, lt=2**53, description="Of one budget line alone.")] = None,
) -> Json:
    """A bond at two blocks or dates: what changed by state, line and payee, and each interval that moved."""
    return _changes(ledger, caller, dict(ledger.auditor.compare(bond, before, after, line=line)))


@router.get("/traces/projects/{project}/changes/{before}")
def project_changes(
    caller: AnyCaller, ledger: LedgerHere, project: Named, before: Before, after: Moment = None
) -> Json:
    """A project at two blocks or dates, each budget line as its bond."""
    found = dict(ledger.auditor.compare_project(project, before, after))
    return {**found, "lines": [_changes(ledger, caller, one) for one in found["lines"]]}


@router.get("/traces/intervals/{sub_account}/changes/{before}")
def interval_changes(
    caller: AnyCaller,
    ledger: LedgerHere,
    sub_account: SubAccount,
    before: Before,
    after: Moment = None,
    start: Fen = 0,
    end: LastFen = None,
    cash: CashName = None,
) -> Json:
    """Fen of a sub-account at two blocks or dates. Who does not read all its data gets the sums."""
    whole = owned(ledger, caller, sub_account)
    asked = IntervalQuestion(sub_account, cash, start, end)
    found = dict(ledger.auditor.compare_interval(asked, before, after))
    return found if whole else {**found, "places": [], "moved": [], "withheld": True}


@router.get("/traces/receivables/{receivable}/changes/{before}")
def receivable_changes(
    caller: AnyCaller, ledger: LedgerHere, receivable: PartyReceivable, before: Before, after: Moment = None
) -> Json:
    """A receivable at two blocks or dates: who held which fen, and in which state."""
    return dict(ledger.auditor.compare_receivable(receivable, before, after))


@router.get("/participants/{who}/idle")
def participant_idle(caller: AnyCaller, ledger: LedgerHere, who: Who, as_of_block: Block = None) -> Json:
    """What rests with a participant, each fen with its exact age: for itself, its agents and auditors."""
    return dict(ledger.auditor.idle(party=own_account(ledger, caller, who), as_of_block=as_of_block))


@router.get("/participants/{who}/statement")
def participant_statement(
    caller: AnyCaller,
    ledger: LedgerHere,
    who: Who,
    first: Moment = None,
    last: Moment = None,
    after: After = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_MOVES)] = 100,
) -> Json:
    """All of a participant between two blocks or dates: for itself, its agents and auditors."""
    account = own_account(ledger, caller, who)
    return dict(ledger.auditor.statement(account, first, last, after=after, limit=limit))


# --- what others may see ---------------------------------------------------------------------------------


def whole_bond(ledger: LedgerHere, caller: Caller, bond: str, otherwise: str | None = None) -> int:
    """The number of a bond whose data are the caller's whole; NotFound, worded as for none (or as
    `otherwise`), for others."""
    number = ledger.session.index().bond_named(bond)
    issuer = ledger.books.bond(number).issuer
    if caller.account != issuer and not reads(ledger, caller, issuer, bond=number):
        raise NotFound(otherwise or f"there is no bond {bond}", who=bond)
    return number


def own_account(ledger: LedgerHere, caller: Caller, who: str) -> str:
    """The account, for who may read it; NotFound, worded as for nobody, for others."""
    missing = NotFound(f"{who} is no participant", who=who)
    try:
        account = str(ledger.books.participant(who).account)
    except NotFound:
        raise missing from None
    agent = ledger.mandates.holds(account, caller.account, MandateKind.AGENT, None)
    if caller.account == account or (caller.active and agent) or reads(ledger, caller, account):
        return account
    raise missing


def owned(ledger: LedgerHere, caller: Caller, sub_account: str) -> bool:
    """Whether the caller reads all of a sub-account's data; NotFound for who does not own it either."""
    owners, bond = _owners(ledger, sub_account)
    whole = reads(ledger, caller, *owners, bond=bond)
    if not whole and caller.account not in owners:
        raise NotFound(f"no money ever moved on {sub_account}", who=sub_account)
    return whole


def _changes(ledger: LedgerHere, caller: Caller, found: Json) -> Json:
    """What of a bond's, or one of its lines', two dates a caller may see."""
    number = int(found["bond"])
    if reads(ledger, caller, ledger.books.bond(number).issuer, bond=number):
        return found
    moved = [_moved(ledger, caller, one) for one in found["moved"]]
    # Who was paid is told by payee elsewhere, too: where one is withheld, the list is.
    hidden = any(one.get("withheld") for one in moved) or _has_others(ledger, caller, number)
    return {**found, "moved": moved, "payees": [] if hidden else found["payees"]}


def _owners(ledger: LedgerHere, sub_account: str) -> tuple[list[str], int | None]:
    """Whose a sub-account is, and the bond that it belongs to, if any."""
    found = ledger.session.index().owner_of(sub_account)
    bond = None if found["bond"] is None else int(found["bond"])
    issuer = [] if bond is None else [ledger.books.bond(bond).issuer]
    party = [] if found["party"] is None else [str(found["party"])]
    return (party or issuer), bond


def _sections(ledger: LedgerHere, caller: Caller, found: Mapping[str, Any]) -> Json:
    return {**found, "sections": [_section(ledger, caller, one) for one in found["sections"]]}


def _section(ledger: LedgerHere, caller: Caller, section: Json) -> Json:
    bond = int(section["bond"])
    whole = reads(ledger, caller, ledger.books.bond(bond).issuer, bond=bond)
    return section if whole else shown(ledger, caller, section)


def without_others(ledger: LedgerHere, caller: Caller, found: Json) -> Json:
    parts = [_part(ledger, caller, one) for one in found["parts"]]
    # Lines without numbers have no way that could show whose money they passed.
    return {**found, "parts": parts, "shares": []}


def _part(ledger: LedgerHere, caller: Caller, part: Json) -> Json:
    """A part of a trace as a caller may see it who does not read all: without ways through receivables of
    others, and without what lies beyond a conversion, which is another's account."""
    if "path" not in part:
        return part
    named = {
        str(hop["name"]).rpartition(" ")[2] for hop in part["path"] if hop["sub_account"] in _OF_RECEIVABLES
    }
    if all(number.isdecimal() and is_party(ledger, caller, int(number)) for number in named):
        linked = part.get("converted")
        return part if not linked else {**part, "converted": {**linked, "parts": [], "withheld": True}}
    kept = {key: part[key] for key in ("start", "end", "amount")}
    return {**dict.fromkeys(part), **kept, **_HIDDEN}


def piece_shown(ledger: LedgerHere, caller: Caller, found: Json) -> Json:
    """What stands behind a piece, as a party to its receivable may see it."""
    purchases = [_purchase(ledger, caller, one) for one in found["purchases"]]
    behind = found["encumbered"]
    if behind is not None and not _reads_behind(ledger, caller, found):
        behind = {**behind, "sources": [_part(ledger, caller, one) for one in behind["sources"]]}
    return {**found, "encumbered": behind, "purchases": purchases}


def _purchase(ledger: LedgerHere, caller: Caller, one: Json) -> Json:
    financier = str(one["financier"]["account"])
    if caller.account == financier or reads(ledger, caller, financier):
        return one
    return {**one, "sources": [], "withheld": True}


def _reads_behind(ledger: LedgerHere, caller: Caller, found: Json) -> bool:
    bond = int(found["funded_by"]["bond"])
    return reads(ledger, caller, ledger.books.bond(bond).issuer, bond=bond)


def _moved(ledger: LedgerHere, caller: Caller, one: Json) -> Json:
    sides = [one[side] for side in ("before", "after") if one[side] is not None]
    numbers = {int(side["receivable"]) for side in sides if side["receivable"] is not None}
    if all(is_party(ledger, caller, number) for number in numbers):
        return one
    return {**one, **_MOVED, **{side: _place(one[side]) for side in ("before", "after")}}


def _place(place: Json | None) -> Json | None:
    return place and {**place, **dict.fromkeys(("payee", "payee_account", "receivable"))}


def _has_others(ledger: LedgerHere, caller: Caller, bond: int) -> bool:
    """Whether a bond paid for receivables that are not the caller's."""
    trace = ledger.auditor.trace_bond(bond, "economic")
    numbers = {int(one["receivable"]) for one in trace["intervals"] if one["receivable"] is not None}
    return not all(is_party(ledger, caller, number) for number in numbers)
