"""CHK-1: `greenledger check` notices what is broken, in storage, in a module or in the index, and where."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger import Ledger, checks, cli
from ledger.bootstrap.index import LazyIndex
from ledger.chain.abi import ABI_FOLDER, Abis
from ledger.domain import purposes
from ledger.domain.kinds import DocumentKind
from ledger.domain.legs import Movement
from ledger.domain.purposes import PROCEEDS, axis_of
from ledger.domain.states import LegKind
from ledger.services.legs import Subject
from ledger.services.works import MilestonePlan
from tests.acceptance.slots import Place, place
from tests.acceptance.town import DELAY, DUE, Town, confirmed, town
from tests.integration import given_bond
from tests.integration.given_bond import CATEGORY, DAY, yuan

pytestmark = pytest.mark.spec("CHK-1")

ROOT = Path(__file__).parents[2]
BUILT = [
    *("CASH-1", "PIECE-1", "BOND-1", "BOND-2", "HOLD-1", "DOC-1", "DOC-3", "DOC-4", "LINE-1", "FIN-1"),
    *(
        "BOND-9",
        "BOND-10",
        "BOND-11",
        "ALERT-2",
        "LEG-1",
        "LOAN-1",
        "FAC-1",
        "MAT-2",
        "POOL-1",
        "POOL-2",
        "IDX-1",
    ),
]
ABSENT = ["CLR-1", "IMP-1", "API-1"]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town(tmp_path_factory.mktemp("town")) as lived:
        yield lived


@dataclass(frozen=True)
class Answer:
    """What `greenledger check --json` said, and its exit status."""

    status: int
    said: dict[str, Any]

    @property
    def red(self) -> set[str]:
        return {one["id"] for one in self.said["checks"] if one["ok"] is False}

    def detail(self, promise: str) -> str:
        return next(str(one["detail"]) for one in self.said["checks"] if one["id"] == promise)


def checked(here: Town) -> Answer:
    result = CliRunner().invoke(cli.app, ["check", "--json"], env=here.environment)
    assert isinstance(result.exception, (SystemExit, type(None))), result.exception
    return Answer(result.exit_code, json.loads(result.stdout))


def assert_noticed(answer: Answer, red: set[str], *named: str) -> None:
    """Exactly these checks are red, their details name the place, and the exit status says so too."""
    assert (answer.red, answer.status, answer.said["ok"]) == (red, 1, False), answer.said["checks"]
    details = " ".join(answer.detail(promise) for promise in red)
    for name in named:
        assert name in details, details


# --- whole -----------------------------------------------------------------------------------------------


def test_everything_holds_and_what_is_not_built_is_absent(here: Town) -> None:
    answer = checked(here)
    assert (answer.status, answer.said["ok"], answer.red) == (0, True, set()), answer.said["checks"]
    assert set(answer.said) == {"ok", "chain_id", "block", "block_hash", "checks"}
    assert all(set(one) == {"id", "ok", "detail"} for one in answer.said["checks"])
    assert {one["id"]: one["ok"] for one in answer.said["checks"]} == {
        **dict.fromkeys(BUILT, True),
        **dict.fromkeys(ABSENT),
    }
    assert all(answer.detail(promise).startswith("absent: ") for promise in ABSENT)


def test_acts_that_undo_and_take_back_leave_everything_green(here: Town) -> None:
    """Returns, releases, refunds, claims and redemptions: what a check might mistake for a breach."""
    with undone(here):
        _take_back(here.ledger, here.given)
        _keep_for_who_cannot_receive(here)
        answer = checked(here)
        assert (answer.status, answer.red) == (0, set()), answer.said["checks"]


def _take_back(ledger: Ledger, given: given_bond.Given) -> None:
    """Less is allotted than booked, and a part was taken back before; another bond is cancelled."""
    later = {"closes_on": DUE, "document": b"more terms", "max_units": 30}
    for allotted in (True, False):
        number = given_bond.booking_bond(ledger, given.framework, **later)
        given_bond.mint(ledger, "Investor", yuan(5_000))
        ledger.investor.book("Investor", number, 50)
        ledger.investor.cancel_booking("Investor", number, 5)
        if allotted:
            ledger.issuer.allot("Issuer", number)
            ledger.issuer.close("Issuer", number, cost=yuan(10), value_date=DUE)
        else:
            ledger.issuer.cancel("Issuer", number)
            ledger.investor.return_booking("Investor", number)
    ledger.issuer.pay_cost("Issuer", given.bond, "Verifier", yuan(20), b"fee note")
    ledger.issuer.deallocate("Issuer", given.line, yuan(500))
    ledger.cash.redeem("Contractor", yuan(60), "CNY")
    ledger.cash.cancel_redeem("Contractor", yuan(10), "CNY")
    ledger.bank.burn("settlement bank", "Contractor", yuan(50), "paid out", "CNY")
    ledger.cash.transfer("Contractor", "Contractor", yuan(1), "CNY")


def _keep_for_who_cannot_receive(here: Town) -> None:
    """A refused payable; one settled to a suspended holder, who claims it later and refunds a part of it."""
    ledger, due = here.ledger, DUE + DAY
    refused = confirmed(ledger, here.credit_line, 300, due, here.given.line)
    ledger.supplier.refuse("Contractor", refused, "not ours")
    for budget_line in (here.given.line, None):
        owed = confirmed(ledger, here.credit_line, 200, due, budget_line)
        ledger.supplier.accept("Contractor", owed)
        ledger.supplier.transfer(
            "Contractor", owed, "Subcontractor", start=0, end=7_000, trade_document=f"sand {owed}".encode()
        )
        if budget_line is None:
            given_bond.mint(ledger, "Company", yuan(200))
            ledger.obligor.pay_in("Company", owed)
    ledger.operator.amend("Subcontractor", suspended=True, document=b"suspended")
    ledger.operator.post_business_date(due)
    for funded in (owed - 1, owed):
        ledger.obligor.settle("Company", funded)
    assert checked(here).red == set(), "money waits on claims"
    ledger.operator.amend("Subcontractor", suspended=False, document=b"again")
    ledger.supplier.claim("Subcontractor", "CNY")
    ledger.supplier.claim_settlement("Subcontractor", "CNY")
    ledger.supplier.refund_piece("Subcontractor", owed - 1, 0, yuan(30), b"sand came back")


def test_people_read_a_mark_a_promise_and_what_was_seen(here: Town) -> None:
    said = CliRunner().invoke(cli.app, ["check"], env={**here.environment, "COLUMNS": "200"})
    assert said.exit_code == 0, said.output
    assert "✓ PIECE-1" in said.stdout and "– CLR-1" in said.stdout


def test_without_an_index_its_check_is_absent_and_never_ok(here: Town) -> None:
    answer = checks.check(here.ledger.client, here.ledger.session.deployment, None)
    (index,) = (one for one in answer["checks"] if one["id"] == "IDX-1")
    assert index["ok"] is None and index["detail"].startswith("absent: ")


# --- one word of storage ---------------------------------------------------------------------------------


@contextmanager
def written(here: Town, contract: str, at: Place, change: Callable[[int], int]) -> Iterator[None]:
    """A number in the chain's storage is changed behind everybody's back, and put back afterwards.

    `contract` is its name, or its address where no record names it.
    """
    address = contract if contract.startswith("0x") else here.ledger.session.deployment[contract].address
    word = here.ledger.client.storage(address, at.slot)
    assert word, "nothing is kept there: the place is wrong"
    changed = at.write(word, change(at.read(word)))
    _write(here, address, at.slot, changed)
    try:
        yield
    finally:
        _write(here, address, at.slot, word)


def _write(here: Town, address: str, slot: int, word: int) -> None:
    here.rpc("anvil_setStorageAt", address, hex(slot), f"0x{word:064x}")


def one_more(had: int) -> int:
    return had + 1


def one_less(had: int) -> int:
    return had - 1


def account(here: Town, name: str) -> int:
    return int(here.ledger.session.address(name), 16)


def axis(here: Town, address: int) -> Place:
    return place("Cash", "_axes", address)


IN, OUT = (0, 112), (112, 112)


@pytest.mark.spec("CASH-1")
@pytest.mark.parametrize("side", [IN, OUT], ids=["in", "out"])
def test_a_counter_of_an_account(here: Town, side: tuple[int, int]) -> None:
    contractor = account(here, "Contractor")
    with written(here, "Cash-CNY", axis(here, contractor).part(*side), one_more):
        assert_noticed(checked(here), {"CASH-1"}, here.ledger.session.address("Contractor"))


@pytest.mark.spec("CASH-1")
def test_a_counter_of_a_budget_line_shows_in_the_bond_too(here: Town) -> None:
    """The contract reads available money off that counter, so both promises are broken."""
    line = axis_of(PROCEEDS, purposes.budget_line(here.given.line))
    with written(here, "Cash-CNY", axis(here, int(line, 16)).part(*IN), one_more):
        assert_noticed(checked(here), {"CASH-1", "BOND-1"}, line, f"bond {here.given.bond}: available")


@pytest.mark.spec("CASH-1")
def test_money_on_an_axis_that_nothing_ever_moved_to(here: Town) -> None:
    claim = axis_of(PROCEEDS, purposes.claim(here.ledger.session.address("Factor")))
    cash, slot = here.ledger.session.deployment["Cash-CNY"].address, axis(here, int(claim, 16)).slot
    _write(here, cash, slot, 5)
    try:
        assert_noticed(checked(here), {"CASH-1"}, claim)
    finally:
        _write(here, cash, slot, 0)


PIECE = {
    "holder": ((0, 160), one_more),
    "end, shorter": ((160, 64), one_less),
    "end, longer": ((160, 64), one_more),
    "state": ((224, 8), lambda _: 1),
    "layers": ((232, 8), one_more),
    "sequence": ((240, 16), one_more),
}


@pytest.mark.spec("PIECE-1")
@pytest.mark.parametrize("name", PIECE)
def test_a_field_of_a_piece(here: Town, name: str) -> None:
    bits, change = PIECE[name]
    word = place("PieceBook", "_pieces", here.opened, 0).part(*bits)
    with written(here, "PieceBook", word, change):
        assert_noticed(checked(here), {"PIECE-1"}, f"receivable {here.opened} at 0")


@pytest.mark.spec("PIECE-1")
def test_a_piece_that_vanished(here: Town) -> None:
    with written(here, "PieceBook", place("PieceBook", "_pieces", here.opened, 0), lambda _: 0):
        assert_noticed(checked(here), {"PIECE-1"}, f"receivable {here.opened} at 0")


@pytest.mark.spec("PIECE-1")
@pytest.mark.parametrize(
    "bits",
    [(0, 64), (64, 64), (128, 16), (144, 48), (208, 8)],
    ids=["face", "discharged", "pieces", "smallest piece", "layers"],
)
def test_a_field_of_the_books_receivable(here: Town, bits: tuple[int, int]) -> None:
    word = place("PieceBook", "_receivables", here.settled).part(*bits)
    with written(here, "PieceBook", word, one_more):
        assert_noticed(checked(here), {"PIECE-1"}, f"receivable {here.settled}")


@pytest.mark.spec("BOND-1")
@pytest.mark.parametrize(
    ("total", "change"), [("encumbered", one_more), ("settled", one_less), ("refunded", one_less)]
)
def test_a_total_of_the_proceeds(here: Town, total: str, change: Callable[[int], int]) -> None:
    at = place("Proceeds", "_totals", here.given.line, member=total)
    with written(here, "Proceeds", at, change):
        assert_noticed(checked(here), {"BOND-1"}, f"bond {here.given.bond}: spent")


@pytest.mark.spec("BOND-1")
def test_totals_that_the_contract_cannot_add_up(here: Town) -> None:
    at = place("Proceeds", "_totals", here.given.line, member="encumbered")
    with written(here, "Proceeds", at, lambda _: 0):
        assert_noticed(checked(here), {"BOND-1"}, f"bond {here.given.bond}: the contract cannot say")


@pytest.mark.spec("HOLD-1")
@pytest.mark.parametrize("change", [one_more, one_less])
def test_the_units_of_a_holder(here: Town, change: Callable[[int], int]) -> None:
    token, holder = here.ledger.books.bond(here.given.bond).token, account(here, "Investor")
    with written(here, token, place("GreenBond", "_holdings", holder, member="units"), change):
        assert_noticed(checked(here), {"HOLD-1"}, here.ledger.session.address("Investor"))


@pytest.mark.spec("HOLD-1")
def test_the_supply_of_units(here: Town) -> None:
    """It is kept as the holding of the zero address."""
    token = here.ledger.books.bond(here.given.bond).token
    with written(here, token, place("GreenBond", "_holdings", 0, member="units"), one_more):
        assert_noticed(checked(here), {"HOLD-1"}, f"bond {here.given.bond}: all hold")


@pytest.mark.spec("HOLD-1")
def test_more_units_frozen_than_held(here: Town) -> None:
    token, holder = here.ledger.books.bond(here.given.bond).token, account(here, "Investor")
    at = place("GreenBond", "_holdings", holder, member="frozenByAuthority")
    with written(here, token, at, lambda _: 2**32):
        assert_noticed(checked(here), {"HOLD-1"}, "are frozen")


@pytest.mark.spec("DOC-1")
@pytest.mark.parametrize(("field", "change"), [("used", one_less), ("used", one_more), ("total", one_more)])
def test_the_capacity_of_an_obligation_document(here: Town, field: str, change: Callable[[int], int]) -> None:
    at = place("Documents", "_capacities", int(here.direct, 16), member=field)
    with written(here, "Documents", at, change):
        assert_noticed(checked(here), {"DOC-1"}, here.direct)


@pytest.mark.spec("LINE-1")
@pytest.mark.parametrize(
    ("field", "change"),
    [("limit", one_more), ("limit", lambda _: 1), ("outstanding", one_less), ("reserved", one_more)],
)
def test_a_field_of_a_credit_line(here: Town, field: str, change: Callable[[int], int]) -> None:
    at = place("CreditLines", "_lines", here.credit_line, member=field)
    with written(here, "CreditLines", at, change):
        assert_noticed(checked(here), {"LINE-1"}, f"credit line {here.credit_line}")


@pytest.fixture(scope="module")
def facility(here: Town) -> int:
    """Five units that the factor committed and that nobody drew."""
    loans, today = here.ledger.facilities, here.ledger.session.today()
    terms = {"cash": "CNY", "denomination": yuan(1), "units": 9, "document": b"facility agreement"}
    days = {"available_until": today + 9 * DAY, "final_maturity": today + 99 * DAY}
    made = loans.open("Issuer", framework=here.given.framework, **terms, **days).id
    loans.agree("Issuer", made, "Factor", 5)
    loans.commit("Factor", made)
    return made


@pytest.mark.spec("FAC-1")
@pytest.mark.parametrize("field", ["committed", "called"])
def test_what_a_lender_is_called_for(here: Town, facility: int, field: str) -> None:
    at = place("Facilities", "_lenderOf", facility, account(here, "Factor"), member=field)
    with written(here, "Facilities", at, one_more):
        assert_noticed(checked(here), {"FAC-1"}, f"facility {facility}")


@pytest.mark.spec("BOND-9", "BOND-10")
@pytest.mark.parametrize(
    ("member", "promise"),
    [("pocket", "BOND-9"), ("pocketPpm", "BOND-9"), ("oldest", "BOND-9"), ("refinanced", "BOND-10")],
)
def test_what_a_bond_declared_or_refinanced(here: Town, member: str, promise: str) -> None:
    """The town's bond declared nothing, so every one of these is zero."""
    at = place("Proceeds", "_limits", here.given.bond, member=member)
    address = here.ledger.session.deployment["Proceeds"].address
    _write(here, address, at.slot, at.write(0, 7))
    try:
        assert_noticed(checked(here), {promise}, f"bond {here.given.bond}")
    finally:
        _write(here, address, at.slot, 0)


