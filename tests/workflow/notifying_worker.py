"""A worker process that only tells people, until it is killed: `python notifying_worker.py URL`."""

import sys
import time
from datetime import UTC, datetime, timedelta

from okr_engine.database import connect
from okr_engine.services.delivering import Persistence
from okr_engine.services.installation import Installation, read_rulebooks
from okr_engine.services.notifying import notify_due
from okr_engine.settings import Settings

HURRIED = Persistence(lease=timedelta(seconds=1), pauses=(timedelta(milliseconds=50),) * 40)
START, BEGAN = datetime(2025, 7, 16, 9, tzinfo=UTC), time.monotonic()


def working_hours() -> datetime:
    """A working day's morning that goes on as the clock does."""
    return START + timedelta(seconds=time.monotonic() - BEGAN)


def main(url: str) -> None:
    settings = Settings(database_url=url, inner_hosts="127.0.0.1")
    place = Installation(settings, connect(url), read_rulebooks(), clock=working_hours)
    while True:
        if not notify_due(place, persistence=HURRIED):
            time.sleep(0.05)


if __name__ == "__main__":
    main(sys.argv[1])
