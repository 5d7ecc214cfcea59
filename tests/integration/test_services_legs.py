"""LEG-1 through `Ledger` and the command line: import, second signature, correction, trace, and the check."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from ledger import Ledger
from ledger.bootstrap.testing import FIRST_DAY
from ledger.domain.legs import BadLeg, Movement
from ledger.domain.money import currency, parse_millions
from ledger.domain.states import LegKind, LegState
from ledger.errors import BadInput, ContractRefusal, NotFound
from ledger.reports.checker.packs import read
from ledger.reports.checker.verify_pack import verify_files
from ledger.services.legs import Subject
from tests.integration import given_bond
from tests.integration.given_bond import yuan
from tests.integration.test_evidence_pack import problem, put

pytestmark = pytest.mark.spec("LEG-1")

BANK = "settlement bank"
OUTSIDE = Subject(instrument="CHUBU-558", issuer="Issuer")
ALLOCATIONS = Path(__file__).parents[1] / "data" / "green_bonds" / "allocations.csv"
JPY = currency("JPY")


def movement(reference: str, amount: Any = None, **more: Any) -> Movement:
    said = {"kind": LegKind.RAISED, "source": "investors", "target": "special account"} | more
    day = said.pop("day", dt.date(2024, 1, 5))
    kind = said.pop("kind")
    return Movement(kind, day, amount or yuan(100), bank="Outside Bank", reference=reference, **said)


def published() -> list[tuple[str, Movement]]:
    """The published table of a bond as movements: what it raised, and each project."""
    with ALLOCATIONS.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["bond_id"] == "CHUBU-558"]
    found = []
    for row in sorted(rows, key=lambda row: int(row["row_no_0_is_total"])):
        number, name = row["row_no_0_is_total"], row["project_or_category"]
        raised = {"kind": LegKind.RAISED, "source": "investors", "target": "special account"}
        spent = {"kind": LegKind.SPENT, "source": "special account", "target": name, "project": name}
        day, amount = dt.date.fromisoformat(row["as_of"]), parse_millions(row["amount_m"], JPY)
        found.append(
            (
                f"line {number}",
                movement(f"CH-{number}", amount, day=day, **(spent if int(number) else raised)),
            )
        )
    return found


def test_a_published_bond_outside_is_imported_and_traced(town: Ledger) -> None:
    legs, lines = town.legs, published()
    made = legs.bring(BANK, OUTSIDE, lines, b"the published table")
    assert (len(made.made), made.known) == (13, 0)
    answer = legs.trace("CHUBU-558")
    assert (answer["standing"], answer["raised"], answer["currency"]) == ("attested", "19900000000", "JPY")
    assert answer["states"] == {"held": "700000000", "spent": "19200000000", "returned": "0"}
    assert answer["issuer"]["account"] == town.books.participant("Issuer").account
    again = legs.bring(BANK, OUTSIDE, lines, made.document)
    assert (again.made, again.known) == ((), 13)
    other = [("line 1", movement("CH-1", parse_millions("5", JPY)))]
    with pytest.raises(BadLeg, match="stands for another leg"):
        legs.bring(BANK, OUTSIDE, other, made.document)
    assert answer["from_outside"] == "0"


def test_a_file_with_one_wrong_line_changes_nothing(town: Ledger) -> None:
    before = town.legs.list(limit=1_000)["legs"]
    tomorrow = FIRST_DAY + dt.timedelta(days=4_000)
    lines = [("line 2", movement("W-1")), ("line 3", movement("W-2", day=tomorrow))]
    with pytest.raises(BadLeg) as refused:
        town.legs.bring(BANK, OUTSIDE, lines, b"statement")
    assert refused.value.who == "line 3" and "VALUE_DATE" in str(refused.value.had)
    with pytest.raises(BadLeg, match="stands twice in the file") as refused:
        town.legs.bring(BANK, OUTSIDE, [lines[0], ("line 9", lines[0][1])], b"statement")
    assert (refused.value.who, refused.value.had) == ("line 9", "line 2")
    assert town.legs.list(limit=1_000)["legs"] == before


def test_what_an_issuer_reports_waits_for_its_attester(town: Ledger) -> None:
    about = Subject(instrument="OWN-WORD", issuer="Issuer")
    legs = town.legs
    made = legs.bring("Issuer", about, [("line 2", movement("O-1"))], b"our statement", attester="Auditor")
    (one,) = made.made
    assert one.state == "reported" and legs.show(one.id)["attester"]["account"]
    again = legs.bring("Issuer", about, [("line 2", movement("O-1"))], made.document, attester="Auditor")
    assert (again.made, again.known) == ((), 1)
    with pytest.raises(NotFound, match="nothing is attested of OWN-WORD"):
        legs.trace("OWN-WORD")
    with pytest.raises(ContractRefusal, match="NotParty"):
        legs.confirm(BANK, one.id)
    legs.confirm("Auditor", one.id)
    assert legs.trace("OWN-WORD")["raised"] == "10000"
    second = legs.report("Issuer", "Auditor", about, movement("O-2"), b"more")
    legs.refuse("Auditor", second.id, "no such booking")
    listed = legs.list(state=LegState.REFUSED, party="Auditor")["legs"]
    assert [(found["id"], found["reason"]) for found in listed] == [(second.id, "no such booking")]
    with pytest.raises(NotFound, match="there is no leg 999"):
        legs.confirm("Auditor", 999)


def test_a_correction_and_a_withdrawal_stay_readable(town: Ledger) -> None:
    about = Subject(instrument="CORRECTED", issuer="Issuer")
    legs = town.legs
    first = legs.attest(BANK, about, movement("C-1", yuan(5)), b"statement")
    second = legs.attest(
        BANK, about, movement("C-1", yuan(6)), b"new statement", supersedes=first.id, reason="a typing error"
    )
    assert legs.trace("CORRECTED")["raised"] == "600"
    had = legs.show(first.id)
    assert (had["state"], had["superseded_by"], had["amount"]) == ("superseded", second.id, "500")
    legs.withdraw(BANK, second.id, "booked for another")
    assert legs.show(second.id)["reason"] == "a typing error"
    with pytest.raises(NotFound):
        legs.trace("CORRECTED")
    with pytest.raises(BadInput, match="a leg is of a bond here"):
        Subject(bond=1, instrument="X", issuer="Issuer")


def test_legs_of_a_bond_here_stand_beside_its_trace(town: Ledger, tmp_path: Path) -> None:
    """Nothing that is proved changes, and where its bank says, money goes on beyond the horizon."""
    given = given_bond.bond(town, allocated=2_000)
    paper = given_bond.invoice(town, 500)
    town.issuer.pay("Issuer", given.line, paper.fingerprint, yuan(500))
    town.cash.redeem("Contractor", yuan(300), "CNY")
    town.bank.burn(BANK, "Contractor", yuan(300), "wire to the mill", "CNY")
    proved = town.auditor.trace_bond(given.bond)
    assert (proved["standing"], proved["attested"]) == ("proved", None)
    about = Subject(bond=given.bond)
    spent = {"kind": LegKind.SPENT, "source": "contractor's account", "target": "steel mill"}
    town.legs.attest(BANK, about, movement("wire to the mill", yuan(250), **spent), b"statement")
    both = town.auditor.trace_bond(given.bond)
    assert {name: both[name] for name in ("states", "raised")} == {
        name: proved[name] for name in ("states", "raised")
    }
    assert both["attested"]["raised"] == "0" and both["attested"]["continued"] == "25000"
    (onward,) = both["attested"]["continuations"]
    assert (onward["place"], onward["amount"], onward["state"]) == ("steel mill", "25000", "spent")
    found = {one["id"]: one for one in town.check()["checks"]}
    assert found["LEG-1"]["ok"] and found["BOND-1"]["ok"] and found["IDX-1"]["ok"], found
    shows_its_legs(town, given.bond, tmp_path / "pack.zip")


def shows_its_legs(town: Ledger, bond: int, out: Path) -> None:
    """The pack of such a trace holds who attested the leg, and that it stands; the rest stays attested."""
    files = read(town.evidence.bond(bond, out))
    assert verify_files(files)["ok"]
    told = json.loads(files["answer.json"])
    stop = told["attested"]["continuations"][0]["path"][0]
    for field, value in (("bank_reference", "0x" + "5a" * 32), ("document", "0x" + "5a" * 32)):
        true, stop[field] = stop[field], value
        said = f"answer.json: attested: leg {stop['leg']}: {field} is {true}"
        assert said in problem(put(files, "answer.json", told))
        stop[field] = true
    told["attested"]["standing"] = "proved"
    assert "legs are attested and never proved" in problem(put(files, "answer.json", told))
    town.legs.withdraw(BANK, stop["leg"], "booked twice")
    assert verify_files(read(town.evidence.bond(bond, out.with_name("later.zip"))))["ok"]
    later = json.loads(read(out.with_name("later.zip"))["answer.json"])
    assert later["attested"] is None
