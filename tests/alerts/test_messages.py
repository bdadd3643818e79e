"""Where only chats are told, they are told of doubtful messages as well."""

from __future__ import annotations

import pytest

from connector.alerts import plain
from tests.alerts.scene import HOUR, Scene
from tests.alerts.test_digest import digest, entry

CHAT = '[[org.alerts.chat]]\nname = "sales"\nurl = "file:chat"\n'
UNSURE = "Nobody knows whether these were delivered, and they are not sent again: 1"


@pytest.mark.parametrize("mail", [False, True])
def test_a_chat_names_what_is_in_doubt(scene: Scene, mail: bool) -> None:
    """With its next message, once; a mail names it where there is one, and the chat does not."""
    if not mail:
        scene.configure(CHAT)
    scene.lead()
    scene.hook.hangs_up = True
    scene.run(after=49 * HOUR)
    assert scene.states()["chat:sales"] == ["unknown"]
    scene.hook.hangs_up = False
    scene.lead(scene.now, first_name="Bob")
    scene.run(after=49 * HOUR)
    said = scene.hook.messages[-1]["message"]
    assert "Bob Lee" in said
    assert (f"{UNSURE} (connector alerts --state unknown)\nAnn Lee, VP Sales, Acme & Söhne: MAQL" in said) is not mail
    assert not mail or "(chat:sales)" in scene.mailbox.text(0)
    scene.lead(scene.now, first_name="Cy")
    scene.run(after=49 * HOUR)
    assert "Cy Lee" in scene.hook.messages[-1]["message"]
    assert UNSURE not in scene.hook.messages[-1]["message"]


def test_a_message_that_is_in_doubt_names_it_again(scene: Scene) -> None:
    """Whoever may not have got the news that something is in doubt gets it with the next message."""
    scene.configure(CHAT)
    scene.hook.hangs_up = True
    for name in ("Ann", "Bob"):
        scene.lead(scene.now, first_name=name)
        scene.run(after=49 * HOUR)
    scene.hook.hangs_up = False
    scene.lead(scene.now, first_name="Cy")
    scene.run(after=49 * HOUR)
    said = scene.hook.messages[-1]["message"]
    assert "not sent again: 2" in said or "not sent again: 3" in said  # Ann was escalated meanwhile
    assert "Ann Lee" in said
    assert "Bob Lee" in said


@pytest.mark.parametrize("room", [300, 1_000, 6_000])
def test_doubt_has_room_of_its_own(room: int) -> None:
    """However many alerts there are: its number is told in any case, and the message is never too long."""
    one = digest(*(entry(n) for n in range(20)), unsure=tuple((entry(n), "chat:sales") for n in range(30, 60)))
    said = plain.short(one, room)
    assert len(said) <= room
    assert "not sent again: 30 (connector alerts --state unknown)" in said
    assert "… all of them: connector alerts\n" in said
    assert said.startswith("BROKEN · Ann 0")