@pytest.fixture
def told(here: Town) -> Iterator[Town]:
    """An alert, a leg and a line with works, until the test is over."""
    with undone(here):
        ledger, given = here.ledger, here.given
        ledger.alerts.raise_alert("Verifier", "round-trip", b"what was seen", bond=given.bond)
        spent = Movement(LegKind.SPENT, DUE, yuan(3), "account", "builder", bank="Outside", reference="R-1")
        ledger.legs.bring("settlement bank", Subject(bond=given.bond), [("line 1", spent)], b"statement")
        ledger.issuer.deallocate("Issuer", given.line, yuan(1))
        line = ledger.issuer.open_line("Issuer", given.bond, given.project, budget=yuan(100)).id
        held = [MilestonePlan("FOUNDATION", yuan(40), DUE + DAY)]
        ledger.works.set("Issuer", line, certifier="Verifier", milestones=held)
        yield here


TOLD = {
    "who raised an alert": ("Alerts", "_alerts", "raisedBy", one_more, "ALERT-2", "alert 1: raisedBy"),
    "a state of an alert": ("Alerts", "_alerts", "state", lambda _: 5, "ALERT-2", "alert 1: state"),
    "a finding of an alert": ("Alerts", "_alerts", "key", one_more, "ALERT-2", "alert 1: key"),
    "a leg": ("Legs", "_legs", "state", lambda _: 4, "LEG-1", "leg 1: state"),
    "a certifier": ("Proceeds", "_works", "certifier", one_more, "BOND-11", "certifier"),
    "what works hold": ("Proceeds", "_works", "held", one_less, "BOND-11", "released and gone"),
}


