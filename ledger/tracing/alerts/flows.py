"""Indicators on a bond's money as it moves: out of its books, through general accounts, and home.

Each is a pure function of a case and an indicator's figures. Shares are compared as `amount × share ÷
1,000,000` in whole numbers. On sub-accounts a fen is the same fen; through general accounts a path is nearly
equal amounts in order, and what each accounting rule says of it is told beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ledger.domain.dates import add_months, date_of, parse_day
from ledger.domain.history import EventRow
from ledger.domain.indicators import Indicator
from ledger.domain.obligations import NOBODY
from ledger.tracing.alerts.amounts import Amounts
from ledger.tracing.alerts.case import Case, Payment, bunches, distinct
from ledger.tracing.alerts.found import Found
from ledger.tracing.axes import Kind, line_axis, origin_axis, pool_axis
from ledger.tracing.books import Bond
from ledger.tracing.shares import Rule, Share, of_flow
from ledger.tracing.steps import Why
from ledger.tracing.sweep import Start, spread
from ledger.tracing.walk import forward

MILLION: Final = 1_000_000


def share(amount: int, ppm: int) -> int:
    """That part of an amount, rounded down."""
    return amount * ppm // MILLION


# --- idle --------------------------------------------------------------------------------------------------


def idle(case: Case, by: Indicator) -> Iterator[Found]:
    """What of a bond is unallocated, placed or available when its period is over.

    Every raised fen has the age of its value date; what is on the bond's own sub-accounts needs no accounting
    rule.
    """
    for bond in case.bonds():
        if bond.value_date is None:
            continue
        ends = add_months(bond.value_date, by.whole("months"))
        amount = _unspent(case, bond) if case.today > ends else 0
        if amount >= by.whole("least"):
            rows = _receipt(case, bond)
            yield Found("idle", bond.id, (bond.issuer,), amount, ends + 1, bond.cash, rows, subject=str(ends))


def _unspent(case: Case, bond: Bond) -> int:
    resting = [pool_axis(bond.id), *(line_axis(line.id) for line in case.books.lines_of(bond.id))]
    placed = [one.placed for one in case.books.placements.values() if one.bond == bond.id]
    return sum(_balance(case, bond.cash, axis) for axis in resting) + sum(placed)


def _balance(case: Case, cash: str, address: str) -> int:
    axis = case.world.axis(address)
    if axis is None:
        return 0
    came, left = case.columns(cash).counters(axis)
    return came - left


def _receipt(case: Case, bond: Bond) -> tuple[int, ...]:
    """The move from the origin to the pool."""
    columns, origin = case.columns(bond.cash), case.world.axis(origin_axis(bond.id))
    pool = case.world.axis(pool_axis(bond.id))
    if origin is None:
        return ()
    side = columns.outgoing
    rows = side.row[side.first[origin] : side.first[origin + 1]]
    return tuple(rows[columns.rows.to_axis[rows] == pool].tolist()[:1])


# --- round trips -------------------------------------------------------------------------------------------


def round_trips(case: Case, by: Indicator) -> Iterator[Found]:
    """From a bond's books over payees to the issuer's account, or to one related to it, nearly whole at each
    move.

    A declared refund goes to the bond's own sub-accounts and is none; nor is money that a related company,
    paid as the project's own, pays on.
    """
    for bond in case.bonds():
        homes = case.homes(bond.issuer)
        for paid in case.payments(bond):
            if paid.amount < by.whole("least") or paid.payee == bond.issuer:
                continue
            path = trip(case, bond.cash, paid.row, homes - {paid.axis}, by)
            if path:
                yield on_path(case, by.id, bond.id, bond.cash, path, (bond.issuer,))


def trip(case: Case, cash: str, row: int, homes: set[int], by: Indicator) -> tuple[int, ...] | None:
    """The first way home from a move, depth first; a way is tried in order of time and sees no account
    twice."""
    rows = case.columns(cash).rows
    until = case.day(int(rows.block[row])) + by.whole("days")
    seen = frozenset({int(rows.to_axis[row])})
    return _way(_Search(case, cash, homes, until, by), (row,), seen)


@dataclass(frozen=True, slots=True)
class _Search:
    case: Case
    cash: str
    homes: set[int]
    until: int
    by: Indicator


def _way(search: _Search, path: tuple[int, ...], seen: frozenset[int]) -> tuple[int, ...] | None:
    columns = search.case.columns(search.cash)
    rows, meanings = columns.rows, search.case.world.meanings()
    amount = int(rows.amount[path[-1]])
    out = search.case.after(search.cash, int(rows.to_axis[path[-1]]), path[-1])
    near = out[(rows.amount[out] <= amount) & (rows.amount[out] >= share(amount, search.by.whole("share")))]
    for row in search.case.until(search.cash, near, search.until):
        to = int(rows.to_axis[row])
        if to in search.homes:
            return (*path, row)
        if to in seen or meanings[to].kind is not Kind.GENERAL or len(path) + 1 >= search.by.whole("moves"):
            continue
        found = _way(search, (*path, row), seen | {to})
        if found:
            return found
    return None


def on_path(
    case: Case, indicator: str, bond: int, cash: str, path: tuple[int, ...], parties: Sequence[str]
) -> Found:
    """What came to the end of a path of moves, and who was on it."""
    columns = case.columns(cash)
    rows, last = columns.rows, path[-1]
    general = {Kind.GENERAL}
    on_it = [int(rows.to_axis[row]) for row in path]
    named = [columns.axes[axis] for axis in on_it if case.world.meanings()[axis].kind in general]
    day, end = case.day(int(rows.block[last])), int(rows.to_axis[last])
    amount = int(rows.amount[last])
    return Found(indicator, bond, distinct([*parties, *named]), amount, day, cash, path, end=end)


def returned_in_parts(case: Case, by: Indicator) -> Iterator[Found]:
    """A payee pays the issuer, or who is related to it, nearly what it got, in parts none of which is nearly
    all."""
    for bond in case.bonds():
        homes = case.homes(bond.issuer)
        for payee, paid in _by_payee(case, bond).items():
            if payee not in homes:
                yield from _in_parts(case, by, bond, paid, homes)


def _by_payee(case: Case, bond: Bond) -> dict[int, list[Payment]]:
    found: defaultdict[int, list[Payment]] = defaultdict(list)
    for paid in case.payments(bond):
        found[paid.axis].append(paid)
    return found


def _in_parts(case: Case, by: Indicator, bond: Bond, paid: list[Payment], homes: set[int]) -> Iterator[Found]:
    rows, first = case.columns(bond.cash).rows, paid[0]
    got = sum(one.amount for one in paid)
    out = case.after(bond.cash, first.axis, first.row)
    mine = out[np.isin(rows.to_axis[out], list(homes))]
    parts = list(case.until(bond.cash, mine, paid[-1].day + by.whole("days")))
    back = sum(int(rows.amount[row]) for row in parts)
    whole = any(int(rows.amount[row]) >= share(got, by.whole("share")) for row in parts)
    enough = share(got, by.whole("share")) <= back <= share(got, by.whole("most"))
    if got >= by.whole("least") and len(parts) >= by.whole("parts") and enough and not whole:
        path = tuple(sorted([*(one.row for one in paid), *parts]))
        day, end = case.day(int(rows.block[path[-1]])), int(rows.to_axis[parts[-1]])
        parties = (bond.issuer, first.payee)
        yield Found("returned-in-parts", bond.id, parties, back, day, bond.cash, path, end=end)


def off_ledger_returns(case: Case, by: Indicator) -> Iterator[Found]:
    """What a payee redeems comes in again for the issuer, or for who is related to it, within days."""
    for bond in case.bonds():
        came = _minted(case, bond)
        for paid in case.payments(bond):
            if paid.amount >= by.whole("least") and paid.axis not in case.homes(bond.issuer):
                yield from _returned_outside(case, by, bond, paid, came)


def _minted(case: Case, bond: Bond) -> list[int]:
    """Rows of money that was minted to the issuer or who is related to it."""
    columns = case.columns(bond.cash)
    if columns.source < 0:
        return []
    side = columns.outgoing
    rows = side.row[side.first[columns.source] : side.first[columns.source + 1]]
    home = np.isin(columns.rows.to_axis[rows], list(case.homes(bond.issuer)))
    return [int(row) for row in rows[home].tolist()]


def _returned_outside(
    case: Case, by: Indicator, bond: Bond, paid: Payment, came: list[int]
) -> Iterator[Found]:
    rows, meanings = case.columns(bond.cash).rows, case.world.meanings()
    low, until = share(paid.amount, by.whole("share")), paid.day + by.whole("days")
    for out in case.until(bond.cash, case.after(bond.cash, paid.axis, paid.row), until):
        gone = int(rows.amount[out])
        if meanings[int(rows.to_axis[out])].kind is not Kind.REDEMPTION or not low <= gone <= paid.amount:
            continue
        latest = case.day(int(rows.block[out])) + by.whole("days")
        for back in came:
            fits = share(gone, by.whole("share")) <= int(rows.amount[back]) <= gone
            if back > out and fits and case.day(int(rows.block[back])) <= latest:
                path = (paid.row, out, back)
                found = on_path(case, by.id, bond.id, bond.cash, path, (bond.issuer,))
                yield _unweighed(found)
                return


def _unweighed(found: Found) -> Found:
    """Where the middle lies outside the ledger, no rule follows the money."""
    return Found(found.indicator, found.bond, found.parties, found.amount, found.day, found.cash, found.rows)


def circular_receivables(case: Case, by: Indicator) -> Iterator[Found]:
    """What a supplier was financed with goes to the obligor, the bond's issuer, or who is related to them."""
    for row in case.of("Financing.Financed"):
        terms = row.args["terms"]
        receivable = case.books.receivables[terms["receivable"]]
        start = _funded(case, receivable.cash, row)
        if start is None or terms["net"] < by.whole("least"):
            continue
        line = case.books.lines.get(receivable.line)
        bond = case.books.bonds[line.bond] if line else None
        homes = case.homes(receivable.obligor) | (case.homes(bond.issuer) if bond else set())
        holder = case.world.axis(terms["holder"])
        path = trip(case, receivable.cash, start, homes - {holder or -1}, by)
        if path:
            parties = (receivable.obligor, terms["holder"], terms["financier"])
            number = bond.id if bond else 0
            yield on_path(case, by.id, number, receivable.cash, path, parties)


