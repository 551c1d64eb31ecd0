"""New invoices, imports, debtors and accounts, settlement, batches, REST."""

from bureau import deposer
from caissier import Caissier
from caissier import collegue
from caissier import deux_regies
from caissier import facture
from caissier import relire
from carouge.guichet.facture.domain import Source
from carouge.guichet.facture.rattachement import debiteurs_de
from carouge.guichet.facture.rattachement import demander
from carouge.guichet.facture.rattachement import rattachements_de
from carouge.guichet.facture.rattachement import Statut
from carouge.guichet.facture.service import factures_de
from carouge.guichet.facture.service import get_facture
from carouge.guichet.paiement.service import encaisser
from carouge.guichet.regie.domain import Adresse
from carouge.guichet.swisstime import today
from carouge.guichet.travaux.service import executer_travaux
from comptes import make_compte
from datetime import timedelta
from factures import DEBITEUR
from factures import make_regie
from factures import rattacher

import csv
import io
import json
import pytest
import requests
import transaction


@pytest.fixture
def guichet(functional):
    return deux_regies(functional["portal"].guichet)


@pytest.fixture
def caissier(functional, guichet):
    return Caissier(functional)


def payee(guichet, centimes=10000, source=Source.TERMINAL, id="1", **values) -> str:
    """An invoice with money on it, committed; its id."""
    made = facture(guichet, montant=centimes, **values)
    encaisser(guichet, get_facture(guichet, made), centimes, source, id, par="caisse")
    transaction.commit()
    return made


class TestNew:
    def send(self, caissier, **values):
        page = caissier.get("nouvelle")
        return page, page.send(
            "caisse-nouvelle",
            **{
                "regie": "VILLE",
                "libelle": "Location de salle",
                "montant-1": "120.00",
                "debiteur": "M-000777",
                **values,
            },
        )

    def test_a_line_is_enough(self, caissier, guichet):
        _form, page = self.send(caissier)
        assert page.words("//*[@id='caisse-solde']") == "CHF 120.00"
        id = page.url.rpartition("/")[2]
        made = relire(guichet, id)
        assert (made.regie, made.debiteur) == ("VILLE", "M-000777")
        assert [(one.libelle, one.montant) for one in made.lignes] == [
            ("Location de salle", 12000)
        ]
        assert made.echeance == today() + timedelta(days=30)

    def test_lines_with_a_reduction(self, caissier, guichet):
        _form, page = self.send(
            caissier,
            **{
                "ligne-1": "Salle",
                "montant-1": "120",
                "ligne-2": "Rabais société",
                "montant-2": "-20,50",
            },
        )
        assert page.words("//*[@id='caisse-solde']") == "CHF 99.50"

    def test_of_a_demande_with_address_and_day(self, caissier, guichet):
        [numero] = deposer(guichet)
        day = today() + timedelta(days=10)
        _form, page = self.send(
            caissier,
            **{
                "debiteur": "",
                "demande": numero.lower(),
                "echeance": day.isoformat(),
                "adresse-nom": "Camille Rochat",
                "adresse-npa": "1227",
                "adresse-localite": "Carouge",
            },
        )
        made = relire(guichet, page.url.rpartition("/")[2])
        assert (made.demande, made.echeance) == (numero, day)
        assert made.adresse == Adresse("Camille Rochat", "", "", "1227", "Carouge")

    def test_a_double_click_is_one_invoice(self, caissier, guichet):
        form, page = self.send(caissier)
        again = form.send(
            "caisse-nouvelle",
            libelle="Location de salle",
            debiteur="M-000777",
            **{"montant-1": "120.00"},
        )
        assert again.url == page.url
        transaction.begin()
        assert len(factures_de(guichet)) == 1

    @pytest.mark.parametrize(
        ("values", "field", "message"),
        [
            ({"libelle": ""}, "libelle",
             "Écrivez de quoi il s'agit, en 140 caractères au plus."),
            ({"libelle": "x" * 141}, "libelle",
             "Écrivez de quoi il s'agit, en 140 caractères au plus."),
            ({"libelle": "a\u202eb"}, "libelle",
             "Écrivez de quoi il s'agit, en 140 caractères au plus."),
            ({"montant-1": "0"}, "montant-1",
             "Écrivez un montant en francs, par exemple 187.35."),
            ({"montant-1": "1.999"}, "montant-1",
             "Écrivez un montant en francs, par exemple 187.35."),
            ({"montant-1": "-5"}, "montant-1",
             "Le total des lignes doit être plus grand que zéro."),
            ({"montant-1": ""}, "montant-1",
             "Le total des lignes doit être plus grand que zéro."),
            ({"debiteur": ""}, "debiteur",
             "Dites à qui est la facture : un débiteur, ou une demande."),
            ({"debiteur": "Rochat Camille"}, "debiteur",
             "Aucun débiteur n'a un tel numéro."),
            ({"demande": "2026-AAAA-AAAA"}, "demande",
             "Aucune demande ne porte ce numéro."),
            ({"domaine": "Été"}, "domaine",
             "Un domaine est un mot en minuscules, par exemple periscolaire."),
            ({"echeance": "2020-01-01"}, "echeance",
             "Écrivez un jour à partir d'aujourd'hui, dans l'année qui vient : "
             "31.12.2026."),
            ({"adresse-nom": "Camille"}, "adresse-npa",
             "Aucune facture ne peut partir à cette adresse : il faut le nom, le code "
             "postal et la localité, en caractères ordinaires."),
        ],
    )  # fmt: skip
    def test_what_is_refused(self, caissier, guichet, values, field, message):
        _form, page = self.send(caissier, **values)
        assert page.status == 400
        assert page.words(f"//*[@id='caisse-{field}-error']") == message
        transaction.begin()
        assert len(factures_de(guichet)) == 0


