"""T-REX (ERC-3643) as its authors published it: their bytecode, one claim topic, no compliance module.

Everything behind the proxies that T-REX itself ships; each investor has an ONCHAINID proxy with one claim,
signed by one trusted issuer. That is the least a T-REX token can ask of a holder who must be known.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eth_abi import encode
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount
from eth_utils import keccak

from scripts.bench.ours import Row

if TYPE_CHECKING:
    from scripts.bench.peers import Bench

RULES: Final = "identity, one claim by one trusted issuer; no compliance module"
TOPIC, ECDSA, CLAIM_KEY, COUNTRY = 1, 1, 3, 156
NOBODY: Final = "0x" + "00" * 20
# In the order in which T-REX's implementation authority takes them.
IMPLEMENTATIONS: Final = (
    "Token",
    "ClaimTopicsRegistry",
    "IdentityRegistry",
    "IdentityRegistryStorage",
    "TrustedIssuersRegistry",
    "ModularCompliance",
)


def published(packages: Path) -> dict[str, Any]:
    """The artifacts in the two packages, in the form of solc's answer."""
    found = {}
    for package in ("@tokenysolutions/t-rex", "@onchain-id/solidity"):
        for file in (packages / package / "artifacts" / "contracts").rglob("*.json"):
            if not file.name.endswith(".dbg.json"):
                one = json.loads(file.read_text())
                found[file.stem] = {"abi": one["abi"], "evm": {"bytecode": {"object": one["bytecode"]}}}
    return found


def measure(bench: Bench) -> Iterator[Row]:
    """A transfer to a holder new to the token and again, and a swap against a plain ERC-20 as payment."""
    suite = Suite(bench)
    seller, buyer = suite.admit(), suite.admit()
    bench.send(suite.token.functions.mint(seller.address, 1_000_000))
    for case in ("first", "repeated"):
        move = suite.token.functions.transfer(buyer.address, 10)
        yield Row("T-REX transfer", case, bench.gas(move, seller), RULES)
    yield from _swaps(bench, suite, seller)


def _swaps(bench: Bench, suite: Suite, seller: LocalAccount) -> Iterator[Row]:
    """T-REX's own manager: the maker's offer is a transaction, and so is the taker's acceptance."""
    manager, money = bench.deploy("DVDTransferManager"), bench.deploy("PeerERC20")
    bench.send(suite.token.functions.approve(manager.address, 1_000), seller)
    taker = suite.admit()
    bench.send(money.functions.mint(taker.address, 1_000_000))
    bench.send(money.functions.approve(manager.address, 1_000_000), taker)
    for nonce, case in enumerate(("first", "repeated")):
        terms = (suite.token.address, 10, taker.address, money.address, 500)
        offered = bench.gas(manager.functions.initiateDVDTransfer(*terms), seller)
        maker = (seller.address, suite.token.address, 10)
        named = manager.functions.calculateTransferID(nonce, *maker, taker.address, money.address, 500).call()
        taken = bench.gas(manager.functions.takeDVDTransfer(named), taker)
        yield Row("T-REX swap, the acceptance", case, taken, f"{RULES}; allowances given before")
        yield Row("T-REX swap, offer and acceptance", case, offered + taken, f"{RULES}; two transactions")


class Suite:
    """One token with its registries, owned and run by the bench's key."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.authority = self._authority()
        self.topics = self._behind("ClaimTopicsRegistry")
        self.issuers = self._behind("TrustedIssuersRegistry")
        self.storage = self._behind("IdentityRegistryStorage")
        self.registry = self._behind(
            "IdentityRegistry", self.issuers.address, self.topics.address, self.storage.address
        )
        compliance = self._behind("ModularCompliance")
        named = ("T-REX peer", "TREX", 0, NOBODY)
        self.token = self._behind("Token", self.registry.address, compliance.address, *named)
        self._open()

    def _authority(self) -> Any:
        bench = self.bench
        authority = bench.deploy("TREXImplementationAuthority", True, NOBODY, NOBODY)
        codes = tuple(bench.deploy(name).address for name in IMPLEMENTATIONS)
        bench.send(authority.functions.addAndUseTREXVersion((4, 1, 6), codes))
        return authority

    def _behind(self, name: str, *arguments: Any) -> Any:
        proxy = self.bench.deploy(f"{name}Proxy", self.authority.address, *arguments)
        return self.bench.at(name, proxy.address)

    def _open(self) -> None:
        """One trusted issuer of one topic; the bench's key admits holders and mints."""
        send, me = self.bench.send, self.bench.me.address
        self.signer: LocalAccount = Account.create()
        self.issuer = self.bench.deploy("ClaimIssuer", me)
        signing = keccak(encode(["address"], [self.signer.address]))
        send(self.issuer.functions.addKey(signing, CLAIM_KEY, ECDSA))
        send(self.topics.functions.addClaimTopic(TOPIC))
        send(self.issuers.functions.addTrustedIssuer(self.issuer.address, [TOPIC]))
        send(self.storage.functions.bindIdentityRegistry(self.registry.address))
        send(self.registry.functions.addAgent(me))
        send(self.token.functions.addAgent(me))
        send(self.token.functions.unpause())
        code = self.bench.deploy("Identity", me, True)
        self.identities = self.bench.deploy("ImplementationAuthority", code.address)

    def admit(self) -> LocalAccount:
        """A new holder: an identity with the claim, registered for the token."""
        bench, holder = self.bench, Account.create()
        proxy = bench.deploy("IdentityProxy", self.identities.address, bench.me.address)
        identity = bench.at("Identity", proxy.address)
        said = b"known"
        claim = keccak(encode(["address", "uint256", "bytes"], [identity.address, TOPIC, said]))
        signature = self.signer.sign_message(encode_defunct(claim)).signature
        fields = (TOPIC, ECDSA, self.issuer.address, signature, said, "")
        bench.send(identity.functions.addClaim(*fields))
        bench.send(self.registry.functions.registerIdentity(holder.address, identity.address, COUNTRY))
        if not self.registry.functions.isVerified(holder.address).call():
            raise RuntimeError("T-REX does not take the claim that was made for its holder")
        return holder
