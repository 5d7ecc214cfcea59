"""Opening a ledger: which adapter stands behind which port."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from ledger.bootstrap.deploying import Deployer, Report, recorded_plan
from ledger.bootstrap.funding import fund
from ledger.bootstrap.index import LazyIndex
from ledger.bootstrap.plan import CashPlan, DeploymentPlan
from ledger.bootstrap.proof import Check, prove
from ledger.bootstrap.requests import LazyCheckpoints, LazyRequests
from ledger.chain.client import ChainClient
from ledger.chain.deployments import Deployments
from ledger.chain.embedded import EmbeddedChain
from ledger.config import EMBEDDED, Settings
from ledger.crypto.files import private_folder, write_private
from ledger.crypto.keystore import COST, KeyStore
from ledger.crypto.vault import DocumentVault
from ledger.domain.programmes import Programme
from ledger.errors import BadInput, NotFound
from ledger.ports import Deployment
from ledger.services.session import Session

DEPLOYER, OPERATOR, GUARDIAN, BANK = "deployer", "operator", "guardian", "settlement bank"
CURRENCIES = ("CNY", "JPY", "EUR", "USD")
CHINA = 8 * 3600


@dataclass(slots=True)
class Opened:
    """An opened ledger and what must be closed after it."""

    session: Session
    client: ChainClient
    keys: KeyStore
    records: Deployments
    closing: ExitStack


@dataclass(frozen=True, slots=True)
class DeployOptions:
    """How a new deployment is made; a deployment that was begun keeps to its own plan.

    Args:
        replay: business dates are posted, for ever.
        banks: currency → settlement bank, an account name or an address.
        operator, guardian: account names or addresses of two different keys.
    """

    replay: bool = False
    banks: Mapping[str, str] | None = None
    operator: str = OPERATOR
    guardian: str = GUARDIAN
    zone: int = CHINA
    delay: int = 2 * 24 * 3600
    programme: Programme = field(default_factory=Programme)


def deploy(
    client: ChainClient,
    keys: KeyStore,
    records: Deployments,
    options: DeployOptions | None = None,
    report: Report = lambda _: None,
) -> DeploymentPlan:
    """Deploys to the network that `client` speaks to, or finishes what an earlier run began.

    The account `deployer` of the keystore sends; operator, guardian and banks are made in the keystore
    where they are named and not there yet.
    """
    plan = recorded_plan(records) or _plan(client, keys, options or DeployOptions())
    fund(client, keys.ensure(DEPLOYER))
    Deployer(client, keys.signer(DEPLOYER), plan, records, report).run()
    return plan


def _plan(client: ChainClient, keys: KeyStore, options: DeployOptions) -> DeploymentPlan:
    banks = options.banks or dict.fromkeys(CURRENCIES, BANK)

    def account(name: str) -> str:
        address = name if name.startswith("0x") else keys.ensure(name)
        fund(client, address)
        return address

    return DeploymentPlan(
        operator=account(options.operator),
        guardian=account(options.guardian),
        cashes=tuple(CashPlan(currency, account(bank)) for currency, bank in banks.items()),
        replay=options.replay,
        zone=options.zone,
        delay=options.delay,
        programme=options.programme,
    )


def open_keys(settings: Settings, *, may_make_passphrase: bool, cost: int = COST) -> KeyStore:
    """The keystore of the state folder. BadInput when no passphrase is configured and none may be made."""
    private_folder(settings.state)
    passphrase = settings.known_passphrase()
    if passphrase is None and may_make_passphrase:
        passphrase = _kept_passphrase(settings.state / "passphrase")
    if passphrase is None:
        raise BadInput(
            "the keystore needs a passphrase",
            needed="GREENLEDGER_PASSPHRASE or GREENLEDGER_PASSPHRASE_FILE",
        )
    return KeyStore.open(settings.state / "keystore", passphrase, cost=cost)


def _kept_passphrase(path: Path) -> str:
    """Warning: a passphrase beside the keystore protects a copied keystore, not a copied state folder."""
    if not path.exists():
        with suppress(FileExistsError):
            write_private(path, secrets.token_urlsafe(24).encode(), exclusive=True)
    return path.read_text()


def open_embedded(
    settings: Settings,
    options: DeployOptions,
    *,
    cost: int = COST,
    report: Report = lambda _: None,
) -> Opened:
    """The embedded chain of the state folder, started when it is not running, deployed when it is new."""
    with ExitStack() as closing:
        keys = open_keys(settings, may_make_passphrase=True, cost=cost)
        chain = closing.enter_context(EmbeddedChain(settings.state / "chain"))
        client = ChainClient(
            chain.locate, finality_depth=settings.finality_depth, lock_folder=settings.state / "nonces"
        )
        records = Deployments(settings.deployments or settings.state / "deployments" / EMBEDDED)
        deploy(client, keys, records, options, report)
        return Opened(
            open_session(settings, client, keys, records, EMBEDDED, closing),
            client,
            keys,
            records,
            closing.pop_all(),
        )


def open_network(settings: Settings) -> Opened:
    """Any other network, where the ledger was deployed before."""
    with ExitStack() as closing:
        keys = open_keys(settings, may_make_passphrase=False)
        client = _network_client(settings)
        records = records_of(settings, client)
        return Opened(
            open_session(settings, client, keys, records, network_of(settings, client), closing),
            client,
            keys,
            records,
            closing.pop_all(),
        )


def deploy_configured(
    settings: Settings, options: DeployOptions, report: Report = lambda _: None
) -> list[Check]:
    """Deploys to the configured network, or the embedded chain, and proves what stands there."""
    if settings.url is None:
        opened = open_embedded(settings, options, report=report)
        with opened.closing:
            return prove(opened.client, opened.records)
    client = _network_client(settings)
    records = records_of(settings, client)
    deploy(client, open_keys(settings, may_make_passphrase=False), records, options, report)
    return prove(client, records)


def prove_configured(settings: Settings) -> list[Check]:
    """Proves the configured deployment by reading alone; no key is needed."""
    if settings.url is not None:
        client = _network_client(settings)
        return prove(client, records_of(settings, client))
    with EmbeddedChain(settings.state / "chain", create=False) as chain:
        client = ChainClient(chain.locate)
        return prove(client, records_of(settings, client))


def _network_client(settings: Settings) -> ChainClient:
    if settings.url is None:
        raise BadInput("no network is configured", needed="GREENLEDGER_URL")
    return ChainClient(settings.url, finality_depth=settings.finality_depth)


def records_of(settings: Settings, client: ChainClient) -> Deployments:
    """Where the configured network's deployment records are kept."""
    if settings.deployments is not None:
        return Deployments(settings.deployments)
    if settings.url is None:
        return Deployments(settings.state / "deployments" / EMBEDDED)
    return Deployments.of_network(network_of(settings, client))


