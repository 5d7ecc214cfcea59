"""All statements of a bond on one page (HTML) that needs nothing else: to print, to send, to keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from rich.table import Table

from ledger.flow_picture import picture
from ledger.statement_tables import (
    allocation_table,
    exceptions_table,
    heading,
    nothing_wrong,
    places_table,
    reconciliation_table,
)
from ledger.words import say, spoken

Answer = Mapping[str, Any]

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
    nothing = f"<h2>{escape(say('Exceptions'))}</h2><p>{escape(nothing_wrong())}</p>"
    said = (
        _html(allocation_table(allocation)),
        f"<h2>{escape(say('Flows'))}</h2>{picture(flows)}",
        _html(reconciliation_table(reconciliation)),
        _html(places_table(reconciliation, addresses=True)),
        _html(exceptions_table(exceptions)) if exceptions["exceptions"] else nothing,
    )
    title = escape(f"{allocation['label']} · {say('Statements')}")
    return (
        f'<!doctype html><html lang="{spoken()}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>"
        f"<p>{escape(heading(allocation))}</p><p>{escape(allocation['block_hash'])}</p>{''.join(said)}"
        "</body></html>\n"
    )


def _html(table: Table) -> str:
    """A terminal's table as one of a page. What follows a line at the end is the sum."""
    sides = [' class="n"' if column.justify == "right" else "" for column in table.columns]
    names = _cells("th", [column.header for column in table.columns], sides)
    rows = [_cells("td", row, sides) for row in zip(*(column.cells for column in table.columns), strict=True)]
    summed = table.row_count > 1 and table.rows[-2].end_section
    lines = [f"<tr>{row}</tr>" for row in rows]
    if summed:
        lines[-1] = f'<tr class="sum">{rows[-1]}</tr>'
    head = f"<thead><tr>{names}</tr></thead>"
    return f"<h2>{escape(str(table.title))}</h2><table>{head}<tbody>{''.join(lines)}</tbody></table>"


def _cells(tag: str, cells: Iterable[object], sides: Sequence[str]) -> str:
    return "".join(
        f"<{tag}{side}>{escape(str(cell))}</{tag}>" for cell, side in zip(cells, sides, strict=True)
    )
