"""Sending `$batch` requests, several at a time, and giving each operation its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar
from uuid import uuid4

import msgspec
import requests

from connector.adapters.dynamics import multipart
from connector.adapters.dynamics.errors import read_body
from connector.adapters.dynamics.lanes import Lanes, Width
from connector.adapters.dynamics.multipart import Answer, Operation
from connector.adapters.web.retrying import Pace
from connector.errors import Unanswered

Guard = Callable[[], None]
"""Called right before a request that writes; raises if somebody else may be writing by now."""


class Sender(Protocol):
    """What sending needs of a session."""

    @property
    def data(self) -> str:
        """The path of the Web API, without a slash at the end."""

    @property
    def pace(self) -> Pace:
        """How waits are made."""

    def once(self, method: str, path: str, **request: Any) -> requests.Response:
        """One request with the login of now. Raises Refused, Unreached, Unanswered or an Abort; tries nothing twice."""


class Sent(Protocol):
    """Whatever has an operation to be sent."""

    @property
    def operation(self) -> Operation:
        """The request."""


S = TypeVar("S", bound=Sent)
_Reply = tuple[Mapping[str, str], list[Answer]]
"""Headers of the answer in lower case, and the answers inside."""


class Batches:
    """Sends operations of one org. `width`: how many requests at a time, remembered from one call to the next."""

    def __init__(self, session: Sender, width: Width | None = None) -> None:
        self._session = session
        self._width = width or Width()

    def run(self, pieces: Iterable[Sequence[S]], guard: Guard) -> Iterator[tuple[S, Answer | Unanswered]]:
        """Each piece is one request. Everything comes back once, with its answer or why nobody knows of one."""
        lanes: Lanes[Sequence[S], _Reply] = Lanes(self._width, self._session.pace, guard, self._request)
        for piece, got in lanes.run(pieces):
            if isinstance(got, Unanswered):
                yield from ((one, got) for one in piece)
                continue
            headers, answers = got
            self._width.hear(headers)
            for at, one in enumerate(piece):
                yield one, answers[at] if at < len(answers) else Unanswered("the batch was stopped before it")

    def _request(self, piece: Sequence[Sent]) -> _Reply:
        boundary = f"batch_{uuid4()}"
        response = self._session.once(
            "POST",
            f"{self._session.data}/$batch",
            data=multipart.encode([one.operation for one in piece], boundary),
            headers={
                "Content-Type": f'multipart/mixed; boundary="{boundary}"',
                "Prefer": "odata.continue-on-error",
            },
        )
        answers = multipart.decode(response.headers.get("Content-Type", ""), response.content)
        return {name.lower(): value for name, value in response.headers.items()}, answers


def told(answer: Answer) -> tuple[str, str]:
    """The CRM's code (in lower case) and text of a failed operation; without a code `HTTP_` and the status."""
    try:
        body = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        body = answer.body
    code, text = read_body(body)
    return code or f"HTTP_{answer.status}", text or f"the CRM answered HTTP {answer.status}"
