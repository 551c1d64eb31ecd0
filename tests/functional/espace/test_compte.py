"""``/mon-espace/compte`` over HTTP: sections, sources, errors, codes."""

from carouge.guichet.compte import service
from carouge.guichet.compte.domain import Canal
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.domain import Source
from comptes import make_company
from comptes import make_compte
from datetime import datetime
from datetime import timezone
from pathlib import Path
from plone import api

import os
import pytest
import re
import transaction


REGISTER_DAY = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture()
def resident(functional, visit):
    compte = make_compte(telephone="")
    compte.set_facts(
        Source.REGISTRE,
        {"nom": "Rochat", "rue": "rue Saint-Joseph", "numero": "12"},
        REGISTER_DAY,
    )
    return visit(compte)


@pytest.fixture()
def plain(functional, visit):
    """Somebody of whom the canton says nothing but an address."""
    return visit(
        make_compte(
            "G-plain",
            level=Level.DECLARED,
            prenom="",
            nom="",
            date_naissance=None,
            sexe="",
            avs="",
            telephone="",
        )
    )


@pytest.fixture()
def mails(functional):
    """The texts of the mails that have left since, newest last."""
    folder = Path(os.environ["GUICHET_COURRIELS"]) / "plone" / "new"

    def files():
        found = folder.iterdir() if folder.is_dir() else ()
        return sorted(found, key=lambda path: path.stat().st_mtime_ns)

    earlier = set(files())
    return lambda: [
        path.read_bytes().decode() for path in files() if path not in earlier
    ]


def code_in(mail: str) -> str:
    return re.search(r"^Subject: .*?(\d{6})", mail, re.MULTILINE | re.DOTALL).group(1)


