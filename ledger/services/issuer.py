"""The issuer: frameworks, bonds, projects, and spending what was raised."""

from __future__ import annotations

from ledger.services.bonds import Bonds
from ledger.services.frameworks import Frameworks
from ledger.services.limits import Limiting
from ledger.services.placements import Placing
from ledger.services.proceeds import Proceeds
from ledger.services.undertakings import Promises


class Issuer(Frameworks, Promises, Bonds, Proceeds, Placing, Limiting):
    """Everything an issuer comes to do."""
