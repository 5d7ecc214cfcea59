"""What an account contract adds to the gas of an act: by a clerk alone, or by two persons in two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ledger import Ledger
from ledger.ports import Contract
from ledger.services.accounts import ClerkLimit
from scripts.bench.ours import Row, Scene, yuan

HOUSED = ("issuer", "investor one", "supplier")
MEASURED = ("cash move", "earmarked payment with gate", "split to another holder")
MOST = yuan(1_000_000_000).minor
LIMITS = (
    ClerkLimit("Cash-CNY", "transferWithDocument", each=MOST, daily=MOST, amount="amount"),
    ClerkLimit("Proceeds", "pay", each=MOST, daily=MOST, amount="amount"),
    ClerkLimit("Transfers", "transfer", each=1, daily=1_000),
)


def measure_accounts(ledger: Ledger, *, alone: bool) -> Iterator[Row]:
    """The acts of `MEASURED` from account contracts: with limits by a clerk alone, without by two persons."""
    for name in HOUSED:
        clerks, approvers = [f"{name}, clerk"], [f"{name}, approver"]
        ledger.accounts.make(name, clerks=clerks, approvers=approvers, limits=LIMITS if alone else ())
    scene = HousedScene(ledger)
    who = "a clerk alone, daily limit" if alone else "two persons, both transactions"
    for rows in (scene.cash, scene.bond, scene.payment, scene.receivable):
        for row in rows():
            if row.act in MEASURED:
                yield replace(row, act=f"{row.act} from an account contract", case=f"{who}, {row.case}")


class HousedScene(Scene):
    """The same scene, in which an act may take two transactions."""

    def gas(self, act: Any) -> int:
        """Of the act, and of its proposal where there was one."""
        client = self.ledger.client
        done = [event for event in client.mined(act.tx).events if event.name == "ActDone"]
        proposed = [event for event in done if event.args["proposal"]]
        return super().gas(act) + sum(
            self._proposing(Contract("Account", event.address), int(event.args["proposal"]))
            for event in proposed
        )

    def _proposing(self, account: Contract, proposal: int) -> int:
        """The embedded chain makes a block for each transaction."""
        client = self.ledger.client
        made = client.call(account, "proposal", (proposal,))["made"]
        return sum(int(receipt["gasUsed"], 16) for receipt in client.receipts(made))
