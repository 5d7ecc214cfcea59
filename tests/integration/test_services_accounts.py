"""Account contracts through the front door: limits, two persons, keys elsewhere, rotation and recovery."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import Ledger
from ledger.bootstrap import DeployOptions, deploy_configured
from ledger.bootstrap.testing import (
    FIRST_DAY,
    PASSPHRASE,
    admit_cast,
    fresh_ledger,
    house_cast,
    illustrative_lei,
)
from ledger.config import Settings
from ledger.crypto.signer import LocalSigner
from ledger.domain.roles import Role
from ledger.errors import AwaitsApproval, BadInput, ContractRefusal, NotAllowed, NotFound
from ledger.reports.checker.verify_pack import verify_pack
from ledger.services.account_contract import KeyRole
from ledger.services.accounts import ClerkLimit, Policy
from tests.acceptance.conftest import greenledger_here
from tests.anvil import anvil
from tests.integration import given_bond as given
from tests.integration.given_bond import DAY, yuan

ELSEWHERE = LocalSigner(b"\x05" * 32)
"""An approver whose key is in another keystore."""


@pytest.fixture(scope="module")
def town(housed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with fresh_ledger(housed_template, tmp_path_factory.mktemp("housed") / "ledger") as opened:
        yield opened


def sender(ledger: Ledger, tx: str) -> str:
    return str(ledger.client.transaction(tx)["from"]).lower()


def key(ledger: Ledger, name: str) -> str:
    return ledger.keys.address_of(name).lower()


# --- acting ----------------------------------------------------------------------------------------------


@pytest.mark.spec("ACC-1", "ACC-3")
def test_within_the_limit_the_clerk_sends_and_above_it_the_approver(town: Ledger) -> None:
    given.mint(town, "Investor", yuan(1_000))
    small = town.cash.transfer("Investor", "Contractor", yuan(100), "CNY")
    large = town.cash.transfer("Investor", "Contractor", yuan(101), "CNY")
    assert sender(town, small.tx) == key(town, "Investor, clerk")
    assert sender(town, large.tx) == key(town, "Investor, approver")
    (proposed,) = town.accounts.proposals("Investor")[:1]
    assert (proposed.state, proposed.calls[0].function) == ("done", "transferWithDocument")
    assert proposed.calls[0].args["amount"] == yuan(101).minor


@pytest.mark.spec("ACC-3")
def test_a_refusal_is_the_called_contracts_and_nothing_is_proposed(town: Ledger) -> None:
    block = town.client.block_number()
    with pytest.raises(ContractRefusal, match="Cash refused: InsufficientBalance"):
        town.cash.transfer("Investor", "Contractor", yuan(10_000_000), "CNY")
    with pytest.raises(ContractRefusal, match="MissingRole"):
        town.bank.grant_line("Investor", "Company", yuan(1), FIRST_DAY + DAY)
    assert town.client.block_number() == block


def test_a_batch_is_one_act(town: Ledger) -> None:
    given.mint(town, "Investor", yuan(20))
    had = town.cash.balance("Contractor", "CNY")
    to = town.session.address("Contractor")
    calls = [town.accounts.call("Cash-CNY", "transfer", to, yuan(10).minor) for _ in range(2)]
    town.accounts.execute("Investor", calls)
    assert town.cash.balance("Contractor", "CNY") - had == yuan(20).minor
    calls[1] = town.accounts.call("Cash-CNY", "transfer", ELSEWHERE.address, yuan(10).minor)
    with pytest.raises(ContractRefusal, match="NotAdmitted"):
        town.accounts.execute("Investor", calls)


@pytest.mark.spec("ACC-1")
def test_an_approver_elsewhere_is_waited_for_and_nothing_is_lost(town: Ledger) -> None:
    town.accounts.make("Fund", clerks=["Fund, clerk"], approvers=[ELSEWHERE.address])
    town.operator.admit("Fund", illustrative_lei("Fund"), Role.INVESTOR)
    given.mint(town, "Fund", yuan(50))
    with pytest.raises(AwaitsApproval) as waiting:
        town.cash.transfer("Fund", "Contractor", yuan(50), "CNY")
    error = waiting.value
    assert (error.who, error.had, error.needed) == (town.account("Fund"), 1, ELSEWHERE.address)
    assert "提议" in error.sentence("zh") and "number 1" in error.sentence("en")
    with pytest.raises(NotFound, match="approver"):
        town.accounts.approve("Fund", 1)
    had = town.cash.balance("Contractor", "CNY")
    town.keys.create("Fund, approver", b"\x05" * 32)
    town.session.account("Fund, approver")
    town.accounts.approve("Fund", 1)
    assert town.cash.balance("Contractor", "CNY") - had == yuan(50).minor
    with pytest.raises(ContractRefusal, match="WrongState"):
        town.accounts.approve("Fund", 1)


def test_a_rejected_proposal_is_over(town: Ledger) -> None:
    call = town.accounts.call("Cash-CNY", "approve", town.session.address("Issuer"), 1)
    proposed = town.accounts.propose("Company", [call])
    town.accounts.reject("Company", proposed.proposal)
    assert town.accounts.proposal("Company", proposed.proposal).state == "stopped"
    with pytest.raises(ContractRefusal, match="WrongState"):
        town.accounts.approve("Company", proposed.proposal)
    with pytest.raises(NotFound):
        town.accounts.proposal("Company", 9_999)


def test_a_clerk_does_not_approve_what_he_proposed(town: Ledger) -> None:
    call = town.accounts.call("Cash-CNY", "approve", town.session.address("Issuer"), 1)
    proposed = town.accounts.propose("Company", [call])
    with pytest.raises(ContractRefusal, match="NotKey"):
        town.accounts.approve("Company", proposed.proposal, by="Company, clerk")


@pytest.mark.spec("ACC-3")
def test_a_bank_that_is_an_account_contract_grants_credit(town: Ledger) -> None:
    town.accounts.make("Lender", clerks=["Lender, clerk"], approvers=["Lender, approver"])
    town.operator.admit("Lender", illustrative_lei("Lender"), Role.BANK)
    line = town.bank.grant_line("Lender", "Issuer", yuan(1_000), FIRST_DAY + 30 * DAY)
    assert town.books.credit_line(line.id).bank == town.account("Lender")


# --- documents and evidence ------------------------------------------------------------------------------


@pytest.mark.spec("ACC-3")
def test_an_account_contract_opens_its_documents(town: Ledger) -> None:
    document = town.documents.register("Issuer", b"minutes", readers=["Investor"]).document
    assert town.documents.open("Investor", document).content == b"minutes"
    with pytest.raises(NotAllowed):
        town.documents.open("Contractor", document)


@pytest.mark.spec("ACC-3")
def test_an_approver_signs_a_checkpoint_that_is_checked_offline(town: Ledger, tmp_path: Path) -> None:
    found = given.bond(town)
    pack = town.evidence_bond(found.bond, tmp_path / "pack", signers=["Auditor"])
    assert verify_pack(pack, (town.keys.address_of("Auditor, approver"),))["ok"] is True


# --- making and showing ----------------------------------------------------------------------------------


def test_an_account_shows_who_may_what(town: Ledger) -> None:
    shown = town.accounts.show("Issuer")
    assert set(shown.here.values()) == {"Issuer, clerk", "Issuer, approver"}
    assert shown.keys[town.keys.address_of("Issuer, clerk")] is KeyRole.CLERK
    documents, transfer = shown.limits
    assert (documents.function, documents.word, documents.daily) == ("register", 0, None)
    assert (transfer.contract, transfer.word, transfer.each) == ("Cash-CNY", 2, 100_00)
    assert shown.policy == Policy()


def test_an_account_is_made_once(town: Ledger) -> None:
    given_ = {"clerks": ["Twice, clerk"], "approvers": ["Twice, approver"]}
    first, again = town.accounts.make("Twice", **given_), town.accounts.make("Twice", **given_)
    assert first.account == again.account == town.account("Twice") and again.tx == ""
    with pytest.raises(BadInput):
        town.accounts.make("Nobody", clerks=["one"], approvers=["one"])
    with pytest.raises(NotFound):
        town.accounts.show("settlement bank")
    with pytest.raises(NotFound):
        town.accounts.propose_change("Issuer", limits=[ClerkLimit("Cash-CNY", "transfer", 1, amount="price")])


def test_an_account_contract_sends_no_transaction_of_its_own(town: Ledger) -> None:
    with pytest.raises(NotAllowed):
        town.session.signer("Issuer").sign_transaction({})
    with pytest.raises(NotAllowed):
        town.keys.signer("Issuer")


# --- keys that change, on a chain whose clock we may move --------------------------------------------------


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A live ledger on an Anvil of its own; issuer, investor and contractor have account contracts."""
    folder = tmp_path_factory.mktemp("live")
    with anvil() as url:
        settings = Settings(
            state=folder, url=url, deployments=folder / "records", passphrase=PASSPHRASE, network="own"
        )
        deploy_configured(settings, DeployOptions())
        with Ledger.open(settings) as ledger:
            house_cast(ledger, "Investor", "Contractor", "Issuer")
            admit_cast(ledger, "Auditor", "Investor", "Contractor", "Issuer", "settlement bank")
            yield ledger


