"""Signed webhooks: each step of an action as a CloudEvent, signed so that any automation can check where it comes from.

The secret's variable holds one secret or, while it is being changed, several separated by spaces, the newest first.
"""

from collections.abc import Mapping
from datetime import datetime

import httpx
from pydantic import Field

from connectors.kit.addresses import WebAddress
from connectors.kit.credentials import SecretName, secret
from connectors.kit.task_servers import answer, refuse
from okr_engine.workflow.cloud_events import CONTENT_TYPE, event_body, read_report
from okr_engine.workflow.platforms import Capabilities, PlatformSettings
from okr_engine.workflow.signatures import read_secrets, signed, verified
from okr_engine.workflow.tasks import Changes, TaskMessage, TaskRef, TaskReport, TaskSeen

CAPABILITIES = Capabilities(reaches_out=True, can_be_asked=False, reports_back=True)


class Settings(PlatformSettings):
    """Where the messages go, and the secret that signs them."""

    address: WebAddress = Field(title="sources.address", pattern=r"^https?://[^/\s]+")
    secret_variable: SecretName = Field(title="task_platforms.secret_variable")

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset({httpx.URL(self.address).host})


def probe(settings: Settings, client: httpx.Client) -> None:
    """Ask the address which methods it takes; any answer that is no refusal shows that somebody is there."""
    _secrets(settings)
    response = answer(client, "OPTIONS", settings.address)
    if response.status_code in (401, 403, 404, 410):
        refuse(response)


def upsert(
    settings: Settings, client: httpx.Client, sent: TaskMessage, *, known: TaskRef | None, now: datetime
) -> TaskRef:
    """Send the message; its id, the same at every attempt, lets the receiver recognise what it has already done."""
    body = event_body(sent, source=settings.app_address)
    headers = signed(_secrets(settings), message_id=sent.id, at=now, body=body) | {"Content-Type": CONTENT_TYPE}
    response = answer(client, "POST", settings.address, content=body, headers=headers)
    if not response.is_success:
        refuse(response)
    return TaskRef(sent.task.code, revision=sent.id)


def fetch(settings: Settings, client: httpx.Client, ref: TaskRef) -> TaskSeen | None:
    """Nothing: a webhook cannot be asked, its signed reports are all there is."""
    return None


def changes(settings: Settings, client: httpx.Client, *, cursor: str | None) -> Changes:
    """Nothing, for the same reason."""
    return Changes((), cursor)


def parse_inbound(settings: Settings, headers: Mapping[str, str], body: bytes, *, now: datetime) -> TaskReport:
    """The report of a message that is signed with the same secret."""
    return read_report(verified(_secrets(settings), headers, body, now=now), body)


def _secrets(settings: Settings) -> tuple[bytes, ...]:
    return read_secrets(secret(settings.secret_variable))
