"""Ids of what an org knows by its name: always the same for the same name."""

import zlib

from connector.sandbox.salesforce.ids import BASE62, POD, checksum


def named_id(prefix: str, name: str) -> str:
    """The 18-character id of the thing of that name."""
    number, digits = zlib.crc32(name.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = BASE62[digit] + digits
    id15 = prefix + POD + digits
    return id15 + checksum(id15)
