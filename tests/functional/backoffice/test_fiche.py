"""One demande at the desk: in whose hands, words, notes, pieces, presence, conflicts."""

from bureau import Agent
from bureau import deposer
from carouge.guichet.backoffice import dialogue
from carouge.guichet.backoffice import presence
from carouge.guichet.demande import traitement
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.demarche.service import services_of
from carouge.guichet.demarche.textes import ModeleDeMessage
from comptes import cookies_of
from comptes import make_compte
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from plone import api
from plone.app.testing import logout

import os
import pytest
import requests
import transaction


SCRIPT = "<script>alert('x')</script>"
PDF = b"%PDF-1.4\n%\xe2\xe3\n1 0 obj<<>>endobj\nstartxref\n9\n%%EOF\n"
PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\b\0\0\0\0:~\x9bU\0\0\0\nIDATx\x9cc`"
    b"\0\0\0\2\0\1H\xaf\xa4q\0\0\0\0IEND\xaeB`\x82"
)


@pytest.fixture
def guichet(functional):
    logout()
    yield functional["portal"].guichet
    transaction.abort()


@pytest.fixture
def agent(functional):
    return Agent(functional, "agent-dechets")


@pytest.fixture
def admin(functional):
    return Agent(functional, "admin-site")


@pytest.fixture
def numero(guichet):
    [numero] = deposer(
        guichet,
        pieces=[
            Piece("plan", "Plan", None, "", moyen="poste"),
            Piece("photo", "Photo", None, "", moyen="guichet"),
        ],
        courriel="aline@example.org",
    )
    return numero


@pytest.fixture
def stored(guichet, numero):
    """The demande as it is stored now."""

    def read():
        transaction.begin()
        return get_demande(guichet, numero)

    return read


def citizen_writes(stored, text="Bonjour", pieces=()):
    logout()
    traitement.ecrire_message(stored(), traitement.USAGER, text, pieces)
    transaction.commit()


def genres(demande):
    return [line.genre for line in traitement.historique(demande)]


def notice(page):
    return page.words("//*[@id='global_statusmessage']")


def history(page):
    return page.all_words("//ol[contains(@class, 'history')]/li/strong")


def said(page):
    return [
        (li.get("class").split("-")[-1], " ".join(li.text_content().split()))
        for li in page.html.xpath("//ol[contains(@class, 'dialogue')]/li")
    ]


# --- the page -----------------------------------------------------------------------


def test_the_header_and_what_is_next(agent, numero):
    page = agent.get(f"agents/{numero}")
    assert page.words("//h1") == f"{numero} Signaler un dépôt sauvage"
    assert page.words("//*[@id='agents-canal']") == "En ligne"
    assert page.words("//*[@id='agents-agent']") == "pas encore attribuée"
    assert page.words("//*[@id='agents-service-titre']") == (
        "Service voirie, espaces verts et matériel"
    )
    assert page.all_words("//section[@aria-labelledby='agents-suite']//li") == [
        "Personne ne l’a encore prise en charge.",
        "Documents annoncés qui ne sont pas arrivés : 2",
    ]
    assert page.words("//*[@id='agents-dialogue']/p") == "Rien n’a encore été écrit."
    targets = page.html.xpath("//section[@aria-labelledby='agents-suite']//a/@href")
    ids = set(page.html.xpath("//@id"))
    assert [target[1:] in ids for target in targets] == [True, True]


def test_each_id_is_there_once(agent, numero, stored):
    agent.get(f"agents/{numero}").send("agents-noter", note="Une note")
    citizen_writes(stored)
    ids = agent.get(f"agents/{numero}").html.xpath("//article//@id")
    assert sorted(set(ids)) == sorted(ids)


def test_a_demande_entered_at_the_counter_says_by_whom(agent, guichet):
    [numero] = deposer(
        guichet, canal=Canal.TELEPHONE, saisi_par="agent-dechets", courriel=None
    )
    page = agent.get(f"agents/{numero}")
    assert page.words("//*[@id='agents-canal']") == "Par téléphone, Denis Chappuis"
    assert page.all_words("//ol[contains(@class, 'history')]/li")[0].endswith(
        "Denis Chappuis"
    )


# --- in whose hands -----------------------------------------------------------------


