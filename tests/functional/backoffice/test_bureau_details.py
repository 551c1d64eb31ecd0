"""What is said beside: to agents, to citizens, and to the journal."""

from bureau import Agent
from bureau import deposer
from carouge.guichet.backoffice import comptes as bureau_comptes
from carouge.guichet.compte.domain import Canal as Moyen
from carouge.guichet.compte.domain import Source
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import Controle
from carouge.guichet.demande.domain import IdentiteControlee
from carouge.guichet.demande.domain import tracking_code
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.queries import list_demandes
from carouge.guichet.demande.rattachement import rattacher
from carouge.guichet.demande.rattachement import renouveler_code
from carouge.guichet.demande.service import open_with_code
from carouge.guichet.demande.traitement import ecrire_message
from carouge.guichet.demande.traitement import SERVICE
from carouge.guichet.demarche.textes import Avis
from carouge.guichet.demarche.textes import enregistrer_textes
from carouge.guichet.demarche.textes import ModeleDeDocument
from carouge.guichet.demarche.textes import ModeleDeMessage
from carouge.guichet.demarche.textes import Textes
from carouge.guichet.demarche.versions import publier_version
from carouge.guichet.demarche.versions import versions_de
from carouge.guichet.dossier.courrier import courrier_de
from carouge.guichet.dossier.decision import deposer_document
from carouge.guichet.dossier.recepisse import recepisse
from carouge.guichet.interfaces import IDemandeAvis
from carouge.guichet.swisstime import now
from comptes import cookies_of
from comptes import make_compte
from lecteur_pdf import Document
from lxml import html
from plone.app.testing import logout
from zope.component import getGlobalSiteManager
from zope.i18n import translate

import fichiers
import logging
import pytest
import requests
import transaction


@pytest.fixture
def guichet(functional):
    logout()
    yield functional["portal"].guichet
    transaction.abort()


@pytest.fixture
def agent(functional):
    return Agent(functional, "agent-dechets")


def french(words, **mapping):
    return translate(
        words, domain="carouge.guichet", target_language="fr", mapping=mapping
    )


def at_the_counter(guichet):
    [numero] = deposer(
        guichet,
        canal=Canal.GUICHET,
        saisi_par="agent-dechets",
        identite=IdentiteControlee(
            "Muller", "Rose", "1950-01-02", "piece_identite", telephone="+41223079111"
        ),
    )
    return numero


def test_the_telephone_of_somebody_at_the_counter(guichet, agent):
    page = agent.get(f"agents/{at_the_counter(guichet)}")
    [link] = page.html.xpath("//a[@id='agents-telephone']")
    assert (link.get("href"), link.text) == ("tel:+41223079111", "+41 22 307 91 11")
    [other] = deposer(guichet)
    page = agent.get(f"agents/{other}")
    assert page.html.xpath("//a[@id='agents-telephone']") == []


def test_what_was_looked_for_stands_above_what_was_found(guichet, agent):
    typed = {"nom": "Nobody", "prenom": "<b>Zoé</b>", "date_naissance": "2.1.1950"}
    page = agent.post("agents/saisir", {"etape": "chercher", **typed})
    assert page.status == 200
    assert "<b>Zoé</b> Nobody, 02.01.1950" in page.words("//*[@id='saisir-cherche']")


@pytest.mark.parametrize(
    "path", ["agents?q=rochat", "agents?q=rochat&debut=50", "agents/exporter?q=rochat"]
)
def test_each_search_by_name_is_in_the_journal(guichet, agent, caplog, path):
    deposer(guichet)
    with caplog.at_level(logging.INFO, "carouge.guichet.journal"):
        assert agent.get(path).status == 200
    lines = [line for line in caplog.messages if "demande.chercher" in line]
    assert lines
    assert not any("rochat" in line for line in caplog.messages)


