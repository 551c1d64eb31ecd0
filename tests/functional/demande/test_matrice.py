"""Every transition, in every state, asked for by everybody, at every door.

``ENTRIES`` are the doors: each makes, for a demande and a transition, the request that
would be right for somebody who may. ``CALLERS`` are the people; ``EXPECTED`` says with
which status somebody who may not is answered at a door. Whoever adds a door or a person
adds a line; what is not named in ``EXPECTED`` is a person who may.
"""

from bureau import PASSWORD
from carouge.guichet.demande import traitement
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import Deposant
from carouge.guichet.demande.domain import LigneDePrix
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.domain import TRANSITIONS
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.demarche.service import services_of
from carouge.guichet.espace import service as suivi
from carouge.guichet.limiter import Limiter
from comptes import cookies_of
from comptes import make_company
from comptes import make_compte
from dataclasses import dataclass
from factures import make_regie
from plone import api
from plone.app.testing import login
from plone.app.testing import logout
from plone.protect.authenticator import createToken

import os
import pytest
import re
import requests
import time
import transaction


MESSAGE = "Voici pourquoi."
SHARING = "carouge.guichet.collegues_partagent"

#: How a demande gets into each state.
WAYS = {
    State.A_PAYER: (),
    State.DEPOSEE: (),
    State.EN_COURS: ("prendre_en_charge",),
    State.A_COMPLETER: ("demander_complement",),
    State.COMPLETEE: ("demander_complement", "completer"),
    State.VALIDEE: ("valider",),
    State.REFUSEE: ("refuser",),
    State.CLASSEE: ("classer",),
    State.RETIREE: ("retirer",),
}
#: What makes a new demande wait for its payment.
FEE = {"prix": [LigneDePrix("Émolument", 4000)], "regie": "VILLE"}
ALL = [(state, transition) for state in State for transition in TRANSITIONS]
#: The citizen's own two moves, by the buttons of his pages. The others have no button
#: there: one state in which each could be made is enough to see that it is not.
CITIZENS = ("completer", "retirer")
GUESSED = [
    (state, transition)
    for state, transition in ALL
    if transition in CITIZENS
    or state is next(one for one in State if one in TRANSITIONS[transition].sources)
]


@dataclass
class Target:
    """A demande as it stands, with the code that opens it."""

    numero: str
    code: str
    version: int


# --- the people -----------------------------------------------------------------------


class Caller:
    """Somebody with a browser. ``token`` is a good one of his own: it is never that."""

    def __init__(self, layer) -> None:
        self.layer = layer
        # Plone gives this host no theme, and whoever reads no HTML no page of errors:
        # what is asked here are answers, some thousands of them.
        self.base = f"http://127.0.0.1:{layer['port']}/plone"
        self.session = requests.Session()
        self.session.headers["Accept"] = "text/plain"
        self.token = ""

    def staff(self, name):
        self.session.auth = (name, PASSWORD)
        login(self.layer["portal"], name)
        return self._with_token()

    def compte(self, compte):
        self.session.cookies.update(cookies_of(self.layer, compte))
        login(self.layer["portal"], compte.id)
        return self._with_token()

    def nobody(self):
        logout()
        return self._with_token()

    def _with_token(self):
        self.token = createToken()
        logout()
        return self

    def look(self):
        """Plone keeps something of its own with the first page it makes."""
        self.session.get(f"{self.base}/guichet/suivi")

    def post(self, path, data=None, **options):
        return self.session.post(
            f"{self.base}/{path}", data=data, allow_redirects=False, **options
        )


CALLERS = {
    "anonymous": lambda layer, people: Caller(layer).nobody(),
    "owner": lambda layer, people: Caller(layer).compte(people["owner"]),
    "other citizen": lambda layer, people: Caller(layer).compte(people["other"]),
    # Of the organisation the demande was filed for; the setting is off.
    "colleague": lambda layer, people: Caller(layer).compte(people["colleague"]),
    "agent": lambda layer, people: Caller(layer).staff("agent-dechets"),
    "agent of another service": lambda layer, people: Caller(layer).staff(
        "agent-ecoles"
    ),
    "editor": lambda layer, people: Caller(layer).staff("editeur"),
    "cashier": lambda layer, people: Caller(layer).staff("caisse"),
    "site administrator": lambda layer, people: Caller(layer).staff("admin-site"),
}


