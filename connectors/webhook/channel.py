"""Notices as signed webhooks: what a person is told, for an automation that passes it on, to a chat for example."""

from datetime import datetime

import httpx
from pydantic import Field

from connectors.kit.addresses import Reach, WebAddress
from connectors.kit.client import Patience, open_client
from connectors.kit.credentials import SecretName, secret
from connectors.kit.task_servers import answer, refuse
from okr_engine.workflow.channels import ChannelCapabilities, ChannelSettings, Notice
from okr_engine.workflow.cloud_events import CONTENT_TYPE, notice_body
from okr_engine.workflow.signatures import read_secrets, signed

CAPABILITIES = ChannelCapabilities(needs_address=False, can_acknowledge_by_link=True)
_ONE_ATTEMPT = Patience(connect=10, read=20, answer=30, waiting=0, attempts=1, answer_bytes=1024 * 1024)


class Settings(ChannelSettings):
    """Where the notices go, and the secret that signs them."""

    address: WebAddress = Field(title="sources.address", pattern=r"^https?://[^/\s]+")
    secret_variable: SecretName = Field(title="task_platforms.secret_variable")


def probe(settings: Settings, *, inner: frozenset[str]) -> None:
    """Ask the address which methods it takes; any answer that is no refusal shows that somebody is there."""
    _secrets(settings)
    with _client(settings, inner) as client:
        response = answer(client, "OPTIONS", settings.address)
        if response.status_code in (401, 403, 404, 410):
            refuse(response)


def send(settings: Settings, notice: Notice, *, inner: frozenset[str], now: datetime) -> None:
    """Send the notice; its id, the same at every attempt, lets the receiver recognise what it has already passed on."""
    body = notice_body(notice, source=settings.app_address)
    headers = signed(_secrets(settings), message_id=notice.id, at=now, body=body) | {"Content-Type": CONTENT_TYPE}
    with _client(settings, inner) as client:
        response = answer(client, "POST", settings.address, content=body, headers=headers)
        if not response.is_success:
            refuse(response)


def _client(settings: Settings, inner: frozenset[str]) -> httpx.Client:
    hosts = frozenset({httpx.URL(settings.address).host.lower()})
    return open_client(Reach(hosts=hosts - inner, inner=hosts & inner), patience=_ONE_ATTEMPT)


def _secrets(settings: Settings) -> tuple[bytes, ...]:
    return read_secrets(secret(settings.secret_variable))
