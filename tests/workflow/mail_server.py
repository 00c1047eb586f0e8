"""A mail server on loopback that keeps every letter, and refuses, loses or breaks off as a test wants."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.ports import free_port

TAKEN = "250 Taken"


@dataclass
class Mailbox:
    """What has come in; each answer is what the server says at that point, and None breaks the connection off."""

    port: int
    letters: list[EmailMessage] = field(default_factory=list)
    to_recipient: Callable[[str], str] = lambda _address: TAKEN
    is_closed: bool = False
    to_letter: Callable[[], str | None] = lambda: TAKEN

    def addressed_to(self, address: str) -> list[EmailMessage]:
        return [one for one in self.letters if address in str(one["To"])]

    async def handle_RCPT(self, _server: Any, session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if self.is_closed and not session.authenticated:
            return "530 Authentication required"
        answer = self.to_recipient(address)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.to_letter()
        if answer is None or answer.startswith("2"):
            letter = message_from_bytes(envelope.content, policy=default)
            assert isinstance(letter, EmailMessage)
            self.letters.append(letter)
        if answer is None:
            server.transport.close()
        return answer or TAKEN


@contextmanager
def mail_server(
    *, password: str | None = None, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[Mailbox]:
    """A server without encryption unless it is given; with `password` it lets nobody in who does not know it."""
    mailbox = Mailbox(port=free_port(), is_closed=password is not None)

    def judged(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=given.password == (password or "").encode(), handled=False)

    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=mailbox.port,
        authenticator=judged,
        auth_require_tls=False,
        tls_context=starttls,
        ssl_context=tls,
    )
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