@pytest.mark.spec("ALERT-2", "LEG-1", "BOND-11")
def test_a_field_of_what_was_told(told: Town) -> None:
    line = max(one.id for one in told.ledger.books.lines(told.given.bond))
    assert checked(told).red == set()
    for contract, variable, member, change, promise, named in TOLD.values():
        key = line if variable == "_works" else 1
        with written(told, contract, place(contract, variable, key, member=member), change):
            assert_noticed(checked(told), {promise}, named)


# --- one row of the index --------------------------------------------------------------------------------

_FIRST_MOVE = "where (block, log) = (select block, log from moves order by block, log limit 1)"
_FIRST = "where (block, log) = (select block, log from events where {} order by block, log limit 1)"
_FIRST_EVENT = _FIRST.format("name = 'LineOpened'")
ROWS = {
    "a move's amount": (f"update moves set amount = amount + 1 {_FIRST_MOVE}", "move in block"),
    "a move's payee": (f"update moves set to_axis = from_axis {_FIRST_MOVE}", "move in block"),
    "a move's document": (f"update moves set document = null {_FIRST_MOVE}", "move in block"),
    "a move less": (f"delete from moves {_FIRST_MOVE}", "nothing in the index"),
    "an event's argument": (
        f"update events set args = replace(args, 'works', 'roads') {_FIRST_EVENT}",
        "event in block",
    ),
    "an event's name": (f"update events set name = 'Allocated' {_FIRST_EVENT}", "event in block"),
    "an event less": (f"delete from events {_FIRST_EVENT}", "nothing in the index"),
    "an event of bond units": (
        "delete from events " + _FIRST.format("contract = 'GreenBond'"),
        "nothing in the index",
    ),
    "an event that never was": (
        "insert into events (block, tx, log, address, contract, name, args)"
        " select block, tx, log + 1000, address, contract, name, args from events " + _FIRST_EVENT,
        "nothing on the chain",
    ),
    "a block's time": (
        "update blocks set timestamp = timestamp - 86400 where number = (select min(block) from moves)",
        "time",
    ),
}


