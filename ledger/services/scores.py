"""A supplier's score: computed from the chain's events, shown under its consent, reproducible by hash."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from ledger.domain.dates import day_number, format_day
from ledger.domain.kinds import DocumentKind
from ledger.domain.mandates import MandateKind
from ledger.domain.scorecards import card_on
from ledger.domain.supplierscore import (
    CONTRACTS,
    Features,
    Score,
    assess,
    attested_of,
    features_hash,
    features_of,
)
from ledger.errors import NotFound
from ledger.services.dated import history
from ledger.services.desk import Desk
from ledger.services.documents import Paper
from ledger.services.mandates import Granted
from ledger.services.values import hex_of

_EVERY_BOND = 0


@dataclass(frozen=True, slots=True)
class SupplierScore:
    """The score of a supplier as of a block. `features_hash` names what it was made from."""

    supplier: str
    block: int
    as_of: int
    features: Features
    features_hash: str
    score: Score
    attested: dict[str, int]


class Scores(Desk):
    """For suppliers, and for financiers whom they let see their score."""

    def consent(self, supplier: str, financier: str, *, until: dt.date, document: Paper) -> Granted:
        """Lets a financier see the supplier's score up to a last day; `mandates.end` takes it back."""
        paper = self._file(supplier, document, DocumentKind.CONSENT, (financier,))
        session = self._session
        agent, owner = session.address(financier), session.address(supplier)
        terms = (agent, owner, int(MandateKind.CREDIT_READER), _EVERY_BOND, day_number(until), paper)
        mined = session.act(supplier, "Mandates", "grant", *terms)
        return Granted(mined.tx, mined.block, mined.event("MandateGranted").args["mandate"])

    def may_see(self, reader: str, supplier: str) -> bool:
        """The supplier itself, and a financier whose consent is in force."""
        agent, owner = self._session.address(reader), self._session.address(supplier)
        kind = int(MandateKind.CREDIT_READER)
        return agent == owner or bool(
            self._session.read("Mandates", "holds", owner, agent, kind, _EVERY_BOND)
        )

    def seen_by(self, reader: str, supplier: str, block: int | None = None) -> SupplierScore:
        """The score, for who may see it; NotFound for everybody else."""
        if not self.may_see(reader, supplier):
            raise NotFound("there is no such score", who=supplier)
        return self.of(supplier, block)

    def of(self, supplier: str, block: int | None = None) -> SupplierScore:
        """The score as of a block, by default the last one; whoever has the events computes the same."""
        who = self._session.address(supplier)
        found = history(self._session, CONTRACTS, block)
        features = features_of(found.events, who, found.day)
        return SupplierScore(
            who,
            found.block,
            found.day,
            features,
            hex_of(features_hash(features, who, found.block)),
            assess(features, card_on(found.day)),
            attested_of(found.events, who, found.day),
        )


def score_json(found: SupplierScore) -> dict[str, Any]:
    """As command line and HTTP give it."""
    score = found.score
    return {
        "supplier": found.supplier,
        "block": found.block,
        "as_of": format_day(found.as_of),
        "card": score.card,
        "score": score.score,
        "level": score.level,
        "confidence": score.confidence,
        "features_hash": found.features_hash,
        "features": asdict(found.features),
        "parts": [asdict(part) for part in score.parts],
        "attested": found.attested,
    }
