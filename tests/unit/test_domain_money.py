"""Money is whole minor units; text is read exactly or refused."""

from __future__ import annotations

import random

import pytest

from ledger.domain.money import (
    BadMoney,
    Money,
    currency,
    format_major,
    format_millions,
    parse_major,
    parse_millions,
    parse_minor,
)

CNY, JPY, EUR = currency("CNY"), currency("JPY"), currency("EUR")


@pytest.mark.parametrize(("code", "digits"), [("CNY", 2), ("EUR", 2), ("USD", 2), ("JPY", 0)])
def test_a_currency_knows_its_minor_unit(code: str, digits: int) -> None:
    assert currency(code).digits == digits
    assert currency(code).code_bytes == code.encode()


@pytest.mark.parametrize(
    ("text", "unit", "minor"),
    [
        ("1,234.56", CNY, 123_456),
        ("1234.5", CNY, 123_450),
        ("0.01", EUR, 1),
        ("-0.01", EUR, -1),
        ("+7", CNY, 700),
        ("19,900", JPY, 19_900),
        ("19900.00", JPY, 19_900),
        ("1.2300", CNY, 123),
        (" 5 ", JPY, 5),
        ("123456789012345678901234567890.12", CNY, 12345678901234567890123456789012),
    ],
)
def test_major_text_is_read_exactly(text: str, unit: object, minor: int) -> None:
    assert parse_major(text, unit) == Money(minor, unit)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1,23.45",
        "1.234,56",
        ".5",
        "5.",
        "1e3",
        "１２",
        "12a",
        "--1",
        "1,2345",
        "NaN",
        "1 000",
        "0x10",
    ],
)
def test_malformed_text_is_refused(text: str) -> None:
    with pytest.raises(BadMoney) as refused:
        parse_major(text, CNY)
    assert refused.value.had == text
    assert refused.value.needed is not None


@pytest.mark.parametrize(("text", "unit"), [("0.001", CNY), ("0.5", JPY)])
def test_finer_than_the_minor_unit_is_refused_never_rounded(text: str, unit: object) -> None:
    with pytest.raises(BadMoney, match="finer than the minor unit"):
        parse_major(text, unit)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "unit", "minor"),
    [
        ("19,900", JPY, 19_900_000_000),
        ("7700", JPY, 7_700_000_000),
        ("1,461", CNY, 146_100_000_000),
        ("0.5", CNY, 50_000_000),
        ("1.23456789", CNY, 123_456_789),
        ("0.000001", JPY, 1),
    ],
)
def test_published_millions_are_read_exactly(text: str, unit: object, minor: int) -> None:
    assert parse_millions(text, unit).minor == minor  # type: ignore[arg-type]


def test_millions_finer_than_the_minor_unit_are_refused() -> None:
    with pytest.raises(BadMoney):
        parse_millions("0.0000001", JPY)


@pytest.mark.spec("MNY-1")
def test_text_and_back_is_the_identity() -> None:
    """MNY-1: parsing and formatting lose nothing."""
    dice = random.Random(20260101)
    for _ in range(500):
        minor = dice.randrange(-(10**14), 10**14)
        for unit in (CNY, JPY, EUR):
            assert parse_major(format_major(minor, unit), unit).minor == minor
            assert parse_millions(format_millions(minor, unit), unit).minor == minor
            assert parse_minor(str(minor), unit).minor == minor


@pytest.mark.parametrize("text", ["", "01", "-0", "+1", "1.0", "1,000", " 1", "１"])
def test_minor_text_has_one_spelling(text: str) -> None:
    with pytest.raises(BadMoney):
        parse_minor(text, CNY)


def test_formatting() -> None:
    assert str(parse_major("1234567.8", CNY)) == "CNY 1,234,567.80"
    assert str(Money(-5, CNY)) == "CNY -0.05"
    assert str(Money(19_900, JPY)) == "JPY 19,900"
    assert format_millions(153_900_000_000, CNY) == "1,539"


def test_arithmetic_keeps_the_currency() -> None:
    assert Money(3, CNY) + Money(4, CNY) == Money(7, CNY)
    assert Money(3, CNY) - Money(4, CNY) == Money(-1, CNY)
    assert -Money(3, CNY) == Money(-3, CNY)
    assert Money(3, CNY) < Money(4, CNY) <= Money(4, CNY)
    with pytest.raises(BadMoney, match="never mix"):
        Money(1, CNY) + Money(1, EUR)


@pytest.mark.spec("MNY-1")
@pytest.mark.parametrize("minor", [1.0, True, "1"])
def test_only_whole_numbers_are_amounts(minor: object) -> None:
    with pytest.raises(BadMoney):
        Money(minor, CNY)  # type: ignore[arg-type]


def test_unknown_currency_is_refused() -> None:
    with pytest.raises(BadMoney) as refused:
        currency("XXX")
    assert refused.value.had == "XXX"
