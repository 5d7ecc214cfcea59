"""A bond's money: projects and budget lines, allocation, payment through the gate (issuer), refunds
(payees)."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.documentuses import MOST_USES, place_of, use_of
from ledger.domain.kinds import DocumentKind
from ledger.domain.money import currency as money_of
from ledger.domain.purposes import checksum
from ledger.errors import NotFound
from ledger.services.bonds import bond_of
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.session import Act, Session, struct
from ledger.services.values import Amount, code, hash_bytes, minor


@dataclass(frozen=True, slots=True)
class RegisteredProject(Act):
    """A project of a framework; `company` is the account that carries it out."""

    id: int
    company: str


@dataclass(frozen=True, slots=True)
class OpenedLine(Act):
    """A budget line: one bond's money for one project."""

    id: int
    bond: int
    project: int


@dataclass(frozen=True, slots=True)
class Moved(Act):
    """Bond money that changed its state, in minor units."""

    line: int
    amount: int


@dataclass(frozen=True, slots=True)
class Payment(Act):
    """A payment through the gate. `offset` is where the money left the line's sub-account; a refund names
    it."""

    line: int
    payee: str
    amount: int
    offset: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Refund(Act):
    """Money that came back to a budget line, reversing `[reversed_offset, + amount)` of what had left."""

    line: int
    amount: int
    reversed_offset: int


@dataclass(frozen=True, slots=True)
class ProposedReallocation(Act):
    """Available money for another line, waiting for the verifier's consent, in minor units."""

    id: int
    source: int
    target: int
    amount: int


@dataclass(frozen=True, slots=True)
class Reallocation:
    """A proposal as it stands: proposed, done or withdrawn."""

    id: int
    source: int
    target: int
    currency: str
    amount: int
    state: str


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """A budget line as it stands, in minor units."""

    id: int
    issuer: str
    bond: int
    project: int
    cash: str
    currency: str
    framework: int
    budget: int
    allocated: int
    company_may_spend: bool


@dataclass(frozen=True, slots=True)
class Project:
    """A project as it stands; `allocated` over all bonds, in minor units."""

    id: int
    company: str
    framework: int
    currency: str
    budget: int
    allocated: int


_STATES = {1: "proposed", 2: "done", 3: "withdrawn"}


class Proceeds(Desk):
    """The issuer's side."""

    def register_project(
        self,
        issuer: str,
        label: str,
        *,
        framework: int,
        company: str,
        category: str,
        budget: Amount,
        currency: str,
        document: Paper,
    ) -> RegisteredProject:
        """Registers a project under one category of a framework, to be carried out by `company`.

        `budget` is its total investment, or what the issuer assigns where none is published.
        """
        mined = self._session.act(
            issuer,
            "Proceeds",
            "registerProject",
            framework,
            self._session.address(company),
            code(category, "a category"),
            money_of(currency).code_bytes,
            minor(budget, currency),
            label,
            self._file(issuer, document, DocumentKind.OTHER),
        )
        event = mined.event("ProjectRegistered").args
        return RegisteredProject(mined.tx, mined.block, event["project"], event["company"])

    def open_line(
        self,
        issuer: str,
        bond: int,
        project: int,
        *,
        budget: Amount,
        label: str = "",
        company_may_spend: bool = False,
    ) -> OpenedLine:
        """Opens a budget line; with `company_may_spend` the project company may confirm payables from it."""
        value = minor(budget, bond_of(self._session, bond).currency)
        mined = self._session.act(
            issuer, "Proceeds", "openLine", bond, project, value, company_may_spend, label
        )
        return OpenedLine(mined.tx, mined.block, mined.event("LineOpened").args["line"], bond, project)

    def allocate(self, issuer: str, line: int, amount: Amount) -> Moved:
        """Pool → budget line. Checks category and review."""
        return self._move("allocate", issuer, line, amount)

    def deallocate(self, issuer: str, line: int, amount: Amount) -> Moved:
        """Budget line → pool, of what is not spent and no works hold back."""
        return self._move("deallocate", issuer, line, amount)

    def check_allocate(self, line: int, amount: Amount) -> None:
        """May this be allocated, and if not why: raises what `allocate` would."""
        self._ask("checkAllocate", line, amount)

    def check_deallocate(self, line: int, amount: Amount) -> None:
        """May this be taken off the line, and if not why: raises what `deallocate` would."""
        self._ask("checkDeallocate", line, amount)

    def _ask(self, question: str, line: int, amount: Amount) -> None:
        value = minor(amount, line_of(self._session, line).currency)
        self._session.read("Proceeds", question, line, value)

    def _move(self, function: str, issuer: str, line: int, amount: Amount) -> Moved:
        value = minor(amount, line_of(self._session, line).currency)
        mined = self._session.act(issuer, "Proceeds", function, line, value)
        return Moved(mined.tx, mined.block, line, value)

    def propose_reallocation(
        self, issuer: str, source: int, target: int, amount: Amount, document: Paper
    ) -> ProposedReallocation:
        """Asks the verifier of the review in force to let available money go to another line of the bond."""
        value = minor(amount, line_of(self._session, source).currency)
        paper = self._file(issuer, document, DocumentKind.OTHER)
        mined = self._session.act(issuer, "Proceeds", "proposeReallocation", source, target, value, paper)
        number = mined.event("ReallocationProposed").args["reallocation"]
        return ProposedReallocation(mined.tx, mined.block, number, source, target, value)

    def withdraw_reallocation(self, issuer: str, reallocation: int) -> Act:
        return act_of(self._session.act(issuer, "Proceeds", "withdrawReallocation", reallocation))

    def pay(self, issuer: str, line: int, fingerprint: str, amount: Amount) -> Payment:
        """Pays the payee of an obligation document from a budget line, through the gate."""
        value = minor(amount, line_of(self._session, line).currency)
        named = hash_bytes(fingerprint, "an obligation")
        mined = self._session.act(issuer, "Proceeds", "pay", line, named, value)
        event = mined.event("Paid").args
        return Payment(mined.tx, mined.block, line, event["payee"], value, event["outOffset"], fingerprint)

    def check_pay(self, line: int, fingerprint: str, amount: Amount) -> None:
        """May this be paid, and if not why: raises what `pay` would."""
        value = minor(amount, line_of(self._session, line).currency)
        self._session.read("Proceeds", "checkPay", line, hash_bytes(fingerprint, "an obligation"), value)

    def pay_cost(self, issuer: str, bond: int, payee: str, amount: Amount, document: Paper) -> Act:
        """Pays withheld issue costs to whom they are owed."""
        value = minor(amount, bond_of(self._session, bond).currency)
        paper = self._file(issuer, document, DocumentKind.OTHER)
        recipient = self._session.address(payee)
        return act_of(self._session.act(issuer, "Proceeds", "payCost", bond, recipient, value, paper))


