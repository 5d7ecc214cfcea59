"""Who belongs to whom: ties that parties declared, and keyed tags that they share without saying so."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.domain.history import EventRow
from ledger.errors import BadInput

KINDS: Final = ("bank account", "legal representative", "controller")
_COLUMNS: Final = ("account", "kind", "tag")


@dataclass(frozen=True, slots=True)
class Tag:
    """A keyed tag (HMAC under the consortium's key) of something that a party has, as its holder attests:
    equal tags mean an equal bank account, legal representative or controller, and tell nothing else."""

    account: str
    kind: str
    tag: str


def tags_of(lines: Iterable[str]) -> list[Tag]:
    """A CSV file of `account,kind,tag`.

    Raises:
        BadInput: for another header, a kind that is none, or an empty account or tag.
    """
    rows = csv.DictReader(lines)
    if tuple(rows.fieldnames or ()) != _COLUMNS:
        raise BadInput("a file of tags has other columns", had=rows.fieldnames, needed=",".join(_COLUMNS))
    found = []
    for number, row in enumerate(rows, 2):
        if row["kind"] not in KINDS or not row["account"] or not row["tag"]:
            raise BadInput("a line of tags names an account, a kind and a tag", who=number, had=dict(row))
        found.append(Tag(row["account"], row["kind"], row["tag"]))
    return found


class Kin:
    """Ties at any time up to now: who left a group yesterday was in it when the money moved."""

    def __init__(self, admissions: Sequence[EventRow], tags: Sequence[Tag] = ()) -> None:
        self._groups: defaultdict[str, set[int]] = defaultdict(set)
        self._members: defaultdict[int, set[str]] = defaultdict(set)
        self._tags: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        self._tagged: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for row in admissions:
            group = row.args["admission"]["group"]
            if group:
                self._groups[row.args["account"]].add(group)
                self._members[group].add(row.args["account"])
        for one in tags:
            self._tags[one.account].add((one.kind, one.tag))
            self._tagged[one.kind, one.tag].add(one.account)

    def declared(self, one: str, other: str) -> bool:
        """Both were in one group."""
        return bool(self._groups.get(one, set()) & self._groups.get(other, set()))

    def shared(self, one: str, other: str) -> list[str]:
        """The kinds of tags that both have."""
        return sorted(kind for kind, _ in self._tags.get(one, set()) & self._tags.get(other, set()))

    def related(self, one: str, other: str) -> bool:
        """The same, declared, or suspected."""
        return one == other or self.declared(one, other) or bool(self.shared(one, other))

    def circle(self, account: str) -> set[str]:
        """An account and everybody related to it directly."""
        grouped = (self._members[group] for group in self._groups.get(account, set()))
        tagged = (self._tagged[tag] for tag in self._tags.get(account, set()))
        return {account}.union(*grouped, *tagged)
