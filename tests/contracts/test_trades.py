"""Trades: units against money, agreed by both sides, in one transaction."""

import pytest
from brownie import chain

from tests.contracts import given
from tests.contracts.refusals import emitted, refused
from tests.contracts.world import INVESTOR, ZERO, digest

BOND = 1
UNITS = 100
PRICE = 990_000
NONCE = 7


@pytest.fixture(scope="module")
def green(world):
    """600 units the investor's, 400 the fund's, and everybody allows everything to Trades."""
    bond = given.closed_bond(world)
    green = world.at("GreenBond", world.bond_office.bond(bond)["token"])
    for who in (world.investor, world.fund):
        given.moneyed(world, who, 5 * PRICE, world.trades)
        green.approve(world.trades, 1_000, who.by)
    return green


@pytest.fixture
def trade(world, green):
    """The investor sells 100 units to the fund."""
    return {
        "bond": BOND,
        "seller": world.investor.address,
        "buyer": world.fund.address,
        "units": UNITS,
        "price": PRICE,
        "nonce": NONCE,
        "deadline": world.now + 3_600,
        "document": digest("contract note"),
    }


def executes(world, trade, who=None, signer=None, contract=None, chain_id=None):
    """By the buyer with the seller's signature, unless said otherwise."""
    signature = (signer or world.investor).signs("Trade", trade, contract or world.trades, chain_id)
    return world.trades.execute(tuple(trade.values()), signature, (who or world.fund).by)


def refuses(world, trade, *refusal):
    """The question and the act."""
    with refused(*refusal):
        world.trades.checkTrade(tuple(trade.values()))
    with refused(*refusal):
        executes(world, trade)


def state(world, green):
    people = (world.investor, world.fund)
    return [green.balanceOf(who) for who in people], [who.balance() for who in people]


# --- both or neither ---


@pytest.mark.spec("TRD-1", "HOLD-1")
@pytest.mark.parametrize("signer", ["investor", "fund"])
def test_either_side_signs_and_the_other_executes(world, green, trade, signer):
    world.trades.checkTrade(tuple(trade.values()))
    signing = getattr(world, signer)
    other = world.fund if signing is world.investor else world.investor
    (units, money) = state(world, green)
    tx = executes(world, trade, other, signing)
    digest_ = world.trades.tradeDigest(tuple(trade.values()))
    emitted(tx, "TradeExecuted", trade=digest_, bond=BOND, seller=world.investor, terms=tuple(trade.values()))
    emitted(tx, "Moved", fromAxis=world.fund, toAxis=world.investor, amount=PRICE, document=digest_)
    assert state(world, green) == (
        [units[0] - UNITS, units[1] + UNITS],
        [money[0] + PRICE, money[1] - PRICE],
    )
    assert world.trades.nonceUsed(signing, NONCE) and not world.trades.nonceUsed(other, NONCE)
    assert world.trades.office() == world.bond_office


@pytest.mark.spec("TRD-1")
def test_units_do_not_move_when_the_money_cannot(world, green, trade):
    before = state(world, green)
    dear = trade | {"price": 5 * PRICE + 1}
    world.fund.approves(world.trades, 10 * PRICE)
    refuses(world, dear, "InsufficientBalance", world.fund, 5 * PRICE, 5 * PRICE + 1)
    world.fund.approves(world.trades, PRICE - 1)
    refuses(world, trade, "InsufficientAllowance", world.fund, world.trades, PRICE - 1, PRICE)
    assert state(world, green) == before
    assert not world.trades.nonceUsed(world.investor, NONCE)


@pytest.mark.spec("TRD-1")
def test_money_does_not_move_when_the_units_cannot(world, green, trade):
    before = state(world, green)
    refuses(world, trade | {"units": 601}, "ERC20InsufficientBalance", world.investor, 600, 601)
    green.approve(world.trades, UNITS - 1, world.investor.by)
    refuses(world, trade, "ERC20InsufficientAllowance", world.trades, UNITS - 1, UNITS)
    green.approve(world.trades, UNITS, world.investor.by)
    world.regulator.files("order")
    green.freezeUnits(world.investor, 550, 1, digest("order"), world.regulator.by)
    refuses(world, trade, "UnitsNotFree", world.investor, 50, UNITS)
    assert state(world, green) == before


