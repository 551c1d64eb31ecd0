"""The seams between the features, and the events they exchange."""

from zope.interface import Attribute
from zope.interface import Interface
from zope.interface.interfaces import IObjectEvent
from zope.publisher.interfaces.browser import IDefaultBrowserLayer


class IGuichetLayer(IDefaultBrowserLayer):
    """Marks the requests of a site in which the add-on is installed."""


class IResidentRegistry(Interface):
    """A residents' register we may ask; a named utility, the name being the client's.

    The control panel chooses which one is asked. :mod:`carouge.guichet.registre.service`
    is the only caller: it sees to journal, circuit breaker and the rules of residence.
    """

    title = Attribute("Name of the client for the control panel (message)")

    def find(query, fields):
        """The people who may be the one asked for: a list of ``ResidentRecord``.

        ``query`` is a :class:`carouge.guichet.registre.domain.ResidentQuery`, ``fields``
        the names of the fields of a record that are needed, so that a register can
        answer no more. An empty list: nobody. The client does not decide whether two
        records match the query: it may return too many, never too few.

        Raises :class:`carouge.guichet.registre.domain.RegisterUnavailable` when no
        trustworthy answer came in time, whatever the reason.
        """

    def check_config():
        """Problems of the present settings, a list of messages; empty when usable."""


class IAntivirus(Interface):
    """What can look for malware in a file; a named utility, the name being the client's.

    :mod:`carouge.guichet.antivirus.service` is the only caller: it chooses the client
    by the environment, and leaves alone for a while what does not answer.
    """

    def examiner(stream):
        """Look at a file; a :class:`carouge.guichet.antivirus.domain.Verdict`.

        ``stream`` is a binary file object, read from where it stands to its end. The
        answer comes within a limited time, and a failure outside is an answer as well,
        never an exception and never « sound ».
        """


class INotificationChannel(Interface):
    """A way to reach somebody; a named utility, the name being the channel's."""

    def send(recipient, subject, text, reply_to=None):
        """Hand over one message, to leave once the transaction is committed.

        ``recipient`` is an address of this channel (str), ``subject`` and ``text`` are
        plain text. Nothing goes over the network during the call, and nothing leaves
        when the transaction is aborted. A failure of the outside part is no failure of
        the transaction: the message stays in the channel's own queue.

        Raises ``ValueError`` when ``recipient`` is no address of this channel.
        """

    def usable():
        """Whether messages can leave with the present settings (bool)."""


class ITache(Interface):
    """Work that comes round; a named utility, the name being the task's.

    ``bin/guichet taches`` calls it once for each guichet, in a transaction of its own.
    """

    def __call__(guichet):
        """Do what is due in ``guichet``, and nothing when nothing is.

        Returns how many of what: a dict of int by word, fit for a log (ids and numbers,
        never names or answers). Nothing of it counts twice when it is called again at
        once. Whatever is raised is a failure of this task alone: its transaction is
        aborted, the other tasks run.
        """


class IDemandeEvent(IObjectEvent):
    """Something happened to the demande ``object``."""


class IDemandeSubmitted(IDemandeEvent):
    """A demande was submitted, in the transaction that is still open."""

    code = Attribute("Tracking code in clear, which is stored nowhere (str)")


class IDemandeMoved(IDemandeEvent):
    """A demande went from one state to another."""

    transition = Attribute("Id of the transition (str)")
    message = Attribute("What the citizen is told, plain text, may be empty (str)")
    actor = Attribute("Who made the move: 'agent' or 'usager' (str)")


class ICompteLetter(IObjectEvent):
    """Somebody is to be written to about an account of the commune's own.

    ``object`` is the compte (:class:`carouge.guichet.compte.content.Compte`), or None
    as long as there is none. The transaction is still open.
    """

    recipient = Attribute("E-mail address (str)")
    occasion = Attribute("Why (carouge.guichet.compte.events.Occasion)")
    values = Attribute("What the letter names: plain text by name (dict)")


class ISessionOpened(IObjectEvent):
    """The browser of ``request`` was logged in as the compte ``object``.

    The transaction is still open; who the request's user is has not changed yet.
    """

    request = Attribute("The request whose response carries the ticket")


class ICompteForgotten(IObjectEvent):
    """The compte ``object`` is about to be erased, with all that leads to it."""


class IBrouillonRappele(IObjectEvent):
    """The owner of the brouillon ``object`` is to be told that it will be deleted.

    The transaction is still open.
    """

    guichet = Attribute("The guichet it lies in")
    recipient = Attribute("E-mail address (str)")
    fin = Attribute("The day it will be deleted (date)")
