"""Putting the ledger together: deploying it, opening it, proving that it stands as it should."""

from ledger.bootstrap.deploying import recorded_plan
from ledger.bootstrap.opening import (
    DeployOptions,
    deploy,
    deployment_of,
    open_embedded,
    open_keys,
    open_network,
    records_of,
)
from ledger.bootstrap.plan import CashPlan, DeploymentPlan, Programme
from ledger.bootstrap.status import status

__all__ = [
    "CashPlan",
    "DeployOptions",
    "DeploymentPlan",
    "Programme",
    "deploy",
    "deployment_of",
    "open_embedded",
    "open_keys",
    "open_network",
    "recorded_plan",
    "records_of",
    "status",
]
