"""Whose task it is: who owns the person, or works off the queue that does, or leads the owner; else the fallback.

That a customer crossed the bar is for whoever owns the account.
"""

from __future__ import annotations

from typing import NamedTuple

from connector.model import Evidence, User
from connector.store.mirror.users import Users

ESCALATE = "escalate"


class Assignee(NamedTuple):
    """The user whose task it is; None: nobody, and `why`."""

    user: User | None
    why: str = ""


def assignee(level: str, evidence: Evidence, users: Users, fallback: str, *, of_account: bool = False) -> Assignee:
    """Whose it is.

    `fallback`: a user's name, e-mail or id, or empty. `of_account`: it is the business of whoever owns the account, of
    the person's owner only if that is nobody who could act.
    """
    if of_account and evidence.account_owner is not None:
        theirs = _own(evidence.account_owner, users)
        if theirs.user is not None:
            return theirs
    found, why = _own(evidence.owner, users)
    if found is not None and level == ESCALATE:
        manager = users.one(found.manager_id)
        if manager is not None and manager.active and manager.kind == "user":
            return Assignee(manager)
        why = f"{found.name} has no manager in the CRM" if manager is None else f"{manager.name} has left"
    elif found is not None:
        return Assignee(found)
    instead = fallback_user(fallback, users)
    if instead.user is not None:
        return instead
    if found is not None:  # better the owner hears of it twice than nobody
        return Assignee(found)
    return Assignee(None, f"{why}; {instead.why}")


def _own(owner: User | None, users: Users) -> Assignee:
    if owner is None:
        return Assignee(None, "the owner is not known")
    if owner.kind == "queue":
        workers = users.workers(owner.id)
        if len(workers) == 1:
            return Assignee(workers[0])
        return Assignee(None, f"it is owned by the queue {owner.name}, which {len(workers)} people work off")
    if not owner.active:
        return Assignee(None, f"{owner.name}, who owns it, has left")
    return Assignee(owner)


def fallback_user(word: str, users: Users) -> Assignee:
    """Whom `fallback` of [org.alerts.task] means; None if it is empty, or nobody or several are called so."""
    if not word:
        return Assignee(None, "no fallback is set in [org.alerts.task]")
    found = users.called(word)
    if len(found) == 1:
        return Assignee(found[0])
    how_many = "no active user is" if not found else f"{len(found)} active users are"
    return Assignee(None, f"{how_many} called {word!r} (fallback in [org.alerts.task])")
