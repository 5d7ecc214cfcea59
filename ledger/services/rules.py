"""The rules as this ledger has them: which bind on a day in a programme, what they say before an act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.domain.dates import date_of
from ledger.domain.exchange import CONTRACTS, Reported, report
from ledger.domain.rules import Fact, Facts, Level, Outcome, Rule, Verdict, all_rules, judge
from ledger.errors import LedgerError, NotFound
from ledger.services.dated import history
from ledger.services.desk import Desk
from ledger.services.session import Session
from ledger.services.values import code

OWN_PROGRAMME = 1


class RuleRefused(LedgerError):
    """A rule of the pack refuses; the sentence quotes its clause."""

    code = "rule-refused"
    status = "refused"

    def __init__(self, verdict: Verdict) -> None:
        rule = verdict.rule
        super().__init__(
            verdict.sentence(), who=rule.id, had=verdict.had, needed=verdict.needed, clause=rule.clause
        )
        self.verdict = verdict

    def sentence(self, language: str = "en") -> str:
        return self.verdict.sentence(language)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a rule had to say to an act that went on all the same."""

    rule: str
    outcome: str
    clause: str
    sentence: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RuleOnDay:
    """A rule and the level at which it binds on a day in a programme."""

    rule: Rule
    level: Level
    in_force: bool


class Rulebook(Desk):
    """For whoever wants to know before acting, and for whoever has to show what was judged."""

    def list(self, day: dt.date | None = None, programme: int = OWN_PROGRAMME) -> list[RuleOnDay]:
        """Every rule in the tree, with the level that binds on a day (by default the business date)."""
        on = day or self._session.today()
        return [
            RuleOnDay(rule, rule.level_on(on, level_of(self._session, programme, rule.id)), rule.in_force(on))
            for rule in all_rules()
        ]

    def check(
        self,
        act: str,
        facts: Facts,
        programme: int = OWN_PROGRAMME,
        *,
        day: dt.date | None = None,
        arranged: dt.date | None = None,
    ) -> Sequence[Verdict]:
        """What the rules would say to an act. NotFound when no rule is about such an act.

        Args:
            arranged: the day of what the act belongs to; before a rule began, its transition eases it.
        """
        acts = sorted({one for rule in all_rules() for one in rule.acts})
        if act not in acts:
            raise NotFound("no rule is about such an act", who=act, needed=", ".join(acts))
        on = day or self._session.today()
        return judge(act, facts, on, levels(self._session, programme, act), arranged=arranged)

    def exchange_report(self, day: dt.date) -> Sequence[Reported]:
        """What happened to receivables on a business day, for the report of 77号文 art. 19; in a schema of
        our own, because the official format was not at hand."""
        known: dict[str, str] = {}

        def who(account: str) -> str:
            if account not in known:
                known[account] = self._documents.identifier(account)
            return known[account]

        events = history(self._session, CONTRACTS).events
        return report(((one.row, date_of(one.day)) for one in events), day, who)


def before(
    session: Session,
    act: str,
    facts: Mapping[str, Fact],
    programme: int = OWN_PROGRAMME,
    *,
    arranged: dt.date | None = None,
) -> tuple[Notice, ...]:
    """Judges an act before it is sent; what only warns or was attested comes back, to be shown with the act.

    What a contract refuses too is left to the contract, so that there is one refusal and not two.

    Raises:
        RuleRefused: for a rule that no contract holds.
    """
    found = judge(act, facts, session.today(), levels(session, programme, act), arranged=arranged)
    for verdict in found:
        if verdict.outcome is Outcome.REFUSED and not verdict.by_contract:
            raise RuleRefused(verdict)
    return tuple(notice(one) for one in found if one.outcome in (Outcome.WARNED, Outcome.ATTESTED))


def notice(verdict: Verdict) -> Notice:
    said = {language: verdict.sentence(language) for language in ("en", "zh")}
    return Notice(verdict.rule.id, str(verdict.outcome), verdict.rule.clause, said)


def levels(session: Session, programme: int, act: str) -> dict[str, int]:
    """What the programme set for the rules about an act."""
    named = {rule.id for rule in all_rules() if act in rule.acts}
    return {id_: level_of(session, programme, id_) for id_ in sorted(named)}


def level_of(session: Session, programme: int, rule: str) -> int:
    return int(session.read("Programmes", "levelOf", programme, code(rule, "a rule")))
