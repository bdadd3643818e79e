"""Why a change of the org's make-up is refused, whichever API asked for it."""


class RefusedError(Exception):
    """Code, message and fields as Tooling REST and Metadata SOAP both show them."""

    def __init__(self, code: str, message: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = fields
