"""One file for each user's work, and the reads that everybody shares."""

from __future__ import annotations

from api.routers import (
    accounts,
    auditor,
    authority,
    bank,
    cash,
    common,
    documents,
    financier,
    holding,
    impact,
    investor,
    issuer,
    mandates,
    obligor,
    operator,
    promises,
    service,
    supplier,
    trades,
    verifier,
)  # fmt: skip

ROUTERS = (
    common.router,
    operator.router,
    mandates.router,
    accounts.router,
    documents.router,
    cash.router,
    bank.router,
    issuer.router,
    verifier.router,
    promises.router,
    investor.router,
    holding.router,
    service.router,
    trades.router,
    authority.router,
    impact.router,
    obligor.router,
    supplier.router,
    financier.router,
    auditor.router,
)
