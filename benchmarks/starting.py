"""The start of `okr serve`, and the memory it takes."""

import asyncio
from collections.abc import Iterator

from benchmarks.figures import Figure, middle, spread
from benchmarks.large_county import LAST, LargeCounty
from benchmarks.serving import Server, serving
from benchmarks.visiting import Visitor

STARTS = 3


def measure(county: LargeCounty) -> Iterator[Figure]:
    """From the command to the first answered request, and the memory once somebody looks at the overview."""
    started, memory = [], []
    for _ in range(STARTS):
        with serving(county) as server:
            started.append(server.started_after * 1000)
            memory.append(asyncio.run(_memory_with_one_session(server)))
    yield Figure("`okr serve` to the first answered request", middle(started), "ms", how=f"wall, {spread(started)}")
    yield Figure("memory with one session", middle(memory), "MB", how="resident, the overview looked at")


async def _memory_with_one_session(server: Server) -> float:
    visitor = await Visitor.at(server.url)
    await visitor.look_at("", period=LAST.code)
    memory = server.memory()
    await visitor.leave()
    return memory
