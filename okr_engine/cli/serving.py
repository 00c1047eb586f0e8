"""`okr serve`: the screens, on one address."""

import os
import sys
from typing import Annotated

import typer

from okr_engine.cli.speaking import settings, tell
from okr_engine.database import connect
from okr_engine.errors import InvalidSettings
from okr_engine.migrations import check_schema
from okr_engine.packaged import app_file, theme_file
from okr_engine.words import message


def serve(
    port: Annotated[int | None, typer.Option(help="The port to listen on; OKR_PORT if left out.")] = None,
    worker: Annotated[
        bool | None, typer.Option("--worker/--no-worker", help="Read due sources here too; OKR_WORKER if left out.")
    ] = None,
) -> None:
    """Serve the screens until stopped."""
    known = settings()
    if known.demo and not known.is_local:
        raise InvalidSettings(
            message("error.demo_beyond_loopback"), remedy=message("error.demo_beyond_loopback_remedy")
        )
    check_schema(connect(known.database_url))
    listening = port or known.port
    shown = "localhost" if known.is_local else known.address
    tell("cli.serving", address=f"http://{shown}:{listening}")
    tell(_how_to_sign_in(known.has_identity_provider, known.offers_demo_accounts))
    if worker is not None:
        os.environ["OKR_WORKER"] = str(worker)
    sys.path.insert(0, str(app_file().parent))
    from streamlit_app import app

    app.run(
        config={
            "server.address": known.address,
            "server.port": listening,
            "server.headless": True,
            "server.fileWatcherType": "none",
            "runner.magicEnabled": False,
            "browser.gatherUsageStats": False,
            "client.toolbarMode": "minimal",
            "client.showErrorDetails": "none",
            "theme.base": str(theme_file()),
        }
    )


def _how_to_sign_in(has_identity_provider: bool, offers_demo_accounts: bool) -> str:
    if has_identity_provider:
        return "cli.sign_in_with_provider"
    return "cli.sign_in_with_demo" if offers_demo_accounts else "cli.sign_in_missing"
