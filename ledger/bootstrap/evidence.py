"""`ledger.evidence`: any answer as a pack that proves it offline, and the checkpoints that readers go by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.chain.client import ChainClient
from ledger.errors import BadInput
from ledger.ports import KeptCheckpoint, Signer
from ledger.services.account_contract import KeyRole
from ledger.services.auditor import Auditor
from ledger.services.books import Books
from ledger.services.session import Session

if TYPE_CHECKING:
    from ledger.reports.sources import Books as Places

Progress = Callable[[int, int], None]


def _silent(done: int, of: int) -> None:
    """Nobody watches."""


class Evidence:
    """Packs go to a new folder, or to a new file whose name ends in `.zip`. Each is checked before it is
    handed out: EvidenceFails when the chain does not bear the answer out.

    `signers` sign the pack's block on the spot; checkpoints that were signed before, of this block or of a
    later one, are in the pack as well. Without any, a pack is complete only if its block's hash is true.
    """

    def __init__(self, session: Session, client: ChainClient, books: Books, auditor: Auditor) -> None:
        self._session = session
        self._client = client
        self._books = books
        self._auditor = auditor

    def bond(
        self,
        bond: int | str,
        out: str | Path,
        *,
        as_of_block: int | None = None,
        signers: Sequence[str] = (),
        progress: Progress = _silent,
    ) -> Path:
        """A pack that proves the trace of a bond (number or label), now or as of a block."""
        from ledger.reports.evidence import bond_pack

        answer = self._auditor.trace_bond(bond, as_of_block=as_of_block)
        places = self._places(self._books.bond(int(answer["bond"])).cash)
        points = self._points(int(answer["block"]), str(answer["block_hash"]), signers)
        return bond_pack(self._client, answer, places, Path(out), points, progress)

    def payment(
        self,
        tx: str,
        log: int | None,
        out: str | Path,
        *,
        signers: Sequence[str] = (),
        progress: Progress = _silent,
    ) -> Path:
        """A pack that proves what funded a payment, back to the mint, by first in, first out."""
        from ledger.reports.evidence import payment_pack

        answer = self._auditor.trace_payment(tx, log)
        points = self._points(int(answer["as_of_block"]), str(answer["as_of_block_hash"]), signers)
        return payment_pack(
            self._client, answer, self._places(self._cash_of(answer)), Path(out), points, progress
        )

    def receivable(
        self,
        receivable: int,
        out: str | Path,
        *,
        as_of_block: int | None = None,
        signers: Sequence[str] = (),
        progress: Progress = _silent,
    ) -> Path:
        """A pack that proves the history of every piece of a receivable without a hole."""
        from ledger.reports.evidence import receivable_pack

        answer = self._auditor.piece_show(receivable, as_of_block=as_of_block)
        points = self._points(int(answer["block"]), str(answer["block_hash"]), signers)
        deployment = self._session.deployment
        return receivable_pack(
            self._client,
            answer,
            deployment["PieceBook"].address,
            Path(out),
            points,
            progress,
            first_block=deployment.start_block,
        )

    def account(
        self,
        who: str,
        out: str | Path,
        *,
        cash: str = "CNY",
        signers: Sequence[str] = (),
        progress: Progress = _silent,
    ) -> Path:
        """A pack that proves a participant's whole statement in one ledger cash: every move in and out."""
        from ledger.reports.evidence import account_pack

        answer = self.statement(who, cash)
        points = self._points(int(answer["block"]), str(answer["block_hash"]), signers)
        first = self._session.deployment.start_block
        return account_pack(self._client, answer, Path(out), points, progress, first_block=first)

    def statement(self, who: str, cash: str = "CNY") -> dict[str, Any]:
        """What the pack of an account proves: `ledger.reports.sources.account_answer`, with currency and
        unit."""
        from ledger.reports.sources import account_answer

        found, account = self._session.cash(cash), self._session.address(who)
        first, last = self._session.deployment.start_block, self._client.block_number()
        unit = {"currency": found.currency.code, "minor_unit": found.currency.digits}
        return {**account_answer(self._client, found.contract.address, account, first, last), **unit}

    # --- checkpoints ---

    def sign(self, who: str, block: int | None = None) -> KeptCheckpoint:
        """Signs in the name of `who` that a block (by default the present one) has its hash, and keeps it.

        For an account contract its approver's key signs: that the key is the participant's is for the
        reader to know.
        """
        header = self._client.header(self._client.block_number() if block is None else block)
        point = self._sign(who, header.number, header.hash)
        self._session.checkpoints().keep(point)
        return point

    def checkpoints(self) -> list[dict[str, Any]]:
        """All that were signed here, the latest block first; `stands`: the chain still has that block."""
        points = self._session.checkpoints().points()
        hashes = self._hashes(points)
        return [{**asdict(p), "stands": hashes.get(p.block) == p.block_hash} for p in points]

    def _hashes(self, points: Sequence[KeptCheckpoint]) -> dict[int, str]:
        head = self._client.block_number()
        blocks = sorted({point.block for point in points if point.block <= head})
        if not blocks:
            return {}
        return {n: str(h.fields["hash"]) for n, h in zip(blocks, self._client.headers(blocks), strict=True)}

    def _points(self, block: int, block_hash: str, signers: Sequence[str]) -> list[dict[str, Any]]:
        """What goes into a pack: what `signers` sign now, and of what each key signed before the nearest
        block from the pack's on."""
        nearest: dict[str, KeptCheckpoint] = {}
        kept = self._session.checkpoints().points()
        hashes = self._hashes(kept)
        for point in kept:
            if point.block >= block and hashes.get(point.block) == point.block_hash:
                nearest[point.signer] = point
        for who in signers:
            signed = self._sign(who, block, block_hash)
            nearest[signed.signer] = signed
        return [asdict(point) for point in nearest.values()]

    def _sign(self, who: str, block: int, block_hash: str) -> KeptCheckpoint:
        from ledger.reports.evidence import sign_checkpoint

        signed = sign_checkpoint(self._person(who), self._client.chain_id, block, block_hash)
        return KeptCheckpoint(**signed, account=self._session.address(who))

    def _person(self, who: str) -> Signer:
        """Whose signature a reader without a chain can check: for an account contract, its approver's."""
        account = self._session.account_contract(who)
        return self._session.signer(who) if account is None else account.needed(KeyRole.APPROVER)

    # --- where the books are ---

    def _places(self, cash: str) -> Places:
        from ledger.reports.sources import Books as Places

        return Places.of(self._session.deployment, self._session.cash(cash).contract.address)

    def _cash_of(self, payment: Mapping[str, Any]) -> str:
        """The ledger cash of a payment: the contract that told of it."""
        receipt = self._client.receipt(str(payment["tx"]))
        for log in receipt["logs"]:
            if int(log["logIndex"], 16) == payment["log"]:
                return str(log["address"])
        raise BadInput("the payment is not in its transaction", who=payment["tx"], had=payment["log"])
