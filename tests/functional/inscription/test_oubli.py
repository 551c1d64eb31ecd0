"""A new password for whoever has forgotten his, over HTTP."""

from carouge.guichet.compte.service import get_compte
from carouge.guichet.inscription import hachage
from carouge.guichet.inscription.liens import attentes
from carouge.guichet.limiter import MAX_FAILURES
from comptes_locaux import PASSWORD
from datetime import timedelta

import pytest
import transaction


NEW = "les tilleuls sentent bon"
QUESTION = "Comment s'appelait mon chat ?"


def fresh(compte):
    transaction.begin()
    return get_compte(compte.id)


def ask(browser, typed="amélie.lire"):
    return browser.get("mot-de-passe-oublie").form().send(identifiant=typed)


@pytest.mark.parametrize("typed", ["amélie.lire", "Amelie@example.org"])
def test_a_link_and_a_new_password(browser, other_browser, make_local, mails, typed):
    compte = make_local()
    other_browser.log_in("amélie.lire")
    page = ask(browser, typed)
    assert page.url == "/mot-de-passe-oublie?envoye=1"
    [mail] = mails()
    assert mail.to == "amelie@example.org"
    assert mail.subject == "Choisissez un nouveau mot de passe"
    page = browser.get(mail.link)
    assert page.h1 == "Choisissez un nouveau mot de passe"
    page = page.form().send("choisir", nouveau=NEW)
    assert page.url == "/connexion?fait=mot-de-passe"
    compte = fresh(compte)
    assert hachage.verify(compte.local.mot_de_passe, NEW)
    assert not hachage.verify(compte.local.mot_de_passe, PASSWORD)
    # Who was logged in with the old one is no longer.
    assert len(compte.sessions) == 0
    [mail] = mails()
    assert (
        mail.subject == "Votre mot de passe ou votre question personnelle a été changé"
    )
    assert browser.log_in("amélie.lire", NEW).url.startswith("/mon-espace")


@pytest.mark.parametrize(
    "typed", ["amélie.lire", "nobody.atall", "nobody@example.org", "a\r\nBcc: b@c.ch"]
)
def test_the_answer_is_the_same_for_everybody(browser, make_local, mails, typed):
    make_local()
    page = ask(browser, typed)
    assert page.status == 200
    assert page.url == "/mot-de-passe-oublie?envoye=1"
    assert page.notice == (
        "S’il existe un compte avec cet identifiant ou cette adresse, nous venons de "
        "lui écrire. Ouvrez le lien de ce message dans l’heure."
    )
    # The same work is done: one entry, whether or not it leads anywhere.
    transaction.begin()
    assert len(attentes().liens) == 1
    assert len(mails()) == (1 if typed == "amélie.lire" else 0)


def test_something_must_be_typed(browser):
    assert ask(browser, " ").status == 400


def test_a_link_is_good_for_one_use(browser, make_local, mails):
    compte = make_local()
    ask(browser)
    [mail] = mails()
    form = browser.get(mail.link).form()
    form.send("choisir", nouveau=NEW)
    page = form.send("choisir", nouveau="encore un autre, plus long")
    assert page.status == 404
    assert page.h1 == "Ce lien n’est plus valable"
    assert browser.get(mail.link).status == 404
    assert hachage.verify(fresh(compte).local.mot_de_passe, NEW)


def test_a_link_ends_after_an_hour(browser, make_local, mails, later):
    compte = make_local()
    ask(browser)
    [mail] = mails()
    form = browser.get(mail.link).form()
    later.by = timedelta(minutes=61)
    assert browser.get(mail.link).status == 404
    assert form.send("choisir", nouveau=NEW).status == 404
    assert hachage.verify(fresh(compte).local.mot_de_passe, PASSWORD)


def test_a_changed_password_ends_the_other_links(browser, make_local, mails):
    make_local()
    ask(browser)
    ask(browser)
    first, second = mails()
    browser.get(second.link).form().send("choisir", nouveau=NEW)
    assert browser.get(first.link).status == 404


