"""FIN-1: a financing moved piece and money in one transaction, to the fen; each piece moved for a reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Final

from ledger.checks.uses import confirmations
from ledger.checks.view import Seen, View, tag
from ledger.domain.discount import MOST_ROLLED, Convention, days_of, discount_half_up
from ledger.domain.kinds import DocumentKind
from ledger.domain.obligations import NOBODY
from ledger.domain.typed_data import Quote, TypedData

_SEEN: Final = (
    "Financing.QuoteAccepted",
    "Financing.Financed",
    "PieceBook.PieceMoved",
    "Documents.DocumentRegistered",
)
_SIDES: Final = ("receivable", "financier", "holder", "start", "end")

Paid = dict[tuple[str, bytes], list[tuple[str, str, str, int]]]


@dataclass(slots=True)
class _Deals:
    """What stands on file so far: acceptances by quote, papers by registrar with the block of their filing,
    certificates and numbers that served a financing; what went back by recourse, in which transaction; and
    what asset pools bought or sold back."""

    accepted: dict[bytes, Seen]
    filed: dict[tuple[str, bytes, int], int]
    used: set[tuple[str, bytes]]
    back: set[tuple[str, bytes]]
    pooled: set[tuple[str, int, int]]


def both_or_neither(view: View) -> Generator[str, None, str]:
    deals = _Deals({}, {}, set(), _back(view), _pooled(view))
    terms, paid = confirmations(view), _payments(view)
    financed = {bytes(event.args["quote"]): event for event in view.of("Financing.Financed")}
    moved: dict[bytes, list[Seen]] = defaultdict(list)
    for event in view.of(*_SEEN):
        if event.name == "QuoteAccepted":
            deals.accepted[bytes(event.args["quote"])] = event
        elif event.name == "DocumentRegistered":
            paper = (event.args["registrar"], bytes(event.args["document"]), event.number("kind"))
            deals.filed[paper] = event.block
        elif event.name == "Financed":
            yield from _signed(view, event)
            yield from _on_file(deals, event)
        else:
            moved[bytes(event.args["document"])].append(event)
            yield from _reason(deals, financed, event)
    for quote, event in financed.items():
        receivable = terms[event.number("receivable")]
        cash = view.cash_named(receivable["cash"])
        found = [*_to_the_fen(event, receivable), *_moves(event, cash, paid, moved[quote])]
        yield from (f"financing {tag(quote)} in {event.tx}: {problem}" for problem in found)
    count = sum(map(len, moved.values()))
    return f"{len(financed)} financings moved piece and money together; {count} moves of pieces have a reason"


def _back(view: View) -> set[tuple[str, bytes]]:
    return {(event.tx, bytes(event.args["document"])) for event in view.of("Recourse.Repurchased")}


def _pooled(view: View) -> set[tuple[str, int, int]]:
    """Transaction, receivable and start of each piece that went into an asset pool for its price, or back."""
    events = view.of("AssetPools.PieceBought", "AssetPools.PieceRepurchased")
    return {(event.tx, event.number("receivable"), event.number("start")) for event in events}


def _payments(view: View) -> Paid:
    """Moves of money by transaction and document: cash, payer, payee, fen."""
    found: Paid = defaultdict(list)
    for cash in view.cashes():
        for move in view.of(f"{cash}.Moved"):
            sides = (cash, move.args["fromAxis"], move.args["toAxis"], move.number("amount"))
            found[move.tx, bytes(move.args["document"])].append(sides)
    return found


def _signed(view: View, event: Seen) -> Generator[str, None, None]:
    """The quote that was accepted is the digest of these terms, so no term changed since it was signed."""
    terms = event.args["terms"]
    statement = Quote(*(terms[name] for name, _ in Quote.TYPES))
    digest = TypedData(view.chain_id, event.where.address, statement).digest()
    if digest != bytes(event.args["quote"]):
        said = tag(event.args["quote"])
        yield f"financing {said} in {event.tx}: its terms are those of quote {tag(digest)}"


def _on_file(deals: _Deals, event: Seen) -> Generator[str, None, None]:
    """The holder's acceptance of these very terms, the search, and a certificate for this one alone."""
    quote, terms = bytes(event.args["quote"]), event.args["terms"]
    financier, certificate = terms["financier"], bytes(event.args["registration"])
    where = f"financing {tag(quote)} in {event.tx}"
    accepted = deals.accepted.get(quote)
    if accepted is None or any(accepted.args[side] != terms[side] for side in _SIDES):
        yield f"{where}: its holder accepted no such quote"
    search, number = bytes(event.args["search"]), bytes(event.args["number"])
    searched = deals.filed.get((financier, search, DocumentKind.REGISTRY_SEARCH))
    registered = deals.filed.get((financier, certificate, DocumentKind.REGISTRATION))
    if searched is None:
        yield f"{where}: no registry search on file"
    if registered is None:
        yield f"{where}: no registration certificate on file"
    if searched and registered and searched > registered:
        yield f"{where}: the registry was searched after the registration"
    if not any(number) or (financier, number) in deals.used:
        yield f"{where}: its registration number is missing or served another financing"
    if (financier, certificate) in deals.used:
        yield f"{where}: its registration certificate served another financing"
    deals.used.add((financier, number))
    deals.used.add((financier, certificate))


