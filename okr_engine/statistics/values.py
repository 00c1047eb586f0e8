"""Values that may be computed with: finite, not absurd, and enough of them."""

from collections.abc import Iterable
from math import isfinite

MOST = 1e100
"""Nothing anyone measures is larger; the square of what is would not be a number."""


def usable(values: Iterable[float], *, fewest: int) -> tuple[float, ...]:
    """The values as floats; ValueError where one is no finite number, or where they are fewer than `fewest`."""
    kept = tuple(float(value) for value in values)
    if len(kept) < fewest:
        raise ValueError(f"at least {fewest} values, not {len(kept)}")
    if not all(isfinite(value) and abs(value) <= MOST for value in kept):
        raise ValueError("finite values only")
    return kept
