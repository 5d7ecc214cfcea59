"""Attempts to cheat. Each must be refused by a contract with the reason named here, else the story fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ledger.domain.kinds import DocumentKind
from ledger.domain.money import Money
from ledger.domain.obligations import TAG_BYTES
from ledger.domain.purposes import PROCEEDS, address_bytes, axis_of, pool
from ledger.errors import ContractRefusal, LedgerError
from ledger.story import cast
from ledger.story.figures import PublishedBond, category_of
from ledger.story.leg import LATE_DUE, Leg, invoice

if TYPE_CHECKING:
    from ledger import Ledger

_LONG_HASH = re.compile(r"0x[0-9a-fA-F]{40,64}")
_HASH = "0x" + "07" * 32


class NotRefused(LedgerError):
    """An attempt to cheat went through: the ledger is broken."""

    code = "cheat-not-refused"


@dataclass(frozen=True, slots=True)
class Cheat:
    """An attempt, in words, and the name of the error that must refuse it."""

    title: str
    title_zh: str
    refused_by: str
    act: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Refusal:
    """How an attempt ended: the contract's own error, with its sentence."""

    title: str
    title_zh: str
    error: str
    reason: str
    reason_zh: str


def try_all(ledger: Ledger, framework: int, line: int, leg: Leg, bond: PublishedBond) -> list[Refusal]:
    """Tries everything. Raises NotRefused at the first attempt that passes, or fails for another reason."""
    found = [_refused(cheat) for cheat in _money_cheats(ledger, framework, line, leg, bond)]
    found += [_refused(cheat) for cheat in _piece_cheats(ledger, leg)]
    found += _after_an_edit(ledger, framework, line, leg, bond)
    return [_with_names(ledger, refusal) for refusal in found]


def _with_names(ledger: Ledger, refusal: Refusal) -> Refusal:
    """Reasons as a person reads them: the parties' names for their accounts, long hashes cut."""
    named = {ledger.session.address(name): name for name in ledger.keys.names()}

    def readable(text: str) -> str:
        for account, name in named.items():
            text = text.replace(account, name)
        return _LONG_HASH.sub(lambda found: found[0][:10] + "…", text)

    return replace(refusal, reason=readable(refusal.reason), reason_zh=readable(refusal.reason_zh))


def _refused(cheat: Cheat) -> Refusal:
    try:
        cheat.act()
    except ContractRefusal as refusal:
        if refusal.name != cheat.refused_by:
            raise NotRefused(f"{cheat.title}: refused for another reason, {refusal.name}") from refusal
        return Refusal(
            cheat.title, cheat.title_zh, refusal.name, refusal.sentence("en"), refusal.sentence("zh")
        )
    raise NotRefused(f"{cheat.title}: went through", needed=cheat.refused_by)


def _money_cheats(
    ledger: Ledger, framework: int, line: int, leg: Leg, bond: PublishedBond
) -> Iterator[Cheat]:
    issuer, unit = bond.issuer, bond.unit
    available = ledger.books.states(leg.bond)["available"]
    yield Cheat(
        "Paying somebody who was never admitted",
        "向未准入的收款方付款",
        "NotAdmitted",
        lambda: _stranger_is_paid(ledger, Money(100, unit)),
    )
    yield Cheat(
        "A project outside the framework's categories",
        "框架类别之外的项目",
        "CategoryUnknown",
        lambda: ledger.issuer.register_project(
            issuer,
            "A coal plant",
            framework=framework,
            company=cast.COMPANY,
            category="coal",
            budget=Money(100, unit),
            currency=unit.code,
            document=b"Coal plant",
        ),
    )
    yield Cheat(
        "Paying more than the budget line holds",
        "超出预算线余额付款",
        "OverBudget",
        lambda: ledger.issuer.pay(issuer, line, leg.direct_invoice.fingerprint, Money(available + 1, unit)),
    )
    yield Cheat(
        "Paying before the milestone is certified",
        "里程碑未认证即付款",
        "NotReleased",
        lambda: _paid_too_early(ledger, line, bond),
    )
    yield Cheat(
        "The same invoice again, on the bond",
        "同一发票再次用于债券资金",
        "CapacityExceeded",
        lambda: ledger.issuer.pay(issuer, line, leg.invoice.fingerprint, leg.invoice.total),
    )
    yield Cheat(
        "The same invoice again, on a receivable",
        "同一发票再次用于应收凭证",
        "CapacityExceeded",
        lambda: ledger.obligor.confirm(
            cast.COMPANY,
            cast.CONTRACTOR,
            leg.invoice.total,
            cash=unit.code,
            due=LATE_DUE,
            credit_line=leg.credit_line,
            fingerprint=leg.invoice.fingerprint,
            contract=b"The same contract",
            delivery=b"The same delivery",
        ),
    )
    yield Cheat(
        "Money pushed into the pool from outside",
        "从外部向募集资金池转入资金",
        "NotGeneralAxis",
        lambda: ledger.cash.transfer(
            cast.CONTRACTOR, axis_of(PROCEEDS, pool(leg.bond)), Money(1, unit), unit.code
        ),
    )


