"""The story: real bonds on published figures, a receivable, its traces, and attempts to cheat."""

from ledger.story.figures import PublishedBond, read_bonds
from ledger.story.script import Story, live

__all__ = ["PublishedBond", "Story", "live", "read_bonds"]
