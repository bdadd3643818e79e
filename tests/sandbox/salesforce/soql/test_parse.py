"""What SOQL is understood, and how the rest is refused."""

from __future__ import annotations

import pytest

from connector.sandbox.salesforce.soql import tree
from connector.sandbox.salesforce.soql.fault import QueryError
from connector.sandbox.salesforce.soql.parse import MAX_LENGTH, parse
from connector.sandbox.salesforce.soql.tree import Among, And, Call, Compare, Literal, Name, Not, Or, Selected


def refused(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(text)
    return caught.value


def value(text: str) -> Literal:
    """The value in `SELECT Id FROM Lead WHERE A = <text>`."""
    where = parse(f"SELECT Id FROM Lead WHERE A = {text}").where
    assert isinstance(where, Compare)
    return where.right


def test_every_clause_at_once() -> None:
    """A query with every clause keeps each of them."""
    query = parse(
        "select Id, Account.Owner.Name, (Select Id from Tasks order by ActivityDate desc limit 3), toLabel(Status) s "
        "from Lead as l using scope mine where (not Name like 'x%') and (A = 1 or B <> null) with SECURITY_ENFORCED "
        "group by Status having count(Id) > 3 order by Name desc nulls last, Id limit 5 offset 3 for view, reference "
        "all rows"
    )
    assert query.source == tree.Source(("Lead",), "l", query.text.index("Lead"))
    assert query.scope == "mine"
    assert [item.expression.path for item in query.select if isinstance(item, Selected) and item.alias is None] == [
        ("Id",),
        ("Account", "Owner", "Name"),
    ]
    child = query.select[2]
    assert isinstance(child, tree.Query)
    assert (child.source.path, child.limit, child.order[0].descending) == (("Tasks",), 3, True)
    labelled = query.select[3]
    assert isinstance(labelled, Selected)
    assert isinstance(labelled.expression, Call)
    assert (labelled.expression.function, labelled.alias) == ("toLabel", "s")
    assert isinstance(query.where, And)
    assert [type(part) for part in query.where.parts] == [Not, Or]
    assert isinstance(query.having, Compare)
    assert [(sort.descending, sort.nulls_last) for sort in query.order] == [(True, True), (False, False)]
    assert (query.limit, query.offset, query.all_rows) == (5, 3, True)


@pytest.mark.parametrize("name", ["Group", "Order", "Case", "Task"])
def test_objects_named_like_keywords(name: str) -> None:
    """Keywords are names where a name must stand."""
    assert parse(f"SELECT Id FROM {name} ORDER BY Name").source.path == (name,)


@pytest.mark.parametrize(
    ("text", "kind", "stored"),
    [
        (r"'O\'Brien \"x\" \\ \n\u00e9'", "string", 'O\'Brien "x" \\ \n\u00e9'),
        (r"'50\% of\_it'", "string", r"50\% of\_it"),
        ("42", "number", 42),
        ("-1.5e3", "number", -1500.0),
        ("USD5000", "number", 5000.0),
        ("true", "boolean", 1),
        ("FALSE", "boolean", 0),
        ("null", "null", None),
        ("2024-05-01", "date", "2024-05-01"),
        ("2024-05-01T00:00:00Z", "datetime", "2024-05-01T00:00:00.000Z"),
        ("2024-05-01T02:30:00.123+02:30", "datetime", "2024-05-01T00:00:00.123Z"),
        ("2024-05-01T00:00:00-0700", "datetime", "2024-05-01T07:00:00.000Z"),
        ("last_n_days:30", "range", "LAST_N_DAYS:30"),
        ("This_Fiscal_Quarter", "range", "THIS_FISCAL_QUARTER"),
        ("N_DAYS_AGO:7", "range", "N_DAYS_AGO:7"),
    ],
)
def test_values(text: str, kind: str, stored: object) -> None:
    """A value is turned into what the database stores: datetimes in UTC, booleans as 0 and 1."""
    found = value(text)
    assert (found.kind, found.value) == (kind, stored)


def test_semi_join_and_lists() -> None:
    """IN takes a list or a query, and NOT IN negates either."""
    where = parse("SELECT Id FROM Lead WHERE Id NOT IN (SELECT LeadId FROM LeadHistory) AND A IN ('a','b')").where
    assert isinstance(where, And)
    first, second = where.parts
    assert isinstance(first, Among)
    assert isinstance(first.values, tree.Query)
    assert isinstance(second, Among)
    assert isinstance(second.values, tuple)
    assert (first.negated, second.negated) == (True, False)
    assert [item.value for item in second.values] == ["a", "b"]


def test_spaces_in_paths() -> None:
    """Blanks around the dots of a path change nothing."""
    selected = parse("SELECT Account . Name FROM Contact").select[0]
    assert isinstance(selected, Selected)
    assert isinstance(selected.expression, Name)
    assert selected.expression.path == ("Account", "Name")


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        ("SELECT Id, FROM Lead", 12, "unexpected token: 'FROM'"),
        ("SELECT Id FROM Account WHERE", 29, "unexpected token: '<EOF>'"),
        ("SELECT Id FROM Lead WHERE A is null", 29, "unexpected token: 'is'"),
        ("SELECT Id FROM Lead WHERE A IN ()", 33, "unexpected token: ')'"),
        ("SELECT Id FROM Lead WHERE A = 1 OR B = 2 AND C = 3", 42, "unexpected token: 'AND'"),
        ("SELECT Id FROM Lead WHERE A = 1 AND NOT B LIKE 'x'", 37, "unexpected token: 'NOT'"),
        ("SELECT Id FROM Lead WHERE NOT A LIKE 'x' AND B = 1", 42, "unexpected token: 'AND'"),
        ("SELECT Id FROM Lead LIMIT -1", 27, "unexpected token: '-1'"),
        ("SELECT Id FROM Lead WHERE A = 2024-02-31", 31, "Invalid date: 2024-02-31"),
        (
            'SELECT FirstName, LastName FROM CampaignMember WHERE Id = "00v3D000003BjNa"',
            58,
            "line 1:58 no viable alternative at character '\"'",
        ),
        (
            "SELECT Id FROM Lead WHERE A > 2024-05-01T00:00:00 00:00",
            49,
            "line 1:49 no viable alternative at character ' '",
        ),
        ("SELECT Id FROM Lead WHERE A = 'x", 32, "line 1:32 mismatched character '<EOF>' expecting '''"),
    ],
)
def test_refusals_say_where(text: str, column: int, what: str) -> None:
    """MALFORMED_QUERY names the position and the token, in the words of the real service."""
    error = refused(text)
    assert error.code == "MALFORMED_QUERY"
    assert error.message.splitlines()[-2:] == [f"ERROR at Row:1:Column:{column}", what]


