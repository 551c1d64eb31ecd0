"""Documents for the citizen: written at the desk, issued, opened, withdrawn."""

from carouge.guichet.antivirus.domain import A_VERIFIER
from carouge.guichet.antivirus.domain import INFECTE
from carouge.guichet.controlpanel.interfaces import PREFIX
from carouge.guichet.demande.domain import Deposant
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.labels import TRANSITION_LABELS
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.demande.traitement import noter_interne
from carouge.guichet.demarche.textes import enregistrer_textes
from carouge.guichet.demarche.textes import ModeleDeDocument
from carouge.guichet.demarche.textes import Textes
from carouge.guichet.dossier import decision
from carouge.guichet.dossier.verification import verifier
from comptes import cookies_of
from comptes import make_compte
from lecteur_pdf import Document
from lxml import html
from plone import api
from plone.app.testing import logout
from publication import publier
from zope.i18n import translate

import fichiers
import hashlib
import os
import pytest
import requests
import transaction


PASSWORD = "Guichet-2026!"
SCRIPT = "<script>alert('x')</script>"

CORPS = """Madame, Monsieur,

Votre demande ${numero} à « ${lieu} » est acceptée.
Inconnu : ${qui}

# Décision

- un point
- un autre

## Recours

Dans les trente jours."""

MODELES = (
    ModeleDeDocument("accord", "Accord pour ${numero}", CORPS, "decision", "valider"),
    ModeleDeDocument(
        "lettre", "Lettre", "Bonjour ${usager}.", "document", "", "La Ville"
    ),
)


def french(message, **mapping):
    words = translate(
        message, domain="carouge.guichet", target_language="fr", mapping=mapping
    )
    return " ".join(words.split())


def words(element):
    return " ".join(element.text_content().split())


class Desk:
    """The page of documents of one demande, as one agent has it in his browser."""

    def __init__(self, base, numero, login="agent-dechets"):
        self.session = requests.Session()
        if login:
            self.session.auth = (login, PASSWORD)
        self.url = f"{base}/agents/{numero}/document"

    def open(self, modele=""):
        return self.show(
            self.session.get(self.url, params={"modele": modele} if modele else {})
        )

    def show(self, response):
        self.response = response
        self.status = response.status_code
        if response.headers["Content-Type"].startswith("text/html"):
            self.page = html.fromstring(response.text)
        return self

    def fields(self, geste):
        """The fields of the form that has this button, as a browser would send them."""
        (form,) = self.page.xpath(f"//form[.//button[@value='{geste}']][1]")
        data = {}
        for field in form.xpath(".//input|.//textarea|.//select"):
            if field.get("type") == "file":
                continue
            data[field.get("name")] = field.value or ""
        return data

    def press(self, geste, files=None, **values):
        data = {**self.fields(geste), **values, "geste": geste}
        return self.show(self.session.post(self.url, data=data, files=files))

    @property
    def errors(self):
        """The summary: (id of the field, message); each field exists."""
        found = []
        for link in self.page.xpath("//*[@id='agents-summary']//a"):
            target = link.get("href").lstrip("#")
            assert self.page.xpath(f"//*[@id='{target}']"), target
            found.append((target, words(link)))
        return found

    @property
    def alert(self):
        return [words(one) for one in self.page.xpath("//*[@id='agents-alert']/p")]

    @property
    def notices(self):
        found = self.page.xpath("//*[@id='global_statusmessage']//div[@role]")
        return [words(one).partition(": ")[2] for one in found]


@pytest.fixture
def guichet(functional):
    logout()
    for name, value in (
        ("commune", "Ville de Carouge"),
        ("adresse", "Place du Marché 14\n1227 Carouge"),
    ):
        api.portal.set_registry_record(f"{PREFIX}.{name}", value)
    guichet = functional["portal"].guichet
    demarche = guichet.dechets["signaler-un-depot-sauvage"]
    with api.env.adopt_roles(["Manager"]):
        enregistrer_textes(demarche, Textes(documents=MODELES))
        publier(demarche)
    transaction.commit()
    return guichet


@pytest.fixture
def base(functional):
    return f"http://{functional['host']}:{functional['port']}/plone/guichet"


