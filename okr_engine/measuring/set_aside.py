"""The list of records that made no event: where they stand and why, kept by run until a later reading goes well."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from okr_engine.errors import Place
from okr_engine.measuring.sources import SetAside
from okr_engine.words import Message

_FOLDER = "set_aside"


def set_aside(folder: Path, records: Iterable[SetAside], *, source: str, run: str, now: datetime) -> int:
    """Add the records to the run's list, one JSON object a line; how many there were."""
    lines = [_line(record, source=source, run=run, now=now) for record in records]
    if lines:
        (folder / _FOLDER).mkdir(parents=True, exist_ok=True)
        with _list_of(folder, run).open("a", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    return len(lines)


def records_set_aside(folder: Path, run: str) -> list[SetAside]:
    """What the run has set aside, for a person to look at and for the source to be read again at these places."""
    path = _list_of(folder, run)
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [_record(found) for line in lines if (found := _whole(line))]


def runs_with_set_aside(folder: Path) -> list[str]:
    """The runs that have set something aside, in alphabetical order, as their files are named."""
    return sorted(path.stem for path in (folder / _FOLDER).glob("*.ndjson"))


def forget_set_aside(folder: Path, run: str) -> None:
    """Drop the run's list, after its records have been read again."""
    _list_of(folder, run).unlink(missing_ok=True)


def _list_of(folder: Path, run: str) -> Path:
    """The run's file; what cannot stand in a file name becomes a hyphen."""
    name = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in run)
    return folder / _FOLDER / f"{name.lstrip('.')}.ndjson"


def _line(record: SetAside, *, source: str, run: str, now: datetime) -> str:
    values = {name: None if value is None else str(value) for name, value in record.reason.values.items()}
    told = {"place": asdict(record.place), "reason": record.reason.key, "values": values}
    return json.dumps({"source": source, "run": run, "at": now.isoformat(), **told}, ensure_ascii=False)


def _whole(line: str) -> Mapping[str, object] | None:
    """The line's object; None for the half of a line that a power cut left."""
    try:
        found = json.loads(line)
    except json.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _record(found: Mapping[str, object]) -> SetAside:
    place, values = found.get("place"), found.get("values")
    return SetAside(
        Place(**place) if isinstance(place, dict) else Place(),
        Message(str(found.get("reason")), values if isinstance(values, dict) else {}),
    )
