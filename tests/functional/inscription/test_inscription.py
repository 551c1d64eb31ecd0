"""Opening an account of the commune's own, over HTTP."""

from carouge.guichet import swisstime
from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.domain import Source
from carouge.guichet.compte.local import find_local
from carouge.guichet.compte.service import comptes
from carouge.guichet.controlpanel.interfaces import PREFIX
from carouge.guichet.inscription.hachage import verify
from carouge.guichet.inscription.humain import new_challenge
from carouge.guichet.inscription.liens import attentes
from comptes_locaux import PASSWORD
from comptes_locaux import solve
from datetime import timedelta
from plone import api
from plone.registry.interfaces import IRegistry
from zope.component import getUtility

import pytest
import transaction


WAY = {
    1: {"prenom": "Amélie", "nom": "Lire", "date_naissance": "8.3.1986"},
    2: {
        "courriel": "amelie@example.org",
        "telephone": "079 123 45 67",
        "mot_de_passe": PASSWORD,
    },
    3: {"question": "Comment s'appelait mon chat ?", "reponse": "Félix le Gris"},
}


def walk(browser, **changes):
    """Fill in three steps; returns the summary."""
    page = browser.get("inscription")
    for step, values in WAY.items():
        values = {name: changes.get(name, value) for name, value in values.items()}
        page = page.form().send("suite", **values)
        assert page.url == f"/inscription?etape={step + 1}", page.problems
    return page


def register(browser, **changes):
    page = walk(browser, **changes)
    return page.form().send("envoyer", epreuve=page.solution())


def fresh():
    transaction.begin()
    return [*comptes()]


@pytest.mark.parametrize(
    "path",
    [
        "inscription",
        "inscription?lien=x",
        "connexion",
        "connexion?lien=x",
        "mot-de-passe-oublie",
        "mot-de-passe-oublie?lien=x",
        "mon-espace/securite",
        "@@mon-espace-securite",
    ],
)
def test_without_the_setting_there_are_no_such_pages(browser, path):
    api.portal.set_registry_record("carouge.guichet.comptes_locaux", False)
    transaction.commit()
    assert browser.get(path).status == 404
    assert browser.post(path, {"action": "suite"}).status == 404


def test_from_the_name_to_the_login(browser, mails):
    page = register(browser)
    assert page.url == "/inscription?envoye=1"
    assert page.h1 == "Regardez dans votre boîte aux lettres électronique"
    assert "amelie@example.org" in page.notice
    assert fresh() == []
    [mail] = mails()
    assert mail.to == "amelie@example.org"
    assert mail.subject == "Confirmez votre adresse électronique"
    # A mail scanner that opens the link confirms nothing.
    page = browser.get(mail.link)
    assert page.h1 == "Confirmez votre adresse électronique"
    assert fresh() == []
    page = page.form().send("confirmer")
    assert page.h1 == "Votre compte est ouvert"
    [compte] = fresh()
    assert compte.id.startswith("lo-")
    assert compte.account_type is AccountType.PERSONNE
    assert compte.level is Level.DECLARED
    assert compte.courriel_verifie == "amelie@example.org"
    assert {name: fact.value for name, fact in compte.facts.items()} == {
        "prenom": "Amélie",
        "nom": "Lire",
        "date_naissance": "1986-03-08",
        "courriel": "amelie@example.org",
        "telephone": "+41791234567",
    }
    assert {fact.source for fact in compte.facts.values()} == {Source.DECLARE}
    local = compte.local
    assert local.identifiant == "amélie.lire"
    assert (local.valide, local.refuse) == (False, False)
    assert verify(local.mot_de_passe, PASSWORD)
    assert local.question == "Comment s'appelait mon chat ?"
    assert verify(local.reponse, "felix le gris")
    [mail] = mails()
    assert mail.to == "amelie@example.org"
    assert mail.subject == "Votre identifiant pour le guichet en ligne"
    assert "Votre identifiant\u00a0: amélie.lire" in mail.text
    # The identifier is told by mail only.
    assert "amélie.lire" not in page.response.text
    page = browser.log_in("AMÉLIE.Lire")
    assert page.url.startswith("/mon-espace")


def test_no_secret_is_ever_shown(browser):
    page = browser.get("inscription")
    for values in WAY.values():
        page = page.form().send("suite", **values)
        assert PASSWORD not in page.response.text
        assert "argon2" not in page.response.text
        assert "Félix" not in page.response.text
    for step in "1234":
        text = browser.get(f"inscription?etape={step}").response.text
        assert PASSWORD not in text
        assert "Félix" not in text
    cookie = browser.session.cookies["guichet_inscription"]
    assert "Lire" not in cookie
    [header] = [
        cookie
        for cookie in browser.session.cookies
        if cookie.name.endswith("scription")
    ]
    assert header.has_nonstandard_attr("HttpOnly")
    assert header.get_nonstandard_attr("SameSite") == "Lax"
    assert header.path == "/plone/guichet/inscription"