def test_one_button_takes_it(agent, numero, stored):
    page = agent.get(f"agents/{numero}").send("agents-mains", "geste=prendre")
    assert page.status == 200
    assert "Vous vous occupez de cette demande. Son état est : En cours." in notice(
        page
    )
    assert (stored().dossier.agent, stored().etat) == ("agent-dechets", State.EN_COURS)
    assert page.words("//*[@id='agents-agent']") == "Denis Chappuis"
    assert history(page) == [
        "Demande déposée",
        "Prise en charge",
        "Attribuée à un agent",
    ]
    assert page.html.xpath("//button[@value='prendre']") == []
    back = page.send("agents-mains", "geste=rendre")
    assert "Plus personne ne s’occupe de cette demande." in notice(back)
    assert (stored().dossier.agent, stored().etat) == ("", State.EN_COURS)


def test_what_is_over_is_taken_by_nobody(agent, numero, stored):
    page = agent.get(f"agents/{numero}").send("agents-moves", "mouvement=valider")
    assert page.html.xpath("//button[@value='prendre']") == []
    refused = page.send("agents-mains", "geste=prendre")
    assert refused.status == 400
    assert "n’est pas possible" in refused.words("//*[@id='agents-alert']")
    assert stored().dossier.agent == ""


def test_it_is_given_to_a_colleague_whose_group_works_for_the_service(
    guichet, agent, numero, stored
):
    with api.env.adopt_roles(["Manager"]):
        api.group.create("renforts")
        api.group.add_user(groupname="renforts", username="editeur")
        service = next(
            one for one in services_of(guichet) if "agent-dechets" in one.agent_ids
        )
        service.agents = [*service.agents, "group:renforts"]
    transaction.commit()
    page = agent.get(f"agents/{numero}")
    names = page.all_words("//form[@id='agents-confier']//option")
    assert names[0] == "Choisir"
    assert "Denis Chappuis" in names and len(names) == 3
    given = page.send("agents-confier", agent="editeur")
    assert (
        given.words("//*[@id='agents-agent']")
        == names[1 if names[2] == "Denis Chappuis" else 2]
    )
    assert stored().dossier.agent == "editeur"


@pytest.mark.parametrize("who", ["agent-ecoles", "caisse", "nobody", "group:x", ""])
def test_it_is_given_to_nobody_else(agent, numero, stored, who):
    page = agent.get(f"agents/{numero}").send("agents-confier", agent=who)
    assert page.status == 400
    assert page.words("//p[@id='agents-agent-error']") == (
        "Cette personne ne travaille pas pour le service responsable."
        if who
        else "Choisissez une personne."
    )
    assert genres(stored()) == ["deposer"]


def test_who_follows_is_named_and_nothing_changes(agent, numero, stored):
    page = agent.get(f"agents/{numero}").send("agents-mains", "geste=suivre")
    assert "Vous suivez cette demande : vous êtes averti" in notice(page)
    assert page.words("//*[@id='agents-suiveurs']") == "Denis Chappuis"
    assert [*stored().dossier.suiveurs] == ["agent-dechets"]
    page = page.send("agents-mains", "geste=ne_plus_suivre")
    assert page.words("//*[@id='agents-suiveurs']") is None
    again = page.send("agents-mains", "geste=suivre")
    assert again.words("//*[@id='agents-suiveurs']") == "Denis Chappuis"
    assert genres(stored()) == ["deposer"]


def other_service(guichet):
    return next(one for one in services_of(guichet) if "agent-ecoles" in one.agent_ids)


def test_handed_over_it_is_out_of_sight(functional, guichet, agent, numero, stored):
    service = other_service(guichet)
    before = agent.get(f"agents/{numero}")
    values = {"vers": service.UID(), "raison": f"C’est pour vous {SCRIPT}"}
    page = before.send("agents-transmettre", **values)
    assert (page.status, page.url) == (200, "/agents")
    told = f"La demande {numero} est maintenant auprès de : {service.title}."
    assert told in notice(page)
    assert agent.get(f"agents/{numero}").status == 404
    assert stored().service_uid == service.UID()
    assert genres(stored()) == ["deposer", "note", "transmettre"]
    # The second click says the same; another order finds nothing.
    again = before.send("agents-transmettre", **values)
    assert (again.status, again.url) == (200, "/agents")
    assert told in notice(again)
    other = before.send("agents-transmettre", **(values | {"raison": "Autre"}))
    assert other.status == 404
    assert genres(stored()) == ["deposer", "note", "transmettre"]
    theirs = Agent(functional, "agent-ecoles").get(f"agents/{numero}")
    assert history(theirs)[-1] == "Transmise à un autre service"
    assert said(theirs) == [
        (
            "note",
            f"Note interne Jamais visible par le citoyen {moment(stored())}, "
            f"Denis Chappuis C’est pour vous {SCRIPT}",
        )
    ]


