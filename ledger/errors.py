"""Every error the ledger raises, in one tree.

    LedgerError
    ├── BadInput            bad-input            what was given cannot be right, whatever the state
    ├── NotFound            not-found            nothing has that name, number or hash
    ├── NotAllowed          not-allowed          the one who asks may not do or see this
    ├── Conflict            conflict             right in itself, but not in the present state
    ├── AwaitsApproval      awaits-approval      a clerk proposed it; an approver must approve it
    ├── ContractRefusal     <name of the error>  a contract refused; name and arguments as it gave them
    ├── TransactionRejected transaction-rejected the network would not take the transaction at all
    ├── ChainUnavailable    chain-unavailable    no answer from the chain; asking again may help
    │   └── ReceiptTimeout  receipt-timeout      sent, but not seen in a block within the time given
    ├── FalseAnswer         false-answer         the chain's node says what cannot be; nothing of it was kept
    ├── DatabaseDamaged     database-damaged     a database is not whole; nothing was changed
    ├── HistoryUnavailable  history-unavailable  the chain no longer holds the state of that block
    ├── RpcError            rpc-error            the chain's node answered with an error of its own
    └── JournalCorrupt      journal-corrupt      the embedded chain's journal is damaged; nothing was changed
        └── JournalMismatch journal-mismatch     replaying the journal gives other blocks than it names

An error says who, had and needed when they are known, and for a rule the clause. `code` is stable and
kebab-case; `status` says what kind of failure it is, without a word about HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import ClassVar, Literal

Status = Literal["invalid", "missing", "forbidden", "conflict", "pending", "refused", "unavailable", "broken"]

_sentences: dict[str, dict[str, str]] = {}
_clauses: dict[str, str] = {}
_translations: list[Callable[[str, str], str]] = []


def register_translation(translate: Callable[[str, str], str]) -> None:
    """Add what puts a plain English message into another language: `translate(message, language)`."""
    _translations.append(translate)


def register_clauses(table: Mapping[str, str]) -> None:
    """Add the clause that stands behind a contract's error, by the error's name."""
    _clauses.update(table)


def register_sentences(table: Mapping[str, Mapping[str, str]]) -> None:
    """Add sentences by error name or code, then language ("en", "zh").

    A sentence is a `str.format` template over the error's arguments and who, had, needed, clause, message.
    """
    for name, by_language in table.items():
        _sentences.setdefault(name, {}).update(by_language)


def in_language(text: str, language: str) -> str:
    """A plain English text in the reader's language; as it is where nobody has it in that language."""
    for translate in _translations:
        text = translate(text, language)
    return text


def kebab(name: str) -> str:
    """`PayeeNotAdmitted` → `payee-not-admitted`: how the name of a contract's error becomes a code."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()


class LedgerError(Exception):
    """Base of all errors. `message` is an English sentence; the other fields are data, or None."""

    code: str = "ledger-error"
    status: ClassVar[Status] = "broken"

    def __init__(
        self,
        message: str,
        *,
        who: object = None,
        had: object = None,
        needed: object = None,
        clause: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.who = who
        self.had = had
        self.needed = needed
        self.clause = clause
        if code is not None:
            self.code = code

    def facts(self) -> dict[str, object]:
        """What a sentence may mention."""
        return {
            "message": self.message,
            "who": self.who,
            "had": self.had,
            "needed": self.needed,
            "clause": self.clause,
        }

    def sentence(self, language: str = "en") -> str:
        """The error in the reader's language; where no sentence is registered, its message, translated."""
        template = self._templates().get(language)
        if template is None:
            return in_language(self.message, language)
        try:
            return template.format(**self.facts())
        except (KeyError, IndexError, ValueError):
            return self.message  # a faulty template must never hide the error it was to explain

    def _templates(self) -> Mapping[str, str]:
        return _sentences.get(self.code, {})


class BadInput(LedgerError):
    """What was given cannot be right, whatever the state of the ledger."""

    code = "bad-input"
    status = "invalid"


class NotFound(LedgerError):
    """Nothing has that name, number or hash."""

    code = "not-found"
    status = "missing"


class NotAllowed(LedgerError):
    """The one who asks may not do or see this."""

    code = "not-allowed"
    status = "forbidden"


class Conflict(LedgerError):
    """Right in itself, but not in the present state."""

    code = "conflict"
    status = "conflict"


class AwaitsApproval(LedgerError):
    """Not refused and not done: a clerk proposed the act, and nobody here may approve it.

    `who` is the account contract, `had` the number of the proposal, `needed` its approvers.
    """

    code = "awaits-approval"
    status = "pending"


class ContractRefusal(LedgerError):
    """A contract refused an act.

    `name` and `args` (by parameter name) are as the contract gave them, `contract` is who refused where that
    is known, `data` the raw revert data. The code is the error's name in kebab-case.
    """

    code = "contract-refusal"
    status = "refused"

    def __init__(
        self,
        name: str,
        args: Mapping[str, object] | None = None,
        *,
        contract: str | None = None,
        data: str | None = None,
        transaction: str | None = None,
        clause: str | None = None,
    ) -> None:
        values = dict(args or {})
        said = ", ".join(f"{key}={value}" for key, value in values.items())
        super().__init__(
            f"{contract or 'The contract'} refused: {name}({said})",
            who=values.get("who"),
            had=values.get("had"),
            needed=values.get("needed"),
            clause=clause or _clauses.get(name),
            code=kebab(name),
        )
        self.name = name
        self.arguments = values
        self.contract = contract
        self.data = data
        self.transaction = transaction

    def facts(self) -> dict[str, object]:
        return {**super().facts(), **self.arguments, "name": self.name, "contract": self.contract}

    def _templates(self) -> Mapping[str, str]:
        return _sentences.get(self.name) or super()._templates()


class TransactionRejected(LedgerError):
    """The network would not take the transaction at all (fee too low, unknown chain, ...)."""

    code = "transaction-rejected"
    status = "conflict"


class ChainUnavailable(LedgerError):
    """No answer from the chain. Nothing is known about what was asked; asking again may help."""

    code = "chain-unavailable"
    status = "unavailable"


class ReceiptTimeout(ChainUnavailable):
    """Sent, but not seen in a block within the time given. `who` is the transaction's hash."""

    code = "receipt-timeout"


class FalseAnswer(LedgerError):
    """The chain's node says what cannot be: foreign logs, moves left out, a block that is not its own hash.

    Nothing of it was kept. Another node of the same network shows whether this one is broken or lies.
    """

    code = "false-answer"
    status = "broken"


class DatabaseDamaged(LedgerError):
    """A database is not whole. Nothing was changed; what comes from the chain is read from there again."""

    code = "database-damaged"
    status = "broken"


class HistoryUnavailable(LedgerError):
    """The chain no longer holds the state of the block that was asked for."""

    code = "history-unavailable"
    status = "missing"


class RpcError(LedgerError):
    """The chain's node answered with an error of its own: `number` is JSON-RPC's code, `data` what came with
    it."""

    code = "rpc-error"
    status = "broken"

    def __init__(self, message: str, *, number: int | None = None, data: object = None) -> None:
        super().__init__(message)
        self.number = number
        self.data = data


class JournalCorrupt(LedgerError):
    """The embedded chain's journal is damaged somewhere before its end. Nothing was changed."""

    code = "journal-corrupt"
    status = "broken"


class JournalMismatch(JournalCorrupt):
    """Replaying the journal gives other blocks than it names. Nothing was changed."""

    code = "journal-mismatch"