@contextmanager
def edited(here: Town, statement: str) -> Iterator[None]:
    """The index's file with one row edited, and as it was afterwards."""
    kept = sqlite3.connect(":memory:")
    with closing(sqlite3.connect(here.database)) as database:
        database.backup(kept)
        assert database.execute(statement).rowcount == 1
        database.commit()
    try:
        yield
    finally:
        with closing(sqlite3.connect(here.database)) as database:
            kept.backup(database)
        kept.close()


@pytest.mark.spec("IDX-1")
@pytest.mark.parametrize("name", ROWS)
def test_one_row_of_the_index(here: Town, name: str) -> None:
    checked(here)  # all blocks are read before the row is touched
    statement, named = ROWS[name]
    with edited(here, statement):
        assert_noticed(checked(here), {"IDX-1"}, named)


@pytest.mark.spec("IDX-1")
def test_an_index_that_waits_for_finality_is_compared_where_it_stands(here: Town, tmp_path: Path) -> None:
    session, url = here.ledger.session, f"sqlite:///{tmp_path / 'late.sqlite'}"
    with ExitStack() as stack:
        late = LazyIndex(here.ledger.client, session.deployment, url, stack, confirmations=7)
        late.sync()
        with late.rows() as rows:
            answer = Answer(0, checks.check(here.ledger.client, session.deployment, rows))
        assert answer.said["ok"] and "7 behind the head" in answer.detail("IDX-1")
        with closing(sqlite3.connect(tmp_path / "late.sqlite")) as database:
            database.execute(ROWS["a move's amount"][0])
            database.commit()
        with late.rows() as rows:
            answer = Answer(1, checks.check(here.ledger.client, session.deployment, rows))
        assert_noticed(answer, {"IDX-1"}, "move in block")


