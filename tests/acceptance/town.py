"""A raw Anvil, started by hand, with a ledger deployed on it and a short story lived there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger import Ledger
from ledger.bootstrap.opening import DeployOptions, Opened, deploy, open_keys, open_session
from ledger.bootstrap.testing import CHEAP, FIRST_DAY, admit_cast
from ledger.chain.client import ChainClient
from ledger.chain.deployments import Deployments
from ledger.config import Settings
from ledger.services.financing import SignedQuote
from tests.anvil import anvil
from tests.integration import given_bond
from tests.integration.given_bond import yuan

PASSPHRASE = "for tests only"
DELAY = 3600
FIRST_NOON = dt.datetime.combine(FIRST_DAY, dt.time(12), dt.UTC)
DUE = FIRST_DAY + dt.timedelta(days=90)
LATER = FIRST_DAY + dt.timedelta(days=180)


@dataclass
class Town:
    """An opened ledger with its story, and how the command line is told where it is."""

    ledger: Ledger
    settings: Settings
    given: given_bond.Given
    direct: str
    """Fingerprint of an invoice of which a part was paid."""
    credit_line: int
    settled: int
    opened: int
    quote: SignedQuote
    """Accepted over the first half of the receivable `opened`, and not funded."""

    @property
    def environment(self) -> dict[str, str]:
        given = self.settings
        return {
            "GREENLEDGER_STATE": str(given.state),
            "GREENLEDGER_URL": str(given.url),
            "GREENLEDGER_NETWORK": given.network,
            "GREENLEDGER_DEPLOYMENTS": str(given.deployments),
            "GREENLEDGER_PASSPHRASE": PASSPHRASE,
            "LANG": "en_US.UTF-8",
        }

    @property
    def database(self) -> Path:
        """The index's SQLite file."""
        return self.settings.state / f"index-{self.settings.network}.sqlite"

    def rpc(self, method: str, *params: Any) -> Any:
        return self.ledger.client.rpc.call(method, *params)

    def pass_days(self, days: int) -> None:
        """The node's clock goes on, where business dates are not posted."""
        _pass_days(self.ledger, days)


@contextmanager
def town(folder: Path, *, replay: bool = True) -> Iterator[Town]:
    """Deployed, lived in, and gone afterwards. Without `replay` the node's clock stands at the first day."""
    clock = () if replay else ("--timestamp", str(int(FIRST_NOON.timestamp())))
    with anvil(*clock) as url, ExitStack() as closing:
        settings = Settings(
            state=folder / "state",
            url=url,
            network="by-hand",
            deployments=folder / "records",
            passphrase=PASSPHRASE,  # type: ignore[arg-type]
        )
        ledger = closing.enter_context(_deployed(settings, replay))
        yield _story(ledger, settings)


def _deployed(settings: Settings, replay: bool) -> Ledger:
    """As `greenledger deploy` does it, with a keystore that costs little to open."""
    keys = open_keys(settings, may_make_passphrase=False, cost=CHEAP)
    assert settings.url is not None and settings.deployments is not None
    client = ChainClient(settings.url, lock_folder=settings.state / "nonces")
    records = Deployments(settings.deployments)
    options = DeployOptions(replay=replay, banks={"CNY": "settlement bank"}, delay=DELAY)
    deploy(client, keys, records, options)
    closing = ExitStack()
    session = open_session(settings, client, keys, records, settings.network, closing)
    return Ledger(Opened(session, client, keys, records, closing))


def _story(ledger: Ledger, settings: Settings) -> Town:
    """A bond, a payment and its refund; a receivable passed on, factored and settled; one left open."""
    replay = bool(ledger.session.read("Participants", "replay"))
    if replay:
        ledger.operator.post_business_date(FIRST_DAY)
    admit_cast(ledger)
    given = given_bond.bond(ledger, allocated=5_000)
    direct = given_bond.invoice(ledger, 500).fingerprint
    payment = ledger.issuer.pay("Issuer", given.line, direct, yuan(400))
    ledger.supplier.refund("Contractor", payment, yuan(100), b"credit note")
    group = ledger.bank.grant_line("settlement bank", "Issuer", yuan(4_000), LATER)
    line = ledger.obligor.grant_sub("Issuer", group.id, "Company", yuan(3_000), LATER).id
    settled = confirmed(ledger, line, 1_000, DUE, given.line)
    ledger.supplier.accept("Contractor", settled)
    ledger.supplier.transfer(
        "Contractor", settled, "Subcontractor", start=50_000, end=90_000, trade_document=b"steel"
    )
    given_bond.mint(ledger, "Factor", yuan(1_000))
    factored = _accepted(ledger, settled, 90_000, 100_000)
    ledger.financier.fund("Factor", factored, number="1", registration=b"certificate", search=b"search")
    opened = confirmed(ledger, line, 500, LATER, None)
    ledger.supplier.accept("Contractor", opened)
    if replay:
        ledger.operator.post_business_date(DUE)
    else:
        _pass_days(ledger, 90)
    ledger.obligor.settle("Company", settled)
    quote = _accepted(ledger, opened, 0, 25_000)
    return Town(ledger, settings, given, direct, line, settled, opened, quote)


def _pass_days(ledger: Ledger, days: int) -> None:
    ledger.client.rpc.call("evm_increaseTime", days * 86_400)
    ledger.client.rpc.call("evm_mine")


def confirmed(ledger: Ledger, credit_line: int, total: int, due: dt.date, budget_line: int | None) -> int:
    """A payable of the company's to the contractor, over `total` yuan, which waits for its answer."""
    invoice = given_bond.invoice(ledger, total, buyer="Company")
    return ledger.obligor.confirm(
        "Company",
        "Contractor",
        yuan(total),
        cash="CNY",
        due=due,
        credit_line=credit_line,
        fingerprint=invoice.fingerprint,
        contract=f"contract of {invoice.fingerprint}".encode(),
        delivery=f"delivery of {invoice.fingerprint}".encode(),
        budget_line=budget_line,
    ).id


def _accepted(ledger: Ledger, receivable: int, start: int, end: int) -> SignedQuote:
    quote = ledger.financier.quote(
        "Factor",
        receivable,
        start=start,
        end=end,
        rate_ppm=30_000,
        deadline=dt.datetime.now(dt.UTC) + dt.timedelta(days=30),
    )
    ledger.financier.accept("Contractor", quote)
    return quote
