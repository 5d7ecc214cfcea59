"""Indicators on documents: how old, how alike, how much of them is used, and what should have followed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from ledger.domain.dates import add_months, day_number
from ledger.domain.duplicates import Near, Paper, Similarity, near_duplicates
from ledger.domain.history import EventRow
from ledger.domain.indicators import Indicator
from ledger.domain.kinds import DocumentKind
from ledger.tracing.alerts.case import Case, distinct
from ledger.tracing.alerts.flows import share
from ledger.tracing.alerts.found import Found
from ledger.tracing.axes import line_axis

_NONE: Final = "0x" + "0" * 64
_MILLION: Final = 1_000_000


def obligations(case: Case) -> dict[str, EventRow]:
    """The registration of each obligation document, by fingerprint."""
    return {row.args["fingerprint"]: row for row in case.of("Documents.ObligationRegistered")}


def _moved(case: Case, paid: EventRow) -> tuple[int, ...]:
    a = paid.args
    row = case.leaving(case.books.bonds[a["bond"]].cash, line_axis(a["line"]), a["outOffset"])
    return () if row is None else (row,)


def _on_payment(
    case: Case, by: Indicator, paid: EventRow, statement: EventRow, *, amount: int | None = None
) -> Found:
    a, o = paid.args, statement.args["obligation"]
    bond = case.books.bonds[a["bond"]]
    return Found(
        by.id, bond.id, distinct([bond.issuer, a["payee"]]), a["amount"] if amount is None else amount,
        case.day(paid.block), bond.cash, _moved(case, paid), (statement, paid), documents=(o["document"],),
    )  # fmt: skip


def look_back(case: Case, by: Indicator) -> Iterator[Found]:
    """A refinanced expense whose date lies more months before its payment than the look-back allows: the one
    that the bond disclosed, else that of the row."""
    known = obligations(case)
    for paid in case.of("Proceeds.Paid"):
        statement = known.get(paid.args["fingerprint"])
        if statement is None or statement.args["obligation"]["kind"] != DocumentKind.REFINANCING:
            continue
        oldest = statement.args["obligation"]["date"]
        disclosed = int(case.declared(paid.args["bond"]).get("lookBackMonths", 0))
        if add_months(oldest, disclosed or by.whole("months")) < case.day(paid.block):
            yield _on_payment(case, by, paid, statement)


def refinancing_as_new(case: Case, by: Indicator) -> Iterator[Found]:
    """A document paid as new expense that was there long before the bond's money was: what it paid for had
    been paid by somebody else, and is refinanced."""
    known = obligations(case)
    for paid in case.of("Proceeds.Paid"):
        statement = known.get(paid.args["fingerprint"])
        value_date = case.books.bonds[paid.args["bond"]].value_date
        if statement is None or value_date is None:
            continue
        o = statement.args["obligation"]
        if o["kind"] != DocumentKind.REFINANCING and o["date"] < value_date - by.whole("days"):
            yield _on_payment(case, by, paid, statement)


def refinanced_share(case: Case, by: Indicator) -> Iterator[Found]:
    """Σ refinanced of what was raised passes the share that the bond's terms disclose, at the payment that
    does it.

    What was refunded since is not taken off: the share was passed then.
    """
    known = obligations(case)
    refinanced: defaultdict[int, int] = defaultdict(int)
    for paid in case.of("Proceeds.Paid"):
        statement, bond = known.get(paid.args["fingerprint"]), case.books.bonds[paid.args["bond"]]
        if statement is None or statement.args["obligation"]["kind"] != DocumentKind.REFINANCING:
            continue
        told = case.declared(bond.id).get("refinancedPpm")
        limit = share(bond.raised, by.whole("undisclosed_ppm") if told is None else int(told))
        before = refinanced[bond.id]
        refinanced[bond.id] += paid.args["amount"]
        if before <= limit < refinanced[bond.id]:
            yield _on_payment(case, by, paid, statement, amount=refinanced[bond.id] - limit)


# --- one paper twice -------------------------------------------------------------------------------------


def recycled_invoices(case: Case, by: Indicator) -> Iterator[Found]:
    """Documents that look like one and were both used, for bonds, for receivables, or for one of each."""
    used, contracts, known = _used(case), _contracts(case), obligations(case)
    papers = [
        _paper(row, contracts.get(fingerprint, ""))
        for fingerprint, row in known.items()
        if used.get(fingerprint)
    ]
    similarity = Similarity(
        amount_ppm=by.whole("amount_ppm"), days=by.whole("days"), contract_days=by.whole("contract_days")
    )
    uses = _uses(case)
    for near in near_duplicates(papers, similarity):
        yield _recycled(case, by, near, known, uses)


def _recycled(
    case: Case, by: Indicator, near: Near, known: dict[str, EventRow], uses: dict[str, list[EventRow]]
) -> Found:
    later = [*uses.get(near.earlier.fingerprint, []), *uses.get(near.later.fingerprint, [])]
    both = sorted(later, key=lambda row: (row.block, row.log))
    statements = [known[one.fingerprint] for one in (near.earlier, near.later)]
    last = max([*both, *statements], key=lambda row: (row.block, row.log))
    bonds = [_bond_of(case, row) for row in both]
    number = next((bond for bond in bonds if bond), 0)
    o = [row.args["obligation"] for row in statements]
    parties = distinct([near.later.payee, near.later.payer, near.earlier.payee, near.earlier.payer])
    return Found(
        by.id, number, parties, min(near.earlier.total, near.later.total), case.day(last.block),
        events=(*statements, *both), subject=str(near.reason.value),
        documents=tuple(one["document"] for one in o),
    )  # fmt: skip


def _paper(row: EventRow, contract: str) -> Paper:
    o = row.args["obligation"]
    fingerprint = row.args["fingerprint"]
    return Paper(
        fingerprint,
        o["payer"],
        o["payee"],
        o["kind"],
        str(o["currency"]),
        o["date"],
        o["total"],
        contract=contract,
    )


def _used(case: Case) -> dict[str, int]:
    """What is used of each document now: the events say it each time."""
    told = case.books.told.of_any("Documents.CapacityUsed", "Documents.CapacityReleased")
    return {row.args["fingerprint"]: row.args["used"] for row in told}


def _contracts(case: Case) -> dict[str, str]:
    """The contract that a receivable confirmed against a document names."""
    named = (row.args["confirmation"] for row in case.of("Receivables.Confirmed"))
    return {c["fingerprint"]: c["contractDocument"] for c in named if c["contractDocument"] != _NONE}


def _uses(case: Case) -> dict[str, list[EventRow]]:
    """The payments and confirmations against each document."""
    found: defaultdict[str, list[EventRow]] = defaultdict(list)
    for row in case.of("Proceeds.Paid"):
        found[row.args["fingerprint"]].append(row)
    for row in case.of("Receivables.Confirmed"):
        found[row.args["confirmation"]["fingerprint"]].append(row)
    return found


def _bond_of(case: Case, use: EventRow) -> int:
    if use.name == "Paid":
        return int(use.args["bond"])
    line = case.books.lines.get(use.args["confirmation"]["budgetLine"])
    return line.bond if line else 0


def red_invoices(case: Case, by: Indicator) -> Iterator[Found]:
    """More of a document is used than its red invoices left of it."""
    known, uses = obligations(case), _uses(case)
    for row in case.of("Documents.Credited"):
        a, statement = row.args, known.get(row.args["fingerprint"])
        if statement is None:
            continue
        o = statement.args["obligation"]
        over = a["used"] - (o["total"] - a["credited"])
        if over >= by.whole("least"):
            used = uses.get(a["fingerprint"], [])
            bond = next((_bond_of(case, one) for one in used if _bond_of(case, one)), 0)
            yield Found(
                by.id, bond, distinct([o["payee"], o["payer"]]), over, case.day(row.block),
                events=(statement, *used, row), documents=(o["document"], a["note"]),
            )  # fmt: skip


# --- what should have followed ---------------------------------------------------------------------------

_ENDED: Final = ("Receivables.Delivered", "Receivables.Refused", "Receivables.Returned", "Receivables.Voided")


def evidence_missing(case: Case, by: Indicator) -> Iterator[Found]:
    """No delivery for an order, no certificate for works, and no statement for a placement past its day."""
    yield from _undelivered(case, by)
    yield from _uncertified(case, by)
    yield from _unaccounted(case, by)


def _undelivered(case: Case, by: Indicator) -> Iterator[Found]:
    ended = {row.args["receivable"]: case.day(row.block) for name in _ENDED for row in case.of(name)}
    for row in case.of("Receivables.Confirmed"):
        c, number = row.args["confirmation"], row.args["receivable"]
        missed = case.day(row.block) + by.whole("days") + 1
        if c["order"] and missed <= min(ended.get(number, case.today), case.today):
            bond = _bond_of(case, row)
            parties = distinct([row.args["obligor"], row.args["supplier"]])
            yield Found(
                by.id, bond, parties, c["face"], missed, events=(row,), documents=(c["contractDocument"],)
            )


def _uncertified(case: Case, by: Indicator) -> Iterator[Found]:
    """A milestone, or the end of the works, that nobody certified so long after its day."""
    certified = {
        (row.args["line"], row.args.get("index")): case.day(row.block)
        for row in case.books.told.of_any("Proceeds.MilestoneCertified", "Proceeds.FinallyCertified")
    }
    for row in case.of("Proceeds.WorksSet"):
        a, line = row.args, case.books.lines[row.args["line"]]
        due: list[tuple[int | None, int, int]] = [
            (index, one["dueDay"], one["amount"]) for index, one in enumerate(a["milestones"])
        ]
        if a["retention"]:
            due.append((None, a["finalDueDay"], 0))
        for index, day, amount in due:
            missed = day + by.whole("days") + 1
            if missed <= min(certified.get((line.id, index), case.today), case.today):
                what = "the end of the works" if index is None else f"milestone {index}"
                yield Found(
                    by.id, a["bond"], (case.books.bonds[a["bond"]].issuer, a["certifier"]), amount, missed,
                    events=(row,), subject=f"{what} of line {line.label}",
                )  # fmt: skip


def _unaccounted(case: Case, by: Indicator) -> Iterator[Found]:
    for row in case.of("Proceeds.Placed"):
        a, placement = row.args, case.books.placements[row.args["placement"]]
        missed = a["until"] + by.whole("days") + 1
        if a["until"] and placement.placed > 0 and missed <= case.today:
            issuer = case.books.bonds[a["bond"]].issuer
            yield Found(
                by.id, a["bond"], (issuer, a["place"]), placement.placed, missed, events=(row,),
                documents=(a["document"],),
            )  # fmt: skip


def no_bank_line(case: Case, by: Indicator) -> Iterator[Found]:
    """What a bank's statement, given by the reader, says otherwise than the ledger, or not at all."""
    told = {row.args["bankReference"]: row for row in case.books.told.of_any("Cash.Minted", "Cash.Burned")}
    for one in case.beside.mismatches:
        said = one.leg or one.booking
        if said is None or said.amount < by.whole("least"):
            continue
        row = told.get(one.leg.reference) if one.leg else None
        amount, day = said.amount, day_number(said.day)
        account = row.args.get("to", row.args.get("holder", "")) if row else ""
        yield Found(
            by.id, 0, (account,) if account else (), amount, day, events=(row,) if row else (),
            subject=f"{one.unlike.value}: {one.reference}",
        )  # fmt: skip
