"""Requests for quotes, and which sealed quote answers which: what the chain is never told.

Beside the index and apart from it: nothing here comes from the chain, so no rollback touches it, and an index
that is made anew leaves it. Rates and amounts are not here: each quote is a sealed document (`crypto.vault`),
and a row only says which. Several ledgers may share a database.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Integer, MetaData, Row, String, Table, insert, or_, select

from ledger.ports import KeptQuote, KeptRequest
from ledger.store.engine import engine_of, writing

metadata = MetaData()

_requests = Table(
    "quote_requests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ledger", String(80), nullable=False, index=True),
    Column("receivable", BigInteger, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    Column("holder", String(42), nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
)

_asked = Table(
    "quote_requests_asked",
    metadata,
    Column("request", Integer, primary_key=True, autoincrement=False),
    Column("financier", String(42), primary_key=True),
)

_quotes = Table(
    "quotes",
    metadata,
    Column("digest", String(66), primary_key=True),
    Column("ledger", String(80), nullable=False),
    Column("request", Integer, nullable=False, index=True),
    Column("financier", String(42), nullable=False),
    Column("document", String(66), nullable=False),
    Column("made_at", BigInteger, nullable=False),
)

_KEPT: Final = tuple(column for column in _quotes.columns if column.name != "ledger")


class RequestBook:
    """One ledger's requests and quotes. Safe among threads and processes.

    Args:
        url: an SQLAlchemy URL, or the path of an SQLite file.
        ledger: names the ledger among those that share the database.
    """

    def __init__(self, url: str | Path, ledger: str) -> None:
        self._ledger = ledger
        self._engine = engine_of(url)
        with writing(self._engine) as connection:
            metadata.create_all(connection)

    def close(self) -> None:
        """Closes all connections."""
        self._engine.dispose()

    def ask(
        self,
        receivable: int,
        span: tuple[int, int],
        holder: str,
        financiers: Iterable[str],
        asked_at: int,
        until: int,
    ) -> KeptRequest:
        """Keeps a new request and numbers it."""
        start, end = span
        row = {"ledger": self._ledger, "receivable": receivable, "start": start, "end": end}
        row |= {"holder": holder, "asked_at": asked_at, "until": until}
        asked = tuple(sorted(financiers))
        with writing(self._engine) as connection:
            made = connection.execute(insert(_requests).returning(_requests.c.id), row).scalar_one()
            connection.execute(insert(_asked), [{"request": made, "financier": one} for one in asked])
        return KeptRequest(made, receivable, start, end, holder, asked, asked_at, until)

    def request(self, number: int) -> KeptRequest | None:
        """A request by its number; None when this ledger has none."""
        return next(iter(self._found(_requests.c.id == number)), None)

    def requests(self, who: str) -> list[KeptRequest]:
        """What an account asked or was asked, the newest first."""
        theirs = select(_asked.c.request).where(_asked.c.financier == who)
        return self._found(or_(_requests.c.holder == who, _requests.c.id.in_(theirs)))

    def keep(self, quote: KeptQuote) -> None:
        """Keeps which sealed document answers a request."""
        row = {column.name: getattr(quote, column.name) for column in _KEPT}
        with writing(self._engine) as connection:
            connection.execute(insert(_quotes), row | {"ledger": self._ledger})

    def quotes(self, request: int) -> list[KeptQuote]:
        """The quotes for one request, in the order of their coming."""
        return self._kept(_quotes.c.request == request)

    def quote(self, digest: str) -> KeptQuote | None:
        """A quote by the digest that names it on the chain; None when it was not given here."""
        return next(iter(self._kept(_quotes.c.digest == digest)), None)

    def _found(self, which: Any) -> list[KeptRequest]:
        mine = select(_requests).where(_requests.c.ledger == self._ledger, which)
        with self._engine.connect() as connection, connection.begin():
            rows = connection.execute(mine.order_by(_requests.c.id.desc())).all()
            asked = select(_asked).where(_asked.c.request.in_([row.id for row in rows]))
            pairs = connection.execute(asked.order_by(_asked.c.financier)).all()
        return [_request(row, tuple(one.financier for one in pairs if one.request == row.id)) for row in rows]

    def _kept(self, which: Any) -> list[KeptQuote]:
        mine = select(*_KEPT).where(_quotes.c.ledger == self._ledger, which)
        with self._engine.connect() as connection, connection.begin():
            rows = connection.execute(mine.order_by(_quotes.c.made_at, _quotes.c.digest)).all()
        return [KeptQuote(**row._mapping) for row in rows]


def _request(row: Row[Any], asked: tuple[str, ...]) -> KeptRequest:
    return KeptRequest(row.id, row.receivable, row.start, row.end, row.holder, asked, row.asked_at, row.until)