def test_back_and_forth_without_loss(browser):
    page = walk(browser)
    page = page.form().send("retour")
    assert page.url == "/inscription?etape=3"
    assert page.form().values["question"] == "Comment s'appelait mon chat ?"
    # Half typed values survive the way back as well.
    page = (
        browser.get("inscription?etape=2")
        .form()
        .send("retour", courriel="pas encore", mot_de_passe="")
    )
    assert page.url == "/inscription?etape=1"
    assert page.form().values["prenom"] == "Amélie"
    page = page.form().send("suite")
    assert page.form().values["courriel"] == "pas encore"
    # The password is kept, and need not be typed again.
    page = page.form().send("suite", courriel="autre@example.org", mot_de_passe="")
    assert page.url == "/inscription?etape=3"
    # The answer as well.
    page = page.form().send("suite", reponse="")
    assert page.url == "/inscription?etape=4"
    assert "autre@example.org" in page.words("//form[@id='form']")


def test_the_summary_leads_to_each_step(browser):
    page = walk(browser)
    links = page.html.xpath("//form[@id='form']//h3/a/@href")
    assert [link.rpartition("?")[2] for link in links] == [
        "etape=1",
        "etape=2",
        "etape=3",
    ]


def test_the_progress_is_told(browser):
    page = browser.get("inscription").form().send("suite", **WAY[1])
    assert page.words("//li[@aria-current='step']").startswith("2.")
    assert page.words("//h2[@id='etape']/span") == "Étape 2 sur 4"


def test_nobody_skips_a_step(browser):
    page = browser.get("inscription?etape=4")
    assert page.form().values["etape"] == "1"
    assert page.notice is not None
    page = page.form().send("suite", **WAY[1])
    assert browser.get("inscription?etape=4").form().values["etape"] == "2"


def test_sending_without_the_steps_leads_back_to_them(browser, mails):
    page = browser.post("inscription", {"action": "envoyer", "etape": "4"})
    assert page.url == "/inscription?etape=1"
    assert mails() == []


@pytest.mark.parametrize(
    "step, values, problems",
    [
        (
            1,
            {"prenom": "", "nom": " ", "date_naissance": ""},
            {"prenom", "nom", "date_naissance"},
        ),
        (1, {"date_naissance": "31.2.1986"}, {"date_naissance"}),
        (1, {"date_naissance": "1.1.2999"}, {"date_naissance"}),
        (1, {"prenom": "A\x00b"}, {"prenom"}),
        (1, {"nom": "L" * 400}, {"nom"}),
        (2, {"courriel": "a@b"}, {"courriel"}),
        (2, {"courriel": "a@example.org\r\nBcc: b@example.org"}, {"courriel"}),
        (2, {"courriel": "a@example.org, b@example.org"}, {"courriel"}),
        (2, {"telephone": "12"}, {"telephone"}),
        (2, {"mot_de_passe": ""}, {"mot_de_passe"}),
        (2, {"mot_de_passe": "trop court"}, {"mot_de_passe"}),
        (2, {"mot_de_passe": "motdepasse2026"}, {"mot_de_passe"}),
        (2, {"mot_de_passe": "amelie.lire.86"}, {"mot_de_passe"}),
        (2, {"mot_de_passe": "x" * 450}, {"mot_de_passe"}),
        (3, {"question": "Chat ?"}, {"question"}),
        (3, {"reponse": ""}, {"reponse"}),
        (3, {"reponse": "ab"}, {"reponse"}),
        (3, {"reponse": "mon chat"}, {"reponse"}),
    ],
)
def test_what_is_wrong_is_told_at_the_field(browser, step, values, problems):
    page = browser.get("inscription")
    for number in range(1, step):
        page = page.form().send("suite", **WAY[number])
    page = page.form().send("suite", **{**WAY[step], **values})
    assert page.url == f"/inscription?etape={step}&erreurs=1"
    assert set(page.problems) == problems
    targets = {
        link.removeprefix("#champ-")
        for link in page.html.xpath("//*[@id='erreurs']//a/@href")
    }
    assert targets == problems
    for name in problems:
        field = page.html.get_element_by_id(f"champ-{name}")
        assert field.get("aria-invalid") == "true"
        assert f"erreur-{name}" in field.get("aria-describedby")
    # The next step is not open.
    assert browser.get(f"inscription?etape={step + 1}").form().values["etape"] != str(
        step + 1
    )


