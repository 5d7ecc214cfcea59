"""LIFE-2: a receivable's whole life by command line: three tiers, two banks, a pool, default, recourse, cure.

Illustrative: a group of two levels owes its first supplier 10,000.00 yuan in 179 days. Amounts are fen and
worked out by hand. The pieces end up as

    [0, 400,000)            tier 1 keeps them
    [400,000, 600,000)      tier 3 sells them to the cheaper bank, with recourse
    [600,000, 700,000)      tier 3 puts them into an asset pool
    [700,000, 1,000,000)    tier 2 puts them into the same pool
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.bootstrap.testing import fresh_ledger, illustrative_lei
from tests.acceptance.test_commands_issue import Shell

BANK = "settlement bank"
DUE, CLOSES, LATE = "2025-06-30", "2025-01-10", "2025-07-10"
TIER_1, TIER_2, TIER_3 = "Contractor", "Subcontractor", "Smelter"
CHEAP, DEAR = "Second bank", "Factor"
TWO_PERSONS = 3
"""The programme that asks for two persons of the obligor's and for the receiver's acceptance."""
FACE, FIRST_PART = 1_000_000, 333_333
DISCOUNT = 2_983
"""Of 200,000 at 3% a year over 179 days of 360: 2,983.33, half-up."""
RECEIVED = 66_666
"""Of the first part by the cheaper bank's piece: ⌊333,333 × 0.6⌋ − ⌊333,333 × 0.4⌋ = 199,999 − 133,333."""
SENIOR, JUNIOR = 240_000, 144_000
"""Together 96% of the 400,000 in the pool, which is what its pieces cost."""
DAYS = 181
"""From the cut-off day to the day of the cure, for the tranches' interest."""


