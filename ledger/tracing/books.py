"""Who, what and when: the business facts that events tell, ready to be asked by number or address."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ledger.domain.history import EventRow
from ledger.domain.kinds import DocumentKind
from ledger.domain.obligations import NOBODY
from ledger.domain.purposes import held_key
from ledger.domain.roles import Role
from ledger.domain.states import ReceivableState
from ledger.errors import BadInput, NotFound
from ledger.tracing.axes import AxisNames, line_axis, pool_axis
from ledger.tracing.columns import IncompleteHistory
from ledger.tracing.impactbooks import ImpactBooks, readable
from ledger.tracing.legbooks import LegBooks
from ledger.tracing.maturitybooks import MaturityBooks
from ledger.tracing.pieces import PieceBooks, Step
from ledger.tracing.poolbooks import PoolBooks
from ledger.tracing.told import Told

_DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Party:
    """An admitted participant. `illustrative`: no source names this party."""

    account: str
    name: str
    identifier: str
    illustrative: bool


@dataclass(frozen=True, slots=True)
class Bond:
    """A bond. `raised` is zero until it is closed; `value_date` is a day number, None when not published."""

    id: int
    label: str
    issuer: str
    cash: str
    raised: int = 0
    value_date: int | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Project:
    """A project that bonds pay into."""

    id: int
    label: str
    framework: int
    category: int


@dataclass(frozen=True, slots=True)
class Line:
    """A budget line: one (bond, project)."""

    id: int
    label: str
    bond: int
    project: int


@dataclass(frozen=True, slots=True)
class Receivable:
    """A confirmed payable. `line` is zero when no bond funds it."""

    id: int
    obligor: str
    supplier: str
    cash: str
    face: int
    due: int
    line: int
    fingerprint: str
    documents: tuple[str, ...]
    programme: int = 1
    order: bool = False
    green: int = 0
    overdue: bool = False
    state: ReceivableState = ReceivableState.PROPOSED


@dataclass(frozen=True, slots=True)
class Obligation:
    """A typed document that a payment discharges. `kind` as the library `Kinds` numbers it."""

    fingerprint: str
    document: str
    kind: int


@dataclass(frozen=True, slots=True)
class Financing:
    """A funded quote. The fen `[start, end)` cost `net`; the financier keeps `discount`, its payee `fee`.

    What it says of its registration, `number` and `documents`, is attested by the financier.
    """

    receivable: int
    start: int
    end: int
    holder: str
    financier: str
    discount: int
    fee: int
    fee_payee: str
    net: int
    number: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refunded:
    """`[reversed_offset, + amount)` that left `axis` came back as `[in_offset, + amount)` of `into`."""

    bond: int
    axis: str
    into: str
    reversed_offset: int
    amount: int
    in_offset: int
    document: str


@dataclass(frozen=True, slots=True)
class Loss:
    """`[offset, + amount)` that left the pool for a placement is lost, until it is made good."""

    offset: int
    amount: int
    document: str


@dataclass(frozen=True, slots=True)
class Placement:
    """`[offset, + amount)` of the pool's outgoing fen went to `place` for a while; `back` of them were
    returned, and of the lost ones `good` made good."""

    id: int
    bond: int
    place: str
    instrument: str
    document: str
    offset: int
    amount: int
    back: int = 0
    good: int = 0
    losses: tuple[Loss, ...] = ()

    @property
    def lost(self) -> int:
        return sum(one.amount for one in self.losses) - self.good

    @property
    def placed(self) -> int:
        return self.amount - self.back - self.good - self.lost

    def loss_at(self, number: int) -> Loss | None:
        """The loss that a fen of the pool's outgoing ones is of; whether it was made good, the walk says."""
        return next((one for one in self.losses if one.offset <= number < one.offset + one.amount), None)


@dataclass(slots=True)
class Spent:
    """What events say was paid from a bond's lines, to be compared with what the trace finds."""

    paid: int = 0
    refunded: int = 0


