"""Who may do what at the agents' desk: allowed, or refused and nothing changed."""

from carouge.guichet import config
from carouge.guichet.backoffice.actions import _move
from carouge.guichet.backoffice.actions import process
from carouge.guichet.backoffice.domain import Filters
from carouge.guichet.backoffice.liste import listing
from carouge.guichet.backoffice.service import Desk
from carouge.guichet.backoffice.service import NotVisible
from carouge.guichet.backoffice.service import Outdated
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.localroles import DemandeRoles
from carouge.guichet.demande.service import history
from carouge.guichet.demande.service import MessageRequired
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.demande.service import TransitionRefused
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.interfaces import IGuichetLayer
from plone import api
from plone.app.testing import login
from plone.app.testing import logout
from plone.namedfile.file import NamedBlobFile
from plone.protect.authenticator import createToken
from zExceptions import NotFound
from zExceptions import Unauthorized
from zope.interface import alsoProvides

import pytest
import secrets


@pytest.fixture
def guichet(demo_integration):
    alsoProvides(demo_integration["request"], IGuichetLayer)
    logout()
    return demo_integration["portal"].guichet


@pytest.fixture
def request_(demo_integration):
    return demo_integration["request"]


def submit(demarche, photo=None, **answers):
    """A demande nobody logged in for, as a form would make it."""
    logout()
    return submit_demande(
        guichet=guichet_of(demarche),
        demarche=demarche,
        reponses=[
            Reponse(name, "", name, text, text) for name, text in answers.items()
        ],
        pieces=[Piece("photo", "Photo du dépôt", photo, "0" * 64)] if photo else [],
        form_version="0" * 12,
        secret=secrets.token_bytes(16),
        year=2026,
        courriel=answers.get("courriel"),
    ).demande


@pytest.fixture
def demande(guichet):
    """A demande of the waste service with one document."""
    return submit(
        guichet.dechets["signaler-un-depot-sauvage"],
        lieu="devant le 12, rue Vautier",
        description="Un canapé rouge",
        photo=NamedBlobFile(b"JPEG", "image/jpeg", "canapé.jpg"),
        courriel="aline@example.org",
    )


@pytest.fixture
def of_schools(guichet):
    return submit(guichet["enfance-ecoles"]["creer-une-ligne-pedibus"], nom="Vigne")


def be(portal_or_guichet, who):
    logout()
    if who is not None:
        login(api.portal.get(), who)


# --- what each person does ----------------------------------------------------


def list_(guichet, demande, request):
    # What the publisher does before it calls a page.
    return guichet.restrictedTraverse("agents")()


def open_(guichet, demande, request):
    page = guichet.restrictedTraverse("agents-demande")
    page.number = demande.numero
    return page()


def piece(guichet, demande, request):
    page = guichet.restrictedTraverse("agents-demande-piece")
    page.number = demande.numero
    page.items.append("1")
    return page()


def move(guichet, demande, request):
    request.method = "POST"
    request.form.update(
        mouvement="prendre_en_charge",
        message="",
        version="1",
        _authenticator=createToken(),
    )
    request.other["_authenticator"] = request.form["_authenticator"]
    try:
        return open_(guichet, demande, request)
    finally:
        request.method = "GET"
        request.form.clear()


def outcome(guichet, demande, request, action):
    """What somebody gets: allowed, login (Unauthorized), nothing (404)."""
    try:
        action(guichet, demande, request)
    except Unauthorized:
        return "login"
    except NotFound:
        return "nothing"
    status = request.response.getStatus()
    request.response.setStatus(200)
    return {200: "allowed", 302: "allowed", 404: "nothing"}[status]


WHO = {
    # login: list, open, piece, move
    None: ("login", "nothing", "nothing", "nothing"),
    "editeur": ("login", "nothing", "nothing", "nothing"),
    # The list leads the cashier on to the cash desk.
    "caisse": ("allowed", "nothing", "nothing", "nothing"),
    "agent-dechets": ("allowed", "allowed", "allowed", "allowed"),
    "agent-ecoles": ("allowed", "nothing", "nothing", "nothing"),
    "admin-site": ("allowed", "allowed", "allowed", "allowed"),
}


@pytest.mark.parametrize("who", WHO)
def test_matrix(guichet, demande, request_, who):
    be(guichet, who)
    found = tuple(
        outcome(guichet, demande, request_, action)
        for action in (list_, open_, piece, move)
    )
    assert found == WHO[who]
    moved = WHO[who][3] == "allowed"
    assert demande.workflow_history[config.DEMANDE_WORKFLOW][-1]["review_state"] == (
        "en_cours" if moved else "deposee"
    )
    assert len(demande.workflow_history[config.DEMANDE_WORKFLOW]) == 1 + moved


def numbers(guichet):
    """The numbers in the present user's list."""
    desk = Desk(guichet, api.user.get_current())
    return {row.numero for row in listing(desk, Filters()).rows}


def test_everybody_sees_the_demandes_of_his_services_only(guichet, demande, of_schools):
    be(guichet, "agent-dechets")
    assert numbers(guichet) == {demande.numero}
    be(guichet, "agent-ecoles")
    assert numbers(guichet) == {of_schools.numero}
    be(guichet, "admin-site")
    assert numbers(guichet) == {demande.numero, of_schools.numero}
    be(guichet, "editeur")
    assert numbers(guichet) == set()


def permissions(demande):
    return {
        permission
        for permission in (
            config.VIEW_DEMANDE,
            config.PROCESS_DEMANDE,
            "carouge.guichet: Act On Own Demande",
        )
        if api.user.has_permission(permission, obj=demande)
    }


