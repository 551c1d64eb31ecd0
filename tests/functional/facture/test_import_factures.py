"""Files of invoices: by REST, as background jobs, by command."""

from argparse import Namespace
from carouge.guichet import console_factures
from carouge.guichet.facture import import_travail
from carouge.guichet.facture.fichier_import import FichierRefuse
from carouge.guichet.facture.import_depot import depots_de
from carouge.guichet.facture.importation import PARTIEL
from carouge.guichet.facture.importation import Sort
from carouge.guichet.facture.importation import STRICT
from carouge.guichet.facture.magasin import Factures
from carouge.guichet.facture.service import factures_de
from carouge.guichet.facture.service import verrouiller
from carouge.guichet.travaux.domain import EtatTravail
from carouge.guichet.travaux.service import executer_travaux
from carouge.guichet.travaux.service import purger
from carouge.guichet.travaux.service import travaux_de
from datetime import timedelta
from factures import make_regie
from io import BytesIO
from plone.app.testing import login
from plone.app.testing import logout

import json
import pytest
import requests
import transaction


PASSWORD = "Guichet-2026!"
ENTETE = "regie;numero;debiteur;emise_le;echeance;montant;domaine;libelle"


class Killed(BaseException):
    """What a SIGKILL would do: nothing after it runs."""


@pytest.fixture
def guichet(functional):
    make_regie("VILLE")
    make_regie("CCAS")
    transaction.commit()
    login(functional["portal"], "caisse")
    yield functional["portal"].guichet
    transaction.abort()
    logout()


@pytest.fixture
def small_lots(monkeypatch):
    monkeypatch.setattr(import_travail, "PAR_LOT", 3)
    monkeypatch.setattr(import_travail.Import, "par_lot", 3)


def facture(n, **values):
    return {
        "regie": "VILLE",
        "numero": f"2026-{n:06}",
        "debiteur": "M-004512",
        "emise_le": "2026-01-31",
        "echeance": "2026-02-28",
        "montant": "10.00",
        "domaine": "periscolaire",
        "libelle": "Repas",
        **values,
    }


def fichier(*factures):
    return json.dumps({"schema": "carouge.facture/1", "factures": factures}).encode()


def csv(*factures):
    lines = [";".join(one[nom] for nom in ENTETE.split(";")) for one in factures]
    return "\n".join([ENTETE, *lines]).encode()


def numbers(guichet):
    transaction.begin()
    return sorted(one.numero for one in factures_de(guichet))


# --- in the present thread ----------------------------------------------------------


def ici(guichet, corps, mode=STRICT, essai=False, **options):
    rapport, ecrit = import_travail.importer_ici(
        guichet, BytesIO(corps), mode=mode, essai=essai, **options
    )
    return {sort.value: n for sort, n in rapport.comptes.items() if n}, ecrit


@pytest.mark.parametrize("corps", [fichier, csv])
def test_a_file_and_the_same_once_more(guichet, corps):
    data = corps(facture(1), facture(2))
    assert ici(guichet, data) == ({"creee": 2}, True)
    assert len(factures_de(guichet)) == 2
    assert ici(guichet, data) == ({"inchangee": 2}, True)


def test_json_and_csv_are_the_same_invoices(guichet):
    ici(guichet, fichier(facture(1)))
    assert ici(guichet, csv(facture(1))) == ({"inchangee": 1}, True)
    swiss = facture(1, emise_le="31.01.2026", echeance="28.2.2026", montant="10,00")
    assert ici(guichet, csv(swiss)) == ({"inchangee": 1}, True)


def test_strict_is_all_or_nothing(guichet):
    data = fichier(facture(1), facture(2, montant="0"), facture(3))
    assert ici(guichet, data) == ({"creee": 2, "refusee": 1}, False)
    assert len(factures_de(guichet)) == 0
    assert ici(guichet, data, PARTIEL) == ({"creee": 2, "refusee": 1}, True)
    assert len(factures_de(guichet)) == 2


def test_strict_stops_at_what_contradicts_the_books(guichet):
    ici(guichet, fichier(facture(1)))
    (one,) = factures_de(guichet)
    verrouiller(guichet, one, "p-1")
    data = fichier(facture(1, montant="12.00"), facture(2))
    assert ici(guichet, data) == ({"anomalie": 1, "creee": 1}, False)
    assert len(factures_de(guichet)) == 1


def test_a_rehearsal_writes_nothing(guichet):
    assert ici(guichet, csv(facture(1)), essai=True) == ({"creee": 1}, False)
    assert len(factures_de(guichet)) == 0


def test_half_a_json_file_is_no_file(guichet):
    with pytest.raises(FichierRefuse):
        ici(guichet, fichier(facture(1), facture(2))[:-20], PARTIEL)
    assert len(factures_de(guichet)) == 0


