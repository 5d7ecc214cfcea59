"""The verifier: external reviews, judging what was promised, consent to moves between projects."""

from __future__ import annotations

from ledger.services.frameworks import Reviews
from ledger.services.proceeds import Consents
from ledger.services.undertakings import Validator


class Verifier(Reviews, Validator, Consents):
    """Everything a verifier comes to do for a framework and the money under it."""
