"""The mail server, the web hook and the scene of the alerts' tests."""

from tests.alerts.conftest import _hook, _mailbox, box, chat, scene

__all__ = ["_hook", "_mailbox", "box", "chat", "scene"]
