"""Money as whole minor units ("fen"), never floating point.

A currency knows the digits of its minor unit (ISO 4217): CNY 2, JPY 0. People write major units
("1,234.56"), reports publish millions ("19,900" = JPY 19,900m); both are read exactly or refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ledger.errors import BadInput

_MAJOR: Final = re.compile(r"(?P<sign>[-+]?)(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<part>\d+))?")
_MILLION_DIGITS: Final = 6


class BadMoney(BadInput):
    """Text or numbers that are no exact amount of the currency."""

    code = "bad-money"


@dataclass(frozen=True, slots=True)
class Currency:
    """An ISO 4217 code and the digits of its minor unit."""

    code: str
    digits: int

    @property
    def units(self) -> int:
        """Minor units in one major unit."""
        return int(10**self.digits)

    @property
    def code_bytes(self) -> bytes:
        """The code as the contracts hold it (`bytes3`)."""
        return self.code.encode("ascii")

    def __str__(self) -> str:
        return self.code


CURRENCIES: Final[dict[str, Currency]] = {
    c.code: c
    for c in (
        Currency("CNY", 2),
        Currency("EUR", 2),
        Currency("USD", 2),
        Currency("GBP", 2),
        Currency("HKD", 2),
        Currency("SEK", 2),
        Currency("AUD", 2),
        Currency("JPY", 0),
        Currency("KRW", 0),
    )
}


def currency(code: str) -> Currency:
    """The currency of an ISO 4217 code.

    Raises:
        BadMoney: when the code is not one this ledger knows the minor unit of.
    """
    known = CURRENCIES.get(code)
    if known is None:
        raise BadMoney(f"unknown currency {code!r}", had=code, needed=", ".join(sorted(CURRENCIES)))
    return known


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` whole minor units of one currency. Adding two currencies is an error."""

    minor: int
    currency: Currency

    def __post_init__(self) -> None:
        # bool is an int in Python; a flag is never an amount
        if type(self.minor) is not int:
            raise BadMoney("an amount is a whole number of minor units", had=repr(self.minor), needed="int")

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __str__(self) -> str:
        return f"{self.currency} {format_major(self.minor, self.currency)}"

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise BadMoney("two currencies never mix", had=other.currency.code, needed=self.currency.code)
        return other.minor


def parse_major(text: str, unit: Currency) -> Money:
    """Reads major units with decimals: `"1,234.56"` CNY is 123,456 fen.

    Raises:
        BadMoney: for anything that is not digits, well-placed thousands and at most one decimal point, or
            that is finer than the currency's minor unit. Nothing is ever rounded.
    """
    return Money(_scaled(text, unit.digits, unit), unit)


def parse_millions(text: str, unit: Currency) -> Money:
    """Reads a published amount in millions of major units: `"19,900"` JPY is 19,900,000,000 yen.

    Raises:
        BadMoney: as `parse_major`.
    """
    return Money(_scaled(text, unit.digits + _MILLION_DIGITS, unit), unit)


def parse_minor(text: str, unit: Currency) -> Money:
    """Reads whole minor units as HTTP and JSON carry them: digits, no sign but minus, no separators."""
    if re.fullmatch(r"0|-?[1-9]\d*", text, re.ASCII) is None:
        raise BadMoney("minor units are a whole number in decimal digits", had=text, needed='"123456"')
    return Money(int(text), unit)


def format_major(minor: int, unit: Currency) -> str:
    """Major units with thousands and all decimals: 123456 fen is `"1,234.56"`."""
    whole, part = divmod(abs(minor), unit.units)
    sign = "-" if minor < 0 else ""
    decimals = f".{part:0{unit.digits}d}" if unit.digits else ""
    return f"{sign}{whole:,}{decimals}"


def format_millions(minor: int, unit: Currency) -> str:
    """Millions of major units, exact, without trailing zeros: the inverse of `parse_millions`."""
    digits = unit.digits + _MILLION_DIGITS
    whole, part = divmod(abs(minor), 10**digits)
    sign = "-" if minor < 0 else ""
    decimals = f"{part:0{digits}d}".rstrip("0")
    return f"{sign}{whole:,}" + (f".{decimals}" if decimals else "")


def _scaled(text: str, digits: int, unit: Currency) -> int:
    match = _MAJOR.fullmatch(text.strip())
    if match is None or not text.isascii():
        raise BadMoney(f"not an amount: {text!r}", had=text, needed='digits, as "1,234.56"')
    part = (match["part"] or "").rstrip("0")
    if len(part) > digits:
        raise BadMoney(
            f"{text!r} is finer than the minor unit of {unit}",
            had=f"{len(part)} decimals",
            needed=f"{digits} at most",
        )
    value = int(match["whole"].replace(",", "") + part.ljust(digits, "0"))
    return -value if match["sign"] == "-" else value
