"""A request and its answer as the resources see them, free of the web server, so that $batch can make its own."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from connector.sandbox.dynamics.access import Access
from connector.sandbox.dynamics.catalogue import Entity
from connector.sandbox.dynamics.dml.request import Options
from connector.sandbox.dynamics.errors import DataverseError, bad_payload, no_segment

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org

JSON = "application/json; odata.metadata=minimal"
_PREFERENCE = re.compile(r'\s*([^=,\s]+)\s*(?:=\s*("[^"]*"|[^,]*))?\s*(?:,|$)')


class Answer(msgspec.Struct):
    """What a resource answers. `body` becomes JSON (None: no body at all); `content` is sent as it is instead."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = {}
    content: bytes | Iterable[bytes] | None = None
    media_type: str = JSON


class Call(msgspec.Struct):
    """One request. `path` is decoded, without query and trailing slash; `query` holds the decoded options in order,
    `raw_query` them as sent; header names are lower case; `base_url` is scheme and host as the client wrote them;
    `version` is the API version in the path, such as "9.2"; `args` are the named parts of the route's path. `user_id`
    is the caller ("" on routes without one). `references` are the rows that Content-IDs of a change set stand for.
    `dispatch` answers another request of the same caller, as $batch makes them.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    base_url: str
    org: "Org"
    dispatch: Callable[["Call"], Answer]
    raw_query: str = ""
    version: str = "9.2"
    args: dict[str, str] = {}
    user_id: str = ""
    references: dict[str, str] = {}

    @property
    def access(self) -> Access:
        """What the user who calls may see and do."""
        return self.org.access(self.user_id)

    @property
    def root(self) -> str:
        """The absolute URL of this API version, such as `https://host/api/data/v9.2`."""
        return f"{self.base_url}/api/data/v{self.version}"

    @property
    def prefer(self) -> dict[str, str]:
        """The preferences by name, such as {"odata.maxpagesize": "50", "return": "representation"}."""
        found = _PREFERENCE.findall(self.header("prefer"))
        return {name.lower(): value.strip().strip('"') for name, value in found if name}

    @property
    def annotated(self) -> bool:
        """Whether the client asks for annotations, of rows and of errors."""
        return "odata.include-annotations" in self.prefer

    def header(self, name: str, default: str = "") -> str:
        """A header by its lower-case name."""
        return self.headers.get(name, default)

    def entity(self) -> Entity:
        """The table of the route's `{set}`; names are case sensitive. Raises DataverseError 404."""
        found = self.org.by_set.get(self.args["set"])
        if found is None:
            raise no_segment(self.args["set"])
        return found

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises DataverseError 0x80048d19."""
        try:
            found = msgspec.json.decode(self.body)
        except msgspec.DecodeError as error:
            raise bad_payload(self.args.get("set", ""), f"Invalid JSON. {error}") from error
        if not isinstance(found, dict):
            raise bad_payload(self.args.get("set", ""), "A 'StartObject' node was expected.")
        return found

    def options(self) -> Options:
        """What the request's headers say about a write [D optional-parameters, bypass-custom-business-logic]."""
        bypass = frozenset(
            part for part in re.split(r"[,\s]+", self.header("mscrm.bypassbusinesslogicexecution")) if part
        )
        if bypass and not self.access.may("prvBypassCustomBusinessLogic"):
            raise self._unprivileged("prvBypassCustomBusinessLogic")
        if self.header("mscrm.bypasscustompluginexecution").lower() == "true":
            if not self.access.may("prvBypassCustomPlugins"):
                raise self._unprivileged("prvBypassCustomPlugins")
            bypass |= {"CustomSync"}
        return Options(
            user_id=self.user_id,
            if_match=self.header("if-match"),
            if_none_match=self.header("if-none-match"),
            detect_duplicates=self.header("mscrm.suppressduplicatedetection").lower() == "false",
            bypass=bypass,
            flows=self.header("mscrm.suppresscallbackregistrationexpanderjob").lower() != "true",
            references=self.references,
        )

    def _unprivileged(self, name: str) -> DataverseError:
        text = f"Principal user (Id={self.user_id}) is missing {name} privilege"
        return DataverseError(403, "0x80040220", text)


Handler = Callable[[Call], Answer]
_KEY = r"(?:[^()']|'(?:[^']|'')*')*"


class Route:
    """A path below `/api/data/v9.x/` (or from the root, if it begins with `/`) with its handlers by method.

    `{set}`, `{name}` and the like stand for one name, `{key}` for what may stand between brackets, `{x:rest}` for all
    that follows. `Name()` matches with and without its brackets. Case matters. Routes with more literal text are tried
    first. `session=False` serves anybody.
    """

    def __init__(self, path: str, *, session: bool = True, **handlers: Handler) -> None:
        self.rank = (path.count("{"), -len(path))
        self.absolute = path.startswith("/")
        pattern = re.escape(path).replace(r"\{", "{").replace(r"\}", "}")
        pattern = pattern.replace(r"\(\)", r"(?:\(\))?")
        pattern = re.sub(r"\{(\w+):rest\}", r"(?P<\1>.+)", pattern)
        pattern = re.sub(r"\{(key\w*)\}", rf"(?P<\1>{_KEY})", pattern)
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/()]+)", pattern)
        self.pattern = re.compile(pattern + r"/?$", re.DOTALL)
        self.handlers = handlers
        self.session = session

    def match(self, path: str) -> dict[str, str] | None:
        """The named parts if the path fits, else None."""
        matched = self.pattern.match(path)
        return matched.groupdict() if matched else None
