"""The state machines of pieces, loans and alerts: how each state is reached, and every act tried there.

What is expected of each act in each state stands in tests/data/state_machines.toml (STATE-1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from eth_hash.auto import keccak

from ledger.domain import purposes
from ledger.domain.discount import Convention, discount_half_up
from ledger.domain.kinds import DocumentKind
from ledger.domain.states import (
    AlertState,
    ApplicationState,
    AssetPoolState,
    DrawdownState,
    InstructionState,
    LineState,
    LoanState,
    PieceState,
    PoolPieceState,
    QuoteState,
    ReceivableState,
)
from ledger.domain.twin.assetpools import Part as PoolPart
from ledger.domain.twin.assetpools import PoolTerms
from ledger.domain.twin.base import ZERO_HASH
from ledger.domain.twin.participants import Admission
from ledger.domain.twin.pieces import Limits
from ledger.domain.twin.receivables import Confirmation
from ledger.domain.twin.supplierloans import LoanApplication, LoanTerms
from ledger.domain.twin.tranches import TrancheTerms
from ledger.domain.twin.transfers import HoldKind, Part, Place
from ledger.domain.typed_data import EarlyQuote, Obligation, Quote, Statement, TypedData
from tests.twin.actors import (
    AUDITOR,
    AUTHORITY,
    BANK,
    BY_ADDRESS,
    COMPANIES,
    FINANCIERS,
    GUARDIAN,
    INVESTORS,
    ISSUERS,
    LENDER,
    NOBODY,
    OPERATOR,
    STRANGER,
    SUPPLIERS,
    VERIFIERS,
    Actor,
)
from tests.twin.acts import DAY
from tests.twin.ground import Ground

CALLERS: Final[Mapping[str, Actor]] = {
    "obligor": COMPANIES[0],
    "group": ISSUERS[0],
    "supplier": SUPPLIERS[0],
    "second supplier": SUPPLIERS[1],
    "financier": FINANCIERS[0],
    "second financier": FINANCIERS[1],
    "line bank": LENDER,
    "settlement bank": BANK,
    "investor": INVESTORS[0],
    "verifier": VERIFIERS[0],
    "auditor": AUDITOR,
    "authority": AUTHORITY,
    "operator": OPERATOR,
    "guardian": GUARDIAN,
    "stranger": STRANGER,
}
BY: Final = {name: actor.address for name, actor in CALLERS.items()}
FACE: Final = 40_000
HALF: Final = FACE // 2
DUE_DAYS: Final = 40
ACCEPT_DAYS: Final = 10
RATE: Final = 36_000
NUMBER: Final = b"0001".ljust(32, b"\0")
REASON: Final = keccak(b"reason")
INVOICE: Final = keccak(b"invoice 4")[:12] + purposes.address_bytes(BY["supplier"])


def paper(who: str, kind: DocumentKind) -> bytes:
    """What the opening registered for each."""
    return keccak(purposes.address_bytes(BY[who]) + bytes([kind]))


def lending(who: str, kind: DocumentKind) -> bytes:
    return keccak(b"lending" + CALLERS[who].key + bytes([kind]))


class Scene:
    """One life, as far as it was brought."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.world = ground, ground.world
        self.id = 0
        self.quote: Any = None
        self.signature = b""
        self.paper = ZERO_HASH

    @property
    def today(self) -> int:
        return self.ground.today

    @property
    def cash(self) -> Any:
        return next(iter(self.world.cashes.values()))

    def at(self, module: str) -> Any:
        return self.cash if module == "cash" else getattr(self.world, module)

    def do(self, who: str, module: str, function: str, *args: Any) -> Any:
        return self.ground.do(BY[who], self.at(module).address, function, *args)

    def piece(self, start: int = 0) -> Any:
        return self.world.book.pieces[self.id, start]

    def part(self, start: int = 0, end: int = FACE) -> Part:
        return Part(self.id, start, self.piece(start).sequence, start, end)

    def sign(self, who: str, module: str, statement: Statement) -> bytes:
        return CALLERS[who].sign(TypedData(31_337, self.at(module).address, statement).digest())

    def suspend(self, who: str) -> None:
        had = self.world.participants.admission(BY[who])
        changed = Admission(had.roles, True, had.lapse_day, had.group)
        self.do("operator", "participants", "amend", BY[who], changed, REASON)

    # --- lives ---

    def confirm(self) -> None:
        self.id = self.do("obligor", "receivables", "confirm", self.confirmation())

    def confirmation(self) -> Confirmation:
        kinds = (paper("obligor", DocumentKind.CONTRACT), paper("obligor", DocumentKind.DELIVERY))
        due = self.today + DUE_DAYS
        return Confirmation(BY["supplier"], self.cash.address, FACE, due, 2, 0, INVOICE, *kinds)

    def accepted(self) -> None:
        self.confirm()
        self.do("supplier", "receivables", "accept", self.id, 2, ZERO_HASH)

    def due(self) -> None:
        self.ground.days_pass(DUE_DAYS)

    def pay_in(self, amount: int) -> None:
        self.do("obligor", "maturity", "payIn", self.id, amount)

    def settle(self, pieces: int = 9) -> None:
        self.do("stranger", "maturity", "settle", self.id, pieces)

    def settled(self) -> None:
        self.pay_in(FACE)
        self.settle()

    def quoted(self) -> None:
        """The financier's offer for all of it, with recourse, good for a day."""
        discount = discount_half_up(FACE, RATE, DUE_DAYS)
        self.quote = Quote(
            receivable=self.id, piece_start=0, sequence=self.piece().sequence, start=0, end=FACE,
            holder=BY["supplier"], financier=BY["financier"], rate_ppm=RATE, convention=Convention.ACT_360,
            recourse=True, funding_day=self.today, end_day=self.today + DUE_DAYS, discount=discount, fee=0,
            fee_payee=NOBODY, net=FACE - discount, nonce=1, deadline=self.world.stage.timestamp + 4 * DAY,
        )  # fmt: skip
        self.signature = self.sign("financier", "financing", self.quote)

    def take_quote(self) -> None:
        self.quoted()
        self.do("supplier", "financing", "accept", self.quote, self.signature)

    def fund(self) -> None:
        self.take_quote()
        self.do("financier", "financing", "fund", self.quote, *funding())

    def early(self) -> None:
        """The supplier would take 39,000 for all of it, today."""
        until = self.world.stage.timestamp + 90 * DAY
        self.quote = EarlyQuote(self.id, 0, self.piece().sequence, BY["supplier"], FACE - 1_000, 5, until)
        self.signature = self.sign("supplier", "maturity", self.quote)

    def give_order(self, function: str, *args: Any) -> None:
        self.do("authority", "transfers", function, *args, paper("authority", DocumentKind.COURT_ORDER))


