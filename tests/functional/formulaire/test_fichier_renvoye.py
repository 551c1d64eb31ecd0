"""A file whose answer was lost on the way, and that is sent a second time."""

from carouge.guichet.brouillon.service import magasin_de
from fichiers import image
from visitor import errors
from visitor import Visitor

import pytest
import transaction


DEMARCHE = "dechets/signaler-un-depot-sauvage"
ROUGE = image("PNG", (20, 20))
BLEUE = image("PNG", (30, 20))


@pytest.fixture()
def form(functional):
    base = f"http://{functional['host']}:{functional['port']}/plone/guichet"
    form = Visitor(base).open_form(DEMARCHE)
    form.fill(
        lieu="devant le 12, rue Vautier",
        terrain="Trottoir ou chaussée",
        date_constat="2026-11-20",
    ).press()
    return form


def send(form, *photos):
    """Send the step with files; its answer gets lost."""
    files = [
        ("champ.photo.envoi", (name, content, "image/png")) for name, content in photos
    ]
    data = [*form._values(), ("suivant", "1")]
    response = form.visitor.session.post(form.action, data=data, files=files)
    assert response.status_code == 200
    return response


def attached(functional, form):
    """The names of the files of its brouillon."""
    transaction.begin()
    id = form.action.partition("/formulaire/")[2].partition("/")[0]
    brouillon = magasin_de(functional["portal"].guichet).get(id)
    return sorted(fichier.nom for fichier in brouillon.fichiers.values())


def test_it_is_attached_once(functional, form):
    send(form, ("photo.png", ROUGE))
    send(form, ("photo.png", ROUGE))
    assert attached(functional, form) == ["photo.png"]


def test_another_picture_or_name_is_another_file(functional, form):
    send(form, ("photo.png", ROUGE), ("autre.png", ROUGE))
    send(form, ("photo.png", BLEUE))
    assert attached(functional, form) == ["autre.png", "photo.png", "photo.png"]


def test_the_last_one_that_has_a_place_is_no_refusal(functional, form):
    photos = [(f"photo{n}.png", image("PNG", (20 + n, 20))) for n in range(3)]
    send(form, *photos)
    again = send(form, *photos)
    assert "champ-photo" not in [name for name, _message in errors(again)]
    assert attached(functional, form) == [name for name, _content in photos]
