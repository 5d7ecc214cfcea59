"""The story as `greenledger demo` prints it: published against traced, both views, refunds, refusals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from rich.console import Console

from ledger import Ledger, impact_tables, piece_tree, tables
from ledger.domain.money import Money, currency, format_millions
from ledger.domain.states import AlertReason, AlertState
from ledger.errors import NotFound
from ledger.services.alerts import Alert
from ledger.story import cast
from ledger.story.figures import DATA, read_bonds
from ledger.story.leg import Leg
from ledger.story.script import LivedBond, Story, live
from ledger.story.tiers import Tiers
from ledger.story.watch import Watched
from ledger.words import rendered, say, spoken, value, word

# Demo keys guard demo money: a cheap key derivation keeps the first run short.
_DEMO_COST = 2**12


def perform(home: Path, data: Path | None, out: Console, given: Path | None = None) -> Story:
    """Lives the story in a new state folder (below `home`, or `given`) and prints it."""
    published, left_out = read_bonds(data or DATA)  # what cannot be lived is said before anything is made
    folder = _fresh(given or home / "demo", named=given is not None)
    out.print(say("State folder: {folder}", folder=folder) + "\n")
    with Ledger.embedded(folder, replay=True, keystore_cost=_DEMO_COST) as ledger:
        with out.status("…") as status:
            story = live(ledger, published, left_out, tell=lambda text: status.update(rendered(text)))
        print_story(ledger, story, out)
    _next_commands(out, folder, story)
    return story


def _fresh(folder: Path, *, named: bool) -> Path:
    """A folder that holds nothing: nobody's data is ever reused or erased."""
    if named:
        if folder.exists() and any(folder.iterdir()):
            raise NotFound(f"{folder} is in use", needed="a new or empty folder: the demo erases nothing")
        return folder
    return next(path for number in count(1) if not (path := folder / str(number)).exists())


def print_story(ledger: Ledger, story: Story, out: Console) -> None:
    """Everything, in the order of the story."""
    for left_out in story.left_out:
        out.print(f"[yellow]{say('Left out')}[/yellow]: {left_out}")
    for lived in story.bonds:
        out.rule(f"{lived.published.id} · {lived.published.issuer}")
        _published(out, lived)
        _against_the_trace(out, lived)
        _achieved(ledger, out, lived)
    _portfolio(ledger, out)
    if story.leg is None:
        none = say("No receivable leg: no CNY bond here has one project with unspent money.")
        out.print(f"[yellow]{none}[/yellow]")
        return
    _leg(ledger, out, story.leg)
    if story.tiers is not None:
        _tiers(ledger, out, story.tiers)
    _refusals(out, story)
    if story.watched is not None:
        _watched(ledger, out, story.leg, story.watched)


# --- a bond ----------------------------------------------------------------------------------------------


def _published(out: Console, lived: LivedBond) -> None:
    bond, unknown = lived.published, say("not published")
    facts = {
        say("raised"): str(bond.amount),
        say("net proceeds"): str(bond.net) if bond.net else say("not published (costs taken as nil)"),
        say("issued"): bond.issued.isoformat()
        if bond.issued
        else say("not published; ages are therefore unknown"),
        say("coupon"): unknown if bond.coupon_ppm is None else _percent(bond.coupon_ppm),
        say("verifier"): bond.verifier or say("not published; an illustrative one signs a review marked so"),
        say("catalogue"): say("{catalogue} (chosen here by date and country)", catalogue=bond.catalogue),
        say("source"): bond.source,
    }
    for key, fact in facts.items():
        out.print(f"  {key}: {fact}", soft_wrap=True, highlight=False)


def _percent(ppm: int) -> str:
    return f"{ppm // 10_000}.{ppm % 10_000:04d}".rstrip("0").rstrip(".") + "%"


def _against_the_trace(out: Console, lived: LivedBond) -> None:
    """The published table beside what the trace gives, as of the table's own date."""
    bond = lived.published
    trace = lived.snapshots[bond.as_of]
    traced = {row["project"]: row for row in tables.projects(trace)}
    shown = tables.table(
        say("As of {day}, {currency} million: published against traced", day=bond.as_of, currency=bond.unit),
        "project",
        ">published",
        ">this bond's",
        ">traced",
        ">of it spent",
        "",
    )
    for item in bond.items:
        row = traced.get(item.project, {"allocated": "0", "spent": "0"})
        published = "–" if item.number is None else format_millions(item.total.minor, bond.unit)
        same = int(row["allocated"]) == item.amount.minor
        shown.add_row(
            item.project,
            published,
            format_millions(item.amount.minor, bond.unit),
            format_millions(int(row["allocated"]), bond.unit),
            format_millions(int(row["spent"]), bond.unit),
            "✓" if same else "✗",
        )
    shown.add_section()
    total = sum(int(row["allocated"]) for row in traced.values())
    shown.add_row(
        say("total"),
        format_millions(bond.listed.minor, bond.unit),
        format_millions(bond.allocated.minor, bond.unit),
        format_millions(total, bond.unit),
        "",
        "✓" if total == bond.allocated.minor else "✗",
    )
    out.print(shown)
    _openly(out, lived)
    tables.states(out, trace)
    _idle(out, trace)


