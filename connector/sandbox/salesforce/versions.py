"""The API versions the sandbox speaks: every one that is not retired, up to the newest documented."""

OLDEST, NEWEST = 31, 67
"""Versions 7 to 30 are retired; 67.0 is Summer '26 [D "Prepare Data to Ingest" version list]."""


def is_supported(version: str) -> bool:
    """Whether that version, such as "59.0", is served."""
    return OLDEST <= float(version) <= NEWEST


def listing() -> list[dict[str, str]]:
    """What `GET /services/data` lists, oldest first: `{"label": "Winter '24", "url": ..., "version": "59.0"}`."""
    return [
        {"label": _label(number), "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
        for number in range(OLDEST, NEWEST + 1)
    ]


def _label(number: int) -> str:
    """Three releases a year: 59 is Winter '24, 60 Spring '24, 61 Summer '24."""
    year, season = divmod(number - 59, 3)
    return f"{('Winter', 'Spring', 'Summer')[season]} '{24 + year:02d}"