def funding() -> tuple[bytes, bytes, bytes]:
    registration = paper("financier", DocumentKind.REGISTRATION)
    return NUMBER, registration, paper("financier", DocumentKind.REGISTRY_SEARCH)


@dataclass(frozen=True)
class Act:
    """One call, with the arguments that its rightful caller would give."""

    module: str
    function: str
    args: Callable[[Scene, str], tuple[Any, ...]]


@dataclass(frozen=True)
class Machine:
    """`states`: how each is reached; `state_of` names the one that a scene is in.
    `passes`: where days alone lead, and how many."""

    states: Mapping[str, Callable[[Scene], object]]
    acts: Mapping[str, Act]
    state_of: Callable[[Scene], str]
    passes: Mapping[str, tuple[int, str]] = field(default_factory=dict)


def steps(*parts: Callable[[Scene], object]) -> Callable[[Scene], object]:
    return lambda scene: [part(scene) for part in parts]


def does(who: str, module: str, function: str, *args: Any) -> Callable[[Scene], object]:
    """An act on the scene's own number."""
    return lambda s: s.do(who, module, function, s.id, *args)


def days(count: int) -> Callable[[Scene], object]:
    return lambda s: s.ground.days_pass(count)


def own(*args: Any) -> Callable[[Scene, str], tuple[Any, ...]]:
    return lambda s, _: (s.id, *args)


# --- credit line ---


def request(s: Scene) -> None:
    s.id = s.do("group", "lines", "request", BY["line bank"], b"CNY", 500_000, s.today + 5)


GRANT: Final = lambda s: s.do("line bank", "lines", "grantRequested", s.id, 500_000, s.today + 5)  # noqa: E731
LINE: Final = Machine(
    {
        "requested": request,
        "active": steps(request, GRANT),
        "suspended": steps(
            request, GRANT, lambda s: s.do("line bank", "lines", "change", s.id, 500_000, s.today + 5, True)
        ),
        "expired": steps(request, GRANT, days(6)),
        "refused": steps(request, does("line bank", "lines", "refuseRequest", REASON)),
        "withdrawn": steps(request, does("group", "lines", "withdrawRequest")),
    },
    {
        "grant": Act("lines", "grantRequested", lambda s, _: (s.id, 500_000, s.today + 5)),
        "refuse": Act("lines", "refuseRequest", own(REASON)),
        "withdraw": Act("lines", "withdrawRequest", own()),
        "suspend": Act("lines", "change", lambda s, _: (s.id, 500_000, s.today + 5, True)),
        "resume": Act("lines", "change", lambda s, _: (s.id, 500_000, s.today + 5, False)),
        "grant a subsidiary": Act(
            "lines", "grantSub", lambda s, _: (s.id, BY["obligor"], 1_000, s.today + 5)
        ),
        "reserve": Act("lines", "reserve", own(BY["group"], b"CNY", 1)),
    },
    lambda s: LineState(s.world.lines.state_of(s.id)).name.lower(),
    {"active": (6, "expired")},
)

# --- receivable ---


def receivable_state(s: Scene) -> str:
    r = s.world.receivables.receivable(s.id)
    name = ReceivableState(r.state).name.lower()
    if name == "proposed" and s.today > r.confirmed_on + ACCEPT_DAYS:
        return "unanswered"
    if name == "accepted" and r.void_by:
        return "to be voided"
    if name != "accepted" or s.today < r.due:
        return name
    return "paid in" if s.world.maturity.paid_in(s.id) == FACE else "due"


