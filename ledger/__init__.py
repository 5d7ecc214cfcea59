"""Green Ledger: bonds and receivables on one ledger in which every fen has a number.

    from ledger import Ledger

`Ledger` is loaded when it is first asked for, so that importing a part does not load the whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.bootstrap.facade import Ledger

__all__ = ["Ledger"]


def __getattr__(name: str) -> object:
    if name == "Ledger":
        from ledger.bootstrap.facade import Ledger

        return Ledger
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
