"""A request and its answer as the resources see them, free of the web server, so that composite can make its own."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import IO, TYPE_CHECKING, Any

import msgspec

from connector.sandbox.salesforce.access import Access
from connector.sandbox.salesforce.sessions import Session

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org


class ApiError(Exception):
    """What the REST API refuses, as its one-element array: HTTP status, errorCode, message and, for DML, fields.

    `whole` is the answer's body; a resource that answers otherwise puts its own there.
    """

    def __init__(self, status: int, code: str, message: str, fields: Iterable[str] | None = None, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {**more, "message": message, "errorCode": code}
        if fields is not None:
            self.body["fields"] = list(fields)
        self.whole: Any = [self.body]


def error_body(code: str, message: str) -> str:
    """An error of the REST API as text."""
    return msgspec.json.encode([{"message": message, "errorCode": code}]).decode()


NOT_FOUND = "The requested resource does not exist"


def not_found() -> ApiError:
    """What an unknown resource answers."""
    return ApiError(404, "NOT_FOUND", NOT_FOUND)


class Answer(msgspec.Struct):
    """What a resource answers. `body` becomes JSON (None: no body at all); `content` is sent as it is instead."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = {}
    content: bytes | Iterable[bytes] | None = None
    media_type: str = "application/json;charset=UTF-8"


class Call(msgspec.Struct):
    """One request. `path` has no trailing slash and no query; header names are lower case; `base_url` is scheme and
    host as the client wrote them; `version` is the API version in the path, such as "59.0"; `args` are the named parts
    of the route's path. The data of a bulk job comes in `upload`, a file, instead of `body`. `session` and `access` may
    be read only on routes that need a session.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    base_url: str
    org: "Org"
    dispatch: Callable[["Call"], Answer]
    version: str = ""
    args: dict[str, str] = {}
    session: Session | None = None
    upload: IO[bytes] | None = None

    @property
    def user_id(self) -> str:
        """The user who calls."""
        assert self.session is not None
        return self.session.user_id

    @property
    def access(self) -> "Access":
        """What the user who calls may see and do."""
        return self.org.access(self.user_id)

    @property
    def root(self) -> str:
        """The path of this API version, such as `/services/data/v59.0`."""
        return f"/services/data/v{self.version}"

    def json(self) -> Any:
        """The body as JSON. Raises ApiError JSON_PARSER_ERROR."""
        try:
            return msgspec.json.decode(self.body)
        except msgspec.DecodeError as error:
            raise ApiError(400, "JSON_PARSER_ERROR", f"{error} at [line:1, column:1]") from error

    def header(self, name: str, default: str = "") -> str:
        """A header by its lower-case name."""
        return self.headers.get(name, default)


Handler = Callable[[Call], Answer]


class Route:
    """A path with its handlers by method. `{name}` stands for one path segment and `{name:rest}` for all that follow;
    `{v}` is the version number. Letters match in any case, a trailing slash is allowed.
    """

    def __init__(self, path: str, *, session: bool = True, **handlers: Handler) -> None:
        self.rank = (path.count("{"), -path.count("/"), -len(path))
        pattern = re.sub(r"\{(\w+):rest\}", r"(?P<\1>.+)", path)
        pattern = pattern.replace("{v}", r"v(?P<v>\d+\.\d)")
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
        self.pattern = re.compile(pattern + r"/?$", re.IGNORECASE)
        self.handlers = handlers
        self.session = session

    def match(self, path: str) -> dict[str, str] | None:
        """The named parts if the path fits, else None."""
        matched = self.pattern.match(path)
        return matched.groupdict() if matched else None