class Books:
    """Everything that events told, up to the last one applied. Events are applied in chain order."""

    def __init__(self, zone_seconds: int = 0) -> None:
        self.axes = AxisNames()
        self.pieces = PieceBooks()
        self.impact = ImpactBooks()
        self.maturity = MaturityBooks()
        self.asset_pools = PoolBooks()
        self.legs = LegBooks()
        self.told = Told()
        self.parties: dict[str, Party] = {}
        self.bonds: dict[int, Bond] = {}
        self.projects: dict[int, Project] = {}
        self.lines: dict[int, Line] = {}
        self.receivables: dict[int, Receivable] = {}
        self.obligations: dict[str, Obligation] = {}
        self.financings: dict[str, Financing] = {}
        self.trades: set[tuple[str, str]] = set()
        self.orders: set[str] = set()
        self.refunds: list[Refunded] = []
        self.placements: dict[int, Placement] = {}
        self.spent: defaultdict[int, Spent] = defaultdict(Spent)
        self.payments: defaultdict[int, list[int]] = defaultdict(list)
        self.currencies: dict[str, str] = {}
        self.banks: dict[str, str] = {}
        self.conversions: dict[str, str] = {}
        self.modules: dict[int, str] = {}
        self.contracts: dict[str, str] = {}
        self._categories: defaultdict[int, list[str]] = defaultdict(list)
        self._dates = _Dates(zone_seconds)

    def apply(self, rows: Iterable[EventRow]) -> None:
        """Takes events in. Contracts and events that say nothing here pass unseen.

        Raises:
            IncompleteHistory: when an event speaks of what no earlier one made.
            PieceHistoryBroken: when an act on a piece does not follow on the one before.
        """
        for row in rows:
            self.contracts.setdefault(row.address, row.contract)
            self.told.apply(row)
            if row.contract == "PieceBook":
                self.pieces.apply(row)
            self._take(Books._learn_impact, row)
            self._take(Books._learn_maturity, row)
            self._take(Books._learn_pools, row)
            self._take(Books._learn_legs, row)
            act = _ACTS.get((row.contract, row.name))
            if act is not None:
                self._take(act, row)

    def _learn_impact(self, row: EventRow) -> None:
        self.impact.apply(row)

    def _learn_maturity(self, row: EventRow) -> None:
        self.maturity.apply(row)

    def _learn_pools(self, row: EventRow) -> None:
        self.asset_pools.apply(row)

    def _learn_legs(self, row: EventRow) -> None:
        self.legs.apply(row)

    def _take(self, act: Callable[[Books, EventRow], None], row: EventRow) -> None:
        try:
            act(self, row)
        except KeyError as missing:
            raise IncompleteHistory(
                f"{row.contract}.{row.name} speaks of what no earlier event made",
                who=f"block {row.block}, log {row.log}",
                needed=missing.args[0],
            ) from missing

    def bond(self, bond: int | str) -> Bond:
        """By number or label; a label that two bonds share must be given by number.

        Raises:
            NotFound, BadInput
        """
        if isinstance(bond, int):
            numbered = self.bonds.get(bond)
        else:
            numbered = self.bonds.get(int(bond)) if bond.isdecimal() else None
        found = numbered or self._labelled(str(bond))
        if found is None:
            raise NotFound(f"there is no bond {bond}", who=bond)
        return found

    def _labelled(self, label: str) -> Bond | None:
        found = [bond for bond in self.bonds.values() if bond.label == label]
        if len(found) > 1:
            had = [bond.id for bond in found]
            raise BadInput(f"several bonds are labelled {label}", had=had, needed="a number")
        return found[0] if found else None

    def receivable(self, receivable: int) -> Receivable:
        """By number; NotFound."""
        found = self.receivables.get(receivable)
        if found is None:
            raise NotFound(f"there is no receivable {receivable}", who=receivable)
        return found

    def party(self, account: str) -> Party:
        """Who has an account; somebody not admitted is shown by address."""
        return self.parties.get(account) or Party(account, account, "", False)

    def is_trade(self, step: Step) -> bool:
        """Whether a piece changed hands against a trade document of who gave it, or an invoice that both
        signed."""
        return (step.sender, step.document) in self.trades or step.document in self.obligations

    def lock_name(self, lock: int) -> str | None:
        """The module of a lock's index, by the name of its contract where that is known; None for no lock."""
        if not lock:
            return None
        module = self.modules.get(lock, str(lock))
        return self.contracts.get(module, module)

    def category(self, project: Project) -> str:
        """The category's code in the framework's own list."""
        return self._categories[project.framework][project.category]

    def placement_at(self, bond: int, number: int) -> Placement:
        """The one that a fen which left the pool for a bank is in; IncompleteHistory when none is."""
        for found in self.placements.values():
            if found.bond == bond and found.offset <= number < found.offset + found.amount:
                return found
        raise IncompleteHistory(
            "money left a pool for a bank and no placement says why", who=bond, had=number
        )

    def lines_of(self, bond: int) -> list[Line]:
        """A bond's budget lines."""
        return [line for line in self.lines.values() if line.bond == bond]

    def receivables_of(self, bond: int) -> list[Receivable]:
        """The receivables that a bond's lines fund."""
        lines = {line.id for line in self.lines_of(bond)}
        return [r for r in self.receivables.values() if r.line in lines]

    def business_day(self, block: int, timestamp: int) -> int:
        """The business date at the end of a block (DESIGN 3, rule 9), as a day number."""
        return self._dates.day(block, timestamp)

    def add_categories(self, framework: int, codes: Iterable[str]) -> None:
        """A framework's own list only grows; a version names which of it are admitted."""
        mine = self._categories[framework]
        for code in map(readable, codes):
            if code not in mine:
                mine.append(code)

    def post_date(self, block: int, day: int) -> None:
        """A posted business date: the deployment is a replay, and block dates count no more."""
        self._dates.post(block, day)


