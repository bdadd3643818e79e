"""Changing what the environment is made of: columns, keys, switches, options, publishing [D 5.2, 5.3].

A definition is replaced as a whole, with PUT; PATCH is refused. New columns are in force at once, everything else waits
for being published.
"""

from __future__ import annotations

from collections.abc import Callable

from connector.sandbox.dynamics.catalogue import Entity
from connector.sandbox.dynamics.errors import DataverseError, invalid_argument, no_resource
from connector.sandbox.dynamics.http import Answer, Call, Handler, Route
from connector.sandbox.dynamics.metadata import change, choices, solutions
from connector.sandbox.dynamics.metadata.actions import ACTIONS, Body
from connector.sandbox.dynamics.metadata.create_table import create_table
from connector.sandbox.dynamics.metadata.label import label_text
from connector.sandbox.dynamics.metadata.lag import before_change
from connector.sandbox.dynamics.metadata.parse import local_options
from connector.sandbox.dynamics.metadata.path import Segment
from connector.sandbox.dynamics.metadata.read import Reader
from connector.sandbox.dynamics.org import Org
from connector.sandbox.dynamics.resources.metadata import path_of, read

_SOLUTION = "mscrm.solutionuniquename"


def _may(call: Call, privilege: str) -> None:
    if not call.access.may(privilege):
        text = f"Principal user (Id={call.user_id}) is missing {privilege} privilege"
        raise DataverseError(403, "0x80040220", text)


def _solution(call: Call) -> str | None:
    return call.header(_SOLUTION) or call.query.get("SolutionUniqueName") or None


def _table(call: Call) -> tuple[Entity, list[Segment]]:
    """The table of the path, and what follows it."""
    head, *rest = path_of(call)
    return Reader(call.org.entities, call.org).table(head), rest


def add(call: Call) -> Answer:
    """`POST …/Attributes` and `POST …/Keys`."""
    entity, rest = _table(call)
    if len(rest) != 1 or rest[0].by or rest[0].name not in ("Attributes", "Keys"):
        raise no_resource(call.base_url + call.path)
    _may(call, "prvCreateAttribute")
    before_change(call.org)
    with call.org.storage.transaction():
        if rest[0].name == "Attributes":
            id = change.create_column(call.org, entity, call.json(), _solution(call)).id
        else:
            id = change.create_key(call.org, entity, call.json(), _solution(call)).id
    link = f"{call.root}/EntityDefinitions({entity.id})/{rest[0].name}({id})"
    return Answer(204, headers={"OData-EntityId": link})


def add_tables(call: Call) -> Answer:
    """`POST CreateEntities`: tables with their columns, all or none."""
    _may(call, "prvCreateEntity")
    given = call.json().get("Entities")
    if not isinstance(given, list) or not given or not all(isinstance(one, dict) for one in given):
        raise invalid_argument("CreateEntities needs Entities, a list of definitions.")
    before_change(call.org)
    with call.org.storage.transaction():
        made = [create_table(call.org, one, _solution(call)) for one in given]
    context = f"{call.root}/$metadata#Microsoft.Dynamics.CRM.CreateEntitiesResponse"
    return Answer(body={"@odata.context": context, "EntityIds": [one.id for one in made]})


def drop_table(call: Call) -> Answer:
    """`DELETE` of a table of somebody's own, with its rows."""
    entity, _ = _table(call)
    _may(call, "prvWriteEntity")
    if not entity.custom:
        raise DataverseError(403, "0x8004F01F", f"The entity {entity.name} is managed and cannot be deleted.")
    before_change(call.org)
    call.org.forget(entity.name)
    return Answer(204)


def put(call: Call) -> Answer:
    """`PUT` of a whole definition: of a table or a column."""
    entity, rest = _table(call)
    with call.org.storage.transaction():
        if not rest:
            _may(call, "prvWriteEntity")
            change.put_table(call.org, entity, call.json())
        else:
            name = _column(call, entity, rest)
            _may(call, "prvWriteAttribute")
            change.put_column(call.org, entity, name, call.json())
    return Answer(204, headers={"OData-EntityId": f"{call.root}/EntityDefinitions({entity.id})"})


def drop(call: Call) -> Answer:
    """`DELETE` of a key, or of a column of somebody's own."""
    entity, rest = _table(call)
    _may(call, "prvDeleteAttribute")
    before_change(call.org)
    with call.org.storage.transaction():
        if len(rest) == 1 and rest[0].name == "Keys":
            change.drop_key(call.org, entity, rest[0].value)
        else:
            change.drop_column(call.org, entity, _column(call, entity, rest))
    return Answer(204)


def patch(call: Call) -> Answer:
    """Definitions are replaced, never patched [D 5.2]."""
    raise DataverseError(
        405, "0x80060888", "Operation not supported on this metadata: use PUT with the whole definition."
    )


def _column(call: Call, entity: Entity, rest: list[Segment]) -> str:
    """The column that the path names, perhaps cast to its type."""
    if not rest or rest[0].name != "Attributes" or not rest[0].by or len(rest) > 2:
        raise no_resource(call.base_url + call.path)
    return Reader(call.org.entities, call.org).column(entity, rest[0]).name


def add_choice(call: Call) -> Answer:
    """`POST GlobalOptionSetDefinitions`."""
    _may(call, "prvCreateOptionSet")
    body, org = call.json(), call.org
    name, label = body.get("Name"), label_text(body.get("DisplayName"))
    if not isinstance(name, str) or not label:
        raise invalid_argument("A global choice needs a Name and a DisplayName.")
    if name in choices.choices(org):
        raise DataverseError(400, "0x80044363", f"An OptionSet with the specified name {name} already exists.")
    options = local_options({"OptionSet": body}, solutions.option_prefix(org, _solution(call)))
    made = choices.Choice(name, label, options)
    with org.storage.transaction():
        choices.put(org, made)
        solutions.put_in(org, _solution(call), solutions.OPTION_SET, made.id)
    return Answer(204, headers={"OData-EntityId": f"{call.root}/GlobalOptionSetDefinitions({made.id})"})


def _action(name: str, carry_out: Callable[[Org, Body], Body | None], privilege: str) -> Handler:
    def handler(call: Call) -> Answer:
        _may(call, privilege)
        body = call.json() if call.body.strip() else {}
        before_change(call.org)
        with call.org.storage.transaction():
            answer = carry_out(call.org, body)
        if answer is None:
            return Answer(204)
        context = f"{call.root}/$metadata#Microsoft.Dynamics.CRM.{name}Response"
        return Answer(body={"@odata.context": context, **answer})

    return handler


ROUTES = [
    Route("CreateEntities", POST=add_tables),
    Route("EntityDefinitions({key})", GET=read, PUT=put, PATCH=patch, DELETE=drop_table),
    Route("EntityDefinitions({key})/{rest:rest}", GET=read, POST=add, PUT=put, PATCH=patch, DELETE=drop),
    Route("GlobalOptionSetDefinitions", GET=read, POST=add_choice),
    *(Route(name + "()", POST=_action(name, *how)) for name, how in ACTIONS.items()),
]