# --- the doors ------------------------------------------------------------------------


def desk(caller, target, transition):
    return caller.post(
        f"guichet/agents/{target.numero}",
        {
            "mouvement": transition,
            "message": MESSAGE,
            "version": str(target.version),
            "_authenticator": caller.token,
        },
    )


def citizen(caller, url, transition, **more):
    """By the button of a page of the citizen, or as somebody would guess it."""
    data = {
        "action": transition,
        "mouvement": transition,
        "message": MESSAGE,
        "champ.complement_mots": MESSAGE,
        "envoyer": "1",
    }
    path = f"{url}/completer" if transition == "completer" else url
    return caller.post(path, data | more)


def espace(caller, target, transition):
    url = f"guichet/mon-espace/demandes/{target.numero}"
    return citizen(caller, url, transition, _authenticator=caller.token)


def without_code(caller, target, transition):
    more = {"numero": target.numero, "token": caller.token}
    return citizen(caller, "guichet/suivi", transition, **more)


def wrong_code(caller, target, transition):
    more = {"numero": target.numero, "code": "00000-00000"}
    return citizen(caller, "guichet/suivi", transition, **more)


def rest(caller, target, transition):
    """As a business system orders it."""
    return caller.post(
        f"++api++/guichet/@demandes/{target.numero}/mouvements",
        json={
            "mouvement": transition,
            "message": MESSAGE,
            "revision": target.version,
        },
    )


def rest_usager(caller, target, transition):
    """As a citizen's program orders his own two moves."""
    body = {"message": MESSAGE} if transition == "completer" else {}
    return caller.post(
        f"++api++/guichet/@demandes/{target.numero}/{transition}", json=body
    )


ENTRIES = {
    "desk": desk,
    "espace": espace,
    "suivi without code": without_code,
    "suivi with a wrong code": wrong_code,
    "rest": rest,
    "rest of the citizen": rest_usager,
}

#: The status for whoever may not, by door and person. /suivi asks for number and code
#: again, and says nothing of any demande; /mon-espace leads whoever has no account to
#: the login, and shows its own page to a citizen who sends what it does not know.
NOT_FOUND = dict.fromkeys(CALLERS, {404})
ASKS_AGAIN = dict.fromkeys(CALLERS, {200})
LOGIN = {200, 302, 303, 401, 403, 404}
EXPECTED = {
    "desk": {
        name: statuses
        for name, statuses in NOT_FOUND.items()
        if name not in ("agent", "site administrator")
    },
    "espace": {
        "anonymous": LOGIN,
        "other citizen": {404},
        "colleague": {404},
        "agent": LOGIN,
        "agent of another service": LOGIN,
        "editor": LOGIN,
        "cashier": LOGIN,
        "site administrator": LOGIN,
    },
    "suivi without code": ASKS_AGAIN,
    "suivi with a wrong code": ASKS_AGAIN,
    "rest": {
        **{
            name: {404}
            for name in CALLERS
            if name not in ("agent", "site administrator")
        },
        "anonymous": {401},
    },
    "rest of the citizen": {
        **{name: {404} for name in CALLERS if name != "owner"},
        "anonymous": {401},
    },
}
REFUSED = [(entry, caller) for entry, callers in EXPECTED.items() for caller in callers]


# --- the demandes ---------------------------------------------------------------------


@pytest.fixture
def people(functional):
    logout()
    api.portal.set_registry_record(SHARING, False)
    make_regie(FEE["regie"])
    return {
        "owner": make_company("G-owner"),
        "colleague": make_company("G-colleague", prenom="Louis"),
        "other": make_compte("G-other"),
    }


