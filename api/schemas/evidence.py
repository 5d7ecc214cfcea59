"""Checkpoints: which participant signed that a block has a hash."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.schemas.common import Answer, Request


class CheckpointIn(Request):
    """Which block; by default the present one."""

    block: Annotated[int | None, Field(ge=0, lt=2**53)] = None


class CheckpointOut(Answer):
    """`signer` is the key; `account` the participant that it signed for."""

    chain_id: int
    block: int
    block_hash: str
    account: str
    signer: str
    signature: str


class CheckpointShown(CheckpointOut):
    """`stands`: the chain still has that block."""

    stands: bool


class Checkpoints(Answer):
    """The latest block first."""

    checkpoints: list[CheckpointShown]