PROPOSE_VOID: Final = does("obligor", "receivables", "proposeVoid", REASON)
RECEIVABLE: Final = Machine(
    {
        "proposed": Scene.confirm,
        "unanswered": steps(Scene.confirm, days(ACCEPT_DAYS + 1)),
        "accepted": Scene.accepted,
        "to be voided": steps(Scene.accepted, PROPOSE_VOID),
        "due": steps(Scene.accepted, Scene.due),
        "paid in": steps(Scene.accepted, Scene.due, lambda s: s.pay_in(FACE)),
        "refused": steps(Scene.confirm, does("supplier", "receivables", "refuse", REASON)),
        "returned": steps(
            Scene.confirm, days(ACCEPT_DAYS + 1), does("stranger", "receivables", "returnUnanswered")
        ),
        "settled": steps(Scene.accepted, Scene.due, Scene.settled),
        "voided": steps(Scene.accepted, PROPOSE_VOID, does("supplier", "receivables", "void")),
    },
    {
        "accept": Act("receivables", "accept", own(2, ZERO_HASH)),
        "refuse": Act("receivables", "refuse", own(REASON)),
        "return unanswered": Act("receivables", "returnUnanswered", own()),
        "propose to void": Act("receivables", "proposeVoid", own(REASON)),
        "withdraw the proposal": Act("receivables", "withdrawVoid", own()),
        "void": Act("receivables", "void", own()),
        "deliver": Act("receivables", "deliver", own(paper("obligor", DocumentKind.DELIVERY))),
        "pay in": Act("maturity", "payIn", own(1_000)),
        "settle": Act("maturity", "settle", own(9)),
        "mark settled": Act("receivables", "markSettled", own()),
        "mark overdue directly": Act("receivables", "markOverdue", own()),
    },
    receivable_state,
    {"proposed": (ACCEPT_DAYS + 1, "unanswered"), "accepted": (DUE_DAYS, "due")},
)

# --- piece ---


def offer(s: Scene) -> None:
    s.do(
        "supplier",
        "transfers",
        "offer",
        s.part(),
        BY["second supplier"],
        paper("supplier", DocumentKind.TRADE),
    )


def pledge(s: Scene) -> None:
    s.do("supplier", "transfers", "pledge", s.part(), BY["financier"], keccak(b"pledge"))


def freeze(s: Scene) -> None:
    s.give_order("freeze", s.part())


def put_in(s: Scene) -> None:
    s.do("supplier", "asset_pools", "putIn", 1, pool_part(s))


def pool_part(s: Scene) -> PoolPart:
    return PoolPart(s.id, 0, s.piece().sequence, 0, FACE)


def settle_early(s: Scene) -> None:
    s.early()
    s.do("obligor", "maturity", "settleEarly", s.quote, s.signature)


def piece_state(s: Scene) -> str:
    piece, at = s.piece(), (s.id, 0)
    if piece.end != FACE:
        return "cut in two"
    if piece.kind >= PieceState.PAID:
        return PieceState(piece.kind).name.lower()
    if at in s.world.transfers.freezes:
        return "frozen"
    hold = s.world.transfers.hold_of(*at)
    if hold.kind == HoldKind.OFFER:
        return "offered" if s.today <= hold.last_day else "offer over"
    if hold.kind == HoldKind.PLEDGE:
        return "pledged"
    locked = {s.world.financing.address: "sold by quote", s.world.asset_pools.address: "in a pool"}
    for module, name in locked.items():
        if piece.state == PieceState.LOCKED | s.world.book.module_of(module)[0] << 3:
            return name
    return "held" if piece.holder == BY["supplier"] else "passed on"


