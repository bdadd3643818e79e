"""Somebody's own CSV files become an org."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connector.errors import BadInput
from connector.sandbox.salesforce.base import INTEGRATION_ID
from connector.sandbox.salesforce.csvload import Loaded, load_directory
from connector.sandbox.salesforce.ids import to18
from connector.sandbox.salesforce.org import Org

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
LEAD = "00Q5g00000aBcDe"
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
    return org.storage.db.execute(sql).fetchall()


def test_any_subset_of_objects(org: Org, load: Load) -> None:
    """One file is enough; rows are counted per object."""
    loaded = load(Lead="LastName,Company,Status\nMüller,Nord & Süd,left vm\nRoux,Ici,MQL\n")
    assert loaded == Loaded({"Lead": 2}, (), ())
    assert rows(org, "SELECT LastName, Status FROM Lead ORDER BY Id") == [("Müller", "left vm"), ("Roux", "MQL")]


def test_ids_are_kept_in_18_characters_or_made(org: Org, load: Load) -> None:
    """15 characters become 18, an empty id is made, and none that is made later equals a given one."""
    ours = "00Q5g0000000004"
    load(Lead=f"Id,LastName,Company\n{LEAD},A,X\n{ours},B,X\n,C,X\n,D,X\n")
    found = dict(rows(org, "SELECT LastName, Id FROM Lead"))
    assert found["A"] == to18(LEAD)
    assert found["B"] == to18(ours)
    assert len(set(found.values())) == 4
    assert org.ids.next("00Q") not in found.values()


def test_ids_that_lost_their_case_or_never_had_right_check_characters(org: Org, load: Load) -> None:
    """An id that a spreadsheet shouted finds its case again; a hand-made one gets right check characters. Told."""
    proper = to18(LEAD)
    assert proper is not None
    loaded = load(
        Lead=f"Id,LastName,Company\n{proper[:15].upper()}{proper[15:]},A,X\n00Q000000000001AAA,B,X\n",
        Task="WhoId,Subject\n00Q000000000001AAA,Call\n",
    )
    assert rows(org, "SELECT Id FROM Lead ORDER BY LastName") == [(proper,), (to18("00Q000000000001"),)]
    assert rows(org, "SELECT l.LastName FROM Task t JOIN Lead l ON l.Id = t.WhoId") == [("B",)]
    assert loaded.notes == (
        "Lead.csv: 1 ids had wrong check characters and got right ones, e.g. 00Q000000000001AAA",
        "Task.csv: 1 ids had wrong check characters and got right ones, e.g. 00Q000000000001AAA",
    )


def test_system_fields_are_filled_in(org: Org, load: Load) -> None:
    """No owner: the integration user. No stamps: each as the one before it, the first one now. Given ones are kept."""
    load(
        Lead="LastName,Company,CreatedDate,OwnerId\nA,X,,\nB,X,2024-05-06T07:08:09.000+0000,\n",
        Contact="LastName,CreatedDate,LastModifiedDate\nC,2024-05-06,2025-05-06T07:08:09Z\n",
    )
    now, then = "2026-03-04T10:30:00.000Z", "2024-05-06T07:08:09.000Z"
    stamps = "CreatedDate, LastModifiedDate, SystemModstamp"
    assert rows(org, f"SELECT OwnerId, {stamps} FROM Lead ORDER BY LastName") == [
        (INTEGRATION_ID, now, now, now),
        (INTEGRATION_ID, then, then, then),
    ]
    later = "2025-05-06T07:08:09.000Z"
    assert rows(org, f"SELECT {stamps} FROM Contact") == [("2024-05-06T00:00:00.000Z", later, later)]


def test_values_need_not_be_in_the_picklist(org: Org, load: Load) -> None:
    """Foreign statuses are loaded and stay unlisted; without a Status column every lead gets the default."""
    before = rows(org, "SELECT ApiName FROM LeadStatus")
    load(Lead="LastName,Company,Status\nA,X,See Dave\n")
    assert rows(org, "SELECT ApiName FROM LeadStatus") == before
    assert rows(org, "SELECT Status FROM Lead") == [("See Dave",)]


def test_lead_status_file_stands_for_the_whole_picklist(org: Org, load: Load) -> None:
    """Its values take the place of the old ones, and its default is given to leads without a Status column."""
    load(
        Lead="LastName,Company\nA,X\n",
        LeadStatus="MasterLabel,ApiName,SortOrder,IsDefault,IsConverted\nNeu,New,1,true,false\nDrin,SQL,2,false,true\n",
    )
    assert rows(org, "SELECT ApiName, MasterLabel, IsConverted FROM LeadStatus ORDER BY SortOrder") == [
        ("New", "Neu", 0),
        ("SQL", "Drin", 1),
    ]
    assert rows(org, "SELECT Status FROM Lead") == [("New",)]


def test_a_blank_status_stays_blank(org: Org, load: Load) -> None:
    """A lead whose status the file leaves empty has none, for somebody wants to find exactly those."""
    load(Lead="LastName,Company,Status\nA,X,\n")
    assert rows(org, "SELECT Status FROM Lead") == [(None,)]


def test_unknown_custom_columns_become_fields(org: Org, load: Load) -> None:
    """Of the type that their values have, visible at once, tracked if their history is in the files."""
    loaded = load(
        Contact=(
            "Id,LastName,Contact_Status__c,Score__c,Vip__c,Since__c,Seen_At__c,Note__c,Empty__c\n"
            f"0035g00000aBcDe,A,MQL,12.5,true,2026-01-31,2026-01-31T09:00:00Z,{'x' * 300},\n"
            "0035g00000aBcDf,B,,,false,,,,\n"
        ),
        ContactHistory=(
            "ContactId,Field,OldValue,NewValue,CreatedDate\n"
            "0035g00000aBcDe,Contact_Status__c,Inquiry,MQL,2026-01-31T09:00:00Z\n"
        ),
    )
    assert loaded.fields == tuple(
        f"Contact.{name}__c" for name in ("Contact_Status", "Score", "Vip", "Since", "Seen_At", "Note", "Empty")
    )
    made = {name: org.objects["Contact"].by_name[f"{name}__c".lower()] for name in ("Contact_Status", "Score", "Note")}
    types = {field.name: field.type for field in org.objects["Contact"].fields if field.custom}
    assert list(types.values()) == ["string", "double", "boolean", "date", "datetime", "textarea", "string"]
    assert (made["Contact_Status"].label, made["Contact_Status"].tracked, made["Score"].tracked) == (
        "Contact Status",
        True,
        False,
    )
    assert made["Score"].scale == 1
    custom = "Contact_Status__c, Score__c, Vip__c, Since__c, Seen_At__c, length(Note__c), Empty__c"
    assert rows(org, f"SELECT {custom} FROM Contact ORDER BY LastName") == [
        ("MQL", 12.5, 1, "2026-01-31", "2026-01-31T09:00:00.000Z", 300, None),
        (None, None, 0, None, None, None, None),
    ]
    [(access,)] = rows(org, "SELECT COUNT(*) FROM FieldPermissions WHERE Field LIKE 'Contact.%__c'")
    assert access == 7


def test_record_types_make_their_field(org: Org, load: Load) -> None:
    """RecordTypeId exists as soon as a file has it."""
    load(
        RecordType="Id,Name,DeveloperName,SobjectType\n0125g00000aBcDe,Partner,Partner,Lead\n",
        Lead="LastName,Company,RecordTypeId\nA,X,0125g00000aBcDe\n",
    )
    assert rows(org, "SELECT r.Name, r.IsActive FROM Lead l JOIN RecordType r ON r.Id = l.RecordTypeId") == [
        ("Partner", 1)
    ]


def test_history_is_kept_as_given(org: Org, load: Load) -> None:
    """History rows are neither made nor changed."""
    load(
        Lead=f"Id,LastName,Company,Status\n{LEAD},A,X,Busy\n",
        LeadHistory=f"LeadId,Field,OldValue,NewValue,CreatedDate\n{LEAD},Status,MQL,Busy,2026-02-02T10:00:00.000Z\n",
    )
    assert rows(org, "SELECT LeadId, Field, OldValue, NewValue, CreatedDate FROM LeadHistory") == [
        (to18(LEAD), "Status", "MQL", "Busy", "2026-02-02T10:00:00.000Z")
    ]


def test_what_follows_from_other_columns_is_worked_out(org: Org, load: Load) -> None:
    """Closed by the status, won by the stage, responded by the member's status, converted by the contact."""
    load(
        Task="Subject,Status\nCall,Completed\nCall,Not Started\n",
        Opportunity=(
            "Name,StageName,CloseDate\nA,Closed Won,2026-01-01\nB,Closed Lost,2026-01-01\nC,Qualification,2026-09-01\n"
        ),
        CampaignMember=f"CampaignId,LeadId,Status\n7015g00000aBcDe,{LEAD},Responded\n7015g00000aBcDe,{LEAD},Sent\n",
        Lead=f"Id,LastName,Company,ConvertedContactId\n{LEAD},A,X,\n,B,X,0035g00000aBcDe\n",
        Event="Subject,StartDateTime\nMeeting,2026-02-03T10:00:00Z\n",
        User="LastName,Email\nLeaver,l@x.example\n",
    )
    assert rows(org, "SELECT IsClosed FROM Task ORDER BY Status") == [(1,), (0,)]
    assert rows(org, "SELECT IsClosed, IsWon FROM Opportunity ORDER BY Name") == [(1, 1), (1, 0), (0, 0)]
    assert rows(org, "SELECT HasResponded FROM CampaignMember ORDER BY Status") == [(1,), (0,)]
    assert rows(org, "SELECT IsConverted FROM Lead ORDER BY LastName") == [(0,), (1,)]
    assert rows(org, "SELECT ActivityDate, ActivityDateTime FROM Event") == [("2026-02-03", "2026-02-03T10:00:00.000Z")]
    assert rows(org, "SELECT IsActive FROM User WHERE LastName = 'Leaver'") == [(1,)]


