"""What the environment decides; read once by each door, never at import."""

import re
from functools import cached_property
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from okr_engine.words import Language

SHORTEST_COOKIE_SECRET = 32
SHORTEST_LINK_KEY = 32


class Settings(BaseSettings):
    """Every setting is an environment variable `OKR_…`; the README's table lists them."""

    model_config = SettingsConfigDict(env_prefix="OKR_", extra="ignore", frozen=True)

    database_url: str = Field(
        default="sqlite:///data/okr.db", description="Any SQLAlchemy address of SQLite or PostgreSQL"
    )
    demo: bool = Field(default=False, description="Offer demo accounts, on loopback only")
    address: str = Field(default="127.0.0.1", description="The address that `okr serve` listens on")
    port: int = Field(default=8501, ge=1, le=65535, description="The port that `okr serve` listens on")
    language: Language = Field(
        default=Language.FI, description="The language of the command line, and of visitors without one"
    )
    time_zone: str = Field(default="Europe/Helsinki", description="Where days begin and end")
    rules: Path | None = Field(default=None, description="A folder with rule files to use instead of the packaged ones")
    events: Path = Field(default=Path("data/events"), description="The folder of the canonical events")
    person_key: SecretStr | None = Field(
        default=None, description="Replaces persons' identifiers by keyed hashes: 16 characters or more, never changed"
    )
    measuring_memory_mb: int = Field(
        default=1500, ge=200, description="How much memory measuring may take before it uses the disk"
    )
    measuring_spill: Path | None = Field(
        default=None, description="The folder it then uses; the system's temporary folder if left out"
    )
    inner_hosts: str = Field(
        default="", description="Hosts inside the house, separated by commas, that sources may reach, also without TLS"
    )
    plugins: str = Field(
        default="", description="The packages that may bring plugins, separated by commas; every installed one if empty"
    )
    worker: bool = Field(default=True, description="Read due sources in the server's own process")
    max_upload_mb: int = Field(default=50, ge=1, le=1000, description="The largest workbook that is read")
    api_requests_per_minute: int = Field(default=600, ge=1, description="How often one token may ask the API")
    api_max_body_kb: int = Field(default=256, ge=1, le=10_240, description="The largest body that the API reads")
    oidc_metadata_url: str | None = Field(
        default=None, description="The identity provider's /.well-known/openid-configuration"
    )
    oidc_client_id: str | None = Field(default=None, description="The client registered at the identity provider")
    oidc_client_secret: SecretStr | None = Field(default=None, description="Its secret")
    oidc_redirect_url: str | None = Field(
        default=None, description="This installation's address followed by /oauth2callback"
    )
    cookie_secret: SecretStr | None = Field(
        default=None, description="Seals the sign-in cookie: 32 characters or more, the same for all replicas"
    )

    link_key: SecretStr | None = Field(
        default=None,
        min_length=SHORTEST_LINK_KEY,
        description="Signs the links by which an action is acknowledged from a mail: 32 characters or more",
    )

    @model_validator(mode="after")
    def _knows_all_of_the_identity_provider(self) -> Self:
        given = [
            self.oidc_metadata_url,
            self.oidc_client_id,
            self.oidc_client_secret,
            self.oidc_redirect_url,
            self.cookie_secret,
        ]
        if any(given) and not all(given):
            raise ValueError(
                "sign-in through an identity provider needs OKR_OIDC_METADATA_URL, OKR_OIDC_CLIENT_ID, "
                "OKR_OIDC_CLIENT_SECRET, OKR_OIDC_REDIRECT_URL and OKR_COOKIE_SECRET together"
            )
        if self.oidc_redirect_url and not self.oidc_redirect_url.endswith("/oauth2callback"):
            raise ValueError("OKR_OIDC_REDIRECT_URL has to end with /oauth2callback")
        if self.cookie_secret and len(self.cookie_secret) < SHORTEST_COOKIE_SECRET:
            raise ValueError(
                f"OKR_COOKIE_SECRET needs at least {SHORTEST_COOKIE_SECRET} characters: whoever guesses it is anybody"
            )
        return self

    @property
    def inner_host_names(self) -> frozenset[str]:
        """The hosts of `inner_hosts`."""
        return frozenset(name.strip().lower() for name in self.inner_hosts.split(",") if name.strip())

    def allows_plugins_of(self, package: str) -> bool:
        """Whether a package may bring plugins; its name is compared as package installers do."""
        allowed = {_normalised(name) for name in self.plugins.split(",") if name.strip()}
        return not allowed or _normalised(package) in allowed

    @property
    def has_identity_provider(self) -> bool:
        """Whether people sign in through OIDC."""
        return self.oidc_metadata_url is not None

    @property
    def offers_demo_accounts(self) -> bool:
        """Whether anybody who reaches the screens may choose who to be."""
        return self.demo and self.is_local and not self.has_identity_provider

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the screens."""
        return self.address in ("127.0.0.1", "localhost", "::1")

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.time_zone)


def _normalised(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package.strip()).lower()