def test_an_erased_account_leaves_no_letter(functional, guichet):
    compte = make_compte()
    compte.canal = Moyen.LETTRE
    compte.set_facts(
        Source.DECLARE,
        {"rue": "Rue Vautier", "numero": "3", "npa": "1227", "localite": "Carouge"},
        now(),
    )
    other = make_compte("G-denis", prenom="Denis")
    other.canal = Moyen.LETTRE
    other.set_facts(
        Source.DECLARE,
        {"rue": "Rue Ancienne", "numero": "5", "npa": "1227", "localite": "Carouge"},
        now(),
    )
    [mine] = deposer(guichet, usager_id=compte.id)
    [his] = deposer(guichet, usager_id=other.id)
    for numero in (mine, his):
        ecrire_message(get_demande(guichet, numero), SERVICE, "Bonjour")
    assert {one.numero for one in courrier_de(guichet).attente()} == {mine, his}
    bureau_comptes.erase(compte)
    assert {one.numero for one in courrier_de(guichet).attente()} == {his}


def test_a_code_opens_nothing_once_the_demande_is_in_an_account(functional, guichet):
    [numero] = deposer(guichet)
    demande = get_demande(guichet, numero)
    code = renouveler_code(demande, b"secret", Controle.CONNU)
    assert code == tracking_code(b"secret")
    assert open_with_code(guichet=guichet, number=numero, code=code) is not None
    # The receipt on which it stands says so.
    said = french(
        "Once you have put the demande into your account, the code opens nothing any "
        "more."
    )
    text = Document(recepisse(demande, functional["request"], code)).text
    assert " ".join(said.split()) in text
    rattacher(demande, make_compte())
    for tried in (code, ""):
        assert open_with_code(guichet=guichet, number=numero, code=tried) is None


def test_the_person_is_told_of_a_new_code(guichet):
    told = []

    def note(event):
        told.append((event.object.numero, event.occasion.value, event.pour))

    registry = getGlobalSiteManager()
    registry.registerHandler(note, (IDemandeAvis,))
    try:
        [numero] = deposer(guichet, courriel="aline@example.org")
        renouveler_code(get_demande(guichet, numero), b"secret", Controle.CONNU)
    finally:
        registry.unregisterHandler(note, (IDemandeAvis,))
    assert told == [(numero, "code", "usager")]


def test_the_list_says_that_there_is_a_decision_to_read(functional, guichet):
    camille = make_compte()
    [numero] = deposer(guichet, usager_id=camille.id)
    document = deposer_document(
        get_demande(guichet, numero),
        titre="Accord",
        contenu=fichiers.pdf("Accord"),
        nom="accord.pdf",
        genre="decision",
    )
    transaction.commit()
    base = f"http://{functional['host']}:{functional['port']}/plone/guichet/mon-espace"
    cookies = cookies_of(functional, camille)

    def shown():
        return html.fromstring(
            requests.get(f"{base}/demandes", cookies=cookies).text
        ).text_content()

    words = french("Read your decision.")
    assert words in shown()
    [row] = list_demandes(usager=camille.id, attend_usager=True).rows
    assert row.decisions_a_lire == 1
    page = requests.get(f"{base}/demandes/{numero}", cookies=cookies).text
    assert words in html.fromstring(page).text_content()
    url = f"{base}/demandes/{numero}/document/{document.id}"
    assert requests.get(url, cookies=cookies).status_code == 200
    transaction.begin()
    assert words not in shown()
    assert list_demandes(usager=camille.id).rows[0].decisions_a_lire == 0


def test_a_version_shows_its_texts(functional, guichet):
    demarche = guichet.dechets["signaler-un-depot-sauvage"]
    enregistrer_textes(
        demarche,
        Textes(
            avis={"valider": Avis(objet="Oui", texte="Votre\nchoix <b>", sms="")},
            messages=(ModeleDeMessage("plan", "Il manque le plan", "Merci"),),
            documents=(ModeleDeDocument("accord", "Accord", "Nous acceptons"),),
        ),
    )
    publier_version(demarche, "editeur")
    transaction.commit()
    numero = versions_de(demarche)[-1].numero
    editor = Agent(functional, "editeur")
    page = editor.get(f"dechets/signaler-un-depot-sauvage/versions/{numero}")
    assert page.status == 200
    avis = page.words("//section[@id='version-avis']")
    assert "Oui" in avis and "Votre choix <b>" in avis
    assert "Il manque le plan Merci" in page.words("//section[@id='version-messages']")
    assert "Nous acceptons" in page.words("//section[@id='version-documents']")
