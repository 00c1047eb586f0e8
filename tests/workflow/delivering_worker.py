"""A worker process that only delivers, as quickly as it can, until it is killed: `python delivering_worker.py URL`."""

import sys
import time
from datetime import timedelta

from okr_engine.database import connect
from okr_engine.services.delivering import Persistence, deliver_due
from okr_engine.services.installation import Installation, read_rulebooks
from okr_engine.settings import Settings

HURRIED = Persistence(lease=timedelta(seconds=1), pauses=(timedelta(milliseconds=50),) * 40)


def main(url: str) -> None:
    settings = Settings(database_url=url, inner_hosts="127.0.0.1")
    place = Installation(settings, connect(url), read_rulebooks())
    while True:
        if not deliver_due(place, persistence=HURRIED):
            time.sleep(0.05)


if __name__ == "__main__":
    main(sys.argv[1])
