"""A bond's life told in events, as the contracts tell it, on a chain in memory.

The counters are kept by a few lines of their own here, so that the index is fed what `Cash` would say.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from ledger.domain import purposes as p
from ledger.domain.obligations import NOBODY
from ledger.domain.roles import Role
from ledger.indexer import Indexer
from ledger.store import Store
from tests.unit.fake_chain import Emitted, FakeChain, abi_of, address, emit, moved, word

NAMES = (
    "Participants",
    "CashRegistry",
    "Cash",
    "Frameworks",
    "BondOffice",
    "Proceeds",
    "Documents",
    "Receivables",
    "PieceBook",
    "Financing",
    "Maturity",
    "Recourse",
    "Impact",
    "Legs",
)
AT = {name: address(name) for name in NAMES}
SOURCE = p.axis_of(p.CASH, p.source())
MAX_LAYERS = {"minPiece": 1, "maxPieces": 100, "maxLayers": 10, "closesOn": 20_090, "terms": 0}


def party(name: str) -> str:
    """The account of a party of the story."""
    return p.checksum(p.address_bytes(address(f"party {name}")))


def axis(purpose: bytes, module: bytes = p.PROCEEDS) -> str:
    """An axis of the bond's books."""
    return p.axis_of(module, purpose)


@dataclass
class Story:
    """Each act is one block with one transaction; `tx` remembers the last one."""

    chain: FakeChain = field(default_factory=FakeChain)
    counters: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    pieces: dict[tuple[int, int], list[Any]] = field(default_factory=dict)
    tx: str = ""

    def act(self, *said: Emitted) -> str:
        self.chain.mine([list(said)])
        self.tx = self.chain.blocks[-1].logs[0]["transactionHash"]
        return self.tx

    def say(self, contract: str, event: str, **args: Any) -> Emitted:
        return emit(AT[contract], contract, event, **args)

    def move(self, source: str, to: str, amount: int, document: bytes = bytes(32)) -> Emitted:
        out, into = self.counters[source], self.counters[to]
        one = moved(AT["Cash"], source, to, amount, out[1], into[0], document)
        out[1] += amount
        into[0] += amount
        return one

    # --- setting up ---

    def admit(self, name: str, roles: int = 0, *, illustrative: bool = False) -> None:
        admission = {
            "roles": roles | (Role.ILLUSTRATIVE if illustrative else 0),
            "suspended": False,
            "lapseDay": 60000,
            "group": 0,
        }
        identifier = word(f"LEI:{name}"[:32])
        said = {"account": party(name), "identifier": identifier, "name": name, "admission": admission}
        self.act(self.say("Participants", "Admitted", **said, kycDocument=word("kyc")))

    def date(self, day: int) -> None:
        self.act(self.say("Participants", "BusinessDatePosted", day=day))

    def list_cash(self, currency: bytes = b"CNY") -> None:
        self.act(
            self.say("CashRegistry", "CashListed", cash=AT["Cash"], currency=currency, bank=party("bank"))
        )

    def framework(self, *categories: str) -> None:
        said = {"framework": 1, "issuer": party("issuer"), "version": 1, "document": word("framework")}
        codes = [word(category) for category in categories]
        said |= {
            "catalogue": word("catalogue"),
            "categories": codes,
            "undertaken": 0,
            "contentHash": word("content"),
        }
        self.act(self.say("Frameworks", "FrameworkRegistered", **said))

    def register_bond(self, bond: int, label: str) -> None:
        terms = {
            "framework": 1,
            "cash": AT["Cash"],
            "isin": bytes(12),
            "denomination": 1,
            "issuePrice": 1,
            "minUnits": 0,
            "maxUnits": 10**6,
            "closesOn": 20000,
            "issueDate": 0,
            "maturityDate": 0,
            "couponPpm": 0,
            "maxCostPpm": 0,
            "serviceTerms": bytes(32),
            "document": word("terms"),
        }
        said = {"bond": bond, "issuer": party("issuer"), "token": address(f"token {bond}"), "label": label}
        self.act(self.say("BondOffice", "BondRegistered", **said, terms=terms))

    def mint(self, name: str, amount: int) -> None:
        self.act(self.move(SOURCE, party(name), amount, word("bank reference")))

    def subscribe(self, bond: int, investor: str, amount: int, allotted: int | None = None) -> None:
        who, escrow = party(investor), axis(p.escrow(bond, party(investor)))
        taken = amount if allotted is None else allotted
        booked = {"bond": bond, "investor": who, "units": amount, "amount": amount}
        self.act(self.move(who, escrow, amount), self.say("BondOffice", "Booked", **booked))
        said = [self.move(escrow, axis(p.origin(bond)), taken)]
        if amount > taken:
            said.append(self.move(escrow, who, amount - taken))
        self.act(*said)

    def close(self, bond: int, cost: int, value_date: int) -> int:
        raised = self.counters[axis(p.origin(bond))][0]
        said = [self.move(axis(p.origin(bond)), axis(p.cost(bond)), cost)] if cost else []
        said.append(self.move(axis(p.origin(bond)), axis(p.pool(bond)), raised - cost))
        received = {"bond": bond, "raised": raised, "cost": cost, "valueDate": value_date}
        self.act(*said, self.say("Proceeds", "ProceedsReceived", **received))
        return raised

    def project(self, project: int, label: str, category: int = 0) -> None:
        said = {"project": project, "framework": 1, "company": party("company"), "category": category}
        self.act(
            self.say(
                "Proceeds",
                "ProjectRegistered",
                **said,
                currency=b"CNY",
                budget=10**9,
                label=label,
                document=word("p"),
            )
        )

    def line(self, line: int, bond: int, project: int, label: str) -> None:
        said = {"line": line, "bond": bond, "project": project, "budget": 10**9, "companyMaySpend": True}
        self.act(self.say("Proceeds", "LineOpened", **said, label=label))

    # --- spending ---

    def pay_cost(self, bond: int, payee: str, amount: int) -> str:
        return self.act(self.move(axis(p.cost(bond)), party(payee), amount, word("cost invoice")))

    def allocate(self, bond: int, line: int, amount: int) -> None:
        self.act(self.move(axis(p.pool(bond)), axis(p.budget_line(line)), amount, line.to_bytes(32, "big")))

    def say_allocated(self, bond: int, line: int, amount: int) -> None:
        """What `Proceeds` says beside the move; a negative amount goes back to the pool."""
        event = "Allocated" if amount > 0 else "Deallocated"
        self.act(self.say("Proceeds", event, bond=bond, line=line, amount=abs(amount)))

    def units(self, bond: int, source: str | None, target: str, units: int) -> None:
        """Units change hands; from nobody when they are allotted."""
        giver = NOBODY if source is None else party(source)
        args = {"from": giver, "to": party(target), "value": units}
        self.act(emit(address(f"token {bond}"), "GreenBond", "Transfer", **args))

    def retire(self, bond: int) -> None:
        self.act(emit(address(f"token {bond}"), "GreenBond", "Retired"))

    # --- impact ---

    def report(
        self, number: int, projects: list[int], value: int, days: tuple[int, int], **more: Any
    ) -> None:
        figure = {
            "from": days[0],
            "until": days[1],
            "decimals": more.get("decimals", 0),
            "value": value,
            "unit": word(more.get("unit", "tCO2")),
            "methodology": word("methodology"),
            "document": word(f"report {number}"),
        }
        said = {"report": number, "indicator": word("CO2_AVOIDED"), "reporter": party("issuer")}
        basis = more.get("basis", '{"kind":"none","source":"meter"}')
        content = word(f"content {number}")
        events = [self.say("Impact", "ImpactReported", **said, projects=projects, figure=figure, basis=basis,
                           contentHash=content)]  # fmt: skip
        if "former" in more:
            former = more["former"]
            events.append(
                self.say("Impact", "ImpactRestated", report=number, former=former, reason="new meter")
            )
        self.act(*events)

    def validate(self, number: int, outcome: int) -> None:
        said = {
            "report": number,
            "contentHash": word(f"content {number}"),
            "verifier": party("shop"),
            "outcome": outcome,
            "document": word("statement"),
            "nonce": 1,
        }
        self.act(
            self.say("Impact", "ImpactValidated", report=number, verifier=party("shop"), validation=said)
        )

    def deallocate(self, bond: int, line: int, amount: int) -> None:
        self.act(self.move(axis(p.budget_line(line)), axis(p.pool(bond)), amount, line.to_bytes(32, "big")))

    def obligation(self, name: str, payee: str, kind: int = 1) -> bytes:
        said = {
            "fingerprint": word(name),
            "document": word(f"file of {name}"),
            "kind": kind,
            "currency": b"CNY",
            "total": 10**9,
            "date": 19000,
            "payer": party("issuer"),
            "payee": party(payee),
            "attester": party("nobody"),
        }
        self.act(self.say("Documents", "ObligationRegistered", fingerprint=word(name), obligation=said))
        return word(name)

    def pay(self, bond: int, line: int, payee: str, amount: int, fingerprint: bytes) -> int:
        source = axis(p.budget_line(line))
        offset = self.counters[source][1]
        said = {"bond": bond, "line": line, "payee": party(payee), "fingerprint": fingerprint}
        self.act(
            self.move(source, party(payee), amount, fingerprint),
            self.say("Proceeds", "Paid", **said, amount=amount, outOffset=offset),
        )
        return offset

    def refund(self, bond: int, line: int, payer: str, source: str, offset: int, amount: int) -> None:
        to = axis(p.budget_line(line))
        said = {"bond": bond, "line": line, "axis": source, "reversedOffset": offset, "amount": amount}
        said |= {"inOffset": self.counters[to][0], "document": word("credit note")}
        self.act(
            self.move(party(payer), to, amount, word("credit note")), self.say("Proceeds", "Refunded", **said)
        )

    def place(self, bond: int, placement: int, bank: str, amount: int) -> None:
        pool = axis(p.pool(bond))
        said = {"placement": placement, "bond": bond, "place": party(bank), "amount": amount, "until": 0}
        said |= {"outOffset": self.counters[pool][1], "instrument": "deposit", "document": word("deposit")}
        self.act(
            self.move(pool, party(bank), amount, word("deposit")), self.say("Proceeds", "Placed", **said)
        )

    def bring_back(self, bond: int, placement: int, bank: str, offset: int, amount: int, income: int) -> None:
        pool, said = axis(p.pool(bond)), {"placement": placement, "bond": bond, "income": income}
        said |= {"reversedOffset": offset, "principal": amount, "inOffset": self.counters[pool][0]}
        moves = [self.move(party(bank), pool, amount, word("statement"))]
        moves += [self.move(party(bank), axis(p.income(bond)), income, word("statement"))] if income else []
        self.act(*moves, self.say("Proceeds", "PlacementReturned", **said, document=word("statement")))

    def lose(self, bond: int, placement: int, offset: int, amount: int) -> None:
        said = {"placement": placement, "bond": bond, "offset": offset, "amount": amount}
        self.act(self.say("Proceeds", "PlacementLost", **said, document=word("notice")))

    def make_good(self, bond: int, placement: int, by: str, offset: int, amount: int) -> None:
        pool, said = axis(p.pool(bond)), {"placement": placement, "bond": bond, "by": party(by)}
        said |= {"reversedOffset": offset, "amount": amount, "inOffset": self.counters[pool][0]}
        paid = self.move(party(by), pool, amount, word("receipt"))
        self.act(paid, self.say("Proceeds", "LossMadeGood", **said, document=word("receipt")))

    def transfer(self, payer: str, payee: str, amount: int) -> str:
        return self.act(self.move(party(payer), party(payee), amount, word("transfer")))

    # --- receivables ---

    def confirm(
        self, receivable: int, bond: int, line: int, supplier: str, face: int, fingerprint: bytes
    ) -> None:
        confirmation = {
            "supplier": party(supplier),
            "cash": AT["Cash"],
            "face": face,
            "due": 20300,
            "creditLine": 1,
            "budgetLine": line,
            "fingerprint": fingerprint,
            "contractDocument": word("contract"),
            "deliveryDocument": word("delivery"),
            "programme": 1,
            "order": False,
            "reasons": bytes(32),
            "green": 0,
            "framework": 0,
            "category": 0,
            "greenDocument": bytes(32),
        }
        said = {"receivable": receivable, "obligor": party("company"), "supplier": party(supplier)}
        locked = []
        if line:
            encumbrance = axis(p.encumbrance(receivable))
            locked.append(self.move(axis(p.budget_line(line)), encumbrance, face, fingerprint))
            event = {"bond": bond, "line": line, "receivable": receivable, "amount": face}
            locked.append(self.say("Proceeds", "Encumbered", **event))
        self.act(*locked, self.say("Receivables", "Confirmed", **said, confirmation=confirmation))

    def accept(self, receivable: int, supplier: str, face: int) -> None:
        self.pieces[receivable, 0] = [party(supplier), face, 0, 0]
        opened = {"receivable": receivable, "holder": party(supplier), "face": face, "limits": MAX_LAYERS}
        self.act(
            self.say("PieceBook", "Opened", **opened),
            self.say("Receivables", "Accepted", receivable=receivable, consent=2, document=bytes(32)),
        )

    def refuse(self, receivable: int, line: int, face: int) -> None:
        back = self.move(axis(p.encumbrance(receivable)), axis(p.budget_line(line)), face)
        self.act(back, self.say("Receivables", "Refused", receivable=receivable, reason=word("no")))

    def cut(self, receivable: int, start: int, middle: int) -> Emitted:
        holder, end, layers, sequence = self.pieces[receivable, start]
        self.pieces[receivable, start] = [holder, middle, layers, sequence + 1]
        self.pieces[receivable, middle] = [holder, end, layers, sequence + 1]
        said = {
            "receivable": receivable,
            "start": start,
            "middle": middle,
            "end": end,
            "sequence": sequence + 1,
        }
        return self.say("PieceBook", "Cut", **said)

    def pass_on(self, receivable: int, start: int, to: str, document: bytes) -> Emitted:
        piece = self.pieces[receivable, start]
        said = {"receivable": receivable, "from": piece[0], "to": party(to), "start": start, "end": piece[1]}
        piece[0], piece[2], piece[3] = party(to), piece[2] + 1, piece[3] + 1
        return self.say(
            "PieceBook", "PieceMoved", **said, layers=piece[2], sequence=piece[3], document=document
        )

    def lock(self, receivable: int, start: int, *, unlock: bool = False) -> Emitted:
        piece = self.pieces[receivable, start]
        piece[3] += 1
        said = {"receivable": receivable, "start": start, "end": piece[1], "module": 2, "sequence": piece[3]}
        return self.say("PieceBook", "Unlocked" if unlock else "Locked", **said)

    def finance(
        self, receivable: int, start: int, financier: str, discount: int, fee: int, payee: str = ""
    ) -> bytes:
        holder, end, _, sequence = self.pieces[receivable, start]
        digest, net = word(f"quote {receivable}/{start}"), end - start - discount - fee
        terms = {
            "receivable": receivable,
            "pieceStart": start,
            "sequence": sequence,
            "start": start,
            "end": end,
            "holder": holder,
            "financier": party(financier),
            "ratePpm": 40000,
            "convention": 1,
            "recourse": False,
            "fundingDay": 20000,
            "endDay": 20090,
            "discount": discount,
            "fee": fee,
            "feePayee": party(payee) if payee else NOBODY,
            "net": net,
            "nonce": 1,
            "deadline": 2**40,
        }
        said = {"quote": digest, "receivable": receivable, "financier": party(financier), "terms": terms}
        self.act(
            self.lock(receivable, start),
            self.lock(receivable, start, unlock=True),
            self.pass_on(receivable, start, financier, digest),
            self.move(party(financier), holder, net, digest),
            *([self.move(party(financier), party(payee), fee, digest)] if payee else []),
            self.say(
                "Financing",
                "Financed",
                **said,
                number=b"0001".ljust(32, b"\0"),
                registration=word("reg"),
                search=word("search"),
            ),
        )
        return digest

    def settle(self, receivable: int, bond: int, fingerprint: bytes, kept: str = "") -> str:
        face = max(end for (number, _), (_, end, *_) in self.pieces.items() if number == receivable)
        said = [self.say("Maturity", "RoundOpened", receivable=receivable, previous=0, target=face)]
        for (number, start), (holder, end, _, sequence) in sorted(self.pieces.items()):
            if number != receivable:
                continue
            args = {"receivable": receivable, "holder": holder, "start": start, "end": end}
            said.append(self.say("PieceBook", "Discharged", **args, how=3, sequence=sequence + 1))
            waits = bool(kept) and holder == party(kept)
            to = axis(p.claim(holder)) if waits else holder
            said.append(self.move(axis(p.encumbrance(receivable)), to, end - start, fingerprint))
            said.append(self.say("Proceeds", "EncumbrancePaid", bond=bond, kept=waits, **args))
            paid = {"amount": end - start, "payee": holder, "kept": waits}
            said.append(self.say("Maturity", "PieceSettled", **args, **paid))
        return self.act(*said, self.say("Receivables", "Settled", receivable=receivable))

    def pay_in(self, receivable: int, amount: int) -> None:
        """From general money: the obligor is the project company."""
        said = {"receivable": receivable, "obligor": party("company"), "amount": amount}
        to = axis(p.settlement(receivable), p.MATURITY)
        self.act(self.move(party("company"), to, amount), self.say("Maturity", "PaidIn", **said))

    def share_out(self, receivable: int, previous: int, target: int, amounts: dict[int, int]) -> None:
        """One round that is not the last: each piece's amount by its start."""
        opened = {"receivable": receivable, "previous": previous, "target": target}
        said = [self.say("Maturity", "RoundOpened", **opened)]
        for start, amount in sorted(amounts.items()):
            holder, end, *_ = self.pieces[receivable, start]
            args = {"receivable": receivable, "holder": holder, "start": start, "end": end}
            if amount:
                said.append(self.move(axis(p.settlement(receivable), p.MATURITY), holder, amount))
            said.append(self.say("Maturity", "PieceSettled", **args, amount=amount, payee=holder, kept=False))
        self.act(*said)

    def settle_early(self, receivable: int, start: int, amount: int) -> None:
        """The company pays the holder; the piece is discharged."""
        holder, end, _, sequence = self.pieces[receivable, start]
        args = {"receivable": receivable, "holder": holder, "start": start, "end": end}
        early = {"quote": word(f"early {start}"), "amount": amount}
        self.act(
            self.say("PieceBook", "Discharged", **args, how=3, sequence=sequence + 1),
            self.move(party("company"), holder, amount, word(f"early {start}")),
            self.say("Maturity", "SettledEarly", **args, **early),
        )

    # --- reading ---

    def store(self, path: Any) -> Store:
        """An index of the story."""
        store = Store(path, chain_id=31337, start_block=1)
        self.sync(store)
        return store

    def sync(self, store: Store) -> None:
        contracts = {at: (name, abi_of(name)) for name, at in AT.items()}
        announced = {"GreenBond": abi_of("GreenBond")}
        Indexer(self.chain, store, contracts, 1, announced=announced).sync()


def opened() -> Story:
    """A bond of 1,000 fen: 20 cost, the rest in the pool; two projects with a line each."""
    story = Story()
    for name in ("issuer", "ann", "ben", "company", "bank"):
        story.admit(name)
    for name in ("builder", "sub", "factor", "shop"):
        story.admit(name, illustrative=True)
    story.date(19000)
    story.list_cash()
    story.framework("1.2.3", "4.5.6")
    story.register_bond(1, "GREEN-1")
    story.mint("ann", 700)
    story.mint("ben", 500)
    story.subscribe(1, "ann", 600)
    story.subscribe(1, "ben", 500, allotted=400)
    story.close(1, cost=20, value_date=18990)
    story.project(1, "hydro plant")
    story.project(2, "wind farm", category=1)
    story.line(1, 1, 1, "hydro line")
    story.line(2, 1, 2, "wind line")
    return story