def test_a_bad_line_is_named(guichet):
    data = csv(facture(1), facture(2, echeance="30.2.2026"))
    rapport, _ecrit = import_travail.importer_ici(
        guichet, BytesIO(data), mode=STRICT, essai=False
    )
    bad = rapport.lignes[1]
    assert (bad.rang, bad.regie, bad.numero) == (3, "VILLE", "2026-000002")
    assert (bad.sort, bad.raison, bad.champ) == (Sort.REFUSEE, "date", "echeance")


# --- as a job -----------------------------------------------------------------------


def deposer(guichet, corps, mode=STRICT, essai=False, cle=""):
    travail = import_travail.deposer(
        guichet, BytesIO(corps), nom="octobre.csv", mode=mode, essai=essai, cle=cle
    )
    transaction.commit()
    return travail


def counts(travail):
    rendu = import_travail.compte_rendu(travail)
    return {sort.value: n for sort, n in rendu.comptes.items() if n}


def test_a_job(guichet, small_lots):
    travail = deposer(guichet, csv(*[facture(n) for n in range(10)]))
    assert travail.total == 20
    executer_travaux(guichet)
    rendu = import_travail.compte_rendu(travail)
    assert (rendu.etat, rendu.ecrit, rendu.centimes) == (EtatTravail.FINI, True, 10000)
    assert (rendu.nom, rendu.mode, rendu.essai) == ("octobre.csv", STRICT, False)
    assert counts(travail) == {"creee": 10}
    assert (travail.fait, travail.total) == (20, 20)
    assert [ligne.rang for ligne in import_travail.lignes_de(travail)] == [
        *range(2, 12)
    ]
    assert len(numbers(guichet)) == 10


def test_a_job_that_is_a_rehearsal(guichet, small_lots):
    travail = deposer(guichet, csv(facture(1), facture(2, montant="x")), essai=True)
    executer_travaux(guichet)
    assert counts(travail) == {"creee": 1, "refusee": 1}
    assert import_travail.compte_rendu(travail).ecrit is False
    assert [ligne.raison for ligne in import_travail.lignes_de(travail)] == [
        "",
        "montant",
    ]
    assert numbers(guichet) == []


def test_a_strict_job_that_stops(guichet, small_lots):
    factures = [facture(n) for n in range(8)]
    factures[6]["montant"] = "0"
    travail = deposer(guichet, csv(*factures))
    executer_travaux(guichet)
    rendu = import_travail.compte_rendu(travail)
    assert (rendu.etat, rendu.ecrit) == (EtatTravail.FINI, False)
    assert counts(travail) == {"creee": 7, "refusee": 1}
    (bad,) = import_travail.lignes_de(travail)
    assert (bad.rang, bad.numero) == (8, "2026-000006")
    assert numbers(guichet) == []


def test_a_job_of_what_is_no_file(guichet):
    travail = deposer(guichet, "une;lettre".encode("utf-16"))
    executer_travaux(guichet)
    rendu = import_travail.compte_rendu(travail)
    assert (rendu.etat, rendu.refus, rendu.ecrit) == (EtatTravail.FINI, "codage", False)