def network_of(settings: Settings, client: ChainClient) -> str:
    """The network's name; by its chain id where it was given none."""
    named = settings.url is None or settings.network != EMBEDDED
    return settings.network if named else f"chain-{client.chain_id}"


def open_session(
    settings: Settings,
    client: ChainClient,
    keys: KeyStore,
    records: Deployments,
    network: str,
    closing: ExitStack,
) -> Session:
    """A session over one client. Its index opens the read model when it is first asked."""
    deployment = deployment_of(records, client.chain_id, network)
    client.know(*deployment.contracts.values())
    vault = DocumentVault(settings.state / "documents")
    database, confirmations = settings.database_url(network), settings.finality_depth
    index = LazyIndex(client, deployment, database, closing, confirmations=confirmations)
    requests = LazyRequests(settings.requests_url(network), deployment, closing)
    points = LazyCheckpoints(settings.requests_url(network), deployment, closing)
    return Session(client, keys, vault, deployment, index, index, partial(fund, client), requests, points)


def deployment_of(records: Deployments, chain_id: int, network: str) -> Deployment:
    """The addresses that the records of a finished deployment give. NotFound when there is none."""
    found = {name: records[name] for name in records.names()}
    if "Powers" not in found:
        raise NotFound(
            "the ledger is not deployed there", who=str(records.folder), needed="greenledger deploy"
        )
    callable_ = {name: one.contract for name, one in found.items() if one.kind != "implementation"}
    return Deployment(network, chain_id, min(one.block for one in found.values()), callable_)