CSV = (
    "regie;numero;debiteur;emise_le;echeance;montant;domaine;libelle\n"
    "VILLE;2026-1;M-004512;2026-10-31;2026-11-30;187.35;periscolaire;Repas\n"
    "VILLE;2026-2;M-004513;31.10.2026;30.11.2026;{};periscolaire;Repas\n"
)


class TestImport:
    def send(self, caissier, text, **values):
        page = caissier.get("importer")
        form = page.html.get_element_by_id("caisse-importer")
        data = {**dict(form.form_values()), **values}
        data.pop("fichier", None)
        return caissier.post(
            "importer",
            {name: value for name, value in data.items() if value is not None},
            files={"fichier": ("factures.csv", io.BytesIO(text.encode()))},
        )

    def test_a_trial_then_for_good(self, caissier, guichet):
        page = self.send(caissier, CSV.format("20,00"))
        assert page.words("//*[@id='travail-etat']/span") == "En attente"
        executer_travaux(guichet)
        page = caissier.get(page.url)
        assert page.words("//*[@id='caisse-issue']") == (
            "C'était un essai : rien n'a été écrit."
        )
        assert page.all_words("//*[@id='caisse-comptes']/li/strong") == [
            "2", "CHF 207.35",
        ]  # fmt: skip
        assert page.all_words("//*[@id='caisse-comptes']/li") == [
            "2 Créées", "CHF 207.35 Somme des nouvelles factures",
        ]  # fmt: skip
        transaction.begin()
        assert len(factures_de(guichet)) == 0
        page = page.send("caisse-continuer")
        executer_travaux(guichet)
        page = caissier.get(page.url)
        assert page.words("//*[@id='caisse-issue']") == "Le fichier est importé."
        assert caissier.search("2026-1").words("//*[@id='caisse-solde']") == (
            "CHF 187.35"
        )

    def test_one_bad_line_and_nothing_is_written(self, caissier, guichet):
        page = self.send(caissier, CSV.format("1e3"), essai=None)
        executer_travaux(guichet)
        page = caissier.get(page.url)
        assert page.words("//*[@id='caisse-issue']") == (
            "Rien n'a été écrit, parce que certaines factures ne peuvent pas être "
            "reprises."
        )
        assert page.all_words("//*[@id='caisse-lignes']//tbody/tr/td[3]") == ["2026-2"]
        assert "1 Refusée" in page.all_words("//*[@id='caisse-comptes']/li")
        transaction.begin()
        assert len(factures_de(guichet)) == 0

    def test_the_others_are_taken(self, caissier, guichet):
        page = self.send(caissier, CSV.format("1e3"), mode="partiel", essai=None)
        executer_travaux(guichet)
        page = caissier.get(page.url)
        assert page.words("//*[@id='caisse-issue']") == "Le fichier est importé."
        transaction.begin()
        assert len(factures_de(guichet)) == 1
        report = caissier.get(page.url + "/rapport.csv").response
        rows = list(
            csv.reader(io.StringIO(report.content.decode("utf-8-sig")), delimiter=";")
        )
        assert [row[2] for row in rows[1:]] == ["2026-1", "2026-2"]

    def test_progress(self, caissier, guichet):
        page = self.send(caissier, CSV.format("20"))
        answer = caissier.get(page.url + "/progres").response
        assert answer.json()["fini"] is False
        executer_travaux(guichet)
        assert caissier.get(page.url + "/progres").response.json()["fini"] is True

    @pytest.mark.parametrize("text", ["", "a,b,c\n1,2,3\n", "regie;numero\n"])
    def test_no_file_of_invoices(self, caissier, guichet, text):
        page = self.send(caissier, text)
        executer_travaux(guichet)
        if page.status == 200:
            page = caissier.get(page.url)
            assert page.words("//*[@id='caisse-refus']").endswith(
                "Rien n'a été repris."
            )
        else:
            assert page.status == 400
            assert page.words("//*[@id='caisse-fichier-error']")

    def test_of_somebody_else(self, functional, caissier, guichet):
        page = self.send(caissier, CSV.format("20"))
        other = collegue(functional)
        for path in ("", "/progres", "/rapport.csv"):
            assert other.get(page.url + path).status == 404
        assert caissier.get("importer/inconnu").status == 404


