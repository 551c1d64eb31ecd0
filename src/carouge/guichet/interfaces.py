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