def _openly(out: Console, lived: LivedBond) -> None:
    """What the source leaves open is said, never hidden."""
    bond = lived.published
    if bond.other_funding.minor:
        rule = say(
            "The table lists {listed} for {allocated} of proceeds: each project's total is its row, this"
            " bond's share of it is pro rata ({allocated} ÷ {listed}, our rule), and {other} are other"
            " funding.",
            listed=bond.listed,
            allocated=bond.allocated,
            other=bond.other_funding,
        )
        out.print(f"  {rule}", soft_wrap=True)
    itemised = any(item.number is not None for item in bond.items)
    if bond.unitemised.minor and itemised:
        cut = say(
            "The items are cut by the publisher: {amount} stay allocated, project not published.",
            amount=bond.unitemised,
        )
        out.print(f"  {cut}", soft_wrap=True)
    if bond.refinancing:
        reimbursed = say(
            "{amount} reimburse the issuer's dated past expense against one statement;"
            " how they fall on the projects is not published: paid pro rata here, by our convention.",
            amount=bond.refinancing,
        )
        out.print(f"  {reimbursed}", soft_wrap=True)


def _idle(out: Console, trace: Mapping[str, Any]) -> None:
    """Idle money with its age (闲置): what is not yet spent, by the value date of its receipt."""
    unit = tables.unit_of(trace)
    for interval in trace["intervals"]:
        if interval["state"] == "unallocated":
            days = interval["age_days"]
            unknown = say("age unknown: no value date is published")
            age = unknown if days is None else say("{days} days old", days=days)
            out.print(f"  {say('Idle')}: {unit} {tables.amount(interval['amount'], unit)}, {age}")


# --- impact ------------------------------------------------------------------------------------------------


def _achieved(ledger: Ledger, out: Console, lived: LivedBond) -> None:
    """The published impact figures as reported, and whose share of each is whose."""
    if lived.published.impact and not lived.published.other_funding.minor:
        unknown = say(
            "No total investment of these projects is published: the bond's amount stands for it, so that the"
            " shares below are the most they can be."
        )
        out.print(f"  {unknown}", soft_wrap=True)
    projects = set(lived.projects.values())
    for one in ledger.impact.list()["reports"]:
        if any(project["project"] in projects for project in one["projects"]):
            impact_tables.one_report(out, ledger.impact.show(one["report"]))


def _portfolio(ledger: Ledger, out: Console) -> None:
    """What the first investor holds, and its part of what all those projects achieved."""
    out.rule(say("A portfolio"))
    unsaid = say(
        "A verifier's word is illustrative here: counts are accepted, figures computed with a factor that"
        " nobody published are qualified, and one that is published as 'about' is left without a word."
    )
    out.print(f"  {unsaid}", soft_wrap=True)
    impact_tables.portfolio_table(out, ledger.investor.portfolio(cast.INVESTORS[0]))


# --- the receivable leg ----------------------------------------------------------------------------------


def _leg(ledger: Ledger, out: Console, leg: Leg) -> None:
    out.rule(say("A receivable on that bond's money"))
    dated = say(
        "Dated 2025, so that the 2025 rules apply as they read; the published tenor of the bond is over"
        " by then, and all parties but the issuer are illustrative."
    )
    out.print(f"  {dated}", soft_wrap=True)
    tables.pieces(out, ledger.auditor.piece_show(leg.receivable))
    _discount(ledger, out, leg)
    for view in ("cash", "economic"):
        tables.trace(out, ledger.auditor.trace_bond(leg.bond, view))
    out.print(f"[bold]{say('Backward from the cash of the sub-supplier')}[/bold]")
    tables.payment(out, _of_the_sub_supplier(ledger, leg))
    unit = ledger.books.bond(leg.bond).currency
    refunded = Money(leg.refund.amount, currency(unit))
    reversed_from = tables.amount(leg.refund.reversed_offset, refunded.currency)
    back = say(
        "A part of the work was not done: {refunded} came back and stand above as available *after a"
        " refund*, with the numbers of the fen they reverse (from {start} of the line).",
        refunded=refunded,
        start=reversed_from,
    )
    out.print(f"  {back}\n", soft_wrap=True)


