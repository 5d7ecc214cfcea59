"""The whole system on Brownie's chain, and the people who use it.

    world = World.deployed()
    world.supplier.accepts(receivable)

Every actor can try every act, so that a test can let the wrong one try. Amounts are fen, days are days since
1970 in the deployment's time zone.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import brownie
from brownie import Contract, accounts, chain
from eth_abi import encode
from eth_account import Account
from eth_utils import keccak

from scripts.brownie_direct import ask, sent
from tests.contracts.refusals import to_bytes

DAY = 86_400
ZONE = 8 * 3_600
DELAY = 3_600
ZERO = "0x" + "00" * 32
NOBODY = "0x" + "00" * 20
CNY, JPY = b"CNY", b"JPY"
COUNTER_MAX = 2**112 - 1
GAS_PRICE = 2 * 10**9  # above the base fee that Ganache begins with; on Anvil there is none

ISSUER, VERIFIER, INVESTOR, OBLIGOR, SUPPLIER, FINANCIER, BANK, AUDITOR, AUTHORITY = (
    1 << i for i in range(9)
)
INVOICE, LOAN_DRAWDOWN, REFINANCING = 1, 2, 3
TRADE, CONTRACT, DELIVERY, REGISTRATION, REGISTRY_SEARCH, OTHER = 32, 33, 34, 35, 36, 63
ORDER, APPLICATION, REVIEW_RESULT, ATTESTATION, CREDIT_NOTE, COURT_ORDER, PLEDGE, CONSENT = range(37, 45)
BOOKRUNNER, PAYING_AGENT, DEPOSITORY, AGENT, MAY_AUDIT, MAY_VERIFY, MAY_SEE_CREDIT = range(1, 8)
MAY_OPEN, MAY_MOVE, MAY_LOCK, MAY_DISCHARGE = 1, 2, 4, 8

MIN_PIECE, MAX_PIECES, MAX_LAYERS = 100, 6, 3
ACCEPT_DAYS, MAX_TENOR_DAYS = 10, 365
ACCEPTANCE, TWO_PERSONS, ORDERS = 1, 2, 4
WARN, ATTEST, BLOCK = 1, 2, 3
BY_DOCUMENT, DECLARED = 1, 2
CATALOGUE = "GBEPC-2021"
"""In force on every day of these tests."""
CURE_DAYS = 60
ANSWER_DAYS = 20

ANVIL_MNEMONIC = "test test test test test test test test test test test junk"

TYPES = {
    "Obligation": "bytes32 fingerprint,bytes32 document,uint8 kind,bytes3 currency,uint96 total,uint32 date,"
    "address payer,address payee,address attester",
    "Review": "uint32 framework,bytes32 contentHash,address verifier,uint8 kind,uint8 outcome,uint8 shade,"
    "uint32 validUntil,bytes32 document,bytes32 reasons,uint64 nonce",
    "Finding": "uint32 framework,uint8 index,uint32 occurrence,uint32 round,bytes32 report,uint128 value,"
    "address validator,uint8 outcome,bytes32 document",
    "Validation": "uint32 report,bytes32 contentHash,address verifier,uint8 outcome,bytes32 document,"
    "uint64 nonce",
    "Quote": "uint64 receivable,uint64 pieceStart,uint16 sequence,uint64 start,uint64 end,address holder,"
    "address financier,uint32 ratePpm,uint8 convention,bool recourse,uint32 fundingDay,uint32 endDay,"
    "uint64 discount,uint64 fee,address feePayee,uint64 net,uint256 nonce,uint64 deadline",
    "Trade": "uint32 bond,address seller,address buyer,uint64 units,uint256 price,uint256 nonce,"
    "uint64 deadline,bytes32 document",
    "EarlyQuote": "uint64 receivable,uint64 start,uint16 sequence,address holder,uint64 amount,uint256 nonce,"
    "uint64 deadline",
    "AccountStatement": "bytes32 digest",
}


def digest(label: str) -> str:
    """What a document of this name hashes to."""
    return "0x" + keccak(text=label).hex()


def label(text: str) -> str:
    """ASCII in a bytes32."""
    return "0x" + to_bytes(text).hex()


def purpose(name: str, *ids: Any) -> bytes:
    """A purpose id, derived here a second time so that the contracts' own derivation is checked."""
    kinds = ["address" if str(i).startswith("0x") else "uint256" for i in ids]
    return keccak(encode(["string", *kinds], [name, *ids]))


