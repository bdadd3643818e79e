"""Tasks in the CRM that say what an alert says."""

from __future__ import annotations

from datetime import datetime

import msgspec

from connector.model import Ref
from connector.ports.writing import Result


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A task for somebody in the CRM that says what an alert says. `key`: the alert's, by which it is found again.

    `owner_id`: a user. `due`: when it should be done. `text` may have several lines. `type`: what kind of task it is in
    the CRM's own list, where the CRM has one; empty: as the CRM sees fit.
    """

    key: str
    about: Ref
    owner_id: str
    subject: str
    text: str
    due: datetime
    type: str = ""


class FoundTask(msgspec.Struct, frozen=True):
    """A task of ours as the CRM has it now. `touched`: somebody else changed, completed or took it over."""

    key: str
    id: str
    is_open: bool
    touched: bool


class TaskOutcome(msgspec.Struct, frozen=True):
    """What became of making or taking back one task. `id` is the CRM's, empty if there is none."""

    key: str
    result: Result
    id: str = ""
    code: str = ""
    text: str = ""
