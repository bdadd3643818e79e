"""Sending again: what may be, how often, how long to wait before; it follows from the class of the error."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception

from connector.adapters.web.errors import Broke, Refused, Unreached
from connector.errors import CrmFailed, Retry, Throttled, Unanswered

TRIES = 6
"""Tries in all: with the waits between them some fifteen seconds."""
UNREACHED_TRIES = 3
LONGEST_WAIT = 120.0
"""Seconds between two tries at most, unless the CRM is allowed to name longer ones."""
T = TypeVar("T")


class Pace:
    """How long to wait between tries: doubling from half a second, with jitter so that many do not come back at once.

    `sleep` and `seed` are given, so that tests neither wait nor differ. `longest`: seconds, whatever Retry-After says.
    """

    def __init__(
        self,
        sleep: Callable[[float], None] = time.sleep,
        seed: int | None = None,
        *,
        longest: float = LONGEST_WAIT,
        tries: int = TRIES,
    ) -> None:
        self.sleep = sleep
        self.tries = tries
        self._random = Random(seed)
        self._longest = longest

    def after(self, tries: int, error: BaseException | None = None) -> float:
        """Seconds to wait after that many tries; as long as the CRM named, if it did."""
        named = getattr(error, "after", None)
        if named is not None:
            return float(min(named, self._longest))
        return min(0.5 * 2.0 ** (tries - 1), 30.0) * (0.5 + self._random.random() / 2)

    def retry(self, once: Callable[[], T], again: Callable[[BaseException], bool]) -> T:
        """What `once` gives, tried again while `again` says so of its error.

        Raises CrmFailed after the last try; Unanswered as it is where `again` does not take it, since whoever wrote
        must know that it may have been carried out.
        """
        retrying = Retrying(
            stop=self._enough, wait=self._wait, retry=retry_if_exception(again), sleep=self.sleep, reraise=True
        )
        try:
            return retrying(once)
        except (Throttled, Unreached, Broke, Unanswered) as error:
            if isinstance(error, Unanswered) and not again(error):
                raise
            tries = retrying.statistics.get("attempt_number", 1)
            raise CrmFailed(
                f"{error.what} (tried {tries} times)",
                where=error.where,
                next=error.next or "run the command again later; what was done is kept",
            ) from error

    def _wait(self, state: RetryCallState) -> float:
        return self.after(state.attempt_number, state.outcome.exception() if state.outcome else None)

    def _enough(self, state: RetryCallState) -> bool:
        """A server that cannot be reached is given up sooner: more likely the address is wrong than the moment."""
        error = state.outcome.exception() if state.outcome else None
        return state.attempt_number >= (UNREACHED_TRIES if isinstance(error, Unreached) else self.tries)


def is_passing(error: BaseException) -> bool:
    """A read may be sent again after anything that may pass."""
    return isinstance(error, (Throttled, Unreached, Unanswered))


def is_harmless(error: BaseException) -> bool:
    """A write may be sent again only if the CRM did nothing with it."""
    return isinstance(error, (Refused, Unreached))


@contextmanager
def given_up() -> Iterator[None]:
    """A Retry that comes out here has been retried long enough: it becomes CrmFailed."""
    try:
        yield
    except Retry as error:
        raise CrmFailed(error.what, where=error.where, next=error.next or "run the command again") from error


def to_the_end(steps: Iterator[T]) -> Iterator[T]:
    """The steps; a Retry that comes out of one has been retried long enough."""
    with given_up():
        yield from steps
