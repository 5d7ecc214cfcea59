"""A fresh ledger for tests, on the embedded chain: deployed once, copied for each test.

    template = new_ledger(folder)                     once, about a second
    with fresh_ledger(template, other) as ledger:     for each test
        admit_cast(ledger)
        ledger.issuer.register_framework("Issuer", ...)

`tests/conftest.py` offers it as the pytest fixture `ledger`. The parties are illustrative and marked so;
their identifiers have valid check digits and belong to nobody.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from stdnum.iso7064 import mod_97_10

from ledger.bootstrap.facade import Ledger
from ledger.domain.roles import Role
from ledger.services.accounts import ClerkLimit

PASSPHRASE: Final = "for tests only"
CHEAP: Final = 2**10
FIRST_DAY: Final = dt.date(2025, 1, 2)

CAST: Final[dict[str, Role]] = {
    "Issuer": Role.ISSUER | Role.OBLIGOR,
    "Company": Role.OBLIGOR | Role.SUPPLIER,
    "Verifier": Role.VERIFIER,
    "Investor": Role.INVESTOR,
    "settlement bank": Role.BANK,
    "Contractor": Role.SUPPLIER,
    "Subcontractor": Role.SUPPLIER,
    "Factor": Role.FINANCIER | Role.SUPPLIER,
    "Auditor": Role.AUDITOR,
}

GROUPS: Final = {"Issuer": 1, "Company": 1}
"""The company is a declared subsidiary of the issuer."""


BANK: Final = "settlement bank"
"""Its address is in its cash's code, so it stays a plain key where the others have account contracts."""


def new_ledger(folder: Path, *, staffed: bool = False, contracts: bool = False) -> Path:
    """Deploys a replay ledger into an empty folder, posts 2025-01-02 and, with `staffed`, admits the cast:
    as plain keys, or with `contracts` as account contracts.

    It is closed then, and the folder can be copied and opened any number of times.
    """
    with _open(folder) as ledger:
        ledger.operator.post_business_date(FIRST_DAY)
        if contracts:
            house_cast(ledger)
        if staffed:
            admit_cast(ledger)
        return folder


@contextmanager
def fresh_ledger(template: Path, folder: Path) -> Iterator[Ledger]:
    """A copy of `template` in the new folder `folder`, opened."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    with _open(folder) as ledger:
        yield ledger


def admit_cast(ledger: Ledger, *names: str) -> None:
    """Admits the parties named, or the whole cast, in their roles."""
    for name in names or CAST:
        roles = CAST[name] | Role.ILLUSTRATIVE
        ledger.operator.admit(name, illustrative_lei(name), roles, group=GROUPS.get(name, 0))


def house_cast(ledger: Ledger, *names: str) -> None:
    """Account contracts for the parties named, or for the whole cast but the bank, before their admission.

    A clerk alone may register documents and transfer up to 100 yuan; the rest takes two persons.
    """
    limits = (
        ClerkLimit("Documents", "register", each=1),
        ClerkLimit("Cash-CNY", "transferWithDocument", amount="amount", each=100_00, daily=1_000_00),
    )
    for name in names or [name for name in CAST if name != BANK]:
        clerk, approver = f"{name}, clerk", f"{name}, approver"
        ledger.accounts.make(name, clerks=[clerk], approvers=[approver], limits=limits)


def illustrative_lei(name: str) -> str:
    """An identifier that passes its check and that nobody was given, the same for the same name."""
    letters = "".join(letter for letter in name.upper() if letter.isascii() and letter.isalnum())
    base = f"TEST{letters:0<14.14}"
    return f"LEI:{base}{mod_97_10.calc_check_digits(base)}"


def _open(folder: Path) -> Ledger:
    return Ledger.embedded(folder, replay=True, passphrase=PASSPHRASE, keystore_cost=CHEAP)
