"""Somebody's own CSV files become an environment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connector.errors import BadInput
from connector.sandbox.dynamics.base import ADMIN_ID, ORGANIZATION_ID
from connector.sandbox.dynamics.csvload import Loaded, load_directory
from connector.sandbox.dynamics.org import Org

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
ONE, TWO, THREE = (f"00000000-0000-4000-8000-00000000000{number}" for number in (1, 2, 3))
Load = Callable[..., Loaded]


@pytest.fixture
def org() -> Iterator[Org]:
    made = Org(clock=lambda: NOW)
    yield made
    made.close()


@pytest.fixture
def load(org: Org, tmp_path: Path) -> Load:
    """Writes files by their stem and loads the folder."""

    def write_and_load(**files: str) -> Loaded:
        for stem, text in files.items():
            (tmp_path / f"{stem}.csv").write_text(text, encoding="utf-8")
        return load_directory(org, tmp_path)

    return write_and_load


def rows(org: Org, sql: str) -> list[Any]:
    return [tuple(row) for row in org.storage.db.execute(sql).fetchall()]


def label(org: Org, table: str, column: str, number: int) -> str:
    found = org.entities[table].by_name[column].option(number)
    assert found is not None
    return found.label


def test_any_subset_of_tables(org: Org, load: Load) -> None:
    """One file is enough; rows are counted per table; ids, stamps, owner and status are made."""
    loaded = load(lead="lastname,companyname\nMüller,Nord & Süd\nRoux,Ici\n")
    assert loaded == Loaded({"lead": 2}, (), (), ())
    found = rows(org, "SELECT lastname, statecode, statuscode, createdon, ownerid FROM lead ORDER BY lastname")
    assert found[0] == ("Müller", 0, 1, "2026-03-04T10:30:00Z", ADMIN_ID)


def test_choices_by_number_or_label(org: Org, load: Load) -> None:
    """Known labels find their number; new ones become options of the publisher's numbers, and are told."""
    loaded = load(lead="lastname,leadsourcecode\nA,7\nB,Trade Show\nC,Messe\nD,Messe\nE,\n")
    assert loaded.options == ("lead.leadsourcecode: 1 new options: 'Messe'",)
    assert rows(org, "SELECT leadsourcecode FROM lead ORDER BY lastname") == [
        (7,),
        (7,),
        (100000000,),
        (100000000,),
        (None,),
    ]
    assert label(org, "lead", "leadsourcecode", 100000000) == "Messe"


def test_a_status_reason_belongs_to_the_state_of_its_row(org: Org, load: Load) -> None:
    """The same new label under two states becomes two status reasons; states go by number or label."""
    load(lead="lastname,statecode,statuscode\nA,0,On hold\nB,Disqualified,On hold\nC,,Contacted\nD,1,\n")
    (_, open_one), (_, closed), *rest = rows(org, "SELECT statecode, statuscode FROM lead ORDER BY lastname")
    assert label(org, "lead", "statuscode", open_one) == label(org, "lead", "statuscode", closed) == "On hold"
    states = {one.value: one.state for one in org.entities["lead"].by_name["statuscode"].options}
    assert (states[open_one], states[closed]) == (0, 2)
    assert rest == [(0, 2), (1, 3)]


def test_columns_as_the_web_api_names_them(org: Org, load: Load) -> None:
    """`_ownerid_value` is ownerid; annotations beside the columns are passed over."""
    load(
        systemuser=f"systemuserid,firstname,lastname\n{ONE},Ada,Byron\n",
        lead="@odata.etag,lastname,_ownerid_value,statuscode@OData.Community.Display.V1.FormattedValue\n"
        f"W/1,A,{ONE},New\n",
    )
    assert rows(org, "SELECT ownerid, ownerid__type FROM lead") == [(ONE, "systemuser")]


def test_lookups_find_their_table(org: Org, load: Load) -> None:
    """Where a lookup may point at several tables, the one that has the row is meant, or the one that is named."""
    loaded = load(
        account=f"accountid,name\n{ONE},ACME\n",
        lead=f"leadid,lastname\n{TWO},A\n",
        contact=f"lastname,parentcustomerid\nB,{ONE}\nC,{THREE}\n",
        phonecall=f"subject,regardingobjectid\nCall,{TWO}\n",
        task=f"subject,regardingobjectid,regardingobjecttypecode\nDo,{THREE},contact\n",
    )
    assert rows(org, "SELECT parentcustomerid__type FROM contact ORDER BY lastname") == [("account",), (None,)]
    assert rows(org, "SELECT regardingobjectid__type FROM phonecall") == [("lead",)]
    assert rows(org, "SELECT regardingobjectid__type FROM task") == [("contact",)]
    assert any(
        f"1 values of parentcustomerid name no account or contact that is there, e.g. {THREE}" in one
        for one in loaded.notes
    )


