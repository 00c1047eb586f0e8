"""`python -m okr_engine.api` prints the API's OpenAPI description, as `docs/openapi.json` keeps it."""

import json
import sys

from okr_engine.api.application import application
from okr_engine.services.installation import open_installation
from okr_engine.settings import Settings


def description() -> str:
    """The description as it is committed; no database is opened for it."""
    settings = Settings()
    described = application(lambda: open_installation(settings), settings).openapi()
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    sys.stdout.write(description())
