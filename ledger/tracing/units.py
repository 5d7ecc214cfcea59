"""Who held a bond's units at the end of a day, from the index: where the chain keeps no record day.

    {chain_id, block, block_hash, as_of, bond, label, day, supply,
     holders: [{party, account, illustrative, units}]}

`day` is the day asked for, the state's own by default; a state of an earlier block knows no later moves.
Holders come largest first.
"""

from __future__ import annotations

from ledger.domain.dates import format_day
from ledger.domain.impact import UnitMove, spans
from ledger.errors import BadInput, NotFound
from ledger.tracing.hops import Json, who
from ledger.tracing.world import World


def holders(world: World, bond: int, day: int | None = None) -> Json:
    """The holders at the end of a day. BadInput for a day after the state's own."""
    facts = world.books.impact.bonds.get(bond)
    if facts is None:
        raise NotFound(f"there is no bond {bond}", who=bond)
    today = world.today()
    asked = today if day is None else day
    if asked > today:
        raise BadInput("this day is not over yet", had=format_day(asked), needed=format_day(today))
    held = held_at(_moves(world, facts.token), asked)
    return {
        **world.head(),
        "bond": bond,
        "label": world.books.bonds[bond].label,
        "day": format_day(asked),
        "supply": sum(held.values()),
        "holders": [
            {**who(world.books.parties.get(account)), "account": account, "units": units}
            for account, units in sorted(held.items(), key=lambda one: (-one[1], one[0]))
        ],
    }


def held_at(moves: list[UnitMove], day: int) -> dict[str, int]:
    """Units by holder at the end of a day. Moves come in order of time."""
    return {holder: found[-1].units for holder, found in spans(moves, day, day).items()}


def _moves(world: World, token: str) -> list[UnitMove]:
    changes = world.books.impact.units[token]
    world.load_days({change.block for change in changes})
    return [UnitMove(world.day(c.block), c.source, c.target, c.amount) for c in changes]
