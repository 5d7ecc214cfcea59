"""Requests for quotes: kept apart from the index, one ledger's never another's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from ledger.ports import KeptQuote
from ledger.store import RequestBook, Store
from scripts.postgres import new_database
from tests.unit.test_store import batch, header

HOLDER, BANK, RIVAL = ("0x" + digit * 40 for digit in "123")
Make = Callable[[str], RequestBook]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/one.sqlite"
    return new_database(request.getfixturevalue("postgres"))


@pytest.fixture
def make(url: str) -> Iterator[Make]:
    """Opens the same database for a ledger."""
    opened: list[RequestBook] = []

    def open_(ledger: str) -> RequestBook:
        opened.append(RequestBook(url, ledger))
        return opened[-1]

    yield open_
    for book in opened:
        book.close()


def quote(request: int, digest: str, made_at: int = 7, financier: str = BANK) -> KeptQuote:
    return KeptQuote(digest, request, financier, "0xd0c", made_at)


@pytest.mark.spec("FIN-4")
def test_a_request_is_found_by_number_and_by_whoever_it_names(make: Make) -> None:
    book = make("a ledger")
    made = book.ask(7, (0, 2**53), HOLDER, [RIVAL, BANK], 100, 200)
    assert book.request(made.id) == made and made.financiers == (BANK, RIVAL)
    other = book.ask(8, (5, 9), HOLDER, [RIVAL], 101, 201)
    assert book.requests(HOLDER) == [other, made], "the newest first"
    assert book.requests(BANK) == [made]
    assert book.requests("0x" + "9" * 40) == [] and book.request(99) is None


@pytest.mark.spec("FIN-4")
def test_quotes_stand_in_the_order_of_their_coming(make: Make) -> None:
    book = make("a ledger")
    one, other = (book.ask(7, (0, 9), HOLDER, [BANK], 100, 200).id for _ in range(2))
    later, sooner = quote(one, "0x02", 9), quote(one, "0x01", 8)
    for kept in (later, sooner, quote(other, "0x03")):
        book.keep(kept)
    assert book.quotes(one) == [sooner, later]
    assert book.quote("0x02") == later and book.quote("0x04") is None
    with pytest.raises(IntegrityError):
        book.keep(later)


@pytest.mark.spec("FIN-4")
def test_ledgers_in_one_database_do_not_see_each_other(make: Make) -> None:
    mine, theirs = make("a ledger"), make("another")
    made = mine.ask(7, (0, 9), HOLDER, [BANK], 100, 200)
    mine.keep(quote(made.id, "0x01"))
    assert theirs.request(made.id) is None and theirs.requests(HOLDER) == []
    assert theirs.quotes(made.id) == [] and theirs.quote("0x01") is None


@pytest.mark.spec("FIN-4", "IDX-1")
def test_a_rollback_of_the_index_in_the_same_database_leaves_them(make: Make, url: str) -> None:
    book = make("a ledger")
    made = book.ask(7, (0, 9), HOLDER, [BANK], 100, 200)
    index = Store(url, chain_id=1, start_block=1)
    index.append(batch(1, 5), None)
    index.roll_back(None, header(1))
    index.close()
    assert make("a ledger").request(made.id) == made
