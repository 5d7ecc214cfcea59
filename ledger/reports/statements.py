"""Statements about a bond for people: where it was allocated, how it flowed, and whether two books agree.

Each is made from what `trace bond` answered (its block and rule are named again), so that no figure here can
differ from the trace; each says itself whether it adds up. Amounts are integer strings in minor units.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

Json = dict[str, Any]
Answer = Mapping[str, Any]

_HEAD: Final = (
    "chain_id",
    "block",
    "block_hash",
    "as_of",
    "bond",
    "label",
    "issuer",
    "currency",
    "minor_unit",
    "raised",
)
_ON_LINES: Final = ("available", "encumbered", "spent")
_OFF_LINES: Final = ("cost", "unallocated", "placed", "lost", "returned")
MILLION: Final = 1_000_000


def head(trace: Answer) -> Json:
    """What every statement says first: which bond, at which block."""
    return {key: trace[key] for key in _HEAD}


# --- allocation --------------------------------------------------------------------------------------------


def allocation(trace: Answer) -> Json:
    """The allocation table: by category, project and budget line, what was allocated and what became of it.

    {…head, rows: [{category, project, line, allocated, available, encumbered, spent, share_ppm}],
     categories: [the same sums by category], rest: {cost, unallocated, placed, lost, returned}, total,
     adds_up}

    `allocated` = available + encumbered + spent (net of refunds); shares are of what was raised, cut off.
    """
    lines: dict[tuple[str, str, str], dict[str, int]] = {}
    rest = dict.fromkeys(_OFF_LINES, 0)
    for one in trace["intervals"]:
        state, amount = one["state"], int(one["amount"])
        if state in rest:
            rest[state] += amount
        else:
            key = (one["category"] or "", one["project"] or "", one["line"] or "")
            lines.setdefault(key, dict.fromkeys(_ON_LINES, 0))[state] += amount
    raised = int(trace["raised"])
    rows = [
        _row(dict(zip(("category", "project", "line"), key, strict=True)), lines[key], raised)
        for key in sorted(lines)
    ]
    total = sum(int(row["allocated"]) for row in rows) + sum(rest.values())
    return head(trace) | {
        "rows": rows,
        "categories": _by_category(lines, raised),
        "rest": {state: str(amount) for state, amount in rest.items()},
        "total": str(total),
        "adds_up": total == raised and bool(trace["conserved"]),
    }


def _by_category(lines: Mapping[tuple[str, str, str], Mapping[str, int]], raised: int) -> list[Json]:
    sums: dict[str, dict[str, int]] = {}
    for (category, _, _), amounts in lines.items():
        found = sums.setdefault(category, dict.fromkeys(_ON_LINES, 0))
        for state, amount in amounts.items():
            found[state] += amount
    return [_row({"category": category}, sums[category], raised) for category in sorted(sums)]


def _row(named: Mapping[str, str], amounts: Mapping[str, int], raised: int) -> Json:
    allocated = sum(amounts.values())
    return {
        **named,
        "allocated": str(allocated),
        **{state: str(amount) for state, amount in amounts.items()},
        "share_ppm": allocated * MILLION // raised if raised else 0,
    }


# --- flows -------------------------------------------------------------------------------------------------


def flows(trace: Answer) -> Json:
    """The money's way as the data of a Sankey diagram: investors, bond, projects or states, payees, holders.

    {…head, rule, nodes: [{id, kind, name, level, amount}], links: [{source, target, amount}], adds_up}

    `kind`: investor, bond, project, state, payee, holder, withheld. What enters a node leaves it, except
    where money rests (`state`, `holder`) or was not followed further; the links into the bond and out of it
    add up to what was raised. Rules that number no fen beyond the first payee end at the payees.
    """
    chart = _Chart()
    bond = chart.node("bond", str(trace["bond"]), trace["label"], 1)
    for one in trace["intervals"]:
        for name, key, amount in _investors(one):
            chart.link(
                chart.node("investor" if key else "withheld", key or "investors", name, 0), bond, amount
            )
        last = bond
        for kind, key, name, level, amount in _stops(one):
            stop = chart.node(kind, key, name, level)
            chart.link(last, stop, amount)
            last = stop
        for name, key, amount in _holders(one):
            chart.link(last, chart.node("holder", key, name, 4), amount)
    raised = int(trace["raised"])
    entered, left = chart.into(bond), chart.out_of(bond)
    return head(trace) | {
        "rule": trace["rule"],
        "nodes": chart.nodes(),
        "links": chart.links(),
        "adds_up": entered == left == raised and chart.is_tight(bond),
    }


class _Chart:
    """Nodes in the order in which they were met, and summed links."""

    def __init__(self) -> None:
        self._nodes: dict[str, Json] = {}
        self._links: dict[tuple[str, str], int] = defaultdict(int)

    def node(self, kind: str, key: str, name: str, level: int) -> str:
        found = f"{kind}:{key}"
        self._nodes.setdefault(found, {"id": found, "kind": kind, "name": name, "level": level})
        return found

    def link(self, source: str, target: str, amount: int) -> None:
        self._links[source, target] += amount

    def into(self, node: str) -> int:
        return sum(amount for (_, target), amount in self._links.items() if target == node)

    def out_of(self, node: str) -> int:
        return sum(amount for (source, _), amount in self._links.items() if source == node)

    def is_tight(self, bond: str) -> bool:
        """Every node between bond and holders passes on no more than it got."""
        return all(
            self.out_of(name) <= self.into(name) for name, node in self._nodes.items() if node["level"] > 1
        )

    def nodes(self) -> list[Json]:
        """By level; `amount` is what entered, or for an investor what left it."""
        ordered = sorted(self._nodes.values(), key=lambda node: int(node["level"]))
        return [{**one, "amount": str(self.into(one["id"]) or self.out_of(one["id"]))} for one in ordered]

    def links(self) -> list[Json]:
        return [{"source": a, "target": b, "amount": str(n)} for (a, b), n in self._links.items()]


def _investors(interval: Answer) -> Iterator[tuple[str, str, int]]:
    parties = interval["path"][0].get("parties", []) if interval["path"] else []
    for one in parties:
        yield str(one["party"] or one["account"]), str(one["account"]), int(one["end"]) - int(one["start"])
    if not parties:
        yield "", "", int(interval["amount"])


def _stops(interval: Answer) -> Iterator[tuple[str, str, str, int, int]]:
    """(kind, key, name, level, amount) of what lies between the bond and who has the money now."""
    amount, state = int(interval["amount"]), str(interval["state"])
    if interval["line"] is not None:
        yield "project", str(interval["project"]), str(interval["project"]), 2, amount
    if state != "spent":
        where = f"{interval['project']}/" if interval["line"] is not None else ""
        yield "state", where + state, state, 3 if where else 2, amount
    elif interval.get("withheld") and not interval["payee_account"]:
        yield "withheld", "payee", "", 3, amount
    else:
        yield "payee", str(interval["payee_account"]), str(interval["payee"]), 3, amount


def _holders(interval: Answer) -> Iterator[tuple[str, str, int]]:
    if interval["state"] != "spent":
        return
    for part in interval["onward"]:
        account, why = part.get("account"), part["horizon"]
        who = part.get("party") or account
        name = " · ".join(str(one) for one in (who, why) if one) or str(part["sub_account"])
        yield name, f"{account}/{why or part['sub_account']}", int(part["amount"])


# --- reconciliation ----------------------------------------------------------------------------------------


def reconciliation(trace: Answer, contract: Mapping[str, int], places: Iterable[Answer]) -> Json:
    """The reconciliation sheet by the states of BOND-1: the trace, the contract, and the sub-accounts.

    {…head, rows: [{state, trace, contract, sub_accounts, difference}],
     places: [{state, name, axis, balance}], total: {trace, contract}, agrees}

    Args:
        contract: `Proceeds.states` at the trace's block.
        places: the sub-accounts whose balances, at that block, are the state's money; a state that is no
            balance (spent, placed, lost, returned) has none, and `sub_accounts` is null there.
    """
    listed = [dict(place) for place in places]
    held: dict[str, int] = {}
    for place in listed:
        held[place["state"]] = held.get(place["state"], 0) + int(place["balance"])
    rows = [
        _compared(state, int(amount), contract[state], held.get(state))
        for state, amount in trace["states"].items()
    ]
    total = {"trace": sum(map(int, trace["states"].values())), "contract": sum(contract.values())}
    agrees = all(row["difference"] == "0" for row in rows) and set(total.values()) == {int(trace["raised"])}
    return head(trace) | {
        "rows": rows,
        "places": listed,
        "total": {side: str(amount) for side, amount in total.items()},
        "agrees": agrees and bool(trace["conserved"]),
    }


def _compared(state: str, traced: int, contract: int, held: int | None) -> Json:
    """The largest of the sides less the smallest: zero when all say the same."""
    sides = [traced, contract] + ([] if held is None else [held])
    return {
        "state": state,
        "trace": str(traced),
        "contract": str(contract),
        "sub_accounts": None if held is None else str(held),
        "difference": str(max(sides) - min(sides)),
    }