@pytest.fixture(scope="module")
def shell(staffed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """The cast of the tests; then nothing but commands, which find the chain running."""
    folder = tmp_path_factory.mktemp("tiers") / "ledger"
    with fresh_ledger(staffed_template, folder):
        yield Shell(folder, 0)


def on(shell: Shell, day: str) -> None:
    shell.ask("business-date", day)


def credited(shell: Shell, who: str, yuan: str) -> None:
    booking = f"{who} {yuan}"
    shell.ask("bank", "mint", who, yuan, "--cash", "CNY", "--booking", booking, "--as", BANK)


def balance(shell: Shell, who: str) -> int:
    return int(shell.ask("bank", "balance", who, "--cash", "CNY")["balance"])


def settled(shell: Shell) -> dict[str, Any]:
    return shell.ask("maturity", "settle", 1, "--as", "Auditor")


def pieces(shell: Shell) -> list[tuple[int, int, str]]:
    """(start, end, holder) of each, in fen."""
    shown = shell.ask("piece", "show", 1)
    assert shown["complete"] is True
    return [(int(one["start"]), int(one["end"]), one["holder"]["party"]) for one in shown["pieces"]]


def admitted(shell: Shell) -> None:
    """A group of two levels, of which the lower acts by two persons; a third tier, a bank and a trustee."""
    shell.ask("account", "make", "Core", "--clerk", "Core, clerk", "--approver", "Core, approver")
    for name, role, *group in (
        ("Group", "obligor", "--group", 7),
        ("Core", "obligor", "--group", 7),
        (TIER_3, "supplier"),
        (CHEAP, "financier"),
        ("Trustee", "financier"),
    ):
        shell.ask("participant", "admit", name, illustrative_lei(name), "--role", role, *group)


def invoiced(shell: Shell, number: str, amount: str, seller: str = TIER_1, buyer: str = "Core") -> str:
    parties = ("--seller", seller, "--buyer", buyer, "--dated", "2025-01-02", "--currency", "CNY")
    made = shell.ask("bond", "invoice", number, amount, *parties, "--document", shell.paper)
    return str(made["fingerprint"])


def confirmation(shell: Shell, line: int, invoice: str, amount: str, due: str) -> tuple[object, ...]:
    papers = ("--contract", shell.paper, "--delivery", shell.paper)
    within = ("--cash", "CNY", "--due", due, "--line", line, "--programme", TWO_PERSONS)
    return ("receivable", "confirm", TIER_1, amount, *within, "--fingerprint", invoice, *papers)


def lined(shell: Shell) -> int:
    """The bank grants the group 50,000.00, the group passes 20,000.00 on to the company that owes."""
    until = ("--expires", "2025-12-31")
    granted = ("bank", "line", "grant", "Group", "50000", "--currency", "CNY", *until, "--as", BANK)
    above = shell.ask(*granted)["id"]
    return int(shell.ask("bank", "line", "sub", above, "Core", "20000", *until, "--as", "Group")["id"])


def lines(shell: Shell) -> list[tuple[str, str]]:
    """(outstanding, free) of the company's line and of the group's above it."""
    of = [
        line for who in ("Core", "Group") for line in shell.ask("bank", "line", "list", "--of", who)["lines"]
    ]
    return [(line["outstanding"], line["free"]) for line in of]


def passed_on(shell: Shell) -> None:
    """Tier 1 cuts its piece, offers the rest to tier 2, and tier 2 a part of it to tier 3; each accepts."""
    shell.ask("piece", "split", 1, "--at", "0", "--middle", "4000", "--as", TIER_1)
    rest = (1, "--from", "4000", "--until", "10000", "--to", TIER_2, "--document", shell.paper)
    shell.refuses("AcceptanceNeeded", "piece", "transfer", *rest, "--as", TIER_1)
    shell.ask("piece", "offer", *rest, "--as", TIER_1)
    shell.refuses("NotParty", "piece", "accept", 1, "--at", "4000", "--as", TIER_3)
    shell.ask("piece", "accept", 1, "--at", "4000", "--as", TIER_2)
    part = (1, "--from", "4000", "--until", "7000", "--to", TIER_3, "--document", shell.paper)
    shell.ask("piece", "offer", *part, "--as", TIER_2)
    shell.ask("piece", "accept", 1, "--at", "4000", "--as", TIER_3)
    assert pieces(shell) == [
        (0, 400_000, TIER_1),
        (400_000, 700_000, TIER_3),
        (700_000, FACE, TIER_2),
    ]
    [debts] = [one for one in shell.ask("piece", "debts")["programmes"] if one["programme"] == TWO_PERSONS]
    assert (debts["confirmed"], debts["extinguished"]) == (str(FACE), str(600_000 + 300_000))


def filed(shell: Shell) -> int:
    """Tier 3's papers for what it sells, in their order, approved by the bank that will fund."""
    invoice = invoiced(shell, "3", "3000.00", TIER_3, TIER_2)
    file = int(shell.ask("file", "open", 1, "--start", 400_000, "--end", 600_000, "--as", TIER_3)["file"])
    for kind in ("order", "delivery"):
        shell.ask("file", "add", file, "--kind", kind, "--document", shell.paper, "--as", TIER_3)
    shell.ask("file", "add", file, "--kind", "invoice", "--hash", invoice, "--as", TIER_3)
    shell.ask("file", "apply", file, "--to", CHEAP, "--document", shell.paper, "--as", TIER_3)
    shell.ask("file", "review", file, "--document", shell.paper, "--as", CHEAP)
    return file


def financed(shell: Shell) -> str:
    """Tier 3 asks two banks, takes the one that leaves more, and has the money; the quote that was taken."""
    asked = ("--from", "4000", "--until", "6000", "--financier", DEAR, "--financier", CHEAP)
    request = shell.ask("financing", "request", 1, *asked, "--as", TIER_3)["id"]
    dear = ("--rate-ppm", 60_000, "--fee", "1.00", "--as", DEAR)
    cheap = ("--rate-ppm", 30_000, "--recourse", "--as", CHEAP)
    for terms in (dear, cheap):
        shell.ask("financing", "quote", request, *terms)
    best, other = shell.ask("financing", "quotes", request, "--as", TIER_3)["quotes"]
    assert best["quote"]["net"] == str(200_000 - DISCOUNT)
    assert other["quote"]["net"] == str(200_000 - 5_967 - 100), "5,966.67, half-up, and the fee"
    taken = str(best["digest"])
    shell.ask("financing", "accept", taken, "--as", TIER_3)
    credited(shell, CHEAP, "2000.00")
    papers = ("--number", "0123-4567", "--certificate", shell.paper, "--search", shell.paper)
    assert shell.ask("financing", "fund", taken, *papers, "--as", CHEAP)["net"] == str(200_000 - DISCOUNT)
    assert (balance(shell, TIER_3), balance(shell, CHEAP)) == (200_000 - DISCOUNT, DISCOUNT)
    return taken


def pooled(shell: Shell) -> int:
    """Tiers 2 and 3 sell the rest of theirs to a pool of two tranches for 96% of the face."""
    days = ("--closes-on", CLOSES, "--due-by", "2025-12-31")
    parts = ("--tranche", "2400:36000", "--tranche", "1440:90000", "--advance-ppm", 960_000)
    about = ("--trustee", "Trustee", "--cash", "CNY", "--document", shell.paper, "--as", DEAR)
    pool = int(shell.ask("pool", "register", "Suppliers 1", *days, *parts, *about)["pool"])
    shell.ask("pool", "take-on", pool, "--as", "Trustee")
    shell.ask("pool", "add", pool, 1, 600_000, 700_000, "--as", TIER_3)
    shell.ask("pool", "add", pool, 1, 700_000, FACE, "--as", TIER_2)
    credited(shell, "Investor", "3840.00")
    for tranche, amount in ((0, "2400"), (1, "1440")):
        shell.ask("pool", "subscribe", pool, tranche, amount, "--as", "Investor")
    on(shell, CLOSES)
    assert shell.ask("pool", "close", pool, "--as", "Trustee")["amount"] == str(SENIOR + JUNIOR)
    assert balance(shell, TIER_3) == 200_000 - DISCOUNT + 96_000
    assert balance(shell, TIER_2) == 288_000
    seen = shell.ask("pool", "lookthrough", pool)
    paths = [[one["party"] for one in piece["path"]] for piece in seen["pieces"]]
    assert paths == [[TIER_1, TIER_2, TIER_3, "Trustee"], [TIER_1, TIER_2, "Trustee"]]
    return pool


def defaulted(shell: Shell, line: int) -> str:
    """A third of the money comes; ten days later the rest is overdue, and the obligor is stopped."""
    on(shell, DUE)
    credited(shell, "Core", "3333.33")
    shell.ask("maturity", "pay-in", 1, "3333.33", "--as", "Core")
    assert settled(shell)["done"] is False
    assert (balance(shell, TIER_1), balance(shell, CHEAP)) == (133_333, DISCOUNT + RECEIVED)
    on(shell, LATE)
    assert shell.ask("overdue", "mark", "--all", "--as", TIER_1)["receivables"] == [1]
    invoice = invoiced(shell, "2", "500.00")
    again = confirmation(shell, line, invoice, "500.00", "2025-09-30")
    shell.refuses("ObligorInDefault", *again, "--as", "Core")
    return invoice


def recourse(shell: Shell) -> None:
    """The bank goes back to tier 3, which pays the face less what the bank had of the first part."""
    demand = ("recourse", "demand", 1, 400_000, "--document", shell.paper, "--as", CHEAP)
    shell.ask(*demand)
    back = shell.ask("recourse", "repurchase", 1, 400_000, "--as", TIER_3)
    assert back["amount"] == str(200_000 - RECEIVED)
    assert balance(shell, CHEAP) == DISCOUNT + 200_000
    assert (400_000, 600_000, TIER_3) in pieces(shell)


def cured(shell: Shell, line: int, invoice: str) -> None:
    """The rest of the money comes: every piece is paid to its last fen, and the obligor confirms again."""
    credited(shell, "Core", "6666.67")
    shell.ask("maturity", "pay-in", 1, "--as", "Core")
    assert settled(shell)["done"] is True
    assert balance(shell, TIER_1) == 400_000
    assert balance(shell, TIER_3) == 200_000 - DISCOUNT + 96_000, "the recourse cost it nothing in the end"
    assert shell.ask("overdue", "list")["receivables"] == []
    assert lines(shell) == [("0", "2000000"), ("0", "5000000")]
    shell.ask(*confirmation(shell, line, invoice, "500.00", "2025-09-30"), "--as", "Core")


def paid_out(shell: Shell, pool: int) -> None:
    """What the pool's pieces brought goes down its two tranches, the last fen of it to the investor."""
    shell.ask("pool", "distribute", pool, "--as", "Investor")
    assert balance(shell, "Investor") == 400_000
    after = shell.ask("pool", "lookthrough", pool)
    assert after["complete"] is True and after["collected"] == "400000"
    upper, lower = after["tranches"]
    interest = [SENIOR * 36 * DAYS // 360_000, JUNIOR * 90 * DAYS // 360_000]
    assert interest == [4_344, 6_516]
    assert [int(one["interest"]) for one in (upper, lower)] == interest
    assert (upper["principal"], lower["principal"]) == (str(SENIOR), str(JUNIOR))
    assert int(lower["rest"]) == 400_000 - SENIOR - JUNIOR - sum(interest)


def read(shell: Shell, file: int, taken: str) -> None:
    """The financing's report, its file's timeline, what funded the money, and the tree of pieces."""
    report = shell.ask("financing", "show", taken)
    assert (report["state"], report["recourse"], report["number"]) == ("funded", True, "0123-4567")
    told = [step["name"] for step in shell.ask("file", "show", file)["timeline"]]
    order = ["Confirmed", "Offered", "FileReviewed", "QuoteAccepted", "Financed", "PaidIn", "MarkedCured"]
    assert [told.index(name) for name in order] == sorted(told.index(name) for name in order)
    funded = shell.ask("trace", "payment", report["steps"][-1]["tx"])
    assert funded["complete"] is True and funded["amount"] == str(200_000 - DISCOUNT)
    drawn = shell.state.parent / "tree.svg"
    grown = shell.ask("receivable", "tree", 1, "--svg", drawn)["tree"]
    assert told_of(grown) == [
        (0, "Contractor", None),
        (1, "Contractor", "paid"),
        (1, "Subcontractor", None),
        (2, "Smelter", None),
        (3, "Second bank", None),
        (4, "Smelter", "paid"),
        (3, "Trustee", "paid"),
        (2, "Trustee", "paid"),
    ]
    assert drawn.read_text().startswith("<svg")
    assert "追索回购 → Smelter" in shell.run("receivable", "tree", 1, language="zh").output


def told_of(branch: dict[str, Any], depth: int = 0) -> list[tuple[int, str, str | None]]:
    below = [line for part in branch["branches"] for line in told_of(part, depth + 1)]
    return [(depth, branch["holder"], branch["state"]), *below]


@pytest.mark.spec("LIFE-2")
def test_a_receivable_lives_through_three_tiers_default_and_cure(shell: Shell) -> None:
    """LIFE-2: by commands alone; every amount to the fen, every promise true at the end."""
    admitted(shell)
    line = lined(shell)
    invoice = invoiced(shell, "1", "10000.00")
    first = confirmation(shell, line, invoice, "10000.00", DUE)
    shell.refuses("TwoPersonsNeeded", *first, "--as", "Group")
    shell.ask(*first, "--as", "Core")
    shell.ask("receivable", "accept", 1, "--as", TIER_1)
    assert lines(shell) == [("1000000", "1000000"), ("1000000", "4000000")]
    passed_on(shell)
    file = filed(shell)
    taken = financed(shell)
    pool = pooled(shell)
    late = defaulted(shell, line)
    recourse(shell)
    cured(shell, line, late)
    paid_out(shell, pool)
    read(shell, file, taken)
    checks = shell.ask("check")
    assert checks["ok"] is True and all(one["ok"] is not False for one in checks["checks"])
