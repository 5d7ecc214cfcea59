"""A bond's statements: the same documents as `greenledger report`'s.

The allocation table is sums, and everybody's. Flows name payees, so what belongs to receivables that are not
the caller's is withheld in them as it is in the trace. The reconciliation sheet and the exceptions are the
issuer's, its auditors' and authorities'.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api.deps import AnyCaller, LedgerHere, reads
from api.routers.auditor import shown
from api.routers.questions import whole_bond
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
    return ledger.statements.reconciliation(whole_bond(ledger, caller, bond))


@router.get("/exceptions")
def bond_exceptions(caller: AnyCaller, ledger: LedgerHere, bond: Bond) -> Json:
    """Books that differ, label breaches, late promises, overdue receivables, lost placements."""
    return ledger.statements.exceptions(whole_bond(ledger, caller, bond))
