"""Every question of the tracing kind asked of one bond in the terminal; the sums are reckoned here again."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from ledger import Ledger
from tests.acceptance.conftest import Demo

Json = dict[str, Any]


def total(parts: list[Json], key: str = "amount") -> int:
    return sum(int(part[key]) for part in parts)


def ask_intervals(demo: Demo, sub_account: str) -> None:
    """Both directions by every rule, whole and with a horizon."""
    for way in ((), ("--backward",)):
        for rule in ("fifo", "prorata", "bounds"):
            answer = demo.ask("trace", "interval", sub_account, "--rule", rule, *way)
            amount = int(answer["amount"])
            assert answer["complete"] and answer["rule"] == rule and answer["block_hash"]
            if rule == "fifo":
                assert total(answer["parts"]) == amount
                ends = [(part["start"], part["end"]) for part in answer["parts"]]
                assert all(before[1] == after[0] for before, after in pairwise(ends))
            elif rule == "prorata":
                assert total(answer["shares"], "least") == total(answer["shares"], "most") == amount
            else:
                assert total(answer["shares"], "least") <= amount <= total(answer["shares"], "most")
        near = demo.ask("trace", "interval", sub_account, "--hops", "1", *way)
        assert total(near["parts"]) == int(near["amount"])


def ask_lines(demo: Demo, ledger: Ledger, bond: int, trace: Json) -> None:
    """Its lines and their projects together are all of the bond's money that has a project."""
    lines = ledger.books.lines(bond)
    sections = [demo.ask("trace", "line", str(line.id))["sections"][0] for line in lines]
    assert all(section["conserved"] for section in sections)
    assert all(total(section["intervals"]) == int(section["allocated"]) for section in sections)
    named = [one for one in trace["intervals"] if one["project"] is not None]
    assert sum(int(section["allocated"]) for section in sections) == total(named)
    project = demo.ask("trace", "project", str(lines[0].project))
    mine = [section for section in project["sections"] if section["bond"] == bond]
    assert total(mine, "allocated") == total(
        [one for one in sections if one["line_id"] in {section["line_id"] for section in mine}], "allocated"
    )


def ask_idle(demo: Demo, label: str, trace: Json) -> None:
    idle = demo.ask("trace", "idle", label)
    waiting = {
        state: trace["states"][state] for state in ("unallocated", "placed", "available", "encumbered")
    }
    told = {section["state"]: section["amount"] for section in idle["sections"]}
    assert told == {state: amount for state, amount in waiting.items() if int(amount)}
    for section in idle["sections"]:
        assert total(section["intervals"]) == total(section["buckets"]) == int(section["amount"])


def ask_change(demo: Demo, label: str, trace: Json) -> None:
    """From the block at which the first money was paid away, or the closing, to now."""
    blocks = sorted({int(one["block"]) for one in trace["intervals"]})
    answer = demo.ask("trace", "compare", label, str(blocks[len(blocks) // 2]))
    raised = int(trace["raised"])
    assert int(answer["unchanged"]) + int(answer["moved_amount"]) == raised
    assert total(answer["moved"]) == int(answer["moved_amount"])
    for listed in ("states", "lines", "payees"):
        assert total(answer[listed], "before") == int(answer["before"]["amount"])
        assert total(answer[listed], "after") == int(answer["after"]["amount"]) == raised


def ask_pieces(demo: Demo, trace: Json) -> None:
    for receivable in {one["receivable"] for one in trace["intervals"] if one["receivable"]}:
        answer = demo.ask("trace", "piece", receivable)
        assert total(answer["encumbered"]["sources"]) == int(answer["amount"])
        for purchase in answer["purchases"]:
            assert purchase["complete"] and total(purchase["sources"]) == int(purchase["amount"])


def ask_payments(demo: Demo, ledger: Ledger, bond: int, trace: Json) -> None:
    """What funded its last payment, and each of its coupons."""
    paid = [one for one in trace["intervals"] if one["payee"] and one["state"] == "spent"]
    for one in paid[-1:]:
        found = demo.ask("trace", "payment", f"{one['tx']}:{one['log']}")
        assert found["complete"] and total(found["sources"]) == int(found["amount"])
    for coupon in ledger.session.index().payments(bond):
        answer = demo.ask("trace", "interval", f"service:{coupon}", "--backward")
        assert answer["complete"] and total(answer["parts"]) == int(answer["amount"])


def ask_statement(demo: Demo, account: str, block: int) -> None:
    for first in ((), ("--from", str(block // 2))):
        answer = demo.ask("statement", account, *first)
        for one in answer["cash"]:
            assert int(one["opening"]) + int(one["received"]) - int(one["paid"]) == int(one["closing"])
            assert one["next"] is not None or total(one["moves"], "received") == int(one["received"])
        for one in answer["units"]:
            assert int(one["opening"]) + int(one["received"]) - int(one["given"]) == int(one["closing"])
