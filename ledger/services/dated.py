"""The chain's events with their business dates: what levels, scores and measures are made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ledger.domain.creditevents import Dated
from ledger.domain.dates import business_date
from ledger.domain.history import EventRow
from ledger.errors import NotFound
from ledger.services.session import Session


@dataclass(frozen=True, slots=True)
class History:
    """Events of some contracts up to a block, in chain order; `day` is that block's business date.

    Args:
        times: UTC seconds of every block that has one of these events.
    """

    block: int
    day: int
    events: Sequence[Dated]
    times: dict[int, int]


def history(session: Session, contracts: Sequence[str], block: int | None = None) -> History:
    """Up to `block`, by default the last one that is known. NotFound for a block that is not known yet."""
    replay, zone = bool(session.read("Participants", "replay")), int(session.read("Participants", "zone"))
    with session.index().rows() as rows:
        tip = rows.progress()
        if tip is None or (block is not None and not 0 <= block <= tip.number):
            raise NotFound("that block is not known yet", had=block, needed=tip and tip.number)
        last = tip.number if block is None else block
        events = rows.events(up_to=last, contracts=[*contracts, "Participants"])
        times = rows.timestamps({event.block for event in events})
        head = rows.header_at_or_before(last)
    dated = list(_dated(events, times, zone if not replay else None))
    day = dated[-1].day if replay and dated else business_date(head.timestamp if head else 0, zone)
    kept = set(contracts)
    return History(last, day, [one for one in dated if one.row.contract in kept], times)


def _dated(events: Iterable[EventRow], times: dict[int, int], zone: int | None) -> Iterator[Dated]:
    """By the last date posted or, with a time zone, by the date of the event's block."""
    posted = 0
    for event in events:
        if event.name == "BusinessDatePosted":
            posted = int(event.args["day"])
        yield Dated(event, posted if zone is None else business_date(times[event.block], zone))
