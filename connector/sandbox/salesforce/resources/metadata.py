"""`/services/Soap/m/{version}`: the synchronous calls of the Metadata API; there is no deploy and no retrieve."""

from collections.abc import Callable
from xml.etree import ElementTree

from connector.sandbox.salesforce.http import Answer, Call, Route
from connector.sandbox.salesforce.metadata.components import COMPONENTS, Component
from connector.sandbox.salesforce.metadata.xml import NAMESPACE, Body, read, write
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.schema.refusal import RefusedError
from connector.sandbox.salesforce.soap import XSI, FaultError, Namespaces, answered, element, local, user

_NAMES = Namespaces(NAMESPACE, NAMESPACE)
_NO_ACCESS = "use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata permissions"
_FORBIDDEN = RefusedError("INSUFFICIENT_ACCESS", "insufficient access rights on object id")
MOST = 10
"""Components in one call."""


def metadata(call: Call) -> Answer:
    """One call; refused components answer 200 with success=false, faults 500."""
    return answered(call, _NAMES, lambda root, operation: _carry_out(call, root, operation))


def _carry_out(call: Call, root: ElementTree.Element, operation: ElementTree.Element) -> str:
    access = call.org.access(user(call, root))
    if not access.may("ModifyAllData"):
        raise FaultError("INSUFFICIENT_ACCESS", _NO_ACCESS)
    name = local(operation)
    work = _OPERATIONS.get(name)
    if work is None:
        raise FaultError("INVALID_OPERATION", f"this sandbox does not serve {name}")
    results = work(call.org, operation, access.may("CustomizeApplication"))
    return f"<{name}Response>{results}</{name}Response>"


def _read(org: Org, operation: ElementTree.Element, allowed: bool) -> str:
    type_name, names = _named(operation)
    out = []
    for name in names:
        body = _component(type_name).read(org, name)
        inner = element("fullName", None) if body is None else write(body, type_name)
        out.append(f'<records xsi:type="{type_name}">{inner}</records>')
    return f"<result>{''.join(out)}</result>"


def _update(org: Org, operation: ElementTree.Element, allowed: bool) -> str:
    return _each(org, operation, allowed, lambda component, body: component.update(org, body))


def _create(org: Org, operation: ElementTree.Element, allowed: bool) -> str:
    return _each(org, operation, allowed, lambda component, body: _made(org, component, body))


def _upsert(org: Org, operation: ElementTree.Element, allowed: bool) -> str:
    out = []
    for type_name, body in _components(operation):
        component = _component(type_name)
        there = component.read(org, str(body.get("fullName"))) is not None

        def save(component: Component = component, body: Body = body, there: bool = there) -> None:
            if there:
                component.update(org, body)
            else:
                _made(org, component, body)

        out.append(_result(str(body.get("fullName")), save, allowed, created=not there))
    return "".join(out)


def _delete(org: Org, operation: ElementTree.Element, allowed: bool) -> str:
    type_name, names = _named(operation)
    remove = _component(type_name).remove

    def gone(name: str) -> None:
        if remove is None:
            raise RefusedError("DELETE_NOT_ALLOWED", f"a {type_name} cannot be deleted")
        remove(org, name)

    return "".join(_result(name, lambda name=name: gone(name), allowed) for name in names)  # type: ignore[misc]


def _each(org: Org, operation: ElementTree.Element, allowed: bool, save: Callable[[Component, Body], None]) -> str:
    """One result per component, in order; each is a transaction of its own."""
    out = []
    for type_name, body in _components(operation):
        component = _component(type_name)
        out.append(_result(str(body.get("fullName")), lambda c=component, b=body: save(c, b), allowed))  # type: ignore[misc]
    return "".join(out)


def _made(org: Org, component: Component, body: Body) -> None:
    if component.create is None:
        raise RefusedError("INVALID_CROSS_REFERENCE_KEY", f"no such component: {body.get('fullName')}")
    component.create(org, body)


def _result(name: str, save: Callable[[], None], allowed: bool, created: bool | None = None) -> str:
    error = ""
    try:
        if not allowed:
            raise _FORBIDDEN
        save()
    except RefusedError as refused:
        fields = "".join(element("fields", field) for field in refused.fields)
        error = f"<errors>{fields}{element('message', refused.message)}{element('statusCode', refused.code)}</errors>"
    made = "" if created is None else element("created", str(created and not error).lower())
    success = element("success", "false" if error else "true")
    return f"<result>{made}{error}{element('fullName', name)}{success}</result>"


def _components(operation: ElementTree.Element) -> list[tuple[str, Body]]:
    raw = [item for item in operation if local(item) == "metadata"]
    _check_count(len(raw))
    kinds = []
    for item in raw:
        given = item.get(f"{XSI}type")
        if not given:
            raise FaultError("INVALID_TYPE", "Must specify a type attribute value for the metadata element")
        kinds.append(given.rpartition(":")[2])
    if len(set(kinds)) > 1:
        raise FaultError("INVALID_TYPE", "all components of one call must be of the same type")
    for kind in kinds[:1]:
        _component(kind)
    return [(kind, read(item, kind)) for kind, item in zip(kinds, raw, strict=True)]


def _named(operation: ElementTree.Element) -> tuple[str, list[str]]:
    type_name = next((item.text or "" for item in operation if local(item) == "type"), "")
    names = [item.text or "" for item in operation if local(item) == "fullNames"]
    _check_count(len(names))
    _component(type_name)
    return type_name, names


def _check_count(count: int) -> None:
    if count > MOST:
        text = f"record limit reached. cannot submit more than {MOST} records in this operation"
        raise FaultError("LIMIT_EXCEEDED", text)


def _component(type_name: str) -> Component:
    found = COMPONENTS.get(type_name)
    if found is None:
        raise FaultError("INVALID_TYPE", f"this sandbox has no metadata of type '{type_name}'")
    return found


_OPERATIONS: dict[str, Callable[[Org, ElementTree.Element, bool], str]] = {
    "createMetadata": _create,
    "deleteMetadata": _delete,
    "readMetadata": _read,
    "updateMetadata": _update,
    "upsertMetadata": _upsert,
}
ROUTES = [
    Route("/services/Soap/m/{number}", session=False, POST=metadata),
    Route("/services/Soap/m/{number}/{org}", session=False, POST=metadata),
]
