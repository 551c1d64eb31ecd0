"""A demande and its dialogue, by both ways in: the account, and number and code."""

from carouge.guichet import swisstime
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.dossier import Document
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.demande.traitement import attribuer
from carouge.guichet.demande.traitement import ecrire_message
from carouge.guichet.demande.traitement import noter_interne
from carouge.guichet.demande.traitement import recevoir_piece
from carouge.guichet.demande.traitement import remettre_document
from carouge.guichet.demande.traitement import transmettre
from carouge.guichet.demarche.service import services_of
from carouge.guichet.espace import dialogue
from carouge.guichet.formulaire import limites
from carouge.guichet.formulaire.domain import MAX_TEXT
from carouge.guichet.limiter import Quota
from carouge.guichet.notification.channels.queue import Postman
from comptes import cookies_of
from comptes import make_compte
from datetime import timedelta
from email import message_from_bytes
from email import policy
from lxml import html
from plone import api
from plone.namedfile.file import NamedBlobFile
from smtp import Server
from time import monotonic

import pytest
import requests
import transaction


SCRIPT = "<script>alert('x')</script>"
SECRET = "xyzzy-secret-des-agents"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\nstartxref\n0\n%%EOF\n"
NOW = swisstime.now


class Way:
    """A browser without JavaScript that has the page of the demande open."""

    def __init__(self, layer, submission, compte) -> None:
        self.base = f"http://{layer['host']}:{layer['port']}/plone/guichet"
        self.numero = submission.demande.numero
        self.code = submission.code
        self.session = requests.Session()
        if compte is not None:
            self.url = f"{self.base}/mon-espace/demandes/{self.numero}"
            self.session.cookies.update(cookies_of(layer, compte))
        else:
            self.url = f"{self.base}/suivi"
            self.open()

    def open(self, **more):
        data = {"numero": self.numero, "code": self.code, **more}
        return self.session.post(self.url, data=data)

    def get(self, part="", **options):
        return self.session.get(f"{self.url}/{part}" if part else self.url, **options)

    def page(self, part=""):
        response = self.get(part)
        assert response.status_code == 200
        return html.fromstring(response.text).xpath("//article")[0]

    def token(self):
        form = self.page().xpath(".//form[.//textarea[@name='texte']]")[0]
        names = {"token", "_authenticator"}
        return {k: v for k, v in form.form_values() if k in names}

    def write(self, texte, files=(), token=None, **options):
        """Fill in the form for a message and send it."""
        data = {"texte": texte, "action": "ecrire"} | (
            self.token() if token is None else token
        )
        sent = [("jointes", one) for one in files] or [("jointes", ("", b""))]
        return self.session.post(self.url, data=data, files=sent, **options)


@pytest.fixture(autouse=True)
def fresh_quota(monkeypatch):
    monkeypatch.setattr(dialogue, "quota", Quota(monotonic, 100, 3600))


@pytest.fixture()
def guichet(functional):
    return functional["portal"].guichet


@pytest.fixture()
def camille(guichet):
    return make_compte()


@pytest.fixture()
def submission(guichet, camille):
    made = submit_demande(
        guichet=guichet,
        demarche=guichet.dechets["signaler-un-depot-sauvage"],
        reponses=[],
        pieces=[
            Piece("plan", "Plan", NamedBlobFile(PDF, filename="mon plan.pdf"), "d0"),
            Piece("avis", "Avis", None, "", moyen="poste"),
        ],
        form_version="1",
        secret=b"secret",
        year=2026,
        courriel="camille@example.ch",
        usager_id=camille.id,
    )
    transaction.commit()
    return made


@pytest.fixture(params=["compte", "code"])
def way(request, functional, submission, camille):
    return Way(functional, submission, camille if request.param == "compte" else None)


@pytest.fixture()
def stored(guichet, submission):
    numero = submission.demande.numero

    def read():
        transaction.begin()
        return get_demande(guichet, numero)

    return read


@pytest.fixture()
def by_agent(stored):
    def do(action, *args, **options):
        demande = stored()
        with api.env.adopt_roles(["Manager"]):
            done = action(demande, *args, **options)
        transaction.commit()
        return done

    return do


def move(demande, transition, message=""):
    move_demande(
        demande=demande, transition=transition, actor=Actor.AGENT, message=message
    )


def words(element):
    return " ".join(element.text_content().split())


def article(response):
    return html.fromstring(response.text).xpath("//article")[0]


