"""A bank's statement as ISO 20022 camt.053 (BankToCustomerStatement): its booked entries as bookings.

All versions say what is read here by the same names and differ in their namespace only, so elements are found
by local name. Read are: the account's currency and days, balances, and of each booked entry its day, amount,
way, references and other party. Entries that are not booked (pending, for information) are no bookings.

A booking's reference is the first of these that is given: the account servicer's of the transaction; where
the entry is one transaction, the account servicer's of the entry; the end-to-end identification; the
transaction's; the entry's own. What reconciles names it when it mints (`greenledger bank mint --booking`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from ledger.domain.bankmoney import Booking, statement_of
from ledger.domain.dates import date_of, parse_day
from ledger.domain.money import BadMoney, Currency, parse_major
from ledger.errors import BadInput

LONGEST: Final = 64 * 2**20
"""Bytes of a statement."""
_WAYS: Final = {"CRDT": "in", "DBIT": "out"}
_OTHER_PARTY: Final = {"in": "Dbtr", "out": "Cdtr"}
_NONE: Final = {"", "NOTPROVIDED"}
_SCHEMES: Final = {"USCC": "USCC:", "LEI": "LEI:"}


@dataclass(frozen=True, slots=True)
class BankStatement:
    """Bookings, and the days that the statement says it covers (None where it does not)."""

    bookings: tuple[Booking, ...]
    first: dt.date | None = None
    last: dt.date | None = None

    def days(self, first: dt.date | None, last: dt.date | None) -> tuple[dt.date, dt.date]:
        """The days to compare: those given, else the statement's own. BadInput where neither is known."""
        begin, end = first or self.first, last or self.last
        if begin is None or end is None or begin > end:
            raise BadInput("the days of the statement must be named", had=f"{begin} to {end}")
        return begin, end


def read_statement(data: bytes, unit: Currency) -> BankStatement:
    """A statement in either form: camt.053, or CSV as `bankmoney.statement_of` reads it.

    Raises:
        BadInput: saying which entry or line cannot be right, and why.
    """
    if len(data) > LONGEST:
        raise BadInput("the statement is too long", had=len(data), needed=LONGEST)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return camt053(data, unit)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        raise BadInput("the statement is no text", had=str(failure)) from None
    return BankStatement(tuple(statement_of(text, unit)))


def camt053(data: bytes, unit: Currency) -> BankStatement:
    """The booked entries of one account's statements in one file, in their order.

    Raises:
        BadInput: for what is no camt.053; another currency, or more than one account; an entry without
            amount, way, day or reference; a batch whose transactions do not add up to it; balances that do
            not follow from the entries.
    """
    statements = _statements(data)
    accounts = {_account(one) for one in statements}
    if len(accounts) > 1:
        raise BadInput("the file has statements of several accounts", had=", ".join(sorted(accounts)))
    bookings: list[Booking] = []
    for statement in statements:
        read = [one for entry in _booked(statement) for one in _bookings(*entry, unit)]
        _require_balanced(statement, read, unit)
        bookings += read
    days = [day for one in statements for day in _period(one)]
    return BankStatement(tuple(bookings), min(days, default=None), max(days, default=None))


def _statements(data: bytes) -> list[Element]:
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as failure:
        raise BadInput("the statement is no XML that can be read", had=str(failure)) from None
    message = _one(root, "BkToCstmrStmt")
    found = [] if message is None else _all(message, "Stmt")
    if _name(root) != "Document" or not found:
        needed = "Document/BkToCstmrStmt/Stmt (camt.053)"
        raise BadInput("the XML is no bank statement", had=_name(root), needed=needed)
    return found


def _account(statement: Element) -> str:
    return _text(statement, "Acct/Id/IBAN") or _text(statement, "Acct/Id/Othr/Id")


def _period(statement: Element) -> Iterator[dt.date]:
    for end in ("FrDtTm", "ToDtTm"):
        said = _text(statement, f"FrToDt/{end}")
        if said:
            yield _day(said, f"FrToDt/{end}")


def _booked(statement: Element) -> Iterator[tuple[Element, str]]:
    """Entries with the words that name them in errors."""
    for number, entry in enumerate(_all(statement, "Ntry"), 1):
        if (_text(entry, "Sts/Cd") or _text(entry, "Sts")) == "BOOK":
            yield entry, f"entry {number} ({_text(entry, 'NtryRef') or _text(entry, 'AcctSvcrRef')})"


# --- one entry ---------------------------------------------------------------------------------------------