@dataclass(slots=True)
class _Dates:
    """Posted business dates by block; without any, the block's own date in the programme's time zone."""

    zone_seconds: int
    blocks: list[int] = field(default_factory=list)
    days: list[int] = field(default_factory=list)

    def post(self, block: int, day: int) -> None:
        self.blocks.append(block)
        self.days.append(day)

    def day(self, block: int, timestamp: int) -> int:
        if self.days:
            return self.days[max(bisect_right(self.blocks, block) - 1, 0)]
        return (timestamp + self.zone_seconds) // _DAY_SECONDS


# --- one function an event ---


def _admitted(books: Books, row: EventRow) -> None:
    a = row.args
    illustrative = bool(a["admission"]["roles"] & Role.ILLUSTRATIVE)
    books.parties[a["account"]] = Party(a["account"], a["name"], readable(a["identifier"]), illustrative)
    books.axes.add_party(a["account"])


def _amended(books: Books, row: EventRow) -> None:
    party = books.parties[row.args["account"]]
    illustrative = bool(row.args["admission"]["roles"] & Role.ILLUSTRATIVE)
    books.parties[party.account] = replace(party, illustrative=illustrative)


def _date_posted(books: Books, row: EventRow) -> None:
    books.post_date(row.block, row.args["day"])


def _cash_listed(books: Books, row: EventRow) -> None:
    books.currencies[row.args["cash"]] = readable(row.args["currency"])
    books.banks[row.args["cash"]] = row.args["bank"]


def _framework(books: Books, row: EventRow) -> None:
    books.add_categories(row.args["framework"], row.args["categories"])


def _bond_registered(books: Books, row: EventRow) -> None:
    a, terms = row.args, row.args["terms"]
    books.bonds[a["bond"]] = Bond(a["bond"], a["label"], a["issuer"], terms["cash"])
    books.axes.add_bond(a["bond"])


def _booked(books: Books, row: EventRow) -> None:
    books.axes.add_booking(row.args["bond"], row.args["investor"])


def _proceeds_received(books: Books, row: EventRow) -> None:
    a = row.args
    date = a["valueDate"] or None
    bond = books.bonds[a["bond"]]
    books.bonds[bond.id] = replace(bond, raised=a["raised"], value_date=date, closed=True)


def _service_opened(books: Books, row: EventRow) -> None:
    books.axes.add_payment(row.args["bond"], row.args["service"])
    books.payments[row.args["bond"]].append(row.args["service"])


def _pool_registered(books: Books, row: EventRow) -> None:
    books.axes.add_asset_pool(row.args["pool"], len(row.args["tranches"]))


