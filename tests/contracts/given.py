"""What is already so when a test begins: a reviewed framework, a closed bond, a funded line, a receivable."""

from typing import Any

from brownie import web3
from brownie.exceptions import VirtualMachineError as VirtualMachineError
from eth_abi import encode
from eth_utils import keccak

from ledger.domain.documentuses import place_of, use_of
from tests.contracts.world import (
    CNY,
    CONTRACT,
    DELIVERY,
    INVOICE,
    NOBODY,
    REGISTRATION,
    REGISTRY_SEARCH,
    SUPPLIER,
    TRADE,
    ZERO,
    Actor,
    World,
    digest,
    write_storage,
)
from tests.contracts.world import purpose as purpose

PRICE = 10_000
RAISED = 1_000 * PRICE
COST = 100_000
ALLOCATED = 4_000_000
FACE = 1_000_000
"""Of a receivable, and of the invoice behind it."""
TENOR = 90
RATE = 30_000  # 3% a year


def reviewed_framework(world: World) -> int:
    framework = world.issuer.registers_framework("SOLAR", "WIND")
    world.verifier.reviews(framework)
    return framework


def terms(world: World, framework: int, **changes: Any) -> dict[str, Any]:
    plain = {
        "framework": framework,
        "cash": world.cash.address,
        "isin": b"\0" * 12,
        "denomination": PRICE,
        "issuePrice": PRICE,
        "minUnits": 100,
        "maxUnits": 1_000,
        "closesOn": world.today + 10,
        "issueDate": 0,
        "maturityDate": 0,
        "couponPpm": 30_000,
        "maxCostPpm": 1_000_000,
        "serviceTerms": ZERO,
        "document": digest("terms"),
    }
    return plain | changes


def registered_bond(world: World, **changes: Any) -> int:
    framework = reviewed_framework(world)
    return world.issuer.registers_bond(terms(world, framework, **changes))


def moneyed(world: World, actor: Actor, amount: int, spender: Any = None) -> None:
    world.bank.mints(actor, amount)
    if spender is not None:
        actor.approves(spender, amount)


def booked_bond(world: World, **changes: Any) -> int:
    """600 units booked by the investor, 400 by the fund."""
    bond = registered_bond(world, **changes)
    for actor, units in ((world.investor, 600), (world.fund, 400)):
        moneyed(world, actor, units * PRICE, world.proceeds)
        actor.books(bond, units)
    return bond


def closed_bond(world: World, **changes: Any) -> int:
    bond = booked_bond(world, **changes)
    world.issuer.allots(bond)
    world.issuer.closes(bond, COST)
    return bond


def open_line(world: World, bond: int, category: str = "SOLAR") -> int:
    framework = int(world.bond_office.bond(bond)["terms"][0])
    project = world.issuer.registers_project(framework, world.company, category)
    return world.issuer.opens_line(bond, project)


def use(line: int, offset: int, amount: int) -> int:
    """A payment as its document remembers it."""
    return use_of(place_of(line, offset), amount)


def funded_line(world: World) -> int:
    """A line of the project company's with money, of a closed bond."""
    line = open_line(world, closed_bond(world))
    world.issuer.allocates(line, ALLOCATED)
    return line


def named(tag: str, payee: str) -> str:
    """A fingerprint: twelve bytes of a tag, then the payee's account."""
    return tag[:26] + str(payee)[2:].lower()


def obligation(world: World, payer: Actor, payee: Any, total: int, **changes: Any) -> dict[str, Any]:
    to = getattr(payee, "address", payee)
    plain = {
        "fingerprint": named(world.new_hash("fingerprint"), to),
        "document": world.new_hash("invoice file"),
        "kind": INVOICE,
        "currency": CNY,
        "total": total,
        "date": world.today,
        "payer": payer.address,
        "payee": to,
        "attester": NOBODY,
    }
    return plain | changes


def signed_obligation(world: World, payer: Actor, payee: Actor, total: int, **changes: Any) -> str:
    """Registered with both signatures; returns its fingerprint."""
    o = obligation(world, payer, payee, total, **changes)
    attester = next((a for a in world.people if a.address == o["attester"]), payee)
    first, second = (who.signs("Obligation", o, world.documents) for who in (payer, attester))
    payer.registers_obligation(o, first, second)
    return str(o["fingerprint"])


