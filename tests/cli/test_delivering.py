"""`okr deliveries`: a task platform is connected, and what it did not take is seen."""

from tests.cli.conftest import Okr

SETTINGS = '{"address": "https://automation.example/hook", "secret_variable": "OKR_SECRET_HOOK"}'


def test_a_platform_is_connected_once(okr: Okr) -> None:
    first = okr("deliveries", "connect", "automation", "webhook", "--settings", SETTINGS)
    again = okr("deliveries", "connect", "automation", "webhook", "--settings", SETTINGS)

    assert (first.returncode, again.returncode) == (0, 2)
    assert first.stdout == "Steps of actions are sent to the task platform automation.\n"
    assert "automation" in again.stderr


def test_settings_that_the_platform_does_not_take_are_named(okr: Okr) -> None:
    done = okr("deliveries", "connect", "automation", "webhook", "--settings", '{"address": "ftp://nowhere"}')

    assert done.returncode == 2
    assert all(f"webhook : {name}: " in done.stderr for name in ("address", "secret_variable"))


def test_where_nothing_was_given_up_there_is_nothing_to_replay(okr: Okr) -> None:
    listed = okr("deliveries", "list")
    replayed = okr("deliveries", "replay", "no-such-id")

    assert listed.stdout == "0 deliveries wait to be put right.\n"
    assert replayed.returncode == 2


def test_a_platform_that_reports_by_itself_cannot_be_asked(okr: Okr) -> None:
    okr("deliveries", "connect", "automation", "webhook", "--settings", SETTINGS)

    every, one = okr("deliveries", "reconcile"), okr("deliveries", "poll", "automation")

    assert (every.returncode, every.stdout) == (0, "")
    assert (one.returncode, one.stderr.count("cannot be asked")) == (2, 1)
