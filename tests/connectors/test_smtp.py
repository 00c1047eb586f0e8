"""Mail is encrypted for the server that was meant, and for no other."""

import ssl
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.smtp.channel import Security, Settings, probe, send
from okr_engine.errors import AddressRefused, InvalidSettings, SourceUnavailable
from okr_engine.words import Language
from okr_engine.workflow.channels import Notice, NoticeLine
from tests.workflow.mail_server import mail_server

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
INNER = frozenset({"localhost"})
LINE = NoticeLine(
    "CA-1", "CA-1 Jonot", ("Ota vastaan.",), "Jono kasvoi.", "Havaittu", date(2026, 12, 1), "https://o.example/a", None
)
NOTICE = Notice("id-1", NOW, "owner", "Owner", "owner@county.example", Language.FI, "Yksi", (LINE,))


@pytest.fixture
def server_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate for `localhost` that our side trusts."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "t")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    (tmp_path / "trusted.pem").write_bytes(pem)
    own = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "server.pem").write_bytes(own + pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    return context


def told(security: Security, port: int, *, host: str = "localhost") -> Settings:
    return Settings(
        app_address="https://okr.example", host=host, port=port, security=security, sender="okr@county.example"
    )


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_letter_goes_encrypted_to_the_server_that_the_certificate_names(
    server_side: ssl.SSLContext, security: Security
) -> None:
    encrypted = mail_server(tls=server_side) if security is Security.TLS else mail_server(starttls=server_side)
    with encrypted as mailbox:
        send(told(security, mailbox.port), NOTICE, inner=INNER, now=NOW)

        with pytest.raises(SourceUnavailable):
            send(told(security, mailbox.port, host="127.0.0.1"), NOTICE, inner=frozenset({"127.0.0.1"}), now=NOW)

    assert [letter["Message-ID"] for letter in mailbox.letters] == ["<id-1@county.example>"]


def test_a_password_that_no_mail_server_takes_is_for_somebody_to_correct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKR_SECRET_MAIL", "kesämökki")
    with mail_server(password="kesä") as server:
        login = {"user": "okr", "password_variable": "OKR_SECRET_MAIL"}
        settings = Settings.model_validate(told(Security.NONE, server.port).model_dump() | login)

        with pytest.raises(InvalidSettings):
            probe(settings, inner=INNER)


def test_without_encryption_no_letter_leaves_the_house() -> None:
    with pytest.raises(AddressRefused):
        send(told(Security.NONE, 25, host="mail.example"), NOTICE, inner=INNER, now=NOW)
