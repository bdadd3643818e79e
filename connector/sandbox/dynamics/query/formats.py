"""Formatted values: what a user of the environment would see. Never meant to be read back."""

from datetime import UTC, datetime, timedelta, timezone

from connector.sandbox.dynamics.catalogue.types import CHOICES, FRACTIONS, WHOLE, Attribute

USER_ZONE = timezone(timedelta(hours=-7))
"""The time zone of the calling user, in which times are shown."""


def formatted(attribute: Attribute, value: object) -> str | None:
    """The text shown for a stored value that is no lookup; None where a plain value has no such annotation."""
    kind = attribute.type
    if value is None:
        return None
    if kind in CHOICES or kind == "Boolean":
        option = attribute.option(int(value))  # type: ignore[call-overload]
        return None if option is None else option.label
    if kind == "MultiSelectPicklist":
        labels = [attribute.option(int(one)) for one in str(value).split(",")]
        return "; ".join(option.label for option in labels if option is not None)
    if kind == "DateTime":
        return _date(str(value)) if attribute.date_only else _time(str(value))
    if kind in WHOLE:
        return f"{value:,}"
    if kind in FRACTIONS:
        text = f"{value:,.{2 if kind == 'Money' else attribute.precision or 2}f}"
        return f"${text}" if kind == "Money" else text
    return None


def _date(text: str) -> str:
    year, month, day = (int(part) for part in text[:10].split("-"))
    return f"{month}/{day}/{year}"


def _time(text: str) -> str:
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC).astimezone(USER_ZONE)
    hour = moment.hour % 12 or 12
    half = "AM" if moment.hour < 12 else "PM"
    return f"{moment.month}/{moment.day}/{moment.year} {hour}:{moment.minute:02d} {half}"
