"""Where the lines of a command go, in a process of its own."""

from carouge.guichet.console_journal import NOM
from carouge.guichet.console_journal import VARIABLE

import json
import os
import pytest
import subprocess
import sys


PROGRAM = """
from carouge.guichet.console_journal import journaliser
from carouge.guichet.console_journal import ouvrir_journal
import logging, os
journaliser()
for _time in range(2):
    ouvrir_journal(os.environ, os.environ["CLIENTHOME"])
logging.getLogger("carouge.guichet.journal").info('{"action": "paiement.changer"}')
logging.getLogger("carouge.guichet.paiement").info("nobody needs this")
try:
    raise ValueError("no answer for camille.rochat@example.org")
except ValueError:
    logging.getLogger("carouge.guichet.paiement").exception("it failed")
"""
LINE = '{"action": "paiement.changer"}'


@pytest.fixture
def errors(tmp_path):
    def run(**environ):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(sys.path),
                "CLIENTHOME": str(tmp_path),
                VARIABLE: "",
                **environ,
            },
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == ""
        return done.stderr.splitlines()

    return run


def test_the_journal_has_a_file_of_its_own(errors, tmp_path):
    path = tmp_path / "commandes.journal"
    (line,) = errors(**{VARIABLE: str(path)})
    assert path.read_text("utf-8") == f"{LINE}\n"
    failure = json.loads(line)
    assert (failure["message"], failure["erreur"]) == ("it failed", "ValueError")
    assert "camille" not in line


def test_without_a_name_it_lies_beside_the_files_of_zope(errors, tmp_path):
    (failure,) = errors()
    assert json.loads(failure)["niveau"] == "ERROR"
    assert (tmp_path / NOM).read_text("utf-8") == f"{LINE}\n"
