"""Functions that belong to no row."""

import re
from datetime import timedelta

from connector.sandbox.dynamics.errors import DataverseError, invalid_argument
from connector.sandbox.dynamics.http import Answer, Call, Route
from connector.sandbox.dynamics.stamps import instant, stamp

_NAMES = re.compile(r"EntityNames\s*=\s*(\[.*\]|@\w+)\Z")
_NAME = re.compile(r"""['"]([^'"]+)['"]""")
_KEPT = "total_record_counts"
_AGE = timedelta(hours=24)


def total_record_count(call: Call) -> Answer:
    """`RetrieveTotalRecordCount(EntityNames=['lead'])`: counts taken within the last 24 hours, not now [W 2.2]."""
    found = _NAMES.match(call.args["key"].strip())
    text = "" if found is None else found[1] if found[1].startswith("[") else call.query.get(found[1], "")
    names = _NAME.findall(text)
    if not names:
        raise invalid_argument("RetrieveTotalRecordCount needs EntityNames, a list of logical names.")
    counts = [_counted(call, name) for name in names]
    collection = {"Count": len(names), "IsReadOnly": False, "Keys": names, "Values": counts}
    context = f"{call.root}/$metadata#Microsoft.Dynamics.CRM.RetrieveTotalRecordCountResponse"
    return Answer(body={"@odata.context": context, "EntityRecordCountCollection": collection})


def _counted(call: Call, name: str) -> int:
    """The count of a table as it was when somebody asked for the first time in 24 hours."""
    entity = call.org.entities.get(name)
    if entity is None:
        raise DataverseError(
            400, "0x80041102", f"The entity with a name = '{name}' was not found in the MetadataCache."
        )
    call.access.demand("Read", entity)
    kept = dict(call.org.settings.get(_KEPT, {}))
    now = call.org.clock()
    at, number = kept.get(name, ("", 0))
    if not at or now - instant(at) >= _AGE:
        number = call.org.storage.reader().execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
        kept[name] = (stamp(now), number)
        call.org.settings[_KEPT] = kept
    return int(number)


ROUTES = [Route("RetrieveTotalRecordCount({key})", GET=total_record_count)]
