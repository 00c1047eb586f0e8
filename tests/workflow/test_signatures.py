"""A message is ours, or a platform's, when one of the secrets in use has signed it lately and it came unaltered."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_engine.errors import ForgedMessage, InvalidSettings
from okr_engine.workflow.signatures import TOLERANCE, read_secrets, signed, verified

OLD, NEW = b"an-old-secret-of-24-bytes", b"a-new-secret-of-24-bytes!"
NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def test_the_published_example_is_signed_as_published() -> None:
    # The test vector of the reference libraries: github.com/standard-webhooks/standard-webhooks.
    secrets = read_secrets("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1614265330, UTC)

    headers = signed(secrets, message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", at=at, body=b'{"test": 2432232314}')

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("known", [(OLD,), (NEW,), (NEW, OLD)])
def test_while_a_secret_is_changed_either_side_may_be_first(known: tuple[bytes, ...]) -> None:
    headers = signed((NEW, OLD), message_id="m-1", at=NOW, body=b"{}")

    assert verified(known, headers, b"{}", now=NOW) == "m-1"


def test_header_names_may_be_written_in_capitals() -> None:
    headers = {name.title(): value for name, value in signed((OLD,), message_id="m-1", at=NOW, body=b"{}").items()}

    assert verified((OLD,), headers, b"{}", now=NOW) == "m-1"


@pytest.mark.parametrize("sign", [1, -1])
def test_a_message_from_another_time_is_refused(sign: int) -> None:
    headers = signed((OLD,), message_id="m-1", at=NOW, body=b"{}")

    with pytest.raises(ForgedMessage):
        verified((OLD,), headers, b"{}", now=NOW + sign * (TOLERANCE + timedelta(seconds=1)))


@pytest.mark.parametrize(
    "altered",
    [
        {"webhook-id": "m-2"},
        {"webhook-timestamp": str(int(NOW.timestamp()) + 1)},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": ""},
    ],
)
def test_whatever_is_altered_on_the_way_is_noticed(altered: dict[str, str]) -> None:
    headers = signed((OLD,), message_id="m-1", at=NOW, body=b"{}")

    with pytest.raises(ForgedMessage):
        verified((OLD,), headers | altered, b"{}", now=NOW)
    with pytest.raises(ForgedMessage):
        verified((OLD,), headers, b"{} ", now=NOW)


@given(st.text(), st.text(), st.text(), st.binary())
def test_nothing_that_comes_in_breaks_the_check(one: str, two: str, three: str, body: bytes) -> None:
    headers = {"webhook-id": one, "webhook-timestamp": two, "webhook-signature": three}

    with pytest.raises(ForgedMessage):
        verified((OLD,), headers, body, now=NOW)


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_c2hvcnQ=", "not base64 at all!", "whsec_" + "QUJD" * 40])
def test_a_secret_that_protects_nothing_is_refused(text: str) -> None:
    with pytest.raises(InvalidSettings):
        read_secrets(text)


def test_secrets_are_read_newest_first() -> None:
    text = " ".join("whsec_" + base64.b64encode(one).decode() for one in (NEW, OLD))

    assert read_secrets(text) == (NEW, OLD)