def confirmation(world: World, obligor: Actor, line: int = 0, **changes: Any) -> dict[str, Any]:
    """All that a payable of `obligor`'s to the supplier needs: papers, invoice, credit line."""
    plain = {
        "supplier": world.supplier.address,
        "cash": world.cash.address,
        "face": FACE,
        "due": world.today + TENOR,
        "creditLine": 0,
        "budgetLine": line,
        "fingerprint": "",
        "contractDocument": "",
        "deliveryDocument": "",
        "programme": 1,
        "order": False,
        "reasons": ZERO,
        "green": 0,
        "framework": 0,
        "category": 0,
        "greenDocument": ZERO,
    } | changes
    plain["creditLine"] = plain["creditLine"] or world.bank.grants(obligor, 5 * FACE)
    plain["fingerprint"] = plain["fingerprint"] or signed_obligation(world, obligor, world.supplier, FACE)
    for key, kind in (("contractDocument", CONTRACT), ("deliveryDocument", DELIVERY)):
        plain[key] = plain[key] or filed(world, obligor, kind)
    return plain


def filed(world: World, actor: Actor, kind: int) -> str:
    document = world.new_hash("paper")
    world.documents.register(document, kind, ZERO, actor.by)
    return document


def accepted_receivable(world: World, obligor: Actor | None = None, line: int = 0, **changes: Any) -> int:
    obligor = obligor or world.core
    receivable = obligor.confirms(confirmation(world, obligor, line, **changes))
    world.supplier.accepts(receivable)
    return receivable


def three_pieces(world: World, receivable: int) -> None:
    """[300,000, 700,000) goes to the sub-supplier; the supplier keeps what is before and behind."""
    world.supplier.passes_on(
        receivable, 0, 300_000, 700_000, world.subsupplier, filed(world, world.supplier, TRADE)
    )


def write_piece(world: World, receivable: int, start: int, holder: Actor, end: int, sequence: int) -> None:
    """A free piece with this number, straight into the book's storage."""
    packed = int(holder.address, 16) | end << 160 | 1 << 224 | sequence << 240
    inner = keccak(encode(["uint64", "uint256"], [receivable, 0]))
    slot = keccak(encode(["uint64", "bytes32"], [start, inner]))
    write_storage(world.piece_book.address, slot, packed)


def discount(face: int, rate_ppm: int, days: int) -> int:
    """ACT/360, half-up to the fen: the reference for the contract's own."""
    whole = 360 * 1_000_000
    return (face * rate_ppm * days + whole // 2) // whole


def quote(world: World, receivable: int, start: int = 0, end: int = FACE, **changes: Any) -> dict[str, Any]:
    """A quote of the financier's for the piece at 0, payable today; the amounts follow from the rest."""
    due = int(world.receivables.receivable(receivable)[1])
    day = world.today
    plain = {
        "receivable": receivable,
        "pieceStart": 0,
        "sequence": world.sequence(receivable, 0),
        "start": start,
        "end": end,
        "holder": world.supplier.address,
        "financier": world.financier.address,
        "ratePpm": RATE,
        "convention": 1,
        "recourse": False,
        "fundingDay": day,
        "endDay": due,
        "discount": discount(end - start, RATE, due - day),
        "fee": 100,
        "feePayee": NOBODY,
        "net": 0,
        "nonce": 1,
        "deadline": world.now + 3_600,
    } | changes
    plain["net"] = changes.get("net", plain["end"] - plain["start"] - plain["discount"] - plain["fee"])
    return plain


def registry_papers(world: World, financier: Actor | None = None) -> tuple[str, str, str]:
    """A registration's number and certificate, and the search result, which the financier filed before."""
    financier = financier or world.financier
    search = filed(world, financier, REGISTRY_SEARCH)
    return digest(f"number of {search}"), filed(world, financier, REGISTRATION), search


def accepted_quote(world: World, receivable: int, **changes: Any) -> dict[str, Any]:
    q = quote(world, receivable, **changes)
    world.supplier.accepts_quote(q, world.financier.signs("Quote", q, world.financing))
    return q


def other_supplier(world: World) -> Actor:
    """Somebody admitted as a supplier who has no part in the receivable."""
    world.operator.amends(world.rival, roles=SUPPLIER)
    return world.rival


def storage_roots(world: World) -> list[str]:
    """What the chain's state says of every contract's storage, in one hash each."""
    contracts = [c.address for c in vars(world).values() if hasattr(c, "abi")]
    proofs = [web3.provider.make_request("eth_getProof", [address, [], "latest"]) for address in contracts]
    return [proof["result"]["storageHash"] for proof in proofs]