def test_problems_go_when_they_are_solved(browser):
    page = browser.get("inscription").form().send("suite", **{**WAY[1], "nom": ""})
    assert set(page.problems) == {"nom"}
    page.form().send("suite", nom="Lire")
    # The browser's back button shows the page without them.
    assert browser.get("inscription?etape=1&erreurs=1").problems == {}


def test_an_answer_without_question_is_asked_about(browser):
    page = browser.get("inscription")
    for number in (1, 2):
        page = page.form().send("suite", **WAY[number])
    page = page.form().send("suite", question="", reponse="Félix")
    assert set(page.problems) == {"question"}
    page = page.form().send("suite", question="", reponse="")
    assert page.url == "/inscription?etape=4"


def test_the_rules_of_the_password_stand_beside_it(browser):
    page = browser.get("inscription").form().send("suite", **WAY[1])
    field = page.html.get_element_by_id("champ-mot_de_passe")
    assert field.get("type") == "password"
    assert field.get("autocomplete") == "new-password"
    assert field.get("aria-describedby") == "aide-mot_de_passe"
    assert "Au moins 12 caractères" in page.words("//*[@id='aide-mot_de_passe']")


def test_giving_up_forgets_everything(browser):
    page = walk(browser).form().send("abandonner")
    assert page.url == ""
    assert browser.get("inscription").form().values["prenom"] == ""


def test_an_expired_registration_begins_anew(browser, later):
    walk(browser)
    later.by = timedelta(hours=3)
    page = browser.get("inscription?etape=4")
    assert page.form().values["etape"] == "1"
    assert page.form().values["prenom"] == ""


@pytest.mark.parametrize("cookie", ["x", "gAAAAA", "é", "A" * 9000])
def test_a_forged_state_is_no_state(browser, cookie):
    response = browser.session.get(
        f"{browser.base}/inscription?etape=3",
        headers={"Cookie": f"guichet_inscription={cookie}".encode()},
    )
    assert response.status_code == 200


def test_markup_in_a_name_is_text(browser, mails):
    name = "<script>alert('x')</script>"
    page = walk(browser, prenom=name, nom='"><img src=x>')
    assert page.html.xpath("//script[contains(., 'alert')]") == []
    assert page.html.xpath("//form//img") == []
    assert name in page.words("//form[@id='form']")
    page.form().send("envoyer", epreuve=page.solution())
    [mail] = mails()
    browser.get(mail.link).form().send("confirmer")
    [compte] = fresh()
    assert compte.value("prenom") == name
    assert compte.local.identifiant == "script-alert-x-script.img-src-x"


# --- the proof of being human ----------------------------------------------------


def test_a_wrong_solution_is_refused_and_nothing_is_lost(browser, mails):
    page = walk(browser)
    page = page.form().send("envoyer", epreuve="e30=")
    assert page.status == 400
    assert "vérification automatique avait expiré" in page.alert
    assert mails() == []
    # A fresh challenge stands in the page.
    page = page.form().send("envoyer", epreuve=page.solution())
    assert page.url == "/inscription?envoye=1"


@pytest.mark.parametrize("solution", ["é", "A" * 5000, "bnVsbA==", "W10=", "{}"])
def test_garbage_is_no_solution(browser, mails, solution):
    page = walk(browser)
    assert page.form().send("envoyer", epreuve=solution).status == 400
    assert mails() == []


def test_a_solution_counts_once(browser, other_browser, mails):
    page = walk(browser)
    solution = page.solution()
    id = page.form().values["inscription"]
    page.form().send("envoyer", epreuve=solution)
    assert len(mails()) == 1
    page = walk(other_browser, courriel="autre@example.org")
    page = page.form().send("envoyer", epreuve=solution)
    assert page.status == 400
    assert mails() == []
    transaction.begin()
    assert f"inscription:{id}" in attentes().used


def test_a_solution_is_bound_to_its_registration(browser, other_browser, mails):
    solution = walk(other_browser, courriel="autre@example.org").solution()
    page = walk(browser)
    assert page.form().send("envoyer", epreuve=solution).status == 400
    assert mails() == []


def test_an_old_challenge_is_refused(browser, mails):
    page = walk(browser)
    id = page.form().values["inscription"]
    old = new_challenge(id, now=swisstime.now() - timedelta(hours=1))
    assert page.form().send("envoyer", epreuve=solve(old)).status == 400
    assert mails() == []


