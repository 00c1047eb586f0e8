"""`okr doctor` and `okr audit verify`: is all in order, and what to do if not."""

import shutil
import sys
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from okr_engine.cli.speaking import complain, installation, settings, tell
from okr_engine.database import connect
from okr_engine.errors import InvalidSettings, OkrError
from okr_engine.migrations import check_schema
from okr_engine.rulebook import engine_name
from okr_engine.services.audit_log import verify_audit
from okr_engine.services.installation import read_rulebooks
from okr_engine.words import message

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def verify_audit_log() -> None:
    """Walk the audit log's chain of hashes from its first entry to its last."""
    seal = installation().ask(verify_audit)
    tell("cli.audit_holds", entries=seal.entries, hash=seal.last_hash)


def doctor() -> None:
    """Look at everything that has to be in order, and say what to do where it is not."""
    failed = [name for name, look in EXAMINATIONS if not _is_in_order(name, look)]
    _note_what_is_optional()
    if failed:
        sys.exit(1)


def _database() -> str:
    url = settings().database_url
    revision = check_schema(connect(url))
    return f"{connect(url).url.render_as_string()} ({revision})"


def _rules() -> str:
    books = read_rulebooks(settings().rules)
    return ", ".join(book.version for book in (books.status, books.actions, books.data_quality))


def _time_zone() -> str:
    name = settings().time_zone
    try:
        return f"{name}, {datetime.now(ZoneInfo(name)):%H:%M}"
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidSettings(
            message("error.unknown_time_zone", name=name), remedy=message("error.unknown_time_zone_remedy")
        ) from error


EXAMINATIONS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("time_zone", _time_zone),
    ("rules", _rules),
    ("database", _database),
)


def _is_in_order(name: str, look: Callable[[], str]) -> bool:
    try:
        tell(f"doctor.{name}", found=look())
    except OkrError as error:
        tell("doctor.failed", name=message(f"doctor.name.{name}"))
        complain(error)
        return False
    return True


def _note_what_is_optional() -> None:
    tell(f"doctor.engine.{engine_name()}")
    compiler = shutil.which("gcc") or shutil.which("cc")
    tell("doctor.compiler" if compiler else "doctor.compiler_missing", found=compiler or "")
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    tell("doctor.browser" if browser else "doctor.browser_missing", found=browser or "")