class Consents(Desk):
    """The verifier's side."""

    def consent(self, verifier: str, reallocation: int, document: Paper) -> Act:
        """Lets the money of a proposal go to its new line, at once."""
        paper = self._file(verifier, document, DocumentKind.OTHER)
        return act_of(self._session.act(verifier, "Proceeds", "consentReallocation", reallocation, paper))


class Refunds(Desk):
    """The payee's side. `Proceeds` is given its allowance when that is missing."""

    def refund(self, payee: str, payment: Payment, amount: Amount, document: Paper) -> Refund:
        """Gives back part of one direct payment; the money takes that payment's next unrefunded fen."""
        value = self._back(payee, payment.line, amount)
        fingerprint = hash_bytes(payment.fingerprint, "an obligation")
        mined = self._session.act(
            payee,
            "Proceeds",
            "refund",
            payment.line,
            payment.offset,
            fingerprint,
            value,
            self._file(payee, document, DocumentKind.OTHER),
            self._uses_of(fingerprint),
        )
        return _refund(mined.tx, mined.block, dict(mined.event("Refunded").args))

    def _uses_of(self, fingerprint: bytes) -> list[int]:
        """The document's payments under all its names, as many as it remembers itself."""
        session, root = self._session, self._session.read("Documents", "rootOf", fingerprint)
        proceeds, first = session.deployment["Proceeds"], session.deployment.start_block
        payee = checksum(fingerprint[-20:])
        told = session.chain.told(proceeds, "Paid", first, (None, None, payee))
        roots = {fingerprint: root}
        uses = []
        for paid in told:
            named = paid.args["fingerprint"]
            if named not in roots:
                roots[named] = session.read("Documents", "rootOf", named)
            if roots[named] == root:
                place = place_of(paid.args["line"], paid.args["outOffset"])
                uses.append(use_of(place, paid.args["amount"]))
        return uses[:MOST_USES]

    def refund_piece(
        self, holder: str, receivable: int, start: int, amount: Amount, document: Paper
    ) -> Refund:
        """Gives back part of what the piece at `start` of a bond-funded receivable was paid at maturity."""
        line, _ = self._session.read("Proceeds", "encumbranceOf", receivable)
        if not line:
            raise NotFound(f"no bond funded receivable {receivable}", who=receivable)
        value = self._back(holder, line, amount)
        paper = self._file(holder, document, DocumentKind.OTHER)
        mined = self._session.act(holder, "Proceeds", "refundEncumbered", receivable, start, value, paper)
        return _refund(mined.tx, mined.block, dict(mined.event("Refunded").args))

    def claim(self, who: str, cash: str) -> Act:
        """Takes what `Proceeds` keeps for one who could not receive at the time."""
        address = self._session.cash(cash).contract.address
        return act_of(self._session.act(who, "Proceeds", "claim", address))

    def _back(self, who: str, line: int, amount: Amount) -> int:
        found = line_of(self._session, line)
        value = minor(amount, found.currency)
        self._session.allow(who, self._session.cash(found.cash), "Proceeds", value)
        return value


def line_of(session: Session, line: int) -> BudgetLine:
    """NotFound when there is no such budget line."""
    record = struct(session.read("Proceeds", "line", line))
    if not record["bond"]:
        raise NotFound(f"there is no budget line {line}", who=line)
    cash = session.cash(record["cash"])
    return BudgetLine(
        line,
        record["issuer"],
        record["bond"],
        record["project"],
        cash.name,
        cash.currency.code,
        record["framework"],
        record["budget"],
        record["allocated"],
        bool(record["companyMaySpend"]),
    )


def reallocation_of(session: Session, reallocation: int) -> Reallocation:
    """NotFound when there is no such proposal."""
    record = struct(session.read("Proceeds", "reallocation", reallocation))
    if not record["state"]:
        raise NotFound(f"there is no reallocation {reallocation}", who=reallocation)
    unit = line_of(session, record["from"]).currency
    state = _STATES[record["state"]]
    return Reallocation(reallocation, record["from"], record["to"], unit, record["amount"], state)


def project_of(session: Session, project: int) -> Project:
    """NotFound when there is no such project."""
    record = struct(session.read("Proceeds", "project", project))
    if not record["framework"]:
        raise NotFound(f"there is no project {project}", who=project)
    unit = bytes(record["currency"]).decode()
    return Project(
        project, record["company"], record["framework"], unit, record["budget"], record["allocated"]
    )


def _refund(tx: str, block: int, event: dict[str, int]) -> Refund:
    return Refund(tx, block, event["line"], event["amount"], event["reversedOffset"])