def test_without_javascript_some_patience_is_enough(browser, mails, later):
    page = walk(browser)
    page = page.form().send("envoyer")
    assert page.status == 400
    assert "Patientez encore" in page.alert
    assert mails() == []
    later.by = timedelta(seconds=25)
    page = page.form().send("envoyer")
    assert page.url == "/inscription?envoye=1"
    assert len(mails()) == 1


def test_without_javascript_one_place_registers_less_often(browser, later, mails):
    statuses = []
    for number in range(4):
        browser.session.cookies.clear()
        page = walk(browser, courriel=f"a{number}@example.org")
        later.by += timedelta(seconds=25)
        statuses.append(page.form().send("envoyer").status)
    assert statuses == [200, 200, 200, 429]
    assert len(mails()) == 3
    # With the sum done, the same place still may.
    page = browser.get("inscription?etape=4")
    assert page.form().send("envoyer", epreuve=page.solution()).status == 200


def test_nobody_floods_a_mailbox(browser, mails):
    statuses = []
    for _number in range(4):
        browser.session.cookies.clear()
        statuses.append(register(browser).status)
    assert statuses == [200, 200, 200, 429]
    assert len(mails()) == 3


# --- sent twice, confirmed twice -----------------------------------------------


def test_a_double_click_sends_one_letter(browser, mails):
    page = walk(browser)
    form, solution = page.form(), page.solution()
    cookies = dict(browser.session.cookies)
    assert form.send("envoyer", epreuve=solution).url == "/inscription?envoye=1"
    browser.session.cookies.clear()
    browser.session.cookies.update(cookies)
    assert form.send("envoyer", epreuve=solution).url == "/inscription?envoye=1"
    assert len(mails()) == 1


def test_a_link_is_good_for_one_account(browser, mails):
    register(browser)
    [mail] = mails()
    form = browser.get(mail.link).form()
    assert form.send("confirmer").h1 == "Votre compte est ouvert"
    assert form.send("confirmer").h1 == "Votre compte est ouvert"
    assert browser.get(mail.link).h1 == "Votre compte est ouvert"
    assert len(fresh()) == 1
    assert len(mails()) == 1


def test_a_link_ends_after_a_day(browser, mails, later):
    register(browser)
    [mail] = mails()
    later.by = timedelta(hours=25)
    page = browser.get(mail.link)
    assert page.status == 404
    assert page.h1 == "Ce lien n’est plus valable"
    page = browser.post("inscription", {"lien": mail.link.rpartition("=")[2]})
    assert page.status == 404
    assert fresh() == []


def test_only_a_digest_of_the_link_is_stored(browser, mails):
    register(browser)
    [mail] = mails()
    token = mail.link.rpartition("=")[2]
    transaction.begin()
    [digest] = attentes().liens
    assert token not in digest
    assert len(digest) == 64


def test_an_address_that_has_an_account(browser, make_local, mails):
    make_local()
    page = register(browser, courriel="Amelie@Example.org")
    # The same answer as for everybody.
    assert page.url == "/inscription?envoye=1"
    assert page.h1 == "Regardez dans votre boîte aux lettres électronique"
    [mail] = mails()
    assert mail.to == "amelie@example.org"
    assert mail.subject == "Vous avez déjà un compte"
    assert "amélie.lire" in mail.text
    assert len(fresh()) == 1


def test_two_registrations_with_one_address(browser, other_browser, mails):
    register(browser)
    register(other_browser, prenom="Autre")
    first, second = mails()
    assert browser.get(first.link).form().send("confirmer").h1 == (
        "Votre compte est ouvert"
    )
    page = other_browser.get(second.link).form().send("confirmer")
    assert page.h1 == "Vous avez déjà un compte"
    [compte] = fresh()
    assert compte.value("prenom") == "Amélie"


def test_two_people_of_one_name(make_local):
    assert make_local().local.identifiant == "amélie.lire"
    second = make_local(prenom="AMELIE", courriel="b@example.org")
    assert second.local.identifiant == "amelie.lire2"
    # « Rn » looks like « m ».
    third = make_local(prenom="Arnelie", courriel="c@example.org")
    assert third.local.identifiant == "arnelie.lire3"
    transaction.begin()
    assert find_local("ame\u0301lie.lire").value("courriel") == "amelie@example.org"
    assert find_local("arnelie.lire") is None


def test_without_a_sender_no_account_is_promised(browser):
    registry = getUtility(IRegistry)
    registry[f"{PREFIX}.expediteur"] = None
    registry["plone.email_from_address"] = None
    transaction.commit()
    page = browser.get("inscription")
    assert "ne peut pas envoyer" in page.words("//*[@role='alert']")
