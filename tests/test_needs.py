"""A test without its browser or its PostgreSQL is skipped at home and fails where nothing may be skipped."""

import pytest

from tests.needs import do_without


def test_a_missing_need_skips_and_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OKR_TEST_REQUIRE", raising=False)

    with pytest.raises(pytest.skip.Exception, match="apt install chromium"):
        do_without("browser", advice="apt install chromium")


def test_a_required_need_fails_and_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKR_TEST_REQUIRE", "browser,postgres")

    with pytest.raises(pytest.fail.Exception, match="apt install postgresql"):
        do_without("postgres", advice="apt install postgresql")


def test_a_need_that_is_not_required_still_skips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKR_TEST_REQUIRE", "postgres")

    with pytest.raises(pytest.skip.Exception):
        do_without("browser", advice="apt install chromium")
