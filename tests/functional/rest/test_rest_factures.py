"""``@factures``, ``@panier`` and ``@paiements``, for other programs of the citizen."""

from carouge.guichet.facture.service import get_facture
from carouge.guichet.paiement.domain import PasserelleIndisponible
from carouge.guichet.paiement.domain import PasserelleRefuse
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.paiement.service import encaisser
from carouge.guichet.paiement.service import lire_paiements
from carouge.guichet.swisstime import today
from comptes import cookies_of
from comptes import make_compte
from datetime import timedelta
from factures import make_facture
from factures import make_regie
from factures import rattacher
from passerelle import passerelle

import pytest
import requests
import transaction


EXACT = (
    "Impossible d'ajouter cet article, vous devez d'abord payer ceux en attente dans "
    "votre panier"
)


class Caller:
    """A program with the session of a compte, or of nobody."""

    def __init__(self, layer, compte=None) -> None:
        self.url = f"http://{layer['host']}:{layer['port']}/plone/++api++/guichet"
        self.session = requests.Session()
        if compte is not None:
            self.session.cookies.update(cookies_of(layer, compte))

    def get(self, path, **params):
        return self.session.get(f"{self.url}/{path}", params=params)

    def post(self, path, body=None, **arguments):
        arguments = arguments or {"json": body if body is not None else {}}
        return self.session.post(f"{self.url}/{path}", **arguments)

    def delete(self, path):
        return self.session.delete(f"{self.url}/{path}")


@pytest.fixture
def guichet(functional, counter):
    return functional["portal"].guichet


@pytest.fixture
def banque(guichet):
    with passerelle("test") as found:
        make_regie("VILLE", passerelle="test")
        make_regie("CCAS", passerelle="test")
        yield found


@pytest.fixture
def compte(guichet, banque):
    found = make_compte()
    rattacher(guichet, found)
    return found


@pytest.fixture
def invoices(guichet, compte):
    """Two of the Ville, one of the CCAS."""
    return [
        make_facture(guichet, numero="V-1", montant=10000),
        make_facture(guichet, numero="V-2", montant=8735),
        make_facture(guichet, numero="C-1", montant=500, regie="CCAS"),
    ]


@pytest.fixture
def camille(functional, compte, invoices):
    return Caller(functional, compte)


class TestInvoices:
    def test_list(self, camille, invoices):
        answer = camille.get("@factures")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store, private"
        found = answer.json()
        assert (found["items_total"], found["raison"]) == (3, None)
        first = next(one for one in found["items"] if one["numero"] == "V-1")
        assert first == {
            "@id": f"{camille.url}/@factures/{invoices[0].id}",
            "id": invoices[0].id,
            "numero": "V-1",
            "regie": "VILLE",
            "libelle": "Restaurant scolaire",
            "domaine": "periscolaire",
            "demande": None,
            "emise_le": today().isoformat(),
            "echeance": (today() + timedelta(days=30)).isoformat(),
            "payee_le": None,
            "montant": 10000,
            "solde": 10000,
            "devise": "CHF",
            "etat": "ouverte",
            "etat_libelle": "À payer",
            "recente": True,
        }

    def test_rubrique_and_part(self, camille):
        assert camille.get("@factures", rubrique="releve").json()["items"] == []
        assert len(camille.get("@factures", rubrique="a_payer").json()["items"]) == 3
        part = camille.get("@factures", b_size=2).json()
        assert (len(part["items"]), part["items_total"]) == (2, 3)
        assert camille.get("@factures", rubrique="x").status_code == 400

    def test_one_with_its_qr_code(self, camille, invoices):
        found = camille.get(f"@factures/{invoices[0].id}").json()
        assert found["version"] == 1
        assert found["lignes"] == [{"libelle": "Restaurant scolaire", "montant": 10000}]
        lines = found["qr"].splitlines()
        assert (lines[0], lines[18], lines[19]) == ("SPC", "100.00", "CHF")
        assert invoices[0].reference_qr in lines
        pdf = camille.session.get(found["pdf"])
        assert pdf.content.startswith(b"%PDF-")
        # Nothing was paid yet.
        path = f"@factures/{invoices[0].id}/quittance"
        assert camille.get(path).status_code == 404

    def test_the_receipt_of_what_was_paid_at_the_counter(
        self, guichet, camille, invoices
    ):
        encaisser(guichet, invoices[0], 10000, "terminal", "T1", par="caisse")
        transaction.commit()
        receipt = camille.get(f"@factures/{invoices[0].id}/quittance")
        assert receipt.headers["Content-Type"] == "application/pdf"
        assert receipt.content.startswith(b"%PDF-")

    def test_why_nothing(self, functional, invoices):
        found = (
            Caller(functional, make_compte("G-marc", avs="")).get("@factures").json()
        )
        assert (found["items"], found["raison"]) == ([], "sans_rattachement")
        assert "numéro de débiteur" in found["message"]

    def test_foreign_and_unknown(self, functional, invoices, guichet, camille):
        stranger = Caller(functional, make_compte("G-marc", avs=""))
        for id in (invoices[0].id, "x", "0" * 20):
            for part in ("", "/pdf"):
                assert stranger.get(f"@factures/{id}{part}").status_code == 404
        assert camille.get(f"@factures/{invoices[0].id}/x").status_code == 404

    @pytest.mark.parametrize("path", ["@factures", "@panier", "@paiements"])
    def test_nobody_and_staff(self, functional, guichet, banque, jeanne, path):
        transaction.commit()
        assert Caller(functional).get(path).status_code == 401
        assert jeanne.get(path).status_code == 403