def moment(demande):
    from carouge.guichet.backoffice.labels import moment_of

    return moment_of(demande.dossier.notes[0].date)


def test_an_agent_of_both_services_stays(guichet, admin, numero):
    service = other_service(guichet)
    page = admin.get(f"agents/{numero}").send(
        "agents-transmettre", vers=service.UID(), raison="Pour vous"
    )
    assert page.url == f"/agents/{numero}"
    assert page.words("//*[@id='agents-service-titre']") == service.title


@pytest.mark.parametrize(
    ("service", "raison", "field", "words"),
    [
        ("", "Oui", "vers", "Veuillez choisir un service."),
        (
            "xyz",
            "Oui",
            "vers",
            "La demande ne peut pas être transmise à ce service.",
        ),
        (None, " \n", "raison", "Dites pourquoi, pour vos collègues."),
    ],
)
def test_handing_over_needs_a_service_and_a_reason(
    guichet, agent, numero, stored, service, raison, field, words
):
    chosen = other_service(guichet).UID() if service is None else service
    page = agent.get(f"agents/{numero}").send(
        "agents-transmettre", vers=chosen, raison=raison
    )
    assert page.status == 400
    assert page.words(f"//p[@id='agents-{field}-error']") == words
    assert page.html.get_element_by_id("agents-raison").value == raison.strip()
    assert genres(stored()) == ["deposer"]


# --- words --------------------------------------------------------------------------


def attach(agent, page, text, *files, form="agents-ecrire", field="jointes", **values):
    form = page.html.get_element_by_id(form)
    data = dict(form.form_values()) | {"texte": text} | values
    button = form.xpath(".//button[last()]")[-1]
    data[button.get("name")] = button.get("value")
    return agent.post(form.get("action"), data, files=[(field, file) for file in files])


def test_a_message_with_attachments(agent, numero, stored):
    page = agent.get(f"agents/{numero}")
    sent = attach(
        agent,
        page,
        f"Voici le plan. {SCRIPT}",
        ("plan.pdf", PDF, "text/html"),
        ("../point.png", PNG, "image/png"),
    )
    assert "Votre message est envoyé. Le citoyen est averti." in notice(sent)
    [message] = stored().dossier.messages
    assert (message.auteur, message.par) == ("service", "agent-dechets")
    assert message.texte == f"Voici le plan. {SCRIPT}"
    assert [piece.file.filename for piece in message.pieces] == [
        "plan.pdf",
        "point.png",
    ]
    assert [kind for kind, _words in said(sent)] == ["service"]
    assert sent.html.xpath("//article//script") == []
    links = sent.html.xpath("//a[contains(@class, 'jointe')]/@href")
    assert [link.removeprefix(agent.base) for link in links] == [
        f"/agents/{numero}/jointe/{message.id}/1",
        f"/agents/{numero}/jointe/{message.id}/2",
    ]
    file = agent.session.get(links[0])
    assert file.content == PDF
    assert file.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''plan.pdf"
    )
    assert file.headers["Content-Type"] == "application/octet-stream"
    for wrong in ("jointe", "jointe/x/1", f"jointe/{message.id}/3", "jointe/1"):
        assert agent.get(f"agents/{numero}/{wrong}").status == 404


def test_files_that_cannot_be_sent_lose_no_text(agent, numero, stored):
    page = agent.get(f"agents/{numero}")
    refused = attach(
        agent,
        page,
        "Un long texte",
        ("plan.pdf", PDF, "application/pdf"),
        ("virus.exe", b"MZ", "application/pdf"),
        ("vide.pdf", b"", "application/pdf"),
    )
    assert refused.status == 400
    words = refused.words("//p[@id='agents-jointes-error']")
    assert words.startswith("Rien n’a été envoyé. « virus.exe » : ")
    assert "« vide.pdf » : " in words and "plan.pdf" not in words
    assert refused.html.get_element_by_id("agents-texte").value == "Un long texte"
    assert genres(stored()) == ["deposer"]


