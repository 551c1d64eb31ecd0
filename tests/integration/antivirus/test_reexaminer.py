"""Files that came in while the antivirus was down, with a real one later."""

from carouge.guichet import swisstime
from carouge.guichet.antivirus import service as antivirus
from carouge.guichet.antivirus.settings import VARIABLE
from carouge.guichet.brouillon import service as brouillons
from carouge.guichet.brouillon.content import Fichier
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.labels import remark_on
from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.interfaces import ITache
from clamav import Clamav
from clamav import free_port
from clamav import MALWARE
from plone.namedfile.file import NamedBlobFile
from zope.component import getUtility

import pytest


SOUND = b"%PDF-1.4 Bonjour"


@pytest.fixture(scope="module")
def clamav():
    with Clamav() as server:
        yield server


@pytest.fixture()
def task():
    return getUtility(ITache, "antivirus")


@pytest.fixture()
def guichet(demo_integration, monkeypatch):
    monkeypatch.setattr(antivirus, "_CONTROLE", antivirus.Controle())
    return demo_integration["portal"].guichet


@pytest.fixture()
def up(clamav, monkeypatch):
    def start():
        monkeypatch.setenv(VARIABLE, clamav.unix)
        monkeypatch.setattr(antivirus, "_CONTROLE", antivirus.Controle())

    return start


def demarche(guichet):
    return guichet.dechets["signaler-un-depot-sauvage"]


@pytest.fixture()
def demande(guichet):
    return submit_demande(
        guichet=guichet,
        demarche=demarche(guichet),
        reponses=[],
        pieces=[
            Piece("a", "A", NamedBlobFile(SOUND), "d1", controle="a_verifier"),
            Piece("b", "B", NamedBlobFile(MALWARE), "d2", controle="a_verifier"),
            Piece("c", "C", NamedBlobFile(MALWARE), "d3"),
            Piece("d", "D", None, "", moyen="poste"),
        ],
        form_version="1",
        secret=b"secret",
        year=swisstime.today().year,
    ).demande


@pytest.fixture()
def brouillon(guichet):
    made = brouillons.creer(
        guichet,
        demarche(guichet),
        id="abcdef0123456789",
        proprietaire="ge-camille",
        version="1",
    )
    for id, data, state in (
        ("f1", SOUND, "a_verifier"),
        ("f2", MALWARE, "a_verifier"),
        ("f3", MALWARE, "a_verifier"),
        ("f4", MALWARE, "non_controle"),
    ):
        brouillons.joindre(
            made,
            Fichier(
                id=id,
                nom=f"{id}.pdf",
                type="application/pdf",
                taille=len(data),
                digest=id,
                contenu=NamedBlobFile(data),
                etat=state,
            ),
        )
    brouillons.enregistrer(
        made,
        saisies={
            "nom": "Rochat",
            "carte": {"moyen": "", "fichiers": ["f1", "f2"]},
            "livret": {"moyen": "", "fichiers": ["f4"]},
            "enfants": [
                {"id": "aaaa", "prenom": "Léa", "acte": {"moyen": "", "fichiers": []}},
                {"id": "bbbb", "acte": {"moyen": "", "fichiers": ["f3"]}},
            ],
        },
    )
    return made


def test_nothing_to_do(guichet, task, up):
    up()
    assert task(guichet) == {}


def test_what_was_missed_is_caught_up(guichet, task, up, demande, brouillon):
    assert demandes_of(guichet).a_verifier == [demande.numero]
    revision = brouillon.revision
    up()
    assert task(guichet) == {"sain": 2, "infecte": 3}
    assert [(piece.name, piece.controle) for piece in demande.pieces] == [
        ("a", "sain"),
        ("b", "infecte"),
        ("c", "non_controle"),
        ("d", "non_controle"),
    ]
    # It can be looked into by the webmaster, and is given to nobody.
    assert demande.pieces[1].file.data == MALWARE
    assert [piece.lisible for piece in demande.pieces] == [True, False, True, False]
    assert demandes_of(guichet).a_verifier == []
    assert {id: file.etat for id, file in brouillon.fichiers.items()} == {
        "f1": "sain",
        "f4": "non_controle",
    }
    assert brouillon.saisies == {
        "nom": "Rochat",
        "carte": {"moyen": "", "fichiers": ["f1"]},
        "livret": {"moyen": "", "fichiers": ["f4"]},
        "enfants": [
            {"id": "aaaa", "prenom": "Léa", "acte": {"moyen": "", "fichiers": []}},
            {"id": "bbbb", "acte": {"moyen": "", "fichiers": []}},
        ],
    }
    assert set(brouillon.a_revoir) == {"carte", "enfants"}
    # Another tab is told.
    assert brouillon.revision > revision
    assert task(guichet) == {}


def test_it_is_still_down(guichet, task, demande, brouillon, monkeypatch):
    monkeypatch.setenv(VARIABLE, f"tcp://127.0.0.1:{free_port()}")
    assert task(guichet) == {"a_verifier": 5}
    assert [piece.controle for piece in demande.pieces][:2] == ["a_verifier"] * 2
    assert len(brouillon.fichiers) == 4
    assert demandes_of(guichet).a_verifier == [demande.numero]


def test_there_is_none_any_more(guichet, task, demande, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert task(guichet) == {}
    assert demande.pieces[0].controle == "a_verifier"


def test_a_demande_without_such_documents_is_not_noted(guichet):
    submit_demande(
        guichet=guichet,
        demarche=demarche(guichet),
        reponses=[],
        pieces=[Piece("a", "A", NamedBlobFile(SOUND), "d", controle="sain")],
        form_version="1",
        secret=b"other",
        year=swisstime.today().year,
    )
    assert demandes_of(guichet).a_verifier == []


def test_what_is_said_of_documents(demande):
    demande.pieces[1].controle = "infecte"
    assert [remark_on(piece) for piece in demande.pieces] == [
        "not yet examined by the antivirus",
        "malicious software was found in it, it cannot be opened",
        None,
        "will come by post",
    ]
