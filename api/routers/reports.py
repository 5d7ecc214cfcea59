"""A bond's statements: the same documents as `greenledger report`'s.

The allocation table is sums, and everybody's. Flows name payees, so what belongs to receivables that are not
the caller's is withheld in them as it is in the trace. The reconciliation sheet and the exceptions are the
issuer's, its auditors' and authorities'.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api.deps import AnyCaller, Caller, LedgerHere, reads
from api.routers.auditor import shown
from ledger.errors import NotFound
from ledger.reports.statements import allocation, flows

router = APIRouter(prefix="/bonds/{bond}", tags=["auditor", "issuer"])

Json = dict[str, Any]
Bond = Annotated[str, Path(min_length=1, max_length=200, description="Number or label.")]
AsOf = Annotated[int | None, Query(ge=0, lt=2**53)]


@router.get("/allocation")
def bond_allocation(caller: AnyCaller, ledger: LedgerHere, bond: Bond, as_of_block: AsOf = None) -> Json:
    """What was raised, by category, project and budget line, with what is on none; adds up or says so."""
    return allocation(ledger.auditor.trace_bond(bond, as_of_block=as_of_block))


@router.get("/flows")
def bond_flows(caller: AnyCaller, ledger: LedgerHere, bond: Bond, as_of_block: AsOf = None) -> Json:
    """Nodes and links of a Sankey diagram, from investors to who has the money now."""
    trace = ledger.auditor.trace_bond(bond, as_of_block=as_of_block)
    number = int(trace["bond"])
    whole = reads(ledger, caller, ledger.books.bond(number).issuer, bond=number)
    return flows(trace if whole else shown(ledger, caller, trace))


@router.get("/reconciliation")
def bond_reconciliation(caller: AnyCaller, ledger: LedgerHere, bond: Bond) -> Json:
    """State by state: the trace, the contract, and the balances of sub-accounts, at one block."""
    return ledger.statements.reconciliation(_own(ledger, caller, bond))


@router.get("/exceptions")
def bond_exceptions(caller: AnyCaller, ledger: LedgerHere, bond: Bond) -> Json:
    """Books that differ, label breaches, late promises, overdue receivables, lost placements."""
    return ledger.statements.exceptions(_own(ledger, caller, bond))


def _own(ledger: LedgerHere, caller: Caller, bond: str) -> int:
    """The bond's number; NotFound for who does not read its data whole."""
    number = ledger.session.index().bond_named(bond)
    issuer = ledger.books.bond(number).issuer
    if caller.account != issuer and not reads(ledger, caller, issuer, bond=number):
        raise NotFound(f"there is no bond {bond}", who=bond)
    return number
