"""Record ids as people's files have them, brought into the one form that the org stores."""

from __future__ import annotations

from connector.sandbox.salesforce.ids import checksum, to18


class IdReader:
    """Turns 15- and 18-character ids into 18 characters; remembers how many had a wrong checksum and an example.

    Ids that passed through a program that does not know upper from lower case are put right from their checksum. Where
    that gives an id of another object, the checksum itself is taken to be wrong (files made by hand) and is replaced.
    """

    def __init__(self) -> None:
        self.mended = 0
        self.example = ""

    def __call__(self, text: str, prefixes: tuple[str, ...]) -> str | None:
        """The id, or None if the text is none. `prefixes`: the key prefixes of the objects it may belong to."""
        found = to18(text)
        if found is not None and (found.startswith(text[:15]) or found.startswith(prefixes)):
            return found
        if len(text) != 18 or not text.isalnum() or not text.isascii():
            return found
        self.mended += 1
        self.example = self.example or text
        return text[:15] + checksum(text[:15])