@pytest.fixture
def submit(guichet):
    def make(**options):
        demande = submit_demande(
            guichet=guichet,
            demarche=guichet.dechets["signaler-un-depot-sauvage"],
            reponses=[Reponse("lieu", "Où", "Lieu", f"Rue {SCRIPT}")],
            pieces=[],
            form_version="1",
            secret=os.urandom(32),
            year=2026,
            deposant=Deposant("c", "personne", "verifie", "Camille Rochat"),
            **options,
        ).demande
        transaction.commit()
        return demande

    return make


@pytest.fixture
def stored(guichet):
    """The demande as it is stored now."""

    def read(demande):
        transaction.begin()
        return get_demande(guichet, demande.numero)

    return read


@pytest.fixture
def issued(base, submit):
    """A demande with one document: (demande, desk)."""

    def make(**options):
        demande = submit(**options)
        desk = Desk(base, demande.numero)
        desk.open("lettre").press("remettre")
        return demande, desk

    return make


def test_the_models_of_the_demarche(submit, base):
    desk = Desk(base, submit().numero).open()
    assert [
        (words(link), link.get("href").partition("?")[2])
        for link in desk.page.xpath("//section[@aria-labelledby='agents-modeles']//a")
    ] == [
        ("Accord pour ${numero}", "modele=accord"),
        ("Lettre", "modele=lettre"),
        (french("An empty sheet"), "modele=vide"),
    ]


def test_the_model_is_filled(submit, base):
    demande = submit()
    fields = Desk(base, demande.numero).open("accord").fields("remettre")
    assert fields["titre"] == f"Accord pour {demande.numero}"
    assert fields["genre"] == "decision"
    assert fields["destinataire"] == "Camille Rochat"
    assert fields["mouvement"] == "valider"
    assert fields["corps"].splitlines()[2] == (
        f"Votre demande {demande.numero} à « Rue {SCRIPT} » est acceptée."
    )
    fields = Desk(base, demande.numero).open("lettre").fields("remettre")
    assert fields["corps"].strip() == "Bonjour Camille Rochat."
    assert (fields["signature"].strip(), fields["mouvement"]) == ("La Ville", "")


def test_an_unfilled_variable_is_told(submit, stored, base):
    demande = submit()
    desk = Desk(base, demande.numero).open("accord")
    for geste in ("apercu", "remettre"):
        desk.press(geste, signature="Denis\nChef")
        assert desk.status == 400
        assert desk.errors == [
            (
                "agents-corps",
                french(
                    "Nothing is known for ${variables}. Please write it in its place, "
                    "or take it out.",
                    variables="${qui}",
                ),
            )
        ]
        # Nothing of it is lost.
        fields = desk.fields("remettre")
        assert fields["signature"].strip() == "Denis\nChef"
        assert "${qui}" in fields["corps"]
        assert fields["mouvement"] == "valider"
    assert [*stored(demande).dossier.documents] == []
    assert stored(demande).etat is State.DEPOSEE


def test_the_preview(submit, stored, base):
    demande = submit()
    desk = Desk(base, demande.numero).open("accord")
    corps = desk.fields("apercu")["corps"].replace("${qui}", "personne")
    desk.press("apercu", corps=corps)
    assert desk.status == 200
    assert desk.response.headers["Content-Type"] == "application/pdf"
    assert desk.response.headers["Content-Disposition"].startswith("inline;")
    document = Document(desk.response.content)
    document.check_accessible()
    assert french("Draft - not valid") in document.text
    assert "/verifier" not in document.text
    assert [*stored(demande).dossier.documents] == []


