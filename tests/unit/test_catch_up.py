"""The bar of a long catch-up: on a terminal only, with the pace, and gone when it is over."""

from __future__ import annotations

import io

from rich.console import Console

from ledger.bootstrap.progress import CatchUp


def shown(*, terminal: bool, long: float) -> str:
    out = io.StringIO()
    catch_up = CatchUp(Console(file=out, force_terminal=terminal, width=120), long)
    for done in range(10, 100, 10):
        catch_up(done, 90, 500)
    catch_up.close()
    return out.getvalue()


def test_a_long_catch_up_on_a_terminal_shows_its_pace() -> None:
    said = shown(terminal=True, long=0)
    assert "80/90" in said and "blocks/s" in said and "events/s" in said


def test_a_short_one_or_one_that_nobody_sees_shows_nothing() -> None:
    assert shown(terminal=True, long=3600) == ""
    assert shown(terminal=False, long=0) == ""
