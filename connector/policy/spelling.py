"""Whether one word is a misspelling of another."""

from __future__ import annotations


def is_typo(word: str, meant: str) -> bool:
    """Whether `word` is `meant` with a slip. The first letter must be right.

    In words of five or six letters only the slips that seldom make another word: two letters that changed places, one
    left out, one doubled. In longer ones also a wrong letter or one too many, from nine letters on two slips.
    """
    if word == meant or word[:1] != meant[:1] or len(meant) < 5:
        return False
    if len(meant) < 7:
        return word in _small_slips(meant)
    return distance(word, meant, 2 if len(meant) >= 9 else 1) > 0


def _small_slips(meant: str) -> set[str]:
    swapped = {meant[:at] + meant[at + 1] + meant[at] + meant[at + 2 :] for at in range(1, len(meant) - 1)}
    dropped = {meant[:at] + meant[at + 1 :] for at in range(1, len(meant) - 1)}
    doubled = {meant[:at] + meant[at] + meant[at:] for at in range(len(meant))}
    return swapped | dropped | doubled


def distance(one: str, other: str, most: int) -> int:
    """How many slips (a letter too many, too few, a wrong one, two swapped) lie between two words; -1: over `most`."""
    if abs(len(one) - len(other)) > most:
        return -1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        two_before, before, row = before, row, [at]
        for to, wanted in enumerate(other, 1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                cost = min(cost, two_before[to - 2] + 1)
            row.append(cost)
    return row[-1] if row[-1] <= most else -1
