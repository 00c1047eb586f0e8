"""CloudEvents 1.0 in structured JSON: how messages about tasks and notices are written, and how a report is read.

Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
"""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from okr_engine.errors import ForgedMessage
from okr_engine.words import message
from okr_engine.workflow.channels import Notice
from okr_engine.workflow.tasks import TaskMessage, TaskReport, TaskState

CONTENT_TYPE = "application/cloudevents+json"
LARGEST_REPORT = 20_000


def event_body(sent: TaskMessage, *, source: str) -> bytes:
    """The message as a CloudEvent: always the same bytes for the same message."""
    return _event(
        id=sent.id,
        source=source,
        type=f"okr.corrective_action.{sent.kind}",
        subject=sent.task.code,
        time=sent.at,
        sequence=str(sent.number),
        data={**asdict(sent.task), "due": sent.task.due.isoformat()},
    )


def notice_body(notice: Notice, *, source: str) -> bytes:
    """The notice as a CloudEvent `okr.notification` about a person; the same bytes for the same notice."""
    told = {name: value for name, value in asdict(notice).items() if name not in ("id", "at")}
    lines = [{**line, "due": line["due"].isoformat()} for line in told["lines"]]
    return _event(
        id=notice.id,
        source=source,
        type="okr.notification",
        subject=notice.person,
        time=notice.at,
        data={**told, "lines": lines},
    )


def read_report(message_id: str, body: bytes) -> TaskReport:
    """What a report tells; ForgedMessage for whatever is no CloudEvent of type `okr.task.reported`."""
    try:
        if len(body) > LARGEST_REPORT:
            raise ValueError("too large")
        read = _Report.model_validate_json(body)
    except ValueError as error:
        raise _unreadable() from error
    return TaskReport(message_id, read.subject, read.data.state, by=read.data.by, at=read.time)


def _event(*, source: str, time: datetime, data: dict[str, Any], **context: str) -> bytes:
    event = {
        "specversion": "1.0",
        **context,
        "source": source or "/okr-engine",
        "time": time.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": data,
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


class _Told(BaseModel):
    state: TaskState
    by: str | None = Field(default=None, max_length=200)


class _Report(BaseModel):
    model_config = ConfigDict(extra="ignore")

    specversion: Literal["1.0"]
    type: Literal["okr.task.reported"]
    subject: str = Field(min_length=1, max_length=60)
    time: AwareDatetime | None = None
    data: _Told


def _unreadable() -> ForgedMessage:
    return ForgedMessage(message("task_platforms.unreadable"))
