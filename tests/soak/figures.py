"""What a month came to, and what must not grow beyond its data."""

from __future__ import annotations

from statistics import median

from tests.soak.month import Month, Night

HEAD = (
    f"{'night':>5} {'weather':<24} {'ended':<8} {'people':>6} {'written':>7} {'alerts':>6} {'s':>5} {'MB':>4} "
    f"{'ledger':>6} {'mirror':>6}"
)


def line(night: Night) -> str:
    """One night. `written` and `alerts` are sums up to it; sizes are in kB."""
    return (
        f"{night.number:>5} {night.weather:<24} {night.ended:<8} {night.people:>6} {night.written:>7} "
        f"{night.alerts:>6} {night.done.seconds:>5.1f} {night.done.megabytes:>4.0f} "
        f"{night.ledger // 1024:>6} {night.mirror // 1024:>6}"
    )


def growth(month: Month) -> list[str]:
    """Memory and files, first third against last; a line each. Raises AssertionError if they grow beyond their data."""
    told = []
    for name, megabytes in month.memory.items():
        third = max(1, len(megabytes) // 3)
        first, last = median(megabytes[:third]), median(megabytes[-third:])
        told.append(
            f"connector {name}: at most {max(megabytes):.0f} MB; median {first:.0f} MB at first, {last:.0f} MB at last"
        )
        assert last < first * 1.15 + 5, told[-1]
    first_night, last_night = month.nights[len(month.nights) // 3], month.nights[-1]
    for name, of, per in (("ledger", "change", "written"), ("mirror", "person", "people")):
        before, after = getattr(first_night, name), getattr(last_night, name)
        ratio = getattr(last_night, per) / getattr(first_night, per)
        told.append(f"{name}: {before // 1024} kB → {after // 1024} kB, while every {of} counted grew by {ratio:.2f}")
        assert after < before * ratio * 1.5 + 200_000, told[-1]
    return told