class TestDebtors:
    def test_a_request_is_validated(self, caissier, guichet):
        facture(
            guichet,
            numero="2026-9",
            adresse=Adresse(
                "Rochat Camille", "Rue Saint-Joseph", "12", "1227", "Carouge"
            ),
        )
        compte = make_compte()
        lien = demander(guichet, compte, DEBITEUR, "2026-9")
        transaction.commit()
        page = caissier.get("rattachements")
        words = page.words("//*[@id='caisse-demandes']/li")
        assert "Camille Rochat" in words
        assert "Rochat Camille" in words
        assert "Rue Saint-Joseph 12" in words
        page = page.send(f"valider-{lien.id}")
        again = page.agent.get("rattachements")
        assert again.words("//*[@id='titre-demandes']/../p") == (
            "Aucune demande n'attend."
        )
        transaction.begin()
        assert debiteurs_de(guichet, compte) == [DEBITEUR]

    def test_numbers_that_do_not_fit_and_a_refusal(self, caissier, guichet):
        facture(guichet, numero="2026-9", debiteur="M-1")
        lien = demander(guichet, make_compte(), DEBITEUR, "2026-9")
        transaction.commit()
        page = caissier.get("rattachements")
        assert "Ce débiteur n'a pas de facture numéro 2026-9." in page.words(
            "//*[@id='caisse-demandes']/li"
        )
        refused = page.send(f"refuser-{lien.id}")
        assert refused.words(f"//*[@id='caisse-motif-{lien.id}-error']") == (
            "Dites pourquoi."
        )
        page.send(f"refuser-{lien.id}", **{f"motif-{lien.id}": "Autre débiteur"})
        transaction.begin()
        assert rattachements_de(guichet).get(lien.id).statut is Statut.REFUSE
        late = page.send(f"valider-{lien.id}")
        assert late.status == 409

    def test_by_hand_with_name_and_birth_date(self, caissier, guichet):
        compte = make_compte()
        transaction.commit()
        page = caissier.get("rattachements")
        for nom, naissance in (
            ("Rochat", ""),
            ("", "1986-04-12"),
            ("Rochat", "1986-04-13"),
            ("Martin", "1986-04-12"),
        ):
            found = page.send(
                "caisse-trouver", "geste=chercher", nom=nom, naissance=naissance
            )
            assert not found.html.xpath("//*[@id='caisse-lier']")
        found = page.send(
            "caisse-trouver", "geste=chercher", nom="rochat", naissance="12.04.1986"
        )
        bad = found.send("caisse-lier", compte=compte.id, debiteur="n'importe quoi")
        assert bad.words("//*[@id='caisse-debiteur-error']") == (
            "Aucun débiteur n'a un tel numéro."
        )
        found.send("caisse-lier", compte=compte.id, debiteur="M-000900")
        transaction.begin()
        assert debiteurs_de(guichet, compte) == ["M-000900"]

    def test_undo(self, caissier, guichet):
        compte = make_compte()
        lien = rattacher(guichet, compte)
        transaction.commit()
        page = caissier.get("rattachements")
        page = page.send("caisse-voir", **{"debiteur-tenu": DEBITEUR})
        assert "Camille Rochat" in page.words("//*[@id='caisse-tenus']/li")
        page.send(f"delier-{lien.id}")
        transaction.begin()
        assert debiteurs_de(guichet, compte) == []

    def test_two_applications_give_the_same_numbers(self, caissier, guichet):
        make_regie("CCAS", espace_debiteurs="social")
        facture(guichet, numero="9")
        foreign = facture(guichet, numero="9", regie="CCAS")
        compte = make_compte()
        lien = demander(guichet, compte, DEBITEUR, "9")
        transaction.commit()
        page = caissier.get("rattachements")
        words = page.words("//*[@id='caisse-demandes']/li")
        assert "Ville de Carouge" in words
        assert "Action sociale" in words
        name = f"espace-{lien.id}"
        refused = page.send(f"valider-{lien.id}")
        assert refused.words(f"//*[@id='caisse-{name}-error']") == (
            "Choisissez la régie dont les factures portent ce numéro."
        )
        page.send(f"valider-{lien.id}", **{name: "social"})
        transaction.begin()
        assert rattachements_de(guichet).get(lien.id).espace == "social"
        assert "(rattaché à un compte)" in caissier.open(foreign).html.text_content()
        found = caissier.search(DEBITEUR)
        assert "Ville de Carouge" in found.html.text_content()
        assert "Action sociale" in found.html.text_content()

    def test_by_hand_with_two_applications(self, caissier, guichet):
        make_regie("CCAS", espace_debiteurs="social")
        compte = make_compte()
        transaction.commit()
        found = caissier.get("rattachements").send(
            "caisse-trouver", "geste=chercher", nom="rochat", naissance="12.04.1986"
        )
        bad = found.send("caisse-lier", compte=compte.id, debiteur=DEBITEUR)
        assert bad.words("//*[@id='caisse-espace-error']") == (
            "Choisissez la régie dont les factures portent ce numéro."
        )
        found.send("caisse-lier", compte=compte.id, debiteur=DEBITEUR, espace="social")
        transaction.begin()
        (lien,) = rattachements_de(guichet).du_debiteur("social", DEBITEUR)
        assert (lien.compte, lien.statut) == (compte.id, Statut.VALIDE)
        page = caissier.get("rattachements")
        page = page.send("caisse-voir", **{"debiteur-tenu": DEBITEUR})
        assert "Action sociale" in page.words("//*[@id='caisse-tenus']/li")