def pass_time(ledger: Ledger, delay: dt.timedelta) -> None:
    ledger.client.rpc.call("evm_increaseTime", int(delay.total_seconds()))
    ledger.client.rpc.call("evm_mine")


@pytest.mark.spec("ACC-2")
def test_a_rotated_key_is_refused_and_the_new_one_acts(live: Ledger) -> None:
    given.mint(live, "Investor", yuan(1_000))
    change = live.accounts.rotate("Investor", "Investor, clerk", "Investor, new clerk")
    with pytest.raises(ContractRefusal, match="ChangeNotReady"):
        live.accounts.execute_change("Investor", change.change)
    pass_time(live, Policy().delay)
    live.accounts.execute_change("Investor", change.change)
    call = live.accounts.call("Cash-CNY", "transfer", live.session.address("Contractor"), 1)
    with pytest.raises(ContractRefusal, match="NotKey"):
        live.accounts.propose("Investor", [call], by="Investor, clerk")
    moved = live.cash.transfer("Investor", "Contractor", yuan(1), "CNY")
    assert sender(live, moved.tx) == key(live, "Investor, new clerk")


@pytest.mark.spec("ACC-2")
def test_the_agent_recovers_after_its_delay_and_never_the_operator(live: Ledger) -> None:
    named = live.accounts.propose_change("Contractor", policy=Policy(agent="Auditor"))
    assert live.accounts.show("Contractor").changes[0].policy == Policy(agent=live.account("Auditor"))
    pass_time(live, Policy().delay)
    live.accounts.execute_change("Contractor", named.change)
    keys = {
        "Contractor, clerk": KeyRole.NONE,
        "Contractor, approver": KeyRole.NONE,
        "Contractor, rescued clerk": KeyRole.CLERK,
        "Contractor, rescued approver": KeyRole.APPROVER,
    }
    with pytest.raises(ContractRefusal, match="NotParty"):
        live.accounts.recover("operator", "Contractor", keys)
    stopped = live.accounts.recover("Auditor", "Contractor", keys)
    live.accounts.veto("Contractor", stopped.change, by="Contractor, clerk")
    change = live.accounts.recover("Auditor", "Contractor", keys)
    pass_time(live, Policy().delay)
    with pytest.raises(ContractRefusal, match="ChangeNotReady"):
        live.accounts.execute_change("Contractor", change.change, by="Auditor")
    pass_time(live, Policy().recovery_delay)
    had = live.cash.balance("Contractor", "CNY")
    live.accounts.execute_change("Contractor", change.change, by="Auditor")
    assert live.cash.balance("Contractor", "CNY") == had
    assert set(live.accounts.show("Contractor").here.values()) == {
        "Contractor, rescued clerk",
        "Contractor, rescued approver",
    }
    live.documents.register("Contractor", b"after")