def _funded(case: Case, cash: str, row: EventRow) -> int | None:
    """The move of a financing: right before its event, from the financier to the holder."""
    columns, terms = case.columns(cash), row.args["terms"]
    holder, financier = (case.world.axis(terms[name]) for name in ("holder", "financier"))
    if holder is None or financier is None:
        return None
    rows = columns.rows
    first, last = rows.block.searchsorted([row.block, row.block + 1])
    for at in range(int(first), int(last)):
        if (int(rows.from_axis[at]), int(rows.to_axis[at])) == (financier, holder):
            return at
    return None


# --- split, turned ------------------------------------------------------------------------------------------


def split_payments(case: Case, by: Indicator) -> Iterator[Found]:
    """Payments of one bond to one payee, or to payees related to each other, each just below a limit."""
    for bond in case.bonds():
        grouped: defaultdict[str, list[Payment]] = defaultdict(list)
        for paid in case.payments(bond):
            grouped[min(case.kin.circle(paid.payee))].append(paid)
        for group in grouped.values():
            for limit in by.limits("limits"):
                yield from _split(bond, group, limit, by)


def _split(bond: Bond, group: list[Payment], limit: int, by: Indicator) -> Iterator[Found]:
    near = [one for one in group if share(limit, by.whole("below")) <= one.amount < limit]
    for bunch in bunches([one.day for one in near], by.whole("days")):
        if len(bunch) >= by.whole("times"):
            some = [near[place] for place in bunch]
            parties = distinct(one.payee for one in some)
            rows, amount = tuple(one.row for one in some), sum(one.amount for one in some)
            day, keyed = some[-1].day, by.whole("times")
            yield Found(by.id, bond.id, parties, amount, day, bond.cash, rows, keyed=keyed)


