"""One timeline of a financing: its file, the receivable's life, quotes, registration, money, settlement.

Pure: it picks, out of the chain's events, those about one file's interval, and gives them in chain order with
the day each happened on. What a registry said comes with its document and stays attested.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ledger.domain.creditevents import Dated

CONTRACTS: Final = (
    "FactoringFiles",
    "Receivables",
    "PieceBook",
    "Financing",
    "Maturity",
    "Transfers",
    "Documents",
)
"""The contracts whose events are read."""
_LIFE: Final = frozenset(
    {
        "Confirmed",
        "Accepted",
        "Refused",
        "Returned",
        "Delivered",
        "Settled",
        "Voided",
        "MarkedOverdue",
        "MarkedCured",
    }
)
_PIECES: Final = frozenset({"PieceMoved", "PieceSettled", "Frozen", "Pledged", "Offered", "SettledEarly"})
_QUOTES: Final = frozenset({"QuoteAccepted", "Financed"})
_PARTY: Final = ("financier", "registrar", "obligor", "to", "holder", "recipient", "authority", "supplier")
_PAPER: Final = ("document", "quote", "order", "reason")


@dataclass(frozen=True, slots=True)
class FileOf:
    """Which interval a file is about, and whose it is."""

    id: int
    supplier: str
    receivable: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened. `name` is the event's; `kind` the kind of a paper, where it is one.

    Args:
        time: UTC seconds of its block; day: its business date.
        party: whom it is about; paper: the document it cites; both None where there is none.
        start, end: fen of the receivable, None where it is about all of it.
    """

    name: str
    day: int
    time: int
    block: int
    tx: str
    party: str | None
    paper: str | None
    kind: int | None = None
    start: int | None = None
    end: int | None = None
    approved: bool | None = None


def file_of(events: Iterable[Dated], file: int) -> FileOf | None:
    """The file as it was opened; None when there is none."""
    for e in events:
        if e.row.name == "FileOpened" and int(e["file"]) == file:
            return FileOf(file, e["supplier"], int(e["receivable"]), int(e["start"]), int(e["end"]))
    return None


def timeline(
    events: Iterable[Dated], times: Mapping[int, int], file: FileOf, financier: str | None = None
) -> list[Step]:
    """Everything about the file, in chain order.

    Args:
        financier: then only its own application, review and quote; others' are none of its business.
    """
    known = list(events)
    papers = _registry_papers(known, file, financier)
    wanted = (e for e in known if _concerns(e, file, financier) or _is_paper(e, papers))
    return [_step(e, times) for e in wanted]


def _concerns(e: Dated, file: FileOf, financier: str | None) -> bool:
    name, args = e.row.name, e.row.args
    if e.row.contract == "FactoringFiles":
        mine = financier is None or args.get("financier", financier) == financier
        return int(args["file"]) == file.id and mine
    if args.get("receivable") != file.receivable:
        return False
    if e.row.contract == "Financing":
        mine = financier is None or args.get("financier") == financier
        return name in _QUOTES and mine and _overlaps(_interval(e), file)
    if e.row.contract == "Receivables":
        return name in _LIFE
    return name == "PaidIn" or (name in _PIECES and _overlaps(_interval(e), file))


def _registry_papers(known: Iterable[Dated], file: FileOf, financier: str | None) -> set[tuple[str, str]]:
    """Search result and registration of the financings that the timeline shows, by who registered them."""
    sales = [e for e in known if e.row.name == "Financed" and _concerns(e, file, financier)]
    return {(str(e[what]), str(e["financier"])) for e in sales for what in ("search", "registration")}


def _is_paper(e: Dated, papers: set[tuple[str, str]]) -> bool:
    return e.row.name == "DocumentRegistered" and (str(e["document"]), str(e["registrar"])) in papers


def _interval(e: Dated) -> tuple[int | None, int | None]:
    said = e.row.args.get("terms") if e.row.name == "Financed" else e.row.args
    found = said if isinstance(said, Mapping) else {}
    start, end = found.get("start"), found.get("end")
    return (None if start is None else int(start)), (None if end is None else int(end))


def _overlaps(interval: tuple[int | None, int | None], file: FileOf) -> bool:
    start, end = interval
    return start is None or end is None or (start < file.end and file.start < end)


def _step(e: Dated, times: Mapping[int, int]) -> Step:
    args = e.row.args
    start, end = _interval(e)
    return Step(
        name=e.row.name,
        day=e.day,
        time=times.get(e.row.block, 0),
        block=e.row.block,
        tx=e.row.tx,
        party=next(_named(args, _PARTY), None),
        paper=next(_named(args, _PAPER), None),
        kind=int(args["kind"]) if "kind" in args else None,
        start=start,
        end=end,
        approved=bool(args["approved"]) if "approved" in args else None,
    )


def _named(args: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if isinstance(args.get(name), str):
            yield str(args[name])
