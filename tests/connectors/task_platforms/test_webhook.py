"""Signed webhooks: what goes wrong on the way is told in our own words."""

import httpx
import pytest

from connectors.webhook import tasks as webhook
from okr_engine.errors import SourceUnavailable
from tests.workflow.receiving_server import SECRET


@pytest.mark.parametrize("error", [httpx.ReadError("gone"), httpx.DecodingError("odd"), httpx.InvalidURL("odd")])
def test_trying_an_address_that_does_not_answer_is_told_in_our_own_words(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(_request: httpx.Request) -> httpx.Response:
        raise error

    monkeypatch.setenv("OKR_SECRET_HOOK", SECRET)
    settings = webhook.Settings(address="https://hook.example/x", secret_variable="OKR_SECRET_HOOK")

    with httpx.Client(transport=httpx.MockTransport(broken)) as client, pytest.raises(SourceUnavailable):
        webhook.probe(settings, client)
