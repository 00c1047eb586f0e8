"""Small counts are kept back, and so is what they could be told from."""

from collections.abc import Mapping
from typing import TypeVar

K = TypeVar("K")


def withheld(counts: Mapping[K, int], fewest: int) -> frozenset[K]:
    """Which parts of a known whole are not told: those below `fewest`; where that is one, the next smallest as well.

    Otherwise the one would be the whole less the rest. NHS England does so with the Friends and Family Test.
    """
    small = {name for name, count in counts.items() if count < fewest}
    rest = sorted((count, position, name) for position, (name, count) in enumerate(counts.items()) if name not in small)
    if len(small) == 1 and rest:
        small.add(rest[0][2])
    return frozenset(small)
