"""An editor writes notices and models with a browser that has no JavaScript."""

from carouge.guichet.demande.avis import avis_standard
from carouge.guichet.demarche.textes import Avis
from carouge.guichet.demarche.textes import enregistrer_textes
from carouge.guichet.demarche.textes import ModeleDeDocument
from carouge.guichet.demarche.textes import ModeleDeMessage
from carouge.guichet.demarche.textes import OCCASIONS
from carouge.guichet.demarche.textes import Textes
from carouge.guichet.demarche.textes import textes_de_travail
from comptes import cookies_of
from comptes import make_compte
from lxml import html
from visitor import Visitor

import pytest
import transaction


PASSWORD = "Guichet-2026!"
PATH = "/dechets/signaler-un-depot-sauvage"
SCRIPT = "<script>alert('x')</script>"


class Page:
    """A page with one form, filled in and sent without scripts."""

    def __init__(self, editor, response):
        self.editor, self.response = editor, response
        self.page = html.fromstring(response.text)
        self.page.make_links_absolute(response.url)
        forms = self.page.xpath("//form[.//input[@name='etat']]")
        self.form = forms[0] if forms else None

    def send(self, geste="", status=200, **changes):
        values = [(k, v) for k, v in self.form.form_values() if k not in changes]
        for name, value in changes.items():
            for one in value if isinstance(value, list) else [value]:
                values.append((name, one))
        if geste:
            values.append(("geste", geste))
        response = self.editor.session.post(self.form.get("action"), data=values)
        assert response.status_code == status, response.text[:500]
        return Page(self.editor, response)

    def value(self, name):
        [found] = self.form.xpath(f".//*[@name='{name}']")
        return found.get("value") if found.tag == "input" else found.text or ""

    def problem(self, name):
        found = self.page.xpath(f"//*[@id='{name}-erreur']")
        return " ".join(found[0].text_content().split()) if found else None

    @property
    def preview(self):
        found = self.page.xpath("//section[@id='apercu']")
        return (
            [line.strip() for line in found[0].itertext() if line.strip()]
            if found
            else None
        )


@pytest.fixture
def guichet(functional):
    return functional["portal"].guichet


@pytest.fixture
def demarche(guichet):
    demarche = guichet.dechets["signaler-un-depot-sauvage"]
    enregistrer_textes(demarche, Textes())
    transaction.commit()
    return demarche


@pytest.fixture
def visit(functional):
    base = f"http://{functional['host']}:{functional['port']}/plone/guichet"
    editor = Visitor(base, ("editeur", PASSWORD))

    def visit(page, status=200):
        response = editor.get(f"{PATH}/{page}")
        assert response.status_code == status, response.text[:500]
        return Page(editor, response)

    return visit


@pytest.fixture
def kept(demarche):
    def kept():
        transaction.begin()
        return textes_de_travail(demarche)

    return kept


class TestList:
    def test_each_occasion_and_model(self, visit, demarche):
        enregistrer_textes(
            demarche,
            Textes(
                avis={"valider": Avis("Oui ${numero}", "", "")},
                messages=(
                    ModeleDeMessage(
                        "m", f"Photo {SCRIPT}", "${disparue}", ("refuser",)
                    ),
                ),
                documents=(ModeleDeDocument("d", "Constat", "Vu"),),
            ),
        )
        transaction.commit()
        page = visit("textes").page
        assert len(page.xpath("//ul[@id='avis']/li")) == len(OCCASIONS)
        own = page.xpath("//ul[@id='avis']/li[span[contains(@class, 'primary')]]/a")
        assert [one.get("href").rpartition("?")[2] for one in own] == [
            "occasion=valider"
        ]
        [message] = page.xpath("//ul[@id='messages']/li")
        assert f"Photo {SCRIPT}" in message.text_content()
        # Its question does not exist.
        assert message.xpath("./span[contains(@class, 'text-danger')]")
        [document] = page.xpath("//ul[@id='documents']/li/a")
        assert document.text == "Constat"
        assert document.get("href").endswith("@@texte-document?modele=d")

    def test_a_tab_leads_there(self, visit, demarche):
        page = visit("@@etapes").page
        assert page.xpath("//nav//a[contains(@href, '@@textes')]")
        current = visit("@@textes").page.xpath("//nav//a[@aria-current='page']/@href")
        assert [one.rpartition("/")[2] for one in current] == ["@@textes"]