class TestCart:
    def test_add_and_remove(self, camille, invoices):
        answer = camille.post("@panier", {"facture": invoices[0].id})
        assert answer.status_code == 200
        found = answer.json()
        assert found["items"] == [
            {
                "@id": f"{camille.url}/@factures/{invoices[0].id}",
                "facture": invoices[0].id,
                "version": 1,
                "numero": "V-1",
                "regie": "VILLE",
                "libelle": "Restaurant scolaire",
                "montant": 10000,
                "situation": "prete",
                "message": None,
            }
        ]
        assert (found["total"], found["regie"], found["payable"]) == (
            10000,
            "VILLE",
            True,
        )
        assert camille.get("@panier").json() == found
        left = camille.delete(f"@panier/{invoices[0].id}").json()
        assert (left["items"], left["total"]) == ([], 0)

    def test_twice_and_another_regie(self, camille, invoices):
        camille.post("@panier", {"facture": invoices[0].id})
        twice = camille.post("@panier", {"facture": invoices[0].id})
        other = camille.post("@panier", {"facture": invoices[2].id})
        assert (twice.status_code, other.status_code) == (409, 409)
        assert twice.json()["error"] == {
            "type": "Conflict",
            "message": EXACT,
            "refus": "doublon",
            "ensuite": False,
        }
        assert other.json()["error"] == {
            "type": "Conflict",
            "message": EXACT,
            "refus": "regie",
            "ensuite": True,
        }
        waiting = camille.get("@panier").json()["ensuite"]
        assert [one["numero"] for one in waiting] == ["C-1"]

    @pytest.mark.parametrize(
        "body",
        [{}, {"facture": 1}, {"facture": None}, {"facture": "x", "y": 1}, {"x": "y"}],
    )
    def test_odd_bodies(self, camille, body):
        assert camille.post("@panier", body).status_code == 400

    def test_no_json(self, camille, invoices):
        answer = camille.post("@panier", data={"facture": invoices[0].id})
        assert answer.status_code == 400
        assert camille.get("@panier").json()["items"] == []

    def test_foreign(self, camille, guichet):
        foreign = make_facture(guichet, debiteur="M-999999")
        transaction.commit()
        assert camille.post("@panier", {"facture": foreign.id}).status_code == 404

    def test_the_same_debtor_number_of_another_application(self, camille, guichet):
        make_regie("BAINS", espace_debiteurs="bains")
        foreign = make_facture(guichet, regie="BAINS", numero="B-1")
        transaction.commit()
        assert camille.get("@factures").json()["items_total"] == 3
        for part in ("", "/pdf"):
            assert camille.get(f"@factures/{foreign.id}{part}").status_code == 404
        assert camille.post("@panier", {"facture": foreign.id}).status_code == 404

    @pytest.mark.parametrize("path", ["@panier/x", "@panier/payer/x"])
    def test_no_such_order(self, camille, path):
        assert camille.post(path, {}).status_code == 404