def test_too_many_files(agent, numero, stored):
    files = [(f"{n}.pdf", PDF, "application/pdf") for n in range(6)]
    page = attach(agent, agent.get(f"agents/{numero}"), "Texte", *files)
    assert page.status == 400
    assert "5 fichiers au plus" in page.words("//p[@id='agents-jointes-error']")
    assert genres(stored()) == ["deposer"]


@pytest.mark.parametrize(
    ("form", "field"), [("agents-ecrire", "texte"), ("agents-noter", "note")]
)
@pytest.mark.parametrize("text", ["", " \u200b\n", "a" * 10_001, "vu\x1bici"])
def test_words_nobody_types_are_not_kept(agent, numero, stored, form, field, text):
    page = agent.get(f"agents/{numero}").send(
        form, _last(agent, numero, form), **{field: text}
    )
    assert page.status == 400
    assert page.words(f"//p[@id='agents-{field}-error']")
    assert genres(stored()) == ["deposer"]


def _last(agent, numero, form):
    return {
        "agents-ecrire": "geste=ecrire",
        "agents-noter": "geste=noter",
    }[form]


@pytest.mark.parametrize("field", ["message", "texte", "note", "raison"])
def test_a_megabyte_is_refused(agent, numero, stored, field):
    form, button = {
        "message": ("agents-moves", "mouvement=refuser"),
        "texte": ("agents-ecrire", "geste=ecrire"),
        "note": ("agents-noter", "geste=noter"),
        "raison": ("agents-transmettre", "geste=transmettre"),
    }[field]
    values = {field: "é" * 500_000}
    if field == "raison":
        values["vers"] = "x"
    page = agent.get(f"agents/{numero}").send(form, button, **values)
    assert page.status == 400
    assert genres(stored()) == ["deposer"]


def test_an_internal_note_looks_different_and_says_so(agent, numero, stored):
    page = agent.get(f"agents/{numero}").send("agents-noter", note=f"Louche ? {SCRIPT}")
    assert "La note est gardée, pour les agents seulement." in notice(page)
    [(kind, words)] = said(page)
    assert kind == "note"
    assert words.startswith("Note interne Jamais visible par le citoyen")
    assert words.endswith(f"Denis Chappuis Louche ? {SCRIPT}")
    assert page.html.xpath("//article//script") == []
    assert [note.texte for note in stored().dossier.notes] == [f"Louche ? {SCRIPT}"]


def test_a_double_click_writes_once(agent, numero, stored):
    page = agent.get(f"agents/{numero}")
    for _time in range(2):
        assert page.send("agents-noter", note="Une fois").status == 200
        assert (
            page.send("agents-ecrire", "geste=ecrire", texte="Une fois").status == 200
        )
    assert genres(stored()) == ["deposer", "note", "message_service"]
    # The same words from a new page are another order.
    agent.get(f"agents/{numero}").send("agents-noter", note="Une fois")
    assert genres(stored()) == ["deposer", "note", "message_service", "note"]


def test_the_messages_of_the_citizen_are_marked_as_read(agent, numero, stored):
    piece = Piece("jointe", "x", None, "")
    citizen_writes(stored, "Où en est-ce ?")
    page = agent.get(f"agents/{numero}")
    assert page.words("//section[@aria-labelledby='agents-suite']//li") == (
        "Messages du citoyen que personne n’a lus : 1"
    )
    assert said(page)[0][1].endswith("Où en est-ce ? Pas encore lu")
    # To look at a page writes nothing.
    assert stored().dossier.messages[0].lu is None
    page = page.send("agents-lus")
    assert "marqués comme lus" in notice(page)
    assert stored().dossier.messages[0].lu is not None
    assert page.html.xpath("//*[@id='agents-lus']") == []
    assert piece.file is None


def test_an_answer_says_that_it_was_read(agent, numero, stored):
    citizen_writes(stored)
    agent.get(f"agents/{numero}").send("agents-ecrire", "geste=ecrire", texte="Oui")
    assert [message.lu is not None for message in stored().dossier.messages] == [
        True,
        False,
    ]


