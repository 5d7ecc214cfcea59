"""The acts that every history begins with: parties, money, a bond with allocations, lines, documents."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, permutations, product

from eth_hash.auto import keccak

from ledger.domain import purposes
from ledger.domain.coupons import Period, ServiceTerms, terms_hash
from ledger.domain.daycount import DayCount
from ledger.domain.kinds import DocumentKind
from ledger.domain.mandates import MandateKind
from ledger.domain.twin.assetpools import PoolTerms
from ledger.domain.twin.base import ZERO_HASH, word
from ledger.domain.twin.bonds import Terms
from ledger.domain.twin.cash import INFINITE
from ledger.domain.twin.frameworks import Content, Undertaking
from ledger.domain.twin.limitterms import LimitsDeclared
from ledger.domain.twin.participants import Admission
from ledger.domain.twin.tranches import TrancheTerms
from ledger.domain.typed_data import Obligation, Review, Statement, TypedData
from tests.twin.actors import (
    AUDITOR,
    AUTHORITY,
    BANK,
    BY_ADDRESS,
    COMPANIES,
    FINANCIERS,
    INVESTORS,
    ISSUERS,
    LENDER,
    NOBODY,
    OPERATOR,
    PARTICIPANTS,
    SERVICE_DESK,
    SUPPLIERS,
    VERIFIERS,
)
from tests.twin.acts import CATALOGUE, CODES, DAY, Act, Histories
from tests.twin.facilities import facilities_opening
from tests.twin.lending import lending_opening
from tests.twin.works import works_opening

ISSUER = ISSUERS[0].address


def opening(h: Histories) -> Iterator[Act]:
    """Each act is drawn only after the one before it was done."""
    yield from _parties(h)
    yield from _money(h)
    yield from _documents(h)
    yield from _bond(h)
    yield from _holding(h)
    yield from _credit(h)
    yield from _invoices(h)
    yield from lending_opening(h)
    yield from _pools(h)
    yield from works_opening(h)
    yield from facilities_opening(h)


def _parties(h: Histories) -> Iterator[Act]:
    people = h.world.participants
    day = (h.world.stage.timestamp + people.zone) // DAY
    if people.replay:
        yield h.act(OPERATOR.address, people, "postBusinessDate", day)
    for number, actor in enumerate(PARTICIPANTS):
        admission = Admission(actor.roles, False, day + 900, actor.group)
        identifier, kyc = word(f"USCC:{number}"), keccak(actor.name.encode())
        yield h.act(OPERATOR.address, people, "admit", actor.address, identifier, actor.name, admission, kyc)


def _money(h: Histories) -> Iterator[Act]:
    for actor in (*INVESTORS, *FINANCIERS, *COMPANIES, ISSUERS[0]):
        yield h.act(BANK.address, h.cash, "mint", actor.address, 1_000_000, keccak(b"receipt" + actor.key))
    for actor in PARTICIPANTS:
        w = h.world
        for module in (w.proceeds, w.financing, w.maturity, w.recourse, w.service, w.tranches):
            yield h.act(actor.address, h.cash, "approve", module.address, INFINITE)


def _documents(h: Histories) -> Iterator[Act]:
    kinds = (DocumentKind.CONTRACT, DocumentKind.DELIVERY, DocumentKind.ORDER, DocumentKind.OTHER)
    for actor, kind in product((*ISSUERS, *COMPANIES), kinds):
        yield _register(h, actor.address, kind)
    for actor in (*SUPPLIERS, COMPANIES[1]):
        yield _register(h, actor.address, DocumentKind.TRADE)
    for actor in (*VERIFIERS, AUDITOR, AUTHORITY, *FINANCIERS):
        yield _register(h, actor.address, DocumentKind.OTHER)
    yield _register(h, LENDER.address, DocumentKind.ATTESTATION)
    yield from _passing(h)
    for actor, kind in product(FINANCIERS, (DocumentKind.REGISTRY_SEARCH, DocumentKind.REGISTRATION)):
        yield _register(h, actor.address, kind)


def _passing(h: Histories) -> Iterator[Act]:
    """One pledge agreement that all registered, consents, and a court's orders."""
    for actor in (*SUPPLIERS, *FINANCIERS):
        args = (keccak(b"pledge"), int(DocumentKind.PLEDGE), ZERO_HASH)
        yield h.act(actor.address, h.world.documents, "register", *args)
    for actor in SUPPLIERS:
        yield _register(h, actor.address, DocumentKind.CONSENT)
    yield _register(h, AUTHORITY.address, DocumentKind.COURT_ORDER)


def _register(h: Histories, who: str, kind: DocumentKind) -> Act:
    hash_ = keccak(purposes.address_bytes(who) + bytes([kind]))
    return h.act(who, h.world.documents, "register", hash_, int(kind), ZERO_HASH)


