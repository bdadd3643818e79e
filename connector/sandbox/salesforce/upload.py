"""Large request bodies go to disk while they arrive."""

from __future__ import annotations

import re
import tempfile
from typing import IO

from starlette.requests import Request

_UPLOAD = re.compile(
    r"/services/(data/v[\d.]+/jobs/ingest/[^/]+/batches|async/[\d.]+/job/[^/]+/batch)/?$", re.IGNORECASE
)
_IN_MEMORY = 1 << 20


def is_upload(request: Request) -> bool:
    """Whether the body is the data of a bulk job, which may have a hundred megabytes."""
    return request.method in ("PUT", "POST") and _UPLOAD.search(request.url.path) is not None


async def spooled(request: Request) -> IO[bytes]:
    """The body as a file at its beginning; it stays in memory while it is small."""
    out: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - read by the handler
    async for piece in request.stream():
        out.write(piece)
    out.seek(0)
    return out