def test_a_new_word_of_the_citizen_stops_a_decision(agent, numero, stored):
    page = agent.get(f"agents/{numero}")
    citizen_writes(stored, "Attendez !")
    refused = page.send("agents-moves", "mouvement=valider", message="Accepté")
    assert refused.status == 409
    alert = refused.words("//*[@id='agents-alert']")
    assert "Message du citoyen" in alert
    assert refused.html.get_element_by_id("agents-message").value == "Accepté"
    assert stored().etat is State.DEPOSEE
    # Who has been told sends the same again.
    assert refused.send("agents-moves", "mouvement=valider").status == 200
    assert stored().etat is State.VALIDEE


def test_one_s_own_words_stop_nothing(agent, numero, stored):
    page = agent.get(f"agents/{numero}")
    agent.get(f"agents/{numero}").send("agents-noter", note="Dans un autre onglet")
    assert page.send("agents-moves", "mouvement=valider").status == 200
    assert stored().etat is State.VALIDEE


def test_an_error_does_not_hide_what_has_changed(agent, admin, numero, stored):
    page = agent.get(f"agents/{numero}")
    admin.get(f"agents/{numero}").send("agents-noter", note="Attention")
    # Refused for another reason: the page that answers is no proof of having seen.
    refused = page.send("agents-moves", "mouvement=refuser", message="\x1b")
    assert refused.status == 400
    again = refused.send("agents-moves", "mouvement=refuser", message="Non")
    assert again.status == 409
    assert "Note interne" in again.words("//*[@id='agents-alert']")
    assert stored().etat is State.DEPOSEE


def test_two_decisions_at_the_same_moment(functional, numero, stored):
    people = [Agent(functional, who) for who in ("agent-dechets", "admin-site")]
    pages = [person.get(f"agents/{numero}") for person in people]
    orders = [("mouvement=valider", "Oui"), ("mouvement=refuser", "Non")]
    with ThreadPoolExecutor(2) as pool:
        answers = [
            pool.submit(page.send, "agents-moves", button, message=text)
            for page, (button, text) in zip(pages, orders, strict=True)
        ]
        found = [answer.result() for answer in answers]
    assert sorted(page.status for page in found) == [200, 409]
    loser = next(page for page in found if page.status == 409)
    assert loser.words("//*[@id='agents-alert']//li") is not None
    moves = [line.genre for line in traitement.historique(stored())]
    assert len(moves) == 2 and moves[1] in ("valider", "refuser")


# --- pieces -------------------------------------------------------------------------


def test_a_piece_is_ticked_and_awaited_again(agent, numero, stored):
    page = agent.get(f"agents/{numero}").send("agents-recevoir-0", moyen="guichet")
    assert "Reçu : Plan. Le citoyen est averti." in notice(page)
    plan = stored().pieces[0]
    assert (plan.annoncee, plan.moyen, plan.recue_par) == (
        False,
        "guichet",
        "agent-dechets",
    )
    first = page.words("//section[@id='agents-pieces']//li")
    assert "reçu au guichet" in first and "Denis Chappuis" in first
    page = page.send("agents-annuler-0")
    assert "De nouveau attendu : Plan." in notice(page)
    assert stored().pieces[0].annoncee
    assert genres(stored()) == ["deposer", "piece_recue", "piece_attendue"]


def test_a_scan_of_the_piece(agent, numero, stored):
    page = agent.get(f"agents/{numero}")
    refused = attach(
        agent, page, "", ("x.exe", b"MZ", ""), form="agents-recevoir-0", field="scan"
    )
    assert refused.status == 400
    assert stored().pieces[0].annoncee
    done = attach(
        agent, page, "", ("scan.pdf", PDF, ""), form="agents-recevoir-0", field="scan"
    )
    assert done.status == 200
    plan = stored().pieces[0]
    assert (plan.file.data, plan.recue is not None) == (PDF, True)
    link = done.html.xpath("//section[@id='agents-pieces']//a/@href")[0]
    assert agent.session.get(link).content == PDF
    # A scan that is there is not forgotten by a click.
    assert done.html.xpath("//form[@id='agents-annuler-0']") == []


