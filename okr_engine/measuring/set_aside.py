"""The list of records that made no event: where they stand and why, kept by run."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from okr_engine.errors import Place
from okr_engine.kept_words import kept_message, told_message
from okr_engine.measuring.sources import SetAside

_FOLDER = "set_aside"


def set_aside(folder: Path, records: Iterable[SetAside], *, source: str, run: str, now: datetime) -> int:
    """Add the records to the run's list, one JSON object a line; how many there were."""
    lines = [_line(record, source=source, run=run, now=now) for record in records]
    if lines:
        (folder / _FOLDER).mkdir(parents=True, exist_ok=True)
        with _list_of(folder, run).open("a", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    return len(lines)


def records_set_aside(folder: Path, run: str, *, most: int | None = None) -> list[SetAside]:
    """What the run has set aside (at most `most`, the first ones), for a person to look at and correct."""
    path = _list_of(folder, run)
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as lines:
        return [_record(found) for line in islice(lines, most) if (found := _whole(line))]


def _list_of(folder: Path, run: str) -> Path:
    """The run's file; what cannot stand in a file name becomes a hyphen."""
    name = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in run)
    return folder / _FOLDER / f"{name.lstrip('.')}.ndjson"


def _line(record: SetAside, *, source: str, run: str, now: datetime) -> str:
    told = {"place": asdict(record.place), "reason": kept_message(record.reason)}
    return json.dumps({"source": source, "run": run, "at": now.isoformat(), **told}, ensure_ascii=False)


def _whole(line: str) -> Mapping[str, Any] | None:
    """The line's object; None for the half of a line that a power cut left."""
    try:
        found = json.loads(line)
    except json.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _record(found: Mapping[str, Any]) -> SetAside:
    return SetAside(Place(**found["place"]), told_message(found["reason"]))
