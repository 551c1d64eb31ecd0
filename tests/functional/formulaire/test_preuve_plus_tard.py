"""A démarche with a padlock: begun by anybody, sent by those who may."""

from carouge.guichet.compte.domain import Level
from carouge.guichet.registre.domain import Status
from comptes import make_company
from comptes import make_compte
from formulaires import PATH
from formulaires import reponses
from formulaires import texte
from modeles import champ
from modeles import etape as page
from modeles import modele
from visitor import Form

import pytest
import transaction


MODEL = modele(page("un", champ("mot", requis=True)))
VERIFIED = {"niveau": "verifie", "residents_seulement": True}


def review(visitor):
    form = visitor.open_form(PATH).fill(mot="bonjour")
    form.review()
    assert form.response.url.endswith("/verifier")
    return form


def may_send(form):
    return bool(form.form.xpath(".//button[@name='envoyer']"))


def test_anonymous_and_declared_begin_and_are_told(
    publie, anonyme, connecte, stored, gardes
):
    publie(MODEL, **VERIFIED)
    sofia = make_compte("G-sofia", prenom="Sofia", level=Level.DECLARED)
    transaction.commit()
    for visitor in (anonyme, connecte(sofia)):
        page = visitor.get(f"/{PATH}")
        assert f"{PATH}/formulaire" in page.text
        form = visitor.open_form(PATH)
        assert texte(form, "guichet-preuve").startswith("Vous pouvez commencer")
        form = review(visitor)
        assert texte(form, "guichet-preuve").startswith("Vous pouvez commencer")
        assert not may_send(form)
        refused = Form(visitor, form.send())
        assert texte(refused, "guichet-avis").startswith(
            "Cette démarche ne peut pas être déposée"
        )
    assert stored() == []
    assert len(gardes()) == 2


def test_who_has_proved_it_sends_what_he_began(publie, connecte, stored):
    publie(MODEL, **VERIFIED)
    sofia = make_compte("G-sofia", prenom="Sofia", level=Level.DECLARED)
    transaction.commit()
    visitor = connecte(sofia)
    form = review(visitor)
    make_compte("G-sofia", prenom="Sofia", residency=Status.RESIDENT)
    connecte(sofia, visitor)
    form.show(visitor.session.get(form.response.url))
    assert texte(form, "guichet-preuve") == ""
    assert may_send(form)
    form.send()
    [demande] = stored()
    assert reponses(demande) == {"mot": "bonjour"}
    assert demande.deposant.niveau == "verifie"


@pytest.mark.parametrize(
    "make",
    [
        make_company,
        lambda: make_compte(
            "G-marc", prenom="Marc", residency=Status.NOT_RESIDENT, nom="Dubois"
        ),
    ],
)
def test_who_can_never_send_it_does_not_begin(publie, connecte, gardes, make):
    publie(MODEL, **VERIFIED, types_compte={"personne"})
    visitor = connecte(make())
    response = visitor.get(f"/{PATH}/formulaire")
    assert response.url == f"{visitor.base}/{PATH}"
    assert gardes() == []
