"""What a deployment consists of: contracts in the order of their needs, and the wiring between them.

The plan is data. `deploying` carries it out, `proof` compares the live system with it. What every act reads
(admission, evidence, cash, the book of pieces) is immutable; the other modules stand behind ERC-1967 proxies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from ledger.domain.catalogues import catalogues
from ledger.domain.dates import day_number
from ledger.domain.kinds import DocumentKind
from ledger.domain.money import currency
from ledger.domain.programmes import Programme, Terms
from ledger.domain.purposes import BANK, LOANS, MATURITY, POOLS, PROCEEDS, SERVICE, module_id
from ledger.domain.roles import Role
from ledger.errors import BadInput

Kind = Literal["immutable", "proxy", "implementation"]

IMPLEMENTATION = "-implementation"
POWERS = "Powers"
MODULES = (
    "Proceeds",
    "CreditLines",
    "BondOffice",
    "CouponTerms",
    "BondService",
    "Receivables",
    "Financing",
    "Maturity",
    "Tranches",
    "AssetPools",
    "Impact",
    "Labels",
    "SupplierLoans",
)
_MAY_OPEN, _MAY_MOVE, _MAY_LOCK, _MAY_DISCHARGE = 1, 2, 4, 8


@dataclass(frozen=True, slots=True)
class Ref:
    """The address of another contract of the plan, by its record's name."""

    name: str


@dataclass(frozen=True, slots=True)
class Creation:
    """One contract: `name` of its record, `artifact` to create it from, `abi` to speak to it with."""

    name: str
    artifact: str
    abi: str
    args: tuple[Any, ...]
    kind: Kind

    def needs(self) -> set[str]:
        return {argument.name for argument in self.args if isinstance(argument, Ref)}


@dataclass(frozen=True, slots=True)
class Wire:
    """One power given while the deployer still may: `function(args)` on `target`, sent through `Powers.wire`.

    It is in force when the view `question(asked)` on the target gives `expected`.
    """

    what: str
    target: str
    function: str
    args: tuple[Any, ...]
    question: str
    asked: tuple[Any, ...]
    expected: Any


@dataclass(frozen=True, slots=True)
class CashPlan:
    """One ledger cash. `bank` is the settlement bank's account; `name` of the record, `Cash-<currency>`."""

    currency: str
    bank: str
    name: str = ""

    @property
    def record(self) -> str:
        return self.name or f"Cash-{self.currency}"


MORE_PROGRAMMES: Final = (
    Programme(terms=Terms.ACCEPTANCE | Terms.ORDERS),
    Programme(terms=Terms.ACCEPTANCE | Terms.TWO_PERSONS | Terms.ORDERS),
)
"""Beside the first programme, whose pieces move on notice: one that asks the receiver, and one that asks for
two persons as well. Further ones come by delayed powers."""


POCKETS: Final[Mapping[str, int]] = {"EU": 150_000, "CN": 0, "ICMA": 0}
"""What may stand outside the screening criteria: 15% under Reg. (EU) 2023/2631 art. 5, nothing under
中国绿色债券原则 2022 and under the GBP, which know no pocket."""


@dataclass(frozen=True, slots=True)
class CataloguePlan:
    """A catalogue known by its code, from its first day to its last (0: no end). Its list's hash is in hex
    without a prefix, zeros when the list is not at hand."""

    code: str
    first_day: int
    last_day: int = 0
    content_hash: str = "00" * 32


def known_catalogues() -> tuple[CataloguePlan, ...]:
    """What a new deployment begins with: the lists of `ledger.domain.catalogues`."""
    return tuple(
        CataloguePlan(
            one.code,
            day_number(one.since),
            day_number(one.until) if one.until else 0,
            one.content_hash.hex(),
        )
        for one in catalogues()
    )


