"""Days begin at the deployment's own midnight: the last second and the next, act by act, on the twin."""

from __future__ import annotations

import datetime as dt

import pytest

from ledger.domain.programmes import Programme
from ledger.domain.twin import CashTerms, Setting, World
from tests.twin.actors import BANK, OPERATOR, recover
from tests.twin.acts import DAY
from tests.twin.alone import ADDRESSES, CHAIN_ID, give_duties, more_programmes, twin_catalogues, twin_pockets
from tests.twin.ground import Ground
from tests.twin.machines import ACCEPT_DAYS, BY, DUE_DAYS, FACE, Scene, offer

SHANGHAI, INDIA = 8 * 3600, 5 * 3600 + 1800
EVES = {
    "before the leap day": "2024-02-28",
    "on the leap day": "2024-02-29",
    "no leap day": "2023-02-28",
    "at a month's end": "2025-04-30",
    "at the year's end": "2024-12-31",
    "in a golden week": "2025-10-03",
}


def just_before(day: str, zone: int) -> int:
    """UTC seconds of the local day's last one."""
    first = int(dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC).timestamp())
    return first + DAY - zone - 1


def clocked(zone: int, timestamp: int) -> Ground:
    """A world whose business date is its clock's, in that zone, long before the date in question."""
    programmes = more_programmes(Programme(min_piece=10, max_tenor_days=366))
    cash = CashTerms(ADDRESSES["Cash"], BANK.address, b"CNY")
    setting = Setting(
        CHAIN_ID,
        OPERATOR.address,
        False,
        zone,
        programmes,
        timestamp,
        twin_catalogues(),
        pockets=twin_pockets(),
    )
    world = World(ADDRESSES, [cash], setting, recover)
    give_duties(world)
    return Ground(world)


@pytest.mark.spec("STATE-1")
@pytest.mark.parametrize("zone", [SHANGHAI, INDIA], ids=["Shanghai", "India"])
@pytest.mark.parametrize("eve", EVES.values(), ids=EVES)
def test_each_day_begins_at_local_midnight(zone: int, eve: str) -> None:
    """What is for a day ends with its last second; what is from a day on begins with its first."""
    last = just_before(eve, zone)
    settle, lapse, answer = (_life(zone, last, days) for days in (DUE_DAYS, 6, ACCEPT_DAYS + 1))
    for scene in (settle, lapse, answer):
        scene.world.stage.timestamp = last
    assert _outcome(settle, "settle") == "NotDue"
    assert _outcome(settle, "split") == ""
    assert _outcome(lapse, "lapse") == "OfferOpen"
    assert _outcome(answer, "accept") == ""
    assert _outcome(answer, "return") == "NotYetReturnable"
    for scene in (settle, lapse, answer):
        scene.world.stage.timestamp = last + 1
    assert _outcome(settle, "settle") == ""
    assert _outcome(settle, "split") == "DateOutOfOrder"
    assert _outcome(lapse, "lapse") == ""
    assert _outcome(answer, "accept") == "DateOutOfOrder"
    assert _outcome(answer, "return") == ""


def _life(zone: int, last: int, days: int) -> Scene:
    """Confirmed so many days before the day that begins a second after `last`; for 40 days, paid in."""
    scene = Scene(clocked(zone, last + 1 - days * DAY + 12 * 3600))
    scene.confirm()
    if days != ACCEPT_DAYS + 1:
        scene.do("supplier", "receivables", "accept", scene.id, 2, bytes(32))
    if days == DUE_DAYS:
        scene.pay_in(FACE)
    if days == 6:
        offer(scene)
    return scene


def _outcome(scene: Scene, act: str) -> str:
    calls = {
        "settle": ("stranger", "maturity", "settle", (scene.id, 9)),
        "split": ("supplier", "transfers", "split", (scene.id, 0, 0, FACE // 2)),
        "lapse": ("stranger", "transfers", "lapse", (scene.id, 0)),
        "accept": ("supplier", "receivables", "accept", (scene.id, 2, bytes(32))),
        "return": ("stranger", "receivables", "returnUnanswered", (scene.id,)),
    }
    who, module, function, args = calls[act]
    refusal = scene.ground.outcome(BY[who], scene.at(module).address, function, *args)
    return refusal.name if refusal else ""
