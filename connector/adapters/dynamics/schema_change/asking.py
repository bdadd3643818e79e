"""Reading and changing metadata. Reads are strong: what was added a moment ago shows [wire §3.6, trap 26]."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from connector.adapters.dynamics.batches import Guard
from connector.adapters.dynamics.org import ENGLISH
from connector.adapters.dynamics.session import Session, sequence

STRONG: Final = {"Consistency": "Strong"}
CASTS: Final = {
    "Picklist": "PicklistAttributeMetadata",
    "Status": "StatusAttributeMetadata",
    "State": "StateAttributeMetadata",
}
"""Types of column whose options are shown under a cast of their own."""
Shape = dict[str, Any]


def table(session: Session, name: str) -> str:
    """The path of a table's definition."""
    return f"{session.data}/EntityDefinitions(LogicalName='{quote(name, safe='')}')"


def column(session: Session, on: str, name: str) -> Mapping[str, Any] | None:
    """A column's definition without its options; None if there is none of that name."""
    found = rows(session, f"{table(session, on)}/Attributes?$filter=LogicalName eq '{name}'")
    return found[0] if found else None


def options(session: Session, on: str, name: str, type: str) -> tuple[Mapping[str, Any], ...]:
    """The options of a choice column, as the metadata shows them; none for any other type."""
    if type not in CASTS:
        return ()
    path = f"{table(session, on)}/Attributes/Microsoft.Dynamics.CRM.{CASTS[type]}"
    found = rows(
        session, f"{path}?$select=LogicalName&$filter=LogicalName eq '{name}'&$expand=OptionSet,GlobalOptionSet"
    )
    return tuple((option_set(found[0]) or {}).get("Options") or ()) if found else ()


def global_name(session: Session, on: str, name: str) -> str:
    """The name of the global choice that the column uses; empty if its options are its own."""
    path = f"{table(session, on)}/Attributes/Microsoft.Dynamics.CRM.{CASTS['Picklist']}"
    found = rows(
        session, f"{path}?$select=LogicalName&$filter=LogicalName eq '{name}'&$expand=OptionSet,GlobalOptionSet"
    )
    shared = option_set(found[0]) if found else None
    return str(shared["Name"]) if shared and shared.get("IsGlobal") else ""


def option_set(row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The choice behind a column, its own or a global one."""
    found: Mapping[str, Any] | None = row.get("OptionSet") or row.get("GlobalOptionSet")
    return found


def rows(session: Session, path: str) -> Sequence[Any]:
    """The rows of a metadata query, as they are now."""
    return sequence(session.ask("GET", quote(path, safe="/?$=,()'&:;@!*"), headers=STRONG))


def language(session: Session) -> int:
    """The code of the base language, in which labels are given."""
    found = sequence(session.get(f"{session.data}/organizations?$select=languagecode"))
    return int(found[0].get("languagecode") or ENGLISH) if found else ENGLISH


def label(text: str, language: int) -> Shape:
    """A Label in one language [wire §5.2]."""
    kind = "Microsoft.Dynamics.CRM"
    one = {"@odata.type": f"{kind}.LocalizedLabel", "Label": text, "LanguageCode": language}
    return {"@odata.type": f"{kind}.Label", "LocalizedLabels": [one]}


def label_of(shape: Mapping[str, Any], language: int) -> str:
    """The text of a Label in that language, else in the user's."""
    for one in shape.get("LocalizedLabels") or ():
        if one.get("LanguageCode") == language:
            return str(one.get("Label") or "")
    return str((shape.get("UserLocalizedLabel") or {}).get("Label") or "")


def change(session: Session, method: str, path: str, guard: Guard, body: Any, **headers: str) -> Any:
    """A request that changes metadata. Doing any of ours twice is no different, so it is sent until answered."""
    return session.ask(method, path, guard=guard, repeat=True, json=body, headers=headers)


def publish(session: Session, tables: Sequence[str], guard: Guard) -> None:
    """Shows everybody what was changed of these tables: forms, views, labels [wire §5.3]."""
    named = "".join(f"<entity>{name}</entity>" for name in tables)
    parameter = f"<importexportxml><entities>{named}</entities></importexportxml>"
    change(session, "POST", f"{session.data}/PublishXml", guard, {"ParameterXml": parameter})


def until(session: Session, there: Callable[[], bool], tries: int = 8) -> bool:
    """Looks until it is there, or half a minute has passed: metadata shows with some delay [wire §5.2]."""
    for number in range(1, tries + 1):
        if there():
            return True
        session.pace.sleep(session.pace.after(number))
    return there()