@pytest.mark.parametrize("after", [1, 4, 7, 10, 11])
def test_killed_half_way_it_goes_on_and_nothing_is_done_twice(
    guichet, small_lots, monkeypatch, after
):
    travail = deposer(guichet, csv(*[facture(n) for n in range(10)]))
    add = Factures.ajouter
    left = [after]

    def ajouter(store, made):
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return add(store, made)

    monkeypatch.setattr(Factures, "ajouter", ajouter)
    if after < 10:
        with pytest.raises(Killed):
            executer_travaux(guichet)
        transaction.abort()
        # The ten steps of the first reading count as well.
        assert len(numbers(guichet)) == max(0, (10 + after) // 3 * 3 - 10)
    left[0] = 1000
    executer_travaux(guichet)
    assert counts(travail) == {"creee": 10}
    assert import_travail.compte_rendu(travail).centimes == 10000
    assert len([*import_travail.lignes_de(travail)]) == 10
    assert len(numbers(guichet)) == 10


def test_killed_while_it_only_reads(guichet, small_lots, monkeypatch):
    travail = deposer(guichet, csv(*[facture(n) for n in range(10)]))
    read = import_travail.Importation.traiter
    left = [5]

    def traiter(self, *args, **values):
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return read(self, *args, **values)

    monkeypatch.setattr(import_travail.Importation, "traiter", traiter)
    with pytest.raises(Killed):
        executer_travaux(guichet)
    transaction.abort()
    left[0] = 1000
    executer_travaux(guichet)
    assert counts(travail) == {"creee": 10}
    assert len(numbers(guichet)) == 10


def test_ordered_twice_it_is_one_job(guichet):
    first = deposer(guichet, csv(facture(1)), cle="page-1")
    assert deposer(guichet, csv(facture(1)), cle="page-1") is first
    assert len(depots_de(guichet)) == 1
    with pytest.raises(import_travail.CleReutilisee):
        deposer(guichet, csv(facture(2)), cle="page-1")
    with pytest.raises(import_travail.CleReutilisee):
        deposer(guichet, csv(facture(1)), mode=PARTIEL, cle="page-1")


def test_the_file_goes_with_the_job(guichet):
    travail = deposer(guichet, csv(facture(1)))
    executer_travaux(guichet)
    purger(guichet, travail.fin + timedelta(days=8))
    assert len(depots_de(guichet)) == 0
    assert [*travaux_de(guichet)] == []
    assert len(numbers(guichet)) == 1


@pytest.mark.parametrize(("corps", "raison"), [(b"", "vide"), (b"x" * 101, "taille")])
def test_what_is_not_even_kept(guichet, monkeypatch, corps, raison):
    monkeypatch.setattr(import_travail, "MAX_FICHIER", 100)
    with pytest.raises(FichierRefuse) as refus:
        deposer(guichet, corps)
    assert refus.value.raison == raison
    assert len(depots_de(guichet)) == 0


# --- by REST ------------------------------------------------------------------------


class Erp:
    def __init__(self, layer, login="caisse"):
        host = f"http://{layer['host']}:{layer['port']}"
        self.url = f"{host}/plone/++api++/guichet/@factures-import"
        self.auth = (login, PASSWORD) if login else None

    def post(self, corps, type="application/json", headers=None, **params):
        return requests.post(
            self.url,
            data=corps,
            params=params,
            headers={"Content-Type": type, **(headers or {})},
            auth=self.auth,
        )

    def get(self, path, **params):
        return requests.get(f"{self.url}/{path}", params=params, auth=self.auth)


@pytest.fixture
def erp(functional, guichet):
    return Erp(functional)


def test_rest_a_small_file(erp, guichet):
    answer = erp.post(fichier(facture(1), facture(2)))
    assert answer.status_code == 200
    body = answer.json()
    assert body["ecrit"] is True
    assert body["comptes"]["creee"] == 2
    assert body["centimes"] == 2000
    assert body["lignes"][0] == {
        "rang": 1,
        "regie": "VILLE",
        "numero": "2026-000001",
        "sort": "creee",
        "raison": "",
        "champ": "",
        "message": "",
    }
    assert numbers(guichet) == ["2026-000001", "2026-000002"]
    assert erp.post(fichier(facture(1))).json()["comptes"]["inchangee"] == 1


def test_rest_strict_partial_and_rehearsal(erp, guichet):
    data = csv(facture(1), facture(2, libelle=""))
    answer = erp.post(data, "text/csv; charset=utf-8", essai="1")
    assert (answer.status_code, answer.json()["ecrit"]) == (200, False)
    answer = erp.post(data, "text/csv")
    assert (answer.status_code, answer.json()["ecrit"]) == (422, False)
    assert numbers(guichet) == []
    answer = erp.post(data, "text/csv", mode="partiel")
    assert (answer.status_code, answer.json()["ecrit"]) == (200, True)
    bad = answer.json()["lignes"][1]
    assert (bad["rang"], bad["sort"], bad["raison"]) == (3, "refusee", "manque")
    assert bad["message"] == "libelle manque."
    assert numbers(guichet) == ["2026-000001"]


def test_rest_a_large_file_is_a_job(erp, guichet, monkeypatch):
    monkeypatch.setattr(import_travail, "MAX_DIRECT", 100)
    data = csv(*[facture(n) for n in range(5)], facture(9, montant="0"))
    answer = erp.post(data, "text/csv", mode="partiel")
    assert answer.status_code == 202
    job = answer.json()
    assert (job["etat"], job["total"]) == ("en_attente", 12)
    transaction.begin()
    executer_travaux(guichet)
    id = job["@id"].rsplit("/", 1)[1]
    done = erp.get(id).json()
    assert (done["etat"], done["ecrit"], done["fait"]) == ("fini", True, 12)
    assert done["comptes"]["creee"] == 5
    page = erp.get(f"{id}/lignes", b_start=5, b_size=5).json()
    assert page["items_total"] == 6
    assert page["@id"] == f"{erp.url}/{id}/lignes"
    assert page["batching"]["first"].endswith(f"{id}/lignes?b_size=5&b_start=0")
    assert [one["raison"] for one in page["items"]] == ["montant"]


def test_rest_a_key_is_for_one_file(erp, guichet, monkeypatch):
    key = {"Idempotency-Key": "lot-2026-11-03"}
    assert erp.post(fichier(facture(1)), headers=key).status_code == 200
    assert erp.post(fichier(facture(1)), headers=key).status_code == 200
    other = erp.post(fichier(facture(2)), headers=key)
    assert (other.status_code, other.json()["error"]["type"]) == (409, "Conflict")
    monkeypatch.setattr(import_travail, "MAX_DIRECT", 10)
    key = {"Idempotency-Key": "lot-2026-11-04"}
    first = erp.post(fichier(facture(1)), headers=key).json()
    assert erp.post(fichier(facture(1)), headers=key).json()["@id"] == first["@id"]
    assert erp.post(fichier(facture(2)), headers=key).status_code == 409
    assert numbers(guichet) == ["2026-000001"]


@pytest.mark.parametrize(
    ("corps", "type", "status", "raison"),
    [
        (b"", "application/json", 400, "vide"),
        (b"{", "application/json", 400, "json"),
        (b"[1]", "application/json", 400, "json"),
        (b'{"schema": "x", "factures": [1]}', "application/json", 400, "schema"),
        (b"a,b", "text/csv", 400, "entete"),
        (ENTETE.encode(), "text/csv", 400, "vide"),
        (csv(facture(1)), "text/plain", 400, None),
        (csv(facture(1)), "multipart/form-data; boundary=x", 400, None),
    ],
)
def test_rest_what_is_no_file(erp, guichet, corps, type, status, raison):
    answer = erp.post(corps, type)
    assert answer.status_code == status
    assert answer.json().get("error", {}).get("raison") == raison
    assert numbers(guichet) == []


@pytest.mark.parametrize("params", [{"mode": "tout"}, {"essai": "oui"}])
def test_rest_what_is_no_parameter(erp, params):
    assert erp.post(fichier(facture(1)), **params).status_code == 400


def test_rest_a_bad_key(erp):
    headers = {"Idempotency-Key": "a b"}
    assert erp.post(fichier(facture(1)), headers=headers).status_code == 400


@pytest.mark.parametrize("login", [None, "editeur", "agent-ecoles"])
def test_rest_for_the_cash_desk_only(functional, guichet, login):
    other = Erp(functional, login)
    assert other.post(fichier(facture(1))).status_code == 401
    assert other.get("0" * 20).status_code == 401
    assert numbers(guichet) == []


def test_rest_somebody_elses_job_is_none(functional, erp, guichet, monkeypatch):
    monkeypatch.setattr(import_travail, "MAX_DIRECT", 10)
    id = erp.post(fichier(facture(1))).json()["@id"].rsplit("/", 1)[1]
    assert erp.get(id).status_code == 200
    assert Erp(functional, "admin-site").get(id).status_code == 404
    for path in ("", "0" * 20, f"{id}/autre", f"{id}/lignes/1"):
        assert erp.get(path).status_code == 404


# --- by command ---------------------------------------------------------------------


def command(guichet, path, essai=False, partiel=False):
    options = Namespace(fichier=str(path), essai=essai, partiel=partiel)
    return console_factures.executer_import(guichet, options)


def test_command(guichet, tmp_path, capsys, small_lots):
    path = tmp_path / "factures.json"
    path.write_bytes(fichier(*[facture(n) for n in range(7)]))
    assert command(guichet, path, essai=True) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Créée : 7",
        "Nouvelles factures : CHF 70.00",
        "Essai : rien n'a été changé.",
    ]
    assert command(guichet, path) == 0
    transaction.abort()
    assert len(numbers(guichet)) == 7
    assert capsys.readouterr().out.splitlines()[0] == "Créée : 7"


def test_command_with_bad_lines(guichet, tmp_path, capsys):
    path = tmp_path / "factures.csv"
    path.write_bytes(csv(facture(1), facture(2, devise="", regie="GIAP")))
    assert command(guichet, path) == 1
    assert capsys.readouterr().out.splitlines()[-1] == (
        "Rien n'a été importé : corrigez le fichier, ou ajoutez --partiel."
    )
    assert numbers(guichet) == []
    assert command(guichet, path, partiel=True) == console_factures.EN_PARTIE
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("  3: GIAP 2026-000002 — Refusée : ")
    assert numbers(guichet) == ["2026-000001"]


def test_command_with_what_is_no_file(guichet, tmp_path):
    path = tmp_path / "factures.csv"
    with pytest.raises(ValueError, match="Impossible de lire"):
        command(guichet, path)
    path.write_bytes(b"x;y")
    with pytest.raises(ValueError, match="première ligne"):
        command(guichet, path)