def _bookings(entry: Element, where: str, unit: Currency) -> Iterator[Booking]:
    day = _day(_text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm"), where)
    way = _WAYS.get(_text(entry, "CdtDbtInd"), "")
    if not way:
        raise BadInput("an entry has no way", who=where, had=_text(entry, "CdtDbtInd"), needed="CRDT or DBIT")
    total = _amount(_one(entry, "Amt"), where, unit)
    details = [one for part in _all(entry, "NtryDtls") for one in _all(part, "TxDtls")]
    if len(details) <= 1:
        detail = details[0] if details else entry
        yield Booking(day, _reference(detail, entry, where), way, total, _party(detail, way))
        return
    parts = [_amount(_own_amount(one), where, unit) for one in details]
    if sum(parts) != total:
        raise BadInput("a batch does not add up", who=where, had=sum(parts), needed=total)
    for detail, amount in zip(details, parts, strict=True):
        yield Booking(day, _reference(detail, None, where), way, amount, _party(detail, way))


def _own_amount(detail: Element) -> Element | None:
    own = _one(detail, "Amt")
    return _find(detail, "AmtDtls/TxAmt/Amt") if own is None else own


def _reference(detail: Element, entry: Element | None, where: str) -> str:
    given = [_text(detail, "Refs/AcctSvcrRef")]
    given += [_text(entry, "AcctSvcrRef")] if entry is not None else []
    given += [_text(detail, "Refs/EndToEndId"), _text(detail, "Refs/TxId")]
    given += [_text(entry, "NtryRef")] if entry is not None else []
    for reference in given:
        if reference not in _NONE:
            return reference
    raise BadInput("an entry has no reference", who=where, needed="AcctSvcrRef, EndToEndId, TxId or NtryRef")


def _party(detail: Element, way: str) -> str:
    """The other side's identifier, as participants are named; empty where the bank does not say."""
    side = _find(detail, f"RltdPties/{_OTHER_PARTY[way]}")
    if side is None:
        return ""
    inner = _one(side, "Pty")  # later versions put a choice of party and agent in between
    ids = _find(side if inner is None else inner, "Id/OrgId")
    if ids is None:
        return ""
    if lei := _text(ids, "LEI"):
        return f"LEI:{lei}"
    for other in _all(ids, "Othr"):
        scheme = _text(other, "SchmeNm/Prtry") or _text(other, "SchmeNm/Cd")
        if scheme in _SCHEMES:
            return _SCHEMES[scheme] + _text(other, "Id")
    return ""


def _amount(element: Element | None, where: str, unit: Currency) -> int:
    """Minor units. Zeros behind the minor unit are no digits of it: the format allows five."""
    said = "" if element is None else (element.text or "").strip()
    currency = None if element is None else element.get("Ccy")
    if currency != unit.code:
        raise BadInput("an amount is in another currency", who=where, had=currency, needed=unit.code)
    try:
        minor = parse_major(said, unit).minor
    except BadMoney as failure:
        raise BadInput("an entry has no exact amount", who=where, had=said, needed=str(failure)) from None
    if "," in said or not 0 <= minor < 2**63:
        raise BadInput("an entry has no exact amount", who=where, had=said, needed="a plain decimal")
    return minor


def _day(said: str, where: str) -> dt.date:
    try:
        return date_of(parse_day(said[:10]))
    except BadInput:
        raise BadInput("an entry has no booking day", who=where, had=said, needed="YYYY-MM-DD") from None


# --- balances ----------------------------------------------------------------------------------------------


def _require_balanced(statement: Element, bookings: Sequence[Booking], unit: Currency) -> None:
    """Opening and closing booked balances, where both are given, differ by the entries."""
    balances = {_text(one, "Tp/CdOrPrtry/Cd"): _signed(one, unit) for one in _all(statement, "Bal")}
    opening = balances.get("OPBD", balances.get("PRCD"))
    closing = balances.get("CLBD")
    if opening is None or closing is None:
        return
    moved = sum(one.amount if one.way == "in" else -one.amount for one in bookings)
    if opening + moved != closing:
        raise BadInput("the entries do not lead to the closing balance", had=opening + moved, needed=closing)


def _signed(balance: Element, unit: Currency) -> int:
    amount = _amount(_one(balance, "Amt"), "Bal", unit)
    return -amount if _text(balance, "CdtDbtInd") == "DBIT" else amount


# --- elements by local name --------------------------------------------------------------------------------


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _all(element: Element, name: str) -> list[Element]:
    return [child for child in element if _name(child) == name]


def _one(element: Element, name: str) -> Element | None:
    return next(iter(_all(element, name)), None)


def _find(element: Element, path: str) -> Element | None:
    found: Element | None = element
    for name in path.split("/"):
        found = None if found is None else _one(found, name)
    return found


def _text(element: Element, path: str) -> str:
    found = _find(element, path)
    return "" if found is None else (found.text or "").strip()