# --- a faulty module -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def faulty() -> Abis:
    """The ABIs that ship, and those of the two faulty modules, compiled when their sources are newer."""
    folder, sources = ROOT / ".cache" / "mocks", [*(ROOT / "contracts" / "mocks").glob("Faulty*.sol")]
    wanted = [folder / f"Faulty{module}.json" for module in NEEDS]
    newest = max(source.stat().st_mtime for source in sources)
    if not all(one.is_file() and one.stat().st_mtime >= newest for one in wanted):
        compiler = [sys.executable, str(ROOT / "scripts" / "compile.py"), "--out", str(folder)]
        subprocess.run([*compiler, *map(str, sources)], check=True, cwd=ROOT)
    return Abis(ABI_FOLDER, folder)


NEEDS = {"Proceeds": ["Documents"], "Financing": ["PieceBook", "Receivables"]}


@contextmanager
def undone(here: Town) -> Iterator[None]:
    """Whatever happens inside, in blocks of its own, is taken back."""
    snapshot = here.rpc("evm_snapshot")
    try:
        yield
    finally:
        assert here.rpc("evm_revert", snapshot) is True


def waited(ask: Callable[[], Any], seconds: int = 20) -> Any:
    """What an asked-for thing is, once there is one."""
    last = time.monotonic() + seconds
    while (found := ask()) is None and time.monotonic() < last:
        time.sleep(0.02)
    return found


