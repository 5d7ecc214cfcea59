"""Answers as tables that a person can follow. Words are the glossary's, amounts major units with decimals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from ledger import Ledger
from ledger.domain.money import Currency, currency, format_major

Answer = Mapping[str, Any]
_WIDTH = 132

STATES = {
    "cost": "发行费用",
    "unallocated": "未分配",
    "placed": "暂时配置",
    "lost": "配置损失",
    "available": "可用",
    "encumbered": "已锁定待付",
    "spent": "已支出",
    "returned": "已退回投资人",
}


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
    """Numbers stand right and are never broken; a column whose name begins with ">" holds numbers."""
    made = Table(title=title, title_justify="left", title_style="bold", header_style="dim", box=SIMPLE_HEAD)
    for column in columns:
        number = column.startswith(">")
        made.add_column(
            column.lstrip(">"), justify="right" if number else "left", overflow="fold", no_wrap=number
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
    out.print(f"[bold]{answer['label']}[/bold] · {party(answer['issuer'])} · {answer['state']}")
    for key in ("isin", "issue_date", "maturity"):
        out.print(f"  {key.replace('_', ' ')}: {answer[key] or 'not published · 未公布'}")
    out.print(f"  units: {answer['units']} of {unit} {amount(answer['denomination'], unit)}")
    states(out, answer)
    if answer["projects"]:
        shown = table("Projects · 项目", "project", ">allocated 分配", ">spent 支出")
        for row in answer["projects"]:
            shown.add_row(row["project"], amount(row["allocated"], unit), amount(row["spent"], unit))
        out.print(shown)


def states(out: Console, answer: Answer) -> None:
    """The partition of what was raised; states that hold nothing are left out, the sum never is."""
    unit = unit_of(answer)
    shown = table(f"Raised money by state · 募集资金状态 ({unit})", "state", "", ">amount", ">share")
    raised = int(answer["raised"])
    for state, value in answer["states"].items():
        if int(value):
            shown.add_row(state, STATES[state], amount(value, unit), share(int(value), raised))
    mark = "[green]conserved ✓[/green]" if answer["conserved"] else "[red]NOT CONSERVED[/red]"
    shown.add_section()
    shown.add_row("raised", "募集资金", amount(raised, unit), mark)
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
    out.print(
        f"[bold]{answer['label']}[/bold] · {answer['view']} view · rule {answer['rule']} · "
        f"as of {answer['as_of']}, block {answer['block']}"
    )
    states(out, answer)
    shown = table(
        f"Every fen from [0 to {amount(answer['raised'], unit)}) · 逐笔穿透",
        ">from",
        ">amount",
        "state",
        ">age",
        "project",
        "payee · 收款方",
        "piece",
    )
    for interval in list(answer["intervals"])[:limit]:
        shown.add_row(*_interval(interval, unit))
    out.print(shown)
    if answer["view"] == "economic":
        economic(out, answer)
    else:
        onward(out, answer)


def _interval(interval: Answer, unit: Currency) -> Iterable[str]:
    age = "–" if interval["age_days"] is None else f"{interval['age_days']}d"
    state = interval["state"] + (" (after a refund)" if interval["refund_of"] else "")
    piece = interval["piece"]
    return (
        amount(interval["start"], unit),
        amount(interval["amount"], unit),
        state,
        age,
        interval["project"] or "–",
        interval["payee"] or "–",
        f"#{interval['receivable']} from {amount(piece['start'], unit)}" if piece else "–",
    )


def onward(out: Console, answer: Answer) -> None:
    """Where the payees' money is now: an assumption (FIFO) beyond this point, and named so."""
    unit = unit_of(answer)
    shown = table(
        f"Beyond the first payee, rule {answer['rule']} (an assumption there) · 收款方之后",
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
                f"{part['sub_account']}{' · ' + part['horizon'] if part['horizon'] else ''}",
            )
    if shown.row_count:
        out.print(shown)


def economic(out: Console, answer: Answer) -> None:
    """What was bought, and from whom, at every tier; the financier's discount is a line of its own."""
    unit = unit_of(answer)
    shown = table(
        "What was bought and from whom · 经济视图", ">from", ">amount", "role", "party", "receivable"
    )
    for interval in answer["intervals"]:
        for part in interval["economic"]:
            shown.add_row(
                amount(part["start"], unit),
                amount(part["amount"], unit),
                part["role"],
                party(part["party"]),
                f"#{interval['receivable']}" if interval["receivable"] else "–",
            )
    if shown.row_count:
        out.print(shown)


def payment(out: Console, answer: Answer) -> None:
    unit = unit_of(answer)
    out.print(
        f"[bold]{unit} {amount(answer['amount'], unit)}[/bold] to {answer['payee'] or 'a sub-account'} · "
        f"rule {answer['rule']} · {'complete' if answer['complete'] else 'INCOMPLETE'}"
    )
    shown = table(
        "What funded it · 资金来源",
        ">from",
        ">amount",
        "bond",
        ">origin number",
        "project",
        "investor · 投资人",
    )
    for source in answer["sources"]:
        shown.add_row(
            amount(source["start"], unit),
            amount(source["amount"], unit),
            source["label"] or "no bond",
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
    out.print(
        f"[bold]Receivable #{answer['receivable']}[/bold] · 应收凭证 · "
        f"{unit} {amount(answer['face'], unit)} · "
        f"{answer['state']} · due {answer['due']} · obligor {party(answer['obligor'])}"
        + (f" · funded by {funded['label']}, {funded['project']}" if funded else "")
    )
    shown = table(
        f"Pieces · 凭证片段, complete {'✓' if answer['complete'] else '✗'}",
        ">from",
        ">amount",
        "holder · 持有人",
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
            one["state"],
            one["lock"] or "–",
            str(one["sequence"]),
            str(one["layers"]),
            amount(one["paid"], unit),
        )
    out.print(shown)


# --- status ----------------------------------------------------------------------------------------------


def status(out: Console, answer: Answer) -> None:
    mode = "replay: business dates are posted" if answer["replay"] else "live"
    out.print(f"chain {answer['chain_id']}, block {answer['block']} · {mode}")
    powers = table("Powers · 权限", "who", "account or value")
    for key, value in answer["powers"].items():
        powers.add_row(key, str(value))
    out.print(powers)
    held = table("Who may do what · 谁可以做什么", "power", "on", "in force")
    for one in answer["held"]:
        held.add_row(one["power"], one["target"], "✓" if one["in_force"] else "✗")
    out.print(held)
    contracts = table("Contracts · 合约", "name", "kind", "address", ">block")
    for name, one in answer["contracts"].items():
        contracts.add_row(name, one["kind"], one["address"], str(one["block"]))
    out.print(contracts)
