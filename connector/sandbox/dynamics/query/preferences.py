"""The `Prefer` header of a request, and what of it the answer says it followed."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

_PART = re.compile(r'\s*([\w.\-]+)\s*(?:=\s*("[^"]*"|[^,\s]*))?\s*(?:,|$)')
FORMATTED = "OData.Community.Display.V1.FormattedValue"
NAVIGATION = "Microsoft.Dynamics.CRM.associatednavigationproperty"
LOGICAL_NAME = "Microsoft.Dynamics.CRM.lookuplogicalname"


@dataclass(frozen=True, slots=True)
class Preferences:
    """`annotations` are the patterns of odata.include-annotations; `page_size` is None where none is asked for."""

    annotations: tuple[str, ...] = ()
    page_size: int | None = None
    track_changes: bool = False
    continue_on_error: bool = False
    representation: bool = False
    given: tuple[str, ...] = ()

    @classmethod
    def read(cls, header: str) -> "Preferences":
        """The preferences of a header: one comma list, whose quoted values may hold commas themselves."""
        found = {match[1].lower(): (match[2] or "").strip('"') for match in _PART.finditer(header)}
        size = found.get("odata.maxpagesize", "")
        annotations = found.get("odata.include-annotations", "")
        return cls(
            annotations=tuple(part.strip() for part in annotations.split(",") if part.strip()),
            page_size=int(size) if size.isdecimal() and int(size) > 0 else None,
            track_changes="odata.track-changes" in found,
            continue_on_error="odata.continue-on-error" in found,
            representation=found.get("return") == "representation",
            given=tuple(match[0].strip().rstrip(",").strip() for match in _PART.finditer(header) if match[0].strip()),
        )

    def wants(self, annotation: str) -> bool:
        """Whether answers are to carry that annotation; a pattern with a minus takes it away again."""
        wanted = False
        for pattern in self.annotations:
            if fnmatchcase(annotation, pattern.removeprefix("-")):
                wanted = not pattern.startswith("-")
        return wanted

    def applied(self, *names: str) -> str:
        """The `Preference-Applied` header for these preferences, in the words of the request."""
        return ",".join(part for part in self.given if part.partition("=")[0].strip().lower() in names)