def problems(response):
    return [words(one) for one in article(response).xpath(".//*[@role='alert']//p")]


def texts(stored):
    return [message.texte for message in stored().dossier.messages]


# --- messages of the citizen ---------------------------------------------------


def test_a_message_reaches_the_service(way, stored):
    response = way.write(f"Bonjour,\r\n{SCRIPT}")
    assert [step.status_code for step in response.history] == [303]
    assert response.url == f"{way.url}?fait=message"
    (status,) = article(response).xpath(".//*[@role='status']")
    assert words(status) == "Votre message a été envoyé au service."
    assert texts(stored) == [f"Bonjour,\n{SCRIPT}"]
    assert SCRIPT not in response.text
    (item,) = article(response).xpath(".//section[@id='suivi-messages']//li")
    assert item.xpath(".//p[2]//span/text()") == ["Bonjour,", SCRIPT]
    assert words(item.xpath(".//strong")[0]) == "Vous"
    assert words(item.xpath(".//p")[-1]) == "Pas encore lu par le service."


def test_files_go_along_and_come_back(way, stored):
    files = [("preuve <1>.pdf", PDF), ("autre.pdf", PDF + b"\n%")]
    way.write("Voici", files)
    (message,) = stored().dossier.messages
    assert [piece.file.filename for piece in message.pieces] == [
        "preuve _1_.pdf",
        "autre.pdf",
    ]
    links = way.page().xpath(".//section[@id='suivi-messages']//li//li/a/@href")
    assert links == [f"{way.url}/message/{message.id}/{rang}" for rang in (1, 2)]
    response = way.session.get(links[0])
    assert response.content == PDF
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''preuve%20_1_.pdf"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cache-Control"] == "no-store, private"
    for part in ("3", "0", "x", "-1", "1/1", ""):
        assert way.get(f"message/{message.id}/{part}").status_code == 404
    assert way.get("message/x/1").status_code == 404
    assert way.get("message").status_code == 404


def test_a_file_alone_is_a_message(way, stored):
    assert way.write("", [("preuve.pdf", PDF)]).url.endswith("?fait=message")
    assert texts(stored) == [""]


@pytest.mark.parametrize(
    ("texte", "files", "expected"),
    [
        ("", [], "Veuillez écrire votre message."),
        (" \u200b \n", [], "Veuillez écrire votre message."),
        ("x" * (MAX_TEXT + 1), [], "Votre texte est trop long"),
        ("a\x1bb", [], "Votre texte contient des caractères"),
        ("Voici", [("a.exe", b"MZ\x90\x00")], "a.exe"),
        ("Voici", [("vide.pdf", b"")], "vide.pdf"),
        ("Voici", [(f"{i}.pdf", PDF) for i in range(6)], "5"),
    ],
)
def test_what_is_refused_is_kept_on_the_screen(way, stored, texte, files, expected):
    response = way.write(texte, files)
    assert response.status_code == 400
    assert expected in problems(response)[0]
    assert texts(stored) == []
    (field,) = article(response).xpath(".//textarea[@name='texte']")
    assert field.get("aria-invalid") == "true"
    assert article(response).xpath(".//details[@open]")
    if "\x1b" not in texte:
        assert field.text_content().strip() == texte.strip()


def test_a_message_of_a_megabyte(way, stored):
    response = way.write("é" * 500_000)
    assert response.status_code in (400, 413)
    assert texts(stored) == []


def test_a_double_click_is_one_message(way, stored):
    token = way.token()
    first = way.write("Bonjour", token=token)
    second = way.write("Bonjour", token=token)
    assert first.url == second.url
    assert texts(stored) == ["Bonjour"]
    # The same page in another tab, with other words, is another message.
    way.write("Encore ceci", token=token)
    assert texts(stored) == ["Bonjour", "Encore ceci"]


def test_the_same_words_later_are_another_message(way, stored, monkeypatch):
    way.write("Des nouvelles ?")
    later = NOW() + timedelta(minutes=11)
    monkeypatch.setattr(swisstime, "now", lambda: later)
    way.write("Des nouvelles ?")
    assert texts(stored) == ["Des nouvelles ?", "Des nouvelles ?"]


def test_enough_for_a_day(way, stored, monkeypatch):
    monkeypatch.setattr(dialogue, "MAX_PAR_JOUR", 1)
    way.write("Un")
    response = way.write("Deux")
    assert response.status_code == 429
    (field,) = article(response).xpath(".//textarea[@name='texte']")
    assert field.text_content().strip() == "Deux"
    assert texts(stored) == ["Un"]


