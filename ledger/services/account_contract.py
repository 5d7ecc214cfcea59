"""An account contract as somebody who acts and signs: a clerk alone within its limits, else two persons.

What is asked and refused is the same as with a plain key: the act is simulated in the account's own name
first, so a refusal is the called contract's, and nothing is proposed that would be refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from ledger.domain.typed_data import AccountStatement, TypedData
from ledger.errors import AwaitsApproval, ContractRefusal, NotAllowed, NotFound, register_sentences
from ledger.ports import Chain, Contract, KeyStore, Mined, Signer

ABI: Final = "Account"
_NEEDS_APPROVAL: Final = frozenset({"NoLimit", "AboveLimit", "AboveDailyLimit"})

register_sentences(
    {
        "awaits-approval": {
            "en": "Proposed as number {had} of the account {who}; an approver must approve it ({needed}).",
            "zh": "已作为账户 {who} 的第 {had} 号提议提交，待复核人（{needed}）批准后执行。",
        }
    }
)


class KeyRole(IntEnum):
    """What a key of an account contract is for. A key has one role; NONE takes it away."""

    NONE = 0
    CLERK = 1
    APPROVER = 2


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an act: a contract, its function, its arguments."""

    contract: Contract
    function: str
    args: tuple[Any, ...] = ()


class AccountContract:
    """One account contract, used with those of its keys that are in the keystore here. It is a `Signer`."""

    def __init__(self, chain: Chain, keys: KeyStore, address: str) -> None:
        self.contract = Contract(ABI, address)
        self._chain = chain
        self._keys = keys
        chain.know(self.contract)

    @property
    def address(self) -> str:
        return self.contract.address

    # --- keys --------------------------------------------------------------------------------------------

    def holders(self, role: KeyRole) -> tuple[str, ...]:
        """The addresses of the keys in a role, as the chain knows them now."""
        found = self._chain.call(self.contract, "keys")
        return tuple(str(one["key"]) for one in found if one["role"] == role)

    def here(self, role: KeyRole) -> Signer | None:
        """A key in that role that the keystore here holds."""
        return next(self._all_here(role), None)

    def needed(self, role: KeyRole) -> Signer:
        """As `here`; NotFound when there is none."""
        found = self.here(role)
        if found is None:
            name = role.name.lower()
            raise NotFound(
                f"no {name}'s key of the account {self.address} is in the keystore here",
                who=self.address,
                needed=", ".join(self.holders(role)),
            )
        return found

    def _all_here(self, role: KeyRole) -> Iterator[Signer]:
        return (self._keys.signer(key) for key in self.holders(role) if self._keys.signs(key))

    # --- acting ------------------------------------------------------------------------------------------

    def act(self, *calls: Call) -> Mined:
        """Does the calls as one act, all or nothing. AwaitsApproval, with the number of the proposal, when an
        approver is needed whose key is not here."""
        self._ask(calls)
        clerk, packed = self.needed(KeyRole.CLERK), self.packed(calls)
        if self._may_alone(clerk, packed):
            return self._chain.send(clerk, self.contract, "execute", (packed,))
        proposal = self.propose(clerk, packed)
        approver = self.here(KeyRole.APPROVER)
        if approver is None:
            raise AwaitsApproval(
                f"proposal {proposal} of the account {self.address} waits for an approver",
                who=self.address,
                had=proposal,
                needed=", ".join(self.holders(KeyRole.APPROVER)),
            )
        return self._chain.send(approver, self.contract, "approve", (proposal, packed))

    def propose(self, clerk: Signer, packed: Sequence[Mapping[str, Any]]) -> int:
        """The number of a new proposal."""
        mined = self._chain.send(clerk, self.contract, "propose", (packed,))
        return int(mined.event("ActProposed").args["proposal"])

    def proposed(self, proposal: int) -> list[Mapping[str, Any]]:
        """The calls of a proposal, from the block that it was made in: the contract keeps their hash."""
        made = int(self._chain.call(self.contract, "proposal", (proposal,))["made"])
        for event in self._chain.events(self.contract, made) if made else ():
            if event.name == "ActProposed" and event.args["proposal"] == proposal:
                return list(event.args["calls"])
        raise NotFound(f"the account {self.address} has no proposal {proposal}", who=proposal)

    def packed(self, calls: Sequence[Call]) -> list[Mapping[str, Any]]:
        """The calls as the contract takes them."""
        return [
            {"target": one.contract.address, "data": self._chain.encode(one.contract, one.function, one.args)}
            for one in calls
        ]

    def _ask(self, calls: Sequence[Call]) -> None:
        """The refusal of the called contract, as if it were called directly. Of several calls the later may
        rest on the earlier, so they are simulated together, when they are sent."""
        if len(calls) == 1:
            self._chain.may(self, calls[0].contract, calls[0].function, calls[0].args)

    def _may_alone(self, clerk: Signer, packed: Sequence[Mapping[str, Any]]) -> bool:
        try:
            self._chain.call(self.contract, "checkExecute", (clerk.address, packed))
        except ContractRefusal as refusal:
            if refusal.name in _NEEDS_APPROVAL:
                return False
            raise
        return True

    # --- signing -----------------------------------------------------------------------------------------

    def sign_transaction(self, transaction: Mapping[str, Any]) -> bytes:
        """NotAllowed, always: a transaction has one key behind it, and an account contract has none."""
        raise NotAllowed("an account contract sends through its keys", who=self.address)

    def sign_digest(self, digest: bytes) -> bytes:
        """The clerk's signature and the approver's over the digest, wrapped for this account (ERC-1271); the
        approver's alone where no clerk's key is here and the account's policy takes that."""
        wrapped = TypedData(self._chain.chain_id, self.address, AccountStatement(digest)).digest()
        approver, clerk = self.needed(KeyRole.APPROVER), self.here(KeyRole.CLERK)
        if clerk is not None:
            return clerk.sign_digest(wrapped) + approver.sign_digest(wrapped)
        if not self._chain.call(self.contract, "policy")["approverAlone"]:
            self.needed(KeyRole.CLERK)
        return approver.sign_digest(wrapped)