def axis_of(module: str, name: str, *ids: Any) -> str:
    """The address of a purpose axis."""
    raw = keccak(encode(["bytes32", "bytes32"], [to_bytes(module), purpose(name, *ids)]))
    return brownie.web3.to_checksum_address((b"axis" + raw[16:]).hex())


@cache
def _key(index: int) -> str:
    Account.enable_unaudited_hdwallet_features()
    account = Account.from_mnemonic(ANVIL_MNEMONIC, account_path=f"m/44'/60'/0'/0/{index}")
    return str(account.key.hex())


def signed(key: str, kind: str, message: dict[str, Any], contract: Any, chain_id: int | None = None) -> bytes:
    """An EIP-712 signature made without asking the contract for its digest."""
    fields = [dict(zip(("type", "name"), part.split(), strict=True)) for part in TYPES[kind].split(",")]
    domain = {
        "name": "Green Ledger",
        "version": "1",
        "chainId": chain.id if chain_id is None else chain_id,
        "verifyingContract": getattr(contract, "address", contract),
    }
    return bytes(Account.sign_typed_data(key, domain, {kind: fields}, message).signature)


@dataclass
class Actor:
    """Somebody with an account. `by` is how Brownie is told who sends."""

    world: "World" = field(repr=False)
    name: str
    index: int

    def __str__(self) -> str:
        """The address, so that an actor can be an argument wherever an account can."""
        return self.address

    @property
    def account(self) -> Any:
        return accounts[self.index]

    @property
    def address(self) -> str:
        return str(self.account.address)

    @property
    def by(self) -> dict[str, Any]:
        """With a price of gas, so that neither Brownie nor web3 asks the node for one, each, every time."""
        return {"from": self.account, "gas_price": GAS_PRICE}

    def signs(self, kind: str, message: dict[str, Any], contract: Any, chain_id: int | None = None) -> bytes:
        return signed(_key(self.index), kind, message, contract, chain_id)

    def balance(self) -> int:
        return int(self.world.cash.balanceOf(self.address))

    # --- documents ---

    def files(self, name: str, kind: int = OTHER, supersedes: str = ZERO) -> str:
        self.world.documents.register(digest(name), kind, supersedes, self.by)
        return digest(name)

    def registers_obligation(self, o: dict[str, Any], first: bytes, second: bytes) -> Any:
        return self.world.documents.registerObligation(tuple(o.values()), first, second, self.by)

    # --- operator ---

    def admits(
        self, who: Any, roles: int, group: int = 0, lapse: int | None = None, suspended: bool = False
    ) -> Any:
        call = self.world.admission_of(who, roles, group, lapse, suspended)
        return self.world.participants.admit(*call, self.by)

    def amends(self, who: Any, **changes: Any) -> Any:
        address = getattr(who, "address", who)
        names = ("roles", "suspended", "lapse", "group")
        old = dict(zip(names, self.world.participants.admission(address), strict=True))
        return self.world.participants.amend(
            address, tuple((old | changes).values()), digest("amendment"), self.by
        )

    def suspends(self, who: Any) -> Any:
        return self.amends(who, suspended=True)

    def lapses(self, who: Any) -> Any:
        return self.amends(who, lapse=self.world.today - 1)

    # --- mandates ---

    def mandates(
        self, agent: Any, kind: int, bond: int = 0, until: int | None = None, owner: Any = None
    ) -> int:
        """Grants `agent` reach for this actor, or into `owner`'s data."""
        until = self.world.today + 30 if until is None else until
        owner, document = self if owner is None else owner, digest("mandate")
        tx = self.world.mandates.grant(agent, owner, kind, bond, until, document, self.by)
        return int(tx.events["MandateGranted"]["mandate"])

    # --- settlement bank ---

    def mints(self, to: Any, amount: int, reference: str | None = None) -> Any:
        reference = self.world.new_hash("bank") if reference is None else reference
        return self.world.cash.mint(to, amount, reference, self.by)

    def burns(self, holder: Any, amount: int, reference: str | None = None) -> Any:
        reference = self.world.new_hash("bank") if reference is None else reference
        return self.world.cash.burn(holder, amount, reference, self.by)

    def grants(self, holder: Any, limit: int, expires: int | None = None, currency: bytes = CNY) -> int:
        expires = self.world.today + 400 if expires is None else expires
        tx = self.world.credit_lines.grant(holder, currency, limit, expires, self.by)
        return int(tx.events["LineGranted"]["line"])

    def grants_sub(self, parent: int, holder: Any, limit: int, expires: int | None = None) -> int:
        expires = self.world.today + 400 if expires is None else expires
        tx = self.world.credit_lines.grantSub(parent, holder, limit, expires, self.by)
        return int(tx.events["LineGranted"]["line"])

    # --- holders of cash ---

    def approves(self, spender: Any, amount: int) -> Any:
        return self.world.cash.approve(spender, amount, self.by)

    def sends(self, to: Any, amount: int) -> Any:
        return self.world.cash.transfer(to, amount, self.by)

    # --- issuer ---

    def registers_framework(self, *categories: str, undertakings: Any = ()) -> int:
        codes, promises = [label(c) for c in categories], [tuple(u.values()) for u in undertakings]
        content = (digest("framework"), label(CATALOGUE), codes, promises)
        tx = self.world.frameworks.register(content, self.by)
        return int(tx.events["FrameworkRegistered"]["framework"])

    def registers_bond(self, terms: dict[str, Any]) -> int:
        tx = self.world.bond_office.register(tuple(terms.values()), "Green bond", self.by)
        return int(tx.events["BondRegistered"]["bond"])

    def allots(self, bond: int, places: int = 100) -> Any:
        return self.world.bond_office.allot(bond, places, self.by)

    def closes(self, bond: int, cost: int = 0, value_date: int = 0) -> Any:
        return self.world.bond_office.close(bond, cost, value_date, self.by)

    def registers_project(
        self, framework: int, company: Any, category: str = "SOLAR", budget: int = 8_000_000
    ) -> int:
        document = self.world.new_hash("project")
        self.world.documents.register(document, OTHER, ZERO, self.by)
        tx = self.world.proceeds.registerProject(
            framework, company, label(category), CNY, budget, "Plant", document, self.by
        )
        return int(tx.events["ProjectRegistered"]["project"])

    def opens_line(
        self, bond: int, project: int, budget: int = 5_000_000, company_may_spend: bool = True
    ) -> int:
        tx = self.world.proceeds.openLine(bond, project, budget, company_may_spend, "Turbines", self.by)
        return int(tx.events["LineOpened"]["line"])

    def allocates(self, line: int, amount: int) -> Any:
        return self.world.proceeds.allocate(line, amount, self.by)

    def proposes_reallocation(self, source: int, target: int, amount: int) -> int:
        document = self.files(f"why {self.world.new_hash('r')}")
        tx = self.world.proceeds.proposeReallocation(source, target, amount, document, self.by)
        return int(tx.events["ReallocationProposed"]["reallocation"])

    def places(self, bond: int, amount: int, until: int = 0, at: Any = None) -> int:
        """With the settlement bank, unless another place is named."""
        at, document = (
            self.world.bank if at is None else at,
            self.files(f"deposit {self.world.new_hash('d')}"),
        )
        tx = self.world.proceeds.place(bond, at, amount, until, "Term deposit", document, self.by)
        return int(tx.events["Placed"]["placement"])

    def pays(self, line: int, fingerprint: str, amount: int) -> Any:
        return self.world.proceeds.pay(line, fingerprint, amount, self.by)

    # --- verifier ---

    def reviews(self, framework: int, **changes: Any) -> Any:
        review = self.world.review_of(framework, self, **changes)
        signature = self.signs("Review", review, self.world.frameworks)
        return self.world.frameworks.submitReview(tuple(review.values()), signature, self.by)

    def validates(self, report: int, signer: "Actor | None" = None, **changes: Any) -> Any:
        """In its own call; or in the signer's name, with its signature."""
        validation = self.world.validation_of(report, signer or self, **changes)
        signature = signer.signs("Validation", validation, self.world.impact) if signer else b""
        return self.world.impact.validate(tuple(validation.values()), signature, self.by)

    # --- issuer, project company ---

    def reports_impact(self, project: int, **changes: Any) -> int:
        figure = self.world.figure_of(self, **changes)
        tx = self.world.impact.report([project], label("CO2"), tuple(figure.values()), "basis", self.by)
        return int(tx.events["ImpactReported"]["report"])

    def restates(self, report: int, **changes: Any) -> int:
        figure = self.world.figure_of(self, **changes)
        tx = self.world.impact.restate(report, tuple(figure.values()), "basis", "metered anew", self.by)
        return int(tx.events["ImpactReported"]["report"])

    # --- undertakings ---

    def reports(self, framework: int, index: int, occurrence: int = 0, value: int = 0) -> Any:
        document = self.files(f"evidence {self.world.new_hash('e')}")
        return self.world.undertakings.report(framework, index, occurrence, value, document, self.by)

    def judges(self, framework: int, index: int, occurrence: int = 0, **changes: Any) -> Any:
        finding = self.world.finding_of(framework, index, occurrence, self, **changes)
        return self.world.undertakings.judge(tuple(finding.values()), b"", self.by)

    # --- investor ---

    def books(self, bond: int, units: int) -> Any:
        return self.world.bond_office.book(bond, units, self.by)

    def unbooks(self, bond: int, units: int) -> Any:
        return self.world.bond_office.cancelBooking(bond, units, self.by)

    # --- obligor, supplier, holders of pieces ---

    def confirms(self, confirmation: dict[str, Any]) -> int:
        tx = self.world.receivables.confirm(tuple(confirmation.values()), self.by)
        return int(tx.events["Confirmed"]["receivable"])

    def pays_in(self, receivable: int, amount: int | None = None) -> Any:
        """So much, or all that is missing."""
        if amount is None:
            face = int(self.world.receivables.receivable(receivable).dict()["face"])
            amount = face - self.world.axis(axis_of("MATURITY", "SETTLEMENT", receivable))[0]
        return self.world.maturity.payIn(receivable, amount, self.by)

    def settles_early(self, quote: dict[str, Any], signature: bytes) -> Any:
        return self.world.maturity.settleEarly(tuple(quote.values()), signature, self.by)

    def accepts(self, receivable: int, consent: int = DECLARED, document: str = ZERO) -> Any:
        return self.world.receivables.accept(receivable, consent, document, self.by)

    def splits(self, receivable: int, start: int, middle: int, sequence: int | None = None) -> Any:
        sequence = self.world.sequence(receivable, start) if sequence is None else sequence
        return self.world.transfers.split(receivable, start, sequence, middle, self.by)

    def passes_on(
        self,
        receivable: int,
        start: int,
        begin: int,
        end: int,
        to: Any,
        document: str,
        sequence: int | None = None,
    ) -> Any:
        sequence = self.world.sequence(receivable, start) if sequence is None else sequence
        part = (receivable, start, sequence, begin, end)
        return self.world.transfers.transfer(part, to, document, self.by)

    def offers(self, receivable: int, begin: int, end: int, to: Any, document: str) -> Any:
        """Of the first piece."""
        part = (receivable, 0, self.world.sequence(receivable, 0), begin, end)
        return self.world.transfers.offer(part, to, document, self.by)

    def takes(self, receivable: int, start: int) -> Any:
        """Accepts what was offered."""
        place = (receivable, start, self.world.sequence(receivable, start))
        return self.world.transfers.accept(place, self.by)

    def settles(self, receivable: int, pieces: int = 100) -> Any:
        return self.world.maturity.settle(receivable, pieces, self.by)

    # --- factoring ---

    def accepts_quote(self, quote: dict[str, Any], signature: bytes) -> Any:
        return self.world.financing.accept(tuple(quote.values()), signature, self.by)

    def funds(self, quote: dict[str, Any], number: str, registration: str, search: str) -> Any:
        return self.world.financing.fund(tuple(quote.values()), number, registration, search, self.by)


