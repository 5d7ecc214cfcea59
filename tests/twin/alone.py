"""The twin without any chain: made-up contract addresses, replayed dates, one cash."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ledger.bootstrap.plan import MORE_PROGRAMMES, POCKETS, known_catalogues
from ledger.domain.programmes import Programme, Terms
from ledger.domain.twin import CashTerms, Setting, World
from ledger.domain.twin.base import word
from ledger.domain.twin.frameworks import Catalogue
from tests.twin.actors import BANK, OPERATOR, SERVICE_DESK, recover

NAMES: Final = (
    "Powers", "Participants", "CashRegistry", "Documents", "Frameworks", "PieceBook", "Proceeds",
    "CreditLines", "BondOffice", "Receivables", "Transfers", "Financing", "Maturity", "Cash", "Mandates",
    "Impact", "Trades", "AccountFactory", "CouponTerms", "BondService",
    "Impact", "Trades", "Undertakings", "Labels", "Records", "FactoringFiles", "SupplierLoans", "Programmes",
    "Recourse", "Tranches", "AssetPools", "BankInstructions", "Alerts", "Legs", "LimitTerms",
    "Facilities",
)  # fmt: skip
ADDRESSES: Final = {name: "0x" + f"{number:040d}" for number, name in enumerate(NAMES, 1)}
CHAIN_ID: Final = 31_337
START: Final = 1_751_328_000  # 2025-07-01


def twin_catalogues() -> dict[bytes, Catalogue]:
    """The lists that a deployment begins with, as the twin takes them."""
    return {
        word(one.code): Catalogue(one.first_day, one.last_day, bytes.fromhex(one.content_hash))
        for one in known_catalogues()
    }


def twin_pockets() -> dict[bytes, int]:
    """What a pocket may be at most where a deployment begins, as the twin takes it."""
    return {word(code): ppm for code, ppm in POCKETS.items()}


def new_world() -> World:
    cash = CashTerms(ADDRESSES["Cash"], BANK.address, b"CNY")
    programmes = more_programmes(Programme(min_piece=10, max_pieces=12, max_layers=4, max_tenor_days=366))
    lists = twin_catalogues()
    setting = Setting(
        CHAIN_ID, OPERATOR.address, True, 8 * 3600, programmes, START, lists, pockets=twin_pockets()
    )
    world = World(ADDRESSES, [cash], setting, recover)
    give_duties(world)
    return world


def more_programmes(first: Programme) -> tuple[Programme, ...]:
    """The first, whose pieces move on notice; as it, on the other terms that a deployment begins with; and
    with an invoice behind each move."""
    asked = (*(one.terms for one in MORE_PROGRAMMES), Terms.ACCEPTANCE | Terms.INVOICED, Terms.INVOICED)
    return (first, *(replace(first, terms=int(terms), offer_days=3) for terms in asked))


def give_duties(world: World) -> None:
    """The duty "SERVICE" to somebody with a key, so that histories add record days without a coupon."""
    world.bonds.set_duty(world.stage.powers, SERVICE_DESK.address, word("SERVICE"))
    world.stage.events.clear()