@dataclass(frozen=True, slots=True)
class DeploymentPlan:
    """Everything a deployment is decided by. Addresses are accounts of the consortium.

    Args:
        replay: business dates are posted, for ever (DESIGN 3, rule 9).
        zone: the programme's time zone, seconds east of UTC.
        delay: seconds between approval and execution of a change, at least one hour.
        programme: number 1 of the programmes of receivables, `more_programmes` those after it.
        cure_days: how long a breach may stay open before a bond's label is withdrawn; ours, no rule names it.
        answer_days: how long an alert may stay open before it shows as overdue; ours, for good.
        pockets: what a bond's pocket may be at most (ppm), by the code of the jurisdiction it follows.
    """

    operator: str
    guardian: str
    cashes: tuple[CashPlan, ...]
    replay: bool = False
    zone: int = 8 * 3600
    delay: int = 2 * 24 * 3600
    programme: Programme = field(default_factory=Programme)
    more_programmes: tuple[Programme, ...] = MORE_PROGRAMMES
    catalogues: tuple[CataloguePlan, ...] = field(default_factory=known_catalogues)
    cure_days: int = 90
    answer_days: int = 30
    pockets: Mapping[str, int] = field(default_factory=lambda: dict(POCKETS))

    def __post_init__(self) -> None:
        if self.operator == self.guardian:
            raise BadInput("operator and guardian must be two keys", who=self.operator)
        names = [cash.record for cash in self.cashes]
        if not names or len(set(names)) != len(names):
            raise BadInput("each ledger cash needs a name of its own, and there is at least one", had=names)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> DeploymentPlan:
        cashes = tuple(CashPlan(**cash) for cash in content["cashes"])
        lists = tuple(CataloguePlan(**one) for one in content["catalogues"])
        first = Programme(**content["programme"])
        more = tuple(Programme(**one) for one in content["more_programmes"])
        made = {"cashes": cashes, "programme": first, "more_programmes": more, "catalogues": lists}
        return cls(**{**content, **made})

    def creations(self) -> tuple[Creation, ...]:
        """Every contract, each after all that it needs."""
        cashes = (_cash(cash) for cash in self.cashes)
        return (*_cores(self), *cashes, *_modules(), _alerts(self.answer_days))

    def wires(self) -> tuple[Wire, ...]:
        """Every power a contract holds over another."""
        cashes = [wire for cash in self.cashes for wire in _cash_wires(cash.record)]
        return (
            BIND,
            *cashes,
            *_book_wires(),
            *_evidence_wires(),
            *_duty_wires(),
            *_keeper_wires(),
            *(_catalogue_wire(one) for one in self.catalogues),
            _cure_days_wire(self.cure_days),
            *(_pocket_wire(code, ppm) for code, ppm in self.pockets.items()),
            *_programme_wires((self.programme, *self.more_programmes)),
        )


def _cores(plan: DeploymentPlan) -> tuple[Creation, ...]:
    powers, participants = Ref(POWERS), Ref("Participants")
    units = (participants, Ref("Mandates"), Ref("Documents"))
    return (
        _core(POWERS),
        _core("Participants", powers, plan.replay, plan.zone),
        _core("CashRegistry", powers),
        _core("Documents", participants, powers),
        _core("Frameworks", participants, powers),
        _core("Undertakings", participants, Ref("Documents"), Ref("Frameworks")),
        _core("Records", participants, Ref("Documents")),
        _core("PieceBook", participants, powers),
        _core("Mandates", participants),
        _core("Programmes", powers),
        Creation(f"Account{IMPLEMENTATION}", "Account", "Account", (participants,), "implementation"),
        _core("AccountFactory", Ref(f"Account{IMPLEMENTATION}")),
        Creation(f"GreenBond{IMPLEMENTATION}", "GreenBond", "GreenBond", units, "implementation"),
    )


def _core(name: str, *args: Any) -> Creation:
    return Creation(name, name, name, args, "immutable")


def _cash(cash: CashPlan) -> Creation:
    unit = currency(cash.currency)
    title = (f"Ledger cash {unit.code}", f"g{unit.code}")
    args = (Ref("Participants"), Ref(POWERS), cash.bank, unit.code_bytes, unit.digits, *title)
    return Creation(cash.record, "Cash", "Cash", args, "immutable")


