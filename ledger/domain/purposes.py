"""Names of the purposes that ledger cash can wait for: the library `Purposes`, word for word.

A purpose id is `keccak256(abi.encode(name, parts...))`; an axis is the four letters `axis` and the low 128
bits of `keccak256(abi.encode(module id, purpose id))`, so that it is told from a participant by its address
alone. Nobody holds a key to such an address.
"""

from __future__ import annotations

from typing import Final

from eth_hash.auto import keccak

WORD: Final = 32
ADDRESS: Final = 20
PREFIX: Final = b"axis"


def module_id(name: str) -> bytes:
    """A module's name as `bytes32`."""
    return name.encode("ascii").ljust(WORD, b"\0")


CASH: Final = module_id("CASH")
PROCEEDS: Final = module_id("PROCEEDS")
MATURITY: Final = module_id("MATURITY")
SERVICE: Final = module_id("SERVICE")
LOANS: Final = module_id("LOANS")
POOLS: Final = module_id("POOLS")
BANK: Final = module_id("BANK")


def axis_of(module: bytes, purpose: bytes) -> str:
    """The axis of a module's purpose, as an EIP-55 address."""
    return checksum(PREFIX + keccak(module + purpose)[len(PREFIX) - ADDRESS :])


def is_purpose(address: str) -> bool:
    """True for an axis that nobody holds a key to, credited or not."""
    return address_bytes(address).startswith(PREFIX)


def source() -> bytes:
    """Where minted fen come from and burned fen go to: the only axis where `in <= out`."""
    return _purpose("SOURCE")


def redemption(holder: str) -> bytes:
    """Money on its way to the settlement bank."""
    return _purpose("REDEMPTION", holder)


def escrow(bond: int, investor: str) -> bytes:
    """One booking's money, before allotment."""
    return _purpose("ESCROW", bond, investor)


def origin(bond: int) -> bytes:
    """Its offsets number the raised fen `[0, raised)`."""
    return _purpose("ORIGIN", bond)


def cost(bond: int) -> bytes:
    """Issue costs withheld from the proceeds."""
    return _purpose("COST", bond)


def pool(bond: int) -> bytes:
    """Unallocated proceeds."""
    return _purpose("POOL", bond)


def budget_line(line: int) -> bytes:
    """One axis per (bond, project, budget line)."""
    return _purpose("LINE", line)


def encumbrance(receivable: int) -> bytes:
    """Bond money locked for one confirmed payable."""
    return _purpose("ENCUMBRANCE", receivable)


def settlement(receivable: int) -> bytes:
    """General money that an obligor put up for one receivable at maturity."""
    return _purpose("SETTLEMENT", receivable)


def service(payment: int) -> bytes:
    """What a bond's issuer paid in for one coupon or redemption, until its holders have it."""
    return _purpose("SERVICE", payment)


def returned(bond: int) -> bytes:
    """Unused proceeds on their way back to the investors."""
    return _purpose("RETURNED", bond)


def income(bond: int) -> bytes:
    """What placements earned, outside the partition of a bond's fen."""
    return _purpose("INCOME", bond)


def asset_pool(pool: int) -> bytes:
    """What investors paid in and what its pieces brought in, until it is paid for pieces or distributed."""
    return _purpose("ASSET_POOL", pool)


def tranche(pool: int, index: int) -> bytes:
    """What was distributed to one tranche of an asset pool, until its lots have it."""
    return _purpose("TRANCHE", pool, index)


def claim(holder: str) -> bytes:
    """What could not be paid out because its owner could not receive at that moment."""
    return _purpose("CLAIM", holder)


def held_key(receivable: int, start: int) -> str:
    """Nobody's address: the money of a locked piece waits on its claim axis until it shows who is paid."""
    return checksum(_purpose("HELD", receivable, start)[WORD - ADDRESS :])


def checksum(address: bytes) -> str:
    """EIP-55 spelling of 20 bytes."""
    digits = address.hex()
    cased = keccak(digits.encode("ascii")).hex()
    return "0x" + "".join(c.upper() if int(h, 16) > 7 else c for c, h in zip(digits, cased, strict=False))


def address_bytes(address: str) -> bytes:
    """The 20 bytes of an address in any spelling; ValueError when it is none."""
    raw = bytes.fromhex(address.removeprefix("0x"))
    if len(raw) != ADDRESS:
        raise ValueError(f"not an address: {address!r}")
    return raw


def _purpose(name: str, *parts: int | str) -> bytes:
    """`keccak256(abi.encode(string, uint256 | address, ...))`: heads, then the one string at the end."""
    words = [_word(part) for part in parts]
    offset = _word(WORD * (1 + len(words)))
    text = name.encode("ascii")
    return keccak(b"".join([offset, *words, _word(len(text)), text.ljust(WORD, b"\0")]))


def _word(part: int | str) -> bytes:
    raw = part if isinstance(part, int) else int.from_bytes(address_bytes(part), "big")
    return raw.to_bytes(WORD, "big")