@pytest.mark.spec("ACC-2")
def test_a_backed_change_is_not_stopped_by_the_key_it_removes(live: Ledger) -> None:
    named = live.accounts.propose_change("Issuer", policy=Policy(agent="Auditor"))
    pass_time(live, Policy().delay)
    live.accounts.execute_change("Issuer", named.change)
    change = live.accounts.rotate("Issuer", "Issuer, clerk", "Issuer, new clerk")
    live.accounts.back("Issuer", change.change, by="Auditor")
    assert live.accounts.changes("Issuer")[0].backer == live.account("Auditor")
    with pytest.raises(ContractRefusal, match="RemovedByChange"):
        live.accounts.veto("Issuer", change.change, by="Issuer, clerk")
    with pytest.raises(NotFound):
        live.accounts.rotate("Issuer", "Auditor", "another")


# --- command line ----------------------------------------------------------------------------------------


@pytest.mark.spec("ACC-1")
def test_the_command_line_makes_changes_and_shows(housed_template: Path, tmp_path: Path) -> None:
    with fresh_ledger(housed_template, tmp_path / "ledger"):
        (tmp_path / "ledger" / "passphrase").write_text(PASSPHRASE)
    state = ("--state", str(tmp_path / "ledger"))

    def run(*arguments: str, status: int = 0) -> str:
        done = greenledger_here(*state, *arguments)
        assert done.returncode == status, done.stderr
        return done.stdout + done.stderr

    limit = "Cash-CNY.transfer.amount=10000/50000"
    made = run("account", "make", "Desk", "--clerk", "c", "--approver", "a", "--limit", limit, "--json")
    assert '"name": "Desk"' in made
    shown = run("account", "show", "Desk")
    assert "transfer" in shown and "10000" in shown and "approver" in shown
    assert "acts from" in run("account", "rotate", "Desk", "c", "c2")
    assert "vetoed" in run("account", "veto", "Desk", "1")
    assert "no account contract" in run("account", "show", "operator", status=1)
    assert "限额" in run("--lang", "zh", "account", "change", "Desk", "--limit", "nonsense", status=1)