def test_given_values_win_over_what_would_follow(org: Org, load: Load) -> None:
    """An explicit IsClosed, IsActive or IsConverted is loaded as it stands."""
    load(
        Task="Subject,Status,IsClosed\nCall,Completed,false\n",
        User="LastName,IsActive\nLeaver,false\n",
        Lead="LastName,Company,IsConverted,ConvertedDate\nA,X,false,2026-01-01\n",
    )
    assert rows(org, "SELECT IsClosed FROM Task") == [(0,)]
    assert rows(org, "SELECT IsActive FROM User WHERE LastName = 'Leaver'") == [(0,)]
    assert rows(org, "SELECT IsConverted FROM Lead") == [(0,)]


def test_missing_parents_are_told_once_per_column(load: Load) -> None:
    """A lookup that finds nothing is loaded all the same and told with its number and an example."""
    loaded = load(
        Lead="LastName,Company,OwnerId\nA,X,0055g00000aBcDe\nB,X,0055g00000aBcDe\n",
        Task="Subject,WhoId\nCall,00Q5g00000aBcDe\n",
    )
    assert [re.sub(r"e\.g\. .*", "", note) for note in loaded.notes] == [
        "Lead.csv: 2 values of OwnerId name no Group or User that is there, ",
        "Task.csv: 1 values of WhoId name no Contact or Lead that is there, ",
    ]


