"""What an Encounter of FHIR R4 tells: a visit, and a service event unless it is part of another."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from connectors.kit.moments import moment_of
from connectors.kit.pointers import value_at
from okr_engine.errors import InvalidEvent
from okr_engine.measuring.events import Event, event, local_day
from okr_engine.measuring.sources import PersonKey
from okr_engine.words import message

CLASSES: Mapping[str, str] = {
    "EMER": "ED",
    "IMP": "INP",
    "ACUTE": "INP",
    "NONAC": "INP",
    "OBSENC": "INP",
    "SS": "INP",
    "AMB": "AMB",
    "PRENC": "AMB",
    "VR": "REMOTE",
    "HH": "HOME",
    "FLD": "HOME",
}
_CONTACTS = {"ED": "reception", "AMB": "reception", "INP": "inpatient_stay", "REMOTE": "remote_live", "HOME": "home"}
_STATUSES = {
    "planned": "planned",
    "arrived": "in_progress",
    "triaged": "in_progress",
    "in-progress": "in_progress",
    "onleave": "in_progress",
    "finished": "finished",
    "cancelled": "cancelled",
    "entered-in-error": "entered_in_error",
    "unknown": None,
}
_DISPOSITIONS = {
    "home": "HOME",
    "alt-home": "HOME",
    "exp": "DIED",
    "aadvice": "LWBS",
    "other-hcf": "TRANSFER",
    "hosp": "ADMITTED",
    "long": "ADMITTED",
    "rehab": "ADMITTED",
    "psy": "ADMITTED",
    "snf": "ADMITTED",
    "oth": "UNKNOWN",
}
_PRIORITIES = {"EL": True, "R": True, "EM": False, "UR": False, "A": False, "S": False}


def events_of_encounter(
    encounter: Mapping[str, Any],
    *,
    source_system: str,
    zone: ZoneInfo,
    person_key: PersonKey,
    classes: Mapping[str, str] = CLASSES,
    area: str | None = None,
    default_unit: str | None = None,
    default_disposition: str | None = None,
) -> Iterator[Event]:
    """The visit and, unless the encounter is part of another, the service event. InvalidEvent names what is amiss."""
    kind = _known("kind", value_at(encounter, "/class/code"), classes)
    start = _moment(encounter, "/period/start", "arrival_ts_utc", zone)
    end = _moment(encounter, "/period/end", "departure_ts_utc", zone)
    shared: dict[str, object] = {
        "source_system": source_system,
        "source_event_id": _text(encounter, "/id"),
        "version_no": _version(encounter, zone),
        "person_key": _person(encounter, person_key),
        "area_id": area,
        "unit_id": _unit(encounter) or default_unit,
        "status": _known("status", value_at(encounter, "/status"), _STATUSES),
    }
    day = local_day(start, zone) if start else None
    parent = _last_part(value_at(encounter, "/partOf/reference"))
    yield event(
        "visit",
        **shared,
        kind=kind,
        arrival_ts_utc=start,
        departure_ts_utc=end,
        arrival_date_local=day,
        planned=_planned(encounter, kind),
        disposition=_disposition(encounter) or (default_disposition if end else None),
        triage=value_at(encounter, "/priority/coding/0/code"),
        parent_event_id=parent,
    )
    if parent is None:
        yield event(
            "service_event",
            **shared,
            service_event_oid=_official_oid(encounter),
            contact_kind=_CONTACTS[str(kind)],
            profession=value_at(encounter, "/participant/0/type/0/coding/0/code"),
            start_ts_utc=start,
            start_date_local=day,
        )


def _person(encounter: Mapping[str, Any], person_key: PersonKey) -> str | None:
    """The key of the subject: of its identifier where the register gives one, else of its place in this system."""
    identifier = _text(encounter, "/subject/identifier/value") or _subject(encounter)
    return person_key(identifier) if identifier else None


def _subject(encounter: Mapping[str, Any]) -> str | None:
    reference = _text(encounter, "/subject/reference")
    if reference is None:
        return None
    # An absolute address and a relative one mean the same person: "https://…/Patient/1" and "Patient/1".
    return "/".join(reference.split("/_history/")[0].split("/")[-2:])


def _unit(encounter: Mapping[str, Any]) -> str | None:
    for place in ("/serviceProvider", "/location/0/location"):
        if found := _text(encounter, f"{place}/identifier/value") or _last_part(
            value_at(encounter, f"{place}/reference")
        ):
            return found
    return None


def _version(encounter: Mapping[str, Any], zone: ZoneInfo) -> int | None:
    version = str(value_at(encounter, "/meta/versionId") or "")
    if version.isascii() and version.isdecimal():
        return int(version)
    updated = last_updated(encounter, zone)
    return int(updated.timestamp() * 1000) if updated else None


def last_updated(resource: Mapping[str, Any], zone: ZoneInfo) -> datetime | None:
    """When the server last changed the resource; None where it does not say so legibly."""
    try:
        return moment_of(value_at(resource, "/meta/lastUpdated", ""), zone)
    except (ValueError, OverflowError):
        return None


def _official_oid(encounter: Mapping[str, Any]) -> str | None:
    """The OID of the Finnish service event: the official identifier, where it is an OID."""
    identifiers = value_at(encounter, "/identifier")
    for each in identifiers if isinstance(identifiers, list) else []:
        value = _text(each, "/value") or ""
        if value_at(each, "/use") == "official" and value.startswith("urn:oid:"):
            return value.removeprefix("urn:oid:")
    return None


def _planned(encounter: Mapping[str, Any], kind: object) -> bool | None:
    if value_at(encounter, "/appointment/0"):
        return True
    priority = _PRIORITIES.get(str(value_at(encounter, "/priority/coding/0/code")))
    return False if priority is None and kind == "ED" else priority


def _disposition(encounter: Mapping[str, Any]) -> str | None:
    code = value_at(encounter, "/hospitalization/dischargeDisposition/coding/0/code")
    return _DISPOSITIONS.get(str(code), "UNKNOWN") if code else None


def _known(column: str, code: object, codes: Mapping[str, Any]) -> Any:
    if code not in codes:
        _refuse("events.unknown_code", column, found=str(code)[:60], choices=", ".join(codes))
    return codes[str(code)]


def _moment(encounter: Mapping[str, Any], pointer: str, column: str, zone: ZoneInfo) -> datetime | None:
    value = value_at(encounter, pointer)
    if value is None:
        return None
    try:
        return moment_of(value, zone)
    except (ValueError, OverflowError):
        _refuse("events.not_a_moment", column, found=str(value)[:60])


def _text(document: object, pointer: str) -> str | None:
    value = value_at(document, pointer)
    return value.strip() or None if isinstance(value, str) else None


def _last_part(reference: object) -> str | None:
    """The name at the end of a reference: of "Organization/7", and of "Organization?identifier=…|7"."""
    if not isinstance(reference, str) or not reference:
        return None
    return reference.split("/_history/")[0].replace("|", "/").rpartition("/")[2] or None


def _refuse(key: str, column: str, **values: object) -> NoReturn:
    raise InvalidEvent(message(key, column=column, **values), field=column)