@pytest.fixture()
def examined(monkeypatch):
    """The names of the files that were looked at."""
    names = []
    examiner = dialogue.examiner_jointes

    def noting(contenus, **options):
        names.extend(nom for nom, _data in contenus)
        return examiner(contenus, **options)

    monkeypatch.setattr(dialogue, "examiner_jointes", noting)
    return names


def test_files_are_looked_at_when_the_message_can_be_sent(
    way, stored, monkeypatch, examined
):
    monkeypatch.setattr(dialogue, "MAX_PAR_JOUR", 1)
    token = way.token()
    way.write("Un", [("un.pdf", PDF)], token=token)
    # A double click, even of the last message of the day.
    response = way.write("Un", [("un.pdf", PDF)], token=token)
    assert response.url.endswith("?fait=message")
    assert way.write("Deux", [("deux.pdf", PDF)], token=token).status_code == 429
    other = [("autre.pdf", PDF + b"%")]
    assert way.write("Un", other, token=token).status_code == 429
    assert texts(stored) == ["Un"]
    assert examined == ["un.pdf"]


def test_who_has_written_enough_has_no_files_looked_at(
    way, stored, monkeypatch, examined
):
    def refuse(quota, combien=1):
        raise limites.TropVite(60)

    monkeypatch.setattr(limites, "compter", refuse)
    assert way.write("Un", [("un.pdf", PDF)]).status_code == 429
    assert (texts(stored), examined) == ([], [])


def test_without_our_token_nothing_is_written(way, stored):
    for token in ({}, {"token": "x", "_authenticator": "x"}):
        response = way.write("Mon texte", token=token)
        assert texts(stored) == []
        assert "Mon texte" in response.text


def test_an_expired_session_keeps_the_text(way, stored):
    token = way.token()
    way.session.cookies.clear()
    response = way.write(f"Long récit {SCRIPT}", token=token)
    assert texts(stored) == []
    assert SCRIPT not in response.text
    kept = html.fromstring(response.text).xpath("//input[@name='texte']/@value")
    assert kept == [f"Long récit {SCRIPT}"]


def test_after_number_and_code_the_text_is_there_again(functional, submission, stored):
    way = Way(functional, submission, None)
    token = way.token()
    way.session.cookies.clear()
    way.write("Long récit", token=token)
    response = way.open(texte="Long récit")
    (field,) = article(response).xpath(".//textarea[@name='texte']")
    assert field.text_content().strip() == "Long récit"
    way.write("Long récit")
    assert texts(stored) == ["Long récit"]


# --- messages of the service ---------------------------------------------------


def test_what_the_service_writes_is_new_once(way, by_agent, stored):
    by_agent(ecrire_message, "service", f"Une question\n{SCRIPT}")
    assert stored().dossier.messages[0].lu is None
    response = way.get()
    assert SCRIPT not in response.text
    (item,) = article(response).xpath(".//section[@id='suivi-messages']//li")
    assert words(item.xpath(".//*[contains(@class, 'badge')]")[0]) == "Nouveau"
    assert words(article(response).get_element_by_id("suivi-lire").xpath("p")[0]) == (
        "Lisez 1 nouveau message."
    )
    assert stored().dossier.messages[0].lu is not None
    (item,) = way.page().xpath(".//section[@id='suivi-messages']//li")
    assert not item.xpath(".//*[contains(@class, 'badge')]")
    assert not way.page().xpath(".//*[@id='suivi-lire']")


def test_what_is_fetched_in_advance_is_not_read(way, by_agent, stored):
    by_agent(ecrire_message, "service", "Une question")
    requests.head(way.url, cookies=way.session.cookies)
    way.get(headers={"Sec-Purpose": "prefetch;prerender"})
    way.get(headers={"Purpose": "prefetch"})
    way.get("piece/1")
    assert stored().dossier.messages[0].lu is None
    way.get()
    assert stored().dossier.messages[0].lu is not None


def test_the_citizen_sees_that_the_service_has_read(way, by_agent, stored):
    way.write("Bonjour")
    moment = NOW()
    stored().dossier.messages[0].lu = moment
    transaction.commit()
    (item,) = way.page().xpath(".//section[@id='suivi-messages']//li")
    assert words(item.xpath(".//p")[-1]) == (
        f"Lu par le service le {swisstime.format_time(moment)}."
    )


