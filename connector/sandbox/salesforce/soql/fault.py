"""Why a query is refused: the error code and the text that Salesforce answers, caret and position included."""

from __future__ import annotations

_WORDS_AROUND = 4


class QueryError(Exception):
    """A query that cannot be answered.

    `code` is the errorCode (MALFORMED_QUERY, INVALID_FIELD, INVALID_TYPE …) and `message` the full text of the answer.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def located(code: str, what: str, text: str, at: int, column_shift: int = 0) -> QueryError:
    """A fault at character `at` of the query `text`, worded with excerpt, caret, row and column.

    `column_shift` is -1 for what the lexer refuses: there the real column is one lower.
    [R test_count_sobjects__errors, I cli #1876, simple-salesforce #73, SalesforceMobileSDK-ReactNative #82]
    """
    row = text.count("\n", 0, at) + 1
    line_start = text.rfind("\n", 0, at) + 1
    column = at - line_start + 1 + column_shift
    excerpt, caret = _excerpt(text, line_start, line_start + column - 1)
    return QueryError(code, f"\n{excerpt}\n{' ' * caret}^\nERROR at Row:{row}:Column:{column}\n{what}")


def _excerpt(text: str, line_start: int, at: int) -> tuple[str, int]:
    """The few words around position `at` of its line, and where the caret stands under them."""
    line_end = text.find("\n", line_start)
    line = text[line_start : None if line_end < 0 else line_end]
    place = max(0, at - line_start)
    spans = _word_spans(line)
    here = next((i for i, (_, end) in enumerate(spans) if end > place), len(spans))
    if here < len(spans) and spans[here][0] > place:  # between two words: the caret belongs to the one before
        here = max(0, here - 1)
    first = spans[max(0, here - _WORDS_AROUND)][0] if spans else 0
    last = spans[min(len(spans) - 1, here + _WORDS_AROUND)][1] if spans else 0
    return line[first:last], place - first


def _word_spans(line: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    start: int | None = None
    for i, char in enumerate(line + " "):
        if char.isspace():
            if start is not None:
                spans.append((start, i))
            start = None
        elif start is None:
            start = i
    return spans
