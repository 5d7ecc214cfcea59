"""The verifier: external reviews, and judging what was promised."""

from __future__ import annotations

from ledger.services.frameworks import Reviews
from ledger.services.undertakings import Validator


class Verifier(Reviews, Validator):
    """Everything a verifier comes to do for a framework."""
