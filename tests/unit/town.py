"""A town told in events and moves, in memory: what an index would hold, without a chain to read it from.

Acts are put on an agenda by time and done in order, among ordinary payments. Events are filled up and checked
by the shipped ABI, so that nothing is told which a contract could not say. Counters are kept by a few lines
here.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from ledger.domain import purposes as p
from ledger.domain.history import EventRow, Header, MoveRef, MoveRows
from ledger.domain.obligations import NOBODY
from ledger.domain.roles import Role
from tests.unit.fake_chain import abi_of, address, word
from tests.unit.story import AT, SOURCE

DAY = 86_400
BEGIN = int(datetime(2023, 1, 1, tzinfo=UTC).timestamp())
CASH = p.checksum(p.address_bytes(AT["Cash"]))
FAR = 60_000
PEOPLE = 3_000
DEPOSIT = 40_000_000
"""Who lacks money for an ordinary payment is paid in this much more at once."""


def at(year: int, month: int, day: int, hour: int = 12) -> int:
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp())


def day_of(time: int) -> int:
    return time // DAY


@cache
def account(name: str) -> str:
    """The account of somebody in town; names are only handles, and two runs may use others."""
    return p.checksum(p.address_bytes(address(f"town {name}")))


@cache
def contract(name: str) -> str:
    return p.checksum(p.address_bytes(AT.get(name, address(name))))


def axis(purpose: bytes, module: bytes = p.PROCEEDS) -> str:
    return p.axis_of(module, purpose)


def text(label: str) -> str:
    """A `bytes32` as the index keeps it."""
    return "0x" + word(label[:32]).hex()


# --- one event, as the decoder gives it ---------------------------------------------------------------------


@cache
def _inputs(name: str, event: str) -> list[dict[str, Any]]:
    (entry,) = (e for e in abi_of(name) if e["type"] == "event" and e["name"] == event)
    return list(entry["inputs"])


def filled(parts: Sequence[Mapping[str, Any]], given: Mapping[str, Any]) -> dict[str, Any]:
    """Every argument: as given, or zero. Names that the ABI does not have are refused."""
    unknown = set(given) - {part["name"] for part in parts}
    assert not unknown, unknown
    return {part["name"]: _value(part, given.get(part["name"])) for part in parts}


def _value(part: Mapping[str, Any], value: Any) -> Any:
    kind = str(part["type"])
    if kind == "tuple":
        return filled(part["components"], value or {})
    if kind.endswith("[]"):
        inner = {**part, "type": kind[:-2]}
        return [_value(inner, one) for one in value or ()]
    if kind == "address":
        return value or NOBODY
    if kind.startswith("bytes"):
        size = int(kind[5:] or 0)
        return value if value is not None else "0x" + "00" * size
    if kind == "string":
        return value or ""
    return value if value is not None else (False if kind == "bool" else 0)


# --- what the read model reads ------------------------------------------------------------------------------


class Index:
    """Satisfies `HistoryStore` and `History`: one block an act."""

    chain_id = 31337

    def __init__(self) -> None:
        self.told: list[EventRow] = []
        self.times = [BEGIN - 30 * DAY]
        self.names: list[str] = []
        self.numbers: dict[str, int] = {}
        self.columns: list[tuple[int, ...]] = []
        self.cited: dict[tuple[int, int], str | None] = {}

    @contextmanager
    def snapshot(self) -> Iterator[Index]:
        yield self

    def progress(self) -> Header | None:
        return self.header_at_or_before(len(self.times) - 1)

    def header_at_or_before(self, number: int) -> Header:
        found = min(number, len(self.times) - 1)
        return Header(found, f"0x{found:064x}", f"0x{found - 1:064x}", self.times[found])

    def addresses(self, first: int = 0) -> list[str]:
        return self.names[first:]

    def moves(self, cash: str, after: int = -1, up_to: int | None = None) -> MoveRows:
        last = len(self.times) if up_to is None else up_to
        kept = [one for one in self.columns if after < one[0] <= last] if cash == CASH else []
        return MoveRows.of(*zip(*kept, strict=True)) if kept else MoveRows.none()

    def move_refs(self, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], MoveRef]:
        return {place: MoveRef(place[0], tx_of(place[0]), place[1], self.cited[place]) for place in places}

    def moves_of(self, tx: str) -> list[tuple[str, int, int]]:
        return [(CASH, block, log) for block, log in self.cited if tx_of(block) == tx]

    def moves_citing(self, cash: str, documents: Iterable[str]) -> list[tuple[int, int]]:
        named = set(documents)
        return sorted(place for place, document in self.cited.items() if cash == CASH and document in named)

    def events(
        self, after: int = -1, up_to: int | None = None, contracts: Sequence[str] | None = None
    ) -> list[EventRow]:
        last = len(self.times) if up_to is None else up_to
        return [
            row
            for row in self.told
            if after < row.block <= last and (contracts is None or row.contract in contracts)
        ]

    def timestamps(self, blocks: Iterable[int]) -> dict[int, int]:
        return {block: self.times[block] for block in blocks}


def tx_of(block: int) -> str:
    return f"0x{block:064x}"


@dataclass(frozen=True)
class Bond:
    """A bond with the people and the budget line that it began with."""

    number: int
    issuer: str
    company: str
    verifier: str
    framework: int
    line: int
    project: int
    raised: int


@dataclass
class Town:
    """Acts in order of time. `party` names somebody; ordinary people are `account-N`."""

    rng: random.Random
    prefix: str = ""
    index: Index = field(default_factory=Index)
    counters: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    agenda: list[tuple[int, int, Callable[[], None]]] = field(default_factory=list)
    ordinary: list[tuple[int, str, str, int]] = field(default_factory=list)
    statement: list[tuple[str, str, int, str]] = field(default_factory=list)
    bonds: int = 0
    numbers: int = 0
    taken: int = 0

    # --- time ---

    def plan(self, time: int, act: Callable[[], None]) -> None:
        self.agenda.append((time, len(self.agenda), act))

    def run(self) -> Index:
        """Everything in order; the clock never goes back."""
        self.agenda.sort(key=lambda one: one[:2])
        self.ordinary.sort()
        place = 0
        for time, _, act in self.agenda:
            place = self._ordinary_until(time, place)
            self._begin(time)
            act()
        self._ordinary_until(2**62, place)
        return self.index

    def _ordinary_until(self, time: int, place: int) -> int:
        while place < len(self.ordinary) and self.ordinary[place][0] <= time:
            when, payer, payee, amount = self.ordinary[place]
            self._begin(when)
            lacking = self.counters[payer][1] + amount - self.counters[payer][0]
            if lacking > 0:
                self.mint_to(payer, lacking + DEPOSIT)
                self._begin(when)
            self._move(payer, payee, amount, None)
            place += 1
        return place

    def _begin(self, time: int) -> None:
        self.index.times.append(max(time, self.index.times[-1]))
        self._log = 0

    # --- telling ---

    def say(self, name: str, event: str, /, **args: Any) -> None:
        block, row = len(self.index.times) - 1, filled(_inputs(name, event), args)
        self.index.told.append(EventRow(block, tx_of(block), self._next(), contract(name), name, event, row))

    def move(self, source: str, to: str, amount: int, document: str | None = None) -> None:
        self._move(source, to, amount, document)

    def _move(self, source: str, to: str, amount: int, document: str | None) -> None:
        index, out, into = self.index, self.counters[source], self.counters[to]
        assert source == SOURCE or out[1] + amount <= out[0], (source, out, amount)
        block, log = len(index.times) - 1, self._next()
        index.columns.append((block, log, self._number(source), self._number(to), amount, out[1], into[0]))
        index.cited[block, log] = document
        out[1] += amount
        into[0] += amount

    def _next(self) -> int:
        self._log += 1
        return self._log - 1

    def _number(self, name: str) -> int:
        found = self.index.numbers.get(name)
        if found is None:
            found = self.index.numbers[name] = len(self.index.names)
            self.index.names.append(name)
        return found

    def fresh(self) -> int:
        self.numbers += 1
        return self.numbers

    # --- people and money ---

    def name(self, plain: str) -> str:
        return account(self.prefix + plain)

    def some(self) -> str:
        return self.name(f"account-{self.rng.randrange(PEOPLE)}")

    def several(self, number: int) -> list[str]:
        """Ordinary people, with ordinary payments of their own, each in one case at most."""
        found = [self.name(f"account-{self.taken + place}") for place in range(number)]
        self.taken += number
        assert self.taken <= PEOPLE, "more people are needed"
        return found

    def admit(self, who: str, roles: int = 0, group: int = 0, lapse: int = FAR) -> None:
        admission = {"roles": roles, "lapseDay": lapse, "group": group}
        label = text(who[2:30])
        self.say(
            "Participants", "Admitted", account=who, identifier=label, name=who[:12], admission=admission
        )

    def amend(self, who: str, roles: int, group: int = 0, lapse: int = FAR, suspended: bool = False) -> None:
        admission = {"roles": roles, "suspended": suspended, "lapseDay": lapse, "group": group}
        self.say("Participants", "Amended", account=who, admission=admission)

    def mint_to(self, who: str, amount: int, *, on_statement: bool = True) -> None:
        reference = text(f"bank {self.fresh()}")
        if on_statement:
            self.statement.append((reference, "in", amount, who))
        self._move(SOURCE, who, amount, reference)
        self.say("Cash", "Minted", to=who, amount=amount, bankReference=reference)

    def transfer(self, payer: str, payee: str, amount: int) -> None:
        """Between general accounts; what is lacking is paid in before."""
        lacking = self.counters[payer][1] + amount - self.counters[payer][0]
        if lacking > 0:
            self.mint_to(payer, lacking)
        self.move(payer, payee, amount)

    def redeem(self, who: str, amount: int) -> None:
        reference, waits = text(f"bank {self.fresh()}"), axis(p.redemption(who), p.CASH)
        self.statement.append((reference, "out", amount, who))
        lacking = self.counters[who][1] + amount - self.counters[who][0]
        if lacking > 0:
            self.mint_to(who, lacking)
        self._move(who, waits, amount, None)
        self._move(waits, SOURCE, amount, reference)
        self.say("Cash", "Burned", holder=who, amount=amount, bankReference=reference)

    # --- a bond ---

    def bond(
        self,
        time: int,
        raised: int = 100_000_000,
        *,
        group: int = 0,
        verifier_lapse: int = FAR,
        categories: Sequence[str] = ("1.1", "2.2"),
        disclosed: int | None = None,
    ) -> Bond:
        """Issuer, framework, review, subscription, project and a line, on one day; then it has `raised`."""
        self.bonds += 1
        number = self.bonds
        issuer, company, verifier, investor = self.several(4)
        made = Bond(number, issuer, company, verifier, number, number, number, raised)

        def begin() -> None:
            self.admit(issuer, Role.ISSUER, group)
            self.admit(company)
            self.admit(verifier, Role.VERIFIER, lapse=verifier_lapse)
            self.admit(investor, Role.INVESTOR)
            self.framework(made, 1, categories)
            self.review(made, 1)
            self.register(made)
            self.mint_to(investor, raised)
            origin, pool = axis(p.origin(number)), axis(p.pool(number))
            self.move(investor, origin, raised)
            self.move(origin, axis(p.cost(number)), raised // 100)
            self.move(origin, pool, raised - raised // 100)
            received = {"bond": number, "raised": raised, "cost": raised // 100, "valueDate": day_of(time)}
            self.say("Proceeds", "ProceedsReceived", **received)
            self.project(made, number, f"project {number} of {issuer[:8]}")
            self.line(made, number, number)

        self.plan(time, begin)
        return made

    def framework(self, bond: Bond, version: int, categories: Sequence[str]) -> None:
        self.say(
            "Frameworks",
            "FrameworkRegistered",
            framework=bond.framework,
            issuer=bond.issuer,
            version=version,
            document=text(f"framework {bond.framework}.{version}"),
            categories=[text(one) for one in categories],
        )

    def review(self, bond: Bond, version: int, verifier: str = "") -> None:
        who = verifier or bond.verifier
        said = {"framework": bond.framework, "verifier": who, "kind": 1, "outcome": 1, "validUntil": FAR}
        said |= {"document": text(f"review {bond.framework}.{version}")}
        self.say("Frameworks", "Reviewed", framework=bond.framework, version=version, review=said)

    def register(self, bond: Bond) -> None:
        terms = {"framework": bond.framework, "cash": CASH, "denomination": 1}
        said = {"bond": bond.number, "issuer": bond.issuer, "token": contract(f"token {bond.number}")}
        if bond.number == 1:
            listed = {"cash": CASH, "currency": "0x" + b"CNY".hex(), "bank": self.name("bank")}
            self.say("CashRegistry", "CashListed", **listed)
        self.say("BondOffice", "BondRegistered", **said, label=f"bond {bond.number}", terms=terms)

    def project(self, bond: Bond, project: int, label: str, category: int = 0, document: str = "") -> None:
        self.say(
            "Proceeds",
            "ProjectRegistered",
            project=project,
            framework=bond.framework,
            company=bond.company,
            category=category,
            budget=10**12,
            label=label,
            document=text(document or f"plan {project}"),
        )

    def line(self, bond: Bond, line: int, project: int) -> None:
        said = {"line": line, "bond": bond.number, "project": project, "budget": 10**12}
        self.say("Proceeds", "LineOpened", **said, label=f"line {line}")

    def more(self, bond: Bond) -> int:
        """The number of a second project and line of a bond."""
        return 1_000 + bond.number

    def allocate(self, bond: Bond, amount: int, line: int = 0) -> None:
        number = line or bond.line
        self.move(axis(p.pool(bond.number)), axis(p.budget_line(number)), amount)
        self.say("Proceeds", "Allocated", bond=bond.number, line=number, amount=amount)

    def deallocate(self, bond: Bond, amount: int, line: int = 0) -> None:
        number = line or bond.line
        self.move(axis(p.budget_line(number)), axis(p.pool(bond.number)), amount)
        self.say("Proceeds", "Deallocated", bond=bond.number, line=number, amount=amount)

    # --- papers and payments ---

    def obligation(self, payer: str, payee: str, total: int, date: int, kind: int = 1) -> str:
        number = self.fresh()
        fingerprint = text(f"paper {number}")
        said = {
            "fingerprint": fingerprint,
            "document": text(f"file {number}"),
            "kind": kind,
            "total": total,
            "currency": "0x" + b"CNY".hex(),
            "date": date,
            "payer": payer,
            "payee": payee,
        }
        self.say("Documents", "ObligationRegistered", fingerprint=fingerprint, obligation=said)
        return fingerprint

    def pay(
        self, bond: Bond, payee: str, amount: int, *, date: int = 0, kind: int = 1, line: int = 0
    ) -> tuple[str, int]:
        """Against a document of its own, of today where no date is given. Gives (fingerprint, offset)."""
        today = day_of(self.index.times[-1])
        payer = bond.issuer if kind == 3 else bond.company
        fingerprint = self.obligation(payer, payee, amount, date or today, kind)
        return fingerprint, self.pay_against(bond, payee, amount, fingerprint, line)

    def pay_against(self, bond: Bond, payee: str, amount: int, fingerprint: str, line: int = 0) -> int:
        number = line or bond.line
        source = axis(p.budget_line(number))
        if self.counters[source][0] - self.counters[source][1] < amount:
            self.allocate(bond, amount, number)
        offset = self.counters[source][1]
        self.move(source, payee, amount, fingerprint)
        said = {"bond": bond.number, "line": number, "payee": payee, "fingerprint": fingerprint}
        self.say(
            "Documents",
            "CapacityUsed",
            fingerprint=fingerprint,
            module=contract("Proceeds"),
            amount=amount,
            used=amount,
        )
        self.say("Proceeds", "Paid", **said, amount=amount, outOffset=offset)
        return offset

    def pay_cost(self, bond: Bond, payee: str, amount: int) -> None:
        self.move(axis(p.cost(bond.number)), payee, amount)
        self.say("Proceeds", "CostPaid", bond=bond.number, payee=payee, amount=amount, document=text("fee"))

    def refund(self, bond: Bond, payer: str, offset: int, amount: int) -> None:
        to = axis(p.budget_line(bond.line))
        said = {
            "bond": bond.number,
            "line": bond.line,
            "axis": to,
            "reversedOffset": offset,
            "amount": amount,
        }
        said |= {"inOffset": self.counters[to][0], "document": text("credit note")}
        self.transfer(payer, to, amount)
        self.say("Proceeds", "Refunded", **said)

    def credit(self, fingerprint: str, amount: int, used: int) -> None:
        said = {"fingerprint": fingerprint, "note": text(f"red {self.fresh()}"), "amount": amount}
        self.say("Documents", "Credited", **said, credited=amount, used=used)

    def place(self, bond: Bond, placement: int, bank: str, amount: int, until: int = 0) -> int:
        pool = axis(p.pool(bond.number))
        offset = self.counters[pool][1]
        self.move(pool, bank, amount)
        said = {"placement": placement, "bond": bond.number, "place": bank, "amount": amount, "until": until}
        self.say(
            "Proceeds", "Placed", **said, outOffset=offset, instrument="deposit", document=text("deposit")
        )
        return offset

    def bring_back(
        self, bond: Bond, placement: int, bank: str, offset: int, amount: int, income: int
    ) -> None:
        pool = axis(p.pool(bond.number))
        said = {"placement": placement, "bond": bond.number, "reversedOffset": offset, "principal": amount}
        said |= {"inOffset": self.counters[pool][0], "income": income, "document": text("statement")}
        self.transfer(bank, pool, amount)
        if income:
            self.mint_to(bank, income)
            self.move(bank, axis(p.income(bond.number)), income)
        self.say("Proceeds", "PlacementReturned", **said)

    # --- receivables ---

    def confirm(
        self,
        obligor: str,
        supplier: str,
        face: int,
        *,
        date: int = 0,
        contract_: str = "",
        order: bool = False,
    ) -> int:
        today, number = day_of(self.index.times[-1]), self.fresh()
        fingerprint = self.obligation(obligor, supplier, face, date or today)
        confirmation = {
            "supplier": supplier,
            "cash": CASH,
            "face": face,
            "due": today + 90,
            "fingerprint": fingerprint,
            "contractDocument": text(contract_ or f"contract {number}"),
            "order": order,
        }
        said = {"receivable": number, "obligor": obligor, "supplier": supplier}
        self.say(
            "Documents",
            "CapacityUsed",
            fingerprint=fingerprint,
            module=contract("Receivables"),
            amount=face,
            used=face,
        )
        self.say("Receivables", "Confirmed", **said, confirmation=confirmation)
        limits = {"minPiece": 1, "maxPieces": 100, "maxLayers": 10, "closesOn": FAR}
        self.say("PieceBook", "Opened", receivable=number, holder=supplier, face=face, limits=limits)
        return number

    def pass_on(
        self, receivable: int, source: str, to: str, face: int, document: str, sequence: int = 1
    ) -> None:
        said = {"receivable": receivable, "from": source, "to": to, "start": 0, "end": face}
        self.say("PieceBook", "PieceMoved", **said, layers=1, sequence=sequence, document=document)

    def finance(self, receivable: int, holder: str, financier: str, face: int) -> int:
        net, quote = face - face // 50, text(f"quote {receivable}")
        terms = {"receivable": receivable, "end": face, "holder": holder, "financier": financier, "net": net}
        terms |= {"discount": face - net}
        self.mint_to(financier, net)
        self.pass_on(receivable, holder, financier, face, quote)
        self.move(financier, holder, net, quote)
        said = {"quote": quote, "receivable": receivable, "financier": financier, "terms": terms}
        self.say("Financing", "Financed", **said, number=text("0001"))
        return net

    # --- promises and figures ---

    def undertake(self, bond: Bond, first: int, every: int = 12, last: int = FAR) -> None:
        undertaking = {
            "kind": 3,
            "everyMonths": every,
            "dueDay": first,
            "lastDay": last,
            "code": text("report"),
        }
        self.say("Frameworks", "UndertakingAdded", framework=bond.framework, index=0, undertaking=undertaking)

    def deliver(self, bond: Bond, occurrence: int, due: int) -> None:
        said = {"framework": bond.framework, "index": 0, "occurrence": occurrence, "round": 1, "dueOn": due}
        today = day_of(self.index.times[-1])
        self.say("Undertakings", "UndertakingReported", **said, day=today, document=text(f"report {due}"))

    def figure(
        self,
        projects: list[int],
        indicator: str,
        value: int,
        unit: str,
        days: tuple[int, int],
        *,
        basis: str = '{"kind":"none","source":"meter"}',
        document: str = "",
        reporter: str = "",
    ) -> int:
        number = self.fresh()
        figure = {
            "from": days[0],
            "until": days[1],
            "value": value,
            "unit": "0x" + unit.encode().ljust(16, b"\0").hex(),
            "document": text(document or f"figures {number}"),
        }
        said = {"report": number, "indicator": text(indicator), "reporter": reporter or self.name("reporter")}
        self.say("Impact", "ImpactReported", **said, projects=projects, figure=figure, basis=basis)
        return number


def ordinary_moves(town: Town, number: int, days: int) -> None:
    """Log-uniform amounts among 3,000 people, some of them busy."""
    rng = town.rng
    busy = [town.some() for _ in range(30)]
    for _ in range(number):
        payer = rng.choice(busy) if rng.random() < 0.2 else town.some()
        payee = rng.choice(busy) if rng.random() < 0.2 else town.some()
        if payer != payee:
            town.ordinary.append(
                (BEGIN + rng.randrange(days * DAY), payer, payee, int(10 ** rng.uniform(3, 8)))
            )


def block_before(index: Index, time: int) -> int:
    """The last block up to a time."""
    return bisect_right(index.times, time) - 1
