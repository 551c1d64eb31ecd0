"""A register in a database, asked by one statement that only reads.

``GUICHET_REGISTRE_SQL_URL`` counts before the address of the settings, and may hold a
password; ``GUICHET_REGISTRE_SQL_MOT_DE_PASSE`` is the password for the latter.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.interfaces import IResidentRegistry
from carouge.guichet.registre import checks
from carouge.guichet.registre.clients.deadline import call_within
from carouge.guichet.registre.clients.question import parameters_of
from carouge.guichet.registre.domain import key_of
from carouge.guichet.registre.domain import RegisterUnavailable
from carouge.guichet.registre.domain import ResidentQuery
from carouge.guichet.registre.domain import ResidentRecord
from carouge.guichet.registre.interfaces import IRegistreSettings
from carouge.guichet.registre.mapping import columns_missing
from carouge.guichet.registre.mapping import HOUSEHOLD
from carouge.guichet.registre.mapping import MappingProblem
from carouge.guichet.registre.mapping import MEMBER_FIELDS
from carouge.guichet.registre.mapping import not_delivered
from carouge.guichet.registre.mapping import parse_table
from carouge.guichet.registre.mapping import Place
from carouge.guichet.registre.mapping import same_names
from carouge.guichet.registre.mapping import Table
from carouge.guichet.registre.settings import complaint
from carouge.guichet.registre.settings import site_settings
from carouge.guichet.swisstime import today
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace
from sqlalchemy import bindparam
from sqlalchemy import Connection
from sqlalchemy import create_engine
from sqlalchemy import Date
from sqlalchemy import Engine
from sqlalchemy import String
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool
from zope.i18nmessageid import Message
from zope.interface import implementer

import os
import threading


URL_VARIABLE = "GUICHET_REGISTRE_SQL_URL"
PASSWORD_VARIABLE = "GUICHET_REGISTRE_SQL_MOT_DE_PASSE"


@dataclass(frozen=True)
class Limits:
    """Seconds to connect, for a statement, and in all; people and members at most."""

    connect: int = 2
    statement: float = 3.0
    total: float = 6.0
    rows: int = 50


@implementer(IResidentRegistry)
class SqlRegistry:
    title = _("Database (SQL)")

    def __init__(
        self,
        settings: Callable[[], IRegistreSettings] = site_settings,
        limits: Limits = Limits(),
    ) -> None:
        self._settings = settings
        self._limits = limits
        self._lock = threading.Lock()
        self._engine: tuple[URL, Engine] | None = None

    def find(
        self, query: ResidentQuery, fields: Collection[str]
    ) -> list[ResidentRecord]:
        """See :class:`~carouge.guichet.interfaces.IResidentRegistry`."""
        settings = self._settings()
        if self._problems(settings):
            raise RegisterUnavailable("settings of the database")
        statements = (settings.sql_requete, settings.sql_foyer or "")
        table = settings.sql_correspondance or ""
        with _plain_errors():
            engine = self._engine_for(_url(settings))
        return call_within(
            self._limits.total,
            lambda: self._ask(engine, statements, table, query, fields),
        )

    def sonde(self) -> Callable[[], None]:
        """See :class:`~carouge.guichet.interfaces.IResidentRegistry`."""
        settings = self._settings()
        if self._problems(settings):
            raise RegisterUnavailable("settings of the database")
        with _plain_errors():
            engine = self._engine_for(_url(settings))
        return lambda: call_within(self._limits.total, lambda: _connect(engine))

    def check_config(self) -> list[Message]:
        """See :class:`~carouge.guichet.interfaces.IResidentRegistry`."""
        settings = self._settings()
        problems = self._problems(settings)
        if problems:
            return problems
        wanted = set(settings.donnees or ())
        if HOUSEHOLD in wanted and not settings.sql_foyer:
            problems.append(_("The statement that finds a household is needed."))
        try:
            with _plain_errors():
                engine = self._engine_for(_url(settings))
            nobody = ResidentQuery("", "", None)
            columns = call_within(
                self._limits.total,
                lambda: self._columns(engine, settings.sql_requete, nobody),
            )
        except RegisterUnavailable as error:
            problems.append(
                _("The database does not answer: ${why}", mapping={"why": str(error)})
            )
            return problems
        try:
            table = _table(settings.sql_correspondance or "", columns)
        except MappingProblem as problem:
            return [*problems, problem.message]
        lacking = columns_missing(table, columns)
        lacking += not_delivered(table, wanted - {HOUSEHOLD})
        if lacking:
            problems.append(
                _("The answer lacks: ${names}", mapping={"names": ", ".join(lacking)})
            )
        return problems

    def _problems(self, settings) -> list[Message]:
        if not settings.sql_requete:
            return [_("The statement that finds a person is needed.")]
        problems = complaint(checks.check_statement, settings.sql_requete)
        problems += complaint(
            checks.check_household_statement, settings.sql_foyer or ""
        )
        problems += complaint(
            checks.check_column_table, settings.sql_correspondance or ""
        )
        if not os.environ.get(URL_VARIABLE):
            if not settings.sql_url:
                problems.append(_("The address of the database is needed."))
            problems += complaint(checks.check_sql_url, settings.sql_url or "")
        return problems

    def _engine_for(self, url: URL) -> Engine:
        with self._lock:
            if self._engine is None or self._engine[0] != url:
                self._engine = (url, _engine(url, self._limits))
            return self._engine[1]

    def _ask(
        self,
        engine: Engine,
        statements: tuple[str, str],
        table_text: str,
        query: ResidentQuery,
        fields: Collection[str],
    ) -> list[ResidentRecord]:
        person, household = statements
        with _plain_errors(), engine.connect() as connection:
            _only_read(connection)
            columns, rows = self._rows(connection, person, parameters_of(query))
            table = _table(table_text, columns)
            if columns_missing(table, columns):
                raise RegisterUnavailable("a column is missing")
            records = [table.record(row, fields, today()) for row in rows]
            if HOUSEHOLD not in fields or not household:
                return records
            return [
                self._with_household(connection, household, table, record)
                # Nobody's household is read who is not the one asked for.
                if record.person_id and key_of(query, record) is not None
                else record
                for record in records
            ]

    def _with_household(
        self, connection: Connection, statement: str, table: Table, person
    ) -> ResidentRecord:
        _columns, rows = self._rows(
            connection, statement, {"person_id": person.person_id}
        )
        return replace(person, household=table.household(rows, today()))

    def _columns(self, engine: Engine, statement: str, query: ResidentQuery):
        with _plain_errors(), engine.connect() as connection:
            _only_read(connection)
            return self._rows(connection, statement, parameters_of(query))[0]

    def _rows(
        self, connection: Connection, statement: str, values: dict
    ) -> tuple[list[str], list[dict]]:
        names = checks.statement_parameters(statement)
        clause = text(statement.strip().removesuffix(";")).bindparams(
            *(
                bindparam(name, type_=Date if name == "birthdate" else String)
                for name in names
            )
        )
        result = connection.execute(clause, {name: values[name] for name in names})
        columns = [column[0].casefold() for column in result.cursor.description]
        rows = result.fetchmany(self._limits.rows + 1)
        if len(rows) > self._limits.rows or len(set(columns)) != len(columns):
            raise RegisterUnavailable("too many rows, or two columns of one name")
        return columns, [dict(zip(columns, row, strict=True)) for row in rows]


def _table(table_text: str, columns: Collection[str]) -> Table:
    """
    :raises MappingProblem: an essential column is missing
    """
    table = parse_table(table_text, nested=False) if table_text else same_names(columns)
    fields = {name: place for name, place in table.fields.items() if name != HOUSEHOLD}
    members = table.member_fields or {name: Place((name,)) for name in MEMBER_FIELDS}
    return Table(_lower(fields), members=None, member_fields=_lower(members))


def _lower(places: Mapping[str, Place]) -> dict[str, Place]:
    """Databases do not agree on the case of a column's name."""
    return {
        name: replace(place, path=tuple(part.casefold() for part in place.path))
        for name, place in places.items()
    }