class TestPayments:
    def begin(self, camille, invoices):
        for facture in invoices[:2]:
            camille.post("@panier", {"facture": facture.id})
        items = camille.get("@panier").json()["items"]
        attendues = [
            {"facture": one["facture"], "version": one["version"]} for one in items
        ]
        return camille.post("@panier/payer", {"attendues": attendues})

    def test_whole_way(self, camille, invoices, banque, guichet):
        answer = self.begin(camille, invoices)
        assert answer.status_code == 201
        payment = answer.json()
        assert (payment["total"], payment["etat"], payment["quittance"]) == (
            18735,
            "creee",
            None,
        )
        assert camille.get("@panier").json()["paiement"] == payment["@id"]
        path = f"@paiements/{payment['id']}"
        opened = camille.post(f"{path}/depart").json()
        assert opened["adresse"] == "https://banque.example/start/T1"
        assert banque.ordres[payment["id"]].retour.endswith(
            f"/plone/guichet/mon-espace/paiements/{payment['id']}/retour"
        )
        banque.passer(payment["id"], Statut.CAPTUREE, moyen="TWI")
        paid = camille.post(f"{path}/etat").json()
        assert (paid["etat"], paid["moyen"]) == ("capturee", "TWI")
        assert paid["etat_libelle"] == "Paiement reçu"
        assert camille.session.get(paid["quittance"]).content.startswith(b"%PDF-")
        assert camille.get("@paiements").json()["items_total"] == 1
        assert camille.get("@panier").json()["items"] == []
        releve = camille.get("@factures", rubrique="releve").json()
        assert {one["numero"] for one in releve["items"]} == {"V-1", "V-2"}

    def test_twice_is_one_payment(self, camille, invoices, guichet):
        first, second = (self.begin(camille, invoices) for _n in range(2))
        assert first.json()["id"] == second.json()["id"]
        transaction.begin()
        assert len(lire_paiements(guichet)) == 1

    def test_given_up(self, camille, invoices, guichet):
        payment = self.begin(camille, invoices).json()
        answer = camille.post(f"@paiements/{payment['id']}/abandon")
        assert answer.json()["etat"] == "annulee"
        transaction.begin()
        assert get_facture(guichet, invoices[0].id).payable

    def test_changed(self, camille, invoices):
        camille.post("@panier", {"facture": invoices[0].id})
        answer = camille.post(
            "@panier/payer",
            {"attendues": [{"facture": invoices[0].id, "version": 7}]},
        )
        assert answer.status_code == 409
        error = answer.json()["error"]
        assert error["refus"] == "changee"
        assert error["panier"]["items"][0]["version"] == 1

    @pytest.mark.parametrize(
        "attendues",
        [
            None,
            [],
            "x",
            ["x"],
            [{"facture": "x"}],
            [{"facture": 1, "version": 1}],
            [{"facture": "x", "version": True}],
            [{"facture": "x", "version": "1"}],
        ],
    )
    def test_odd_bodies(self, camille, invoices, attendues):
        camille.post("@panier", {"facture": invoices[0].id})
        answer = camille.post("@panier/payer", {"attendues": attendues})
        assert answer.status_code == 400

    def test_bank_down_and_refusing(self, camille, invoices, banque):
        payment = self.begin(camille, invoices).json()
        path = f"@paiements/{payment['id']}"
        banque.erreur = PasserelleIndisponible("down")
        assert camille.post(f"{path}/depart").status_code == 503
        assert camille.get(path).json()["etat"] == "creee"
        banque.erreur = PasserelleRefuse("no")
        answer = camille.post(f"{path}/depart")
        assert answer.status_code == 409
        assert camille.get(path).json()["etat"] == "echouee"
        assert camille.post(f"{path}/depart").json()["error"]["message"] == (
            "Ce paiement est déjà terminé."
        )

    def test_foreign(self, functional, camille, invoices):
        payment = self.begin(camille, invoices).json()
        stranger = Caller(functional, make_compte("G-marc", avs=""))
        path = f"@paiements/{payment['id']}"
        assert stranger.get(path).status_code == 404
        assert stranger.get(f"{path}/quittance").status_code == 404
        for order in ("depart", "etat", "abandon"):
            assert stranger.post(f"{path}/{order}").status_code == 404
        assert stranger.get("@paiements").json()["items"] == []

    def test_no_receipt_yet(self, camille, invoices):
        payment = self.begin(camille, invoices).json()
        for part in ("quittance", "x"):
            answer = camille.get(f"@paiements/{payment['id']}/{part}")
            assert answer.status_code == 404
