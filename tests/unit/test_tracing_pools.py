"""Looking through an asset pool (POOL-3): every fen of every piece, and what is missing shows."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from ledger.domain.history import EventRow, Header
from ledger.errors import BadInput, NotFound
from ledger.tracing.assetpools import lookthrough, pool_show
from ledger.tracing.books import Books
from ledger.tracing.columns import IncompleteHistory
from ledger.tracing.comparisons import compare_pool
from ledger.tracing.world import World

ORIGINATOR, TRUSTEE, OBLIGOR, OTHER, SMALL, SMALLER, INVESTOR = (
    "0x" + f"{n:040x}" for n in (0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7)
)
BOOK, POOLS, CASH = ("0x" + f"{n:040x}" for n in (0xB1, 0xB2, 0xB3))
TERMS, TRADE = "0x" + "11" * 32, "0x" + "22" * 32
TODAY, DUE = 20_100, 20_150


class Told:
    """Events in the order in which they are said; each is a row of the index."""

    def __init__(self) -> None:
        self.rows: list[EventRow] = []

    def say(self, contract: str, event: str, /, **args: Any) -> None:
        at = {"PieceBook": BOOK, "AssetPools": POOLS}.get(contract, CASH)
        self.rows.append(
            EventRow(len(self.rows) + 1, f"0x{len(self.rows):064x}", 0, at, contract, event, args)
        )

    def confirm(self, receivable: int, obligor: str, face: int) -> None:
        terms = {"supplier": SMALL, "cash": CASH, "face": face, "due": DUE, "budgetLine": 0}
        papers = {"contractDocument": "0x01", "deliveryDocument": "0x02", "fingerprint": "0x03"}
        about = {"programme": 1, "order": False, "green": 0, "reasons": "0x00", "creditLine": 1}
        said = {"receivable": receivable, "obligor": obligor, "supplier": SMALL}
        self.say("Receivables", "Confirmed", **said, confirmation={**terms, **papers, **about})
        self.say("Receivables", "Accepted", receivable=receivable, consent="0x00")
        self.say("PieceBook", "Opened", receivable=receivable, holder=SMALL, face=face, limits={})

    def pool(self, pool: int) -> None:
        terms = {
            "trustee": TRUSTEE, "closesOn": TODAY, "dueBy": DUE, "advancePpm": 960_000, "cash": CASH,
            "minPiece": 1, "openToHolders": True, "minFace": 1, "document": TERMS,
        }  # fmt: skip
        parts = [{"nominal": 600, "ratePpm": 30_000}, {"nominal": 360, "ratePpm": 90_000}]
        said = {"pool": pool, "originator": ORIGINATOR, "trustee": TRUSTEE, "name": "a pool"}
        self.say("AssetPools", "PoolRegistered", **said, terms=terms, tranches=parts)
        self.say("AssetPools", "PoolTakenOn", pool=pool)

    def put_in(self, pool: int, number: int, receivable: int, holder: str, start: int, end: int) -> None:
        where = {"receivable": receivable, "start": start, "end": end}
        sequence = self.sequence(receivable, start) + 1
        self.say("PieceBook", "Locked", **where, module=5, sequence=sequence)
        said = {"pool": pool, "holder": holder, "piece": number, "price": end - start}
        self.say("AssetPools", "PiecePutIn", **where, **said)

    def buy(self, pool: int, number: int, receivable: int, holder: str, start: int, end: int) -> None:
        where = {"receivable": receivable, "start": start, "end": end}
        sequence = self.sequence(receivable, start)
        self.say("PieceBook", "Unlocked", **where, module=5, sequence=sequence + 1)
        moved = {"from": holder, "to": TRUSTEE, "document": TERMS}
        layers = 1 + sum(self.about(row, receivable, start) for row in self.rows if row.name == "PieceMoved")
        self.say("PieceBook", "PieceMoved", **where, layers=layers, sequence=sequence + 2, **moved)
        self.say("PieceBook", "Locked", **where, module=5, sequence=sequence + 3)
        said = {"pool": pool, "piece": number, "holder": holder, "price": end - start}
        self.say("AssetPools", "PieceBought", **where, **said)

    def about(self, row: EventRow, receivable: int, start: int) -> bool:
        return (row.args.get("receivable"), row.args.get("start")) == (receivable, start)

    def sequence(self, receivable: int, start: int) -> int:
        """The last number that the book gave a piece with this start, or handed down in a cut."""
        numbers = [
            row.args["sequence"]
            for row in self.rows
            if row.contract == "PieceBook" and "sequence" in row.args
            if self.about(row, receivable, start) or (row.args.get("middle") == start)
        ]
        return numbers[-1] if numbers else 0


def told() -> Told:
    """Two receivables: [400, 1000) of the first went on to a smaller supplier; three pieces are bought."""
    story = Told()
    for account in (ORIGINATOR, TRUSTEE, OBLIGOR, OTHER, SMALL, SMALLER, INVESTOR):
        admission = {"roles": 0, "suspended": False, "lapseDay": 99_999, "group": 0}
        said = {"account": account, "identifier": "0x" + "00" * 32, "name": account[-2:], "kycDocument": "0x"}
        story.say("Participants", "Admitted", **said, admission=admission)
    story.say("CashRegistry", "CashListed", cash=CASH, currency="0x434e59", bank=OTHER)
    story.say("PieceBook", "ModuleSet", module=POOLS, index=5, permissions=6)
    story.pool(1)
    story.confirm(1, OBLIGOR, 1_000)
    story.confirm(2, OTHER, 250)
    story.say("PieceBook", "Cut", receivable=1, start=0, middle=400, end=1_000, sequence=1)
    passed = {"from": SMALL, "to": SMALLER, "document": TRADE}
    where = {"receivable": 1, "start": 400, "end": 1_000}
    story.say("PieceBook", "PieceMoved", **where, layers=1, sequence=2, **passed)
    pieces = ((1, 1, SMALL, 0, 400), (2, 1, SMALLER, 400, 1_000), (3, 2, SMALL, 0, 250))
    for number, *piece in pieces:
        story.put_in(1, number, *piece)  # type: ignore[arg-type]
    story.say("Tranches", "TrancheSubscribed", pool=1, investor=INVESTOR, lot=1, tranche=0, start=0, end=600)
    story.say("AssetPools", "PoolClosed", pool=1, face=1_250, price=1_250)
    for number, *piece in pieces:
        story.buy(1, number, *piece)  # type: ignore[arg-type]
    story.say("AssetPools", "PoolRunning", pool=1)
    return story


def world(rows: list[EventRow]) -> Any:
    """As much of a `tracing.World` as these answers ask for."""
    books = Books()
    books.apply(rows)
    header = Header(rows[-1].block, "0x" + "ab" * 32, "0x" + "cd" * 32, 0)
    made = SimpleNamespace(
        books=books,
        header=header,
        history=SimpleNamespace(chain_id=1),
        currency=lambda cash: (books.currencies[cash], 2),
        today=lambda: TODAY,
    )
    made.head = lambda: World.head(made)
    return made


@pytest.mark.spec("POOL-3")
def test_every_fen_of_every_piece_is_seen() -> None:
    """POOL-3: obligor, supplier, path and documents of each, and their sums."""
    seen = lookthrough(world(told().rows), 1)
    assert (seen["face"], seen["complete"], seen["state"]) == ("1250", True, "running")
    assert sum(int(piece["amount"]) for piece in seen["pieces"]) == 1_250
    paths = [[party["account"] for party in piece["path"]] for piece in seen["pieces"]]
    assert paths == [[SMALL, TRUSTEE], [SMALL, SMALLER, TRUSTEE], [SMALL, TRUSTEE]]
    assert seen["pieces"][1]["trade_documents"] == [TRADE, TERMS]
    assert [(one["account"], one["share_ppm"]) for one in seen["by_obligor"]] == [
        (OBLIGOR, 800_000),
        (OTHER, 200_000),
    ]
    assert seen["by_due"]["31-90"] == "1250" and sum(map(int, seen["by_due"].values())) == 1_250


@pytest.mark.spec("POOL-3")
@pytest.mark.parametrize("missing", ["lock", "piece", "twice", "edge"])
def test_what_does_not_tile_shows(missing: str) -> None:
    """POOL-3: a piece without its lock, without its place in the book, or counted twice is no whole pool."""
    rows = told().rows
    last = [at for at, row in enumerate(rows) if row.name == "Locked"][-1]
    put_in = next(at for at, row in enumerate(rows) if row.name == "PiecePutIn")
    if missing == "lock":
        del rows[last]
    elif missing == "piece":
        rows[put_in] = replace(rows[put_in], args={**rows[put_in].args, "receivable": 2, "start": 9})
    elif missing == "edge":
        rows[put_in] = replace(rows[put_in], args={**rows[put_in].args, "end": 401})
    else:
        rows.insert(put_in + 1, replace(rows[put_in], args={**rows[put_in].args, "piece": 9}))
    assert lookthrough(world(rows), 1)["complete"] is False


def test_what_was_taken_out_and_bought_back_is_in_the_pool_no_more() -> None:
    story = told()
    gone = {"pool": 1, "receivable": 2, "piece": 3, "start": 0}
    story.say("AssetPools", "PieceBreached", **gone, document="0xbad")
    assert lookthrough(world(story.rows), 1)["pieces"][2]["breaches"] == ["0xbad"]
    story.say("AssetPools", "PieceRepurchased", **gone, amount=250)
    seen = lookthrough(world(story.rows), 1)
    assert (seen["face"], len(seen["pieces"]), seen["collected"]) == ("1000", 2, "250")


@pytest.mark.spec("POOL-2")
def test_tranches_and_lots_add_up() -> None:
    """POOL-2: as the events say."""
    story = told()
    story.say("Tranches", "TrancheDistributed", pool=1, tranche=0, interest=7, principal=500, rest=0)
    story.say("Tranches", "LotPaid", pool=1, investor=INVESTOR, lot=1, amount=507, kept=False)
    shown = pool_show(world(story.rows), 1)
    assert shown["tranches"][0] == {
        "tranche": 0, "nominal": "600", "rate_ppm": 30_000, "subscribed": "600", "interest": "7",
        "principal": "500", "rest": "0", "outstanding": "100",
    }  # fmt: skip
    assert shown["lots"][0]["paid"] == "507"


@pytest.mark.spec("TRACE-8")
def test_a_pool_is_compared_piece_by_piece_and_figure_by_figure() -> None:
    story = told()
    running = world(list(story.rows))
    gone = {"pool": 1, "receivable": 2, "piece": 3, "start": 0}
    story.say("AssetPools", "PieceBreached", **gone, document="0xbad")
    story.say("AssetPools", "PieceRepurchased", **gone, amount=250)
    story.say("Tranches", "TrancheDistributed", pool=1, tranche=0, interest=7, principal=500, rest=0)
    answer = compare_pool(running, world(story.rows), 1)
    assert (answer["before"]["amount"], answer["after"]["amount"]) == ("1250", "1000")
    assert answer["pieces"] == [
        {"piece": 3, "receivable": "2", "start": "0", "end": "250", "amount": "250"}
        | {"before": "bought", "after": "repurchased"}
    ]
    changed = {
        (one["tranche"], one["figure"]): one["change"] for one in answer["sums"] if one["change"] != "0"
    }
    assert changed[None, "face"] == "-250" and changed[None, "collected"] == "250"
    assert (changed[0, "interest"], changed[0, "principal"]) == ("7", "500")
    unknown = world(story.rows[:9])
    fresh = compare_pool(unknown, running, 1)
    assert (fresh["before"]["amount"], len(fresh["pieces"])) == ("0", 3)
    with pytest.raises(BadInput, match="the earlier block comes first"):
        compare_pool(world(story.rows), running, 1)
    with pytest.raises(NotFound):
        compare_pool(unknown, unknown, 1)


def test_unknown_pools() -> None:
    rows = told().rows
    with pytest.raises(NotFound, match="there is no asset pool 2"):
        pool_show(world(rows), 2)
    story = told()
    story.say("AssetPools", "PoolClosed", pool=7, face=1, price=1)
    with pytest.raises(IncompleteHistory):
        world(story.rows)
