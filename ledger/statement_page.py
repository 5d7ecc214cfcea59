"""All statements of a bond on one page (HTML) that needs nothing else: to print, to send, to keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from ledger.domain.money import Currency
from ledger.domain.states import FenState
from ledger.flow_picture import picture
from ledger.statement_tables import ON_LINES, heading, percent, place_name, what
from ledger.tables import amount, unit_of
from ledger.words import say, spoken, value, word

Answer = Mapping[str, Any]
Row = Sequence[str]

_STYLE: Final = """
body{font:14px/1.45 system-ui,"Noto Sans CJK SC",sans-serif;color:#1c2b22;max-width:1320px;
margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}p{margin:.3rem 0;color:#52605a}
table{border-collapse:collapse;width:100%}
th,td{padding:.3rem .6rem;border-bottom:1px solid #e2e8e4;text-align:left}
th{font-weight:600;color:#52605a}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tr.sum td{border-top:2px solid #1c2b22;font-weight:600}
svg{max-width:100%;height:auto}@media print{body{margin:0}}
"""


def page(allocation: Answer, flows: Answer, reconciliation: Answer, exceptions: Answer) -> str:
    """The page in the language of this run. All four must be of one block; the heading names it."""
    said = (
        _allocation(allocation),
        f"<h2>{escape(say('Flows'))}</h2>{picture(flows)}",
        _reconciliation(reconciliation),
        _exceptions(exceptions),
    )
    title = escape(f"{allocation['label']} · {say('Statements')}")
    return (
        f'<!doctype html><html lang="{spoken()}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>"
        f"<p>{escape(heading(allocation))}</p><p>{escape(allocation['block_hash'])}</p>{''.join(said)}"
        "</body></html>\n"
    )


def _allocation(answer: Answer) -> str:
    unit = unit_of(answer)
    rows = [
        [
            row["category"],
            row["project"],
            row["line"],
            *_amounts(row, ("allocated", *ON_LINES), unit),
            percent(row["share_ppm"]),
        ]
        for row in answer["rows"]
    ]
    rows += [
        [word(FenState, state), "", "", amount(held, unit), "", "", "", ""]
        for state, held in answer["rest"].items()
        if int(held)
    ]
    total = [say("raised"), "", "", amount(answer["total"], unit), "", "", "", _mark(answer["adds_up"])]
    heads = (
        "category",
        "project",
        "budget line",
        ">allocated",
        ">available",
        ">encumbered",
        ">spent",
        ">share",
    )
    return _table(say("Allocation of what was raised ({currency})", currency=unit), heads, rows, total)


def _reconciliation(answer: Answer) -> str:
    unit = unit_of(answer)
    rows = [
        [
            word(FenState, row["state"]),
            *_amounts(row, ("trace", "contract"), unit),
            "–" if row["sub_accounts"] is None else amount(row["sub_accounts"], unit),
            amount(row["difference"], unit),
        ]
        for row in answer["rows"]
    ]
    sums = _amounts(answer["total"], ("trace", "contract"), unit)
    total = [say("raised"), *sums, "", _mark(answer["agrees"])]
    heads = ("state", ">trace", ">contract", ">sub-accounts", ">difference")
    sheet = _table(say("Reconciliation by state ({currency})", currency=unit), heads, rows, total)
    behind = [
        [word(FenState, one["state"]), place_name(one), one["axis"], amount(one["balance"], unit)]
        for one in answer["places"]
    ]
    places = ("state", "sub-account", "address", ">balance")
    return sheet + _table(say("Sub-accounts behind the balances"), places, behind)


def _exceptions(answer: Answer) -> str:
    unit = unit_of(answer)
    if not answer["exceptions"]:
        nothing = escape(say("Nothing that is looked at here is wrong."))
        return f"<h2>{escape(say('Exceptions'))}</h2><p>{nothing}</p>"
    rows = [
        [
            value(one["kind"]),
            what(one),
            one["party"] or "–",
            one["since"] or "–",
            "–" if one["amount"] is None else amount(one["amount"], unit),
            one["reference"] or "–",
        ]
        for one in answer["exceptions"]
    ]
    heads = ("kind", "what", "party", "since", ">amount", "reference")
    return _table(say("Exceptions"), heads, rows)


def _amounts(row: Answer, keys: Iterable[str], unit: Currency) -> list[str]:
    return [amount(row[key], unit) for key in keys]


def _mark(holds: bool) -> str:
    return "✓" if holds else say("DOES NOT ADD UP")


def _table(title: str, heads: Row, rows: Iterable[Row], total: Row | None = None) -> str:
    """Heads as `ledger.tables.table` takes them: English words, `>` before those of numbers."""
    sides = [' class="n"' if head.startswith(">") else "" for head in heads]
    names = "".join(f"<th{s}>{escape(say(h.lstrip('>')))}</th>" for h, s in zip(heads, sides, strict=True))
    body = "".join(f"<tr>{_cells(row, sides)}</tr>" for row in rows)
    foot = "" if total is None else f'<tr class="sum">{_cells(total, sides)}</tr>'
    return (
        f"<h2>{escape(title)}</h2><table><thead><tr>{names}</tr></thead><tbody>{body}{foot}</tbody></table>"
    )


def _cells(row: Row, sides: Row) -> str:
    return "".join(f"<td{side}>{escape(str(cell))}</td>" for cell, side in zip(row, sides, strict=True))