ADMITTED = {
    "bank": (BANK, 0),
    "issuer": (ISSUER, 0),
    "rival": (ISSUER, 0),
    "verifier": (VERIFIER, 0),
    "investor": (INVESTOR, 0),
    "fund": (INVESTOR, 0),
    "core": (OBLIGOR, 7),
    "company": (OBLIGOR, 7),
    "supplier": (SUPPLIER, 0),
    "subsupplier": (SUPPLIER, 0),
    "financier": (FINANCIER, 0),
    "factor": (FINANCIER, 0),
    "auditor": (AUDITOR, 0),
    "regulator": (AUTHORITY, 0),
}
"""Participants with their roles and group. `company` runs the project and belongs to `core`'s group."""


class World:
    """Every contract by its name and every actor by its role."""

    bank: Actor
    issuer: Actor
    rival: Actor
    verifier: Actor
    investor: Actor
    fund: Actor
    core: Actor
    company: Actor
    supplier: Actor
    subsupplier: Actor
    financier: Actor
    factor: Actor
    auditor: Actor
    regulator: Actor

    def __init__(self) -> None:
        self.project = brownie.project.get_loaded_projects()[0]
        names = ("deployer", "operator", "guardian", "stranger", *ADMITTED)
        self.people = [Actor(self, name, index) for index, name in enumerate(names)]
        for actor in self.people:
            setattr(self, actor.name, actor)
        self._hashes = 0

    @classmethod
    def deployed(cls, replay: bool = False) -> "World":
        """Deployed, wired, constituted; everybody of ADMITTED is admitted."""
        world = cls()
        start_at_noon()
        world._deploy_cores(replay)
        world._deploy_modules()
        world._wire()
        constitution = world.powers.constitute.encode_input(world.operator, world.guardian, DELAY)
        world.quietly(world.deployer, world.powers, constitution)
        for name, (roles, group) in ADMITTED.items():
            call = world.admission_of(getattr(world, name), roles, group)
            world.quietly(world.operator, world.participants, world.participants.admit.encode_input(*call))
        return world

    # --- deployment ---

    def new(self, contract: str, *args: Any) -> Any:
        """Deployed without Brownie's knowledge: it asks for the code of all it knows after every test."""
        data = getattr(self.project, contract).deploy.encode_input(*args)
        return self.at(contract, self.quietly(self.deployer, None, data)["contractAddress"])

    def quietly(self, actor: Actor, to: Any, data: str) -> dict[str, Any]:
        """Sent with no more than a look at the receipt: for set-up, never for what is tested."""
        data = "0x" + data.removeprefix("0x")
        transaction = {"from": actor.address, "data": data, "gas": hex(11_000_000)}
        if to is not None:
            transaction["to"] = str(to)
        receipt = sent(transaction)
        assert receipt["status"] == "0x1", f"set-up stopped at {data[:10]} to {to}"
        return receipt

    def at(self, contract: str, address: Any) -> Any:
        return Contract.from_abi(contract, str(address), getattr(self.project, contract).abi, persist=False)

    def behind_proxy(self, contract: str, *args: Any) -> Any:
        return self.at(contract, self.new("ModuleProxy", self.new(contract, *args)).address)

    def _deploy_cores(self, replay: bool) -> None:
        self.powers = self.new("Powers")
        self.participants = self.new("Participants", self.powers, replay, ZONE)
        self.account_implementation = self.new("Account", self.participants)
        self.account_factory = self.new("AccountFactory", self.account_implementation)
        self.documents = self.new("Documents", self.participants, self.powers)
        self.frameworks = self.new("Frameworks", self.participants, self.powers)
        self.cash_registry = self.new("CashRegistry", self.powers)
        self.cash = self.new_cash(CNY, 2)
        self.piece_book = self.new("PieceBook", self.participants, self.powers)
        self.mandates = self.new("Mandates", self.participants)
        self.programmes = self.new("Programmes", self.powers)

    def new_cash(self, currency: bytes, decimals: int) -> Any:
        bank = self.people[4]
        return self.new(
            "Cash", self.participants, self.powers, bank, currency, decimals, "Ledger cash", "GLC"
        )

    def _deploy_modules(self) -> None:
        p, q = self.powers, self.participants
        self.proceeds = self.behind_proxy("Proceeds", *self.of_proceeds())
        self.credit_lines = self.behind_proxy("CreditLines", p, q)
        self.receivables = self.behind_proxy(
            "Receivables",
            p,
            q,
            self.documents,
            self.piece_book,
            self.cash_registry,
            self.credit_lines,
            self.proceeds,
            self.programmes,
            self.account_factory,
            self.frameworks,
        )
        self.bond_implementation = self.new("GreenBond", self.participants, self.mandates, self.documents)
        self.bond_office = self.behind_proxy(
            "BondOffice",
            p,
            q,
            self.frameworks,
            self.proceeds,
            self.cash_registry,
            self.bond_implementation,
            self.mandates,
        )
        self.trades = self.new("Trades", self.bond_office)
        self.limit_terms = self.new("LimitTerms", p, q, self.documents, self.bond_office, self.proceeds)
        self.facilities = self.new(
            "Facilities", q, self.documents, self.frameworks, self.cash_registry, self.bond_office
        )
        self.coupon_terms = self.behind_proxy("CouponTerms", p, q, self.documents, self.bond_office)
        self.bond_service = self.behind_proxy(
            "BondService",
            p,
            q,
            self.mandates,
            self.documents,
            self.bond_office,
            self.proceeds,
            self.coupon_terms,
        )
        self.transfers = self.new(
            "Transfers", q, self.documents, self.piece_book, self.receivables, self.programmes
        )
        self.financing = self.behind_proxy(
            "Financing", p, q, self.documents, self.piece_book, self.receivables
        )
        self.maturity = self.behind_proxy(
            "Maturity",
            p,
            q,
            self.piece_book,
            self.programmes,
            self.receivables,
            self.credit_lines,
            self.proceeds,
        )
        self.recourse = self.new(
            "Recourse",
            q,
            self.documents,
            self.piece_book,
            self.programmes,
            self.receivables,
            self.maturity,
            self.financing,
        )
        self.tranches = self.behind_proxy("Tranches", p, q, self.documents, self.cash_registry)
        self.asset_pools = self.behind_proxy(
            "AssetPools",
            p,
            q,
            self.documents,
            self.piece_book,
            self.receivables,
            self.maturity,
            self.tranches,
        )
        self.undertakings = self.new("Undertakings", q, self.documents, self.frameworks)
        self.records = self.new("Records", q, self.documents)
        self.labels = self.behind_proxy(
            "Labels", p, q, self.documents, self.frameworks, self.undertakings, self.bond_office
        )
        self.alerts = self.new("Alerts", q, self.documents, self.bond_office, self.labels, ANSWER_DAYS)
        self.bank_instructions = self.new("BankInstructions", q, self.cash_registry, self.receivables)
        self.legs = self.new("Legs", q, self.documents, self.bond_office)
        self.factoring_files = self.new(
            "FactoringFiles", q, self.documents, self.piece_book, self.receivables
        )
        self.supplier_loans = self.behind_proxy(
            "SupplierLoans", p, q, self.documents, self.cash_registry, self.mandates
        )
        self.impact = self.behind_proxy("Impact", p, q, self.documents, self.frameworks, self.proceeds)

    def of_proceeds(self) -> tuple[Any, ...]:
        """What Proceeds is made from: its neighbours, and the code of the acts that are done now and then."""
        neighbours = (self.powers, self.participants, self.documents, self.frameworks, self.piece_book)
        codes = (self.new(name, *neighbours) for name in ("ProceedsBooks", "Placements", "Works"))
        return (*neighbours, *codes)

    def _wire(self) -> None:
        documents, book, proceeds = self.documents, self.piece_book, self.proceeds
        wires = self._wires_quietly
        wires(self.powers, "bind", self.participants)
        wires(documents, "setKind", INVOICE, (1, 0))
        wires(documents, "setKind", LOAN_DRAWDOWN, (1, 0))
        wires(documents, "setKind", REFINANCING, (2, VERIFIER))
        wires(documents, "setUser", proceeds, True)
        wires(documents, "setUser", self.receivables, True)
        wires(documents, "setUser", self.transfers, True)
        wires(self.frameworks, "setCatalogue", label(CATALOGUE), 1, 0, digest("list"))
        wires(self.labels, "setCureDays", CURE_DAYS)
        wires(self.labels, "setDuty", self.alerts, label("ALERTS"))
        wires(self.cash_registry, "list", self.cash)
        wires(self.cash, "setController", label("PROCEEDS"), proceeds)
        wires(self.cash, "setController", label("MATURITY"), self.maturity)
        wires(self.cash, "setController", label("SERVICE"), self.bond_service)
        wires(self.cash, "setController", label("LOANS"), self.supplier_loans)
        wires(documents, "setUser", self.supplier_loans, True)
        wires(self.cash, "setController", label("POOLS"), self.tranches)
        wires(self.cash, "setController", label("BANK"), self.bank_instructions)
        wires(book, "setModule", self.asset_pools, 5, MAY_MOVE | MAY_LOCK)
        wires(self.bond_office, "setDuty", self.facilities, label("FACILITIES"))
        wires(self.tranches, "setDuty", self.asset_pools, label("POOLS"))
        wires(self.maturity, "setKeeper", 5, self.asset_pools)
        wires(book, "setModule", self.receivables, 1, MAY_OPEN | MAY_DISCHARGE)
        wires(book, "setModule", self.financing, 2, MAY_MOVE | MAY_LOCK)
        wires(book, "setModule", self.maturity, 3, MAY_DISCHARGE)
        wires(book, "setModule", self.transfers, 4, MAY_MOVE | MAY_LOCK)
        wires(self.maturity, "setKeeper", 4, self.transfers)
        wires(book, "setModule", self.recourse, 6, MAY_MOVE)
        wires(proceeds, "setDuty", self.bond_office, label("BONDS"))
        wires(proceeds, "setDuty", self.limit_terms, label("LIMITS"))
        wires(self.limit_terms, "setJurisdiction", label("EU"), (True, 150_000))
        wires(self.limit_terms, "setJurisdiction", label("CN"), (True, 0))
        for module in (proceeds, self.credit_lines):
            wires(module, "setDuty", self.receivables, label("RECEIVABLES"))
            wires(module, "setDuty", self.maturity, label("MATURITY"))
        wires(self.receivables, "setDuty", self.maturity, label("MATURITY"))
        wires(self.bond_office, "setDuty", self.coupon_terms, label("SERVICE"))
        for module in (self.bond_office, self.coupon_terms, proceeds):
            wires(module, "setDuty", self.bond_service, label("SERVICE"))
        wires(self.programmes, "set", 1, programme())
        wires(self.programmes, "set", 2, programme(terms=ORDERS))

    def _wires_quietly(self, target: Any, function: str, *args: Any) -> None:
        data = getattr(target, function).encode_input(*args)
        self.quietly(self.deployer, self.powers, self.powers.wire.encode_input(target, data))

    def wires(self, target: Any, function: str, *args: Any) -> Any:
        data = getattr(target, function).encode_input(*args)
        return self.powers.wire(target, data, self.deployer.by)

    def admission_of(
        self, who: Any, roles: int, group: int = 0, lapse: int | None = None, suspended: bool = False
    ) -> tuple[Any, ...]:
        """What `admit` is called with."""
        address = getattr(who, "address", who)
        admission = (roles, suspended, self.today + 3_650 if lapse is None else lapse, group)
        identifier = digest(f"identifier {address}")
        return address, identifier, getattr(who, "name", "?"), admission, digest("kyc")

    # --- delayed powers ---

    def proposes(self, target: Any, function: str, *args: Any) -> int:
        data = getattr(target, function).encode_input(*args)
        tx = self.powers.propose(target, data, self.operator.by)
        return int(tx.events["Proposed"]["change"])

    def changes(self, target: Any, function: str, *args: Any) -> Any:
        """The whole way: proposed, approved, the delay, executed."""
        data = getattr(target, function).encode_input(*args)
        self.quietly(self.operator, self.powers, self.powers.propose.encode_input(target, data))
        change = self.powers.count()
        self.quietly(self.guardian, self.powers, self.powers.approve.encode_input(change))
        chain.sleep(DELAY)
        return self.powers.execute(change, self.stranger.by)

    # --- reading ---

    @property
    def today(self) -> int:
        return int(self.participants.today())

    @property
    def now(self) -> int:
        return int(chain[-1].timestamp)

    def days_pass(self, days: int) -> None:
        chain.sleep(days * DAY)
        chain.mine()

    def axis(self, axis: Any) -> tuple[int, int]:
        """The two counters of an axis: in, out."""
        incoming, outgoing, _ = self.cash.axis(axis)
        return int(incoming), int(outgoing)

    def states(self, bond: int) -> dict[str, int]:
        names = ("cost", "unallocated", "placed", "lost", "available", "encumbered", "spent", "returned")
        return dict(zip(names, map(int, self.proceeds.states(bond)), strict=True))

    def used(self, fingerprint: str) -> int:
        return int(self.documents.obligation(fingerprint)[6])

    def sequence(self, receivable: int, start: int) -> int:
        return int(self.piece_book.piece(receivable, start)[4])

    def pieces(self, receivable: int) -> list[tuple[int, int, str]]:
        """(start, end, holder's name), in order."""
        starts, pieces = self.piece_book.pieces(receivable, 0, 1_000)
        names = {a.address: a.name for a in self.people}
        return [(int(s), int(p[1]), names[p[0]]) for s, p in zip(starts, pieces, strict=True)]

    def new_hash(self, name: str) -> str:
        self._hashes += 1
        return digest(f"{name} {self._hashes}")

    def finding_of(
        self, framework: int, index: int, occurrence: int, validator: Actor, **changes: Any
    ) -> dict[str, Any]:
        """A validator's acceptance of what was reported last."""
        _, number, _, _, value, report = self.undertakings.occurrence(framework, index, occurrence)
        finding = {
            "framework": framework,
            "index": index,
            "occurrence": occurrence,
            "round": number,
            "report": str(report),
            "value": value,
            "validator": validator.address,
            "outcome": 1,
            "document": digest("finding"),
        }
        return finding | changes

    def promise(self, **changes: Any) -> dict[str, Any]:
        """A yearly report, due in a month for the first time, for some two years."""
        plain = {
            "kind": 3,
            "polarity": 0,
            "everyMonths": 12,
            "dueDay": self.today + 30,
            "lastDay": self.today + 800,
            "validator": NOBODY,
            "code": label("REPORT"),
            "unit": bytes(16),
            "target": 0,
        }
        return plain | changes

    def review_of(self, framework: int, verifier: Actor, **changes: Any) -> dict[str, Any]:
        review = {
            "framework": framework,
            "contentHash": str(self.frameworks.framework(framework)[3]),
            "verifier": verifier.address,
            "kind": 1,
            "outcome": 1,
            "shade": 3,
            "validUntil": self.today + 300,
            "document": digest("review"),
            "reasons": digest("reasons"),
            "nonce": self.frameworks.lastNonce(framework, verifier) + 1,
        }
        return review | changes

    def figure_of(self, reporter: Actor, **changes: Any) -> dict[str, Any]:
        """1,234.5 tCO2 over the last ten days, with papers that the reporter filed."""
        figure = {
            "from": self.today - 9,
            "until": self.today,
            "decimals": 1,
            "value": 12_345,
            "unit": label("tCO2"),
            "methodology": self.filed(reporter),
            "document": self.filed(reporter),
        }
        return figure | changes

    def validation_of(self, report: int, verifier: Actor, **changes: Any) -> dict[str, Any]:
        validation = {
            "report": report,
            "contentHash": str(self.impact.reportOf(report)[10]),
            "verifier": verifier.address,
            "outcome": 1,
            "document": changes.get("document") or self.filed(verifier),
            "nonce": self.impact.validationOf(report)[1] + 1,
        }
        return validation | changes

    def filed(self, actor: Actor) -> str:
        """A paper that the actor registered, quietly."""
        document = self.new_hash("paper")
        self.quietly(actor, self.documents, self.documents.register.encode_input(document, OTHER, ZERO))
        return document