def other_code(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


# What is shown


def test_the_sections_of_a_person(resident):
    page = resident.get("/compte")
    assert page.status == 200
    assert page.title == "Mon compte"
    assert page.words("//article//h2[@class='h4']") == [
        "Identité",
        "Adresse",
        "Téléphone et compte bancaire",
        "Adresse électronique",
        "Comment vous joindre",
        "Foyer",
    ]


def test_an_organisation_has_no_household(visit):
    page = visit(make_company()).get("/compte")
    titles = page.words("//article//h2[@class='h4']")
    assert titles[:4] == [
        "Organisation",
        "Adresse de l’organisation",
        "Téléphone et compte bancaire",
        "La personne qui agit",
    ]
    assert "Foyer" not in titles
    assert page.one("//*[@id='compte-raison_sociale']") == "Boulangerie du Rondeau Sàrl"
    assert page.one("//*[@id='compte-ide']") == "CHE-107.482.617"


def test_locked_facts_show_their_source_and_are_no_inputs(resident):
    page = resident.get("/compte")
    assert page.html.xpath("//*[@name='nom' or @name='prenom' or @name='rue']") == []
    nom = "//div[p[@id='compte-nom']]"
    assert page.one(f"{nom}/p[1]") == "Nom"
    assert page.one("//*[@id='compte-nom']") == "Rochat"
    assert page.one(f"{nom}/p[3]").startswith(
        "Registre des habitants, le 22 novembre 2026"
    )
    prenom = page.one("//div[p[@id='compte-prenom']]/p[3]")
    assert prenom.startswith("Compte e-démarches, le ")
    assert prenom.endswith("Cette donnée se modifie dans votre compte e-démarches.")


def test_this_is_not_right_leads_to_the_counter_without_a_demarche(
    functional, resident
):
    functional["portal"].guichet.demarche_correction = None
    transaction.commit()
    page = resident.get("/compte")
    assert page.html.xpath("//div[p[@id='compte-nom']]//a/@href") == [
        "#guichet-contact"
    ]
    assert page.html.xpath("//*[@id='guichet-contact']")
    assert page.one("//div[p[@id='compte-nom']]//a") == "Ce n’est pas exact : Nom"


def test_this_is_not_right_leads_to_the_form_the_editor_has_chosen(
    functional, resident
):
    guichet = functional["portal"].guichet
    demarche = guichet.dechets["signaler-un-depot-sauvage"]
    guichet.demarche_correction = demarche.UID()
    transaction.commit()
    page = resident.get("/compte")
    links = page.html.xpath("//div[p[@id='compte-nom']]//a/@href")
    assert links == [f"{demarche.absolute_url()}/formulaire?donnee=nom"]
    assert resident.session.get(links[0]).status_code == 200


def test_what_was_typed_is_never_markup(plain):
    plain.save("identite", nom=SCRIPT, prenom="Sofia")
    response = plain.get("/compte").response
    assert SCRIPT not in response.text
    assert plain.compte.value("nom") == SCRIPT
    assert SCRIPT not in plain.get().response.text


# What is saved


def test_bit_by_bit(plain):
    page = plain.save(
        "identite", prenom="Sofia", nom="Moreno", date_naissance="15.7.1992"
    )
    assert page.url == f"{plain.base}/mon-espace/compte?fait=identite#section-identite"
    assert page.one("//section[@id='section-identite']//*[@role='status']") == (
        "C’est enregistré."
    )
    assert page.value("date_naissance", "section=identite") == "1992-07-15"
    plain.save("adresse", rue="rue Vautier", numero="3", npa="1227", localite="Carouge")
    plain.save("contact", telephone="022 307 91 11", iban="ch93 0076 2011 6238 5295 7")
    compte = plain.compte
    assert {name: fact.value for name, fact in compte.facts.items()} == {
        "prenom": "Sofia",
        "nom": "Moreno",
        "date_naissance": "1992-07-15",
        "rue": "rue Vautier",
        "numero": "3",
        "npa": "1227",
        "localite": "Carouge",
        "courriel": "camille@example.ch",
        "telephone": "+41223079111",
        "iban": "CH9300762011623852957",
    }
    assert compte.fact("nom").source is Source.DECLARE
    page = plain.save("adresse", numero="")
    assert plain.compte.value("numero") == ""
    assert page.value("telephone", "section=contact") == "+41 22 307 91 11"


def test_errors_in_french_lose_nothing_typed(plain):
    page = plain.save(
        "contact", telephone="appelez-moi", iban="CH93 0076 2011 6238 5295 8"
    )
    assert page.status == 400
    assert page.errors == [
        (
            "compte-telephone",
            "Ce n’est pas un numéro de téléphone. Exemples : 022 307 91 11, "
            "+33 4 50 12 34 56.",
        ),
        (
            "compte-iban",
            "Cet IBAN contient une erreur. Comparez-le avec votre carte bancaire.",
        ),
    ]
    assert page.value("telephone", "section=contact") == "appelez-moi"
    assert page.value("iban", "section=contact") == "CH93 0076 2011 6238 5295 8"
    field = page.html.xpath("//*[@id='compte-iban']")[0]
    assert field.get("aria-invalid") == "true"
    assert "erreur-compte-iban" in field.get("aria-describedby").split()
    assert plain.compte.value("iban") == ""


def test_a_date_that_is_none_stays_as_it_was_typed(plain):
    page = plain.save("identite", date_naissance="31.2.2020")
    assert page.errors == [
        ("compte-date_naissance", "Ce n’est pas une date. Écrivez-la ainsi : 8.3.2017.")
    ]
    assert page.value("date_naissance", "section=identite") == "31.2.2020"


def test_a_locked_fact_cannot_be_changed_by_a_forged_form(resident):
    page = resident.save("identite", nom="Pirate", nationalite="Suisse")
    assert page.status == 400
    assert page.alerts == [
        "Certaines de ces données viennent d’une source officielle et ne se modifient "
        "pas ici. Rien n’a été enregistré."
    ]
    assert resident.compte.value("nom") == "Rochat"
    assert resident.compte.value("nationalite") == ""


def test_the_address_for_mails_is_not_changed_without_a_code(plain):
    plain.save("contact", courriel="voleur@example.ch", telephone="")
    assert plain.compte.value("courriel") == "camille@example.ch"


@pytest.mark.parametrize("section", ["", "foyer", "../x", "sms", "organisation"])
def test_an_unknown_section(plain, section):
    token = plain.get("/compte").value("_authenticator")
    page = plain.post("/compte", section=section, _authenticator=token)
    assert page.status == 400
    assert len(page.alerts) >= 1


def test_values_of_an_odd_kind_change_nothing(plain):
    token = plain.get("/compte").value("_authenticator")
    data = [("section", "contact"), ("_authenticator", token)]
    data += [("telephone", "1"), ("telephone", "2")]
    response = plain.session.post(f"{plain.base}/mon-espace/compte", data=data)
    assert response.status_code in (400, 409)
    assert plain.compte.value("telephone") == ""


def test_nothing_is_written_without_the_token(plain):
    page = plain.post(
        "/compte", section="contact", telephone="022 307 91 11", version="x"
    )
    assert page.status == 403
    assert page.value("telephone", "section=contact") == "022 307 91 11"
    assert plain.compte.value("telephone") == ""
    # Nothing is lost: the same page can be sent now.
    plain.send(page, "section=contact")
    assert plain.compte.value("telephone") == "+41223079111"


def test_a_get_changes_nothing(plain):
    plain.get("/compte?section=contact&telephone=022+307+91+11")
    assert plain.compte.value("telephone") == ""


def test_two_tabs_do_not_overwrite_each_other_silently(plain):
    first, second = plain.get("/compte"), plain.get("/compte")
    plain.send(first, "section=adresse", rue="rue Vautier", npa="1227")
    page = plain.send(second, "section=adresse", rue="rue Ancienne")
    assert page.status == 409
    assert page.value("rue", "section=adresse") == "rue Ancienne"
    assert plain.compte.value("rue") == "rue Vautier"
    plain.send(page, "section=adresse", npa="1227")
    assert plain.compte.value("rue") == "rue Ancienne"


def test_a_double_click_is_one_change(plain):
    page = plain.get("/compte")
    for _click in range(2):
        done = plain.send(page, "section=adresse", rue="rue Vautier")
        assert done.status == 200
        assert "fait=adresse" in done.url
    assert plain.compte.value("rue") == "rue Vautier"


def test_other_sections_do_not_disturb(plain):
    page = plain.get("/compte")
    plain.save("contact", telephone="022 307 91 11")
    assert plain.send(page, "section=adresse", rue="rue Vautier").status == 200


def test_a_session_that_ended_loses_nothing(plain):
    page = plain.get("/compte")
    cookies = plain.session.cookies.copy()
    plain.session.cookies.clear()
    ended = plain.send(page, "section=contact", telephone="022 307 91 11")
    assert ended.status == 403
    assert ended.title == "Votre session a pris fin"
    assert ended.alerts == [
        "Votre connexion n’est plus valable. Rien n’a été enregistré."
    ]
    assert ended.html.xpath("//article//input[@name='_authenticator']") == []
    login = ended.html.xpath("//article//a/@href")[0]
    assert login.startswith(f"{plain.base}/se-connecter?retour=")
    # Logged in again in another tab.
    plain.session.cookies.update(cookies)
    again = plain.send(ended, "telephone")
    assert again.status == 403
    assert again.value("telephone", "section=contact") == "022 307 91 11"
    assert plain.send(again, "section=contact").status == 200
    assert plain.compte.value("telephone") == "+41223079111"


def test_before_validation_everything_is_shown_and_nothing_can_be_changed(
    resident, monkeypatch
):
    page = resident.get("/compte")
    monkeypatch.setattr(service, "may_edit", lambda compte: False)
    for module in ("compte.modification", "espace.browser.compte"):
        monkeypatch.setattr(f"carouge.guichet.{module}.may_edit", lambda compte: False)
    shown = resident.get("/compte")
    assert shown.one("//p[@class='guichet-notice']") == (
        "Vous pourrez modifier vos données quand la commune aura validé votre compte. "
        "Vous pouvez déjà faire des démarches."
    )
    assert shown.html.xpath("//article//button") == []
    refused = resident.send(page, "section=contact", telephone="022 307 91 11")
    assert refused.status == 403
    assert resident.compte.value("telephone") == ""


# Preferences


def test_the_channels_without_a_gateway(resident):
    page = resident.get("/compte")
    assert page.words("//input[@name='canal']/../label") == [
        "Courriel",
        "Téléphone",
        "Lettre",
    ]
    assert page.html.xpath("//*[@id='section-sms']") == []


def test_a_channel_is_chosen(resident):
    resident.save("contact", telephone="022 307 91 11")
    page = resident.save("preferences", canal="telephone")
    assert page.one("//section[@id='section-preferences']//*[@role='status']") == (
        "C’est enregistré."
    )
    assert resident.compte.canal is Canal.TELEPHONE


@pytest.mark.parametrize(
    "canal,message",
    [
        ("telephone", "Indiquez d’abord votre numéro de téléphone, sur cette page."),
        ("lettre", "Indiquez d’abord votre adresse, sur cette page."),
        ("sms", "Veuillez choisir une des réponses."),
        ("pigeon", "Veuillez choisir une des réponses."),
    ],
)
def test_a_channel_that_cannot_reach_the_person(resident, canal, message):
    page = resident.save("preferences", canal=canal)
    assert page.status == 400
    assert page.errors == [("preferences-canal", message)]
    assert resident.compte.canal is Canal.COURRIEL


def test_the_language_is_asked_only_where_there_are_several(functional, resident):
    assert resident.get("/compte").html.xpath("//*[@name='langue']") == []
    api.portal.set_registry_record("plone.available_languages", ["fr", "de"])
    transaction.commit()
    resident.save("preferences", langue="de")
    assert resident.compte.langue == "de"
    assert resident.save("preferences", langue="xx").status == 400
    assert resident.compte.langue == "de"


# Addresses that take a code


def test_a_new_mail_address_counts_once_its_code_came_back(resident, sender, mails):
    page = resident.save("courriel", adresse="neuve@example.ch", action="envoyer")
    assert page.one("//section[@id='section-courriel']//*[@role='status']") == (
        "Un code vient de vous être envoyé. Saisissez-le ici."
    )
    assert len(mails()) == 1
    assert "X-Zope-To: neuve@example.ch" in mails()[0]
    code = code_in(mails()[0])
    assert resident.compte.value("courriel") == "camille@example.ch"
    assert code not in str(resident.compte.attentes["courriel"])
    page = resident.send(page, "code", "confirmer", code=f"{code[:3]} {code[3:]}")
    assert page.one("//section[@id='section-courriel']//*[@role='status']") == (
        "Confirmé : nous écrivons désormais à cette adresse."
    )
    compte = resident.compte
    assert compte.courriel_verifie == compte.value("courriel") == "neuve@example.ch"
    assert page.one("//*[@id='courriel-actuelle']") == "neuve@example.ch (confirmée)"
    # A code works once.
    again = resident.post(
        "/compte",
        section="courriel",
        action="confirmer",
        code=code,
        _authenticator=page.value("_authenticator"),
    )
    assert again.status == 400


def test_a_wrong_code_five_times(resident, sender, mails):
    page = resident.save("courriel", adresse="neuve@example.ch", action="envoyer")
    code = code_in(mails()[0])
    said = []
    for _try in range(4):
        page = resident.send(page, "code", "confirmer", code=other_code(code))
        said += [message for _target, message in page.errors]
    assert said == [
        "Ce n’est pas le code que nous avons envoyé. Il vous reste 4 essais.",
        "Ce n’est pas le code que nous avons envoyé. Il vous reste 3 essais.",
        "Ce n’est pas le code que nous avons envoyé. Il vous reste 2 essais.",
        "Ce n’est pas le code que nous avons envoyé. Il vous reste un essai.",
    ]
    token = page.value("_authenticator")
    for given in (other_code(code), code):
        page = resident.post(
            "/compte",
            section="courriel",
            action="confirmer",
            code=given,
            _authenticator=token,
        )
        assert [message for _target, message in page.errors] == [
            "Ce code n’est plus valable. Demandez-en un nouveau."
        ]
    assert resident.compte.courriel_verifie == ""


def test_codes_are_not_sent_without_end(resident, sender, mails):
    page = resident.save("courriel", adresse="a0@example.ch", action="envoyer")
    again = resident.send(page, "code", "renvoyer")
    assert again.status == 429
    assert [message for _target, message in again.errors] == [
        "Un code vient d’être envoyé. Vous pourrez en demander un autre dans une minute."
    ]
    for number in range(1, 5):
        resident.save("courriel", adresse=f"a{number}@example.ch", action="envoyer")
    page = resident.save("courriel", adresse="a9@example.ch", action="envoyer")
    assert page.status == 429
    assert page.errors[0][1].startswith("Plusieurs codes ont déjà été envoyés.")
    assert len(mails()) == 5


def test_one_can_keep_the_earlier_address(resident, sender, mails):
    page = resident.save("courriel", adresse="neuve@example.ch", action="envoyer")
    code = code_in(mails()[0])
    token = page.value("_authenticator")
    page = resident.send(page, "code", "garder")
    assert page.html.xpath("//*[@name='code']") == []
    page = resident.post(
        "/compte",
        section="courriel",
        action="confirmer",
        code=code,
        _authenticator=token,
    )
    assert page.status == 400
    assert resident.compte.courriel_verifie == ""


@pytest.mark.parametrize("address", ["", "rien", "a@b", "a@example.ch\nBcc: b@c.ch"])
def test_an_address_that_is_none(resident, sender, mails, address):
    page = resident.save("courriel", adresse=address, action="envoyer")
    assert page.status == 400
    assert page.errors == [
        (
            "courriel-adresse",
            "Ce n’est pas une adresse électronique. Exemple : prenom.nom@example.ch.",
        )
    ]
    assert mails() == []


def test_text_messages(resident, monkeypatch, tmp_path):
    monkeypatch.setenv("GUICHET_SMS_URL", "http://localhost:1/sms")
    monkeypatch.setenv("GUICHET_SMS", str(tmp_path))
    page = resident.get("/compte")
    assert "SMS" in page.words("//input[@name='canal']/../label")
    refused = resident.save("preferences", canal="sms")
    assert refused.errors == [
        (
            "preferences-canal",
            "Confirmez d’abord votre numéro de mobile, sur cette page.",
        )
    ]
    wrong = resident.save("sms", adresse="022 307 91 11", action="envoyer")
    assert wrong.errors[0][1].startswith("Ce n’est pas un numéro de mobile suisse.")
    page = resident.save("sms", adresse="079 123 45 67", action="envoyer")
    [waiting] = list((tmp_path / "plone" / "new").iterdir())
    text = waiting.read_text()
    assert '"to": "+41791234567"' in text
    code = re.search(r"\b(\d{6})\b", text.split('"text"')[1]).group(1)
    page = resident.send(page, "code", "confirmer", code=code)
    assert page.one("//*[@id='sms-actuelle']") == "+41 79 123 45 67 (confirmé)"
    resident.save("preferences", canal="sms")
    compte = resident.compte
    assert compte.canal is Canal.SMS
    assert compte.telephone_verifie == compte.value("telephone") == "+41791234567"