def test_recorded_excerpts() -> None:
    """Excerpt and caret stand as in messages seen from real orgs."""
    error = refused('SELECT FirstName, LastName FROM CampaignMember WHERE Id = "00v3D000003BjNa"')
    assert error.message.splitlines()[1:3] == ['FROM CampaignMember WHERE Id = "00v3D000003BjNa"', " " * 30 + "^"]


def test_rows_are_counted() -> None:
    """In a query of several lines the row and the column within it are given."""
    assert "ERROR at Row:2:Column:7" in refused("SELECT Id\nFROM  WHERE").message


def test_bad_escape() -> None:
    """A backslash before a letter that means nothing is refused."""
    assert "Illegal character sequence '\\x'" in refused(r"SELECT Id FROM Lead WHERE A = 'a\x'").message


def test_too_long() -> None:
    """100,000 characters are the limit, and one more is refused."""
    shell = "SELECT Id FROM Lead WHERE A IN ('%s')"
    words = "','".join(["x" * 3_000] * 34)
    assert parse((shell % words)[: MAX_LENGTH - 2] + "')").text
    assert refused(shell % words).code == "MALFORMED_QUERY"


def test_too_long_a_string() -> None:
    """One string of a condition holds at most 4,000 characters."""
    assert value(f"'{'x' * 4000}'").kind == "string"
    assert refused(f"SELECT Id FROM Lead WHERE A = '{'x' * 4001}'").code == "MALFORMED_QUERY"