def test_a_trade_keeps_every_rule_of_a_move(world, green, trade):
    stranger = trade | {"buyer": world.supplier.address}
    with refused("MissingRole", world.supplier, ..., INVESTOR):
        world.trades.checkTrade(tuple(stranger.values()))
    with refused("MissingRole", world.supplier, ..., INVESTOR):
        executes(world, stranger, world.supplier)
    world.operator.suspends(world.investor)
    refuses(world, trade, "Suspended", world.investor)


# --- once, and only what was signed ---


@pytest.mark.spec("TRD-1")
def test_a_trade_that_both_signed_is_executed_once(world, green, trade):
    executes(world, trade)
    refuses(world, trade, "AlreadyUsed", "NONCE", f"0x{NONCE:064x}")
    with refused("AlreadyUsed", "NONCE", f"0x{NONCE:064x}"):
        executes(world, trade, world.investor, world.fund)
    assert green.balanceOf(world.fund) == 500


def test_a_signature_counts_for_its_words_chain_and_contract_only(world, green, trade):
    for changed in ({"price": PRICE - 1}, {"units": UNITS + 1}, {"document": digest("another")}):
        signature = world.investor.signs("Trade", trade, world.trades)
        other = tuple((trade | changed).values())
        with refused("BadSignature", world.investor, ...):
            world.trades.execute(other, signature, world.fund.by)
    for wrong in ({"chain_id": chain.id + 1}, {"contract": world.bond_office}, {"signer": world.stranger}):
        with refused("BadSignature", world.investor, ...):
            executes(world, trade, **wrong)
    with refused("BadSignature", world.investor, ...):
        world.trades.execute(
            tuple(trade.values()), world.fund.signs("Trade", trade, world.trades), world.fund.by
        )


def test_nobody_else_executes(world, green, trade):
    for who in (world.operator, world.issuer, world.regulator, world.stranger):
        with refused("NotParty", who, world.fund):
            executes(world, trade, who)


def test_what_is_no_trade(world, green, trade):
    with refused("SameParty", world.investor, world.investor):
        world.trades.checkTrade(tuple((trade | {"buyer": world.investor.address}).values()))
    for nothing in ({"units": 0}, {"price": 0}):
        refuses(world, trade | nothing, "ZeroAmount")
    refuses(world, trade | {"document": ZERO}, "ZeroHash", "DOCUMENT")
    refuses(world, trade | {"bond": 9}, "Unknown", "BOND", 9)


# --- not wanted ---


def test_a_trade_ends_at_its_deadline(world, green, trade):
    chain.sleep(3_700)
    chain.mine()
    refuses(world, trade, "DeadlinePassed", trade["deadline"], ...)


@pytest.mark.parametrize("who", ["investor", "fund"])
def test_either_side_takes_it_back(world, green, trade, who):
    party = getattr(world, who)
    emitted(world.trades.revoke(NONCE, party.by), "TradeRevoked", party=party, nonce=NONCE)
    refuses(world, trade, "AlreadyUsed", "NONCE", f"0x{NONCE:064x}")
    with refused("AlreadyUsed", "NONCE", f"0x{NONCE:064x}"):
        world.trades.revoke(NONCE, party.by)


def test_two_trades_under_one_nonce_are_an_offer_of_either(world, green, trade):
    executes(world, trade)
    refuses(world, trade | {"units": UNITS - 1}, "AlreadyUsed", "NONCE", f"0x{NONCE:064x}")
    executes(world, trade | {"nonce": NONCE + 1})
    assert green.balanceOf(world.fund) == 600


# --- accounts that are contracts ---


@pytest.mark.spec("TRD-1")
def test_a_contract_account_sells_and_buys(world, green, trade):
    account = world.new("ContractAccount", world.fund)
    world.operator.admits(account, INVESTOR)
    world.bank.mints(account, PRICE)
    for target, call in (
        (world.cash, world.cash.approve.encode_input(world.trades, PRICE)),
        (green, green.approve.encode_input(world.trades, UNITS)),
    ):
        account.act(target, call, world.fund.by)
    bought = trade | {"buyer": account.address}
    executes(world, bought, world.investor, world.fund)  # it signed, by its key
    assert green.balanceOf(account) == UNITS
    sold = bought | {"buyer": world.investor.address, "seller": account.address, "nonce": 8}
    signature = world.investor.signs("Trade", sold, world.trades)
    account.act(
        world.trades, world.trades.execute.encode_input(tuple(sold.values()), signature), world.fund.by
    )
    assert green.balanceOf(account) == 0 and world.cash.balanceOf(account) == PRICE