class TestNotice:
    def test_the_standard_words_first(self, visit, demarche):
        page = visit("texte-avis?occasion=valider")
        assert (page.value("objet"), page.value("texte"), page.value("sms")) == (
            "",
            "",
            "",
        )
        standard = avis_standard("valider", "fr")
        [objet] = page.form.xpath(".//*[@name='objet']/@placeholder")
        assert objet == standard.objet
        assert "${" not in " ".join(page.preview)
        assert any("2026-K7QM-4TXC" in line for line in page.preview)

    def test_begin_with_them(self, visit, kept):
        page = visit("texte-avis?occasion=valider").send("modifier")
        standard = avis_standard("valider", "fr")
        assert page.value("objet") == standard.objet
        assert page.value("texte").strip() == standard.texte
        # Nothing was changed: they stay the standard ones.
        page.send()
        assert kept().avis == {}

    def test_own_words(self, visit, kept):
        page = visit("texte-avis?occasion=valider")
        page.send(objet="C'est propre ! ${numero}", texte="Merci.\n\n${lien}", sms="")
        assert kept().avis == {
            "valider": Avis("C'est propre ! ${numero}", "Merci.\n\n${lien}", "")
        }
        again = visit("texte-avis?occasion=valider")
        assert again.value("objet") == "C'est propre ! ${numero}"
        assert "C'est propre ! 2026-K7QM-4TXC" in again.preview
        again.send("standard")
        assert kept().avis == {}

    def test_an_answer_is_refused_and_what_was_typed_stays(self, visit, kept):
        page = visit("texte-avis?occasion=valider").send(
            status=400,
            objet="Pour ${nom}",
            texte=f"{SCRIPT} ${{inconnue}}",
            sms="Bonjour ${usager}",
        )
        assert "${nom}" in page.problem("objet")
        assert "${inconnue}" in page.problem("texte")
        assert "${usager}" in page.problem("sms")
        assert page.value("objet") == "Pour ${nom}"
        assert page.value("texte").strip() == f"{SCRIPT} ${{inconnue}}"
        assert page.page.xpath("//script[contains(text(), 'alert')]") == []
        assert kept().avis == {}

    def test_the_preview_keeps_nothing(self, visit, kept):
        page = visit("texte-avis?occasion=rappel").send(
            "apercu", objet="Rappel ${numero}", texte=f"${{demarche}} {SCRIPT}"
        )
        assert "Rappel 2026-K7QM-4TXC" in page.preview
        assert f"Signaler un dépôt sauvage {SCRIPT}" in page.preview
        assert kept().avis == {}

    def test_two_editors(self, visit, kept):
        one = visit("texte-avis?occasion=valider")
        other = visit("texte-avis?occasion=valider")
        one.send(objet="Un ${numero}")
        page = other.send(status=400, objet="Deux ${numero}")
        assert page.page.xpath("//*[@role='alert']")
        assert page.value("objet") == "Deux ${numero}"
        assert kept().avis["valider"].objet == "Un ${numero}"
        page.send()
        assert kept().avis["valider"].objet == "Deux ${numero}"

    def test_the_variables_offered_are_no_answers(self, visit, demarche):
        page = visit("texte-avis?occasion=valider")
        offered = page.page.xpath("//*[@data-signe]/@data-signe")
        assert "${numero}" in offered
        assert "${nom}" not in offered and "${usager}" not in offered

    @pytest.mark.parametrize("occasion", ["", "jamais", "../x"])
    def test_unknown_occasions(self, visit, demarche, occasion):
        visit(f"texte-avis?occasion={occasion}", status=404)


