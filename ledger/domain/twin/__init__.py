"""The readable twin of the contracts: same acts, arguments, refusals, offsets and sequence numbers.

Readable over fast: a reader checks the Solidity against it. Random histories are fired at both, and both must
agree after every step (`tests/integration/test_twin_histories.py`).
"""

from ledger.domain.twin.base import Event, Refusal
from ledger.domain.twin.world import CashTerms, Setting, World

__all__ = ["CashTerms", "Event", "Refusal", "Setting", "World"]
