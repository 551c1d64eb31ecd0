"""The seams between the features, and the events they exchange."""

from zope.interface import Attribute
from zope.interface import Interface
from zope.interface.interfaces import IObjectEvent
from zope.publisher.interfaces.browser import IDefaultBrowserLayer


class IGuichetLayer(IDefaultBrowserLayer):
    """Marks the requests of a site in which the add-on is installed."""


class IUsager(Interface):
    """What is proved about a logged-in person; adapts a Plone member.

    An adapter returns a :class:`carouge.guichet.access.domain.Usager`, never a Plone
    object. There is none for a member without an e-démarches account.
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