class TestSettlement:
    def test_it_balances(self, caissier, guichet):
        payee(guichet, 18735, Source.ESPECES, "1")
        payee(guichet, 5002, Source.TERMINAL, "2")
        payee(guichet, 700, Source.TERMINAL, "3", regie="CCAS")
        page = caissier.get("cloture?regie=VILLE")
        assert page.all_words("//*[@id='caisse-bilan']/li/strong") == [
            "CHF 237.37", "CHF 0.00", "CHF 0.00", "CHF 237.37", "CHF 187.35",
        ]  # fmt: skip
        refused = page.send("caisse-clore")
        assert refused.words("//*[@id='caisse-compte-error']") == "Comptez la caisse."
        refused = page.send("caisse-clore", compte="180.00")
        assert refused.words("//*[@id='caisse-remarque-error']") == (
            "La caisse diffère de -CHF 7.35. Recomptez, ou dites pourquoi."
        )
        page = page.send("caisse-clore", compte="187.35")
        assert page.url == "/cloture/VILLE/1"
        figures = page.all_words("//*[@id='caisse-bilan']/li/strong")
        assert figures[:2] == ["CHF 237.37", "CHF 237.37"]
        page = caissier.get("cloture?regie=VILLE")
        assert page.words("//*[@id='caisse-rien']") == (
            "Rien n'a été comptabilisé depuis la dernière clôture."
        )
        assert caissier.get("cloture?regie=CCAS").html.xpath("//*[@id='caisse-clore']")

    def test_a_double_click_is_one_settlement(self, caissier, guichet):
        payee(guichet)
        page = caissier.get("cloture?regie=VILLE")
        assert page.send("caisse-clore").url == "/cloture/VILLE/1"
        assert page.send("caisse-clore").url == "/cloture/VILLE/1"
        assert caissier.get("cloture/VILLE/2").status == 404

    def test_something_came_in_between(self, caissier, guichet):
        payee(guichet)
        page = caissier.get("cloture?regie=VILLE")
        payee(guichet, id="2")
        assert page.send("caisse-clore").status == 409

    def test_a_till_that_differs_with_a_reason(self, caissier, guichet):
        payee(guichet, source=Source.ESPECES)
        page = caissier.get("cloture?regie=VILLE").send(
            "caisse-clore", compte="0", remarque="Volée"
        )
        assert page.words("//*[@id='caisse-remarque']") == "Volée"
        assert "-CHF 100.00" in page.all_words("//*[@id='caisse-bilan']/li/strong")

    @pytest.mark.parametrize(
        "path", ["VILLE", "VILLE/1", "X/1", "VILLE/x", "VILLE/1/2"]
    )
    def test_there_is_none(self, caissier, guichet, path):
        assert caissier.get(f"cloture/{path}").status == 404