# --- after the end -------------------------------------------------------------


def test_a_finished_demande_can_be_asked_about_for_a_while(way, by_agent, stored):
    by_agent(move, "valider")
    assert "Vous pouvez encore écrire" in words(way.page())
    way.write("Et la suite ?")
    assert texts(stored) == ["Et la suite ?"]
    token = way.token()
    demande = stored()
    demande.cloture = NOW() - timedelta(days=32)
    transaction.commit()
    page = way.page()
    assert page.xpath(".//*[@id='suivi-ferme']")
    assert not page.xpath(".//textarea[@name='texte']")
    response = way.write("Trop tard", token=token)
    assert response.status_code == 400
    assert texts(stored) == ["Et la suite ?"]
    (field,) = article(response).xpath(".//textarea[@name='texte']")
    assert field.text_content().strip() == "Trop tard"


# --- pieces, documents, timeline -----------------------------------------------


def test_pieces_can_be_saved_again(way, by_agent, stored):
    assert [words(one) for one in way.page().xpath(".//*[@id='suivi-pieces']/li")] == [
        "mon plan.pdf, 1 Ko (Plan)",
        "Avis – arrivera par la poste",
    ]
    (link,) = way.page().xpath(".//*[@id='suivi-pieces']//a/@href")
    assert link == f"{way.url}/piece/1"
    response = way.session.get(link)
    assert (response.status_code, response.content) == (200, PDF)
    assert response.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''mon%20plan.pdf"
    )
    for rang in ("0", "2", "3", "x", "é", "1/1", "99999999999"):
        assert way.get(f"piece/{rang}").status_code == 404
    stored().pieces[0].controle = "infecte"
    transaction.commit()
    assert way.get("piece/1").status_code == 404
    assert not way.page().xpath(".//*[@id='suivi-pieces']//a")


def test_an_announced_piece_is_expected_until_it_has_come(way, by_agent):
    box = way.page().get_element_by_id("suivi-envoyer")
    assert [words(one) for one in box.xpath(".//li")] == [
        "Avis – arrivera par la poste"
    ]
    by_agent(recevoir_piece, 1, "poste")
    page = way.page()
    assert not page.xpath(".//*[@id='suivi-envoyer']")
    day = swisstime.format_date(swisstime.today())
    assert words(page.xpath(".//*[@id='suivi-pieces']/li")[1]) == (
        f"Avis – reçu par la poste, {day}"
    )
    last = page.xpath(".//ol[preceding-sibling::h2[@id='suivi-historique']]/li")[-1]
    assert "Avis" in words(last)


def test_documents_are_new_until_they_are_opened(way, by_agent, stored):
    document = by_agent(
        remettre_document,
        Document(
            genre="decision",
            titre=f"Décision {SCRIPT}",
            file=NamedBlobFile(PDF, filename="decision.pdf"),
            digest="0",
            date=NOW(),
            par="chef",
        ),
    )
    response = way.get()
    assert SCRIPT not in response.text
    box = article(response).get_element_by_id(f"document-{document.id}")
    (link,) = box.xpath(".//a/@href")
    assert link == f"{way.url}/document/{document.id}"
    assert "Nouveau" in words(box)
    assert way.session.get(link).content == PDF
    box = way.page().get_element_by_id(f"document-{document.id}")
    assert "Nouveau" not in words(box)
    stored().dossier.document(document.id).retire = NOW()
    transaction.commit()
    box = way.page().get_element_by_id(f"document-{document.id}")
    assert not box.xpath(".//a")
    assert "Retiré par le service" in words(box)


def test_the_timeline_tells_what_concerns_the_citizen(way, by_agent, guichet, stored):
    with api.env.adopt_roles(["Manager"]):
        other = next(
            one for one in services_of(guichet) if one.UID() != stored().service_uid
        )
    by_agent(move, "prendre_en_charge")
    by_agent(attribuer, "agent-dechets")
    by_agent(noter_interne, SECRET)
    by_agent(transmettre, other.UID(), SECRET)
    by_agent(ecrire_message, "service", "Bonjour")
    page = way.page()
    steps = page.xpath(".//ol[preceding-sibling::h2[@id='suivi-historique']]/li")
    lines = [words(step.xpath("*[2]")[0]) for step in steps]
    assert lines == [
        "La demande est arrivée.",
        "Le service a pris la demande en charge.",
        f"Un autre service s’occupe maintenant de la demande : {other.title}.",
        "Le service vous a écrit.",
    ]


