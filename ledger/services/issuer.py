"""The issuer: frameworks, bonds, projects, and spending what was raised."""

from __future__ import annotations

from ledger.services.bonds import Bonds
from ledger.services.frameworks import Frameworks
from ledger.services.proceeds import Proceeds


class Issuer(Frameworks, Bonds, Proceeds):
    """Everything an issuer comes to do."""