def test_the_movements_of_a_day(caissier, guichet):
    payee(guichet, 5000, numero="2026-J")
    page = caissier.get("journal?regie=VILLE")
    assert page.words("//*[@id='caisse-somme']") == "CHF 50.00"
    assert page.all_words("//*[@id='caisse-mouvements']//a") == ["2026-J"]
    page = caissier.get("journal?regie=VILLE&du=2020-01-01&au=2020-01-02")
    assert page.words("//*[@id='caisse-rien']") == (
        "Rien n'a été comptabilisé ces jours-là."
    )


class TestBatches:
    def test_made_fetched_acknowledged(self, caissier, guichet):
        payee(guichet, 5000)
        page = caissier.get("lots?regie=VILLE")
        assert page.words("//*[@id='caisse-a-exporter']") == (
            "Mouvements qui ne sont encore dans aucun lot : 1"
        )
        page = page.send("caisse-creer-lot")
        assert page.status == 200, page.response.text
        numero = page.words("//*[@id='caisse-lots']/li/h2")
        assert numero == f"VILLE-{today().year}-00001"
        assert page.all_words("//*[@id='caisse-lots']/li/ul/li") == [
            "Terminal de carte : CHF 50.00"
        ]
        first = caissier.get(f"lots/{numero}").response.content
        payee(guichet, 700, id="2")
        assert caissier.get(f"lots/{numero}").response.content == first
        rows = list(csv.reader(io.StringIO(first.decode("utf-8-sig")), delimiter=";"))
        assert len(rows) == 2
        page = page.send(f"acquitter-{numero}", **{f"reference-{numero}": "C-1"})
        assert "Référence de la comptabilité : C-1" in page.words(
            "//*[@id='caisse-lots']/li"
        )

    def test_there_is_none(self, caissier, guichet):
        for numero in ("VILLE-2026-00001", "x", "VILLE-2026-x"):
            assert caissier.get(f"lots/{numero}").status == 404


