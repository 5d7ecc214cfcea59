"""Who asks, and what they may: the dependencies of the routers.

A token names an account; what it may do is read from the chain's admission record at each request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, cast

from fastapi import Depends, Path, Request
from fastapi.security import HTTPBearer

from api.errors import WrongRole
from ledger import Ledger
from ledger.domain.history import EventRow
from ledger.domain.mandates import MandateKind
from ledger.domain.roles import Role, names
from ledger.errors import NotFound

bearer = HTTPBearer(auto_error=False, description="A token of `greenledger token PARTICIPANT`.")
"""For OpenAPI alone: `api.guard` has asked for the token before."""


@dataclass(frozen=True, slots=True)
class Caller:
    """In whose name a request acts: a participant, or the operator. Who is not active audits nothing."""

    account: str
    roles: Role
    operator: bool
    active: bool

    @property
    def supervises(self) -> bool:
        """An authority reads everything."""
        return self.active and bool(self.roles & Role.AUTHORITY)


def get_ledger(request: Request) -> Ledger:
    return cast(Ledger, request.app.state.ledger)


LedgerHere = Annotated[Ledger, Depends(get_ledger)]


def caller_of(request: Request, ledger: LedgerHere) -> Caller:
    """The token's participant. WrongRole when it is (no longer) admitted and is not the operator."""
    account = str(request.state.account)
    if account == str(ledger.session.read("Powers", "operator")):
        return Caller(account, Role(0), operator=True, active=True)
    try:
        found = ledger.books.participant(account)
    except NotFound:
        raise WrongRole("not admitted", who=account, had="no admission", needed="an admission") from None
    return Caller(account, found.roles, operator=False, active=found.active)


AnyCaller = Annotated[Caller, Depends(caller_of)]


def _operator(caller: AnyCaller) -> Caller:
    if not caller.operator:
        raise WrongRole("not the operator", who=caller.account, had=_said(caller), needed="operator")
    return caller


def _participant(caller: AnyCaller) -> Caller:
    if caller.operator:
        raise WrongRole("no participant", who=caller.account, had="operator", needed="a participant")
    return caller


def acting(role: Role) -> Callable[[Caller], Caller]:
    """A dependency: the caller, who must have one of the roles in `role`."""

    def has_role(caller: AnyCaller) -> Caller:
        if not caller.roles & role:
            needed = " or ".join(names(int(role)))
            raise WrongRole("wrong role", who=caller.account, had=_said(caller), needed=needed)
        return caller

    return has_role


def _said(caller: Caller) -> str:
    return (
        "operator" if caller.operator else ", ".join(names(int(caller.roles & ~Role.ILLUSTRATIVE))) or "none"
    )


OperatorCaller = Annotated[Caller, Depends(_operator)]
ParticipantCaller = Annotated[Caller, Depends(_participant)]
IssuerCaller = Annotated[Caller, Depends(acting(Role.ISSUER))]
VerifierCaller = Annotated[Caller, Depends(acting(Role.VERIFIER))]
InvestorCaller = Annotated[Caller, Depends(acting(Role.INVESTOR))]
ObligorCaller = Annotated[Caller, Depends(acting(Role.OBLIGOR))]
SupplierCaller = Annotated[Caller, Depends(acting(Role.SUPPLIER))]
FinancierCaller = Annotated[Caller, Depends(acting(Role.FINANCIER))]
HolderCaller = Annotated[Caller, Depends(acting(Role.SUPPLIER | Role.FINANCIER))]
WitnessCaller = Annotated[Caller, Depends(acting(Role.VERIFIER | Role.AUDITOR | Role.AUTHORITY))]
JudgeCaller = Annotated[Caller, Depends(acting(Role.AUDITOR | Role.AUTHORITY))]
BankCaller = Annotated[Caller, Depends(acting(Role.BANK))]
LineOwnerCaller = Annotated[Caller, Depends(acting(Role.BANK | Role.OBLIGOR))]

# --- what one may see ------------------------------------------------------------------------------------


def reads(ledger: Ledger, caller: Caller, *owners: str, bond: int | None = None) -> bool:
    """Whether the data of one of `owners` (about one bond, or all of it) is open to the caller (MAN-1): to an
    authority all is; to an auditor, what a mandate in force covers that the owner or an authority gave."""
    if caller.supervises:
        return True
    if not caller.active or not caller.roles & Role.AUDITOR:
        return False
    holds, agent = ledger.mandates.holds, caller.account
    return any(holds(owner, agent, MandateKind.AUDITOR, bond) for owner in owners)


class _Events(Protocol):
    def events(self, *, contracts: tuple[str, ...]) -> list[EventRow]: ...


def is_party(ledger: Ledger, caller: Caller, receivable: int) -> bool:
    """Whether a receivable answers the caller: its obligor, supplier, every holder it ever had, the financier
    of an accepted quote, whom a piece is offered or pledged to, and auditors whom one of these lets read.
    False for one that does not exist."""
    if caller.supervises:
        return True
    try:
        shown = ledger.auditor.piece_show(receivable)
    except NotFound:
        return False
    parties = _named(shown) | _quoting(ledger, receivable) | _awaited(ledger, receivable)
    return caller.account in parties or reads(ledger, caller, *sorted(parties))


def _named(shown: Any) -> set[str]:
    steps = [step for piece in shown["pieces"] for step in piece["history"]]
    parties = [shown["obligor"], shown["supplier"], *(piece["holder"] for piece in shown["pieces"])]
    parties += [step[side] for step in steps for side in ("from", "to")]
    return {str(party["account"]) for party in parties}


def _quoting(ledger: Ledger, receivable: int) -> set[str]:
    """Financiers whose quote was accepted and did not lapse."""
    accepted: dict[str, str] = {}
    with cast(Any, ledger.session.index()).store.snapshot() as history:
        for row in cast(_Events, history).events(contracts=("Financing",)):
            if row.name == "QuoteAccepted" and int(row.args["receivable"]) == receivable:
                accepted[str(row.args["quote"])] = str(row.args["financier"])
            elif row.name == "QuoteLapsed":
                accepted.pop(str(row.args["quote"]), None)
    return set(accepted.values())


def _awaited(ledger: Ledger, receivable: int) -> set[str]:
    """Whom pieces are offered or pledged to, while it lasts."""
    found: dict[str, str] = {}
    with cast(Any, ledger.session.index()).store.snapshot() as history:
        for row in cast(_Events, history).events(contracts=("Transfers",)):
            if int(row.args.get("receivable", 0)) != receivable:
                continue
            if row.name in ("Offered", "Pledged"):
                party = row.args["recipient" if row.name == "Offered" else "pledgee"]
                found[str(row.args["start"])] = str(party)
            elif row.name in ("OfferEnded", "PledgeEnded"):
                found.pop(str(row.args["start"]), None)
    return set(found.values())


ReceivableId = Annotated[int, Path(ge=1, lt=2**53, description="Number of the receivable.")]


def require_party(ledger: Ledger, caller: Caller, receivable: int) -> None:
    """NotFound, worded as for a receivable that does not exist."""
    if not is_party(ledger, caller, receivable):
        raise NotFound(f"there is no receivable {receivable}", who=receivable)


def _party_receivable(receivable: ReceivableId, ledger: LedgerHere, caller: AnyCaller) -> int:
    require_party(ledger, caller, receivable)
    return receivable


PartyReceivable = Annotated[int, Depends(_party_receivable)]
