"""Amounts, offsets, dates, papers: the words that every request and answer is made of."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
from typing import Annotated, Any, Final, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from ledger.domain.money import Money, currency

MOST_FILE_BYTES: Final = 5 * 1024 * 1024
_BASE64 = -(-MOST_FILE_BYTES // 3) * 4
_WHOLE = re.compile(r"0|[1-9][0-9]{0,28}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Request(BaseModel):
    """Strict: no conversion between types, no field that is not named here."""

    model_config = ConfigDict(strict=True, extra="forbid", str_strip_whitespace=False)


class Answer(BaseModel):
    """What is answered."""

    model_config = ConfigDict(from_attributes=True)


def _whole(value: Any) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    raise ValueError('a whole number of minor units as a string of digits, such as "123456"')


def _date(value: Any) -> dt.date:
    if type(value) is dt.date:  # JSON has none: it is an answer of ours
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        return dt.date.fromisoformat(value)
    raise ValueError("a date is written YYYY-MM-DD")


def _moment(value: Any) -> dt.datetime:
    found = dt.datetime.fromisoformat(value) if isinstance(value, str) and len(value) < 40 else None
    if found is None or found.tzinfo is None or not 1970 < found.year < 9999:
        raise ValueError("a moment is written YYYY-MM-DDThh:mm:ss with its time zone")
    return found


_DIGITS = {"type": "string", "pattern": "^(0|[1-9][0-9]{0,28})$", "examples": ["123456"]}

Offset = Annotated[
    int,
    BeforeValidator(_whole),
    Field(lt=2**64),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(_DIGITS),
]
"""The number of a fen, as an integer string."""
OffsetOut = Annotated[int, PlainSerializer(str, return_type=str), WithJsonSchema(_DIGITS)]
Date = Annotated[dt.date, BeforeValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
Moment = Annotated[
    dt.datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})
]
Hash = Annotated[str, Field(pattern="^0x[0-9a-fA-F]{64}$", examples=["0x" + "ab" * 32])]
Signature = Annotated[str, Field(pattern="^0x([0-9a-fA-F]{130}){1,4}$")]
"""A key's, or as an account contract wraps those of its clerk and its approver (ERC-1271)."""
Who = Annotated[
    str,
    Field(
        pattern="^(0x[0-9a-fA-F]{40}|(USCC|LEI):[0-9A-Za-z]{1,40})$",
        description="A participant: its identifier (USCC:… or LEI:…) or the address of its account.",
    ),
]
Label = Annotated[str, Field(min_length=1, max_length=200)]
Code = Annotated[str, Field(min_length=1, max_length=32)]
CashName = Annotated[
    str,
    Field(
        min_length=1, max_length=64, description="Ledger cash: a currency code, or Cash-<currency>-<bank>."
    ),
]
Id = Annotated[int, Field(ge=1, lt=2**32)]
WideId = Annotated[int, Field(ge=1, lt=2**53)]
Units = Annotated[int, Field(ge=1, lt=2**53)]
Ppm = Annotated[int, Field(ge=0, le=1_000_000)]
Base64 = Annotated[str, Field(min_length=4, max_length=_BASE64)]


class Amount(Request):
    """Whole minor units of one currency: `{"currency": "CNY", "minor": "123456"}` is CNY 1,234.56."""

    currency: Annotated[str, Field(pattern="^[A-Z]{3}$", examples=["CNY"])]
    minor: Annotated[str, Field(**{"pattern": _DIGITS["pattern"], "examples": ["123456"]})]

    def money(self) -> Money:
        """BadMoney for a currency that the ledger does not know."""
        return Money(int(self.minor), currency(self.currency))

    @classmethod
    def of(cls, minor: int, code: str) -> Self:
        return cls(currency=code, minor=str(minor))


def amounts(found: Any, *names: str) -> dict[str, Any]:
    """The attributes of these names, minor units of `found.currency`, as the fields of an answer."""
    return {name: Amount.of(getattr(found, name), found.currency) for name in names}


class Paper(Request):
    """A document: its file in base64, sealed and registered first, or the hash of a registered one."""

    file: Base64 | None = None
    hash: Hash | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.file is None) == (self.hash is None):
            raise ValueError("either a file or a hash")
        if self.file is not None:
            content(self.file)
        return self

    def paper(self) -> bytes | str:
        """As the services take it."""
        return self.hash if self.file is None else content(self.file)  # type: ignore[return-value]


def content(file: str) -> bytes:
    """The bytes of a file in base64; ValueError when it is none, empty, or too large."""
    try:
        found = base64.b64decode(file, validate=True)
    except binascii.Error:
        raise ValueError("a file is written in base64") from None
    if not 0 < len(found) <= MOST_FILE_BYTES:
        raise ValueError(f"a file has 1 to {MOST_FILE_BYTES} bytes")
    return found


class Act(Answer):
    """An act that stands in the chain: its transaction and its block."""

    tx: str
    block: int