def test_a_weak_password_leaves_the_link_good(browser, make_local, mails):
    compte = make_local()
    ask(browser)
    [mail] = mails()
    page = browser.get(mail.link).form().send("choisir", nouveau="motdepasse1234")
    assert page.status == 400
    assert set(page.problems) == {"nouveau"}
    assert hachage.verify(fresh(compte).local.mot_de_passe, PASSWORD)
    page = page.form().send("choisir", nouveau="amélie.lire.86")
    assert set(page.problems) == {"nouveau"}
    page = page.form().send("choisir", nouveau=NEW)
    assert page.url == "/connexion?fait=mot-de-passe"


def test_the_question_comes_after_the_link_and_before_the_password(
    browser, make_local, mails
):
    compte = make_local(question=QUESTION, reponse="felix le gris")
    ask(browser)
    [mail] = mails()
    assert "chat" not in mail.text
    page = browser.get(mail.link)
    assert page.words("//*[@id='question']") == QUESTION
    # A new password without the answer changes nothing.
    skipped = browser.post(
        "mot-de-passe-oublie",
        {**page.form().values, "action": "choisir", "nouveau": NEW},
    )
    assert skipped.words("//*[@id='question']") == QUESTION
    assert hachage.verify(fresh(compte).local.mot_de_passe, PASSWORD)
    page = page.form().send("repondre", reponse="  FÉLIX, le gris !")
    assert page.h1 == "Choisissez un nouveau mot de passe"
    page = page.form().send("choisir", nouveau=NEW)
    assert page.url == "/connexion?fait=mot-de-passe"
    assert hachage.verify(fresh(compte).local.mot_de_passe, NEW)


def test_the_proof_of_an_answer_is_bound_to_its_link(browser, make_local, mails):
    make_local(question=QUESTION, reponse="felix le gris")
    ask(browser)
    ask(browser)
    first, second = mails()
    page = browser.get(first.link).form().send("repondre", reponse="felix le gris")
    proof = page.form().values["preuve"]
    page = browser.post(
        "mot-de-passe-oublie",
        {
            "lien": second.link.rpartition("=")[2],
            "preuve": proof,
            "action": "choisir",
            "nouveau": NEW,
        },
    )
    assert page.words("//*[@id='question']") == QUESTION


def test_several_wrong_answers_end_the_link(browser, make_local, mails):
    compte = make_local(question=QUESTION, reponse="felix le gris")
    ask(browser)
    [mail] = mails()
    page = browser.get(mail.link)
    for left in (4, 3, 2, 1):
        page = page.form().send("repondre", reponse="Médor")
        assert page.status == 400
        assert page.alert.endswith(f"Essais restants : {left}.")
    assert page.form().send("repondre", reponse="Médor").status == 404
    assert browser.get(mail.link).status == 404
    # Another link does not help who guesses: the account itself is slow now.
    ask(browser)
    [mail] = mails()
    page = browser.get(mail.link).form().send("repondre", reponse="felix le gris")
    assert page.status == 429
    assert hachage.verify(fresh(compte).local.mot_de_passe, PASSWORD)


def test_one_place_does_not_ask_for_ever(browser, make_local, mails):
    make_local()
    statuses = [ask(browser, f"nobody{number}").status for number in range(11)]
    assert statuses == [200] * 10 + [429]


def test_an_account_is_not_flooded(browser, make_local, mails):
    make_local()
    assert [ask(browser).status for _number in range(5)] == [200] * 5
    assert len(mails()) == 3


@pytest.mark.parametrize("token", ["x", "é", "a" * 3000, "../../etc"])
def test_a_made_up_link_opens_nothing(browser, token):
    page = browser.get("mot-de-passe-oublie", params={"lien": token})
    assert page.status == 404
    assert page.h1 == "Ce lien n’est plus valable"


def test_markup_in_a_question_is_text(browser, make_local, mails):
    script = "<script>alert('x')</script> ?"
    make_local(question=script, reponse="felix")
    ask(browser)
    [mail] = mails()
    page = browser.get(mail.link)
    assert page.words("//*[@id='question']") == script
    assert page.html.xpath("//script[contains(., 'alert')]") == []


def test_who_guesses_needs_the_mailbox(browser, make_local, mails):
    """A wrong answer without a good link is not even looked at."""
    make_local(question=QUESTION, reponse="felix le gris")
    for _number in range(MAX_FAILURES + 1):
        page = browser.post(
            "mot-de-passe-oublie",
            {"lien": "x" * 32, "action": "repondre", "reponse": "felix le gris"},
        )
        assert page.status == 404