def test_issued_and_decided_in_one_go(guichet, submit, stored, base):
    camille = make_compte()
    demande = submit(usager_id=camille.id)
    desk = Desk(base, demande.numero).open("accord")
    corps = desk.fields("remettre")["corps"].replace("${qui}", "personne")
    desk.press(
        "remettre",
        corps=corps,
        signature="Denis Chappuis\nChef de service",
        destinataire=f"Camille Rochat\nRue {SCRIPT} 3\n1227 Carouge",
    )
    assert desk.response.url == f"{base}/agents/{demande.numero}"
    assert desk.notices == [french("The document was issued. The citizen is told.")]
    demande = stored(demande)
    assert demande.etat is State.VALIDEE
    (document,) = demande.dossier.documents
    assert (document.genre, document.titre) == (
        "decision",
        f"Accord pour {demande.numero}",
    )
    assert document.par == "agent-dechets"
    assert document.file.filename == f"Accord pour {demande.numero}.pdf"
    data = document.file.data
    assert hashlib.sha256(data).hexdigest() == document.digest
    constat = verifier(guichet, document.code, "")
    assert (constat.genre, constat.numero) == ("decision", demande.numero)
    assert constat.digests == (document.digest,)
    read = Document(data)
    read.check_accessible()
    assert read.title == f"Accord pour {demande.numero} - {demande.numero}"
    for expected in (
        "Ville de Carouge",
        f"Camille Rochat Rue {SCRIPT} 3 1227 Carouge",
        "Carouge, le ",
        f"Votre demande {demande.numero} à « Rue {SCRIPT} » est acceptée. "
        "Inconnu : personne",
        "Denis Chappuis Chef de service",
        document.code,
    ):
        assert expected in read.text, (expected, read.text)
    # A long address goes on in the next line.
    assert f"{base}/verifier" in read.text.replace(" ", "")
    assert [tag for tag in read.tags if tag in ("H1", "H2", "H3", "L", "LI")] == [
        *("H1", "H2", "L", "LI", "LI", "H3")
    ]
    assert read.alternatives() == [
        french("QR code with the address that verifies this document")
    ]
    assert [event.genre for event in demande.dossier.evenements] == ["document"]


def test_a_move_that_needs_words(submit, stored, base):
    demande = submit()
    desk = Desk(base, demande.numero).open("lettre")
    desk.press("remettre", mouvement="refuser")
    assert desk.status == 400
    assert desk.errors == [
        (
            "agents-message",
            french(
                "Please write to the citizen before you choose « ${move} ».",
                move=french(TRANSITION_LABELS["refuser"]),
            ),
        )
    ]
    assert [*stored(demande).dossier.documents] == []
    assert stored(demande).dossier.evenements == []
    desk.press("remettre", message="Trop tard.")
    assert stored(demande).etat is State.REFUSEE
    assert len(stored(demande).dossier.documents) == 1


def test_a_move_nobody_offered(submit, stored, base):
    demande = submit()
    desk = Desk(base, demande.numero).open("lettre")
    for move in ("rouvrir", "completer", "bonjour"):
        desk.press("remettre", mouvement=move, message="x")
        assert desk.status == 400
        assert [*stored(demande).dossier.documents] == []
        assert stored(demande).etat is State.DEPOSEE


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("titre", ""),
        ("titre", " \u200b"),
        ("titre", "x" * 151),
        ("corps", " \n "),
        ("corps", "x" * 20_001),
        ("corps", "a\x00b"),
        ("corps", "a\u202eb"),
        ("signature", "x" * 501),
        ("destinataire", "x" * 501),
        ("genre", "recepisse"),
        ("genre", ""),
    ],
)
def test_what_cannot_be_issued(submit, stored, base, field, value):
    demande = submit()
    desk = Desk(base, demande.numero).open("lettre")
    desk.press("remettre", **{field: value})
    assert desk.status == 400
    assert [target for target, _message in desk.errors] == [f"agents-{field}"]
    assert [*stored(demande).dossier.documents] == []


def test_sent_twice_is_issued_once(submit, stored, base):
    demande = submit()
    desk = Desk(base, demande.numero).open("lettre")
    data = {**desk.fields("remettre"), "geste": "remettre"}
    for _index in range(2):
        response = desk.session.post(desk.url, data=data)
        assert response.url == f"{base}/agents/{demande.numero}"
    assert len(stored(demande).dossier.documents) == 1


def test_somebody_was_faster(submit, stored, base):
    demande = submit()
    desk = Desk(base, demande.numero).open("lettre")
    noter_interne(demande, "Attention")
    transaction.commit()
    desk.press("remettre", corps="Un long texte.")
    assert desk.status == 409
    assert len(desk.alert) == 1
    assert desk.fields("remettre")["corps"].strip() == "Un long texte."
    assert [*stored(demande).dossier.documents] == []
    desk.press("remettre")
    assert len(stored(demande).dossier.documents) == 1


def test_not_from_a_foreign_page(submit, stored, base):
    demande = submit()
    desk = Desk(base, demande.numero).open("lettre")
    desk.press("remettre", _authenticator="x")
    assert desk.status == 403
    assert [*stored(demande).dossier.documents] == []
    assert desk.fields("remettre")["corps"].strip() == "Bonjour Camille Rochat."


