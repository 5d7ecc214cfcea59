"""Twin of `Participants`: who is admitted, in which roles, until when; and which business day it is."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.dates import business_date
from ledger.domain.purposes import is_purpose
from ledger.domain.twin.base import NOBODY, ZERO_HASH, Contract, Refusal, Stage, plain, word


@dataclass(frozen=True, slots=True)
class Admission:
    """`lapse_day` is the last day the admission holds; related parties share a non-zero group."""

    roles: int = 0
    suspended: bool = False
    lapse_day: int = 0
    group: int = 0


class Participants(Contract):
    def __init__(self, stage: Stage, address: str, replay: bool, zone: int) -> None:
        super().__init__(stage, address)
        self.replay = replay
        self.zone = zone
        self.posted_day = 0
        self.admissions: dict[str, Admission] = {}
        self.identifiers: dict[str, bytes] = {}
        self.accounts: dict[bytes, str] = {}

    # --- dates ---

    def today(self) -> int:
        return self.posted_day if self.replay else self._block_day()

    def post_business_date(self, sender: str, day: int) -> None:
        self._only_operator(sender)
        if not self.replay:
            raise Refusal("NotReplay")
        if day < self.posted_day:
            raise Refusal("DateOutOfOrder", word("BUSINESS_DATE"), day, self.posted_day)
        if day > self._block_day():
            raise Refusal("DateOutOfOrder", word("BLOCK_DATE"), day, self._block_day())
        self.posted_day = day
        self.emit("BusinessDatePosted", day)

    def _block_day(self) -> int:
        return business_date(self.stage.timestamp, self.zone)

    # --- admission ---

    def admit(
        self,
        sender: str,
        account: str,
        identifier: bytes,
        name: str,
        admission: Admission,
        kyc_document: bytes,
    ) -> None:
        self._only_operator(sender)
        if account == NOBODY:
            raise Refusal("ZeroHash", word("ACCOUNT"))
        if is_purpose(account):
            raise Refusal("PurposeCannotParticipate", account)
        if account == self.stage.operator:
            raise Refusal("OperatorCannotParticipate", account)
        if identifier == ZERO_HASH:
            raise Refusal("ZeroHash", word("IDENTIFIER"))
        if kyc_document == ZERO_HASH:
            raise Refusal("ZeroHash", word("KYC"))
        if account in self.identifiers:
            raise Refusal("AccountTaken", account)
        if identifier in self.accounts:
            raise Refusal("IdentifierTaken", identifier, self.accounts[identifier])
        if admission.lapse_day == 0 or admission.lapse_day < self.today():
            raise Refusal("DateOutOfOrder", word("LAPSE_DAY"), admission.lapse_day, self.today())
        self.identifiers[account] = identifier
        self.accounts[identifier] = account
        self.admissions[account] = admission
        self.emit("Admitted", account, identifier, name, plain(admission), kyc_document)

    def amend(self, sender: str, account: str, admission: Admission, document: bytes) -> None:
        self._only_operator(sender)
        if account not in self.identifiers:
            raise Refusal("NotAdmitted", account)
        if document == ZERO_HASH:
            raise Refusal("ZeroHash", word("DOCUMENT"))
        if admission.lapse_day == 0:
            raise Refusal("DateOutOfOrder", word("LAPSE_DAY"), 0, self.today())
        self.admissions[account] = admission
        self.emit("Amended", account, plain(admission), document)

    def _only_operator(self, sender: str) -> None:
        if sender != self.stage.operator:
            raise Refusal("NotOperator", sender, self.stage.operator)

    # --- what acts ask ---

    def admission(self, account: str) -> Admission:
        return self.admissions.get(account, Admission())

    def is_active(self, account: str) -> bool:
        try:
            self.require_active(account)
        except Refusal:
            return False
        return True

    def require_active(self, account: str) -> Admission:
        admission = self.admission(account)
        if admission.lapse_day == 0:
            raise Refusal("NotAdmitted", account)
        if admission.suspended:
            raise Refusal("Suspended", account)
        if admission.lapse_day < self.today():
            raise Refusal("Lapsed", account, admission.lapse_day, self.today())
        return admission

    def require_active_pair(self, a: str, b: str) -> None:
        self.require_active(a)
        self.require_active(b)

    def require_receiver(self, a: str, b: str, roles: int) -> int:
        """Both active, `b` in every role of `roles`; returns the day it was judged by."""
        self.require_active(a)
        return self.require_role(b, roles)

    def require_role(self, account: str, roles: int) -> int:
        """Returns the day it was judged by."""
        had = self.require_active(account).roles
        if had & roles != roles:
            raise Refusal("MissingRole", account, had, roles)
        return self.today()

    def require_unrelated(self, a: str, b: str) -> None:
        if a == b:
            raise Refusal("SameParty", a, b)
        group = self.admission(a).group
        if group != 0 and group == self.admission(b).group:
            raise Refusal("RelatedParties", a, b, group)