COURT: Final = paper("authority", DocumentKind.COURT_ORDER)
TRADE: Final = paper("supplier", DocumentKind.TRADE)
PIECE: Final = Machine(
    {
        "held": Scene.accepted,
        "offered": steps(Scene.accepted, offer),
        "offer over": steps(Scene.accepted, offer, days(6)),
        "pledged": steps(Scene.accepted, pledge),
        "frozen": steps(Scene.accepted, freeze),
        "sold by quote": steps(Scene.accepted, Scene.take_quote),
        "in a pool": steps(Scene.accepted, put_in),
        "paid": steps(Scene.accepted, settle_early),
        "voided": steps(Scene.accepted, PROPOSE_VOID, does("supplier", "receivables", "void")),
    },
    {
        "split": Act("transfers", "split", lambda s, _: (s.id, 0, s.piece().sequence, HALF)),
        "transfer": Act("transfers", "transfer", lambda s, _: (s.part(), BY["second supplier"], TRADE)),
        "offer": Act("transfers", "offer", lambda s, _: (s.part(), BY["second supplier"], TRADE)),
        "accept the offer": Act("transfers", "accept", lambda s, _: (Place(s.id, 0, s.piece().sequence),)),
        "decline the offer": Act("transfers", "decline", own(0)),
        "withdraw the offer": Act("transfers", "withdraw", own(0)),
        "let the offer lapse": Act("transfers", "lapse", own(0)),
        "pledge": Act("transfers", "pledge", lambda s, _: (s.part(), BY["financier"], keccak(b"pledge"))),
        "release the pledge": Act("transfers", "release", own(0)),
        "surrender the pledge": Act(
            "transfers", "surrender", own(0, paper("supplier", DocumentKind.CONSENT))
        ),
        "freeze": Act("transfers", "freeze", lambda s, _: (s.part(), COURT)),
        "lift the freeze": Act("transfers", "lift", own(0, COURT)),
        "move by order": Act("transfers", "moveByOrder", own(0, BY["second supplier"], COURT)),
        "put into a pool": Act("asset_pools", "putIn", lambda s, _: (1, pool_part(s))),
        "open in the book": Act("book", "open", lambda s, who: (77, who, 1, Limits(1, 2, 2, 1, 0))),
        "cut in the book": Act("book", "cut", lambda s, _: (s.id, 0, s.piece().sequence, HALF)),
        "move in the book": Act(
            "book", "move", lambda s, who: (s.id, 0, s.piece().sequence, BY["supplier"], who, REASON)
        ),
        "take in the book": Act(
            "book", "take", lambda s, who: (s.id, 0, s.piece().sequence, BY["supplier"], who, REASON)
        ),
        "lock in the book": Act("book", "lock", lambda s, _: (s.id, 0, s.piece().sequence)),
        "unlock in the book": Act("book", "unlock", lambda s, _: (s.id, 0, s.piece().sequence)),
        "discharge in the book": Act("book", "discharge", own(0, int(PieceState.PAID))),
    },
    piece_state,
    {"offered": (6, "offer over")},
)

# --- quote ---


def quote_state(s: Scene) -> str:
    financing = s.world.financing
    state = QuoteState(financing.state_of(financing.quote_digest(s.quote)))
    if state == QuoteState.UNKNOWN:
        return "revoked" if (s.quote.financier, 1) in financing.nonces else "signed"
    over = s.today > s.quote.funding_day
    return "not funded" if state == QuoteState.ACCEPTED and over else state.name.lower()


LAPSE: Final = lambda s: s.do("stranger", "financing", "lapse", s.quote)  # noqa: E731
QUOTE: Final = Machine(
    {
        "signed": steps(Scene.accepted, Scene.quoted),
        "revoked": steps(
            Scene.accepted, Scene.quoted, lambda s: s.do("financier", "financing", "revoke", s.quote.nonce)
        ),
        "accepted": steps(Scene.accepted, Scene.take_quote),
        "not funded": steps(Scene.accepted, Scene.take_quote, days(1)),
        "funded": steps(Scene.accepted, Scene.fund),
        "lapsed": steps(Scene.accepted, Scene.take_quote, days(1), LAPSE),
    },
    {
        "accept": Act("financing", "accept", lambda s, _: (s.quote, s.signature)),
        "fund": Act("financing", "fund", lambda s, _: (s.quote, *funding())),
        "let it lapse": Act("financing", "lapse", lambda s, _: (s.quote,)),
    },
    quote_state,
    {"accepted": (1, "not funded")},
)

# --- settlement ---


def two_pieces(s: Scene) -> None:
    s.accepted()
    s.do("supplier", "transfers", "split", s.id, 0, 0, HALF)


def round_state(s: Scene) -> str:
    r, progress = s.world.receivables.receivable(s.id), s.world.maturity.progress(s.id)
    if r.state == ReceivableState.SETTLED:
        return "settled"
    if progress.target != progress.previous:
        return "round open"
    paid = s.world.maturity.paid_in(s.id)
    if s.today < r.due:
        return "paid early" if paid else "not due"
    if paid == FACE:
        return "paid in whole"
    if paid == progress.previous:
        return "round over" if paid else "due"
    return "paid in part"


def pays(amount: int) -> Callable[[Scene], object]:
    return lambda s: s.pay_in(amount)


ONE: Final = lambda s: s.settle(1)  # noqa: E731
ROUNDS: Final = Machine(
    {
        "not due": two_pieces,
        "paid early": steps(two_pieces, pays(10_000)),
        "due": steps(two_pieces, Scene.due),
        "paid in part": steps(two_pieces, Scene.due, pays(10_000)),
        "round open": steps(two_pieces, Scene.due, pays(10_000), ONE),
        "round over": steps(two_pieces, Scene.due, pays(10_000), ONE, ONE),
        "paid in whole": steps(two_pieces, Scene.due, pays(FACE)),
        "settled": steps(two_pieces, Scene.due, Scene.settled),
    },
    {
        "pay in": Act("maturity", "payIn", own(10_000)),
        "pay in too much": Act("maturity", "payIn", own(FACE + 1)),
        "settle one piece": Act("maturity", "settle", own(1)),
        "settle none": Act("maturity", "settle", own(0)),
        "release held money": Act("maturity", "releaseHeld", own(0)),
        "claim": Act("maturity", "claim", lambda s, _: (s.cash.address,)),
        "split": Act("transfers", "split", lambda s, _: (s.id, 0, s.piece().sequence, 100)),
    },
    round_state,
    {"not due": (DUE_DAYS, "due"), "paid early": (DUE_DAYS, "paid in part")},
)