BOTH = {config.VIEW_DEMANDE, config.PROCESS_DEMANDE}


def test_permissions_on_a_demande(guichet, demande):
    expected = {
        None: set(),
        "editeur": set(),
        "agent-dechets": BOTH,
        "agent-ecoles": set(),
        "admin-site": BOTH,
    }
    found = {}
    for who in expected:
        be(guichet, who)
        found[who] = permissions(demande)
    assert found == expected


def test_members_of_a_group_are_agents(guichet, demande, of_schools):
    with api.env.adopt_roles(["Manager"]):
        api.group.create("renforts")
        api.group.add_user(groupname="renforts", username="editeur")
        service = next(
            s
            for s in guichet.objectValues()
            if "user:agent-dechets" in (getattr(s, "agents", None) or ())
        )
        service.agents = ["user:agent-dechets", "group:renforts"]
    be(guichet, "editeur")
    assert permissions(demande) == BOTH
    assert permissions(of_schools) == set()
    assert numbers(guichet) == {demande.numero}
    assert set(DemandeRoles(demande).getAllRoles()) == {
        ("agent-dechets", (config.ROLE_AGENT,)),
        ("renforts", (config.ROLE_AGENT,)),
    }


def test_an_agent_who_left_the_service_sees_nothing_any_more(
    guichet, demande, request_
):
    for service in guichet.objectValues():
        if "user:agent-dechets" in (getattr(service, "agents", None) or ()):
            service.agents = []
    be(guichet, "agent-dechets")
    assert permissions(demande) == set()
    assert outcome(guichet, demande, request_, list_) == "login"
    assert outcome(guichet, demande, request_, open_) == "nothing"


@pytest.mark.parametrize("where", ["portal", "guichet"])
@pytest.mark.parametrize("role", [config.ROLE_AGENT, "Site Administrator", "Manager"])
def test_local_roles_do_not_leak_into_a_demande(
    guichet, demande, request_, where, role
):
    context = guichet if where == "guichet" else api.portal.get()
    with api.env.adopt_roles(["Manager"]):
        api.user.grant_roles(username="caisse", roles=[role], obj=context)
    be(guichet, "caisse")
    assert permissions(demande) == set()
    assert numbers(guichet) == set()
    assert outcome(guichet, demande, request_, open_) == "nothing"
    assert outcome(guichet, demande, request_, piece) == "nothing"
    assert outcome(guichet, demande, request_, move) == "nothing"


def test_the_global_role_of_agent_makes_no_member_of_a_service(
    guichet, demande, request_
):
    with api.env.adopt_roles(["Manager"]):
        api.user.grant_roles(username="caisse", roles=[config.ROLE_AGENT])
    be(guichet, "caisse")
    assert numbers(guichet) == set()
    assert outcome(guichet, demande, request_, list_) == "allowed"
    assert outcome(guichet, demande, request_, open_) == "nothing"


# --- moves --------------------------------------------------------------------


def test_a_move_needs_the_version_it_was_ordered_with(guichet, demande):
    be(guichet, "agent-dechets")
    process(demande, transition="prendre_en_charge", message="", version=1)
    be(guichet, "admin-site")
    with pytest.raises(Outdated) as caught:
        process(demande, transition="refuser", message="Non", version=1)
    assert [(line.genre, line.par) for line in caught.value.unseen] == [
        ("prendre_en_charge", "agent-dechets"),
        ("attribuer", "agent-dechets"),
    ]
    assert demande.etat is State.EN_COURS


@pytest.mark.parametrize("version", [None, 0, -1, 2, 9_999_999])
def test_a_forged_version_changes_nothing(guichet, demande, version):
    be(guichet, "agent-dechets")
    with pytest.raises(Outdated) as caught:
        process(demande, transition="valider", message="", version=version)
    assert caught.value.unseen == []
    assert demande.etat is State.DEPOSEE


def test_the_same_order_twice_is_carried_out_once(guichet, demande):
    be(guichet, "agent-dechets")
    for _time in range(2):
        state = process(
            demande,
            transition="demander_complement",
            message="Quelle hauteur ?\r\nMerci.",
            version=1,
        )
        assert state is State.A_COMPLETER
    assert [(s.transition, s.message) for s in history(demande)] == [
        (None, ""),
        ("demander_complement", "Quelle hauteur ?\nMerci."),
    ]


def test_another_text_in_the_second_order_is_not_lost_silently(guichet, demande):
    be(guichet, "agent-dechets")
    process(demande, transition="refuser", message="Non.", version=1)
    with pytest.raises(Outdated):
        process(demande, transition="refuser", message="Non, car …", version=1)


def test_a_move_the_state_does_not_allow(guichet, demande):
    be(guichet, "agent-dechets")
    for transition in ("rouvrir", "completer", "", "xyz"):
        with pytest.raises(TransitionRefused):
            process(demande, transition=transition, message="Non", version=1)
    assert demande.etat is State.DEPOSEE


def test_a_move_without_the_message_it_needs(guichet, demande):
    be(guichet, "agent-dechets")
    with pytest.raises(MessageRequired):
        process(demande, transition="refuser", message=" \r\n", version=1)
    assert demande.etat is State.DEPOSEE


def test_an_agent_of_another_service_is_refused_by_the_workflow_as_well(
    guichet, demande
):
    be(guichet, "agent-ecoles")
    with pytest.raises(NotVisible):
        process(demande, transition="valider", message="", version=1)
    with (
        api.env.adopt_user("agent-ecoles"),
        pytest.raises(TransitionRefused),
    ):
        _move(demande, "valider", "")
    assert demande.workflow_history[config.DEMANDE_WORKFLOW][-1]["action"] is None