def _project_registered(books: Books, row: EventRow) -> None:
    a = row.args
    books.projects[a["project"]] = Project(a["project"], a["label"], a["framework"], a["category"])


def _line_opened(books: Books, row: EventRow) -> None:
    a = row.args
    books.lines[a["line"]] = Line(a["line"], a["label"], a["bond"], a["project"])
    books.axes.add_line(a["bond"], a["line"])


def _paid(books: Books, row: EventRow) -> None:
    books.spent[row.args["bond"]].paid += row.args["amount"]


def _encumbrance_paid(books: Books, row: EventRow) -> None:
    books.spent[row.args["bond"]].paid += row.args["end"] - row.args["start"]


def _refunded(books: Books, row: EventRow) -> None:
    a = row.args
    books.spent[a["bond"]].refunded += a["amount"]
    books.refunds.append(
        Refunded(
            a["bond"],
            a["axis"],
            line_axis(a["line"]),
            a["reversedOffset"],
            a["amount"],
            a["inOffset"],
            a["document"],
        )
    )


def _placed(books: Books, row: EventRow) -> None:
    a = row.args
    made = Placement(
        a["placement"], a["bond"], a["place"], a["instrument"], a["document"], a["outOffset"], a["amount"]
    )
    books.placements[made.id] = made


def _placement_returned(books: Books, row: EventRow) -> None:
    found = books.placements[row.args["placement"]]
    books.placements[found.id] = replace(found, back=found.back + row.args["principal"])
    _back_in_pool(books, row, row.args["principal"])


def _loss_made_good(books: Books, row: EventRow) -> None:
    found = books.placements[row.args["placement"]]
    books.placements[found.id] = replace(found, good=found.good + row.args["amount"])
    _back_in_pool(books, row, row.args["amount"])


def _back_in_pool(books: Books, row: EventRow, amount: int) -> None:
    """Nothing, where a bank brought income alone."""
    a, pool = row.args, pool_axis(row.args["bond"])
    if amount:
        books.refunds.append(
            Refunded(a["bond"], pool, pool, a["reversedOffset"], amount, a["inOffset"], a["document"])
        )


def _placement_lost(books: Books, row: EventRow) -> None:
    a, found = row.args, books.placements[row.args["placement"]]
    lost = Loss(a["offset"], a["amount"], a["document"])
    books.placements[found.id] = replace(found, losses=(*found.losses, lost))


def _confirmed(books: Books, row: EventRow) -> None:
    a, c = row.args, row.args["confirmation"]
    books.receivables[a["receivable"]] = Receivable(
        id=a["receivable"],
        obligor=a["obligor"],
        supplier=a["supplier"],
        cash=c["cash"],
        face=c["face"],
        due=c["due"],
        line=c["budgetLine"],
        fingerprint=c["fingerprint"],
        documents=(c["contractDocument"], c["deliveryDocument"]),
        programme=c["programme"],
        order=c["order"],
        green=c["face"] if c["budgetLine"] else c["green"],
    )
    line = books.lines.get(c["budgetLine"])
    books.axes.add_receivable(line.bond if line else 0, c["budgetLine"], a["receivable"])


def _piece_settled(books: Books, row: EventRow) -> None:
    """What is held for a locked piece gets a name of its own: nobody has that account."""
    receivable, start, payee = row.args["receivable"], row.args["start"], row.args["payee"]
    if payee == held_key(receivable, start):
        name = f"held for receivable {receivable}, piece at {start}"
        books.parties[payee] = Party(payee, name, "", False)
        books.axes.add_held(payee, receivable)


def _receivable_state(state: ReceivableState) -> Callable[[Books, EventRow], None]:
    def act(books: Books, row: EventRow) -> None:
        receivable = books.receivables[row.args["receivable"]]
        books.receivables[receivable.id] = replace(receivable, state=state)

    return act


def _delivered(books: Books, row: EventRow) -> None:
    receivable = books.receivables[row.args["receivable"]]
    papers = (*receivable.documents, row.args["document"])
    books.receivables[receivable.id] = replace(receivable, order=False, documents=papers)


