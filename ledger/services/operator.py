"""The operator admits participants and, in a replay deployment, posts the business date. It touches no
value."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ledger.domain import identifiers
from ledger.domain.dates import date_of, day_number
from ledger.domain.kinds import DocumentKind
from ledger.domain.roles import Role
from ledger.errors import BadInput, NotFound
from ledger.services.desk import Desk, act_of
from ledger.services.documents import Paper
from ledger.services.session import Act, Session, struct
from ledger.services.values import whole

OPERATOR = "operator"
LONG_ADMISSION = dt.timedelta(days=365 * 3)


@dataclass(frozen=True, slots=True)
class Admitted(Act):
    """An admitted participant. `kyc` is the salted hash of what the operator checked."""

    account: str
    identifier: str
    name: str
    kyc: str


@dataclass(frozen=True, slots=True)
class Participant:
    """The admission record as it stands. `lapses` is its last day; related parties share a non-zero
    `group`."""

    account: str
    identifier: str
    roles: Role
    suspended: bool
    lapses: dt.date
    group: int
    active: bool


class Operator(Desk):
    """Admission. Every method acts with the operator's key, which must be in the keystore here."""

    def admit(
        self,
        name: str,
        identifier: str,
        roles: Role,
        *,
        account: str | None = None,
        lapses: dt.date | None = None,
        group: int = 0,
        kyc: Paper | None = None,
    ) -> Admitted:
        """Admits `name` under `identifier` (`USCC:…` or `LEI:…`, check digits verified).

        Args:
            account: its address when its key is held elsewhere; by default the account called `name` in the
                keystore here, made when there is none.
            lapses: last day of the admission; three years from the business date by default.
            kyc: what the operator checked; by default a record of the admission itself, nothing more.
        """
        slot = identifiers.participant_slot(identifier)
        who = self._session.address(account) if account else self._session.account(name)
        last = lapses or self._session.today() + LONG_ADMISSION
        document = self._kyc(kyc, f"Admission record: {name}, {identifier}, until {last.isoformat()}.")
        mined = self._session.act(
            OPERATOR, "Participants", "admit", who, slot, name, _admission(roles, last, group), document
        )
        return Admitted(
            mined.tx, mined.block, who, identifiers.participant(identifier), name, "0x" + document.hex()
        )

    def amend(
        self,
        who: str,
        *,
        roles: Role | None = None,
        lapses: dt.date | None = None,
        group: int | None = None,
        suspended: bool | None = None,
        document: Paper,
    ) -> Act:
        """Changes what is given of an admission and keeps the rest, citing a document."""
        had = self.participant(who)
        admission = _admission(
            had.roles if roles is None else roles,
            had.lapses if lapses is None else lapses,
            had.group if group is None else group,
            had.suspended if suspended is None else suspended,
        )
        return act_of(
            self._session.act(
                OPERATOR, "Participants", "amend", had.account, admission, self._kyc(document, "")
            )
        )

    def suspend(self, who: str, document: Paper) -> Act:
        """Stops every act of a participant's but keeps what it owns."""
        return self.amend(who, suspended=True, document=document)

    def reinstate(self, who: str, document: Paper) -> Act:
        return self.amend(who, suspended=False, document=document)

    def post_business_date(self, day: dt.date) -> Act:
        """Replay deployments only: the date that deadlines are judged by; it never goes back."""
        return act_of(self._session.act(OPERATOR, "Participants", "postBusinessDate", day_number(day)))

    def today(self) -> dt.date:
        """The business date."""
        return self._session.today()

    def participant(self, who: str) -> Participant:
        """The record of an account name, address or identifier; NotFound when it was never admitted."""
        return participant_of(self._session, who)

    def _kyc(self, paper: Paper | None, otherwise: str) -> bytes:
        """The operator is no participant, so its files are sealed for it and not registered as a party's."""
        if isinstance(paper, str):
            return self._file(OPERATOR, paper, DocumentKind.OTHER)
        content = otherwise.encode() if paper is None else paper
        return bytes.fromhex(self._documents.seal(OPERATOR, content, name="kyc").document[2:])


def participant_of(session: Session, who: str) -> Participant:
    account = session.address(who)
    record = struct(session.read("Participants", "admission", account))
    if not record["lapseDay"]:
        raise NotFound(f"{who} was never admitted", who=account)
    return Participant(
        account,
        identifiers.from_slot(bytes(session.read("Participants", "identifierOf", account))),
        Role(record["roles"]),
        bool(record["suspended"]),
        date_of(record["lapseDay"]),
        int(record["group"]),
        bool(session.read("Participants", "isActive", account)),
    )


def _admission(roles: Role, lapses: dt.date, group: int, suspended: bool = False) -> dict[str, object]:
    if not roles & ~Role.ILLUSTRATIVE:
        raise BadInput("an admission needs a role", had=int(roles), needed="one role or more")
    return {
        "roles": int(roles),
        "suspended": suspended,
        "lapseDay": day_number(lapses),
        "group": whole(group, 2**64 - 1, "a group"),
    }
