"""SQLAlchemy is loaded with the first question to a register in a database."""

from carouge.guichet.interfaces import IResidentRegistry
from carouge.guichet.registre.clients import sql
from carouge.guichet.registre.clients.sql_differe import SqlDiffere
from zope.interface.verify import verifyObject

import os
import subprocess
import sys


LOADED = """
from carouge.guichet.registre.clients.sql_differe import SqlDiffere
import sys
client = SqlDiffere()
print(client.title, "sqlalchemy" in sys.modules)
"""


class Register:
    def find(self, query, fields):
        return [query, fields]

    def sonde(self):
        return self.find

    def check_config(self):
        return ["problem"]


def test_nothing_is_loaded_before_it_is_asked():
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "Database (SQL) False\n"


def test_answers_are_those_of_the_register(monkeypatch):
    register = Register()
    monkeypatch.setattr(sql, "SqlRegistry", lambda: register)
    client = SqlDiffere()
    assert verifyObject(IResidentRegistry, client)
    assert client.find("who", ("what",)) == ["who", ("what",)]
    assert client.sonde() == register.find
    assert client.check_config() == ["problem"]