class TestRest:
    @pytest.fixture
    def call(self, functional, guichet):
        base = f"http://{functional['host']}:{functional['port']}/plone/++api++/guichet"
        session = requests.Session()
        session.auth = ("caisse", "Guichet-2026!")
        session.headers["Accept"] = "application/json"

        def call(method, path="", **options):
            url = f"{base}/@paiements-a-comptabiliser{path}"
            return session.request(method, url, **options)

        call.session = session
        return call

    def test_the_whole_round(self, call, guichet):
        id = payee(guichet, 5000)
        answer = call("GET", "?regie=VILLE").json()
        assert (answer["items"], answer["en_attente"]) == ([], 1)
        made = call("POST", json={"regie": "VILLE"})
        assert made.status_code == 201
        lot = made.json()
        assert (lot["total"], lot["items_total"]) == ("50.00", 1)
        assert lot["items"][0]["facture"] == id
        numero = lot["numero"]
        assert call("POST", json={"regie": "VILLE"}).json()["lot"] is None
        listed = call("GET", "?regie=VILLE").json()
        assert [one["numero"] for one in listed["items"]] == [numero]
        assert call("GET", f"/{numero}").json() == lot
        assert call("GET", f"/{numero}?format=csv").content.startswith(b"\xef\xbb\xbf")
        done = call("POST", f"/{numero}", json={"reference": "C-7"})
        assert (done.status_code, done.json()["reference"]) == (200, "C-7")
        assert call("POST", f"/{numero}", json={"reference": "C-7"}).status_code == 200
        assert call("POST", f"/{numero}", json={"reference": "C-8"}).status_code == 409
        assert call("GET", "?regie=VILLE").json()["items"] == []
        assert len(call("GET", "?regie=VILLE&tous=1").json()["items"]) == 1

    @pytest.mark.parametrize(
        ("method", "path", "body", "status"),
        [
            ("GET", "", None, 400),
            ("GET", "?regie=NULLE", None, 400),
            ("GET", "/VILLE-2026-00009", None, 404),
            ("GET", "/a/b", None, 404),
            ("POST", "", {}, 400),
            ("POST", "", {"regie": 1}, 400),
            ("POST", "", {"regie": "VILLE", "x": 1}, 400),
            ("POST", "/VILLE-2026-00009", {}, 404),
        ],
    )
    def test_refused(self, call, guichet, method, path, body, status):
        assert call(method, path, json=body).status_code == status

    def test_references_that_are_none(self, call, guichet):
        payee(guichet)
        numero = call("POST", json={"regie": "VILLE"}).json()["numero"]
        for body in (
            {"reference": 1},
            {"reference": "x" * 61},
            {"reference": "a\nb"},
            {"x": 1},
        ):
            assert call("POST", f"/{numero}", json=body).status_code == 400
        answer = call("POST", f"/{numero}", data=json.dumps({}))
        assert answer.status_code == 400

    def test_for_the_cashier_only(self, call, guichet):
        for auth in (("agent-dechets", "Guichet-2026!"), None):
            call.session.auth = auth
            assert call("GET", "?regie=VILLE").status_code == 401
            assert call("POST", json={"regie": "VILLE"}).status_code == 401
