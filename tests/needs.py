"""What some tests need from the machine: skipped where it is absent, a failure where OKR_TEST_REQUIRE insists on it."""

import os
from typing import NoReturn

import pytest


def do_without(need: str, *, advice: str) -> NoReturn:
    """Skip the test for want of `need`, saying how to get it; fail when OKR_TEST_REQUIRE names it."""
    required = {name.strip() for name in os.environ.get("OKR_TEST_REQUIRE", "").split(",")}
    if need in required:
        pytest.fail(f"OKR_TEST_REQUIRE asks for {need}: {advice}", pytrace=False)
    pytest.skip(f"no {need} here: {advice}")
