"""An escalation policy as text becomes the policy, or the list of everything that is wrong with it."""

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from okr_engine.errors import InvalidRules
from okr_engine.model import ActionState
from okr_engine.packaged import rules_file
from okr_engine.rulebook import ChainRole
from okr_engine.rulebook.notation import Part, parts_of_text
from okr_engine.rulebook.notes import Notes
from okr_engine.words import message
from okr_engine.workflow.escalation import LONGEST_WAIT, MOST_REMINDERS, Policy, Subject, can_be_asked, least_wait
from okr_engine.workflow.lifecycle import OPEN
from okr_engine.workflow.working_time import Hours

POLICY_FILE = "escalation.yaml"

_MOST_KEPT = 64
_REQUIRED = ("time_zone", "working_day", "chain", "clocks", "support_request", "reminders", "repeat", "extensions")
_OPTIONAL = ("quiet_hours", "closed_days")
_COUNTS = {
    "support_request": (1, LONGEST_WAIT),
    "reminders": (0, MOST_REMINDERS),
    "repeat": (1, LONGEST_WAIT),
    "extensions": (1, MOST_REMINDERS),
}


@lru_cache(maxsize=_MOST_KEPT)
def policy_of(yaml: str, file: str = POLICY_FILE) -> Policy:
    """The policy that the text tells; InvalidRules with every mistake, each with its line."""
    notes = Notes(file)
    fields = notes.fields(parts_of_text(yaml, file, notes.note), required=_REQUIRED, optional=_OPTIONAL)
    told: dict[str, object] = {name: notes.whole(fields[name], *_COUNTS[name]) for name in _COUNTS.keys() & fields}
    told["time_zone"] = _zone(fields.get("time_zone"), notes)
    told["closed_days"] = _days(fields.get("closed_days"), notes)
    told["chain"] = _chains(fields.get("chain"), notes)
    told["clocks"] = _clocks(fields.get("clocks"), notes)
    working, quiet = _hours(fields.get("working_day"), notes), _hours(fields.get("quiet_hours"), notes)
    _check_day(fields, working, quiet, notes)
    if notes.mistakes or working is None:
        raise InvalidRules(file, sorted(notes.mistakes, key=lambda mistake: mistake.place.line or 0))
    told |= {"begins": working.begins, "ends": working.ends, "quiet": quiet and (quiet.begins, quiet.ends)}
    return Policy.model_validate(told)


@lru_cache(maxsize=1)
def shipped_text() -> str:
    """The text of the policy that comes with the program."""
    return rules_file(POLICY_FILE, None).read_text("utf-8")


def shipped_policy() -> Policy:
    """The policy that comes with the program: what is followed until somebody publishes another."""
    return policy_of(shipped_text())


def _zone(part: Part | None, notes: Notes) -> str | None:
    name = notes.text(part) if part else None
    if part and name and name not in available_timezones():
        notes.note(part, message("policy.no_such_zone", name=name[:60]), ("Europe/Helsinki",))
        return None
    return ZoneInfo(name).key if name else None


def _days(part: Part | None, notes: Notes) -> frozenset[date]:
    found = set[date]()
    for one in notes.items(part):
        if isinstance(one.value, date) and not isinstance(one.value, datetime):
            found.add(one.value)
        else:
            notes.note(one, message("rules.not_a_date"))
    return frozenset(found)


def _chains(part: Part | None, notes: Notes) -> Mapping[Subject, tuple[ChainRole, ...]]:
    fields = notes.fields(part, required=tuple(Subject)) if part else {}
    return {Subject(name): _chain(one, notes) for name, one in fields.items()}


def _chain(part: Part, notes: Notes) -> tuple[ChainRole, ...]:
    links = tuple(role for one in notes.items(part) if (role := notes.word(one, ChainRole)))
    if part.value == [] or len(set(links)) < len(links):
        notes.note(part, message("rules.chain_shape"), ChainRole)
    return links


def _clocks(part: Part | None, notes: Notes) -> Mapping[ActionState, int]:
    if part is None:
        return {}
    found = notes.mapping(part) or {}
    for name in found.keys() - OPEN:
        notes.note(part.key_lines[name], message("rules.unknown_field", field=name), sorted(OPEN))
    for state in sorted(OPEN - found.keys()):
        notes.note(part, message("policy.no_clock", state=message(f"action_state.{state.value}"), field=state.value))
    clocks = {ActionState(name): one for name, one in found.items() if name in OPEN}
    hours = {state: notes.whole(one, least_wait(state), LONGEST_WAIT) for state, one in clocks.items()}
    return {state: count for state, count in hours.items() if count is not None}


def _hours(part: Part | None, notes: Notes) -> Hours | None:
    fields = notes.fields(part, required=("from", "to")) if part else {}
    times = [_time(fields[name], notes) for name in ("from", "to") if name in fields]
    begins, ends = times if len(times) == len(("from", "to")) else (None, None)
    return Hours(begins, ends) if begins is not None and ends is not None else None


def _time(part: Part, notes: Notes) -> time | None:
    try:
        return datetime.strptime(str(part.value), "%H:%M").time()  # noqa: DTZ007 - a time of any day
    except ValueError:
        notes.note(part, message("policy.not_a_time"))
        return None


def _check_day(fields: Mapping[str, Part], working: Hours | None, quiet: Hours | None, notes: Notes) -> None:
    if working is None:
        return
    if not working.begins < working.ends:
        notes.note(fields["working_day"], message("policy.day_ends_before_it_begins"))
    elif quiet is not None and not can_be_asked(working, quiet):
        notes.note(fields["quiet_hours"], message("policy.always_quiet"))
