"""Catalogues of green projects as published: which is in force when, and what its codes mean.

Rows carry where they come from and how sure they are. A catalogue whose list is not at hand has no rows and a
content hash of zero: its codes are taken as given, and shown as unverified.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Final

from eth_hash.auto import keccak

from ledger.errors import BadInput, NotFound

_FOLDER: Final = Path(__file__).parent
_NOT_SAID: Final = "as found at the source; not compared with the original"
UNLISTED: Final = "UNVERIFIED: the list is not at hand"


class UnknownCategory(BadInput):
    """A category code that its catalogue does not have; `needed` names the nearest."""


@dataclass(frozen=True, slots=True)
class Category:
    """One entry. `status` says how sure name and code are."""

    catalogue: str
    code: str
    name: str
    status: str
    source: str
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A list known by its code, version included; `until` is its last day, None when it has no end."""

    code: str
    jurisdiction: str
    names: Mapping[str, str]
    since: dt.date
    until: dt.date | None
    content_hash: bytes
    days_status: str
    source: str

    @property
    def is_listed(self) -> bool:
        """Whether its rows are at hand."""
        return any(self.content_hash)

    def in_force(self, day: dt.date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)

    def categories(self) -> Mapping[str, Category]:
        return _categories(self.code)

    def category(self, code: str) -> Category:
        """The entry of a code.

        Raises:
            UnknownCategory: naming the nearest codes; never for a catalogue that is not at hand.
        """
        if not self.is_listed:
            return Category(self.code, code, "", UNLISTED, self.source)
        known = self.categories()
        if code not in known:
            raise UnknownCategory(f"{self.code} has no category {code}", had=code, needed=self._nearest(code))
        return known[code]

    def _nearest(self, code: str) -> str:
        known = self.categories()
        family = [near for near in known if near.startswith(code.rsplit(".", 1)[0] + ".")]
        alike = get_close_matches(code, known, n=3, cutoff=0.4)  # not money: how alike two words are
        near = alike or family[:3] or list(known)[:3]
        return ", ".join(f"{one} ({known[one].name})" for one in near)


def catalogues() -> tuple[Catalogue, ...]:
    """Every catalogue that is known here, in the order of the file."""
    return tuple(_catalogues().values())


def catalogue(code: str) -> Catalogue:
    """NotFound for a code that is not known here (a network may have set others)."""
    found = _catalogues().get(code)
    if found is None:
        raise NotFound(f"no catalogue {code} is at hand", who=code, needed=", ".join(_catalogues()))
    return found


def catalogue_for(jurisdiction: str, day: dt.date) -> Catalogue:
    """The list of that jurisdiction in force on a day; the international one where it has none."""
    for wanted in (jurisdiction, "INT"):
        for found in catalogues():
            if found.jurisdiction == wanted and found.in_force(day):
                return found
    raise NotFound(f"no catalogue is in force on {day}", who=jurisdiction, had=day.isoformat())


@cache
def _catalogues() -> dict[str, Catalogue]:
    return {row["code"]: _catalogue(row) for row in _rows("catalogues.csv")}


def _catalogue(row: Mapping[str, str]) -> Catalogue:
    until = row["in_force_until"]
    return Catalogue(
        code=row["code"],
        jurisdiction=row["jurisdiction"],
        names={"en": row["name_en"], "zh": row["name_zh"]},
        since=dt.date.fromisoformat(row["in_force_from"]),
        until=dt.date.fromisoformat(until) if until else None,
        content_hash=keccak((_FOLDER / row["file"]).read_bytes()) if row["file"] else bytes(32),
        days_status=row["days_status"],
        source=row["source"],
    )


@cache
def _categories(catalogue_code: str) -> dict[str, Category]:
    [said] = [row for row in _rows("catalogues.csv") if row["code"] == catalogue_code]
    if not said["file"]:
        return {}
    return {
        row[said["code_column"]]: Category(
            catalogue=catalogue_code,
            code=row[said["code_column"]],
            name=row[said["name_column"]],
            status=row.get("status") or _NOT_SAID,
            source=row["source"],
            condition=row.get("condition_text_zh", ""),
        )
        for row in _rows(said["file"])
    }


def _rows(file: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / file).open(encoding="utf-8", newline="") as text:
        yield from csv.DictReader(text)