# --- overdue ---


def overdue_state(s: Scene) -> str:
    r, at = s.world.receivables.receivable(s.id), (s.id, 0)
    if r.state == ReceivableState.SETTLED:
        return "settled"
    if not r.overdue_on:
        return "due" if s.today == r.due else "late"
    if s.world.recourse.written_off_on(*at):
        return "written off"
    if at in s.world.recourse.demands:
        return "demanded"
    if s.piece().holder == BY["supplier"]:
        return "bought back"
    return "overdue" if s.today < r.due + 90 else "long overdue"


def moneyed(s: Scene) -> None:
    s.do("settlement bank", "cash", "mint", BY["supplier"], 1_000, keccak(b"first"))


LATE: Final = steps(Scene.accepted, Scene.fund, Scene.due, days(1))
OVERDUE: Final = steps(LATE, does("stranger", "maturity", "markOverdue"))
FINANCIERS_PAPER: Final = paper("financier", DocumentKind.OTHER)
DEMAND: Final = does("financier", "recourse", "demandRecourse", 0, 0, FINANCIERS_PAPER)


def another(s: Scene) -> tuple[Confirmation]:
    return (s.confirmation(),)


LADDER: Final = Machine(
    {
        "due": steps(Scene.accepted, Scene.fund, Scene.due),
        "late": LATE,
        "overdue": OVERDUE,
        "demanded": steps(moneyed, OVERDUE, DEMAND),
        "bought back": steps(moneyed, OVERDUE, DEMAND, does("supplier", "recourse", "repurchase", 0)),
        "long overdue": steps(OVERDUE, days(90)),
        "written off": steps(
            OVERDUE, days(90), does("financier", "recourse", "writeOff", 0, FINANCIERS_PAPER)
        ),
        "settled": steps(OVERDUE, Scene.settled),
    },
    {
        "mark overdue": Act("maturity", "markOverdue", own()),
        "demand recourse": Act("recourse", "demandRecourse", own(0, 0, FINANCIERS_PAPER)),
        "buy back": Act("recourse", "repurchase", own(0)),
        "write off": Act("recourse", "writeOff", own(0, FINANCIERS_PAPER)),
        "pay in": Act("maturity", "payIn", own(FACE)),
        "confirm another": Act("receivables", "confirm", lambda s, _: another(s)),
    },
    overdue_state,
    {"due": (1, "late"), "overdue": (90, "long overdue")},
)

# --- early settlement ---


def early_state(s: Scene) -> str:
    if s.piece().kind == PieceState.PAID:
        return "settled early"
    if (BY["supplier"], 5) in s.world.maturity.nonces:
        return "revoked"
    if s.piece().sequence != s.quote.sequence:
        return "stale"
    return "due" if s.today >= s.world.receivables.receivable(s.id).due else "signed"


SIGNED: Final = steps(Scene.accepted, Scene.early)
EARLY: Final = Machine(
    {
        "signed": SIGNED,
        "revoked": steps(SIGNED, lambda s: s.do("supplier", "maturity", "revokeEarly", 5)),
        "stale": steps(SIGNED, lambda s: s.do("supplier", "transfers", "split", s.id, 0, 0, HALF)),
        "due": steps(SIGNED, Scene.due),
        "settled early": steps(Scene.accepted, settle_early),
    },
    {"settle early": Act("maturity", "settleEarly", lambda s, _: (s.quote, s.signature))},
    early_state,
    {"signed": (DUE_DAYS, "due")},
)

# --- asset pool ---

NOMINALS: Final = (30_000, 10_000)


def new_pool(s: Scene) -> None:
    """The second financier keeps what the first one sells, from the third day on."""
    s.accepted()
    s.quote, closes_on = s.id, s.today + 3
    contract = paper("financier", DocumentKind.CONTRACT)
    terms = PoolTerms(
        BY["second financier"], closes_on, closes_on + 80, 980_000, s.cash.address, 1, True, 1_000, contract
    )
    tranches = [TrancheTerms(nominal, 50_000) for nominal in NOMINALS]
    s.paper = s.do("financier", "asset_pools", "register", terms, tranches, "another").to_bytes(32, "big")


def pool(s: Scene) -> int:
    return int.from_bytes(s.paper, "big")


def on_pool(who: str, module: str, function: str, *args: Any) -> Callable[[Scene], object]:
    return lambda s: s.do(who, module, function, pool(s), *args)


def pooled(*args: Any) -> Callable[[Scene, str], tuple[Any, ...]]:
    return lambda s, _: (pool(s), *args)


def pool_state(s: Scene) -> str:
    name = AssetPoolState(s.world.asset_pools.pool(pool(s)).state).name.lower()
    if name == "open" and s.today >= s.world.asset_pools.terms(pool(s)).closes_on:
        return "cut off"
    tranches = s.world.tranches.tranches
    full = all(tranches[pool(s), index].subscribed == nominal for index, nominal in enumerate(NOMINALS))
    return "full" if name == "open" and full else name


