"""Standard Webhooks signatures: made with every secret in use, accepted with any of them, for five minutes.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from okr_engine.errors import ForgedMessage, InvalidSettings
from okr_engine.words import message

TOLERANCE = timedelta(minutes=5)
_PREFIX = "whsec_"
_LONGEST_ID = 100


def read_secrets(text: str) -> tuple[bytes, ...]:
    """The secrets in `text`, separated by spaces, the newest first: `whsec_` and 24 to 64 bytes in base64 each."""
    try:
        secrets = tuple(base64.b64decode(one.removeprefix(_PREFIX), validate=True) for one in text.split())
    except (binascii.Error, ValueError) as error:
        raise _no_secret() from error
    if not secrets or not all(24 <= len(one) <= 64 for one in secrets):
        raise _no_secret()
    return secrets


def signed(secrets: Sequence[bytes], *, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that prove `body` to whoever knows one of the secrets."""
    seconds = str(int(at.timestamp()))
    signatures = (_signature(secret, message_id, seconds, body) for secret in secrets)
    return {"webhook-id": message_id, "webhook-timestamp": seconds, "webhook-signature": " ".join(signatures)}


def verified(secrets: Sequence[bytes], headers: Mapping[str, str], body: bytes, *, now: datetime) -> str:
    """The id of a message that one of the secrets has signed within the last minutes; ForgedMessage otherwise."""
    given = {name.lower(): value for name, value in headers.items()}
    message_id, seconds = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not 0 < len(message_id) <= _LONGEST_ID or not message_id.isprintable() or "." in message_id:
        raise _forged()
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 11):
        raise _forged()
    if abs(now - datetime.fromtimestamp(int(seconds), UTC)) > TOLERANCE:
        raise _forged()
    expected = [_signature(secret, message_id, seconds, body).encode() for secret in secrets]
    said = [one.encode("utf-8", "replace") for one in given.get("webhook-signature", "").split()]
    if not any(hmac.compare_digest(one, other) for one in said for other in expected):
        raise _forged()
    return message_id


def _signature(secret: bytes, message_id: str, seconds: str, body: bytes) -> str:
    content = f"{message_id}.{seconds}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode()


def _no_secret() -> InvalidSettings:
    return InvalidSettings(message("task_platforms.not_a_secret"), remedy=message("task_platforms.not_a_secret_remedy"))


def _forged() -> ForgedMessage:
    return ForgedMessage(message("task_platforms.forged"))