def _receivable_overdue(overdue: bool) -> Callable[[Books, EventRow], None]:
    def act(books: Books, row: EventRow) -> None:
        receivable = books.receivables[row.args["receivable"]]
        books.receivables[receivable.id] = replace(receivable, overdue=overdue)

    return act


def _obligation(books: Books, row: EventRow) -> None:
    o: dict[str, Any] = row.args["obligation"]
    fingerprint = row.args["fingerprint"]
    books.obligations[fingerprint] = Obligation(fingerprint, o["document"], o["kind"])


def _document_registered(books: Books, row: EventRow) -> None:
    if row.args["kind"] == DocumentKind.TRADE:
        books.trades.add((row.args["registrar"], row.args["document"]))
    if row.args["kind"] == DocumentKind.CONVERSION:
        books.conversions[row.args["document"]] = row.args["registrar"]


def _ordered(books: Books, row: EventRow) -> None:
    books.orders.add(row.args["order"])


def _pledge_ended(books: Books, row: EventRow) -> None:
    books.orders.add(row.args["document"])


def _financed(books: Books, row: EventRow) -> None:
    q = row.args["terms"]
    books.financings[row.args["quote"]] = Financing(
        receivable=q["receivable"],
        start=q["start"],
        end=q["end"],
        holder=q["holder"],
        financier=q["financier"],
        discount=q["discount"],
        fee=q["fee"],
        fee_payee=q["financier"] if q["feePayee"] == NOBODY else q["feePayee"],
        net=q["net"],
        number=readable(row.args["number"]),
        documents=(row.args["registration"], row.args["search"]),
    )


def _module_set(books: Books, row: EventRow) -> None:
    books.modules[row.args["index"]] = row.args["module"]


_ACTS: Final[dict[tuple[str, str], Callable[[Books, EventRow], None]]] = {
    ("Participants", "Admitted"): _admitted,
    ("Participants", "Amended"): _amended,
    ("Participants", "BusinessDatePosted"): _date_posted,
    ("CashRegistry", "CashListed"): _cash_listed,
    ("Frameworks", "FrameworkRegistered"): _framework,
    ("BondOffice", "BondRegistered"): _bond_registered,
    ("BondOffice", "Booked"): _booked,
    ("BondService", "ServiceOpened"): _service_opened,
    ("Proceeds", "ProceedsReceived"): _proceeds_received,
    ("AssetPools", "PoolRegistered"): _pool_registered,
    ("Proceeds", "ProjectRegistered"): _project_registered,
    ("Proceeds", "LineOpened"): _line_opened,
    ("Proceeds", "Paid"): _paid,
    ("Proceeds", "EncumbrancePaid"): _encumbrance_paid,
    ("Proceeds", "Refunded"): _refunded,
    ("Proceeds", "Placed"): _placed,
    ("Proceeds", "PlacementReturned"): _placement_returned,
    ("Proceeds", "LossMadeGood"): _loss_made_good,
    ("Proceeds", "PlacementLost"): _placement_lost,
    ("Receivables", "Confirmed"): _confirmed,
    ("Receivables", "Accepted"): _receivable_state(ReceivableState.ACCEPTED),
    ("Receivables", "Refused"): _receivable_state(ReceivableState.REFUSED),
    ("Receivables", "Returned"): _receivable_state(ReceivableState.RETURNED),
    ("Receivables", "Settled"): _receivable_state(ReceivableState.SETTLED),
    ("Receivables", "Voided"): _receivable_state(ReceivableState.VOIDED),
    ("Receivables", "Delivered"): _delivered,
    ("Receivables", "MarkedOverdue"): _receivable_overdue(True),
    ("Receivables", "MarkedCured"): _receivable_overdue(False),
    ("Maturity", "PieceSettled"): _piece_settled,
    ("Documents", "DocumentRegistered"): _document_registered,
    ("Documents", "ObligationRegistered"): _obligation,
    ("Transfers", "MovedByOrder"): _ordered,
    ("Transfers", "PledgeEnded"): _pledge_ended,
    ("Financing", "Financed"): _financed,
    ("PieceBook", "ModuleSet"): _module_set,
}