def test_custom_columns(org: Org, load: Load) -> None:
    """Unknown columns with a prefix become columns of the type that all their values have."""
    loaded = load(
        lead="lastname,new_flag,new_number,new_money,new_day,new_at,new_word\n"
        f"A,true,3,1.50,2026-01-31,2026-01-31T09:00:00Z,{'x' * 200}\nB,,,,,,\n"
    )
    assert len(loaded.columns) == 6
    lead = org.entities["lead"].by_name
    kinds = {name: lead[f"new_{name}"].type for name in ("flag", "number", "money", "day", "at", "word")}
    assert kinds == {
        "flag": "Boolean",
        "number": "Integer",
        "money": "Decimal",
        "day": "DateTime",
        "at": "DateTime",
        "word": "String",
    }
    assert (lead["new_day"].date_only, lead["new_at"].date_only, lead["new_word"].max_length) == (True, False, 4000)
    found = rows(org, "SELECT new_flag, new_number, new_money, new_day, new_at FROM lead WHERE lastname = 'A'")
    assert found == [(1, 3, 1.5, "2026-01-31", "2026-01-31T09:00:00Z")]
    assert "new_flagname" in lead


def test_calculated_columns_are_left_out(org: Org, load: Load) -> None:
    """fullname follows from the names; that is told."""
    loaded = load(lead="firstname,lastname,fullname\nAda,Byron,Someone Else\n")
    assert rows(org, "SELECT fullname FROM lead") == [("Ada Byron",)]
    assert loaded.notes == ("lead.csv: fullname left out, the CRM works it out from other columns",)


def test_the_organization_keeps_its_id(org: Org, load: Load) -> None:
    """Everything else of it is as the file says."""
    load(organization=f"organizationid,name,isauditenabled\n{ONE},Mine,false\n")
    assert rows(org, "SELECT organizationid, name, isauditenabled FROM organization") == [(ORGANIZATION_ID, "Mine", 0)]


@pytest.mark.parametrize(
    ("files", "where", "what"),
    [
        ({"lead": "lastname,nonsense\nA,1\n"}, "lead.csv, line 1", "no column 'nonsense'"),
        ({"lead": "lastname,jobtitel\nA,1\n"}, "lead.csv, line 1", "did you mean jobtitle?"),
        ({"lead": "lastname,Lastname\nA,1\n"}, "lead.csv, line 1", "twice"),
        (
            {"lead": "lastname,numberofemployees\nA,many\n"},
            "lead.csv, line 2, column numberofemployees",
            "whole number",
        ),
        ({"lead": "lastname,ownerid\nA,me\n"}, "lead.csv, line 2, column ownerid", "GUID"),
        ({"lead": f"lastname\nA\n{'x' * 51}\n"}, "lead.csv, line 3, column lastname", "50 characters"),
        ({"lead": "lastname,statecode\nA,Lost\n"}, "lead.csv, line 2, column statecode", "label of a state"),
        ({"lead": "lastname,estimatedclosedate\nA,soon\n"}, "lead.csv, line 2", "a date such as"),
        ({"lead": f"leadid,lastname\n{ONE},A\n{ONE},B\n"}, "lead.csv, line 3, column leadid", "already on line 2"),
        ({"systemuser": f"systemuserid,lastname\n{ADMIN_ID},A\n"}, "systemuser.csv", "from its first day"),
        ({"leeds": "lastname\nA\n"}, "leeds.csv", "did you mean lead"),
        ({"activitypointer": "subject\nA\n"}, "activitypointer.csv", "no table"),
    ],
)
def test_what_is_wrong_is_named(org: Org, load: Load, files: dict[str, str], where: str, what: str) -> None:
    """File, line, column and what to do; and nothing is loaded."""
    with pytest.raises(BadInput) as caught:
        load(contact="lastname,new_word\nGood,x\n", **files)
    assert where in str(caught.value.where)
    assert re.search(re.escape(what), str(caught.value))
    assert rows(org, "SELECT * FROM contact") == []
    assert "new_word" not in org.entities["contact"]


def test_no_files(org: Org, tmp_path: Path) -> None:
    """An empty folder and one that is not there are named."""
    with pytest.raises(BadInput, match="no CSV files"):
        load_directory(org, tmp_path)
    with pytest.raises(BadInput, match="no such folder"):
        load_directory(org, tmp_path / "nowhere")
