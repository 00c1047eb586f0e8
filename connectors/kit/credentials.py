"""Secrets by reference: settings name an environment variable, and only the moment of asking reads it."""

import os
import re
from typing import Annotated

from pydantic import StringConstraints

from okr_engine.errors import CredentialsRefused
from okr_engine.words import message

# Only variables made for this purpose: a setting can never be turned into a way to read the rest of the environment.
_NAME_PATTERN = r"^OKR_SECRET_[A-Z0-9_]+$"
SecretName = Annotated[str, StringConstraints(pattern=_NAME_PATTERN, max_length=100)]


def is_secret_name(text: str) -> bool:
    """Whether the text names a variable made for a secret."""
    return re.fullmatch(_NAME_PATTERN, text) is not None


def secret(name: str) -> str:
    """The secret kept in the environment variable `name`; CredentialsRefused where there is none."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise CredentialsRefused(
            message("sources.secret_missing", name=name), remedy=message("sources.secret_missing_remedy", name=name)
        )
    return value


def check_use(name: str, source: str) -> None:
    """CredentialsRefused where `<name>_SOURCES` lists the sources that may use the secret, and not this one."""
    allowed = os.environ.get(f"{name}_SOURCES")
    if allowed is not None and source not in (one.strip() for one in allowed.split(",")):
        raise CredentialsRefused(
            message("sources.secret_of_another", name=name, code=source),
            remedy=message("sources.secret_of_another_remedy", name=name),
        )


def bearer(name: str | None) -> dict[str, str]:
    """The header that carries the token kept in `name`; no header where no name is given."""
    return {"Authorization": f"Bearer {secret(name)}"} if name else {}
