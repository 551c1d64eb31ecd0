"""Makes the archive of a version: a small site by its own code, and what is in it.

Called by ``scripts/archiver-version`` with the sources of that version, a data folder and
where the archive goes. The site is that of the version's demonstration, with some demandes
and money in all states.
"""

from contextlib import ExitStack
from pathlib import Path

import json
import os
import sys
import tarfile


SOURCES, VAR, SORTIE = map(Path, sys.argv[1:4])
PROFIL = SOURCES / "src" / "carouge" / "guichet" / "profiles" / "default"
# In front of what the interpreter has, which is the code of today.
sys.path[0:0] = [str(SOURCES / "src"), str(SOURCES / "tests" / "support")]
sys.path.append(str(Path(__file__).parents[2] / "support"))
os.environ["GUICHET_TRAVAUX"] = "0"
os.environ["GUICHET_COURRIELS"] = str(VAR / "courriels")


def main() -> None:
    from carouge.guichet.demo.instance import write_instance
    from carouge.guichet.demo.settings import Settings
    from carouge.guichet.demo.settings import SITE_PORT

    import transaction

    conf, _ini = write_instance(Settings({SITE_PORT: 8080}, VAR, 1))
    # A process starts one Zope.
    child = os.fork()
    if not child:
        from carouge.guichet.demo.site import main as creer

        os._exit(creer([str(conf)]))
    if os.waitpid(child, 0)[1]:
        raise SystemExit("the site of the demonstration was not made")
    from carouge.guichet.console import site_ouvert
    from empreinte_profil import empreinte_de
    from etat_du_site import etat_de

    import Zope2

    with site_ouvert(str(conf), "/carouge") as site, ExitStack() as stack:
        remplir(site.guichet, stack)
        transaction.commit()
        etat = etat_de(site)
        etat["profil"] = empreinte_de(PROFIL)
        version = site.portal_setup.getVersionForProfile("carouge.guichet:default")
        for database in Zope2.opened:
            database.pack()
    archiver(version, etat)


def remplir(guichet, stack) -> None:
    """Demandes, and money in all states."""
    from bureau import deposer
    from carouge.guichet import swisstime
    from carouge.guichet.demande.content import Piece
    from carouge.guichet.facture.service import get_facture
    from carouge.guichet.paiement import cloture
    from carouge.guichet.paiement import lots
    from carouge.guichet.paiement import service
    from carouge.guichet.paiement.camt import lire
    from carouge.guichet.paiement.domain import Statut
    from factures import make_facture
    from passerelle import passerelle
    from plone.namedfile.file import NamedBlobFile
    from releves import camt
    from releves import Credit

    deposer(guichet, n=3)
    fichier = NamedBlobFile(b"%PDF-1.4 plan", filename="plan.pdf")
    deposer(guichet, pieces=[Piece("plan", "Plan", fichier, "d1")], courriel="a@b.ch")

    banque = stack.enter_context(passerelle("datatrans"))
    regie = "VILLE"
    ids = [make_facture(guichet, regie=regie, montant=4000).id for _n in range(10)]

    def facture(rang):
        return get_facture(guichet, ids[rang])

    def partir(rang):
        made = service.preparer(
            guichet, service.Payeur(demande="X"), [(ids[rang], facture(rang).version)]
        )
        service.demander_depart(
            guichet, made, lambda paiement: _ordre(paiement), now=swisstime.now()
        )
        return made

    paye, refuse, abandonne, _en_cours = map(partir, range(4))
    banque.passer(paye.uid, Statut.CAPTUREE, moyen="VIS")
    banque.passer(refuse.uid, Statut.ECHOUEE)
    for one in (paye, refuse):
        service.demander_etat(guichet, one, "retour")
    service.demander_annulation(guichet, abandonne, "abandon")
    service.encaisser(guichet, facture(4), 4000, "especes", "C1", par="caisse")
    service.encaisser(guichet, facture(5), 4000, "terminal", "T1", par="caisse")
    service.encaisser(guichet, facture(6), 4000, "erp", "E1")
    inconnue = "210000000003139471430009017"
    service.encaisser_mouvements(
        guichet,
        lire(
            camt(
                [
                    Credit(facture(7).reference_qr, 4000),
                    Credit(facture(8).reference_qr, 3000, payeur="Jean Favre"),
                    Credit(inconnue, 2000, payeur="Marie Rochat"),
                ],
                iban=_iban(regie),
            )
        ),
    )
    un, _autre = service.a_traiter(guichet)
    service.classer(un, "Rendu à la banque", "caisse")
    cloture.cloturer(guichet, regie, "caisse", compte=4000)
    fait = lots.creer_lot(guichet, regie, "caisse")
    lots.acquitter(fait, "GL-1", "caisse")
    service.rembourser(guichet, paye, 1000, "Repas non pris", "caisse")
    service.encaisser(guichet, facture(8), 1000, "especes", "C2", par="caisse")
    lots.creer_lot(guichet, regie, "caisse")
    # What waits for the next settlement and the next batch.
    service.encaisser(guichet, facture(9), 1000, "terminal", "T2", par="caisse")
    service.encaisser(guichet, facture(9), 3000, "erp", "E2")


def _ordre(paiement):
    from carouge.guichet.paiement.domain import Ordre

    return Ordre(paiement.uid, paiement.total, "CHF", "", "http://a", "http://b")


def _iban(code: str) -> str:
    from carouge.guichet.regie.service import get_regie

    return get_regie(code).qr_iban


def archiver(version: str, etat: dict) -> None:
    SORTIE.mkdir(parents=True, exist_ok=True)
    with tarfile.open(SORTIE / f"{version}.tar.xz", "w:xz", preset=9) as archive:
        for name in ("filestorage/Data.fs", "blobstorage"):
            archive.add(VAR / name, name)
    text = json.dumps(etat, ensure_ascii=False, indent=1, sort_keys=True)
    (SORTIE / f"{version}.json").write_text(text + "\n", "utf-8")
    print(f"{version}: {(SORTIE / f'{version}.tar.xz').stat().st_size} bytes")


if __name__ == "__main__":
    main()
