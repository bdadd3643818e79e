"""What is made of a successful answer."""

from __future__ import annotations

from typing import Any

import msgspec
import requests

from connector.adapters.web.errors import body_of
from connector.errors import Unanswered


def itself(response: requests.Response) -> requests.Response:
    """The answer as it is."""
    return response


def decoded(response: requests.Response) -> Any:
    """Its JSON; None if it has no body. Raises Unanswered if it is not whole JSON."""
    if not response.content:
        return None
    try:
        return msgspec.json.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unanswered(f"the answer is not JSON: {str(body_of(response))[:200]}", where=response.url) from error