def rotations(case: Case, by: Indicator) -> Iterator[Found]:
    """Part of the balance of an account that bond money reached goes out and comes back, again and again.

    By first in, first out it then stands behind all that stayed. Once is a payment that bounced; all of a
    balance keeps its order.
    """
    for bond in case.bonds():
        reached = {paid.axis for paid in case.payments(bond)} | {case.world.axis(bond.issuer) or -1}
        for axis in sorted(reached - {-1}):
            turns = _turns(case, by, bond.cash, axis)
            for bunch in bunches([case.day(_block(case, bond, out)) for out, _ in turns], by.whole("days")):
                if len(bunch) >= by.whole("times"):
                    path = tuple(sorted(row for place in bunch for row in turns[place]))
                    amount = sum(_amount(case, bond, turns[place][0]) for place in bunch)
                    day, party = case.day(_block(case, bond, path[-1])), case.columns(bond.cash).axes[axis]
                    yield Found(by.id, bond.id, (party,), amount, day, bond.cash, path)


def _block(case: Case, bond: Bond, row: int) -> int:
    return int(case.columns(bond.cash).rows.block[row])


def _amount(case: Case, bond: Bond, row: int) -> int:
    return int(case.columns(bond.cash).rows.amount[row])


def _turns(case: Case, by: Indicator, cash: str, axis: int) -> list[tuple[int, int]]:
    """(out, back) of the same account of another party, each payment back used once."""
    columns, used, found = case.columns(cash), set[int](), list[tuple[int, int]]()
    rows, meanings = columns.rows, case.world.meanings()
    before, _ = case.balances(cash)
    out = case.after(cash, axis, -1)
    part = rows.amount[out]
    partial = out[
        (part >= by.whole("least"))
        & (part < before[out])
        & (part >= before[out] // MILLION * by.whole("share"))
    ]
    for row in partial.tolist():
        amount, to = int(rows.amount[row]), int(rows.to_axis[row])
        if meanings[to].kind is not Kind.GENERAL:
            continue
        onward = case.after(cash, to, row)
        low = share(amount, by.whole("back"))
        back = onward[
            (rows.to_axis[onward] == axis) & (rows.amount[onward] <= amount) & (rows.amount[onward] >= low)
        ]
        until = case.day(int(rows.block[row])) + by.whole("days")
        fresh = [one for one in case.until(cash, back, until) if one not in used]
        if fresh:
            used.add(fresh[0])
            found.append((row, fresh[0]))
    return found


def books_turned(case: Case, by: Indicator) -> Iterator[Found]:
    """Allocated to a line and taken back, so often within days, each time a part of what the bond has."""
    for bond in case.bonds():
        for line in case.books.lines_of(bond.id):
            back = case.grouped("line", "Proceeds.Deallocated").get(line.id, [])
            for bunch in bunches([case.day(row.block) for row in back], by.whole("days")):
                some = [back[place] for place in bunch]
                whole = [row for row in some if row.args["amount"] >= share(bond.raised, by.whole("share"))]
                if len(whole) >= by.whole("times"):
                    amount, day = sum(row.args["amount"] for row in whole), case.day(whole[-1].block)
                    yield Found(
                        by.id, bond.id, (bond.issuer,), amount, day, events=tuple(whole), subject=line.label
                    )


# --- what depends on the rule -------------------------------------------------------------------------------


def rule_dependent(case: Case, by: Indicator) -> Iterator[Found]:
    """How much of what a bond paid is at the issuer's account now, or at one related to it: told where first
    in, first out and pro-rata differ by more than a share of all that was paid."""
    for bond in case.bonds():
        homes = case.homes(bond.issuer)
        paid = [one for one in case.payments(bond) if one.payee != bond.issuer and one.axis not in homes]
        total = sum(one.amount for one in paid)
        if total < by.whole("least") or not _reachable(case, bond, paid, homes, by.whole("days")):
            continue
        amounts = _at_home(case, bond, paid, homes)
        if abs(amounts.fifo - amounts.prorata) > share(total, by.whole("share")):
            rows, amount = tuple(one.row for one in paid), max(amounts.fifo, amounts.prorata)
            yield Found(
                by.id, bond.id, (bond.issuer,), amount, case.today, bond.cash, rows, amounts=amounts, keyed=1
            )


def _reachable(case: Case, bond: Bond, paid: list[Payment], homes: set[int], days: int) -> bool:
    """Whether a payee moved anything home at all, at once or over one other, within days."""
    rows = case.columns(bond.cash).rows
    wanted = list(homes)
    for one in paid:
        out = np.array(
            list(case.until(bond.cash, case.after(bond.cash, one.axis, one.row), one.day + days)),
            dtype=np.int64,
        )
        if np.isin(rows.to_axis[out], wanted).any():
            return True
    return False


def _at_home(case: Case, bond: Bond, paid: list[Payment], homes: set[int]) -> Amounts:
    """By each rule: how much of all that was paid rests at home now."""
    stream = case.world.stream(bond.cash, backward=False)
    starts = [Start(one.row, one.axis, one.amount) for one in paid]
    fifo = sum(_by_order(case, bond, one, homes) for one in paid)
    prorata, bounds = (
        [part for part in spread(stream, rule, starts) if part.axis in homes]
        for rule in (Rule.PRORATA, Rule.BOUNDS)
    )
    total = sum(one.amount for one in paid)
    least, most = sum(part.least for part in bounds), sum(part.most for part in bounds)
    return Amounts(fifo, sum(part.most for part in prorata), least, min(most, total))


def _by_order(case: Case, bond: Bond, paid: Payment, homes: set[int]) -> int:
    columns = case.columns(bond.cash)
    start = int(columns.rows.in_offset[paid.row])
    flow = forward(columns, paid.axis, start, start + paid.amount)
    return sum(part.most for part in of_flow(flow) if part.axis in homes)


# --- around report days ------------------------------------------------------------------------------------


def report_days(by: Indicator, first: int, last: int) -> Iterator[int]:
    """The days of the years that are reported on, as numbers."""
    for year in range(date_of(max(first, 0)).year, date_of(max(last, 0)).year + 1):
        for day in by.days("report_days"):
            yield parse_day(f"{year}-{day}")


def before_report(by: Indicator, day: int) -> int | None:
    """The report day that a day lies on, or at most the window before; None when there is none."""
    window = by.whole("window")
    return next(
        (report for report in report_days(by, day, day + window) if 0 <= report - day <= window), None
    )


def refunds_at_report(case: Case, by: Indicator) -> Iterator[Found]:
    """A payment that comes back nearly whole just before a report day, and no red invoice says why."""
    red = {row.args["fingerprint"] for row in case.of("Documents.Credited")}
    paid = {(line_axis(row.args["line"]), row.args["outOffset"]): row for row in case.of("Proceeds.Paid")}
    for row in case.of("Proceeds.Refunded"):
        a, day = row.args, case.day(row.block)
        made = paid.get((a["axis"], a["reversedOffset"]))
        if made is None or made.args["fingerprint"] in red or before_report(by, day) is None:
            continue
        near = a["amount"] >= max(share(made.args["amount"], by.whole("share")), by.whole("least"))
        gone = case.day(made.block)
        if near and gone < day <= gone + by.whole("longest"):
            cash = case.books.bonds[a["bond"]].cash
            out = case.leaving(cash, a["axis"], a["reversedOffset"])
            rows = () if out is None else (out,)
            parties = (case.books.bonds[a["bond"]].issuer, made.args["payee"])
            yield Found(
                by.id, a["bond"], parties, a["amount"], day, cash, rows, (row,), documents=(a["document"],)
            )


def placed_around_report(case: Case, by: Indicator) -> Iterator[Found]:
    """Placed money that is back just before a report day and with the same place again just after."""
    placed = case.of("Proceeds.Placed")
    for row in case.of("Proceeds.PlacementReturned"):
        a, day = row.args, case.day(row.block)
        report, former = before_report(by, day), case.books.placements[a["placement"]]
        if report is None or a["principal"] < by.whole("least"):
            continue
        for again in placed:
            later = case.day(again.block)
            same = again.args["bond"] == a["bond"] and again.args["place"] == former.place
            low, high = (share(a["principal"], by.whole(name)) for name in ("share", "most"))
            if same and report < later <= report + by.whole("window") and low <= again.args["amount"] <= high:
                issuer = case.books.bonds[a["bond"]].issuer
                events = (row, again)
                documents = (a["document"], again.args["document"])
                yield Found(
                    by.id, a["bond"], (issuer, former.place), a["principal"], later, events=events,
                    documents=documents,
                )  # fmt: skip
                break


def late_shifts(case: Case, by: Indicator) -> Iterator[Found]:
    """Money that a project has on a report day only: shifted to it just before, and away from it soon
    after."""
    for came in case.books.told.of_any("Proceeds.Allocated", "Proceeds.Reallocated"):
        line = came.args.get("line", came.args.get("to"))
        day, amount = case.day(came.block), came.args["amount"]
        report = before_report(by, day)
        if report is None or amount < by.whole("least"):
            continue
        for left in case.books.told.of_any("Proceeds.Deallocated", "Proceeds.Reallocated"):
            later = case.day(left.block)
            away = left.args.get("line", left.args.get("from")) == line and left.args["amount"] == amount
            if away and report < later <= report + by.whole("back"):
                bond = case.bond_of(line)
                label = case.books.lines[line].label
                yield Found(by.id, bond.id, (bond.issuer,), amount, later, events=(came, left), subject=label)
                break


# --- verifiers and money ------------------------------------------------------------------------------------


def verifiers_of(case: Case, bond: Bond) -> set[str]:
    """Who signed a review of the bond's framework, or validated its impact, or judged its undertakings."""
    framework = framework_of(case, bond)
    reviews = case.grouped("framework", "Frameworks.Reviewed").get(framework, [])
    judged = case.grouped("framework", "Undertakings.UndertakingJudged").get(framework, [])
    projects = {line.project for line in case.books.lines_of(bond.id)}
    validated = {
        report.finding.verifier
        for report in case.books.impact.reports.values()
        if report.finding and projects & set(report.projects)
    }
    signed = {row.args["review"]["verifier"] for row in reviews}
    return (signed | {row.args["finding"]["validator"] for row in judged} | validated) - {NOBODY}


def framework_of(case: Case, bond: Bond) -> int:
    """The framework that a bond was registered under; zero where nothing says."""
    told = case.grouped("bond", "BondOffice.BondRegistered").get(bond.id)
    return int(told[0].args["terms"]["framework"]) if told else 0


def verifiers_paid(case: Case, by: Indicator) -> Iterator[Found]:
    """A verifier gets money of the bond's projects, at once or over companies; or of its issue costs more
    than a review costs. What it earns otherwise is its own."""
    for bond in case.bonds():
        verifiers = verifiers_of(case, bond)
        axes = {case.world.axis(one) for one in verifiers} - {None}
        ends = {axis for axis in axes if axis is not None}
        fees: defaultdict[str, list[Payment]] = defaultdict(list)
        for paid in case.payments(bond):
            if paid.kind is Kind.COST and paid.axis in ends:
                fees[paid.payee].append(paid)
            elif paid.amount >= by.whole("least"):
                yield from _verifier_paid(case, by, bond, paid, ends)
        for verifier, some in fees.items():
            amount = sum(one.amount for one in some)
            if amount > share(bond.raised, by.whole("cost_ppm")):
                rows = tuple(one.row for one in some)
                yield Found(by.id, bond.id, (verifier, bond.issuer), amount, some[-1].day, bond.cash, rows)


def _verifier_paid(case: Case, by: Indicator, bond: Bond, paid: Payment, ends: set[int]) -> Iterator[Found]:
    path = (paid.row,) if paid.axis in ends else trip(case, bond.cash, paid.row, ends, by)
    if path and paid.kind is not Kind.COST:
        yield on_path(case, by.id, bond.id, bond.cash, path, (bond.issuer,))


# --- the horizon -------------------------------------------------------------------------------------------


def left_ledger(case: Case, bond: Bond) -> Amounts:
    """By each rule: how much of what a bond paid was redeemed since, and is beyond what a trace can see."""
    columns, paid = case.columns(bond.cash), case.payments(bond)
    starts = [Start(one.row, one.axis, one.amount) for one in paid]
    fifo = 0
    for one in paid:
        start = int(columns.rows.in_offset[one.row])
        fifo += _gone(of_flow(forward(columns, one.axis, start, start + one.amount)))[1]
    stream = case.world.stream(bond.cash, backward=False)
    prorata = _gone(spread(stream, Rule.PRORATA, starts))[1]
    least, most = _gone(spread(stream, Rule.BOUNDS, starts))
    return Amounts(fifo, prorata, least, min(most, sum(one.amount for one in paid)))


def _gone(shares: Iterable[Share]) -> tuple[int, int]:
    ended = [part for part in shares if part.why is Why.STOP]
    return sum(part.least for part in ended), sum(part.most for part in ended)
