"""A process that dies at any moment leaves all of its work or none of it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from okr_engine.database import connect, reading
from okr_engine.packaged import demo_folder
from okr_engine.services.audit_log import verify_audit
from tests.cli.conftest import Okr


@pytest.mark.parametrize("seconds", [0.5, 0.8, 1.0, 1.2, 1.4, 1.7])
def test_an_import_killed_on_the_way_is_whole_or_not_there_and_can_be_repeated(
    okr: Okr, database_url: str, tmp_path: Path, seconds: float
) -> None:
    workbook = demo_folder() / "city.xlsx"
    env = {**os.environ, "OKR_DATABASE_URL": database_url}
    command = [str(Path(sys.executable).with_name("okr")), "import", str(workbook)]

    importing = subprocess.Popen(command, env=env, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    importing.send_signal(signal.SIGKILL)
    importing.wait(10)

    engine = connect(database_url)
    with reading(engine) as session:
        entries = verify_audit(session).entries
        rows = session.execute(text("SELECT count(*) FROM measurement")).scalar_one()
        decisions = session.execute(text("SELECT count(*) FROM status_decision")).scalar_one()
    engine.dispose()
    assert (entries > 0) == (rows > 0) == (decisions > 0)
    assert okr("import", workbook).returncode == 0
