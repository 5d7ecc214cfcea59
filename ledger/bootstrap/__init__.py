"""Putting the ledger together: deploying it, opening it, proving that it stands as it should."""

from ledger.bootstrap.deploying import recorded_plan
from ledger.bootstrap.opening import (
    DeployOptions,
    deploy,
    deploy_configured,
    deployment_of,
    open_embedded,
    open_keys,
    open_network,
    prove_configured,
    records_of,
)
from ledger.bootstrap.plan import CashPlan, DeploymentPlan
from ledger.bootstrap.proof import Check, prove
from ledger.bootstrap.status import status
from ledger.domain.programmes import Programme

__all__ = [
    "CashPlan",
    "Check",
    "DeployOptions",
    "DeploymentPlan",
    "Programme",
    "deploy",
    "deploy_configured",
    "deployment_of",
    "open_embedded",
    "open_keys",
    "open_network",
    "prove",
    "prove_configured",
    "recorded_plan",
    "records_of",
    "status",
]