def pool_piece_state(s: Scene) -> str:
    found = s.world.asset_pools.piece_of(pool(s), 1)
    if found.collected:
        return "collected"
    if found.state == PoolPieceState.BOUGHT and s.piece().kind == PieceState.PAID:
        return "paid"
    return PoolPieceState(found.state).name.lower().replace("_", " ")


def offered(s: Scene) -> None:
    s.do("supplier", "asset_pools", "putIn", pool(s), pool_part(s))


def filled(s: Scene) -> None:
    offered(s)
    for index, nominal in enumerate(NOMINALS):
        s.do("investor", "tranches", "subscribe", pool(s), index, nominal)


OPEN: Final = steps(new_pool, on_pool("second financier", "asset_pools", "takeOn"))
CLOSED: Final = steps(OPEN, filled, days(3), on_pool("second financier", "asset_pools", "close"))
RUNNING: Final = steps(CLOSED, on_pool("stranger", "asset_pools", "buy", 9))
TRUSTEES_PAPER: Final = paper("second financier", DocumentKind.OTHER)
POOL: Final = Machine(
    {
        "proposed": new_pool,
        "open": steps(OPEN, offered),
        "full": steps(OPEN, filled),
        "cut off": steps(OPEN, filled, days(3)),
        "closed": CLOSED,
        "running": RUNNING,
        "cancelled": steps(OPEN, filled, on_pool("financier", "asset_pools", "cancel")),
    },
    {
        "take on": Act("asset_pools", "takeOn", pooled()),
        "cancel": Act("asset_pools", "cancel", pooled()),
        "subscribe": Act("tranches", "subscribe", pooled(0, 1)),
        "close": Act("asset_pools", "close", pooled()),
        "buy": Act("asset_pools", "buy", pooled(9)),
        "distribute": Act("tranches", "distribute", pooled()),
        "pay lots": Act("tranches", "pay", pooled([1])),
    },
    pool_state,
    {"open": (3, "cut off"), "full": (3, "cut off")},
)
BREACHED: Final = steps(
    RUNNING, on_pool("second financier", "asset_pools", "declareBreach", 1, TRUSTEES_PAPER)
)
PAID: Final = steps(RUNNING, days(DUE_DAYS - 3), Scene.settled)
POOL_PIECE: Final = Machine(
    {
        "offered": steps(OPEN, filled),
        "bought": RUNNING,
        "breached": BREACHED,
        "taken out": steps(OPEN, filled, on_pool("supplier", "asset_pools", "takeOut", 1)),
        "repurchased": steps(BREACHED, on_pool("financier", "asset_pools", "repurchase", 1)),
        "paid": PAID,
        "collected": steps(PAID, on_pool("second supplier", "asset_pools", "collect", [1])),
    },
    {
        "take out": Act("asset_pools", "takeOut", pooled(1)),
        "declare a breach": Act("asset_pools", "declareBreach", pooled(1, TRUSTEES_PAPER)),
        "buy back": Act("asset_pools", "repurchase", pooled(1)),
        "collect": Act("asset_pools", "collect", pooled([1])),
    },
    pool_piece_state,
)

# --- factoring file ---


def new_file(s: Scene) -> None:
    s.accepted()
    s.do("supplier", "files", "open", s.id, 0, 0, FACE)


ORDER: Final = lending("supplier", DocumentKind.ORDER)
DELIVERY: Final = lending("supplier", DocumentKind.DELIVERY)
APPLICATION: Final = lending("supplier", DocumentKind.APPLICATION)
REVIEW: Final = lending("financier", DocumentKind.REVIEW_RESULT)


def files(kind: DocumentKind, document: bytes) -> Callable[[Scene], object]:
    return lambda s: s.do("supplier", "files", "filePaper", 1, int(kind), document, BY["supplier"])


def corrects(s: Scene) -> None:
    """A new order takes the old one's place."""
    s.do("supplier", "documents", "register", REASON, int(DocumentKind.ORDER), ORDER)
    files(DocumentKind.ORDER, REASON)(s)


def reviewed(approved: bool) -> Callable[[Scene], object]:
    return lambda s: s.do("financier", "files", "review", 1, 3, approved, REVIEW, REASON)


COMPLETE: Final = steps(
    new_file,
    files(DocumentKind.ORDER, ORDER),
    files(DocumentKind.DELIVERY, DELIVERY),
    files(DocumentKind.INVOICE, INVOICE),
)
APPLIED: Final = steps(
    COMPLETE, lambda s: s.do("supplier", "files", "applyTo", 1, BY["financier"], APPLICATION)
)


def file_state(s: Scene) -> str:
    state = ApplicationState(s.world.files.standing(1, BY["financier"]))
    if state != ApplicationState.NONE:
        return state.name.lower()
    return ("empty", "ordered", "delivered", "complete")[s.world.files.files[1].papers]


def version(s: Scene) -> int:
    return s.world.files.files[1].version


