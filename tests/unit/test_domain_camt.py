"""camt.053 statements in an older and a newer version are read alike, and bad ones are refused by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from ledger.domain.bankmoney import Booking
from ledger.domain.camt import LONGEST, BankStatement, camt053, read_statement
from ledger.domain.money import Currency, currency
from ledger.errors import BadInput

pytestmark = pytest.mark.spec("BANK-3")

CNY = currency("CNY")
USCC, LEI = "91310112087994932F", "5493001KJTIIGC8Y1R12"
OLD, NEW = "001.02", "001.08"


def party(version: str, role: str, identification: str) -> str:
    inner = f"<Nm>Somebody</Nm><Id><OrgId>{identification}</OrgId></Id>"
    return f"<{role}>{f'<Pty>{inner}</Pty>' if version == NEW else inner}</{role}>"


def other(number: str, scheme: str = "USCC") -> str:
    return f"<Othr><Id>{number}</Id><SchmeNm><Prtry>{scheme}</Prtry></SchmeNm></Othr>"


def booked(version: str, state: str = "BOOK") -> str:
    return f"<Sts><Cd>{state}</Cd></Sts>" if version == NEW else f"<Sts>{state}</Sts>"


def entry(
    version: str,
    amount: str,
    way: str,
    details: str = "",
    *,
    state: str = "BOOK",
    reference: str = "<AcctSvcrRef>{}</AcctSvcrRef>",
    name: str = "A",
    day: str = "<Dt>2025-07-01</Dt>",
    unit: str = "CNY",
) -> str:
    return (
        f'<Ntry><Amt Ccy="{unit}">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd>{booked(version, state)}'
        f"<BookgDt>{day}</BookgDt>{reference.format(name)}<NtryDtls>{details}</NtryDtls></Ntry>"
    )


def balance(kind: str, amount: str, way: str = "CRDT") -> str:
    code = f"<Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>"
    return f'<Bal>{code}<Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd></Bal>'


def statement(version: str, entries: Sequence[str], *balances: str, account: str = "1") -> str:
    days = "<FrToDt><FrDtTm>2025-07-01T00:00:00</FrDtTm><ToDtTm>2025-07-31T23:59:59</ToDtTm></FrToDt>"
    held = f"<Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>"
    return f"<Stmt><Id>S</Id>{days}{held}{''.join(balances)}{''.join(entries)}</Stmt>"


def document(version: str, *statements: str) -> bytes:
    space = f"urn:iso:std:iso:20022:tech:xsd:camt.053.{version}"
    inner = f"<BkToCstmrStmt><GrpHdr/>{''.join(statements)}</BkToCstmrStmt>"
    return f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{space}">{inner}</Document>'.encode()


def of(*entries: str, version: str = NEW, unit: Currency = CNY) -> tuple[Booking, ...]:
    return camt053(document(version, statement(version, entries)), unit).bookings


@pytest.mark.parametrize("version", [OLD, NEW])
def test_entries_of_either_version_are_bookings(version: str) -> None:
    paid_in = f"<TxDtls><RltdPties>{party(version, 'Dbtr', other(USCC))}</RltdPties></TxDtls>"
    paid_out = f"<TxDtls><RltdPties>{party(version, 'Cdtr', f'<LEI>{LEI}</LEI>')}</RltdPties></TxDtls>"
    entries = (
        entry(version, "10.00000", "CRDT", paid_in),
        entry(version, "3.5", "DBIT", paid_out, name="B", day="<DtTm>2025-07-31T09:00:00+08:00</DtTm>"),
        entry(version, "7", "CRDT", state="PDNG", name="C"),
    )
    one = statement(version, entries, balance("OPBD", "1.00", "DBIT"), balance("CLBD", "5.50"))
    read = read_statement(b"\xef\xbb\xbf" + document(version, one), CNY)
    first, last = dt.date(2025, 7, 1), dt.date(2025, 7, 31)
    assert read.bookings == (
        Booking(first, "A", "in", 1_000, f"USCC:{USCC}"),
        Booking(last, "B", "out", 350, f"LEI:{LEI}"),
    )
    assert read.days(None, None) == (first, last)


def test_a_batch_is_one_booking_for_each_transaction() -> None:
    def part(amount: str, refs: str) -> str:
        return f'<TxDtls><Refs>{refs}</Refs><Amt Ccy="CNY">{amount}</Amt></TxDtls>'

    two = part("1", "<EndToEndId>E1</EndToEndId>") + part("2", "<AcctSvcrRef>S2</AcctSvcrRef>")
    found = of(entry(NEW, "3", "CRDT", two))
    assert [(one.reference, one.amount) for one in found] == [("E1", 100), ("S2", 200)]
    with pytest.raises(BadInput, match="does not add up"):
        of(entry(NEW, "4", "CRDT", two))
    unnamed = part("1", "<EndToEndId>NOTPROVIDED</EndToEndId>") + part("2", "")
    with pytest.raises(BadInput, match="no reference"):
        of(entry(NEW, "3", "CRDT", unnamed))


@pytest.mark.parametrize(
    ("given", "needed"),
    [
        (entry(NEW, "1", "UP"), "no way"),
        (entry(NEW, "1", "CRDT", unit="EUR"), "another currency"),
        (entry(NEW, "1.001", "CRDT"), "no exact amount"),
        (entry(NEW, "1,000", "CRDT"), "no exact amount"),
        (entry(NEW, "-1", "CRDT"), "no exact amount"),
        (entry(NEW, "1e3", "CRDT"), "no exact amount"),
        (entry(NEW, "1", "CRDT", reference=""), "no reference"),
        (entry(NEW, "1", "CRDT", day="<Dt>31.07.2025</Dt>"), "no booking day"),
        (entry(NEW, "1", "CRDT", day=""), "no booking day"),
    ],
)
def test_a_bad_entry_is_named(given: str, needed: str) -> None:
    with pytest.raises(BadInput, match=needed) as refused:
        of(entry(NEW, "5", "CRDT", name="first"), given)
    assert "entry 2" in str(refused.value.who)


def test_balances_that_do_not_follow_are_refused() -> None:
    one = statement(NEW, [entry(NEW, "1", "CRDT")], balance("PRCD", "1"), balance("CLBD", "1.99"))
    with pytest.raises(BadInput, match="closing balance") as refused:
        camt053(document(NEW, one), CNY)
    assert (refused.value.had, refused.value.needed) == (200, 199)


def test_several_pages_of_one_account_are_one_statement_and_two_accounts_are_none() -> None:
    first, second = ([entry(NEW, "1", "CRDT", name=name)] for name in "AB")
    pages = document(NEW, statement(NEW, first), statement(NEW, second))
    assert [one.reference for one in camt053(pages, CNY).bookings] == ["A", "B"]
    with pytest.raises(BadInput, match="several accounts"):
        camt053(document(NEW, statement(NEW, first), statement(NEW, second, account="2")), CNY)


@pytest.mark.parametrize(
    "data",
    [
        b"<Document",
        b"<Document/>",
        b"<html><body/></html>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><Document>&b;</Document>',
        b'<?xml version="1.0" encoding="utf-99"?><Document/>',
        document(NEW),
        b"\xff\xfe not text",
        b" " * (LONGEST + 1),
    ],
)
def test_what_is_no_statement_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        read_statement(data, CNY)


def test_a_csv_statement_names_its_days_or_somebody_does() -> None:
    read = read_statement(b"date,reference,way,amount,party\n2025-07-01,A,in,10.00,\n", CNY)
    assert read == BankStatement((Booking(dt.date(2025, 7, 1), "A", "in", 1_000),))
    with pytest.raises(BadInput, match="must be named"):
        read.days(None, None)
    assert read.days(dt.date(2025, 7, 1), dt.date(2025, 7, 2)) == (dt.date(2025, 7, 1), dt.date(2025, 7, 2))
