"""What the channels ask of the rest of the package."""

from zope.interface import Interface


class ISender(Interface):
    """In whose name automatic messages leave; a utility."""

    def __call__():
        """Return name and address (str), each empty when it is not set."""


class ISmsGateway(Interface):
    """Where text messages are posted to; a utility."""

    def __call__():
        """Return the address (str), empty when there is none."""
