"""Agents as Plone's own form stores them."""

from carouge.guichet.demarche.service import services_of_agent
from plone import api
from zope.component import getUtility
from zope.schema.interfaces import IVocabularyFactory

import pytest


@pytest.fixture
def guichet(demo_integration):
    return demo_integration["portal"].guichet


def test_the_agents_of_the_demonstration_are_terms_of_the_form(guichet):
    service = guichet["service-voirie"]
    factory = getUtility(IVocabularyFactory, "plone.app.vocabularies.Principals")
    vocabulary = factory(service)
    assert service.agents == ["user:agent-dechets"]
    assert [vocabulary.getTerm(value).title for value in service.agents] == [
        "Denis Chappuis"
    ]


def test_users_and_groups_named_as_agents_work_for_the_service(guichet):
    with api.env.adopt_roles(["Manager"]):
        api.group.create("equipe-sports")
        api.group.add_user("equipe-sports", username="agent-ecoles")
    guichet["service-sports"].agents = ["group:equipe-sports", "user:editeur"]

    def services(login):
        return [s.getId() for s in services_of_agent(guichet, api.user.get(login))]

    assert services("editeur") == ["service-sports"]
    assert services("agent-ecoles") == ["service-ecoles", "service-sports"]


@pytest.mark.parametrize("login", ["editeur", "agent-dechets"])
def test_only_administrators_name_agents(guichet, login):
    with api.env.adopt_user(username=login):
        assert not api.user.has_permission(
            "Plone Site Setup: Users and Groups", obj=guichet["service-voirie"]
        )
