"""What a benchmark finds: figures, some of which may be at most so much."""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Figure:
    """One measured thing, the bound it has to keep if there is one, and how it came about."""

    what: str
    value: float
    unit: str
    at_most: float | None = None
    how: str = ""

    @property
    def verdict(self) -> str:
        """PASS, missed with the ratio of the figure to its bound, or nothing where there is no bound."""
        if self.at_most is None:
            return ""
        return "PASS" if self.value <= self.at_most else f"**missed** ({self.value / self.at_most:.2f} × the target)"


def cpu_in_turns(*works: Callable[[], object], rounds: int) -> list[list[float]]:
    """CPU milliseconds of each work in each round; they take turns, so that a busy machine is busy for all of them.

    What was loaded before is kept out of the garbage collection, as the server does.
    """
    for work in works:
        work()
    gc.collect()
    gc.freeze()
    try:
        return [list(times) for times in zip(*([_cpu(work) for work in works] for _ in range(rounds)), strict=True)]
    finally:
        gc.unfreeze()


def middle(values: Sequence[float]) -> float:
    """The median."""
    return median(values)


def p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 do not exceed."""
    return quantiles(values, n=20, method="inclusive")[-1]


def spread(values: Sequence[float]) -> str:
    """The smallest and the largest, for the reader to see how noisy a figure is."""
    return f"{min(values):.0f}–{max(values):.0f}"


def _cpu(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return (time.process_time() - before) * 1000