def test_calculated_columns_are_left_out_and_told(org: Org, load: Load) -> None:
    """A lead's Name comes from first and last name, whatever the export said."""
    loaded = load(Lead="Name,FirstName,LastName,Company\nWrong,Ada,Lovelace,X\n")
    assert rows(org, "SELECT Name FROM Lead") == [("Ada Lovelace",)]
    assert loaded.notes == ("Lead.csv: Name left out, the CRM works it out from other fields",)


def test_the_organization_keeps_its_id(org: Org, load: Load) -> None:
    """Name and time zone are taken over; the id stays, since sessions carry it."""
    [(before,)] = rows(org, "SELECT Id FROM Organization")
    loaded = load(Organization="Id,Name,TimeZoneSidKey\n00D5g00000aBcDe,ACME,Europe/London\n")
    assert rows(org, "SELECT Id, Name, TimeZoneSidKey FROM Organization") == [(before, "ACME", "Europe/London")]
    assert "keeps its own organization id" in loaded.notes[0]


def test_column_names_in_any_case(org: Org, load: Load) -> None:
    """API names are the same in any case, as everywhere in the API."""
    load(Lead="lastname,COMPANY,status\nA,X,MQL\n")
    assert rows(org, "SELECT LastName, Company, Status FROM Lead") == [("A", "X", "MQL")]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, "no CSV files"),
        ({"Leads": "LastName\nA\n"}, "there is no object 'Leads'"),
        ({"Lead": "LastName,Companny\nA,X\n"}, "Lead.csv, line 1: Lead has no field 'Companny'"),
        ({"Lead": "LastName,Owner.Name\nA,X\n"}, "give that record's own file"),
        ({"Lead": "LastName,lastname\nA,X\n"}, "Lead.csv, line 1: 'lastname' stands there twice"),
        (
            {"Lead": "LastName,CreatedDate\nA,\nB,31.12.2025\n"},
            "Lead.csv, line 3, column CreatedDate: '31.12.2025' is not a date and time",
        ),
        (
            {"Lead": "LastName,ConvertedDate\nA,2026-02-30\n"},
            "line 2, column ConvertedDate: '2026-02-30' is not a date",
        ),
        ({"Lead": "LastName,IsConverted\nA,maybe\n"}, "line 2, column IsConverted: 'maybe' is not true or false"),
        (
            {"Lead": "LastName,NumberOfEmployees\nA,many\n"},
            "line 2, column NumberOfEmployees: 'many' is not a whole number",
        ),
        ({"Lead": "Id,LastName\nlead-1,A\n"}, "line 2, column Id: 'lead-1' is not a record id"),
        ({"Lead": f"Id,LastName\n{LEAD},A\n\n{LEAD},B\n"}, "Lead.csv, line 4, column Id: the id 00Q5g00000aBcDe"),
        ({"User": f"Id,LastName\n{INTEGRATION_ID},A\n"}, "in the org from its first day"),
        ({"Lead": f"LastName,Status\nA,{'x' * 256}\n"}, "is not a text of at most 255 characters"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_loaded(org: Org, load: Load, files: dict[str, str], told: str) -> None:
    """Every mistake is refused in one sentence that names the file, and where there is one the line and column."""
    with pytest.raises(BadInput) as error:
        load(**files)
    assert told in str(error.value)
    assert rows(org, "SELECT COUNT(*) FROM Lead") == [(0,)]


def test_a_near_miss_gets_a_suggestion(load: Load) -> None:
    """`Leads.csv` and `Companny` are answered with what was probably meant."""
    with pytest.raises(BadInput, match=r"did you mean Lead\.csv\?"):
        load(Leads="LastName\nA\n")


def test_a_folder_that_is_not_there(org: Org, tmp_path: Path) -> None:
    """A wrong --data path is named."""
    with pytest.raises(BadInput, match="no such folder"):
        load_directory(org, tmp_path / "nowhere")


def test_other_files_are_left_alone(load: Load, tmp_path: Path) -> None:
    """A README beside the CSV files disturbs nobody."""
    (tmp_path / "README.md").write_text("# our data", encoding="utf-8")
    assert load(Lead="LastName,Company\nA,X\n").rows == {"Lead": 1}


def test_lines_for_people(load: Load) -> None:
    """What was loaded is said in one line, new fields in another, then what one should know."""
    loaded = load(Lead="Name,LastName,Company,Region__c\nA,A,X,EMEA\n")
    assert list(loaded.lines()) == ["loaded 1 Lead", "added fields: Lead.Region__c", *loaded.notes]
