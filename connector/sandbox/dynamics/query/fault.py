"""Why a query is refused, with the code and text that the Web API answers."""

from connector.sandbox.dynamics.errors import DataverseError

SYNTAX = "0x80060888"
"""The URL or an option in it cannot be read."""
PROPERTY = "0x0"
"""A name in the query is no property of the table."""
ARGUMENT = "0x80040203"
"""An argument has no meaning here (InvalidArgument)."""

MOST_CONDITIONS = 500
"""Conditions in one query [D filter-rows]."""


class QueryError(DataverseError):
    """A query that cannot be answered: 400 with this code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(400, code, message)


def syntax(what: str) -> QueryError:
    """The refusal of text that is not a query option."""
    return QueryError(SYNTAX, what)


def no_property(name: str, entity: str) -> QueryError:
    """The refusal of an unknown column or navigation property [W 4.3, recorded error body]."""
    return QueryError(PROPERTY, f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{entity}'.")


def incompatible(left: str, right: str, operator: str) -> QueryError:
    """The refusal of a comparison between different types, in the words of the OData library."""
    return QueryError(
        SYNTAX,
        "A binary operator with incompatible types was detected. "
        f"Found operand types '{left}' and '{right}' for operator kind '{operator}'.",
    )


def too_many_conditions() -> QueryError:
    """The refusal of a query with more conditions than are allowed [D filter-rows]."""
    return QueryError("0x8004430C", "Number of conditions in query exceeded maximum limit.")
