"""The story as `greenledger demo` prints it: published against traced, both views, refunds, refusals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from rich.console import Console

from ledger import Ledger, tables
from ledger.domain.money import Money, currency, format_millions
from ledger.errors import NotFound
from ledger.story import cast
from ledger.story.figures import DATA, read_bonds
from ledger.story.leg import Leg
from ledger.story.script import LivedBond, Story, live

# Demo keys guard demo money: a cheap key derivation keeps the first run short.
_DEMO_COST = 2**12
_NOT_PUBLISHED = "not published · 未公布"


def perform(home: Path, data: Path | None, out: Console, given: Path | None = None) -> Story:
    """Lives the story in a new state folder (below `home`, or `given`) and prints it."""
    published, left_out = read_bonds(data or DATA)  # what cannot be lived is said before anything is made
    folder = _fresh(given or home / "demo", named=given is not None)
    out.print(f"State folder · 状态目录: {folder}\n")
    with Ledger.embedded(folder, replay=True, keystore_cost=_DEMO_COST) as ledger:
        with out.status("…") as status:
            story = live(ledger, published, left_out, tell=lambda text: status.update(text))
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
        out.print(f"[yellow]Left out[/yellow]: {left_out}")
    for lived in story.bonds:
        out.rule(f"{lived.published.id} · {lived.published.issuer}")
        _published(out, lived)
        _against_the_trace(out, lived)
    if story.leg is None:
        out.print("[yellow]No receivable leg: no CNY bond here has one project with unspent money.[/yellow]")
        return
    _leg(ledger, out, story.leg)
    _refusals(out, story)


# --- a bond ----------------------------------------------------------------------------------------------


def _published(out: Console, lived: LivedBond) -> None:
    bond = lived.published
    facts = {
        "raised": str(bond.amount),
        "net proceeds": str(bond.net) if bond.net else f"{_NOT_PUBLISHED} (costs taken as nil)",
        "issued": bond.issued.isoformat() if bond.issued else f"{_NOT_PUBLISHED}; ages are therefore unknown",
        "coupon": _percent(bond.coupon_ppm),
        "verifier": f"{_NOT_PUBLISHED}; an illustrative one signs a review marked so",
        "catalogue": f"{bond.catalogue} (chosen here by date and country)",
        "source": bond.source,
    }
    for key, value in facts.items():
        out.print(f"  {key}: {value}", soft_wrap=True, highlight=False)


def _percent(ppm: int | None) -> str:
    if ppm is None:
        return _NOT_PUBLISHED
    return f"{ppm // 10_000}.{ppm % 10_000:04d}".rstrip("0").rstrip(".") + "%"


def _against_the_trace(out: Console, lived: LivedBond) -> None:
    """The published table beside what the trace gives, as of the table's own date."""
    bond = lived.published
    trace = lived.snapshots[bond.as_of]
    traced = {row["project"]: row for row in tables.projects(trace)}
    shown = tables.table(
        f"As of {bond.as_of}, {bond.unit} million: published against traced · 公布与穿透对照",
        "project · 项目",
        ">published",
        ">traced",
        ">of it spent",
        "",
    )
    for item in bond.items:
        row = traced.get(item.project, {"allocated": "0", "spent": "0"})
        published = "–" if item.number is None else format_millions(item.amount.minor, bond.unit)
        same = int(row["allocated"]) == item.amount.minor
        shown.add_row(
            item.project,
            published,
            format_millions(int(row["allocated"]), bond.unit),
            format_millions(int(row["spent"]), bond.unit),
            "✓" if same else "✗",
        )
    shown.add_section()
    total = sum(int(row["allocated"]) for row in traced.values())
    shown.add_row(
        "total · 合计",
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
    itemised = any(item.number is not None for item in bond.items)
    if bond.unitemised.minor and itemised:
        out.print(
            f"  The items are cut by the publisher: {bond.unitemised} stay allocated, project not published.",
            soft_wrap=True,
        )
    if bond.refinancing:
        out.print(
            f"  {bond.refinancing} reimburse the issuer's dated past expense against one statement;"
            " how they fall on the projects is not published: paid pro rata here, by our convention.",
            soft_wrap=True,
        )


def _idle(out: Console, trace: Mapping[str, Any]) -> None:
    """Idle money with its age (闲置): what is not yet spent, by the value date of its receipt."""
    unit = tables.unit_of(trace)
    for interval in trace["intervals"]:
        if interval["state"] == "unallocated":
            days = interval["age_days"]
            age = "age unknown: no value date is published" if days is None else f"{days} days old"
            out.print(f"  Idle · 闲置: {unit} {tables.amount(interval['amount'], unit)}, {age}")


# --- the receivable leg ----------------------------------------------------------------------------------


def _leg(ledger: Ledger, out: Console, leg: Leg) -> None:
    out.rule("A receivable on that bond's money · 应收凭证")
    out.print(
        "  Dated 2025, so that the 2025 rules apply as they read; the published tenor of the bond is over"
        " by then, and all parties but the issuer are illustrative.",
        soft_wrap=True,
    )
    tables.pieces(out, ledger.auditor.piece_show(leg.receivable))
    _discount(ledger, out, leg)
    for view in ("cash", "economic"):
        tables.trace(out, ledger.auditor.trace_bond(leg.bond, view))
    out.print("[bold]Backward from the sub-supplier's cash · 由次级供应商收款向后追踪[/bold]")
    tables.payment(out, _of_the_sub_supplier(ledger, leg))
    unit = ledger.books.bond(leg.bond).currency
    refunded = Money(leg.refund.amount, currency(unit))
    reversed_from = tables.amount(leg.refund.reversed_offset, refunded.currency)
    out.print(
        f"  A part of the work was not done: {refunded} came back and stand above as available *after a"
        f" refund*, with the numbers of the fen they reverse (from {reversed_from} of the line)."
        "\n",
        soft_wrap=True,
    )


def _discount(ledger: Ledger, out: Console, leg: Leg) -> None:
    done = leg.financed
    unit = currency(ledger.books.bond(leg.bond).currency)
    shown = {key: tables.amount(getattr(done, key), unit) for key in ("discount", "fee", "net")}
    face = tables.amount(done.end - done.start, unit)
    out.print(
        f"  Factored the same day: face {face} − discount {shown['discount']} − fee {shown['fee']}"
        f" = net {shown['net']}"
        " (3% a year, 90 days, ACT/360; the published worked example of 1,000,000 gives 992,500)",
        soft_wrap=True,
        highlight=False,
    )


def _of_the_sub_supplier(ledger: Ledger, leg: Leg) -> Mapping[str, Any]:
    """The settlement paid several holders at once, so the payment is named TX:LOG."""
    account = ledger.session.address(cast.SUB_SUPPLIER)
    for event in ledger.client.mined(leg.settlement).events:
        if event.name == "Moved" and event.args["toAxis"] == account:
            return ledger.auditor.trace_payment(leg.settlement, event.log_index)
    raise NotFound("the settlement paid the sub-supplier nothing", who=account)


# --- refusals --------------------------------------------------------------------------------------------


def _refusals(out: Console, story: Story) -> None:
    out.rule("Trying to cheat · 尝试违规")
    title = "Each attempt and why it was refused · 每次尝试及拒绝理由"
    shown = tables.table(title, "attempt", "refused by", "reason")
    for refusal in story.refusals:
        attempt, reason = f"{refusal.title}\n{refusal.title_zh}", f"{refusal.reason}\n{refusal.reason_zh}"
        shown.add_row(attempt, refusal.error, reason)
    out.print(shown)


def _next_commands(out: Console, folder: Path, story: Story) -> None:
    bond = next((b for b in story.bonds if story.leg and b.id == story.leg.bond), story.bonds[0])
    pack = folder / f"evidence-{dt.date.today().isoformat()}"
    out.rule("Try next · 接下来可以")
    for command in (
        f"trace bond {bond.published.id} --view economic",
        f"evidence bond {bond.published.id} --out {pack}",
        "check",
    ):
        out.print(f"  .venv/bin/greenledger --state {folder} {command}", soft_wrap=True, highlight=False)
