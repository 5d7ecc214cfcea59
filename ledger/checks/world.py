"""What the gate asks, as the chain's events made it so far: admission, review, category, documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.checks.view import Seen
from ledger.domain.roles import Role

_REFUSED = 3
_NO_ROLE = Role(0)

Terms = Mapping[str, Any]


@dataclass(slots=True)
class World:
    """Follows the events; `day_of` gives the business date of a block where dates are not posted."""

    day_of: Callable[[int], int] | None
    posted: int = 0
    admissions: dict[str, Terms] = field(default_factory=dict)
    versions: dict[int, tuple[int, set[bytes]]] = field(default_factory=dict)
    codes: dict[int, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    reviews: dict[int, tuple[int, Terms]] = field(default_factory=dict)
    projects: dict[int, Terms] = field(default_factory=dict)
    lines: dict[int, Terms] = field(default_factory=dict)
    books: dict[int, Terms] = field(default_factory=dict)
    obligations: dict[bytes, Terms] = field(default_factory=dict)

    def day(self, block: int) -> int:
        return self.posted if self.day_of is None else self.day_of(block)

    def learn(self, event: Seen) -> None:
        """Takes in one event that changes what the gate would answer."""
        args = event.args
        match f"{event.contract}.{event.name}":
            case "Participants.BusinessDatePosted":
                self.posted = event.number("day")
            case "Participants.Admitted" | "Participants.Amended":
                self.admissions[args["account"]] = args["admission"]
            case "Frameworks.FrameworkRegistered":
                self._edited(event)
            case "Frameworks.Reviewed":
                self.reviews[event.number("framework")] = event.number("version"), args["review"]
            case "Frameworks.ReviewWithdrawn":
                self.reviews.pop(event.number("framework"), None)
            case "Proceeds.ProjectRegistered":
                self.projects[event.number("project")] = args
            case "Proceeds.LineOpened":
                self.lines[event.number("line")] = args
            case "Proceeds.BondBooksOpened":
                self.books[event.number("bond")] = args
            case "Documents.ObligationRegistered":
                self.obligations[bytes(args["fingerprint"])] = args["obligation"]

    def _edited(self, event: Seen) -> None:
        number, codes = event.number("framework"), [bytes(code) for code in event.args["categories"]]
        self.codes[number] += [code for code in dict.fromkeys(codes) if code not in self.codes[number]]
        self.versions[number] = event.number("version"), set(codes)

    # --- the gate's questions ---

    def active(self, account: str, block: int, role: Role = _NO_ROLE) -> bool:
        one = self.admissions.get(account)
        if one is None or one["suspended"] or int(one["lapseDay"]) < self.day(block):
            return False
        return int(one["roles"]) & role == role

    def spenders(self, line: int) -> tuple[str, str]:
        """The bond's issuer and the project's company."""
        opened = self.lines[line]
        return self.books[int(opened["bond"])]["issuer"], self.projects[int(opened["project"])]["company"]

    def why_not(self, line: int, block: int) -> Generator[str, None, None]:
        """Issuer, review and category."""
        issuer, _ = self.spenders(line)
        if not self.active(issuer, block, Role.ISSUER):
            yield f"the issuer {issuer} is not admitted as one"
        project = self.projects[int(self.lines[line]["project"])]
        framework = int(project["framework"])
        version, eligible = self.versions[framework]
        reviewed, review = self.reviews.get(framework, (0, {}))
        if reviewed != version:
            yield f"no review of version {version} of framework {framework}"
        elif int(review["outcome"]) == _REFUSED or int(review["validUntil"]) < self.day(block):
            yield f"the review of framework {framework} does not hold"
        if self.codes[framework][int(project["category"])] not in eligible:
            yield f"the category of project {self.lines[line]['project']} is not eligible"