def sent(here: Town, to: str | None, data: str) -> dict[str, Any]:
    """By one of the node's own accounts, which nobody admitted."""
    stranger = here.rpc("eth_accounts")[0]
    tx = here.rpc("eth_sendTransaction", {"from": stranger, "data": data, **({"to": to} if to else {})})
    receipt = waited(lambda: here.rpc("eth_getTransactionReceipt", tx))
    assert receipt["status"] == "0x1", receipt
    return dict(receipt)


def upgraded(here: Town, faulty: Abis, module: str) -> Callable[..., dict[str, Any]]:
    """Installs `Faulty<module>` as an upgrade is: two roles and the delay. Returns how to call it."""
    artifact, session, records = faulty[f"Faulty{module}"], here.ledger.session, here.ledger.records
    needs = [records[name].address for name in ("Powers", f"{module}-implementation", *NEEDS[module])]
    code = sent(here, None, artifact.encode_creation(needs))["contractAddress"]
    proxy = session.deployment[module].address
    upgrade = bytes.fromhex(faulty[module].encode_call("upgradeToAndCall", (code, b""))[2:])
    session.act("operator", "Powers", "propose", proxy, upgrade)
    change = int(session.read("Powers", "count"))
    session.act("guardian", "Powers", "approve", change)
    here.rpc("evm_increaseTime", DELAY + 1)
    here.rpc("evm_mine")
    session.act("guardian", "Powers", "execute", change)
    return lambda name, *args: sent(here, proxy, artifact.encode_call(name, args))


@pytest.mark.spec("BOND-2")
def test_a_payment_without_a_review(here: Town, faulty: Abis) -> None:
    """The faulty module keeps all its other books, so nothing else is red."""
    with undone(here):
        call = upgraded(here, faulty, "Proceeds")
        assert checked(here).status == 0
        here.ledger.issuer.amend_framework(
            "Issuer", here.given.framework, b"edited", catalogue="GBEPC-2021", categories=[CATEGORY]
        )
        assert checked(here).status == 0
        tx = call("payUnasked", here.given.line, bytes.fromhex(here.direct[2:]), 100)["transactionHash"]
        assert_noticed(checked(here), {"BOND-2"}, tx, "no review of version 2")


@pytest.mark.spec("BOND-2")
def test_money_that_leaves_a_line_without_the_gate(here: Town, faulty: Abis) -> None:
    """The contract counts it as spent and no payment does, so the bond's states are red too."""
    with undone(here):
        call = upgraded(here, faulty, "Proceeds")
        tx = call("leak", here.given.line, here.ledger.session.address("Factor"), 100)["transactionHash"]
        assert_noticed(checked(here), {"BOND-2", "BOND-1"}, tx, f"100 left budget line {here.given.line}")


