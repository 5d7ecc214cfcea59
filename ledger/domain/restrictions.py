"""A code and a sentence for each refusal of a move of units (ERC-1404), in both languages.

The codes and the English are those of the library `Restrictions`; a test compares the two lists.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Restriction(IntEnum):
    """What `GreenBond.detectTransferRestriction` answers."""

    NONE = 0
    RETIRED = 1
    PAUSED = 2
    FROM_FROZEN = 3
    TO_FROZEN = 4
    FROM_NOT_ADMITTED = 5
    TO_NOT_ADMITTED = 6
    FROM_SUSPENDED = 7
    TO_SUSPENDED = 8
    FROM_LAPSED = 9
    TO_LAPSED = 10
    TO_NO_INVESTOR = 11
    TO_NOBODY = 12
    TOO_FEW_UNITS = 13
    UNITS_FROZEN = 14
    TO_NO_LENDER = 15
    OTHER = 255


SENTENCES: Final[dict[Restriction, dict[str, str]]] = {
    Restriction.NONE: {"en": "These units may move.", "zh": "这些份额可以流转。"},
    Restriction.RETIRED: {
        "en": "The bond is redeemed; its units do not move any more.",
        "zh": "债券已兑付完毕，份额不再流转。",
    },
    Restriction.PAUSED: {
        "en": "An authority has paused all moves of this bond.",
        "zh": "该债券的流转已被有权机关暂停。",
    },
    Restriction.FROM_FROZEN: {
        "en": "The giver's account is frozen by an authority.",
        "zh": "转出方账户已被有权机关冻结。",
    },
    Restriction.TO_FROZEN: {
        "en": "The receiver's account is frozen by an authority.",
        "zh": "转入方账户已被有权机关冻结。",
    },
    Restriction.FROM_NOT_ADMITTED: {
        "en": "The giver is not an admitted participant.",
        "zh": "转出方不是已准入的参与方。",
    },
    Restriction.TO_NOT_ADMITTED: {
        "en": "The receiver is not an admitted participant.",
        "zh": "转入方不是已准入的参与方。",
    },
    Restriction.FROM_SUSPENDED: {"en": "The giver is suspended.", "zh": "转出方已被暂停。"},
    Restriction.TO_SUSPENDED: {"en": "The receiver is suspended.", "zh": "转入方已被暂停。"},
    Restriction.FROM_LAPSED: {"en": "The giver's admission has lapsed.", "zh": "转出方的准入已到期。"},
    Restriction.TO_LAPSED: {"en": "The receiver's admission has lapsed.", "zh": "转入方的准入已到期。"},
    Restriction.TO_NO_INVESTOR: {
        "en": "The receiver is not admitted as an investor.",
        "zh": "转入方未获准作为投资人。",
    },
    Restriction.TO_NOBODY: {"en": "Units cannot go to the zero address.", "zh": "份额不能转入零地址。"},
    Restriction.TOO_FEW_UNITS: {"en": "The giver holds fewer units.", "zh": "转出方持有的份额不足。"},
    Restriction.UNITS_FROZEN: {
        "en": "Some of the giver's units are frozen by an authority.",
        "zh": "转出方的部分份额已被有权机关冻结。",
    },
    Restriction.TO_NO_LENDER: {
        "en": "The receiver is not a lender that the borrower agreed to.",
        "zh": "转入方不是借款人同意的贷款人。",
    },
    Restriction.OTHER: {
        "en": "The move is refused for another reason.",
        "zh": "因其他原因不能流转。",
    },
}

_OF_ANYBODY: Final = {
    "BondRetired": Restriction.RETIRED,
    "BondPaused": Restriction.PAUSED,
    "UnitsNotFree": Restriction.UNITS_FROZEN,
    "ERC20InsufficientBalance": Restriction.TOO_FEW_UNITS,
    "ERC20InvalidReceiver": Restriction.TO_NOBODY,
    "MissingRole": Restriction.TO_NO_INVESTOR,
    "NotLender": Restriction.TO_NO_LENDER,
}
_OF_ONE_SIDE: Final = {
    "AccountFrozen": (Restriction.FROM_FROZEN, Restriction.TO_FROZEN),
    "NotAdmitted": (Restriction.FROM_NOT_ADMITTED, Restriction.TO_NOT_ADMITTED),
    "Suspended": (Restriction.FROM_SUSPENDED, Restriction.TO_SUSPENDED),
    "Lapsed": (Restriction.FROM_LAPSED, Restriction.TO_LAPSED),
}


def code_of(refusal: str, who: object, to: str) -> Restriction:
    """The code of a refused transfer to `to`: by the error's name, and whom it speaks of."""
    giver, receiver = _OF_ONE_SIDE.get(refusal, (Restriction.OTHER, Restriction.OTHER))
    return _OF_ANYBODY.get(refusal, receiver if who == to else giver)
