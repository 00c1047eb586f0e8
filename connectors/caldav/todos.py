"""A task as iCalendar writes it: title, text and day are ours, the status and everything else are people's.

Source: RFC 5545, 3.6.2 (https://www.rfc-editor.org/rfc/rfc5545#section-3.6.2)
"""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from icalendar import Calendar, Todo

from okr_engine.i18n import say
from okr_engine.words import Language
from okr_engine.workflow.tasks import Task, TaskMessage, TaskState

_STATUSES = {TaskState.OPEN: "NEEDS-ACTION", TaskState.IN_PROGRESS: "IN-PROCESS", TaskState.DONE: "COMPLETED"}
# A person who cancels a task there has neither begun nor done it.
_STATES = {status: state for state, status in _STATUSES.items()} | {"CANCELLED": TaskState.OPEN}
_HOW_FAR = tuple(TaskState)
# Of these a task has one at most, and what it is where somebody wrote two, nobody can tell.
_ONCE = ("SUMMARY", "STATUS", "PERCENT-COMPLETE", "COMPLETED", "DTSTART", "DUE", "DURATION")


def uid(code: str) -> str:
    """The identity of an action's task, the same in every calendar."""
    return f"{code}@okr-engine"


def new_calendar(sent: TaskMessage, *, language: Language, now: datetime) -> bytes:
    """A calendar object that holds the task of the message and nothing else."""
    calendar, todo = Calendar(), Todo()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//okr-engine//tasks//EN")
    todo.add("UID", uid(sent.task.code))
    todo.add("CREATED", sent.at)
    todo.add("STATUS", _STATUSES[TaskState.OPEN])
    calendar.add_component(todo)
    _write(todo, sent, language=language, now=now)
    return bytes(calendar.to_ical())


def rewritten(content: bytes, sent: TaskMessage, *, language: Language, now: datetime) -> bytes:
    """The calendar object with the message's task in it; what people have added and how far they are stays.

    ValueError for what is no calendar object with a task.
    """
    calendar, todo = _read(content)
    _write(todo, sent, language=language, now=now)
    return bytes(calendar.to_ical())


@dataclass(frozen=True)
class Told:
    """What a calendar object tells of its task."""

    state: TaskState
    title: str
    due: date | None


def told_in(content: bytes) -> Told:
    """How far the task in the calendar object is, its title and its last day; ValueError for what is none."""
    _, todo = _read(content)
    due = todo.DUE
    return Told(_state(todo), str(todo.get("SUMMARY", "")), due.date() if isinstance(due, datetime) else due)


def _read(content: bytes) -> tuple[Calendar, Todo]:
    try:
        calendar = Calendar.from_ical(content.decode())
    except (AttributeError, IndexError, KeyError, TypeError) as error:  # the parser stumbles instead of refusing
        raise ValueError("no calendar object") from error
    todos = [one for one in calendar.walk("VTODO") if isinstance(one, Todo)]
    if not todos:
        raise ValueError("no task in it")
    if any(isinstance(todos[0].get(name), list) for name in _ONCE):
        raise ValueError("a task that says the same twice")
    return calendar, todos[0]


def _write(todo: Todo, sent: TaskMessage, *, language: Language, now: datetime) -> None:
    task = sent.task
    _put(todo, "SUMMARY", _legible(task.title))
    _put(todo, "DESCRIPTION", _legible(_text(task, language)))
    _put(todo, "URL", task.link if task.link.startswith("http") else None)
    _put(todo, "DTSTAMP", now)
    _put(todo, "LAST-MODIFIED", now)
    _put_due(todo, task.due)
    if sent.starts_anew or _HOW_FAR.index(task.state) > _HOW_FAR.index(_state(todo)):
        _put(todo, "STATUS", _STATUSES[task.state])
        _put(todo, "PERCENT-COMPLETE", None)
        _put(todo, "COMPLETED", None)
        if task.state == TaskState.DONE:
            _put(todo, "PERCENT-COMPLETE", 100)
            _put(todo, "COMPLETED", now)


def _put_due(todo: Todo, due: date) -> None:
    """The last day; a beginning that does not fit before it, and a duration beside it, would make the task invalid."""
    start = todo.DTSTART
    if start is not None and (isinstance(start, datetime) or start > due):
        _put(todo, "DTSTART", None)
    _put(todo, "DURATION", None)
    _put(todo, "DUE", due)


def _put(todo: Todo, name: str, value: object) -> None:
    todo.pop(name, None)
    if value is not None:
        todo.add(name, value)


def _state(todo: Todo) -> TaskState:
    """By its status; a task without one, or still without action, is as far as its percentage or its end tells."""
    state = _STATES.get(str(todo.get("STATUS", "")).upper(), TaskState.OPEN)
    if state != TaskState.OPEN or str(todo.get("STATUS", "")).upper() == "CANCELLED":
        return state
    percent = int(todo.get("PERCENT-COMPLETE", 0))
    if "COMPLETED" in todo or percent >= 100:
        return TaskState.DONE
    return TaskState.IN_PROGRESS if percent > 0 else TaskState.OPEN


def _text(task: Task, language: Language) -> str:
    people = [
        say(language, "task.assignee", name=task.assignee) if task.assignee else "",
        say(language, "task.accountable", name=task.accountable) if task.accountable else "",
    ]
    return "\n\n".join(part for part in (task.text, "\n".join(filter(None, people))) if part)


def _legible(text: str) -> str:
    """The text without characters that iCalendar has no place for, and that some servers take for ends of lines."""
    return "".join(" " if one != "\n" and unicodedata.category(one) in ("Cc", "Zl", "Zp") else one for one in text)