FILE: Final = Machine(
    {
        "empty": new_file,
        "ordered": steps(new_file, files(DocumentKind.ORDER, ORDER)),
        "delivered": steps(
            new_file, files(DocumentKind.ORDER, ORDER), files(DocumentKind.DELIVERY, DELIVERY)
        ),
        "complete": COMPLETE,
        "applied": APPLIED,
        "approved": steps(APPLIED, reviewed(True)),
        "rejected": steps(APPLIED, reviewed(False)),
        "outdated": steps(APPLIED, reviewed(True), corrects),
    },
    {
        "file the order": Act("files", "filePaper", lambda s, _: (1, 37, ORDER, BY["supplier"])),
        "file the delivery": Act("files", "filePaper", lambda s, _: (1, 34, DELIVERY, BY["supplier"])),
        "file the invoice": Act("files", "filePaper", lambda s, _: (1, 1, INVOICE, BY["supplier"])),
        "apply": Act("files", "applyTo", lambda s, _: (1, BY["financier"], APPLICATION)),
        "approve": Act("files", "review", lambda s, _: (1, version(s), True, REVIEW, REASON)),
        "reject": Act("files", "review", lambda s, _: (1, version(s), False, REVIEW, REASON)),
    },
    file_state,
)

# --- supplier loan ---


LOAN_PAPER: Final = keccak(b"loan")[:12] + purposes.address_bytes(BY["supplier"])


def apply_for(s: Scene) -> None:
    cash, block = s.cash.address, s.world.stage.block
    asked = LoanApplication(BY["financier"], cash, 100_000, REASON, block, APPLICATION)
    s.id = s.do("supplier", "loans", "applyFor", asked)
    invoice = Obligation(
        LOAN_PAPER, REASON, 2, b"CNY", 9_000, s.today, BY["financier"], BY["supplier"], NOBODY
    )
    signed = [s.sign(who, "documents", invoice) for who in ("financier", "supplier")]
    s.do("supplier", "documents", "registerObligation", invoice, *signed)


def loan_terms(s: Scene) -> LoanTerms:
    return LoanTerms(50_000, 60_000, 10, s.today + 30, REVIEW)


GRANTED: Final = steps(apply_for, lambda s: s.do("financier", "loans", "grant", s.id, loan_terms(s)))
DRAWN: Final = steps(moneyed, GRANTED, does("supplier", "loans", "draw", LOAN_PAPER, 5_000))
MARKED: Final = steps(DRAWN, days(11), lambda s: s.do("stranger", "loans", "markOverdue", 1))


def repay(s: Scene) -> None:
    s.do("supplier", "loans", "repay", 1, sum(s.world.loans.owed(1)))


def loan_state(s: Scene) -> str:
    line = s.world.loans.lines[s.id]
    late = line.overdue and line.state == LoanState.GRANTED
    return "in arrears" if late else LoanState(line.state).name.lower()


LOAN: Final = Machine(
    {
        "applied": apply_for,
        "granted": GRANTED,
        "in arrears": MARKED,
        "declined": steps(apply_for, does("financier", "loans", "decline", REVIEW)),
        "closed": steps(GRANTED, does("supplier", "loans", "close")),
    },
    {
        "grant": Act("loans", "grant", lambda s, _: (s.id, loan_terms(s))),
        "decline": Act("loans", "decline", own(REVIEW)),
        "close": Act("loans", "close", own()),
        "draw": Act("loans", "draw", own(LOAN_PAPER, 1_000)),
    },
    loan_state,
)


def drawdown_state(s: Scene) -> str:
    drawdown = s.world.loans.drawdowns[1]
    name = DrawdownState(drawdown.state).name.lower()
    return "late" if name == "outstanding" and s.today > drawdown.due_on else name


DRAWDOWN: Final = Machine(
    {
        "outstanding": DRAWN,
        "late": steps(DRAWN, days(11)),
        "overdue": MARKED,
        "repaid": steps(DRAWN, repay),
    },
    {
        "repay": Act("loans", "repay", lambda s, _: (1, max(sum(s.world.loans.owed(1)), 1))),
        "repay too much": Act("loans", "repay", lambda s, _: (1, sum(s.world.loans.owed(1)) + 1)),
        "mark overdue": Act("loans", "markOverdue", lambda s, _: (1,)),
        "claim": Act("loans", "claim", lambda s, _: (s.cash.address,)),
    },
    drawdown_state,
    {"outstanding": (11, "late")},
)

# --- redemption, and instructions to the bank ---


def redeem(s: Scene) -> None:
    s.do("supplier", "cash", "redeem", 700, REASON)


def redemption_state(s: Scene) -> str:
    axis = purposes.axis_of(purposes.CASH, purposes.redemption(BY["supplier"]))
    if s.cash.balance_of(axis):
        return "asked"
    return "paid out" if REASON in s.cash.references else "none"


REDEMPTION: Final = Machine(
    {
        "none": moneyed,
        "asked": steps(moneyed, redeem),
        "paid out": steps(
            moneyed,
            redeem,
            lambda s: s.do("settlement bank", "cash", "burn", BY["supplier"], 700, REASON),
        ),
    },
    {
        "pay out": Act("cash", "burn", lambda s, _: (BY["supplier"], 700, REASON)),
        "mint on a used receipt": Act("cash", "mint", lambda s, _: (BY["supplier"], 50, keccak(b"first"))),
        "take back": Act("cash", "cancelRedeem", lambda s, _: (700, REASON)),
    },
    redemption_state,
)


