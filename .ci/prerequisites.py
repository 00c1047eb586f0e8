"""Names what this interpreter still needs before it can make the environment, with the packages to install."""

import shutil
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path


def missing() -> dict[str, str]:
    """What is missing → the Debian packages that bring it."""
    if sys.version_info < (3, 11):  # noqa: UP036 - the one place that an older Python reaches
        return {f"Python 3.11 or newer ({sys.executable} is {sys.version.split()[0]})": "python3 python3-venv"}
    wanted = {}
    if not (find_spec("venv") and find_spec("ensurepip")):
        wanted["the venv module"] = "python3-venv"
    if sys.version_info < (3, 13):  # above that the rule engine is not built
        if not shutil.which("cc"):
            wanted["a C compiler for the rule engine"] = "gcc libc6-dev"
        if not Path(sysconfig.get_path("include"), "Python.h").exists():
            wanted["the headers of Python for the rule engine"] = "python3-dev"
    return wanted


if wanted := missing():
    sys.exit(f"Missing: {', '.join(wanted)}. Try: apt install {' '.join(wanted.values())}")
