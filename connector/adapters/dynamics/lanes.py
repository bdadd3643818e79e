"""Several writing requests at a time, as many as the CRM recommends, and all of them still while it says wait.

The CRM names its number on answers (`x-ms-dop-hint`); until it has, few are tried, and one more with every answer.
After a 429 nothing is sent until the named time is over, then a single request first, and for long no more than half as
many as before: what is under way when a limit is met is sent in vain, and the limits are a sliding window that a client
which keeps pushing only makes longer [D api-limits, send-parallel-requests].
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Final, Generic, TypeVar

from connector.adapters.web.errors import Unreached
from connector.adapters.web.retrying import UNREACHED_TRIES, Pace
from connector.errors import CrmFailed, Retry, Throttled, Unanswered

MOST: Final = 8
"""Requests at a time at most, whatever the CRM recommends: as many connections as the transport keeps."""
FIRST: Final = 2
"""Requests at a time before the CRM has answered anything."""
UNTOLD: Final = 4
"""Requests at a time at most while the CRM recommends no number."""
CALM: Final = 25
"""Answers without a 429 after which one more at a time is tried than the last 429 allowed."""
STOPPED: Final = 12
"""Waits in a row without a single request getting through, then it is given up."""
HINT: Final = "x-ms-dop-hint"

P = TypeVar("P")
R = TypeVar("R")


class Width:
    """How many requests may be on their way. It is remembered from one batch of a plan to the next."""

    def __init__(self) -> None:
        self.now = FIRST
        self._top = UNTOLD
        self._ceiling = MOST
        self._calm = 0

    def hear(self, headers: Mapping[str, str]) -> None:
        """An answer came: takes in the number it recommends, and tries one more."""
        hint = headers.get(HINT, "")
        if hint.isdigit() and int(hint) > 0:
            self._top = min(int(hint), MOST)
        self._calm += 1
        if self._calm % CALM == 0:
            self._ceiling = min(self._ceiling + 1, MOST)
        self.now = min(self.now + 1, self._top, self._ceiling)

    def narrow(self) -> None:
        """The CRM asked to wait: one at a time for a start, and no more than half as many as were too many."""
        self._ceiling = max(1, self.now // 2)
        self.now, self._calm = 1, 0


class Lanes(Generic[P, R]):
    """Sends pieces of work. `send` makes one request, in a thread; `guard` is called in ours, right before each."""

    def __init__(self, width: Width, pace: Pace, guard: Callable[[], None], send: Callable[[P], R]) -> None:
        self._width = width
        self._pace = pace
        self._guard = guard
        self._send = send
        self._waits = 0

    def run(self, pieces: Iterable[P]) -> Iterator[tuple[P, R | Unanswered]]:
        """Each piece with what `send` gave for it, or that no answer came; in the order in which they come.

        Raises CrmFailed if the CRM turns everything away for too long, and whatever else `guard` and `send` raise.
        """
        waiting, running = deque(pieces), dict[Future[R], P]()
        with ThreadPoolExecutor(MOST, thread_name_prefix="write") as pool:
            held: Retry | None = None
            while waiting or running:
                while waiting and held is None and len(running) < self._width.now:
                    self._guard()
                    piece = waiting.popleft()
                    running[pool.submit(self._send, piece)] = piece
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    piece = running.pop(done)
                    try:
                        answer: R | Unanswered = done.result()
                    except Unanswered as error:
                        answer = error
                        held = _longer(held, error) if getattr(error, "after", None) else held
                    except (Throttled, Unreached) as error:
                        held = _longer(held, error)
                        waiting.appendleft(piece)
                        continue
                    self._waits = 0
                    yield piece, answer
                if held is not None and not running:
                    self._hold(held)
                    held = None

    def _hold(self, error: Retry) -> None:
        self._waits += 1
        if self._waits >= (UNREACHED_TRIES if isinstance(error, Unreached) else STOPPED):
            raise CrmFailed(
                f"{error.what} (waited {self._waits} times, and no request got through)",
                where=error.where,
                next=error.next or "run the command again later; what was done is kept",
            ) from error
        self._width.narrow()
        self._pace.sleep(self._pace.after(self._waits, error))


def _longer(one: Retry | None, other: Retry) -> Retry:
    """Of two requests to wait, the longer one."""
    if one is None or (getattr(other, "after", None) or 0) > (getattr(one, "after", None) or 0):
        return other
    return one