def _reason(deals: _Deals, financed: dict[bytes, Seen], move: Seen) -> Generator[str, None, None]:
    """A trade document of the holder's, filed before; or, in the transaction, a financing, its recourse, or
    what an asset pool bought or sold back."""
    document = bytes(move.args["document"])
    if (move.tx, move.number("receivable"), move.number("start")) in deals.pooled:
        return
    if (document in financed and financed[document].tx == move.tx) or (move.tx, document) in deals.back:
        return
    if (move.args["from"], document, DocumentKind.TRADE) not in deals.filed:
        place = f"receivable {move.args['receivable']} at {move.args['start']}"
        yield f"{place}: the piece moved without trade document or financing in {move.tx}"


def _to_the_fen(event: Seen, receivable: Any) -> Generator[str, None, None]:
    """Net = face - discount - fee, the discount by the convention that the quote names (FIN-5)."""
    terms = event.args["terms"]
    face, due, end = int(terms["end"]) - int(terms["start"]), int(receivable["due"]), int(terms["endDay"])
    rolled = MOST_ROLLED if terms["convention"] == Convention.ACT_360_ROLLED else 0
    if terms["convention"] not in tuple(Convention) or not due <= end <= due + rolled:
        yield f"no convention {terms['convention']} ends on day {end} for what is due on day {due}"
        return
    days = days_of(Convention(terms["convention"]), int(terms["fundingDay"]), end)
    discount = discount_half_up(face, int(terms["ratePpm"]), days)
    if int(terms["discount"]) != discount:
        yield f"discount {terms['discount']}, the convention gives {discount}"
    net = face - int(terms["discount"]) - int(terms["fee"])
    if int(terms["net"]) != net:
        yield f"net {terms['net']}, face less discount and fee is {net}"


def _moves(event: Seen, cash: str, paid: Paid, moved: list[Seen]) -> Generator[str, None, None]:
    """Exactly the net, a third party's fee and the piece cite the quote, all in this transaction."""
    terms, quote = event.args["terms"], bytes(event.args["quote"])
    money = [(cash, terms["financier"], terms["holder"], int(terms["net"]))]
    if int(terms["fee"]) and terms["feePayee"] != NOBODY:
        money.append((cash, terms["financier"], terms["feePayee"], int(terms["fee"])))
    if paid.get((event.tx, quote)) != money:
        yield f"moves of money {paid.get((event.tx, quote), [])}, needed {money}"
    piece = (event.tx, terms["receivable"], terms["holder"], terms["financier"], terms["start"], terms["end"])
    passed = [(m.tx, *(m.args[name] for name in ("receivable", "from", "to", "start", "end"))) for m in moved]
    if passed != [piece]:
        yield f"moves of the piece {passed}, needed {piece}"
