"""The online counter of a Swiss commune, as a Plone add-on.

Nothing of Plone is imported here, so that the ``domain`` modules stay usable alone.
"""

from zope.i18nmessageid import MessageFactory

import logging


PACKAGE_NAME = "carouge.guichet"

_ = MessageFactory(PACKAGE_NAME)

logger = logging.getLogger(PACKAGE_NAME)