def _discount(ledger: Ledger, out: Console, leg: Leg) -> None:
    done = leg.financed
    unit = currency(ledger.books.bond(leg.bond).currency)
    shown = {key: tables.amount(getattr(done, key), unit) for key in ("discount", "fee", "net")}
    factored = say(
        "Factored the same day: face {face} − discount {discount} − fee {fee} = net {net}"
        " (3% a year, 90 days, ACT/360; the published worked example of 1,000,000 gives 992,500)",
        face=tables.amount(done.end - done.start, unit),
        **shown,
    )
    out.print(f"  {factored}", soft_wrap=True, highlight=False)


def _of_the_sub_supplier(ledger: Ledger, leg: Leg) -> Mapping[str, Any]:
    """The settlement paid several holders at once, so the payment is named TX:LOG."""
    account = ledger.session.address(cast.SUB_SUPPLIER)
    for event in ledger.client.mined(leg.settlement).events:
        if event.name == "Moved" and event.args["toAxis"] == account:
            return ledger.auditor.trace_payment(leg.settlement, event.log_index)
    raise NotFound("the settlement paid the sub-supplier nothing", who=account)


def _tiers(ledger: Ledger, out: Console, tiers: Tiers) -> None:
    out.rule(say("A receivable that goes down three tiers"))
    piece_tree.show(out, ledger.auditor.piece_show(tiers.receivable))
    unit = currency(ledger.books.receivable(tiers.receivable).currency)
    best, other = (tables.amount(signed.quote.net, unit) for signed in tiers.quotes)
    competed = say(
        "Each receiver accepted. Two banks quoted for the third tier's part without seeing each other: net"
        " {best} and {other}; the first paid the same day, after its registration.",
        best=best,
        other=other,
    )
    out.print(f"  {competed}\n", soft_wrap=True, highlight=False)


# --- refusals --------------------------------------------------------------------------------------------


def _refusals(out: Console, story: Story) -> None:
    out.rule(say("Trying to cheat"))
    shown = tables.table(say("Each attempt and why it was refused"), "attempt", "refused by", "reason")
    for refusal in story.refusals:
        if spoken() == "zh":
            shown.add_row(refusal.title_zh, refusal.error, refusal.reason_zh)
        else:
            shown.add_row(refusal.title, refusal.error, refusal.reason)
    out.print(shown)


# --- what is watched -------------------------------------------------------------------------------------


def _watched(ledger: Ledger, out: Console, leg: Leg, watched: Watched) -> None:
    out.rule(say("What is watched"))
    asked = say(
        "Indicators ask, they accuse nobody and block nothing. Who answers for one is named on the chain, and"
        " it ends with a reason by somebody unrelated."
    )
    out.print(f"  {asked}", soft_wrap=True)
    alerts = {alert.key: alert for alert in ledger.alerts.alerts()}
    shown = tables.table(
        say("What the indicators ask of this story"), "indicator", ">bond", ">amount", "since", ""
    )
    for one in watched.findings:
        alert = alerts.get(one["key"])
        end = say("nobody raised it") if alert is None else _ended(alert)
        unit = (
            ledger.books.bond(one["bond"]).currency if one["bond"] else leg.direct_invoice.total.currency.code
        )
        amount = tables.amount(one["amount"], currency(unit))
        shown.add_row(
            value(one["indicator"]),
            str(one["bond"] or "–"),
            f"{unit} {amount}",
            one["first_seen"]["time"],
            end,
        )
    out.print(shown)
    outside = say(
        "The contractor took money out of the ledger; the bank that paid it out attests where it went, under"
        " the same booking. That is shown as attested, beside what is proved, and never added to it."
    )
    out.print(f"  {outside}", soft_wrap=True)
    trace = ledger.auditor.trace_bond(leg.bond)
    tables.beside(out, trace["attested"], tables.unit_of(trace))


def _ended(alert: Alert) -> str:
    reason = f", {word(AlertReason, alert.reason.name.lower())}" if alert.reason else ""
    return f"{word(AlertState, alert.state.name.lower())}{reason}"


def _next_commands(out: Console, folder: Path, story: Story) -> None:
    bond = next((b for b in story.bonds if story.leg and b.id == story.leg.bond), story.bonds[0])
    pack = folder / f"evidence-{dt.date.today().isoformat()}"
    out.rule(say("Try next"))
    for command in (
        f"trace bond {bond.published.id} --view economic",
        f"evidence bond {bond.published.id} --out {pack}",
        f"portfolio '{cast.INVESTORS[0]}'",
        "check",
    ):
        out.print(f"  .venv/bin/greenledger --state {folder} {command}", soft_wrap=True, highlight=False)