class TestMessage:
    def test_from_nothing_to_the_bin(self, visit, kept):
        page = visit("texte-message")
        offered = page.page.xpath("//*[@data-signe]/@data-signe")
        assert {"${nom}", "${usager}", "${reponse.telephone}"} <= set(offered)
        page.send(
            titre="Photo manquante",
            texte="Bonjour ${usager},\n\nIl manque une photo de ${lieu}.",
            **{"mouvements:list": ["demander_complement", "refuser"]},
        )
        [modele] = kept().messages
        assert modele.titre == "Photo manquante"
        assert modele.texte == ("Bonjour ${usager},\n\nIl manque une photo de ${lieu}.")
        assert modele.mouvements == ("demander_complement", "refuser")
        page = visit(f"texte-message?modele={modele.id}")
        assert page.preview[1].startswith("Bonjour Camille Exemple,")
        assert page.page.xpath("//input[@checked]/@value") == [
            "demander_complement",
            "refuser",
        ]
        page.send(titre="Une photo, svp")
        assert [one.titre for one in kept().messages] == ["Une photo, svp"]
        visit(f"texte-message?modele={modele.id}").send("supprimer")
        assert kept().messages == ()
        visit(f"texte-message?modele={modele.id}", status=404)

    def test_refusals(self, visit, kept):
        page = visit("texte-message").send(status=400, titre="", texte="${rien}")
        assert page.problem("titre")
        assert "${rien}" in page.problem("texte")
        page = page.send(status=400, titre="Titre", texte="  ")
        assert page.problem("titre") is None
        assert page.problem("texte")
        assert page.value("titre") == "Titre"
        assert kept().messages == ()

    def test_deleted_meanwhile(self, visit, kept, demarche):
        enregistrer_textes(demarche, Textes(messages=(ModeleDeMessage("m", "A", "B"),)))
        transaction.commit()
        page = visit("texte-message?modele=m")
        enregistrer_textes(demarche, Textes())
        transaction.commit()
        page = page.send(status=400, texte="Mes mots")
        assert page.value("texte").strip() == "Mes mots"
        page.send()
        assert [one.texte for one in kept().messages] == ["Mes mots"]


class TestDocument:
    def test_a_decision(self, visit, kept):
        corps = "Vu la demande ${numero},\n\n# Décision\n- Lieu : ${lieu}\n\n## Recours"
        page = visit("texte-document").send(
            titre="Constat",
            corps=corps,
            genre="document",
            mouvement="valider",
            signataire="La voirie",
        )
        [modele] = kept().documents
        assert modele == ModeleDeDocument(
            modele.id, "Constat", corps, "document", "valider", "La voirie"
        )
        page = visit(f"texte-document?modele={modele.id}")
        section = page.page.xpath("//section[@id='apercu']")[0]
        assert [one.text for one in section.xpath(".//p[contains(@class, 'h5')]")] == [
            "Décision"
        ]
        [item] = section.xpath(".//li")
        assert item.text.startswith("Lieu : [")
        visit(f"texte-document?modele={modele.id}").send("supprimer")
        assert kept().documents == ()

    def test_refusals(self, visit, kept):
        page = visit("texte-document").send(
            status=400, titre="Constat ${rien}", corps="", signataire="${personne}"
        )
        assert "${rien}" in page.problem("titre")
        assert page.problem("corps")
        assert "${personne}" in page.problem("signataire")
        assert kept().documents == ()

    def test_nonsense_becomes_the_default(self, visit, kept):
        visit("texte-document").send(
            titre="T", corps="C", genre="facture", mouvement="jamais"
        )
        [modele] = kept().documents
        assert (modele.genre, modele.mouvement) == ("decision", "")


@pytest.mark.parametrize(
    "page",
    ["textes", "texte-avis?occasion=valider", "texte-message", "texte-document"],
)
def test_for_editors_only(functional, demarche, page):
    base = f"http://{functional['host']}:{functional['port']}/plone/guichet"
    citizen = Visitor(base)
    citizen.session.cookies.update(cookies_of(functional, make_compte()))
    for who in (Visitor(base), Visitor(base, ("agent-dechets", PASSWORD)), citizen):
        response = who.get(f"{PATH}/{page}", allow_redirects=False)
        assert response.status_code in (302, 401, 403)
        response = who.post(
            f"{PATH}/{page}",
            data={"titre": "x", "texte": "x", "corps": "x"},
            allow_redirects=False,
        )
        assert response.status_code in (302, 401, 403)


def test_without_a_token(visit, demarche, kept):
    page = visit("texte-message")
    action = page.form.get("action")
    response = page.editor.session.post(action, data={"titre": "x", "texte": "x"})
    assert response.status_code == 403
    assert kept() == Textes()
