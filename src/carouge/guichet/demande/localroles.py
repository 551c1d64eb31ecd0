"""Roles that follow from facts: nobody has to assign them, nothing stores them."""

from borg.localrole.interfaces import ILocalRoleProvider
from carouge.guichet.config import ROLE_AGENT
from carouge.guichet.config import ROLE_USAGER
from carouge.guichet.controlpanel.service import colleagues_share
from carouge.guichet.demande.interfaces import IDemande
from carouge.guichet.demarche.interfaces import IGuichet
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.service import service_by_uid
from carouge.guichet.demarche.service import services_of
from zope.component import adapter
from zope.interface import implementer


@implementer(ILocalRoleProvider)
@adapter(IGuichet)
class DeskRoles:
    """The agents of any service work at the desk of their guichet."""

    def __init__(self, context) -> None:
        self.context = context

    def getRoles(self, principal_id):
        for service in services_of(self.context):
            if principal_id in service.agent_ids:
                return (ROLE_AGENT,)
        return ()

    def getAllRoles(self):
        for service in services_of(self.context):
            for principal_id in service.agent_ids:
                yield principal_id, (ROLE_AGENT,)


@implementer(ILocalRoleProvider)
@adapter(IDemande)
class DemandeRoles:
    """The agents of the service in charge, and the person it belongs to."""

    def __init__(self, context) -> None:
        self.context = context

    def getRoles(self, principal_id):
        roles = []
        service = service_by_uid(guichet_of(self.context), self.context.service_uid)
        if service is not None and principal_id in service.agent_ids:
            roles.append(ROLE_AGENT)
        if principal_id in self._owners:
            roles.append(ROLE_USAGER)
        return tuple(roles)

    def getAllRoles(self):
        service = service_by_uid(guichet_of(self.context), self.context.service_uid)
        if service is not None:
            for principal_id in service.agent_ids:
                yield principal_id, (ROLE_AGENT,)
        for principal_id in self._owners:
            yield principal_id, (ROLE_USAGER,)

    @property
    def _owners(self) -> tuple[str, ...]:
        deposant = self.context.deposant
        if deposant is not None and deposant.ide and colleagues_share():
            return self.context.owner_ids
        return self.context.owner_ids[:1]
