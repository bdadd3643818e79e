"""Labels, required levels and other small shapes that metadata is full of [D 5.1]."""

from typing import Any

from connector.sandbox.dynamics.catalogue.tables import metadata_id

ENGLISH = 1033
Shape = dict[str, Any]


def label(text: str, *owner: str, managed: bool = True) -> Shape:
    """A Label in the one language of the environment; without a text it has no labels at all."""
    if not text:
        return {"LocalizedLabels": [], "UserLocalizedLabel": None}
    one = {
        "Label": text,
        "LanguageCode": ENGLISH,
        "IsManaged": managed,
        "MetadataId": metadata_id(*owner, "label"),
        "HasChanged": None,
    }
    return {"LocalizedLabels": [one], "UserLocalizedLabel": dict(one)}


def managed(value: object, name: str, *, can_change: bool = True) -> Shape:
    """A managed property: its value, whether it can be changed, and the property that decides."""
    return {"Value": value, "CanBeChanged": can_change, "ManagedPropertyLogicalName": name}


def label_text(shape: object) -> str | None:
    """The text of a Label as a request holds it; None if there is none."""
    if not isinstance(shape, dict):
        return None
    labels = shape.get("LocalizedLabels") or []
    user = shape.get("UserLocalizedLabel")
    for one in (*labels, user):
        if isinstance(one, dict) and isinstance(one.get("Label"), str) and one.get("LanguageCode") == ENGLISH:
            return str(one["Label"])
    return None