def _url(settings) -> URL:
    """
    :raises ArgumentError: the variable of the environment holds no address
    """
    if os.environ.get(URL_VARIABLE):
        return make_url(os.environ[URL_VARIABLE])
    url = make_url(settings.sql_url)
    password = os.environ.get(PASSWORD_VARIABLE)
    return url.set(password=password) if password else url


def _engine(url: URL, limits: Limits) -> Engine:
    arguments: dict = {}
    backend = url.get_backend_name()
    if backend == "postgresql":
        milliseconds = int(limits.statement * 1000)
        arguments = {
            "connect_timeout": limits.connect,
            "options": (
                f"-c default_transaction_read_only=on "
                f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}"
            ),
            # An abandoned question ends with its connection.
            "tcp_user_timeout": int(limits.total * 1000),
            "application_name": "carouge.guichet",
        }
    elif backend in ("mysql", "mariadb"):
        arguments = {
            "connect_timeout": limits.connect,
            "read_timeout": int(limits.statement),
        }
    elif backend == "sqlite":
        arguments = {"timeout": limits.statement}
    return create_engine(
        url, poolclass=NullPool, connect_args=arguments, hide_parameters=True
    )


def _connect(engine: Engine) -> None:
    with _plain_errors(), engine.connect():
        pass


def _only_read(connection: Connection) -> None:
    """Let the database itself refuse to write, where it can."""
    backend = connection.dialect.name
    if backend == "postgresql":
        connection.execute(text("SET TRANSACTION READ ONLY"))
    elif backend in ("mysql", "mariadb"):
        connection.execute(text("SET SESSION TRANSACTION READ ONLY"))
        connection.commit()
    elif backend == "sqlite":
        connection.execute(text("PRAGMA query_only = ON"))


@contextmanager
def _plain_errors():
    """An error without its words: a database repeats what it was asked."""
    try:
        yield
    except DBAPIError as error:
        code = getattr(error.orig, "pgcode", None)
        name = type(error.orig).__name__
        raise RegisterUnavailable(f"{name} {code}" if code else name) from None
    except (ArgumentError, SQLAlchemyError, ImportError, MappingProblem) as error:
        raise RegisterUnavailable(type(error).__name__) from None
