"""``/mon-espace/securite``: password, question, sessions, over HTTP."""

from carouge.guichet.compte.service import get_compte
from carouge.guichet.inscription import hachage
from carouge.guichet.limiter import MAX_FAILURES
from comptes import cookies_of
from comptes import make_compte
from comptes_locaux import PASSWORD

import pytest
import transaction


NEW = "les tilleuls sentent bon"
QUESTION = "Comment s'appelait mon chat ?"


def fresh(compte):
    transaction.begin()
    return get_compte(compte.id)


@pytest.fixture()
def compte(make_local):
    return make_local()


@pytest.fixture()
def page(browser, compte):
    browser.log_in("amélie.lire")
    return browser.get("mon-espace/securite")


def change(page, **values):
    values = {"actuel": PASSWORD, "nouveau": NEW, **values}
    return page.form("form-mot-de-passe").send("mot-de-passe", **values)


def test_the_page_shows_the_identifier(page):
    assert page.words("//*[@id='identifiant']") == "amélie.lire"


def test_a_new_password_ends_the_other_sessions(
    page, compte, browser, other_browser, mails
):
    other_browser.log_in("amélie.lire")
    page = change(page)
    assert page.notice == (
        "Votre mot de passe est changé. Toutes les autres sessions ont été fermées."
    )
    assert hachage.verify(fresh(compte).local.mot_de_passe, NEW)
    assert browser.get("mon-espace/securite").status == 200
    assert "se-connecter" in other_browser.get(
        "mon-espace/securite", allow_redirects=False
    ).response.headers.get("Location", "")
    [mail] = mails()
    assert mail.to == "amelie@example.org"


def test_the_present_password_is_asked_for(page, compte):
    page = change(page, actuel="faux")
    assert page.status == 400
    assert page.alert == "Ce n’est pas votre mot de passe actuel. Rien n’a été changé."
    assert NEW not in page.response.text
    assert hachage.verify(fresh(compte).local.mot_de_passe, PASSWORD)


def test_who_guesses_the_present_password_is_slowed_down(page):
    for _number in range(MAX_FAILURES):
        page = change(page, actuel="faux")
    assert change(page).status == 429


def test_a_weak_password_is_refused(page, compte):
    page = change(page, nouveau="amélie.lire.2026")
    assert page.status == 400
    assert set(page.problems) == {"nouveau"}
    assert hachage.verify(fresh(compte).local.mot_de_passe, PASSWORD)


def test_a_question_is_set_changed_and_removed(page, compte):
    page = page.form("form-question").send(
        question=QUESTION, reponse="Félix", actuel=PASSWORD
    )
    assert page.notice == "Votre question personnelle est gardée."
    local = fresh(compte).local
    assert local.question == QUESTION
    assert hachage.verify(local.reponse, "felix")
    page = page.form("form-question").send(actuel=PASSWORD, retirer="1")
    assert page.notice == "Votre question personnelle est supprimée."
    local = fresh(compte).local
    assert (local.question, local.reponse) == ("", "")


@pytest.mark.parametrize(
    "values, problem",
    [
        ({"actuel": "faux"}, None),
        ({"question": "Chat ?"}, "question"),
        ({"reponse": ""}, "reponse"),
        ({"reponse": "chat"}, "reponse"),
    ],
)
def test_a_bad_question_changes_nothing(page, compte, values, problem):
    values = {
        "question": QUESTION,
        "reponse": "Félix",
        "actuel": PASSWORD,
        **values,
    }
    page = page.form("form-question").send(**values)
    assert page.status == 400
    assert set(page.problems) == ({problem} if problem else set())
    assert fresh(compte).local.question == ""


def test_the_other_sessions_are_listed_and_closed(page, compte, browser, other_browser):
    other_browser.log_in("amélie.lire")
    page = browser.get("mon-espace/securite")
    entries = page.html.xpath("//*[@id='sessions']/li")
    assert len(entries) == 2
    assert sum("(ce navigateur)" in entry.text_content() for entry in entries) == 1
    page = page.form("form-sessions").send("sessions")
    assert page.notice == "Toutes les autres sessions ont été fermées."
    assert len(page.html.xpath("//*[@id='sessions']/li")) == 1
    assert len(fresh(compte).sessions) == 1
    assert browser.get("mon-espace/securite").status == 200


@pytest.mark.parametrize(
    "form, values",
    [
        ("mot-de-passe", {"actuel": PASSWORD, "nouveau": NEW}),
        ("question", {"actuel": PASSWORD, "question": QUESTION, "reponse": "Félix"}),
        ("sessions", {}),
    ],
)
def test_nothing_without_our_own_form(
    page, compte, browser, other_browser, form, values
):
    other_browser.log_in("amélie.lire")
    answer = browser.post("mon-espace/securite", {"action": form, **values})
    assert answer.status == 403
    stored = fresh(compte)
    assert hachage.verify(stored.local.mot_de_passe, PASSWORD)
    assert stored.local.question == ""
    assert len(stored.sessions) == 2


def test_a_session_that_has_ended_keeps_no_password(page, compte, browser):
    form = page.form("form-mot-de-passe")
    fresh(compte).sessions.clear()
    transaction.commit()
    answer = form.send("mot-de-passe", actuel=PASSWORD, nouveau=NEW)
    assert answer.status == 403
    assert NEW not in answer.response.text
    assert PASSWORD not in answer.response.text
    assert hachage.verify(fresh(compte).local.mot_de_passe, PASSWORD)


def test_a_cantonal_account_sees_its_sessions_only(functional, guichet, browser):
    compte = make_compte()
    browser.session.cookies.update(cookies_of(functional, compte))
    page = browser.get("mon-espace/securite")
    assert page.status == 200
    assert page.html.xpath("//input[@type='password']") == []
    answer = browser.post(
        "mon-espace/securite",
        {
            **page.form("form-sessions").values,
            "action": "mot-de-passe",
            "actuel": PASSWORD,
            "nouveau": NEW,
        },
    )
    assert answer.status == 400


def test_markup_in_a_question_is_text(browser, make_local):
    make_local(question='"><script>alert(1)</script>', reponse="félix")
    browser.log_in("amélie.lire")
    page = browser.get("mon-espace/securite")
    assert page.html.xpath("//script[contains(., 'alert(1)')]") == []
    assert page.html.get_element_by_id("champ-question").get("value") == (
        '"><script>alert(1)</script>'
    )
