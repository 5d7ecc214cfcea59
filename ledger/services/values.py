"""What every service asks of its inputs before anything is sent: amounts, dates, hashes, short codes."""

from __future__ import annotations

import datetime as dt
import re

from eth_utils import keccak  # type: ignore[attr-defined]

from ledger.domain.dates import day_number
from ledger.domain.money import BadMoney, Money
from ledger.errors import BadInput

Amount = Money | int
"""`Money`, whose currency is checked, or whole minor units of the currency that the act is about."""

UNPUBLISHED = 0
ZERO_HASH = "0x" + "00" * 32
_HASH = re.compile(r"0x[0-9a-fA-F]{64}")
_MAX_AMOUNT = 2**96 - 1


def minor(amount: Amount, currency: str) -> int:
    """Positive whole minor units of `currency`; BadMoney otherwise."""
    value = minor_or_zero(amount, currency)
    if value == 0:
        raise BadMoney("an amount of zero moves nothing", had=0, needed="1 minor unit or more")
    return value


def minor_or_zero(amount: Amount, currency: str) -> int:
    """As `minor`, zero allowed."""
    if isinstance(amount, Money) and amount.currency.code != currency:
        raise BadMoney("two currencies never mix", had=amount.currency.code, needed=currency)
    value = amount.minor if isinstance(amount, Money) else amount
    if type(value) is not int:  # bool is an int in Python; a flag is never an amount
        raise BadMoney("an amount is a whole number of minor units", had=repr(amount), needed="int")
    if not 0 <= value <= _MAX_AMOUNT:
        raise BadMoney("an amount lies between zero and 2^96 minor units", had=value, needed=_MAX_AMOUNT)
    return value


def day(date: dt.date | None) -> int:
    """Days since 1970-01-01; zero for a date that was not published."""
    return UNPUBLISHED if date is None else day_number(date)


def whole(value: int, most: int, what: str) -> int:
    """A whole number in `[0, most]`; BadInput otherwise."""
    if type(value) is not int or not 0 <= value <= most:
        raise BadInput(f"{what} is no whole number up to {most}", had=value, needed=most)
    return value


def ordered(earlier: dt.date | None, later: dt.date | None, what: str) -> None:
    """BadInput unless `earlier` lies before `later`; what was not published is not judged."""
    if earlier is not None and later is not None and later <= earlier:
        raise BadInput(
            f"{what}: dates out of order", had=later.isoformat(), needed=f"after {earlier.isoformat()}"
        )


def hash_bytes(text: str, what: str) -> bytes:
    """32 bytes of `0x…`; BadInput for another form and for zero."""
    if not _HASH.fullmatch(text) or text == ZERO_HASH:
        raise BadInput(
            f"{what} is named by its hash", had=text, needed="0x and 64 hexadecimal digits, not all zero"
        )
    return bytes.fromhex(text[2:])


def hex_of(raw: bytes) -> str:
    return "0x" + bytes(raw).hex()


def code(text: str, what: str) -> bytes:
    """A short ASCII code as `bytes32`, left-aligned; BadInput when empty, longer than 32 or not ASCII."""
    if not text or not text.isascii() or len(text) > 32:
        raise BadInput(f"{what} is a short code", had=text, needed="1 to 32 ASCII characters")
    return text.encode("ascii").ljust(32, b"\0")


def reference(text: str) -> bytes:
    """A bank's booking reference as the chain knows it: keccak256 of its UTF-8 text, so that it names
    nobody."""
    if not text.strip():
        raise BadInput("a bank reference is missing", had=text, needed="the bank's own booking reference")
    return bytes(keccak(text.strip().encode()))
