"""MAT-2: each round gave every piece its share to the fen, and recourse moved piece and money together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ledger.checks.uses import confirmations
from ledger.checks.view import Seen, View
from ledger.domain.maturity import paid_between

Terms = Mapping[int, Mapping[str, Any]]
Paid = dict[tuple[str, bytes], list[tuple[str, str, str, int]]]

_ROUNDS: Final = (
    "Maturity.RoundOpened",
    "Maturity.PieceSettled",
    "Maturity.NettedBack",
    "Receivables.Settled",
)


@dataclass(slots=True)
class _Rounds:
    """What a receivable's rounds have shared out: the targets of the finished ones, and of the open one."""

    face: int
    finished: tuple[int, ...] = ()
    target: int = 0

    def open(self, event: Seen) -> str | None:
        previous, target = event.number("previous"), event.number("target")
        follows = previous == self.target < target <= self.face
        self.finished = (*self.finished, previous) if previous else ()
        self.target = target
        return None if follows else f"a round from {previous} to {target} does not follow"

    def give(self, event: Seen) -> str | None:
        start, end, amount = (event.number(name) for name in ("start", "end", "amount"))
        before = paid_between(start, end, self.finished, self.face)
        needed = paid_between(start, end, (*self.finished, self.target), self.face) - before
        return None if amount == needed else f"[{start}, {end}) got {amount}, its share is {needed}"


def shares(view: View) -> Generator[str, None, str]:
    terms = confirmations(view)
    rounds = {number: _Rounds(int(one["face"])) for number, one in terms.items()}
    unowed = _closed_unowed(view, terms)
    for event in view.of(*_ROUNDS):
        number = event.number("receivable")
        one = rounds[number]
        if event.name == "RoundOpened":
            problem = one.open(event)
        elif event.name == "Settled":
            problem = None if one.target == one.face or event.tx in unowed else "settled before all was paid"
        else:
            problem = None if event.tx in unowed else one.give(event)
        if problem:
            yield f"receivable {number}: {problem} in {event.tx}"
    yield from _as_the_chain_says(view, rounds)
    paid = _payments(view)
    early = yield from _early(view, terms, paid)
    back = yield from _recourse(view, terms, paid)
    return (
        f"{len(rounds)} receivables gave each piece its share; "
        f"{early} pieces were settled early, {back} went back by recourse"
    )


def _closed_unowed(view: View, terms: Terms) -> set[str]:
    """Transactions that closed a receivable whose pieces were all discharged otherwise: what is left of its
    money goes back in one sum."""
    discharged: dict[int, int] = defaultdict(int)
    for event in view.of("PieceBook.Discharged"):
        discharged[event.number("receivable")] += event.number("end") - event.number("start")
    paid = {(e.tx, e.number("receivable")) for e in view.of("Maturity.PieceSettled")}
    return {
        event.tx
        for event in view.of("Receivables.Settled")
        if not terms[(number := event.number("receivable"))]["budgetLine"]
        and (event.tx, number) not in paid
        and discharged[number] == int(terms[number]["face"])
    }


def _as_the_chain_says(view: View, rounds: Mapping[int, _Rounds]) -> Generator[str, None, None]:
    answers = view.ask("Maturity", "progress", [(number,) for number in rounds])
    for (number, one), said in zip(rounds.items(), answers, strict=True):
        if int(said["target"]) != one.target:
            yield f"receivable {number}: the chain has shared {said['target']}, rounds make {one.target}"


def _early(view: View, terms: Terms, paid: Paid) -> Generator[str, None, int]:
    """What a holder took for its piece before the due date came from the obligor, against the quote."""
    count = 0
    for event in view.of("Maturity.SettledEarly"):
        count += 1
        number, amount = event.number("receivable"), event.number("amount")
        money = (terms[number]["cash"], terms[number]["obligor"], event.args["holder"], amount)
        if money not in paid[event.tx, bytes(event.args["quote"])]:
            yield f"receivable {number}: settled early without a move of {money} in {event.tx}"
    return count


def _recourse(view: View, terms: Terms, paid: Paid) -> Generator[str, None, int]:
    """Each repurchase was demanded, moved one piece to the seller and one sum to the holder who asked."""
    asked: dict[tuple[int, int], Seen] = {}
    count = 0
    for event in view.of("Recourse.RecourseDemanded", "Recourse.Repurchased"):
        place, parties = (event.number("receivable"), event.number("start")), ("seller", "holder")
        if event.name == "RecourseDemanded":
            asked[place] = event
            continue
        count += 1
        demand, where = asked.pop(place, None), f"receivable {place[0]} at {place[1]}"
        if demand is None or any(demand.args[name] != event.args[name] for name in (*parties, "end")):
            yield f"{where}: bought back and not asked to in {event.tx}"
        money = (terms[place[0]]["cash"], *(event.args[name] for name in parties), event.number("amount"))
        if money[-1] and money not in paid[event.tx, bytes(event.args["document"])]:
            yield f"{where}: bought back without a move of {money} in {event.tx}"
    return count


def _payments(view: View) -> Paid:
    """Moves of money by transaction and document: cash, payer, payee, fen."""
    found: Paid = defaultdict(list)
    for name in view.cashes():
        cash = view.contracts[name].address
        for move in view.of(f"{name}.Moved"):
            sides = (cash, move.args["fromAxis"], move.args["toAxis"], move.number("amount"))
            found[move.tx, bytes(move.args["document"])].append(sides)
    return found