@pytest.fixture
def make(functional, people):
    """Demandes of the owner, filed for the organisation, in any state."""
    guichet = functional["portal"].guichet
    owner = people["owner"]

    def demande(state):
        logout()
        submission = submit_demande(
            guichet=guichet,
            demarche=guichet.dechets["signaler-un-depot-sauvage"],
            reponses=[Reponse("lieu", "", "Lieu", "Rue Vautier")],
            pieces=[Piece("plan", "Plan", None, "", moyen="poste")],
            form_version="1",
            secret=os.urandom(32),
            year=2026,
            usager_id=owner.id,
            organisation_id=owner.organisation_principal,
            deposant=Deposant(
                compte=owner.id,
                type="entreprise",
                niveau="verifie",
                nom="Laura Keller",
                organisation="Boulangerie du Rondeau",
                ide="CHE107482617",
            ),
            **(FEE if state is State.A_PAYER else {}),
        )
        login(functional["portal"], "agent-dechets")
        for transition in WAYS[state]:
            move_demande(
                demande=submission.demande,
                transition=transition,
                actor=Actor.AGENT,
                message=MESSAGE,
            )
        logout()
        numero = submission.demande.numero
        return Target(numero, submission.code, traitement.revision(submission.demande))

    yield demande
    transaction.abort()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    """Wrong codes slow nobody down here: that is tested elsewhere."""

    class Patient(Limiter):
        def wait(self, keys):
            return 0

    monkeypatch.setattr(suivi, "limiter", Patient(time.monotonic))


def last_transaction():
    return api.portal.get()._p_jar.db().lastTransaction()


def written_since(before):
    """What was written after a transaction: who, and by which address."""
    storage = api.portal.get()._p_jar.db().storage
    return [
        (found.user.decode(), found.description.decode())
        for found in storage.iterator()
        if found.tid > before
    ]


def state_of(functional, target):
    transaction.begin()
    return get_demande(functional["portal"].guichet, target.numero).etat


# --- not allowed ----------------------------------------------------------------------


def test_the_table_is_complete():
    assert set(EXPECTED) == set(ENTRIES)
    assert {caller for callers in EXPECTED.values() for caller in callers} == set(
        CALLERS
    )


@pytest.mark.parametrize(("entry", "who"), REFUSED)
def test_not_allowed(functional, people, make, entry, who):
    targets = {state: make(state) for state in State}
    caller = CALLERS[who](functional, people)
    transaction.commit()
    caller.look()
    before = last_transaction()
    found = {
        (state.value, transition): ENTRIES[entry](
            caller, targets[state], transition
        ).status_code
        for state, transition in (ALL if entry in ("desk", "rest") else GUESSED)
    }
    wrong = {
        pair: status
        for pair, status in found.items()
        if status not in EXPECTED[entry][who]
    }
    assert wrong == {}
    # Not one byte was written, for any of them.
    assert written_since(before) == []


#: What else is ordered at the desk, each with what it needs to be right.
GESTES = {
    "prendre": {},
    "rendre": {},
    "attribuer": {"agent": "agent-dechets"},
    "transmettre": {"raison": "Pour vous"},
    "suivre": {},
    "ne_plus_suivre": {},
    "ecrire": {"texte": "Bonjour"},
    "noter": {"note": "Une note"},
    "lus": {},
    "inserer": {"modele": "x"},
    "recevoir": {"rang": "0", "moyen": "poste"},
    "annuler": {"rang": "0"},
    "retirer_scan": {"rang": "0"},
}


@pytest.mark.parametrize("who", EXPECTED["desk"])
def test_no_other_order_of_the_desk_either(functional, people, make, who):
    targets = [make(State.EN_COURS), make(State.VALIDEE)]
    service = services_of(functional["portal"].guichet)[0].UID()
    caller = CALLERS[who](functional, people)
    transaction.commit()
    caller.look()
    before = last_transaction()
    for target in targets:
        for geste, values in GESTES.items():
            data = {"geste": geste, "version": str(target.version), "vers": service}
            data |= {"_authenticator": caller.token, **values}
            answer = caller.post(f"guichet/agents/{target.numero}", data)
            assert answer.status_code == 404, (geste, who)
        beat = {"_authenticator": caller.token, "version": str(target.version)}
        path = f"guichet/agents/{target.numero}/presence"
        assert caller.post(path, beat).status_code == 404
        data = {"numero": target.numero, "rang": "0", "moyen": "poste"}
        data |= {"_authenticator": caller.token, "version": str(target.version)}
        answer = caller.post("guichet/agents/piece", data)
        assert answer.status_code in (302, 400, 401, 403), answer.status_code
    assert written_since(before) == []


