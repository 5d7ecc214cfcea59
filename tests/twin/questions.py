"""Which free view belongs to which act, and where its answer may lawfully differ (the interfaces say so)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ledger.domain.twin import World
from tests.twin.acts import Act

_CASH = frozenset({"InsufficientAllowance", "InsufficientBalance"})
_ADMISSION = frozenset({"NotAdmitted", "Suspended", "Lapsed"})


@dataclass(frozen=True)
class Question:
    """A view of the contract. `apart`: refusals of the act it does not know; `party`: who alone may act.

    `earlier`: refusals of the act that come before some of what the view looks at.
    """

    function: str
    args: tuple[Any, ...]
    apart: frozenset[str] = frozenset()
    party: str | None = None
    earlier: frozenset[str] = frozenset()

    def is_before(self, sender: str, refusal: str) -> bool:
        """True when the act refused its sender before anything the view looks at."""
        stranger = self.party is not None and sender != self.party and refusal == "NotParty"
        return stranger or refusal in self.earlier


def question(world: World, act: Act) -> Question | None:
    """The view to ask before this act, if it has one."""
    args = act.args
    if act.kind in ("Cash.transfer", "GreenBond.transfer"):
        return Question("checkTransfer", (act.sender, *args), frozenset({"ERC20InvalidReceiver"}))
    if act.kind == "BondOffice.book":
        return Question("checkBook", (args[0], act.sender, args[1]), _CASH)
    if act.kind == "BondOffice.allot":
        return Question("checkAllot", (args[0], act.sender), frozenset({"ZeroAmount"}))
    if act.kind == "BondOffice.close":
        id_, *rest = args
        return Question("checkClose", (id_, act.sender, *rest))
    if act.contract == "Facilities" and act.function != "cancel":
        return _of_facility(act)
    if act.kind == "LimitTerms.declare":
        return Question("checkDeclare", (args[0], act.sender, args[1]))
    if act.kind == "Mandates.grant":
        agent, owner, kind, _, until, document = args
        return Question("checkGrant", (act.sender, agent, owner, kind, until, document))
    if act.kind == "Proceeds.pay":
        return Question("checkPay", args, frozenset({"NotParty"}), party=world.proceeds.line(args[0]).issuer)
    if act.kind == "Receivables.confirm":
        return Question("checkConfirm", (*args, act.sender))
    if act.kind in ("Transfers.transfer", "Transfers.offer"):
        part, *rest = args
        return Question(
            "checkTransfer" if act.function == "transfer" else "checkOffer", (part, act.sender, *rest)
        )
    if act.kind == "Receivables.void":
        return Question("checkVoid", (*args, act.sender))
    if act.kind == "Financing.accept":
        quote = args[0]
        return Question("checkQuote", (quote,), frozenset({"NotParty", "BadSignature"}), party=quote.holder)
    if act.kind == "Impact.report":
        return Question("checkReport", (act.sender, *args))
    if act.kind == "Impact.validate":
        return Question("checkValidate", args[:1], frozenset({"BadSignature"}))
    if act.kind == "Trades.execute":
        about_who = frozenset({"NotParty", "BadSignature"})
        return Question("checkTrade", args[:1], about_who, earlier=about_who)
    if act.kind.startswith(("BondService.", "CouponTerms.")):
        return _of_service(act)
    if act.kind == "Undertakings.report":
        return Question("checkReport", (*args, act.sender))
    if act.kind == "Undertakings.judge":
        return Question("checkFinding", args[:1], frozenset({"BadSignature"}))
    if act.kind == "Labels.raiseBreach":
        return Question("checkRaise", args)
    if act.kind == "Labels.cure":
        return Question("checkCure", args)
    if act.contract == "Alerts":
        view = "checkRaise" if act.function == "raiseAlert" else f"check{act.function.capitalize()}"
        return Question(view, (*args, act.sender))
    if act.kind == "Records.attest":
        return Question("checkAttest", (*args, act.sender))
    if act.kind.startswith(("FactoringFiles.", "SupplierLoans.")):
        return _of_lending(act)
    if act.kind in ("Legs.attest", "Legs.report", "Legs.confirm"):
        return Question(f"check{act.function.capitalize()}", (*args, act.sender))
    if act.contract == "BankInstructions":
        views = {"instructDeposit": "checkDeposit", "instructWithdrawal": "checkWithdrawal"}
        view = views.get(act.function, f"check{act.function.capitalize()}")
        return Question(view, (*args, act.sender))
    if act.kind == "Maturity.markOverdue":
        return Question("checkOverdue", args)
    if act.kind == "Maturity.settleEarly":
        return Question("checkEarly", (args[0], act.sender), _CASH | {"BadSignature", *_ADMISSION})
    if act.kind == "Recourse.demandRecourse":
        return Question("checkRecourse", (*args[:3], act.sender), frozenset({"DocumentUnknown"}))
    if act.kind == "AssetPools.putIn":
        return Question("checkPutIn", (*args, act.sender))
    if act.kind == "AssetPools.close":
        about_who = frozenset({"NotParty", "NotAdmitted", "Suspended", "Lapsed"})
        return Question("checkClose", args, about_who, earlier=about_who)
    if act.kind == "Tranches.subscribe":
        return Question("checkSubscribe", (*args, act.sender), _CASH)
    if act.kind == "Maturity.settle":
        return Question("checkSettle", args[:1], frozenset({"ZeroAmount"}))
    return None


def _of_service(act: Act) -> Question | None:
    args, me = act.args, act.sender
    questions = {
        "open": Question("checkOpen", args),
        "payIn": Question("checkPayIn", (args[0], me, *args[1:]), _CASH),
        "pay": Question("checkPay", args[:1]),
        "declareDefault": Question("checkDeclareDefault", args),
        "announceRedemption": Question(
            "checkAnnounce", (args[0], me, *args[1:2]), _CASH | {"DocumentUnknown", "TooManyRecordDays"}
        ),
        "postFixing": Question("checkPost", (*args[:2], me), frozenset({"DocumentUnknown", "WrongState"})),
        "postObservation": Question(
            "checkPost", (*args[:2], me), frozenset({"DocumentUnknown", "WrongState"})
        ),
    }
    return questions.get(act.function)


def _of_facility(act: Act) -> Question:
    """What the office refuses of a drawdown is apart: its issuer, its framework's review, its terms."""
    view = f"check{act.function.capitalize()}"
    if act.function == "release":
        return Question(view, act.args)
    if act.function != "request":
        return Question(view, (*act.args, act.sender))
    review = {"ReviewMissing", "ReviewNotPositive", "ReviewLapsed", "ReviewMismatch"}
    apart = _ADMISSION | review | {"MissingRole", "NotParty", "OverMaximum", "DateOutOfOrder"}
    return Question(view, (*act.args[:-1], act.sender), apart)


def _of_lending(act: Act) -> Question | None:
    """Each takes the act's arguments, then who asks."""
    views = {
        "open": "checkOpen",
        "filePaper": "checkFile",
        "applyTo": "checkApply",
        "review": "checkReview",
        "applyFor": "checkApply",
        "grant": "checkGrant",
        "draw": "checkDraw",
        "repay": "checkRepay",
    }
    if act.function not in views:
        return None
    return Question(views[act.function], (*act.args, act.sender), _CASH)