def test_what_is_for_agents_only_is_on_no_page(way, by_agent, submission):
    by_agent(noter_interne, SECRET)
    by_agent(attribuer, "agent-dechets")
    by_agent(ecrire_message, "service", "Bonjour")
    by_agent(move, "demander_complement", "Une photo ?")
    parts = ["", "refaire", "completer", "recepisse", "?etape=retirer"]
    for part in parts:
        response = way.get(part) if "?" not in part else way.get(params="etape=retirer")
        assert response.status_code == 200, part
        assert SECRET not in response.text, part
        assert "agent-dechets" not in response.text, part
    if not way.url.endswith("/suivi"):
        for page in ("/mon-espace", "/mon-espace/demandes"):
            text = way.session.get(way.base + page).text
            assert SECRET not in text
            assert "agent-dechets" not in text


# --- withdrawing ---------------------------------------------------------------


def test_withdrawing_with_a_reason(way, stored):
    page = html.fromstring(way.get(params={"etape": "retirer"}).text)
    (form,) = page.xpath("//form[.//textarea[@name='raison']]")
    data = dict(form.form_values()) | {"action": "retirer"}
    refused = way.session.post(way.url, data=data | {"raison": "x" * (MAX_TEXT + 1)})
    assert refused.status_code == 400
    (field,) = article(refused).xpath(".//textarea[@name='raison']")
    assert field.get("aria-invalid") == "true"
    assert stored().etat is State.DEPOSEE
    response = way.session.post(way.url, data=data | {"raison": SCRIPT})
    assert response.url == f"{way.url}?fait=retrait"
    assert SCRIPT not in response.text
    assert stored().etat is State.RETIREE
    assert SCRIPT in [
        step["comments"] for step in stored().workflow_history["demande_workflow"]
    ]


# --- nobody else ---------------------------------------------------------------


PARTS = ("", "piece/1", "message/x/1", "bordereau", "refaire", "completer", "x")


def test_nobody_elses_demande_is_there(functional, submission, stored):
    marc = make_compte("G-marc", prenom="Marc", nom="Dubois")
    way = Way(functional, submission, marc)
    for part in PARTS:
        assert way.get(part).status_code == 404, part
        data = {"action": "ecrire", "texte": "x"}
        assert way.session.post(f"{way.url}/{part}", data=data).status_code == 404
    assert texts(stored) == []


def test_without_login_nothing_is_shown(functional, submission, camille):
    way = Way(functional, submission, camille)
    way.session.cookies.clear()
    for part in PARTS[:-1]:
        response = way.get(part, allow_redirects=False)
        assert response.status_code == 302, part
        assert "/se-connecter?retour=" in response.headers["Location"]
    suivi = f"{way.base}/suivi"
    for part in PARTS[:-1]:
        page = html.fromstring(requests.get(f"{suivi}/{part}").text)
        assert page.xpath("//input[@name='code']"), part


def test_a_part_without_a_demande_is_nothing(functional, submission, camille):
    way = Way(functional, submission, camille)
    for path in ("mon-espace/une-demande-piece/1", "mon-espace-une-demande-refaire"):
        assert way.session.get(f"{way.base}/{path}").status_code == 404


# --- mails ---------------------------------------------------------------------


def test_no_mail_tells_what_was_written(
    functional, submission, camille, by_agent, tmp_path, monkeypatch
):
    folder = tmp_path / "courriels"
    monkeypatch.setenv("GUICHET_COURRIELS", str(folder))
    server = Server()
    server.start()
    api.portal.set_registry_record("plone.smtp_host", "127.0.0.1")
    api.portal.set_registry_record("plone.smtp_port", server.port)
    transaction.commit()
    try:
        by_agent(noter_interne, SECRET)
        by_agent(ecrire_message, "service", f"Bonjour {SECRET}")
        way = Way(functional, submission, camille)
        way.write(f"Ma réponse {SECRET}")
        by_agent(move, "refuser", f"Non {SECRET}")
        Postman(folder, timeout=5).deliver_all()
        letters = [
            message_from_bytes(content, policy=policy.default)
            for _from, to, content in server.received
            if to == ["camille@example.ch"]
        ]
    finally:
        server.stop()
    assert len(letters) >= 2
    for letter in letters:
        text = letter["Subject"] + letter.get_content()
        assert SECRET not in text
        assert "Bonjour" not in letter["Subject"]
