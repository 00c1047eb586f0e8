"""`okr channels` and `okr notifications`: people are told through a channel, and what it did not take is seen."""

import json

import pytest

from tests.cli.conftest import Okr
from tests.workflow.mail_server import mail_server

# What the services keep is shown on both kinds of database; here one is enough.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SETTINGS = {"app_address": "https://okr.example", "host": "127.0.0.1", "sender": "okr@x.example", "security": "none"}


def test_a_mail_server_is_connected_tried_and_listed(okr: Okr) -> None:
    with mail_server() as mailbox:
        told = json.dumps({**SETTINGS, "port": mailbox.port})
        connected = okr("channels", "connect", "mail", "smtp", "--settings", told)
        works = okr("channels", "probe", "mail", env={"OKR_INNER_HOSTS": "127.0.0.1"})
    listed = okr("channels", "list")

    assert connected.stdout == "People are told through the channel mail.\n"
    assert works.stdout == "The channel mail works.\n"
    assert listed.stdout == "mail  smtp\n"


def test_settings_that_the_channel_does_not_take_are_named(okr: Okr) -> None:
    told = json.dumps({**SETTINGS, "sender": "okr@x.example\nBcc: y@z.example", "port": 0})

    done = okr("channels", "connect", "mail", "smtp", "--settings", told)

    assert done.returncode == 2
    assert "port, sender" in done.stderr


def test_where_everything_was_sent_nothing_waits_to_be_put_right(okr: Okr) -> None:
    assert okr("notifications", "list").stdout == "0 deliveries wait to be put right.\n"
