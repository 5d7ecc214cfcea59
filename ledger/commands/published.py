"""`greenledger bond terms`: the published bonds, row by row, and whether their terms are enough."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.commands.bonds import bond_app
from ledger.commands.common import Json, out, show
from ledger.domain.money import format_millions
from ledger.story.figures import DATA
from ledger.story.terms import LEFT_OUT, RAISED, WHOLE, Judged, Reason, Why, judge
from ledger.tables import table
from ledger.words import say


@bond_app.command("terms")
def bond_terms(
    data: Annotated[Path | None, typer.Option(help="folder with another bonds_terms.csv")] = None,
    json_: Json = False,
) -> None:
    """Published bonds judged row by row: whether a ledger can take them, and what is missing."""
    judged = judge(data or DATA)
    if json_:
        show({"bonds": [_told(one) for one in judged], "verdicts": Counter(one.verdict for one in judged)})
        return
    made = table(
        say("Published bonds"), "bond", "issuer", ">amount", ">coupon", "issued", "maturity", "verdict", "why"
    )
    for one in judged:
        made.add_row(*_row(one))
    out.print(made)
    counts = Counter(one.verdict for one in judged)
    out.print(
        "  "
        + say(
            "{whole} whole, {raised} without what a coupon needs, {left_out} left out, of {all}",
            whole=counts[WHOLE],
            raised=counts[RAISED],
            left_out=counts[LEFT_OUT],
            all=len(judged),
        )
    )


def _told(one: Judged) -> dict[str, Any]:
    terms = one.terms
    known: dict[str, Any] = {}
    if terms is not None:
        known = {
            "currency": terms.amount.currency.code,
            "minor_unit": terms.amount.currency.digits,
            "amount": str(terms.amount.minor),
            "coupon_ppm": terms.coupon_ppm,
            "issued": terms.issued,
            "maturity": terms.maturity,
            "maturity_derived": terms.derived,
            "isin": terms.isin,
            "framework": terms.framework or None,
            "verifier": terms.verifier or None,
            "source": terms.source,
        }
    why = [{"why": reason.why.value, "published": reason.published} for reason in one.why]
    return {"bond": one.id, "issuer": one.issuer, "verdict": one.verdict, "why": why, **known}


def _row(one: Judged) -> tuple[str, ...]:
    terms = one.terms
    why = "; ".join(_said(reason) for reason in one.why)
    if terms is None:
        return (one.id, one.issuer, "–", "–", "–", "–", say("left out"), why)
    coupon = (
        "–" if terms.coupon_ppm is None else f"{terms.coupon_ppm // 10_000}.{terms.coupon_ppm % 10_000:04d}%"
    )
    maturity = str(terms.maturity or "–") + ("*" if terms.derived else "")
    return (
        one.id,
        one.issuer,
        f"{terms.amount.currency} {format_millions(terms.amount.minor, terms.amount.currency)}m",
        coupon,
        str(terms.issued or "–"),
        maturity,
        say("without coupon") if one.why else say("whole bond"),
        why or (say("* issue day plus tenor") if terms.derived else ""),
    )


def _said(reason: Reason) -> str:
    sentences = {
        Why.SEVERAL: say("several instruments in one row"),
        Why.EQUIVALENT: say("the amount is an equivalent in another currency"),
        Why.CEILING: say("the amount is a ceiling, not what was raised"),
        Why.AMOUNT: say("no amount is published"),
        Why.COUPON: say("coupon not published"),
        Why.ISSUE_DAY: say("issue day not published"),
        Why.MATURITY: say("maturity not published"),
    }
    return sentences[reason.why] + (f" ({reason.published})" if reason.published else "")
