"""Currency conversions: what a document says that links money sold in one cash with money bought in another.

The document is registered as kind CONVERSION by the settlement bank of either cash, and the move that
gives the sold money away cites it. On the chain it is a hash; what it says is attested, never proved:

    {"sold":   {"cash": "0x…", "account": "0x…", "start": "0", "end": "100"},
     "bought": {"cash": "0x…", "account": "0x…", "start": "40", "end": "53"},
     "rate": {"numerator": "13", "denominator": "100"}, "residue": "0"}

Fen `[start, end)` are numbers on the account: of the sold, those that left it; of the bought, those that
came to it. The rate is in minor units of the bought cash for one of the sold. What it gives beyond the
bought, less than one minor unit apart, is the residue: it stayed with the bank, and is shown as a line of
its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from ledger.domain.intervals import Interval
from ledger.domain.money import Currency
from ledger.domain.purposes import address_bytes, checksum
from ledger.errors import BadInput

_RATE: Final = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18})?|[0-9]{1,18}/[0-9]{0,17}[1-9][0-9]{0,17}")


class BadConversion(BadInput):
    """A conversion document that does not say what it must, or does not add up."""

    code = "bad-conversion"


@dataclass(frozen=True, slots=True)
class Side:
    """Numbered fen of one account in one cash."""

    cash: str
    account: str
    fen: Interval


@dataclass(frozen=True, slots=True)
class Conversion:
    """Fen sold became fen bought at `numerator / denominator`, and `residue` fen of the bought cash stayed
    with the bank.

    Raises:
        BadConversion: when the sold fen at the rate, rounded down, are not the bought fen and the residue.
    """

    document: str
    sold: Side
    bought: Side
    numerator: int
    denominator: int
    residue: int

    def __post_init__(self) -> None:
        if self.numerator < 1 or self.denominator < 1 or self.residue < 0:
            raise BadConversion("a rate is a ratio of whole numbers above 0", who=self.document)
        if self.sold.cash == self.bought.cash:
            raise BadConversion("a conversion is between two cashes", who=self.document, had=self.sold.cash)
        given = self.sold.fen.length * self.numerator // self.denominator
        had = self.bought.fen.length + self.residue
        if given != had:
            raise BadConversion("a conversion does not add up", who=self.document, had=had, needed=given)

    def near(self, *, backward: bool) -> Side:
        """The side on which a way is before it is converted: forward the sold, backward the bought."""
        return self.bought if backward else self.sold

    def far(self, *, backward: bool) -> Side:
        """The side on which it goes on."""
        return self.sold if backward else self.bought

    def beyond(self, number: int, *, backward: bool) -> int:
        """The number on the far side that stands for one on the near side, rounded down. So the parts of any
        cut sum to the whole, and which part gets the odd fen does not depend on what else was asked."""
        near, far = self.near(backward=backward).fen, self.far(backward=backward).fen
        return far.start + (number - near.start) * far.length // near.length

    def residue_before(self, number: int) -> int:
        """How much of the residue falls to the sold fen before `number`, rounded down as well."""
        return (number - self.sold.fen.start) * self.residue // self.sold.fen.length


def rate_of(text: str, sold: Currency, bought: Currency) -> tuple[int, int]:
    """Numerator and denominator in minor units of a rate as people write it: `0.1304`, `7/31`."""
    found = _RATE.fullmatch(text)
    if found is None:
        raise BadConversion("a rate is written 0.1304 or 7/31", had=text)
    rate = Fraction(text) * Fraction(bought.units, sold.units)
    if not rate:
        raise BadConversion("a rate is a ratio of whole numbers above 0", had=text)
    return rate.numerator, rate.denominator


def least_and_most(count: int, near: int, far: int) -> tuple[int, int]:
    """What `count` of `near` numbered fen became at least and at most, whichever they are, where all became
    `far`: each became ⌊far / near⌋ or one more, and so many are the ones that became more."""
    each, more = divmod(far, near)
    return count * each + max(0, count - (near - more)), count * each + min(count, more)


def conversion_of(document: str, content: bytes) -> Conversion:
    """What a document says; BadConversion for one that is not in the form above."""
    try:
        said = json.loads(content)
        return Conversion(
            document,
            _side(said["sold"]),
            _side(said["bought"]),
            _whole(said["rate"]["numerator"]),
            _whole(said["rate"]["denominator"]),
            _whole(said["residue"]),
        )
    except BadConversion:
        raise
    except (ValueError, KeyError, TypeError, BadInput) as failure:
        raise BadConversion("this is no conversion document", who=document, had=str(failure)) from None


def content_of(sold: Side, bought: Side, numerator: int, denominator: int, residue: int) -> bytes:
    """The document that says so."""
    rate = {"numerator": str(numerator), "denominator": str(denominator)}
    said = {"sold": _told(sold), "bought": _told(bought), "rate": rate, "residue": str(residue)}
    return json.dumps(said, indent=1).encode()


def _side(said: Mapping[str, Any]) -> Side:
    cash, account = (checksum(address_bytes(str(said[key]))) for key in ("cash", "account"))
    return Side(cash, account, Interval(_whole(said["start"]), _whole(said["end"])))


def _whole(text: object) -> int:
    if not (isinstance(text, str) and text.isascii() and text.isdecimal()):
        raise ValueError(f"a whole number is written as a string of digits, not {text!r}")
    return int(text)


def _told(side: Side) -> dict[str, str]:
    start, end = str(side.fen.start), str(side.fen.end)
    return {"cash": side.cash, "account": side.account, "start": start, "end": end}
