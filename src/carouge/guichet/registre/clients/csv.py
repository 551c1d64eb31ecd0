"""A register in a file: a nightly export, the demonstration, the tests."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.interfaces import IResidentRegistry
from carouge.guichet.registre import checks
from carouge.guichet.registre.domain import key_of
from carouge.guichet.registre.domain import RegisterUnavailable
from carouge.guichet.registre.domain import ResidentMember
from carouge.guichet.registre.domain import ResidentQuery
from carouge.guichet.registre.domain import ResidentRecord
from carouge.guichet.registre.interfaces import IRegistreSettings
from carouge.guichet.registre.mapping import columns_missing
from carouge.guichet.registre.mapping import HOUSEHOLD
from carouge.guichet.registre.mapping import MappingProblem
from carouge.guichet.registre.mapping import member_of
from carouge.guichet.registre.mapping import not_delivered
from carouge.guichet.registre.mapping import parse_table
from carouge.guichet.registre.mapping import same_names
from carouge.guichet.registre.mapping import Table
from carouge.guichet.registre.settings import complaint
from carouge.guichet.registre.settings import site_settings
from carouge.guichet.registre.values import text
from carouge.guichet.swisstime import today
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import replace
from datetime import date
from zope.i18nmessageid import Message
from zope.interface import implementer

import csv
import os
import threading
import time


#: Bytes; a register of a commune is far below.
MAX_SIZE = 200_000_000

_DAY = 24 * 3600.0


class BadFile(RegisterUnavailable):
    """The file cannot be used; ``message`` is for the screen, and holds no value."""

    def __init__(self, message: Message, why: str) -> None:
        super().__init__(why)
        self.message = message


@dataclass(frozen=True)
class _File:
    """All people of a file, found by the birth date, the numbers and the household."""

    table: Table
    by_key: dict[object, list[tuple[str, ResidentRecord]]]

    def people(self, *keys: object) -> Iterable[tuple[str, ResidentRecord]]:
        for key in keys:
            yield from self.by_key.get(key, ())


@implementer(IResidentRegistry)
class CsvRegistry:
    title = _("CSV file")

    def __init__(
        self,
        settings: Callable[[], IRegistreSettings] = site_settings,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        # The last file read, and what it was read by: each change reads it anew.
        self._read: tuple[tuple, _File | BadFile] | None = None

    def find(
        self, query: ResidentQuery, fields: Collection[str]
    ) -> list[ResidentRecord]:
        """See :class:`~carouge.guichet.interfaces.IResidentRegistry`."""
        file = self._file(self._settings())
        known = file.people(
            ("birthdate", query.birthdate),
            ("avs", query.avs),
            ("person_id", query.person_id),
        )
        return [
            replace(
                _strip(record, fields),
                household=(_members(file, household) if HOUSEHOLD in fields else ()),
            )
            for household, record in dict.fromkeys(known)
            if key_of(query, record) is not None
        ]

    def sonde(self) -> Callable[[], None]:
        """See :class:`~carouge.guichet.interfaces.IResidentRegistry`."""
        # It is on this machine: what the file says is known at once.
        self._file(self._settings())
        return _nothing

    def check_config(self) -> list[Message]:
        """See :class:`~carouge.guichet.interfaces.IResidentRegistry`."""
        settings = self._settings()
        try:
            table = self._file(settings).table
        except BadFile as error:
            return [error.message]
        lacking = not_delivered(table, settings.donnees or ())
        if not lacking:
            return []
        return [_("The file lacks: ${names}", mapping={"names": ", ".join(lacking)})]

    def _file(self, settings) -> _File:
        """
        :raises BadFile: there is none, or not a usable one
        """
        path = settings.csv_chemin or ""
        problems = complaint(checks.check_path, path)
        problems += complaint(
            checks.check_column_table, settings.csv_correspondance or ""
        )
        if problems or not path:
            raise BadFile(
                problems[0] if problems else _("The path of the file is needed."),
                "settings of the file",
            )
        try:
            facts = os.stat(path)
        except OSError as error:
            raise _unreadable(error) from None
        if settings.csv_jours and self._clock() - facts.st_mtime > (
            settings.csv_jours * _DAY
        ):
            raise BadFile(
                _(
                    "The file is older than ${days} days.",
                    mapping={"days": settings.csv_jours},
                ),
                "file too old",
            )
        key = (
            path,
            facts.st_ino,
            facts.st_size,
            facts.st_mtime_ns,
            settings.csv_separateur,
            settings.csv_encodage,
            settings.csv_correspondance,
        )
        with self._lock:
            if self._read is None or self._read[0] != key:
                self._read = (key, _read(path, facts.st_size, settings))
            file = self._read[1]
        if isinstance(file, BadFile):
            raise BadFile(file.message, str(file))
        return file


def _nothing() -> None:
    pass


def _read(path: str, size: int, settings) -> _File | BadFile:
    if size > MAX_SIZE:
        return BadFile(_("The file is too large."), "file too large")
    # A byte order mark is no part of the first column's name.
    encoding = "utf-8-sig" if settings.csv_encodage == "utf-8" else "cp1252"
    try:
        with open(path, encoding=encoding, newline="") as file:
            return _parse(file, settings)
    except OSError as error:
        return _unreadable(error)
    except UnicodeDecodeError:
        return BadFile(_("The encoding of the file is another one."), "encoding")
    except BadFile as error:
        return error


def _parse(lines: Iterable[str], settings) -> _File:
    reader = csv.reader(lines, delimiter=settings.csv_separateur, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if len(set(header)) != len(header) or not all(header):
            raise _bad_line(1)
        table = _table(settings, header)
        by_key: dict[object, list[tuple[str, ResidentRecord]]] = {}
        first_day = date.min
        for row in reader:
            if not row:
                continue
            if len(row) != len(header):
                raise _bad_line(reader.line_num)
            values = dict(zip(header, row, strict=True))
            try:
                record = table.record(values, table.delivered, first_day)
                place = table.fields.get(HOUSEHOLD)
                household = text(HOUSEHOLD, place.read(values)) if place else ""
            except RegisterUnavailable as error:
                raise _bad_line(reader.line_num, str(error)) from None
            for key in (
                ("birthdate", record.birthdate),
                ("avs", record.avs),
                ("person_id", record.person_id),
                (HOUSEHOLD, household),
            ):
                if key[1]:
                    by_key.setdefault(key, []).append((household, record))
    except csv.Error:
        raise _bad_line(reader.line_num) from None
    return _File(table, by_key)


def _table(settings, header: list[str]) -> Table:
    try:
        if not settings.csv_correspondance:
            return same_names(header)
        table = parse_table(settings.csv_correspondance, nested=False)
    except MappingProblem as problem:
        raise BadFile(problem.message, "columns") from None
    missing = columns_missing(table, header)
    if missing:
        raise BadFile(
            _("The file lacks: ${names}", mapping={"names": ", ".join(missing)}),
            "columns",
        )
    return table


def _members(file: _File, household: str) -> tuple[ResidentMember, ...]:
    """Those who live there now, the person asked for included."""
    return tuple(
        member_of(
            person_id=record.person_id,
            family_name=record.family_name,
            given_names=record.given_names,
            birthdate=record.birthdate,
            sex=record.sex,
            today=today(),
        )
        for _household, record in dict.fromkeys(file.people((HOUSEHOLD, household)))
        if record.person_id
        and record.deceased is None
        and (record.moved_out is None or record.moved_out > today())
    )


def _strip(record: ResidentRecord, fields: Collection[str]) -> ResidentRecord:
    blank = ResidentRecord("", "", "", None)
    return replace(
        record,
        **{name: getattr(blank, name) for name in vars(blank) if name not in fields},
    )


def _bad_line(number: int, field: str = "") -> BadFile:
    if field:
        message = _(
            "Line ${number} of the file is malformed: ${field}.",
            mapping={"number": number, "field": field},
        )
    else:
        message = _(
            "Line ${number} of the file is malformed.", mapping={"number": number}
        )
    return BadFile(message, f"line {number}")


def _unreadable(error: OSError) -> BadFile:
    return BadFile(_("The file cannot be read."), type(error).__name__)