def _bond(h: Histories) -> Iterator[Act]:
    w = h.world
    yield h.act(ISSUER, w.frameworks, "register", _content(h))
    content = w.frameworks.framework(1).content_hash
    review = Review(1, content, VERIFIERS[0].address, 1, 1, 3, h.today + 900, keccak(b"review"), ZERO_HASH, 1)
    yield h.act(
        ISSUER, w.frameworks, "submitReview", review, _signed(h, w.frameworks, review, review.verifier)
    )
    coupons = ServiceTerms(day_count=DayCount.ACT_360, rate_ppm=90_000, grace_days=3, callable_from=h.today)
    days = [h.today + 6 * n for n in range(7)]
    periods = tuple(Period(a, b, a, b, b - 1, 0, b) for a, b in pairwise(days))
    terms = Terms(
        1,
        h.cash.address,
        b"XS0000000001",
        1_000,
        1_000,
        10,
        850,
        h.today,
        issue_date=h.today,
        coupon_ppm=90_000,
        max_cost_ppm=50_000,
        service_terms=terms_hash(coupons, periods),
        document=keccak(b"terms"),
    )
    yield h.act(ISSUER, w.bonds, "register", terms, "the first bond")
    paper = keccak(purposes.address_bytes(ISSUER) + bytes([DocumentKind.OTHER]))
    limits = LimitsDeclared(word("EU"), 150_000, 0, 100_000, True, True, paper)
    yield h.act(ISSUER, w.limits, "declare", 1, limits)
    for investor in INVESTORS:
        yield h.act(investor.address, w.bonds, "book", 1, 300)
    yield h.act(ISSUER, w.bonds, "allot", 1, 2)
    yield h.act(ISSUER, w.bonds, "allot", 1, 2)
    yield h.act(ISSUER, w.bonds, "close", 1, 5_000, h.today)
    yield h.act(ISSUER, w.coupon_terms, "file", 1, coupons, periods)
    other = keccak(purposes.address_bytes(ISSUER) + bytes([DocumentKind.OTHER]))
    for company, code in zip(COMPANIES, CODES, strict=False):
        args = (1, company.address, code, h.cash.currency, 2_000_000, "project", other)
        yield h.act(ISSUER, w.proceeds, "registerProject", *args)
        number = len(w.proceeds.projects)
        yield h.act(ISSUER, w.proceeds, "openLine", 1, number, 500_000, True, "line")
        yield h.act(ISSUER, w.proceeds, "allocate", number, 400_000)


def _holding(h: Histories) -> Iterator[Act]:
    """A depository of the issuer's and of an investor's, a record day, and everybody allows trades."""
    token, keeper, until = h.world.bonds.tokens[1], FINANCIERS[0].address, h.today + 900
    for owner in (ISSUER, INVESTORS[0].address):
        args = (keeper, owner, int(MandateKind.DEPOSITORY), 1, until, keccak(b"custody"))
        yield h.act(owner, h.world.mandates, "grant", *args)
    for actor in (*INVESTORS, *FINANCIERS):
        for what in (token, h.cash):
            yield h.act(actor.address, what, "approve", h.world.trades.address, INFINITE)
    yield h.act(SERVICE_DESK.address, token, "addRecordDay", h.today + 2)


def _content(h: Histories) -> Content:
    """Two promises: a report each month, and a target judged by the first verifier."""
    due, unit = h.today + 30, b"tCO2e".ljust(16, b"\0")
    report = Undertaking(3, 0, 1, due, due + 400, NOBODY, word("REPORT"), bytes(16), 0)
    target = Undertaking(4, 1, 12, due, due + 800, VERIFIERS[0].address, word("AVOIDED"), unit, 500)
    return Content(keccak(b"framework"), CATALOGUE, list(CODES), [report, target])


def _credit(h: Histories) -> Iterator[Act]:
    yield h.act(LENDER.address, h.world.lines, "grant", ISSUER, h.cash.currency, 1_500_000, h.today + 900)
    for company in COMPANIES:
        yield h.act(ISSUER, h.world.lines, "grantSub", 1, company.address, 1_000_000, h.today + 900)


def _invoices(h: Histories) -> Iterator[Act]:
    documents = h.world.documents
    buyers = product((ISSUERS[0], *COMPANIES), SUPPLIERS)
    # What suppliers owe each other: pieces of some programmes move against nothing else.
    for number, (buyer, seller) in enumerate((*buyers, *permutations(SUPPLIERS, 2))):
        tag = keccak(b"invoice %d" % number)
        named = tag[:12] + purposes.address_bytes(seller.address)
        invoice = Obligation(
            named, tag, 1, h.cash.currency, 200_000, h.today, buyer.address, seller.address, NOBODY
        )
        signatures = [_signed(h, documents, invoice, who) for who in (buyer.address, seller.address)]
        yield h.act(seller.address, documents, "registerObligation", invoice, *signatures)


def _pools(h: Histories) -> Iterator[Act]:
    """An asset pool of the first financier's, open to every holder until the fourth day."""
    originator, trustee = FINANCIERS[0].address, FINANCIERS[1].address
    yield _register(h, originator, DocumentKind.CONTRACT)
    paper = keccak(purposes.address_bytes(originator) + bytes([DocumentKind.CONTRACT]))
    closes_on = h.today + 3
    terms = PoolTerms(trustee, closes_on, closes_on + 80, 980_000, h.cash.address, 1, True, 1_000, paper)
    tranches = [TrancheTerms(30_000, 30_000), TrancheTerms(10_000, 80_000)]
    yield h.act(originator, h.world.asset_pools, "register", terms, tranches, "the first asset pool")
    yield h.act(trustee, h.world.asset_pools, "takeOn", 1)


def _signed(h: Histories, contract: object, statement: Statement, signer: str) -> bytes:
    at: str = contract.address  # type: ignore[attr-defined]
    return BY_ADDRESS[signer].sign(TypedData(h.world.stage.chain_id, at, statement).digest())
