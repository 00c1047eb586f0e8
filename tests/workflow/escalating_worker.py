"""A worker process that only lets clocks fire, until it is killed: `python escalating_worker.py URL`."""

import sys

from okr_engine.database import connect
from okr_engine.services.installation import Installation, read_rulebooks
from okr_engine.settings import Settings
from okr_engine.worker.ticking import escalate
from tests.services.small_county import NOW


def main(url: str) -> None:
    place = Installation(Settings(database_url=url), connect(url), read_rulebooks(), clock=lambda: NOW)
    print("working", flush=True)  # noqa: T201 - whoever kills it waits for this
    while True:
        escalate(place, lambda: True)


if __name__ == "__main__":
    main(sys.argv[1])
