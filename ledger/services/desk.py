"""The base of every user's service: a session, and the two things most acts begin with."""

from __future__ import annotations

from ledger.domain.kinds import DocumentKind
from ledger.ports import Mined
from ledger.services.documents import Documents, Paper
from ledger.services.session import Act, Session


class Desk:
    """One user's place of work in an opened ledger."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._documents = Documents(session)

    def _file(self, who: str, paper: Paper, kind: DocumentKind, readers: tuple[str, ...] = ()) -> bytes:
        return self._documents.filed(who, paper, kind, readers)


def act_of(mined: Mined) -> Act:
    return Act(mined.tx, mined.block)
