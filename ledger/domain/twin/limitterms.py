"""Twin of `LimitTerms`: what a bond declares of its pocket and its refinancing before anybody books."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.bondlimits import MILLION, Binding, oldest_expense
from ledger.domain.roles import Role
from ledger.domain.states import BondState
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Contract, Refusal, Stage, plain, word
from ledger.domain.twin.bonds import BondOffice
from ledger.domain.twin.documents import Documents
from ledger.domain.twin.participants import Participants
from ledger.domain.twin.proceeds import Proceeds


@dataclass(frozen=True, slots=True)
class LimitsDeclared:
    """As `ILimitTerms.Terms`; the jurisdiction is zero where nothing was declared."""

    jurisdiction: bytes = ZERO_HASH
    pocket_ppm: int = 0
    look_back_months: int = 0
    refinanced_ppm: int = 0
    look_back_binds: bool = False
    share_binds: bool = False
    document: bytes = ZERO_HASH


@dataclass(frozen=True, slots=True)
class JurisdictionRule:
    known: bool = False
    pocket_ppm: int = 0


class LimitTerms(Contract):
    def __init__(
        self,
        stage: Stage,
        address: str,
        participants: Participants,
        documents: Documents,
        office: BondOffice,
        proceeds: Proceeds,
    ) -> None:
        super().__init__(stage, address)
        self.participants = participants
        self.documents = documents
        self.office = office
        self.proceeds = proceeds
        self.declared: dict[int, LimitsDeclared] = {}
        self.rules: dict[bytes, JurisdictionRule] = {}

    def terms(self, bond: int) -> LimitsDeclared:
        return self.declared.get(bond, LimitsDeclared())

    def jurisdiction(self, code: bytes) -> JurisdictionRule:
        return self.rules.get(code, JurisdictionRule())

    def check_declare(self, bond: int, who: str, terms: LimitsDeclared) -> int:
        """Returns the first day of an expense within the look-back."""
        found = self.office.bond(bond)
        if found.issuer == NOBODY:
            raise Refusal("Unknown", word("BOND"), bond)
        if who != found.issuer:
            raise Refusal("NotParty", who, found.issuer)
        self.participants.require_role(who, Role.ISSUER)
        if bond in self.declared:
            raise Refusal("WrongState", word("LIMITS"), bond, 1, 0)
        if found.state != BondState.BOOKING:
            raise Refusal("WrongState", word("BOND"), bond, int(found.state), int(BondState.BOOKING))
        places = len(self.office.order(bond))
        if places:
            raise Refusal("BookingBegun", bond, places)
        self._require_rule(terms)
        if terms.refinanced_ppm > MILLION:
            raise Refusal("AmountTooLarge", terms.refinanced_ppm, MILLION)
        self.documents.require_known(terms.document, who, 0)
        if terms.look_back_binds and not found.terms.issue_date:
            raise Refusal("DateOutOfOrder", word("ISSUE_DATE"), 0, self.participants.today())
        return oldest_expense(found.terms.issue_date, terms.look_back_months, terms.look_back_binds)

    def _require_rule(self, terms: LimitsDeclared) -> None:
        rule = self.jurisdiction(terms.jurisdiction)
        if not rule.known:
            raise Refusal("Unknown", word("JURISDICTION"), int.from_bytes(terms.jurisdiction, "big"))
        if terms.pocket_ppm > rule.pocket_ppm:
            raise Refusal("AboveRule", terms.jurisdiction, rule.pocket_ppm, terms.pocket_ppm)

    def declare(self, sender: str, bond: int, terms: LimitsDeclared) -> None:
        oldest = self.check_declare(bond, sender, terms)
        self.declared[bond] = terms
        binding = Binding.LOOK_BACK * terms.look_back_binds | Binding.SHARE * terms.share_binds
        self.proceeds.set_limits(
            self.address, bond, terms.pocket_ppm, terms.refinanced_ppm, oldest, int(binding)
        )
        self.emit("LimitsDeclared", bond, sender, oldest, plain(terms))

    def set_jurisdiction(self, sender: str, code: bytes, rule: JurisdictionRule) -> None:
        self.only_powers(sender)
        self.rules[code] = rule
        self.emit("JurisdictionSet", code, plain(rule))
