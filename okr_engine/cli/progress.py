"""How far the work has come, shown on a terminal only, on standard error, and gone when it is done."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext

from rich.console import Console
from rich.progress import track

from okr_engine.cli.speaking import spoken
from okr_engine.periods import Period


def quarters_done(quarters: Sequence[Period]) -> Iterable[Period]:
    """The quarters one by one, with a bar that grows."""
    return track(quarters, description=spoken("cli.evaluating"), console=Console(stderr=True), transient=True)


@contextmanager
def working(key: str, /, **values: object) -> Iterator[None]:
    """A sign of life while something without steps is under way."""
    console = Console(stderr=True)
    with console.status(spoken(key, **values)) if console.is_terminal else nullcontext():
        yield