# --- allowed --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "who", "done", "refused"),
    [
        ("desk", "agent", 302, 400),
        ("desk", "site administrator", 302, 400),
        ("rest", "agent", 200, 409),
    ],
)
def test_what_an_agent_may(functional, people, make, entry, who, done, refused):
    """Exactly the moves of the state, and each of them does what it says."""
    targets = {}
    for state, transition in ALL:
        if state in TRANSITIONS[transition].sources:
            targets[state, transition] = make(state)
    idle = {state: make(state) for state in State}
    caller = CALLERS[who](functional, people)
    transaction.commit()
    for state, transition in ALL if who == "agent" else targets:
        move = TRANSITIONS[transition]
        allowed = state in move.sources and Actor.AGENT in move.actors
        target = targets.get((state, transition), idle[state])
        answer = ENTRIES[entry](caller, target, transition)
        reached = state_of(functional, target)
        assert (answer.status_code, reached) == (
            (done, move.target) if allowed else (refused, state)
        ), (state, transition)


@pytest.mark.parametrize("entry", ["espace", "rest of the citizen"])
def test_what_the_owner_may(functional, people, make, entry):
    targets = {pair: make(pair[0]) for pair in ALL if pair[1] in CITIZENS}
    idle = {state: make(state) for state in State}
    caller = CALLERS["owner"](functional, people)
    transaction.commit()
    for state, transition in GUESSED:
        move = TRANSITIONS[transition]
        allowed = state in move.sources and Actor.USAGER in move.actors
        target = targets.get((state, transition), idle[state])
        ENTRIES[entry](caller, target, transition)
        reached = state_of(functional, target)
        assert reached is (move.target if allowed else state), (state, transition)


def test_number_and_code_may_what_the_owner_may(functional, people, make):
    for state, transition in [pair for pair in ALL if pair[1] in CITIZENS]:
        target = make(state)
        transaction.commit()
        caller = Caller(functional)
        answer = caller.post(
            "guichet/suivi", {"numero": target.numero, "code": target.code}
        )
        assert answer.status_code == 303
        page = caller.session.get(f"{caller.base}/guichet/suivi").text
        token = re.search(r'name="token"[^>]*value="([^"]+)"', page)
        proof = {"token": token[1]} if token else {}
        citizen(caller, "guichet/suivi", transition, **proof)
        move = TRANSITIONS[transition]
        reached = state_of(functional, target)
        assert reached is (move.target if state in move.sources else state)


def test_a_colleague_may_once_the_organisation_shares(functional, people, make):
    target = make(State.A_COMPLETER)
    api.portal.set_registry_record(SHARING, True)
    caller = CALLERS["colleague"](functional, people)
    transaction.commit()
    espace(caller, target, "completer")
    assert state_of(functional, target) is State.COMPLETEE


@pytest.mark.parametrize("token", ["", "x", None])
@pytest.mark.parametrize("entry", ["desk", "espace"])
def test_nobody_is_made_to_do_it_by_another_site(
    functional, people, make, entry, token
):
    targets = {state: make(state) for state in State}
    caller = CALLERS["agent" if entry == "desk" else "owner"](functional, people)
    caller.token = token
    transaction.commit()
    caller.look()
    before = last_transaction()
    found = {
        ENTRIES[entry](caller, targets[state], transition).status_code
        for state, transition in ALL
        if state in TRANSITIONS[transition].sources
        and (entry == "desk" or transition in CITIZENS)
    }
    assert found == {403}
    assert written_since(before) == []
