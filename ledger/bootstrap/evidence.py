"""`ledger.evidence`: any answer as a pack that proves it offline, and the checkpoints that readers go by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ledger.chain.client import ChainClient
from ledger.domain.limits import UNLIMITED, Limits
from ledger.domain.questions import MOST_MOVES, IntervalQuestion
from ledger.errors import BadInput
from ledger.ports import KeptCheckpoint, Signer
from ledger.services.account_contract import KeyRole
from ledger.services.auditor import FIFO, Auditor
from ledger.services.books import Books
from ledger.services.session import Session

if TYPE_CHECKING:
    from ledger.reports.evidence import Subject

Progress = Callable[[int, int], None]
Json = Mapping[str, Any]


_FOLLOWED: Final = frozenset(
    {"bond", "compare", "compare-project", "idle", "interval", "payment", "piece", "project"}
)
"""Kinds that follow money, and so name budget lines and know placements."""


def _silent(done: int, of: int) -> None:
    """Nobody watches."""


class Evidence:
    """Packs go to a new folder, or to a new file whose name ends in `.zip`. Each is checked before it is
    handed out: EvidenceFails when the chain does not bear the answer out.

    `signers` sign the pack's block on the spot; checkpoints that were signed before, of this block or of a
    later one, are in the pack as well. Without any, a pack is complete only if its block's hash is true.
    A rule that numbers no fen is proved without a horizon; of a horizon in time, a block's.
    """

    def __init__(self, session: Session, client: ChainClient, books: Books, auditor: Auditor) -> None:
        self._session = session
        self._client = client
        self._books = books
        self._auditor = auditor

    # --- a bond's ---

    def bond(
        self,
        bond: int | str,
        out: str | Path,
        *,
        view: str = "cash",
        rule: str = FIFO,
        limits: Limits = UNLIMITED,
        as_of_block: int | None = None,
        signers: Sequence[str] = (),
        progress: Progress = _silent,
    ) -> Path:
        """A pack that proves the trace of a bond (number or label), now or as of a block."""
        answer = self._auditor.trace_bond(bond, view, rule, as_of_block=as_of_block, limits=limits)
        facts = {"bond": int(answer["bond"]), "cash": self._cash_of(answer), "legs": self._address("Legs")}
        return self._pack("bond", answer, facts, out, signers, progress, legs=answer.get("attested"))

    def project(
        self,
        project: int | str,
        out: str | Path,
        *,
        view: str = "cash",
        rule: str = FIFO,
        limits: Limits = UNLIMITED,
        as_of_block: int | None = None,
        signers: Sequence[str] = (),
        progress: Progress = _silent,
    ) -> Path:
        """A pack that proves where the money of a project is, over all bonds that pay into it."""
        answer = self._auditor.trace_project(project, view, rule, as_of_block=as_of_block, limits=limits)
        return self._lines(answer, out, signers, progress)

    def line(
        self,
        line: int,
        out: str | Path,
        *,
        view: str = "cash",
        rule: str = FIFO,
        limits: Limits = UNLIMITED,
        as_of_block: int | None = None,
        signers: Sequence[str] = (),
        progress: Progress = _silent,
    ) -> Path:
        """The same of one budget line."""
        answer = self._auditor.trace_line(line, view, rule, as_of_block=as_of_block, limits=limits)
        return self._lines(answer, out, signers, progress)

    def _lines(self, answer: Json, out: str | Path, signers: Sequence[str], progress: Progress) -> Path:
        sections = [{"cash": self._cash_of(section)} for section in answer["sections"]]
        facts = {"project": answer["project"], "sections": sections}
        return self._pack("project", answer, facts, out, signers, progress)

    def idle(
        self,
        out: str | Path,
        *,
        bond: int | str | None = None,
        party: str | None = None,
        as_of_block: int | None = None,
        signers: Sequence[str] = (),
        progress: Progress = _silent,
    ) -> Path:
        """A pack that proves what a bond has not spent, or what rests with a participant, and since when."""
        answer = self._auditor.idle(bond=bond, party=party, as_of_block=as_of_block)
        if answer["bond"] is None:
            facts = {"account": str(answer["account"]).lower(), "cashes": self._cashes()}
            return self._pack("resting", answer, facts, out, signers, progress, own=str(answer["account"]))
        facts = {"bond": answer["bond"], "cash": self._cash_of(answer)}
        return self._pack("idle", answer, facts, out, signers, progress)

    def compare(
        self,
        bond: int | str,
        before: str,
        after: str | None,
        out: str | Path,
        *,
        line: int | None = None,
        signers: Sequence[str] = (),
        progress: Progress = _silent,
    ) -> Path:
        """A pack that proves what changed of a bond, or of one of its budget lines, between two blocks."""
        answer = self._auditor.compare(bond, before, after, line=line)
        facts = {"bond": answer["bond"], "cash": self._cash_of(answer)}
        earlier = int(answer["before"]["block"])
        return self._pack("compare", answer, facts, out, signers, progress, earlier=earlier)

    def compare_project(
        self,
        project: int | str,
        before: str,
        after: str | None,
        out: str | Path,
        *,
        signers: Sequence[str] = (),
        progress: Progress = _silent,
    ) -> Path:
        """A pack that proves what changed of a project, line by line, between two blocks."""
        answer = self._auditor.compare_project(project, before, after)
        sections = [{"cash": self._cash_of(line)} for line in answer["lines"]]
        facts = {"project": answer["project"], "sections": sections}
        earlier = int(answer["before"]["block"])
        return self._pack("compare-project", answer, facts, out, signers, progress, earlier=earlier)

    def compare_receivable(
        self,
        receivable: int,
        before: str,
        after: str | None,
        out: str | Path,
        *,
        signers: Sequence[str] = (),
        progress: Progress = _silent,
    ) -> Path:
        """A pack that proves who held which fen of a receivable at two blocks, and in which state."""
        answer = self._auditor.compare_receivable(receivable, before, after)
        facts = {"receivable": receivable, "book": self._address("PieceBook")}
        earlier = int(answer["before"]["block"])
        return self._pack("compare-receivable", answer, facts, out, signers, progress, earlier=earlier)

    # --- any money's ---

    def interval(
        self,
        question: IntervalQuestion,
        out: str | Path,
        *,
        as_of_block: int | None = None,
        signers: Sequence[str] = (),
        progress: Progress = _silent,
    ) -> Path:
        """A pack that proves where numbered fen of a sub-account went, or what funded them.

        Raises:
            BadInput: when the answer has more parts than one page; a pack proves the whole of it.
        """
        answer = self._auditor.trace_interval(question, as_of_block=as_of_block)
        if answer["next"] is not None or question.after:
            raise BadInput("a pack is of a whole answer", had=answer["count"], needed=question.limit)
        facts = {"direction": answer["direction"], "address": str(answer["address"]).lower()}
        cash = {"cash": str(answer["cash"]).lower()}
        return self._pack("interval", answer, {**facts, **cash}, out, signers, progress)

    def payment(
        self,
        tx: str,
        log: int | None,
        out: str | Path,
        *,
        rule: str = FIFO,
        limits: Limits = UNLIMITED,
        signers: Sequence[str] = (),
        progress: Progress = _silent,
    ) -> Path:
        """A pack that proves what funded a payment, back to the mint."""
        from ledger.reports.sources import payment_place

        answer = self._auditor.trace_payment(tx, log, rule, limits=limits)
        facts = {"payment": payment_place(self._client, answer), "cash": self._paid_in(answer)}
        return self._pack("payment", answer, facts, out, signers, progress)

    def piece(
        self,
        receivable: int,
        out: str | Path,
        *,
        start: int = 0,
        end: int | None = None,
        rule: str = FIFO,
        limits: Limits = UNLIMITED,
        as_of_block: int | None = None,
        signers: Sequence[str] = (),
        progress: Progress = _silent,
    ) -> Path:
        """A pack that proves what money stands behind a piece, and what its financiers paid with."""
        from ledger.reports.sources import payment_place

        asked = {"as_of_block": as_of_block, "limits": limits}
        answer = self._auditor.trace_piece(receivable, start, end, rule, **asked)  # type: ignore[arg-type]
        blocks = [self._client.receipt(str(one["tx"]))["blockNumber"] for one in answer["purchases"]]
        told = [
            {**one, "block": int(block, 16)} for one, block in zip(answer["purchases"], blocks, strict=True)
        ]
        facts = {
            "receivable": receivable,
            "cash": self._cash(self._books.receivable(receivable).cash),
            "purchases": [payment_place(self._client, one) for one in told],
        }
        return self._pack("piece", {**answer, "purchases": told}, facts, out, signers, progress)

    def account(
        self,
        who: str,
        out: str | Path,
        *,
        cash: str = "CNY",
        signers: Sequence[str] = (),
        progress: Progress = _silent,
    ) -> Path:
        """A pack that proves every move into and out of a participant's account in one ledger cash."""
        answer = self.account_moves(who, cash)
        facts = {"account": answer["account"], "cash": answer["cash"]}
        return self._pack("account", answer, facts, out, signers, progress)

    def account_moves(self, who: str, cash: str = "CNY") -> dict[str, Any]:
        """What the pack of an account proves: `ledger.reports.sources.account_answer`, with currency and
        unit."""
        from ledger.reports.sources import account_answer

        found, account = self._session.cash(cash), self._session.address(who)
        first, last = self._session.deployment.start_block, self._client.block_number()
        unit = {"currency": found.currency.code, "minor_unit": found.currency.digits}
        return {**account_answer(self._client, found.contract.address, account, first, last), **unit}

    def statement(
        self,
        party: str,
        out: str | Path,
        *,
        first: str | None = None,
        last: str | None = None,
        signers: Sequence[str] = (),
        progress: Progress = _silent,
    ) -> Path:
        """A pack that proves a participant's whole statement: money in each cash, units, claims on others.

        Raises:
            BadInput: when an account has more moves in it than one page; a shorter time has fewer.
        """
        answer = self._auditor.statement(party, first, last, limit=MOST_MOVES)
        longer = [one["count"] for one in answer["cash"] if one["next"] is not None]
        if longer:
            raise BadInput("a pack is of a whole answer", had=max(longer), needed=MOST_MOVES)
        account = str(answer["account"])
        units = [{"bond": one["bond"], "token": self._books.bond(one["bond"]).token.lower()}
                 for one in answer["units"]]  # fmt: skip
        facts = {
            "account": account.lower(),
            "cashes": self._cashes(),
            "units": units,
            "receivables": [int(one["receivable"]) for one in answer["pieces"]],
            "book": self._address("PieceBook"),
        }
        earlier = None if answer["first"] is None else int(answer["first"]["block"])
        return self._pack("statement", answer, facts, out, signers, progress, own=account, earlier=earlier)

    # --- claims ---

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
        answer = self._auditor.piece_show(receivable, as_of_block=as_of_block)
        facts = {"receivable": receivable, "book": self._address("PieceBook")}
        return self._pack("receivable", answer, facts, out, signers, progress)

    def pool(
        self,
        pool: int,
        out: str | Path,
        *,
        as_of_block: int | None = None,
        signers: Sequence[str] = (),
        progress: Progress = _silent,
    ) -> Path:
        """A pack that proves which pieces are in an asset pool, none left out, and who held each."""
        answer = self._session.index().lookthrough(pool, as_of_block)
        facts = {"pool": pool, "book": self._address("PieceBook"), "contract": self._address("AssetPools")}
        return self._pack("pool", answer, facts, out, signers, progress)

    # --- building ---

    def _pack(
        self,
        kind: str,
        answer: Json,
        facts: Json,
        out: str | Path,
        signers: Sequence[str],
        progress: Progress,
        *,
        own: str | None = None,
        legs: Json | None = None,
        earlier: int | None = None,
    ) -> Path:
        from ledger.reports.evidence import build_pack, place_of
        from ledger.tracing.purposenames import own_purposes

        block, block_hash = place_of(answer)
        subject = self._subject(kind, facts, answer, block, legs)
        subject = replace(subject, kept=own_purposes(own) if own else {}, earlier=earlier)
        points = self._points(block, block_hash, signers)
        return build_pack(self._client, answer, subject, Path(out), points, progress)

    def _subject(self, kind: str, facts: Json, answer: Json, last: int, legs: Json | None) -> Subject:
        from ledger.reports.evidence import Subject
        from ledger.reports.sources import leg_places, unit_places

        first = self._session.deployment.start_block
        places = leg_places(self._client, self._address("Legs"), legs, first, last)
        for one in facts.get("units", ()):
            places += unit_places(self._client, one["token"], facts["account"], first, last)
        proceeds = self._address("Proceeds") if kind in _FOLLOWED else ""
        return Subject(kind, facts, places, self._names, proceeds=proceeds, first_block=first)

    def _names(self, axes: Iterable[str]) -> Mapping[str, Sequence[Any]]:
        return self._session.index().purposes(axes)

    def _address(self, contract: str) -> str:
        return self._session.deployment[contract].address.lower()

    def _cash_of(self, answer: Json) -> str:
        """The ledger cash of the bond that an answer is about."""
        return self._cash(self._books.bond(int(answer["bond"])).cash)

    def _cash(self, named: str) -> str:
        return str(self._session.cash(named).contract.address).lower()

    def _cashes(self) -> list[str]:
        return [found.contract.address.lower() for found in self._session.cashes()]

    def _paid_in(self, payment: Json) -> str:
        """The ledger cash of a payment: the contract that told of it."""
        receipt = self._client.receipt(str(payment["tx"]))
        for log in receipt["logs"]:
            if int(log["logIndex"], 16) == payment["log"]:
                return str(log["address"]).lower()
        raise BadInput("the payment is not in its transaction", who=payment["tx"], had=payment["log"])

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