def _modules() -> tuple[Creation, ...]:
    powers, participants = Ref(POWERS), Ref("Participants")
    documents, frameworks, book = Ref("Documents"), Ref("Frameworks"), Ref("PieceBook")
    registry, proceeds, lines = Ref("CashRegistry"), Ref("Proceeds"), Ref("CreditLines")
    receivables, green_bond = Ref("Receivables"), Ref(f"GreenBond{IMPLEMENTATION}")
    office, coupons = Ref("BondOffice"), Ref("CouponTerms")
    parties = (Ref("Programmes"), Ref("AccountFactory"), frameworks)
    ours = (powers, participants, documents, frameworks, book)
    codes = (_code("ProceedsBooks", *ours), _code("Placements", *ours), _code("Works", *ours))
    return (
        *codes,
        *_module("Proceeds", *ours, *(Ref(code.name) for code in codes)),
        *_module("CreditLines", powers, participants),
        *_module(
            "BondOffice", powers, participants, frameworks, proceeds, registry, green_bond, Ref("Mandates")
        ),
        _core("Trades", Ref("BondOffice")),
        _core("LimitTerms", powers, participants, documents, office, proceeds),
        _core("Facilities", participants, documents, frameworks, registry, office),
        *_module("CouponTerms", powers, participants, documents, office),
        *_module("BondService", powers, participants, Ref("Mandates"), documents, office, proceeds, coupons),
        *_module("Receivables", powers, participants, documents, book, registry, lines, proceeds, *parties),
        _core("Transfers", participants, documents, book, receivables, Ref("Programmes")),
        *_module("Financing", powers, participants, documents, book, receivables),
        *_module("Maturity", powers, participants, book, Ref("Programmes"), receivables, lines, proceeds),
        _core(
            "Recourse",
            participants,
            documents,
            book,
            Ref("Programmes"),
            receivables,
            Ref("Maturity"),
            Ref("Financing"),
        ),
        _core("FactoringFiles", participants, documents, book, receivables),
        _core("BankInstructions", participants, registry, receivables),
        _core("Legs", participants, documents, office),
        *_module("SupplierLoans", powers, participants, documents, registry, Ref("Mandates")),
        *_module("Tranches", powers, participants, documents, registry),
        *_module(
            "AssetPools", powers, participants, documents, book, receivables, Ref("Maturity"), Ref("Tranches")
        ),
        *_module("Impact", powers, participants, documents, frameworks, proceeds),
        *_module(
            "Labels", powers, participants, documents, frameworks, Ref("Undertakings"), Ref("BondOffice")
        ),
    )


def _alerts(answer_days: int) -> Creation:
    """Not behind a proxy, as what was raised and judged is nobody's to rewrite."""
    neighbours = (Ref("Participants"), Ref("Documents"), Ref("BondOffice"), Ref("Labels"))
    return _core("Alerts", *neighbours, answer_days)


def _module(name: str, *args: Any) -> tuple[Creation, Creation]:
    code = _code(name, *args)
    return (code, Creation(name, "ModuleProxy", name, (Ref(code.name),), "proxy"))


def _code(name: str, *args: Any) -> Creation:
    return Creation(f"{name}{IMPLEMENTATION}", name, name, args, "implementation")


BIND: Final = Wire(
    "the admission record that the operator can never be in",
    POWERS,
    "bind",
    (Ref("Participants"),),
    "participants",
    (),
    Ref("Participants"),
)


def _cash_wires(cash: str) -> tuple[Wire, ...]:
    listed = Wire(f"{cash} is listed", "CashRegistry", "list", (Ref(cash),), "isCash", (Ref(cash),), True)
    controllers = [
        Wire(
            f"{name} controls its purposes on {cash}",
            cash,
            "setController",
            (module, Ref(name)),
            "controllerOf",
            (module,),
            Ref(name),
        )
        for name, module in (
            ("Proceeds", PROCEEDS),
            ("Maturity", MATURITY),
            ("BondService", SERVICE),
            ("SupplierLoans", LOANS),
            ("Tranches", POOLS),
            ("BankInstructions", BANK),
        )
    ]
    return (listed, *controllers)


def _book_wires() -> tuple[Wire, ...]:
    modules = (
        ("Receivables", 1, _MAY_OPEN | _MAY_DISCHARGE),
        ("Financing", 2, _MAY_MOVE | _MAY_LOCK),
        ("Maturity", 3, _MAY_DISCHARGE),
        ("Transfers", 4, _MAY_MOVE | _MAY_LOCK),
        ("Recourse", 6, _MAY_MOVE),
        ("AssetPools", 5, _MAY_MOVE | _MAY_LOCK),
    )
    return tuple(
        Wire(
            f"{name} is module {index} of the book of pieces",
            "PieceBook",
            "setModule",
            (Ref(name), index, permissions),
            "moduleOf",
            (Ref(name),),
            (index, permissions),
        )
        for name, index, permissions in modules
    )


