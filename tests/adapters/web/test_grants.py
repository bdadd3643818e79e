"""The login of a session: shared, renewed once when it is refused, and told apart from one that cannot be renewed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from connector.adapters.web.grants import Grant, Grants, Words
from connector.errors import LoginFailed, SessionExpired

WORDS = Words(ended="store a fresh token", refused="check the user")
URL = "https://crm.example"


class Crm:
    """Gives numbered tokens, and takes those that are not `dead`."""

    def __init__(self, *, renewable: bool = True, ending: bool = False) -> None:
        self.made = 0
        self.dead: set[str] = set()
        self.allowed: list[str] = []
        self.ending = ending
        is_ending = lambda grant: self.ending  # noqa: E731
        self.grants = Grants(self._log_in, self.allowed.append, WORDS, renewable=renewable, is_ending=is_ending)

    def asked(self, grant: Grant) -> str:
        """A request with that login."""
        if grant.token in self.dead:
            raise SessionExpired("INVALID_SESSION_ID")
        return grant.token

    def _log_in(self) -> Grant:
        self.made += 1
        return Grant(f"token {self.made}", URL)


def test_a_refused_login_is_renewed_once() -> None:
    """The request is made again with a new login; only the first of both is made where none was refused."""
    crm = Crm()
    assert [crm.grants.use(crm.asked), crm.grants.use(crm.asked)] == ["token 1"] * 2
    crm.dead.add("token 1")
    assert crm.grants.use(crm.asked) == "token 2"
    assert (crm.made, crm.allowed) == (2, [URL] * 2)


def test_a_new_login_that_is_refused_is_a_mistake() -> None:
    """Nobody logs in for ever."""
    crm = Crm()
    crm.dead = {f"token {n}" for n in range(10)}
    with pytest.raises(LoginFailed, match="not even a new one: INVALID_SESSION_ID") as caught:
        crm.grants.use(crm.asked)
    assert (crm.made, caught.value.next) == (2, "check the user")


def test_a_given_token_cannot_be_renewed() -> None:
    """It is said what to do instead."""
    crm = Crm(renewable=False, ending=True)
    assert crm.grants.use(crm.asked) == "token 1"
    crm.dead.add("token 1")
    with pytest.raises(LoginFailed, match="cannot be renewed") as caught:
        crm.grants.use(crm.asked)
    assert (crm.made, caught.value.next) == (1, "store a fresh token")


def test_what_dies_with_a_login_is_not_asked_for_with_the_next() -> None:
    """The caller may forbid the second attempt; the login is new all the same."""
    crm = Crm()
    crm.grants.now()
    crm.dead.add("token 1")

    def forbid() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        crm.grants.use(crm.asked, renewed=forbid)
    assert crm.grants.use(crm.asked, renewed=forbid) == "token 2"


def test_a_login_about_to_end_is_renewed_before() -> None:
    """No request is wasted on it."""
    crm = Crm(ending=True)
    crm.grants.now()
    assert crm.grants.use(crm.asked) == "token 2"


def test_threads_that_lost_the_same_login_share_the_new_one() -> None:
    """Eight of them make one new login together."""
    crm, meet = Crm(), Barrier(8)
    first = crm.grants.now()

    def lost() -> Grant:
        meet.wait()
        return crm.grants.now(dead=first)

    with ThreadPoolExecutor(8) as pool:
        found = {future.result() for future in [pool.submit(lost) for _ in range(8)]}
    assert found == {Grant("token 2", URL)}
