"""web3 over our own connection. A module of its own, since importing web3 costs more than a short command
does."""

from __future__ import annotations

import json
from typing import Any, cast

from web3 import Web3
from web3.providers import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse

from ledger.chain.rpc import Rpc


class RpcProvider(JSONBaseProvider):
    """Hands web3's requests to an Rpc, which keeps the connection and finds the node again after it was
    lost."""

    def __init__(self, rpc: Rpc) -> None:
        super().__init__()
        self._rpc = rpc

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        return cast(RPCResponse, json.loads(self._rpc.post(self.encode_rpc_request(method, params))))


def web3_over(rpc: Rpc) -> Web3:
    return Web3(RpcProvider(rpc))