def _evidence_wires() -> tuple[Wire, ...]:
    users = [
        Wire(
            f"{name} uses capacity",
            "Documents",
            "setUser",
            (Ref(name), True),
            "isUser",
            (Ref(name),),
            True,
        )
        for name in ("Proceeds", "Receivables", "Transfers", "SupplierLoans")
    ]
    return (*users, *(_kind_wire(kind, rule) for kind, rule in KINDS.items()))


KINDS: Mapping[DocumentKind, Mapping[str, int]] = {
    DocumentKind.INVOICE: {"second": 1, "attesterRole": 0},
    DocumentKind.LOAN_DRAWDOWN: {"second": 1, "attesterRole": 0},
    DocumentKind.REFINANCING: {"second": 2, "attesterRole": int(Role.VERIFIER)},
}
"""Who signs an obligation document beside its payer: 1 the payee, 2 an attester with a role."""


def _kind_wire(kind: DocumentKind, rule: Mapping[str, int]) -> Wire:
    label = kind.name.lower().replace("_", " ")
    return Wire(
        f"rule of {label} documents",
        "Documents",
        "setKind",
        (int(kind), rule),
        "kindRule",
        (int(kind),),
        rule,
    )


def _duty_wires() -> tuple[Wire, ...]:
    duties = (
        ("Proceeds", "BondOffice", "BONDS"),
        ("Proceeds", "Receivables", "RECEIVABLES"),
        ("Proceeds", "Maturity", "MATURITY"),
        ("CreditLines", "Receivables", "RECEIVABLES"),
        ("CreditLines", "Maturity", "MATURITY"),
        ("Receivables", "Maturity", "MATURITY"),
        ("BondOffice", "CouponTerms", "SERVICE"),
        ("BondOffice", "BondService", "SERVICE"),
        ("CouponTerms", "BondService", "SERVICE"),
        ("Proceeds", "BondService", "SERVICE"),
        ("Tranches", "AssetPools", "POOLS"),
        ("Labels", "Alerts", "ALERTS"),
        ("Proceeds", "LimitTerms", "LIMITS"),
        ("BondOffice", "Facilities", "FACILITIES"),
    )
    return tuple(
        Wire(
            f"{module} has the duty {duty} at {target}",
            target,
            "setDuty",
            (Ref(module), module_id(duty)),
            "dutyOf",
            (Ref(module),),
            module_id(duty),
        )
        for target, module, duty in duties
    )


def _keeper_wires() -> tuple[Wire, ...]:
    """Who says whom the money of a locked piece goes to; the holders of other locks are paid themselves."""
    keepers = (("Transfers", 4), ("AssetPools", 5))
    return tuple(
        Wire(
            f"{name} keeps the money of the pieces it locked",
            "Maturity",
            "setKeeper",
            (index, Ref(name)),
            "keeperOf",
            (index,),
            Ref(name),
        )
        for name, index in keepers
    )


def _catalogue_wire(one: CataloguePlan) -> Wire:
    code, content_hash = module_id(one.code), bytes.fromhex(one.content_hash)
    return Wire(
        f"catalogue {one.code}",
        "Frameworks",
        "setCatalogue",
        (code, one.first_day, one.last_day, content_hash),
        "catalogue",
        (code,),
        {"from": one.first_day, "until": one.last_day, "contentHash": content_hash},
    )


def _pocket_wire(code: str, ppm: int) -> Wire:
    name, rule = module_id(code), {"known": True, "pocketPpm": ppm}
    what = f"pocket under the rules of {code}"
    return Wire(what, "LimitTerms", "setJurisdiction", (name, rule), "jurisdiction", (name,), rule)


def _cure_days_wire(days: int) -> Wire:
    return Wire("days to cure a breach of a label", "Labels", "setCureDays", (days,), "cureDays", (), days)


def _programme_wires(programmes: tuple[Programme, ...]) -> Iterator[Wire]:
    for number, programme in enumerate(programmes, 1):
        terms = {_camel(name): int(value) for name, value in asdict(programme).items()}
        what = f"programme {number} of receivables"
        yield Wire(what, "Programmes", "set", (number, terms), "programme", (number,), terms)


def _camel(name: str) -> str:
    """`min_piece` -> `minPiece`: the contract's name of a field."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