def test_a_scan_at_the_wrong_piece_is_taken_away(agent, numero, stored):
    page = agent.get(f"agents/{numero}")
    done = attach(
        agent, page, "", ("scan.pdf", PDF, ""), form="agents-recevoir-0", field="scan"
    )
    link = done.html.xpath("//section[@id='agents-pieces']//a/@href")[0]
    digest = stored().pieces[0].digest
    assert stored().pieces[0] not in stored().pieces_annoncees
    before = agent.get(f"agents/{numero}")
    page = done.send("agents-retirer-scan-0")
    assert page.status == 200
    plan = stored().pieces[0]
    assert (plan.file, plan.digest, plan.recue, plan.recue_par) == (None, "", None, "")
    assert plan in stored().pieces_annoncees
    # The clock stands again, the file is nowhere, and one can see what was done.
    assert stored().suspendu
    assert agent.session.get(link).status_code == 404
    assert genres(stored()) == ["deposer", "piece_recue", "scan_retire"]
    line = stored().dossier.evenements[-1]
    assert (line.par, dict(line.details)) == (
        "agent-dechets",
        {"piece": "Plan", "sha256": digest},
    )
    # Twice does nothing more; neither does what was not a scan.
    assert before.send("agents-retirer-scan-0").status in (200, 409)
    forged = agent.get(f"agents/{numero}")
    form = forged.html.get_element_by_id("agents-recevoir-0")
    data = [*dict(form.form_values(), geste="retirer_scan", rang="0").items()]
    assert agent.post(form.get("action"), data).status == 400
    assert genres(stored()) == ["deposer", "piece_recue", "scan_retire"]


def test_no_scan_is_taken_away_when_it_is_over(agent, numero, stored):
    page = agent.get(f"agents/{numero}")
    done = attach(
        agent, page, "", ("scan.pdf", PDF, ""), form="agents-recevoir-0", field="scan"
    )
    form = done.html.get_element_by_id("agents-retirer-scan-0")
    over = done.send("agents-moves", "mouvement=valider")
    assert over.html.xpath("//form[@id='agents-retirer-scan-0']") == []
    version = over.html.xpath("//input[@name='version']/@value")[0]
    data = dict(form.form_values(), geste="retirer_scan", version=version)
    assert agent.post(form.get("action"), [*data.items()]).status == 400
    assert stored().pieces[0].file.data == PDF


@pytest.mark.parametrize(
    "values",
    [
        {"rang": "5", "moyen": "poste"},
        {"rang": "-1", "moyen": "poste"},
        {"rang": "x", "moyen": "poste"},
        {"rang": "0", "moyen": "pigeon"},
        {"rang": ["0", "1"], "moyen": "poste"},
    ],
)
def test_forged_ticks_change_nothing(agent, numero, stored, values):
    page = agent.get(f"agents/{numero}").send("agents-recevoir-0", **values)
    assert page.status == 400
    assert genres(stored()) == ["deposer"]


# --- who else -----------------------------------------------------------------------


def beat(agent, page, **values):
    zone = page.html.get_element_by_id("agents-presence")
    data = {"_authenticator": zone.get("data-jeton")}
    data |= {"version": zone.get("data-empreinte")} | values
    return agent.session.post(zone.get("data-url"), data=data)


def others(page):
    [line] = page.html.xpath("//*[@data-autres]")
    return None if line.get("hidden") else " ".join(line.text_content().split())


def test_who_else_has_it_open(agent, admin, numero):
    mine, theirs = (one.get(f"agents/{numero}") for one in (agent, admin))
    assert others(mine) is None
    assert beat(agent, mine).json() == {"autres": [], "change": False}
    assert beat(admin, theirs).json()["autres"] == ["Denis Chappuis"]
    assert beat(agent, mine).json()["autres"] == ["Administration du site"]
    assert others(agent.get(f"agents/{numero}")) == (
        "Aussi ouvert par Administration du site"
    )
    beat(admin, theirs, depart="1")
    assert others(agent.get(f"agents/{numero}")) is None


def test_who_tells_nothing_has_gone(guichet, agent, admin, numero, monkeypatch):
    theirs = admin.get(f"agents/{numero}")
    beat(admin, theirs)
    moment = presence.swisstime.now()
    later = moment + timedelta(seconds=presence.DUREE + 1)
    transaction.begin()
    assert presence.present(guichet, numero, now=moment) == ["admin-site"]
    assert presence.present(guichet, numero, now=later) == []
    assert presence.oublier(guichet, moment) == 0
    assert presence.oublier(guichet, later) == 1
    transaction.abort()