def instruct(s: Scene) -> None:
    """The bank has booked a receipt, which it has not named yet."""
    s.id = s.do("supplier", "instructions", "instructDeposit", s.cash.address, 1_000, 0)
    moneyed(s)


BOOKED: Final = keccak(b"first")
INSTRUCTION: Final = Machine(
    {
        "instructed": instruct,
        "confirmed": steps(instruct, does("settlement bank", "instructions", "confirm", BOOKED)),
        "failed": steps(instruct, does("settlement bank", "instructions", "fail", REASON)),
    },
    {
        "confirm": Act("instructions", "confirm", own(BOOKED)),
        "confirm what is not booked": Act("instructions", "confirm", own(REASON)),
        "fail": Act("instructions", "fail", own(REASON)),
    },
    lambda s: InstructionState(s.world.instructions.instructions[s.id].state).name.lower(),
)

# --- alert ---


ANSWER_DAYS: Final = 30
AGAIN: Final = ("investor", "verifier", "auditor", "authority")
"""Who may raise an alert on the bond, or raise a dismissed one again."""
ABOUT: Final = (1, keccak(b"what was found"), b"round-trip".ljust(32, b"\0"), NOBODY)


def own_paper(account: str, which: bytes = b"first") -> bytes:
    return keccak(which + purposes.address_bytes(account))


def files_own(s: Scene, who: str, which: bytes = b"first") -> bytes:
    document = own_paper(BY[who], which)
    s.do(who, "documents", "register", document, int(DocumentKind.OTHER), ZERO_HASH)
    return document


def raised(s: Scene) -> None:
    """By a holder of the first bond, about its issuer."""
    document = files_own(s, "investor")
    s.id = s.do("investor", "alerts", "raiseAlert", *ABOUT, document)
    for who in ("group", "auditor", "authority"):
        files_own(s, who)


def raised_again(s: Scene) -> None:
    s.do("verifier", "alerts", "reopen", s.id, own_paper(BY["verifier"], b"again"))


def with_new_papers(s: Scene) -> None:
    for who in AGAIN:
        files_own(s, who, b"again")


ASSIGNED: Final = steps(raised, lambda s: s.do("auditor", "alerts", "assign", s.id, BY["auditor"]))
EXPLAINED: Final = steps(ASSIGNED, lambda s: s.do("group", "alerts", "explain", s.id, own_paper(BY["group"])))
DISMISSED: Final = steps(
    ASSIGNED,
    lambda s: s.do("auditor", "alerts", "dismiss", s.id, 4, own_paper(BY["auditor"])),
    with_new_papers,
)


def alert_state(s: Scene) -> str:
    alert = s.world.alerts.alert(s.id)
    if alert.judge != NOBODY and s.world.alerts.is_overdue(s.id):
        return "overdue"
    if alert.state == AlertState.RAISED and alert.round > 1:
        return "raised again"
    return AlertState(alert.state).name.lower()


ALERT: Final = Machine(
    {
        "raised": raised,
        "assigned": ASSIGNED,
        "explained": EXPLAINED,
        "overdue": steps(ASSIGNED, days(ANSWER_DAYS + 1)),
        "confirmed": steps(
            ASSIGNED,
            lambda s: s.do("auditor", "alerts", "confirm", s.id, 1, False, own_paper(BY["auditor"])),
        ),
        "dismissed": DISMISSED,
        "raised again": steps(DISMISSED, raised_again),
    },
    {
        "raise the same": Act("alerts", "raiseAlert", lambda s, who: (*ABOUT, own_paper(who))),
        "assign": Act("alerts", "assign", lambda s, _: (s.id, BY["authority"])),
        "explain": Act("alerts", "explain", lambda s, who: (s.id, own_paper(who))),
        "confirm": Act("alerts", "confirm", lambda s, who: (s.id, 1, False, own_paper(who))),
        "dismiss": Act("alerts", "dismiss", lambda s, who: (s.id, 4, own_paper(who))),
        "reopen": Act("alerts", "reopen", lambda s, who: (s.id, own_paper(who, b"again"))),
    },
    alert_state,
    {"assigned": (ANSWER_DAYS + 1, "overdue"), "explained": (ANSWER_DAYS + 1, "overdue")},
)

MACHINES: Final[Mapping[str, Machine]] = {
    "credit line": LINE,
    "receivable": RECEIVABLE,
    "piece": PIECE,
    "quote": QUOTE,
    "settlement": ROUNDS,
    "overdue": LADDER,
    "early settlement": EARLY,
    "asset pool": POOL,
    "piece in a pool": POOL_PIECE,
    "factoring file": FILE,
    "supplier loan": LOAN,
    "drawdown": DRAWDOWN,
    "redemption": REDEMPTION,
    "bank instruction": INSTRUCTION,
    "alert": ALERT,
}
BY_NAME: Final = {actor.address: name for name, actor in CALLERS.items()}
assert set(BY_ADDRESS) >= set(BY.values())
