"""What the Web API refuses: an HTTP status, a code such as 0x80040217, and a message."""

from typing import Any

import msgspec


class DataverseError(Exception):
    """A refused request. `headers` go with the answer; `details` are shown to clients that ask for annotations."""

    def __init__(self, status: int, code: str, message: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def body(self, *, annotated: bool = False) -> dict[str, Any]:
        """The JSON body; `annotated` when the request's Prefer asked for annotations."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if annotated:
            error["@Microsoft.PowerApps.CDS.ErrorDetails.HttpStatusCode"] = str(self.status)
            link = f"http://go.microsoft.com/fwlink/?LinkID=398563&error=Microsoft.Crm.CrmException%3a{self.code}"
            error["@Microsoft.PowerApps.CDS.HelpLink"] = link
            error["@Microsoft.PowerApps.CDS.TraceText"] = ""
            error["@Microsoft.PowerApps.CDS.InnerError.Message"] = self.message
        return {"error": error}


def error_body(code: str, message: str) -> str:
    """An error of the Web API as text, for faults."""
    return msgspec.json.encode({"error": {"code": code, "message": message}}).decode()


def missing(entity: str, id: str) -> DataverseError:
    """No row of that id."""
    return DataverseError(404, "0x80040217", f"{entity} With Id = {id} Does Not Exist")


def no_segment(name: str) -> DataverseError:
    """No resource of that name; names are case sensitive."""
    return DataverseError(404, "0x8006088a", f"Resource not found for the segment '{name}'.")


def no_resource(url: str) -> DataverseError:
    """A path, or a verb on it, that nothing answers."""
    return DataverseError(404, "", f"No HTTP resource was found that matches the request URI '{url}'.")


def invalid_argument(message: str) -> DataverseError:
    """0x80040203, what the platform says about arguments that make no sense."""
    return DataverseError(400, "0x80040203", message)


def bad_payload(set_name: str, why: str) -> DataverseError:
    """A body that does not fit the table: wrong types, wrong navigation property, no JSON."""
    text = (
        f"Error identified in Payload provided by the user for Entity :'{set_name}', For more information on this error"
        f" please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  InnerException :"
        f" Microsoft.OData.ODataException: {why}"
    )
    return DataverseError(400, "0x80048d19", text)


def unknown_property(name: str, entity: str) -> DataverseError:
    """A property in a body that the table does not have."""
    text = (
        f"Invalid property '{name}' was found in entity 'Microsoft.Dynamics.CRM.{entity}'. ---> "
        f"Microsoft.OData.ODataException: The property '{name}' does not exist on type"
        f" 'Microsoft.Dynamics.CRM.{entity}'. Make sure to only use property names that are defined by the type."
    )
    return DataverseError(400, "0x0", text)
