"""`okr tokens`: made, listed and ended at the command line."""

from tests.cli.conftest import Okr


def test_a_token_is_made_listed_and_ended_and_its_secret_shown_once(okr: Okr) -> None:
    okr("demo", "--case", "county")

    made = okr("tokens", "create", "owner-first-line", "--purpose", "Nightly transfer", "--scope", "write")
    said, secret = made.stdout.splitlines()
    code = said.split()[1]
    listed = okr("tokens", "list").stdout
    ended = okr("tokens", "revoke", code)

    assert secret.startswith("okr_")
    assert all(part in listed for part in (code, "owner-first-line", "write", "Nightly transfer", "last used –"))
    assert secret not in listed
    assert ended.returncode == 0
    assert "revoked" in okr("tokens", "list").stdout


def test_a_token_for_nobody_is_an_input_error(okr: Okr) -> None:
    assert okr("tokens", "create", "nobody", "--purpose", "x").returncode == 2
    assert okr("tokens", "revoke", "T-0").returncode == 2
    assert okr("tokens", "list").stdout.strip() == "There are no tokens."