def programme(**changes: int) -> tuple[int, ...]:
    """A programme's terms, in the contract's order."""
    plain = {
        "minPiece": MIN_PIECE,
        "maxPieces": MAX_PIECES,
        "maxLayers": MAX_LAYERS,
        "terms": 0,
        "acceptDays": ACCEPT_DAYS,
        "maxTenorDays": MAX_TENOR_DAYS,
        "graceDays": 0,
        "writeOffDays": 90,
        "cutOff": 17 * 3_600,
        "offerDays": 5,
    }
    return tuple((plain | changes).values())


def on_ganache() -> bool:
    """Whether the suite runs on Ganache (`make test-ganache`); else it runs on Anvil."""
    return str(brownie.web3.client_version).startswith("Ganache/")


def write_storage(address: Any, slot: bytes, word: int) -> None:
    """Puts a word into a contract's storage, past its code."""
    method = "evm_setAccountStorageAt" if on_ganache() else "anvil_setStorageAt"
    values = [str(address), "0x" + slot.hex(), "0x" + word.to_bytes(32, "big").hex()]
    assert ask(method, *values) is True


def start_at_noon() -> None:
    """A run never crosses midnight by itself, so `today` changes only where a test lets days pass."""
    next_day = (chain[-1].timestamp + ZONE) // DAY + 1
    wait_until(next_day * DAY + DAY // 2 - ZONE)


def wait_until(timestamp: int) -> None:
    """Mines a block at this time (UTC seconds), give or take a second."""
    ask("evm_setTime", timestamp * 1_000)
    chain.mine()