def test_the_beat_tells_of_a_change_and_marks_what_was_shown(
    agent, admin, numero, stored
):
    page = agent.get(f"agents/{numero}")
    citizen_writes(stored)
    # That message is not on the page yet.
    assert beat(agent, page).json() == {"autres": [], "change": True}
    assert stored().dossier.messages[0].lu is None
    page = agent.get(f"agents/{numero}")
    assert beat(agent, page).json() == {"autres": [], "change": False}
    assert stored().dossier.messages[0].lu is not None
    assert genres(stored()) == ["deposer", "message_usager"]


@pytest.mark.parametrize("who", [None, "agent-ecoles", "editeur"])
def test_nobody_else_is_present(functional, agent, numero, who):
    page = agent.get(f"agents/{numero}")
    stranger = Agent(functional, who)
    assert beat(stranger, page).status_code == 404
    assert stranger.get(f"agents/{numero}/presence").status == 404
    assert beat(agent, page, _authenticator="x").status_code == 403
    assert beat(agent, page).json()["autres"] == []


# --- models -------------------------------------------------------------------------


def test_without_models_there_is_no_choice(agent, numero):
    page = agent.get(f"agents/{numero}")
    assert page.html.xpath("//select[@name='modele']") == []
    refused = agent.post(
        f"agents/{numero}",
        {
            **dict(page.html.get_element_by_id("agents-moves").form_values()),
            "geste": "inserer",
            "modele": "x",
            "message": "Mon texte",
        },
    )
    assert refused.status == 400
    assert refused.html.get_element_by_id("agents-message").value == "Mon texte"


@pytest.mark.parametrize("field", ["message", "texte"])
def test_a_model_is_inserted_and_nothing_is_sent(
    agent, numero, stored, monkeypatch, field
):
    model = ModeleDeMessage("recu", "Bien reçu", "Votre demande ${numero} est là.")
    monkeypatch.setattr(dialogue, "modeles_de_message", lambda demarche, move: [model])
    form = {"message": "agents-moves", "texte": "agents-ecrire"}[field]
    page = agent.get(f"agents/{numero}").send(
        form, "geste=inserer", modele="recu", **{field: "Bonjour,"}
    )
    assert page.status == 200
    area = page.html.get_element_by_id(f"agents-{field}")
    assert area.value == f"Bonjour,\n\nVotre demande {numero} est là."
    assert area.get("autofocus") == "autofocus"
    assert genres(stored()) == ["deposer"]


def test_the_citizen_never_sees_a_note(functional, guichet, agent):
    logout()
    compte = make_compte()
    [numero] = deposer(guichet, usager_id=compte.id)
    cookies = cookies_of(functional, compte)
    agent.get(f"agents/{numero}").send("agents-noter", note="hippocampe")
    agent.get(f"agents/{numero}").send("agents-ecrire", "geste=ecrire", texte="Bonjour")
    for path in (
        f"guichet/mon-espace/demandes/{numero}",
        f"guichet/mon-espace/demandes/{numero}/recepisse",
        "guichet/mon-espace/demandes",
        "++api++/guichet/@demandes",
        f"++api++/guichet/@demandes/{numero}",
    ):
        answer = requests.get(
            f"{agent.base.removesuffix('guichet')}{path}", cookies=cookies
        )
        assert answer.status_code == 200, path
        assert b"hippocampe" not in answer.content, path
        assert "Note interne" not in answer.text, path


def test_a_foreign_demande_and_no_demande_look_alike(functional, agent, guichet):
    demarche = guichet["enfance-ecoles"]["creer-une-ligne-pedibus"]
    foreign = submit_demande(
        guichet=guichet,
        demarche=demarche,
        reponses=[Reponse("nom", "", "Nom", "Vigne")],
        pieces=(),
        form_version="1",
        secret=os.urandom(16),
        year=2026,
    ).demande.numero
    transaction.commit()
    for path in (
        foreign,
        "2026-0000-0000",
        f"{foreign}/presence",
        f"{foreign}/jointe/1",
    ):
        assert agent.get(f"agents/{path}").status == 404
