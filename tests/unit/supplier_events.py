"""Made-up events of receivables, in chain order: what scores and measures of suppliers are tested on."""

from __future__ import annotations

from typing import Any

from ledger.domain.creditevents import Dated
from ledger.domain.history import EventRow

DAY = 20_000
SUPPLIER, SECOND, OBLIGOR, OTHER, FINANCIER, COURT, CASH = ("0x" + digit * 40 for digit in "1234567")


class Events:
    """Grows by one event a call; `day` moves on its own only where a test says so."""

    def __init__(self) -> None:
        self.day = DAY
        self.due: dict[int, int] = {}
        self.all: list[Dated] = []

    def add(self, contract: str, name: str, **args: Any) -> None:
        place = len(self.all)
        row = EventRow(place, "0x" + "00" * 32, 0, "0x" + "99" * 20, contract, name, args)
        self.all.append(Dated(row, self.day))

    def paper(self, document: str) -> str:
        """Registered today."""
        self.add("Documents", "DocumentRegistered", document=document, registrar=OBLIGOR, kind=34)
        return document

    def accepted(self, id_: int, due: int, obligor: str = OBLIGOR, **changes: Any) -> None:
        """Confirmed and accepted today, for 1,000 fen."""
        self.confirmed(id_, due, obligor, **changes)
        self.add("Receivables", "Accepted", receivable=id_)
        self.add("PieceBook", "Opened", receivable=id_, holder=SUPPLIER, face=1_000)

    def confirmed(self, id_: int, due: int, obligor: str = OBLIGOR, **changes: Any) -> None:
        self.due[id_] = due
        terms = {
            "supplier": SUPPLIER,
            "cash": CASH,
            "face": 1_000,
            "programme": 1,
            "order": False,
            "due": due,
            "fingerprint": f"invoice {id_}",
            "deliveryDocument": f"delivery {id_}",
        } | changes
        self.add("Receivables", "Confirmed", receivable=id_, obligor=obligor, confirmation=terms)

    def moved(self, id_: int, start: int, end: int, to: str, document: str) -> None:
        self.add("PieceBook", "PieceMoved", receivable=id_, start=start, end=end, to=to, document=document)

    def financed(self, id_: int, start: int, end: int, holder: str, **price: int) -> None:
        """Piece and price in one act, as the contract emits them."""
        quote = f"quote {len(self.all)}"
        self.moved(id_, start, end, FINANCIER, quote)
        days = {"fundingDay": self.day, "endDay": self.due[id_]}
        terms = {"holder": holder, "start": start, "end": end, **days, **price}
        self.add("Financing", "Financed", quote=quote, receivable=id_, financier=FINANCIER, terms=terms)

    def settled(self, id_: int, start: int, end: int, holder: str, payee: str = "") -> None:
        paid = {"amount": end - start, "payee": payee or holder, "kept": False}
        self.add("Maturity", "PieceSettled", receivable=id_, holder=holder, start=start, end=end, **paid)
