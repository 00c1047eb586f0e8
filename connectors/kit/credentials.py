"""Secrets by reference: settings name an environment variable, and only the moment of asking reads it."""

import os
from typing import Annotated

from pydantic import StringConstraints

from okr_engine.errors import CredentialsRefused
from okr_engine.words import message

# Only variables made for this purpose: a setting can never be turned into a way to read the rest of the environment.
SecretName = Annotated[str, StringConstraints(pattern=r"^OKR_SECRET_[A-Z0-9_]+$", max_length=100)]


def secret(name: str) -> str:
    """The secret kept in the environment variable `name`; CredentialsRefused where there is none."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise CredentialsRefused(
            message("sources.secret_missing", name=name), remedy=message("sources.secret_missing_remedy", name=name)
        )
    return value


def bearer(name: str | None) -> dict[str, str]:
    """The header that carries the token kept in `name`; no header where no name is given."""
    return {"Authorization": f"Bearer {secret(name)}"} if name else {}
