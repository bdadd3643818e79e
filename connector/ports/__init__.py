"""The seam between connector and a CRM: the `Adapter` protocol and everything that crosses it.

Only adapters know a CRM's names, requests and types. What crosses the seam is rows of the common model (tuples in
the order of `COLUMNS`, ready for the mirror), canonical field texts (see `connector.text`), and the records here:

    adapter.py  what every CRM can be asked to do
    tables.py   the tables that are mirrored
    reading.py  rows, and how far they were read; single records as they are now
    schema.py   what is there in the org
    writing.py  updates, and what came of them
    tasks.py    tasks that say what an alert says
"""

from connector.ports.adapter import Adapter
from connector.ports.reading import Batch, Mark, Seen, Snapshot
from connector.ports.schema import FieldSchema, ObjectSchema, OrgSchema, PicklistValue, RecordType
from connector.ports.tables import COLUMNS, HISTORIES, PERSON_COLUMNS, Row, Table
from connector.ports.tasks import FoundTask, Task, TaskOutcome
from connector.ports.writing import Budget, JobState, Journal, Outcome, Result, Update, Way

__all__ = [
    "COLUMNS",
    "HISTORIES",
    "PERSON_COLUMNS",
    "Adapter",
    "Batch",
    "Budget",
    "FieldSchema",
    "FoundTask",
    "JobState",
    "Journal",
    "Mark",
    "ObjectSchema",
    "OrgSchema",
    "Outcome",
    "PicklistValue",
    "RecordType",
    "Result",
    "Row",
    "Seen",
    "Snapshot",
    "Table",
    "Task",
    "TaskOutcome",
    "Update",
    "Way",
]