@pytest.mark.spec("BOND-11")
def test_money_that_a_milestone_holds_is_spent(here: Town, faulty: Abis) -> None:
    """The gate was not asked; all else about the payment is right."""
    with undone(here):
        ledger, given = here.ledger, here.given
        ledger.issuer.deallocate("Issuer", given.line, yuan(1))
        line = ledger.issuer.open_line("Issuer", given.bond, given.project, budget=yuan(100)).id
        held = [MilestonePlan("FOUNDATION", yuan(100), DUE + DAY)]
        ledger.works.set("Issuer", line, certifier="Verifier", milestones=held)
        ledger.issuer.allocate("Issuer", line, yuan(1))
        call = upgraded(here, faulty, "Proceeds")
        assert checked(here).status == 0
        tx = call("payUnasked", line, bytes.fromhex(here.direct[2:]), 100)["transactionHash"]
        assert_noticed(checked(here), {"BOND-11"}, tx, f"budget line {line}: 100 gone of 0 released")


@pytest.mark.spec("FIN-1")
@pytest.mark.parametrize("act", ["fundUnpaid", "fundShort"])
def test_a_piece_without_its_money(here: Town, faulty: Abis, act: str) -> None:
    """The terms are those that were signed and accepted, the papers are on file; the money is not right."""
    with undone(here):
        papers = registered(here)
        call = upgraded(here, faulty, "Financing")
        assert checked(here).status == 0
        quote = here.quote.quote
        tx = call(act, quote.message(), *papers)["transactionHash"]
        assert_noticed(checked(here), {"FIN-1"}, tx, "moves of money")


@pytest.mark.spec("FIN-3")
def test_a_registration_without_a_number_and_a_search_after_it(here: Town, faulty: Abis) -> None:
    with undone(here):
        certificate, search = (
            filed(here, kind) for kind in (DocumentKind.REGISTRATION, DocumentKind.REGISTRY_SEARCH)
        )
        call = upgraded(here, faulty, "Financing")
        quote = here.quote.quote.message()
        tx = call("fundUnpaid", quote, bytes(32), certificate, search)["transactionHash"]
        noticed = ("was searched after the registration", "registration number is missing")
        assert_noticed(checked(here), {"FIN-1"}, tx, *noticed)


@pytest.mark.spec("FIN-1")
def test_terms_that_nobody_signed(here: Town, faulty: Abis) -> None:
    """Another net, one fen less, than the quote that the holder accepted."""
    with undone(here):
        papers = registered(here)
        call = upgraded(here, faulty, "Financing")
        terms = here.quote.quote.message()
        call("fundShort", terms | {"net": terms["net"] - 1}, *papers)
        assert_noticed(checked(here), {"FIN-1"}, "accepted no such quote", "face less discount and fee")


@pytest.mark.spec("FIN-1")
def test_a_piece_that_moves_for_nothing(here: Town, faulty: Abis) -> None:
    with undone(here):
        call = upgraded(here, faulty, "Financing")
        tx = call("grab", here.opened, 25_000, here.ledger.session.address("Factor"))["transactionHash"]
        assert_noticed(checked(here), {"FIN-1"}, tx, f"receivable {here.opened} at 25000")


def registered(here: Town) -> list[bytes]:
    """A registration's number and certificate, and the search before it, as `fund` takes them."""
    search, certificate = (
        filed(here, kind) for kind in (DocumentKind.REGISTRY_SEARCH, DocumentKind.REGISTRATION)
    )
    return [b"2".ljust(32, b"\0"), certificate, search]


def filed(here: Town, kind: DocumentKind) -> bytes:
    """A paper of the financier's, on file."""
    paper = bytes([kind]) * 32
    here.ledger.session.act("Factor", "Documents", "register", paper, int(kind), bytes(32))
    return paper


@pytest.mark.spec("BOND-2")
def test_days_are_those_of_the_blocks_where_none_are_posted(faulty: Abis, tmp_path: Path) -> None:
    """Off a replay deployment the same story holds, and a review that lapsed by the clock does not."""
    with town(tmp_path, replay=False) as real:
        assert checked(real).red == set()
        call = upgraded(real, faulty, "Proceeds")
        call("payUnasked", real.given.line, bytes.fromhex(real.direct[2:]), 100)
        assert checked(real).red == set(), "a payment that the gate would have let pass too"
        real.pass_days(366)
        tx = call("payUnasked", real.given.line, bytes.fromhex(real.direct[2:]), 100)["transactionHash"]
        assert_noticed(checked(real), {"BOND-2"}, tx, "does not hold")


def test_after_all_that_everything_holds_again(here: Town) -> None:
    answer = checked(here)
    assert (answer.status, answer.red) == (0, set()), answer.said["checks"]
