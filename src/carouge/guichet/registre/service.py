"""The only door to the residents' register."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet import swisstime
from carouge.guichet.breaker import CircuitBreaker
from carouge.guichet.interfaces import IResidentRegistry
from carouge.guichet.journal.service import record_now
from carouge.guichet.registre.domain import answerable
from carouge.guichet.registre.domain import decide
from carouge.guichet.registre.domain import fields_to_ask
from carouge.guichet.registre.domain import only
from carouge.guichet.registre.domain import RegisterUnavailable
from carouge.guichet.registre.domain import ResidentQuery
from carouge.guichet.registre.domain import ResidentRecord
from carouge.guichet.registre.domain import ResidentResult
from carouge.guichet.registre.domain import Status
from carouge.guichet.registre.interfaces import NULL
from carouge.guichet.registre.settings import site_settings
from carouge.guichet.sonde import Sonde
from collections.abc import Callable
from collections.abc import Collection
from dataclasses import replace
from plone import api
from transaction.interfaces import TransientError
from zope.component import queryUtility
from zope.i18nmessageid import Message

import logging
import threading
import time


logger = logging.getLogger("carouge.guichet.registre")


class Breakers:
    """The circuit breakers of a process, one for each site and client."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._by_key: dict[tuple[str, str], CircuitBreaker] = {}

    def get(self, name: str) -> CircuitBreaker:
        key = ("/".join(api.portal.get().getPhysicalPath()), name)
        with self._lock:
            return self._by_key.setdefault(key, CircuitBreaker(self._clock))


_BREAKERS = Breakers()


def lookup(
    query: ResidentQuery,
    fields: Collection[str],
    *,
    purpose: str,
    subject: str,
    breakers: Breakers | None = None,
    trial: bool = False,
) -> ResidentResult:
    """Ask the register of the settings about somebody, over the network.

    ``fields`` are the fields of a record that are wanted; those the settings do not
    deliver are left out. ``purpose`` is one word for the journal, ``subject`` the id of
    the compte. A ``trial`` of the webmaster asks even while the circuit breaker keeps
    everybody else from it.

    Whatever goes wrong outside is :attr:`Status.UNAVAILABLE`, never an exception, and
    never a resident.
    """
    settings = site_settings()
    name = settings.client or NULL
    source = settings.nom or ""
    if name == NULL:
        return ResidentResult(Status.NOT_CONFIGURED, source, swisstime.now())
    if not settings.avs_autorise:
        query = replace(query, avs="")
    wanted = frozenset(fields) & (settings.donnees or set())
    record = None
    if answerable(query):
        breaker = (breakers or _BREAKERS).get(name)
        status, record = _ask(query, wanted, name, settings.commune_ofs, breaker, trial)
    else:
        # Without the birth date nothing a register says could be held against it.
        status = Status.AMBIGUOUS
    record_now(
        "registre.interroger",
        subject=subject,
        purpose=purpose,
        backend=name,
        status=status.value,
    )
    return ResidentResult(
        status,
        source,
        swisstime.now(),
        only(record, wanted) if record is not None else None,
        wanted,
    )


def _ask(
    query: ResidentQuery,
    wanted: frozenset[str],
    name: str,
    municipality: int,
    breaker: CircuitBreaker,
    trial: bool,
) -> tuple[Status, ResidentRecord | None]:
    client = queryUtility(IResidentRegistry, name)
    if client is None:
        logger.error("register: there is no client %s", name)
        return Status.UNAVAILABLE, None
    if not breaker.allows() and not trial:
        return Status.UNAVAILABLE, None
    try:
        records = client.find(query, fields_to_ask(query, wanted))
        answer = decide(query, records, municipality, swisstime.today())
    except TransientError:
        # Zope's own database: the whole request is tried again.
        raise
    except RegisterUnavailable as error:
        logger.warning("register %s: %s", name, error)
    except Exception as error:
        # Whatever a client does, the login goes on; its words may hold data.
        logger.error("register %s: %s", name, type(error).__name__)
    else:
        breaker.succeeded()
        return answer
    breaker.failed()
    return Status.UNAVAILABLE, None


def sonde() -> Sonde | None:
    """What finds out whether the register of the settings answers; None without one.

    Nobody is asked about.

    :raises RegisterUnavailable: its settings are not usable
    """
    name = site_settings().client or NULL
    if name == NULL:
        return None
    client = queryUtility(IResidentRegistry, name)
    if client is None:
        raise RegisterUnavailable("no such client")
    return Sonde(client.sonde(), [_BREAKERS.get(name)])


def check_config() -> list[Message]:
    """What keeps the register of the settings from being asked; empty when nothing."""
    name = site_settings().client or NULL
    client = queryUtility(IResidentRegistry, name)
    if client is None:
        return [
            _("This connection does not exist here: ${name}", mapping={"name": name})
        ]
    try:
        return client.check_config()
    except TransientError:
        raise
    except Exception as error:
        logger.error("register %s: %s", name, type(error).__name__)
        return [_("The settings cannot be checked.")]


def register_name() -> str:
    """The name of the register as citizens read it."""
    return site_settings().nom or ""