def _piece_cheats(ledger: Ledger, leg: Leg) -> Iterator[Cheat]:
    quote = leg.locked_quote
    end = ledger.books.receivable(leg.open_receivable).face
    rest = quote.quote.end
    yield Cheat(
        "A cut past the end of the piece",
        "拆分超出凭证片段末端",
        "CutOutside",
        lambda: ledger.supplier.split(cast.CONTRACTOR, leg.open_receivable, rest, end + 1),
    )
    yield Cheat(
        "Shrinking a piece under an accepted quote",
        "报价被接受后缩小凭证片段",
        "PieceLocked",
        lambda: ledger.supplier.split(cast.CONTRACTOR, leg.open_receivable, 0, rest // 2),
    )
    yield Cheat(
        "A financing without its registration",
        "未登记即放款",
        "DocumentUnknown",
        lambda: ledger.financier.fund(
            cast.FINANCIER,
            quote,
            number="none",
            registration=_HASH,
            search=b"Search result (attested, illustrative)",
        ),
    )


def _after_an_edit(ledger: Ledger, framework: int, line: int, leg: Leg, bond: PublishedBond) -> list[Refusal]:
    """The framework is edited and its review thereby void; then a new review puts everything right again."""
    issuer, unit = bond.issuer, bond.unit
    spare = Money(1, unit)
    ledger.issuer.deallocate(issuer, line, spare)
    categories = [_code_of(bond)]
    ledger.issuer.amend_framework(
        issuer, framework, b"The framework, edited", catalogue=bond.catalogue, categories=categories
    )
    late = ledger.documents.invoice(
        seller=cast.CONTRACTOR,
        buyer=cast.COMPANY,
        number="2025-1202",
        dated=ledger.operator.today(),
        total=spare,
        paper=b"A last invoice (illustrative)",
    )
    refusals = [
        _refused(
            Cheat(
                "Payment after the framework was edited",
                "框架修改后、新评估前付款",
                "ReviewMissing",
                lambda: ledger.issuer.pay(issuer, line, late.fingerprint, spare),
            )
        ),
        _refused(
            Cheat(
                "Allocation after the framework was edited",
                "框架修改后、新评估前分配",
                "ReviewMissing",
                lambda: ledger.issuer.allocate(issuer, line, spare),
            )
        ),
    ]
    ledger.verifier.review(
        cast.VERIFIER, framework, b"Illustrative review of the edited framework", valid_until=LATE_DUE
    )
    ledger.issuer.allocate(issuer, line, spare)
    return refusals


def _paid_too_early(ledger: Ledger, line: int, bond: PublishedBond) -> object:
    """An honest invoice over a fen more than is released: most of what the line has, its milestone holds."""
    works = ledger.works.of(line)
    total = Money(works.released - works.gone + 1, bond.unit)
    bill = invoice(ledger, "2025-0903", total)
    return ledger.issuer.pay(bond.issuer, line, bill.fingerprint, total)


def _stranger_is_paid(ledger: Ledger, total: Money) -> object:
    """Both sides sign an invoice in the name of somebody unknown; the register refuses its payee."""
    documents = ledger.documents
    honest = documents.obligation(
        DocumentKind.INVOICE,
        payer=cast.COMPANY,
        payee=cast.CONTRACTOR,
        number="2025-0000",
        dated=ledger.operator.today(),
        total=total,
        paper=b"An invoice of somebody unknown",
    )
    stranger = ledger.account(cast.STRANGER)
    named = honest.fingerprint[:TAG_BYTES] + address_bytes(stranger)
    return documents.sign_and_register(replace(honest, payee=stranger, fingerprint=named))


def _code_of(bond: PublishedBond) -> str:
    return category_of(bond.catalogue, bond.items[0].technology)[0]
