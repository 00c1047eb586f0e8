"""Runs `okr …` as a process of its own, without loading the program each time: it is loaded once and then forked.

Each line of the input is a JSON object with the words, the environment, the folder, and files for the output; the
answer is the exit code.
"""

import json
import os
import sys
from typing import Any

from okr_engine.cli.main import main


def _serve() -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _run(json.loads(line))
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


def _run(order: dict[str, Any]) -> None:
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["env"])
    for number, name in ((0, os.devnull), (1, order["out"]), (2, order["err"])):
        os.dup2(os.open(name, os.O_RDWR | os.O_CREAT), number)
    sys.argv = ["okr", *order["words"]]
    main()
    sys.exit(0)


if __name__ == "__main__":
    _serve()