@pytest.mark.parametrize(
    "login", [None, "agent-ecoles", "editeur", "caisse", "camille"]
)
def test_nobody_else(functional, issued, base, stored, login):
    demande, _desk = issued()
    (document,) = stored(demande).dossier.documents
    version = {"version": "2", "geste": "retirer", "raison": "x"}
    other = Desk(base, demande.numero, None if login == "camille" else login)
    if login == "camille":
        other.session.cookies.update(cookies_of(functional, make_compte()))
    for address in (other.url, f"{other.url}/{document.id}"):
        assert other.session.get(address).status_code == 404
        sent = {**version, "document": document.id}
        assert other.session.post(address, data=sent).status_code in (403, 404)
    assert stored(demande).dossier.documents[0].retire is None


# --- a PDF of one's own ---------------------------------------------------------


def upload(desk, name, content, **values):
    values = {"titre": "Décision du 3 mars", "genre": "decision"} | values
    return desk.open().press("televerser", files={"fichier": (name, content)}, **values)


def test_an_own_pdf(guichet, submit, stored, base):
    demande = submit()
    content = fichiers.pdf("Accordé")
    desk = upload(
        Desk(base, demande.numero), "../a<b>.pdf", content, mouvement="valider"
    )
    assert desk.response.url == f"{base}/agents/{demande.numero}"
    demande = stored(demande)
    (document,) = demande.dossier.documents
    assert document.file.data == content
    assert "/" not in document.file.filename
    assert document.file.filename.endswith(".pdf")
    assert demande.etat is State.VALIDEE
    assert verifier(guichet, document.code, "").digests == (
        hashlib.sha256(content).hexdigest(),
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.pdf", b"<html><script>alert(1)</script></html>"),
        ("image.pdf", fichiers.image()),
        ("texte.docx", fichiers.docx()),
        ("coupe.pdf", fichiers.pdf()[:60]),
        ("vide.pdf", b""),
        ("lourd.pdf", fichiers.pdf() + b"\0" * (20 * 1024 * 1024)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_usable_pdf(submit, stored, base, name, content):
    demande = submit()
    desk = upload(Desk(base, demande.numero), name, content)
    assert desk.status == 400
    assert [target for target, _message in desk.errors] == ["agents-fichier"]
    # All but the file is still there.
    assert desk.fields("televerser")["titre"] == "Décision du 3 mars"
    assert [*stored(demande).dossier.documents] == []


def test_no_file_and_no_title(submit, stored, base):
    demande = submit()
    desk = Desk(base, demande.numero).open()
    desk.press("televerser", files={"fichier": ("", b"")}, titre="x")
    assert desk.errors == [("agents-fichier", french("Please choose the PDF first."))]
    upload(desk, "a.pdf", fichiers.pdf(), titre=" ")
    assert desk.errors == [
        ("agents-fichier_titre", french("Please give the document a title."))
    ]
    assert [*stored(demande).dossier.documents] == []


@pytest.mark.parametrize(
    ("state", "message"),
    [(INFECTE, decision.INFECTED), (A_VERIFIER, decision.NOT_EXAMINED)],
)
def test_what_the_antivirus_says(submit, stored, base, monkeypatch, state, message):
    monkeypatch.setattr(decision, "examiner", lambda data: state)
    demande = submit()
    desk = upload(Desk(base, demande.numero), "a.pdf", fichiers.pdf())
    assert desk.status == 400
    assert desk.errors == [("agents-fichier", french(message))]
    assert [*stored(demande).dossier.documents] == []


# --- afterwards ------------------------------------------------------------------


def test_the_citizen_opens_it(functional, issued, stored, base):
    camille, denis = make_compte(), make_compte("G-denis", prenom="Denis")
    demande, desk = issued(usager_id=camille.id)
    (document,) = stored(demande).dossier.documents
    url = f"{base}/mon-espace/demandes/{demande.numero}"
    cookies = cookies_of(functional, camille)
    page = html.fromstring(requests.get(url, cookies=cookies).text)
    (link,) = page.xpath(f"//*[@id='document-{document.id}']/a/@href")
    assert link == f"{url}/document/{document.id}"
    assert stored(demande).dossier.documents[0].lu is None
    response = requests.get(link, cookies=cookies)
    assert response.content == document.file.data
    headers = response.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''Lettre.pdf"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store, private"
    read = stored(demande).dossier.documents[0].lu
    assert read is not None
    requests.get(link, cookies=cookies)
    assert stored(demande).dossier.documents[0].lu == read
    for foreign in (
        requests.get(link, cookies=cookies_of(functional, denis)),
        requests.get(f"{url}/document/{'0' * 16}", cookies=cookies),
        requests.get(f"{url}/document", cookies=cookies),
        requests.get(f"{link}/x", cookies=cookies),
    ):
        assert foreign.status_code == 404
    assert french("Opened by the citizen on ${date}", date="").strip() in words(
        desk.open().page.get_element_by_id(f"document-{document.id}")
    )


def test_the_agent_opens_it(issued, stored, base):
    demande, desk = issued()
    (document,) = stored(demande).dossier.documents
    response = desk.session.get(f"{desk.url}/{document.id}")
    assert response.content == document.file.data
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert stored(demande).dossier.documents[0].lu is None
    assert desk.session.get(f"{desk.url}/{'0' * 16}").status_code == 404
    assert desk.session.get(f"{desk.url}/{document.id}/x").status_code == 404


def test_withdrawn(functional, guichet, issued, stored, base):
    camille = make_compte()
    demande, desk = issued(usager_id=camille.id)
    (document,) = stored(demande).dossier.documents
    desk.open().press("retirer", raison=" ")
    assert desk.status == 400
    assert desk.errors == [
        (
            f"agents-raison-{document.id}",
            french("Please say why the document is withdrawn."),
        )
    ]
    assert stored(demande).dossier.documents[0].retire is None
    desk.press("retirer", raison=f"Erreur {SCRIPT}")
    assert desk.notices == [
        french("The document was withdrawn. The citizen is told why.")
    ]
    demande = stored(demande)
    (document,) = demande.dossier.documents
    assert (document.retire is not None, document.raison) == (True, f"Erreur {SCRIPT}")
    assert verifier(guichet, document.code, "").valeur.value == "retire"
    (message,) = demande.dossier.messages
    assert message.auteur == "service"
    assert f"Erreur {SCRIPT}" in message.texte
    assert [event.genre for event in demande.dossier.evenements] == [
        *("document", "message_service", "document_retire")
    ]
    assert all(
        "Erreur" not in str(event.details) for event in demande.dossier.evenements
    )
    # The citizen sees that it was there; he is not given it any more.
    cookies = cookies_of(functional, camille)
    url = f"{base}/mon-espace/demandes/{demande.numero}"
    page = html.fromstring(requests.get(url, cookies=cookies).text)
    item = page.get_element_by_id(f"document-{document.id}")
    assert item.xpath(".//a") == []
    assert f"Erreur {SCRIPT}" in words(item)
    link = f"{url}/document/{document.id}"
    assert requests.get(link, cookies=cookies).status_code == 404
    # The agent still finds it, and cannot withdraw it again.
    assert desk.session.get(f"{desk.url}/{document.id}").status_code == 200
    assert desk.open().page.xpath("//button[@value='retirer']") == []


def test_withdrawn_by_somebody_else_meanwhile(issued, stored):
    demande, desk = issued()
    desk.open()
    data = {**desk.fields("retirer"), "raison": "Une erreur", "geste": "retirer"}
    desk.press("retirer", raison="Autre erreur")
    # Own changes in another window are known: what is left is the rule itself.
    desk.show(desk.session.post(desk.url, data=data))
    assert desk.status == 400
    assert desk.alert == [french("This document was withdrawn before.")]
    assert stored(demande).dossier.documents[0].raison == "Autre erreur"


def test_with_number_and_code(guichet, base, stored):
    made = submit_demande(
        guichet=guichet,
        demarche=guichet.dechets["signaler-un-depot-sauvage"],
        reponses=[],
        pieces=[],
        form_version="1",
        secret=os.urandom(32),
        year=2026,
    )
    transaction.commit()
    Desk(base, made.demande.numero).open("vide").press(
        "remettre", titre="Lettre", corps="Bonjour"
    )
    (document,) = stored(made.demande).dossier.documents
    link = f"{base}/suivi/document/{document.id}"
    session = requests.Session()
    assert session.get(link).headers["Content-Type"].startswith("text/html")
    opening = {"numero": made.demande.numero, "code": made.code, "action": "ouvrir"}
    session.post(f"{base}/suivi", data=opening)
    assert session.get(link).content == document.file.data
    assert stored(made.demande).dossier.documents[0].lu is not None
