"""What happens, in the order of its dates: bonds as published, the receivable leg, attempts to cheat."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ledger.domain.impact import Basis, BasisKind
from ledger.domain.kinds import DocumentKind
from ledger.domain.money import Money, format_millions
from ledger.domain.states import ValidationOutcome
from ledger.services.impact import Figure
from ledger.services.proceeds import Payment
from ledger.services.works import MilestonePlan
from ledger.story import cast, cheats
from ledger.story.figures import Achieved, Item, PublishedBond, category_of, pro_rata
from ledger.story.leg import Leg, live_leg
from ledger.story.tiers import Tiers, live_tiers
from ledger.story.watch import Watched, live_watch

if TYPE_CHECKING:
    from ledger import Ledger

Tell = Callable[[str], None]


@dataclass(slots=True)
class LivedBond:
    """A published bond and what became of it here: `lines` holds a budget line for each item, in order,
    `projects` the project of each numbered row."""

    published: PublishedBond
    id: int = 0
    framework: int = 0
    lines: dict[Item, int] = field(default_factory=dict)
    projects: dict[int, int] = field(default_factory=dict)
    payments: list[Payment] = field(default_factory=list)
    snapshots: dict[dt.date, dict[str, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class Story:
    """Everything that happened. `left_out` says which bonds of the folder could not be lived, and why."""

    bonds: list[LivedBond]
    left_out: list[str]
    leg: Leg | None = None
    tiers: Tiers | None = None
    watched: Watched | None = None
    refusals: list[cheats.Refusal] = field(default_factory=list)


def live(
    ledger: Ledger, published: Sequence[PublishedBond], left_out: Sequence[str] = (), tell: Tell = print
) -> Story:
    """Lives the story of what `read_bonds` gave, on a new replay ledger.

    Raises:
        LedgerError: an act that must pass was refused. NotRefused: one that must be refused passed.
    """
    story = Story([LivedBond(bond) for bond in published], list(left_out))
    dates = [event for lived in story.bonds for event in _events(ledger, lived, tell)]
    dates.sort(key=lambda event: event[0])
    _post(ledger, dates[0][0])
    tell("Admitting the parties")
    verifiers = {bond.verifier for bond in published if bond.verifier}
    cast.admit_cast(ledger, {bond.issuer: bond.country for bond in published}, verifiers)
    for day, act in dates:
        _post(ledger, day)
        act()
    chosen = _for_the_leg(story.bonds)
    if chosen is not None:
        item, line = next(iter(chosen.lines.items()))
        tell(f"The receivable leg on {chosen.published.id}: {item.project}")
        story.leg = live_leg(ledger, chosen.id, line, chosen.published.issuer, chosen.published.unit)
        tell("Trying to cheat")
        story.refusals = cheats.try_all(ledger, chosen.framework, line, story.leg, chosen.published)
        tell("A receivable goes down three tiers")
        face = Money(story.leg.invoice.total.minor // 2, chosen.published.unit)
        story.tiers = live_tiers(ledger, story.leg.credit_line, face)
        tell("What is watched")
        story.watched = live_watch(ledger, story.leg)
    return story


def _post(ledger: Ledger, day: dt.date) -> None:
    if day > ledger.operator.today():
        ledger.operator.post_business_date(day)


def _events(ledger: Ledger, lived: LivedBond, tell: Tell) -> list[tuple[dt.date, Callable[[], None]]]:
    """Issue on the published day (the table's day where none is published), spend on the table's."""
    bond = lived.published

    def issue() -> None:
        tell(f"{bond.id}: framework, review, bond, subscription")
        _issue(ledger, lived)

    def spend() -> None:
        tell(f"{bond.id}: allocation and payment as published")
        _allocate(ledger, lived)
        _reimburse(ledger, lived)
        _draw_down(ledger, lived)
        lived.snapshots[bond.as_of] = dict(ledger.auditor.trace_bond(lived.id))
        for figure in bond.impact:
            _report(ledger, lived, figure)

    return [(bond.issued or bond.as_of, issue), (bond.as_of, spend)]


# --- a bond as published ---------------------------------------------------------------------------------


def _issue(ledger: Ledger, lived: LivedBond) -> None:
    bond = lived.published
    codes = sorted({category_of(bond.catalogue, item.technology)[0] for item in bond.items})
    lived.framework = ledger.issuer.register_framework(
        bond.issuer,
        _paper(bond.framework or f"Framework of {bond.id}", bond.source),
        catalogue=bond.catalogue,
        categories=codes,
    ).id
    _review(ledger, lived)
    denomination = _denomination(bond.amount)
    lived.id = ledger.issuer.register_bond(
        bond.issuer,
        bond.id,
        framework=lived.framework,
        cash=bond.unit.code,
        denomination=denomination,
        max_units=bond.amount.minor // denomination.minor,
        closes_on=ledger.operator.today(),
        document=_paper(f"Terms of {bond.id} {bond.series}", bond.source),
        isin=bond.isin,
        issue_date=bond.issued,
        maturity=bond.maturity,
        coupon_ppm=bond.coupon_ppm or 0,
    ).id
    _subscribe(ledger, lived, denomination)
    ledger.issuer.allot(bond.issuer, lived.id)
    ledger.issuer.close(bond.issuer, lived.id, cost=bond.cost, value_date=bond.issued)


def _review(ledger: Ledger, lived: LivedBond) -> None:
    """By the verifier that the source names, else by an illustrative one, marked so.

    The text of no review is at hand: what is signed here says so.
    """
    bond = lived.published
    paper = (
        _paper(
            f"{bond.verifier} on {bond.framework or bond.id}: named at the source, text not at hand",
            bond.source,
        )
        if bond.verifier
        else b"Illustrative second-party opinion: no verifier is published at the source at hand."
    )
    verifier = bond.verifier or cast.VERIFIER
    ledger.verifier.review(verifier, lived.framework, paper, valid_until=dt.date(2030, 12, 31))


def _subscribe(ledger: Ledger, lived: LivedBond, denomination: Money) -> None:
    """Two investors, 60 to 40; who really subscribed is not published."""
    bond = lived.published
    first, second = cast.INVESTORS
    whole = bond.amount.minor // denomination.minor
    units = {first: whole * 3 // 5, second: whole - whole * 3 // 5}
    for investor, count in units.items():
        paid = Money(count * denomination.minor, bond.unit)
        ledger.bank.mint(cast.BANK, investor, paid, f"{bond.id}/{investor}/deposit", bond.unit.code)
        ledger.investor.book(investor, lived.id, count)


def _denomination(amount: Money) -> Money:
    """One hundredth of the issue: what a unit really is, is not published."""
    return Money(amount.minor // 100, amount.currency)


def _allocate(ledger: Ledger, lived: LivedBond) -> None:
    bond = lived.published
    for item in bond.items:
        code, _ = category_of(bond.catalogue, item.technology)
        company = bond.issuer
        if len(bond.items) == 1 and item.number is not None and bond.unit.code == "CNY":
            cast.admit_company(ledger, bond.issuer)
            company = cast.COMPANY
        project = ledger.issuer.register_project(
            bond.issuer,
            item.project,
            framework=lived.framework,
            company=company,
            category=code,
            budget=item.total,
            currency=bond.unit.code,
            document=_paper(
                f"{bond.id}: {item.project}, {format_millions(item.total.minor, bond.unit)}m", item.source
            ),
        )
        line = ledger.issuer.open_line(
            bond.issuer,
            lived.id,
            project.id,
            budget=item.amount,
            label=item.project,
            company_may_spend=company != bond.issuer,
        )
        if company != bond.issuer:
            _set_works(ledger, bond, line.id, item.amount)
        ledger.issuer.allocate(bond.issuer, line.id, item.amount)
        lived.lines[item] = line.id
        if item.number is not None:
            lived.projects[item.number] = project.id


def _set_works(ledger: Ledger, bond: PublishedBond, line: int, budget: Money) -> None:
    """An illustrative milestone holds three quarters of the line until an unrelated verifier certifies it."""
    held = Money(budget.minor // 4 * 3, bond.unit)
    due = dt.date(2026, 12, 31)
    ledger.works.set(
        bond.issuer, line, certifier=cast.VERIFIER, milestones=[MilestonePlan("commissioned", held, due)]
    )


def _reimburse(ledger: Ledger, lived: LivedBond) -> None:
    """Refinancing reimburses the issuer against one dated statement, attested by the verifier.

    How it falls on the items is not published: it is paid pro rata to them, and shown as our convention.
    """
    bond = lived.published
    if bond.refinancing is None:
        return
    group = [item for item in bond.items if item.number in bond.refinanced] or list(bond.items)
    parts = pro_rata(bond.refinancing.minor, [item.amount.minor for item in group])
    statement = ledger.documents.sign_and_register(
        ledger.documents.obligation(
            DocumentKind.REFINANCING,
            payer=bond.issuer,
            payee=bond.issuer,
            number=f"{bond.id}-refinancing",
            dated=bond.as_of,
            total=bond.refinancing,
            paper=_paper(
                f"{bond.id}: {bond.refinancing} refinances past expense; its split is not published",
                bond.source,
            ),
            attester=cast.VERIFIER,
        )
    )
    for item, part in zip(group, parts, strict=True):
        lived.payments.append(ledger.issuer.pay(bond.issuer, lived.lines[item], statement.fingerprint, part))


def _draw_down(ledger: Ledger, lived: LivedBond) -> None:
    """What a lending issuer invested is paid to its borrowers, against one loan drawdown a line."""
    bond = lived.published
    if bond.invested is None:
        return
    for item, line in lived.lines.items():
        drawdown = ledger.documents.sign_and_register(
            ledger.documents.obligation(
                DocumentKind.LOAN_DRAWDOWN,
                payer=bond.issuer,
                payee=cast.BORROWERS,
                number=f"{bond.id}-drawdown-{line}",
                dated=bond.as_of,
                total=item.amount,
                paper=_paper(
                    f"{bond.id}: cumulative investment {item.amount}; borrowers not published", item.source
                ),
            )
        )
        lived.payments.append(ledger.issuer.pay(bond.issuer, line, drawdown.fingerprint, item.amount))


def _report(ledger: Ledger, lived: LivedBond, figure: Achieved) -> None:
    """A published figure as the issuer's report. An illustrative verifier accepts a count, qualifies what was
    computed with a factor that nobody published, and leaves a figure that is only "about" unsaid."""
    bond, computed = lived.published, figure.indicator == "CO2_AVOIDED"
    basis = Basis(
        BasisKind.UNPUBLISHED if computed else BasisKind.NONE,
        figure.source,
        year=str(figure.day.year),
        note="; ".join(filter(None, (*figure.parts, figure.reading))),
    )
    told = Figure(
        figure.value,
        figure.unit,
        figure.day,
        figure.day,
        basis,
        _paper(f"{bond.id}: {figure.value} {figure.unit}", figure.source),
    )
    projects = [lived.projects[number] for number in figure.items]
    report = ledger.impact.report(bond.issuer, projects, figure.indicator, told)
    if "about" in figure.reading:
        return
    outcome = ValidationOutcome.QUALIFIED if computed else ValidationOutcome.ACCEPTED
    ledger.impact.validate(
        cast.VERIFIER, report.id, outcome, _paper("Illustrative validation", figure.source)
    )


def _for_the_leg(bonds: list[LivedBond]) -> LivedBond | None:
    """The bond whose one project the illustrative company carries out and whose money is unspent."""
    for lived in bonds:
        single = len(lived.lines) == 1 and next(iter(lived.lines)).number is not None
        if single and not lived.payments and lived.published.unit.code == "CNY":
            return lived
    return None


def _paper(title: str, source: str) -> bytes:
    return f"{title}\nSource: {source or 'not published'}\n".encode()
