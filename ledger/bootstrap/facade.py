"""`Ledger`: the front door of the Python API, one attribute per user's work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from ledger import sentences, words  # noqa: F401 - register what errors say, in both languages
from ledger.bootstrap.evidence import Evidence
from ledger.bootstrap.opening import DeployOptions, Opened, open_embedded, open_network
from ledger.bootstrap.statements import Statements
from ledger.config import Settings
from ledger.crypto.keystore import COST
from ledger.services.accounts import Accounts
from ledger.services.alerts import Alerts
from ledger.services.assetpools import AssetPools
from ledger.services.auditor import Auditor
from ledger.services.authority import Authority
from ledger.services.bank import Bank
from ledger.services.bonds import Investor
from ledger.services.books import Books
from ledger.services.cash import Cash
from ledger.services.documents import Documents
from ledger.services.doubles import Doubles
from ledger.services.facilities import Facilities
from ledger.services.files import Files
from ledger.services.financing import Financier
from ledger.services.holding import Holdings
from ledger.services.impact import Impact
from ledger.services.instructions import Instructions
from ledger.services.issuer import Issuer
from ledger.services.labels import Labels
from ledger.services.legs import Legs
from ledger.services.loans import Loans
from ledger.services.mandates import Mandates
from ledger.services.maturity import Maturities
from ledger.services.operator import Operator
from ledger.services.performance import Performance
from ledger.services.pieces import Pieces
from ledger.services.powers import Changes
from ledger.services.receivables import Obligor, Supplier
from ledger.services.requests import Requests
from ledger.services.rules import Rulebook
from ledger.services.scores import Scores
from ledger.services.service import Service
from ledger.services.sme import Sme
from ledger.services.trades import Trades
from ledger.services.verifier import Verifier
from ledger.services.works import Works


class Ledger:
    """An opened ledger.

        with Ledger.embedded(folder) as ledger:
            bond = ledger.issuer.register_bond(...)
            print(ledger.auditor.trace_bond(bond.id)["states"])

    Every acting method takes the acting participant first: the name of an account in the keystore here,
    its address, or its identifier (`USCC:…`, `LEI:…`). It raises `ledger.errors.LedgerError`; a
    contract's refusal is a ContractRefusal, and a refused act changes nothing.

    Attributes:
        operator: admits participants, posts business dates.
        accounts: account contracts: keys, limits, proposals, recovery.
        bank: mints and burns ledger cash, grants credit lines.
        instructions: deposits, pay-ins and withdrawals: a participant instructs, its bank answers.
        issuer: frameworks, bonds, projects, allocation, payments.
        verifier: external reviews; judges what was promised.
        labels: why a bond's label fell, and how it rises.
        alerts: findings raised, judged by strangers, confirmed or dismissed.
        performance: attested history, and credit levels recomputed from events.
        investor: booking, units, portfolio.
        obligor: confirms payables, pays in, settles.
        supplier: accepts, refuses, splits, transfers; refunds.
        pieces: lists of pieces; offers, bundles, pledges; a court's freezes and orders.
        financier: quotes, funds (the holder's `accept` is here too).
        requests: asks several financiers for quotes, compares what they sealed, accepts one.
        files: factoring files, with one timeline of each financing.
        scores: a supplier's score, shown under its consent.
        legs: money outside the ledger, attested by name; import, trace.
        loans: lines to suppliers on their history: application, drawdown, repayment.
        facilities: green loans beside bonds: one lender or a club, drawdowns, one trace over them.
        sme: what suppliers wait and pay.
        service: coupon terms, coupons, redemption, default; for issuer, fixer and anyone who pays out.
        maturity: due dates, the day's settlement, early settlement, overdue, recourse; for all of them.
        impact: reports what projects achieved, validates them, lists them with everybody's shares.
        auditor: traces.
        evidence: packs that prove an answer offline; checkpoints.
        statements: a bond's allocation table, flows, reconciliation sheet and exceptions.
        asset_pools: pieces pooled, tranches, look-through; for originator, trustee, holders and investors.
        documents: files and obligation documents.
        rules: which rules bind on a day in a programme, and what they would say to an act.
        doubles: against financing an invoice twice: recomputing, red invoices, epochs, near-duplicates.
        works: milestones and retention of a budget line; for issuer, certifier and everybody.
        mandates: who may act for whom or read whose data; granting and ending.
        cash: balances, transfers, redemption, for any holder.
        holding: what is held, was held and may move; custody.
        trades: units against money, agreed by both sides.
        authority: freezes, forced transfers and pauses, by an authority or the issuer's depository.
        books: the present state, read from the chain.
        changes: the delayed powers: propose, approve, cancel, execute.
    """

    def __init__(self, opened: Opened) -> None:
        session = opened.session
        self.session = session
        self.client = opened.client
        self.keys = opened.keys
        self.records = opened.records
        self._closing: ExitStack = opened.closing
        self.operator = Operator(session)
        self.accounts = Accounts(session)
        self.bank = Bank(session)
        self.instructions = Instructions(session)
        self.issuer = Issuer(session)
        self.verifier = Verifier(session)
        self.labels = Labels(session)
        self.alerts = Alerts(session)
        self.performance = Performance(session)
        self.investor = Investor(session)
        self.obligor = Obligor(session)
        self.supplier = Supplier(session)
        self.pieces = Pieces(session)
        self.financier = Financier(session)
        self.requests = Requests(session)
        self.maturity = Maturities(session)
        self.files = Files(session)
        self.scores = Scores(session)
        self.legs = Legs(session)
        self.loans = Loans(session)
        self.facilities = Facilities(session)
        self.sme = Sme(session)
        self.impact = Impact(session)
        self.service = Service(session)
        self.auditor = Auditor(session)
        self.asset_pools = AssetPools(session)
        self.documents = Documents(session)
        self.doubles = Doubles(session)
        self.rules = Rulebook(session)
        self.cash = Cash(session)
        self.holding = Holdings(session)
        self.trades = Trades(session)
        self.authority = Authority(session)
        self.books = Books(session)
        self.works = Works(session)
        self.mandates = Mandates(session)
        self.changes = Changes(session)
        self.evidence = Evidence(session, opened.client, self.books, self.auditor)
        self.statements = Statements(
            session, opened.client, self.books, self.auditor, self.labels, self.maturity
        )

    @classmethod
    def embedded(
        cls,
        state: str | Path | None = None,
        *,
        replay: bool = False,
        banks: Mapping[str, str] | None = None,
        keystore_cost: int = COST,
        **settings: Any,
    ) -> Self:
        """The ledger on the embedded chain of a state folder, made and deployed there when it is new.

        Args:
            state: the folder; by default the configured one.
            replay: for a new ledger: business dates are posted (`operator.post_business_date`), for ever.
            banks: for a new ledger: currency → name of its settlement bank's account. By default CNY,
                JPY, EUR and USD, all kept by the account `settlement bank`.
            settings: anything else of `ledger.config.Settings`.
        """
        given = settings if state is None else {**settings, "state": Path(state)}
        return cls(
            open_embedded(Settings(**given), DeployOptions(replay=replay, banks=banks), cost=keystore_cost)
        )

    @classmethod
    def connect(cls, url: str, *, deployment: str | Path | None = None, **settings: Any) -> Self:
        """The ledger on any EVM network, deployed before; `deployment` is the folder of its records."""
        given = {**settings, "url": url}
        if deployment is not None:
            given["deployments"] = Path(deployment)
        return cls(open_network(Settings(**given)))

    @classmethod
    def open(cls, settings: Settings | None = None) -> Self:
        """As configured: the network when one is, else the embedded chain."""
        chosen = settings or Settings()
        return cls(open_embedded(chosen, DeployOptions()) if chosen.url is None else open_network(chosen))

    def account(self, name: str) -> str:
        """The address of the account called `name` in the keystore here, made when there is none."""
        return self.session.account(name)

    def status(self) -> dict[str, Any]:
        """Addresses, powers and who holds them."""
        from ledger.bootstrap.status import status

        return status(self.client, self.records)

    def evidence_bond(self, bond: int | str, folder: str | Path, *, signers: Sequence[str] = ()) -> Path:
        """Writes a pack that proves the trace of a bond (number or label) offline, and checks it.

        `folder` is a new one. `signers` sign the checkpoint (this chain, this block, this hash) that
        readers who trust them go by; without one, the pack is complete only if its block's hash is true.

        Raises:
            EvidenceFails: when the chain does not bear the answer out.
        """
        return self.evidence.bond(bond, folder, signers=signers)

    def check(self) -> dict[str, Any]:
        """Every promise derived again from the chain alone, and the read model compared with it."""
        from ledger.checks import check

        with self.session.index().rows() as rows:
            return check(self.client, self.session.deployment, rows)

    def close(self) -> None:
        """Lets go of the chain and the read model. The embedded node ends after its last client."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
