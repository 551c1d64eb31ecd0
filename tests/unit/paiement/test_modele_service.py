"""The real service over ZODB: two connections, a bank that fails, the invariants.

Each request is a transaction that may stay open while another one commits; after a
conflict it runs once more, as Zope does it. ``GUICHET_RUNS`` says how many histories are
tried (without it few, always the same), ``GUICHET_SEED`` repeats a run.
"""

from carouge.guichet.facture import service as factures
from carouge.guichet.facture.domain import EcritureDouble
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.domain import Verrouillee
from carouge.guichet.paiement import cloture
from carouge.guichet.paiement import lots
from carouge.guichet.paiement import service
from carouge.guichet.paiement.domain import DomainError
from carouge.guichet.paiement.domain import ENCAISSEES
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import PasserelleIndisponible
from carouge.guichet.paiement.domain import PasserelleRefuse
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.paiement.mouvements import net
from comptoir import comptoir
from contextlib import ExitStack
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from hypothesis import HealthCheck
from hypothesis import seed
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize
from hypothesis.stateful import precondition
from hypothesis.stateful import rule
from hypothesis.stateful import RuleBasedStateMachine
from hypothesis.stateful import run_state_machine_as_test
from transaction.interfaces import TransientError

import os
import random


RUNS = int(os.environ.get("GUICHET_RUNS", "60"))
SEED = int(os.environ.get("GUICHET_SEED", 0)) or (
    random.SystemRandom().randrange(1, 2**32) if "GUICHET_RUNS" in os.environ else 2026
)

clients = st.integers(0, 1)
rangs = st.integers(0, 30)
caissiers = st.sampled_from(["anne", "bruno"])
#: Most requests are over before the next one begins.
aussitot = st.sampled_from([True, True, False])

REFUS = (DomainError, EcritureDouble, Verrouillee, PasserelleIndisponible)
SUITES = {
    Statut.EN_ATTENTE: ("autoriser", "payer", "refuser", "renoncer", "expirer"),
    # A payer who was too slow, and a bank that takes the money nevertheless.
    Statut.EXPIREE: ("autoriser", "payer"),
    Statut.AUTORISEE: ("renoncer",),
}


def autre_montant(reponse):
    if not hasattr(reponse, "centimes") or not hasattr(reponse, "marchand"):
        return reponse
    return replace(reponse, centimes=reponse.centimes + 100)


def mot_inconnu(reponse):
    if not hasattr(reponse, "brut"):
        return reponse
    return replace(reponse, statut=Statut.INCONNU, brut="???")


class Modele(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.stack = ExitStack()
        self.comptoir = self.stack.enter_context(comptoir())
        self.banque = self.comptoir.banque
        self.clients = [self.comptoir.client() for _n in range(2)]
        self.temoin = self.comptoir.client()
        self.ouvertes = {}
        self.ids = []
        self.uids = []
        self.bancaires = 0
        self.actif = None
        self.banque.avant_capture = self.avant_capture

    @initialize(montants=st.lists(st.integers(5, 30_000), min_size=5, max_size=8))
    def factures_ouvertes(self, montants):
        def creer(client):
            return [
                self.comptoir.facture(client.guichet, montant, regie)
                for montant, regie in [
                    *((montant, "VILLE") for montant in montants),
                    (4_000, "CCAS"),
                ]
            ]

        self.comptoir.regie("VILLE", quatre_yeux_des=10_000)
        self.ids = self.clients[0].faire(creer)
        self.controler()

    def avant_capture(self, uid):
        """1: nothing is taken that is not due, as far as whoever takes it can know."""
        for article in self.actif.paiement(uid).articles:
            facture = self.actif.facture(article.facture)
            assert (facture.verrou, facture.solde) == (uid, article.centimes)

    # --- requests ------------------------------------------------------------

    def lancer(self, rang, operation, fini=True, apres=None):
        """A request of a client; ``fini``: it is over before the next one begins."""
        self.conclure(rang)
        client = self.actif = self.clients[rang]
        client.begin()
        try:
            resultat = operation(client)
        except REFUS:
            client.abort()
            return
        self.ouvertes[rang] = (operation, resultat, apres)
        if fini:
            self.conclure(rang)

    def conclure(self, rang):
        if rang not in self.ouvertes:
            return
        operation, resultat, apres = self.ouvertes.pop(rang)
        client = self.actif = self.clients[rang]
        try:
            client.commit()
        except TransientError:
            client.abort()
            try:
                resultat = client.faire(operation)
            except REFUS:
                return
        if apres is not None:
            apres(resultat)
        self.controler()

    def a_payer(self, choix):
        """Invoices, of one régie and open most of the time."""
        self.temoin.begin()
        regie = "CCAS" if choix[0] % 7 == 6 else "VILLE"
        found = [
            id
            for id in self.ids
            if self.temoin.facture(id).regie == regie
            and self.temoin.facture(id).payable
        ]
        if not found or choix[0] % 10 == 9:
            found = self.ids
        return [*dict.fromkeys(found[n % len(found)] for n in choix)]

    @rule(
        rang=clients,
        choix=st.lists(rangs, min_size=1, max_size=3),
        fini=aussitot,
        payeur=st.sampled_from(["c1", "c2"]),
    )
    def preparer(self, rang, choix, fini, payeur):
        self.commencer(rang, self.a_payer(choix), fini, payeur)

    def commencer(self, rang, ids, fini=True, payeur="c2"):
        # What was shown, before anything else happened.
        self.temoin.begin()
        attendues = [(id, self.temoin.facture(id).version) for id in ids]

        def operation(client):
            paiement = service.preparer(
                client.guichet,
                service.Payeur(payeur),
                attendues,
                now=self.banque.maintenant,
            )
            # Nothing that could be too much is begun.
            for article in paiement.articles:
                assert article.centimes == client.facture(article.facture).solde > 0
            return paiement.uid

        self.lancer(rang, operation, fini, self.uids.append)

    @rule(
        rang=clients,
        choix=st.lists(rangs, min_size=1, max_size=3, unique=True),
        ensuite=st.sampled_from(
            ["autoriser", "payer", "autoriser", "refuser", "expirer", None]
        ),
    )
    def acheter(self, rang, choix, ensuite):
        """All the way to the bank, and something happens there."""
        avant = len(self.uids)
        self.preparer(rang, choix, True, "c1")
        if len(self.uids) == avant:
            return
        self.partir(rang, 0, True)
        self.temoin.begin()
        reference = self.temoin.paiement(self.uids[-1]).reference
        if reference and ensuite:
            getattr(self.banque, ensuite)(reference)

    def parmi(self, *etats, n):
        """One in such a state, if there is one."""
        self.temoin.begin()
        found = [
            uid for uid in self.uids if self.temoin.paiement(uid).etat.value in etats
        ]
        return found[n % len(found)] if found else self.au_sujet(n)

    def au_sujet(self, n):
        # The last ones first: the others are mostly over.
        return self.uids[-1 - n % min(len(self.uids), 3)]

    @precondition(lambda self: self.uids)
    @rule(rang=clients, n=rangs, fini=aussitot)
    def partir(self, rang, n, fini):
        uid = self.au_sujet(n)

        def operation(client):
            # What they leave is kept: the page says so.
            with suppress(PasserelleRefuse, service.DejaTermine):
                service.demander_depart(
                    client.guichet,
                    client.paiement(uid),
                    self.comptoir.ordre,
                    now=self.banque.maintenant,
                )

        self.lancer(rang, operation, fini)

    @precondition(lambda self: self.uids)
    @rule(
        rang=clients,
        n=rangs,
        fini=aussitot,
        cause=st.sampled_from(["retour", "caisse"]),
    )
    def retour(self, rang, n, fini, cause):
        self.demander(self.uids.index(self.au_sujet(n)), rang, fini, cause)

    def demander(self, n, rang, fini, cause):
        uid = self.uids[n]
        self.lancer(
            rang,
            lambda client: service.demander_etat(
                client.guichet,
                client.paiement(uid),
                cause,
                now=self.banque.maintenant,
            ),
            fini,
        )

    @precondition(lambda self: self.uids)
    @rule(rang=clients, n=rangs, fini=aussitot)
    def renoncer(self, rang, n, fini):
        uid = self.au_sujet(n)
        self.lancer(
            rang,
            lambda client: service.demander_annulation(
                client.guichet,
                client.paiement(uid),
                "abandon",
                now=self.banque.maintenant,
            ),
            fini,
        )

    @precondition(lambda self: self.banque.courrier)
    @rule(rang=clients, n=rangs, fini=aussitot, double=st.booleans())
    def notifier(self, rang, n, fini, double):
        courrier = self.banque.courrier
        lettre = courrier[n % len(courrier)]
        if not double:
            courrier.remove(lettre)

        def operation(client):
            self.comptoir.notifier(client, *lettre)

        self.lancer(rang, operation, fini)

    @precondition(lambda self: self.uids)
    @rule(rang=clients, n=rangs, part=st.integers(1, 4), par=caissiers, fini=aussitot)
    def rembourser(self, rang, n, part, par, fini):
        uid = self.parmi("capturee", "remboursee_en_partie", n=n)

        def operation(client):
            paiement = client.paiement(uid)
            service.rembourser(
                client.guichet,
                paiement,
                max(1, service.remboursable(paiement) // part),
                "erreur",
                par,
                now=self.banque.maintenant,
            )
            if part % 2:
                # Asked in the same request: nothing is ordered yet.
                service.demander_etat(
                    client.guichet, paiement, "caisse", now=self.banque.maintenant
                )

        self.lancer(rang, operation, fini)

    @precondition(lambda self: self.uids)
    @rule(
        rang=clients, n=rangs, m=rangs, par=caissiers, oui=st.booleans(), fini=aussitot
    )
    def decider(self, rang, n, m, par, oui, fini):
        uid = self.parmi("capturee", "remboursee_en_partie", n=n)

        def operation(client):
            paiement = client.paiement(uid)
            faire = service.approuver if oui else service.refuser
            rangs = [r.rang for r in paiement.remboursements] or [1]
            attente = [
                r.rang for r in paiement.remboursements if r.statut == "a_approuver"
            ]
            choix = attente or rangs
            faire(client.guichet, paiement, choix[m % len(choix)], par)

        self.lancer(rang, operation, fini)

    @rule(
        rang=clients,
        n=rangs,
        source=st.sampled_from(["especes", "terminal", "camt", "erp"]),
        ancien=st.booleans(),
        fini=aussitot,
    )
    def caisse(self, rang, n, source, ancien, fini):
        self.encaisser(n, rang, source, ancien, fini)

    def encaisser(self, n, rang, source, ancien, fini):
        id = self.ids[n % len(self.ids)]
        if not ancien:
            self.bancaires += 1
        cle = f"X{self.bancaires}"

        def operation(client):
            facture = client.facture(id)
            du = max(1, facture.solde)
            service.encaisser(
                client.guichet,
                facture,
                (du + 2) // 5 * 5 if source == "especes" else du,
                source,
                cle,
                par="anne",
                moment=self.banque.maintenant,
            )

        self.lancer(rang, operation, fini)

    @rule(rang=clients, n=rangs, de=st.integers(1, 900), fini=aussitot)
    def changer_facture(self, rang, n, de, fini):
        """As an import does it: only what is open and nobody is paying."""
        id = self.ids[n % len(self.ids)]

        def operation(client):
            facture = client.facture(id)
            if facture.etat is not EtatFacture.OUVERTE:
                return
            if de > 800:
                factures.annuler(client.guichet, facture, "erreur", "anne")
                return
            facture.montant += de
            facture.version += 1
            factures.factures_de(client.guichet).indexer(facture)

        self.lancer(rang, operation, fini)

    @precondition(lambda self: self.uids)
    @rule(rang=clients, n=rangs, encaisse=st.booleans(), fini=aussitot)
    def resoudre(self, rang, n, encaisse, fini):
        uid = self.parmi("a_verifier", n=n)
        self.banque.pannes.clear()

        def operation(client):
            paiement = client.paiement(uid)
            # The page shows what the provider says now.
            service.demander_etat(
                client.guichet, paiement, "caisse", now=self.banque.maintenant
            )
            service.resoudre(
                client.guichet,
                paiement,
                encaisse=encaisse,
                raison="vu au téléphone",
                par="anne",
                now=self.banque.maintenant,
            )

        self.lancer(rang, operation, fini)

    @rule(
        rang=clients,
        regie=st.sampled_from(["VILLE", "VILLE", "CCAS"]),
        faire=st.sampled_from([cloture.cloturer, lots.creer_lot]),
        fini=aussitot,
    )
    def livres(self, rang, regie, faire, fini):
        self.lancer(
            rang,
            lambda client: faire(
                client.guichet, regie, "anne", now=self.banque.maintenant
            ),
            fini,
        )

    @rule(rang=clients, tout=st.booleans())
    def rapprocher(self, rang, tout):
        self.conclure(rang)
        client = self.actif = self.clients[rang]
        client.begin()
        service.rapprocher(
            client.guichet,
            self.banque.maintenant,
            tout=tout,
            commit=client.commit,
            abort=client.abort,
        )
        client.commit()
        self.controler()

    # --- the bank ------------------------------------------------------------

    @precondition(lambda self: self.banque.comptes)
    @rule(n=rangs, m=rangs)
    def a_la_banque(self, n, m):
        compte = [*self.banque.comptes.values()][n % len(self.banque.comptes)]
        suites = SUITES.get(compte.statut, ())
        if suites:
            getattr(self.banque, suites[m % len(suites)])(compte.reference)

    @precondition(lambda self: self.uids)
    @rule(
        rang=clients,
        n=rangs,
        prise=st.booleans(),
        autrement=st.sampled_from(["", "camt", "paiement"]),
    )
    def argent_tardif(self, rang, n, prise, autrement):
        """The payer was too slow for us, not for the bank."""
        uid = self.parmi("expiree", "annulee", "echouee", n=n)
        paiement = self.temoin.paiement(uid)
        reference = paiement.reference
        if not reference or self.banque.comptes[reference].pris:
            return
        rang_facture = self.ids.index(paiement.articles[0].facture)
        if autrement == "camt":
            self.encaisser(rang_facture, rang, "camt", False, True)
        elif autrement == "paiement":
            # Somebody else has begun to pay it meanwhile.
            self.commencer(rang, [self.ids[rang_facture]])
        (self.banque.payer if prise else self.banque.autoriser)(reference)
        self.demander(self.uids.index(uid), rang, True, "caisse")

    @precondition(lambda self: self.banque.comptes)
    @rule(n=rangs, part=st.integers(1, 3), reprise=st.booleans())
    def argent_repris(self, n, part, reprise):
        compte = [*self.banque.comptes.values()][n % len(self.banque.comptes)]
        reste = compte.pris - compte.rendu
        if compte.statut is not Statut.CAPTUREE or reste <= 0:
            return
        if reprise:
            self.banque.reprendre(compte.reference)
        else:
            self.banque.renvoyer(compte.reference, max(1, reste // part))

    @rule(
        panne=st.sampled_from(["avant", "apres", "apres", autre_montant, mot_inconnu])
    )
    def panne(self, panne):
        self.banque.pannes.append(panne)

    @precondition(lambda self: self.banque.courrier)
    @rule(n=rangs)
    def courrier_perdu(self, n):
        del self.banque.courrier[n % len(self.banque.courrier)]

    @rule(minutes=st.sampled_from([1, 6, 26, 60]))
    def attendre(self, minutes):
        self.banque.maintenant += timedelta(minutes=minutes)

    # --- what always holds ---------------------------------------------------

    def controler(self):
        self.temoin.begin()
        guichet = self.temoin.guichet
        paiements = service.paiements_de(guichet)
        livre = self.controler_factures(guichet, paiements)
        for paiement in paiements:
            self.controler_paiement(guichet, paiements, paiement)
        self.controler_lots(guichet, paiements, livre)

    def controler_factures(self, guichet, paiements):
        livre = {}
        magasin = factures.factures_de(guichet)
        resumes = {
            resume.id: resume
            for resume in magasin.resumes_de(["d:VILLE:M-004512", "d:CCAS:M-004512"])
        }
        for facture in magasin:
            du = 0 if facture.annulee else facture.montant
            # 1: too much is never hidden.
            assert (facture.recu > du) == (facture.etat is EtatFacture.SURPAYEE)
            # What lists show is what is.
            assert resumes[facture.id] == facture.resume()
            # 2: the lock is that of a payment that lives and has the invoice.
            if facture.verrou:
                paiement = paiements.get(facture.verrou)
                assert paiement.etat.vivante
                assert facture.id in {a.facture for a in paiement.articles}
            en_revue = bool(facture.verrou) and (
                paiements.get(facture.verrou).etat is Etat.A_VERIFIER
            )
            assert facture.en_revue == en_revue
            # Nobody begins to pay what money in review is for.
            if facture.payable:
                assert not any(
                    paiement.etat is Etat.A_VERIFIER
                    and not paiement.encaisse
                    and facture.id in {a.facture for a in paiement.articles}
                    for paiement in map(paiements.get, paiements.a_verifier)
                )
            for ecriture in facture.ecritures:
                # 9: one name, one entry.
                cle = (facture.regie, ecriture.source.value, ecriture.id_externe)
                assert cle not in livre
                livre[cle] = ecriture.montant
        return livre

    def controler_paiement(self, guichet, paiements, paiement):
        etat = paiement.etat
        lies = [factures.get_facture(guichet, a.facture) for a in paiement.articles]
        # 3
        assert {facture.regie for facture in lies} == {paiement.regie}
        assert len({facture.id for facture in lies}) == len(lies)
        assert paiement.devise == "CHF" and paiement.total > 0
        # 2, 8
        verrous = [facture.verrou == paiement.uid for facture in lies]
        if not etat.vivante:
            assert not any(verrous)
        elif etat is not Etat.A_VERIFIER:
            assert all(verrous)
        assert (paiement.uid in paiements.vivants) == etat.vivante
        assert (paiement.uid in paiements.a_verifier) == (etat is Etat.A_VERIFIER)
        assert bool(paiement.revue) == (etat is Etat.A_VERIFIER)
        montants = [
            ecriture.montant
            for facture in lies
            for ecriture in facture.ecritures
            if ecriture.paiement == paiement.uid
        ]
        pris = sum(montant for montant in montants if montant > 0)
        rendu = -sum(montant for montant in montants if montant < 0)
        assert (pris, rendu) == (paiement.encaisse, paiement.rendu)
        # 10
        assert 0 <= rendu <= pris
        assert all(net(facture, paiement) >= 0 for facture in lies)
        # 4, 5: nothing is booked the bank has not taken.
        if pris:
            assert self.banque.de(paiement.uid).pris > 0
            if not paiement.resolu:
                assert pris == paiement.total == self.banque.de(paiement.uid).pris
        # 7: money that was seen stays to be seen.
        if any(etape.apres == "capturee" for etape in paiement.historique):
            assert etat in (*ENCAISSEES, Etat.A_VERIFIER)
        assert (etat in ENCAISSEES) <= bool(pris)
        if etat.sans_argent:
            assert not pris

    def controler_lots(self, guichet, paiements, livre):
        # 18: each entry once, in a batch or waiting for it.
        for attente, faits in (
            (paiements.a_exporter, paiements.lots),
            (paiements.a_cloturer, paiements.clotures),
        ):
            vus = [(r, source, id) for r, _jour, source, id in attente]
            for fait in faits.values():
                vus += [(fait.regie, lg.source, lg.id_externe) for lg in fait.lignes]
                for lg in fait.lignes:
                    assert livre[fait.regie, lg.source, lg.id_externe] == lg.centimes
            assert sorted(vus) == sorted(cle for cle in livre if cle[1] != "erp")

    def teardown(self):
        try:
            if self.ids:
                self.converger()
        finally:
            self.stack.close()

    def converger(self):
        """6: after one reconciliation the books are those of the bank."""
        for rang in range(2):
            self.conclure(rang)
        self.banque.pannes.clear()
        self.banque.maintenant += timedelta(hours=2)
        self.rapprocher(0, True)
        self.temoin.begin()
        paiements = service.paiements_de(self.temoin.guichet)
        for paiement in paiements:
            if paiement.etat is Etat.A_VERIFIER:
                continue
            assert not paiement.etat.vivante
            if paiement.reference:
                compte = self.banque.comptes[paiement.reference]
                assert (
                    compte.pris - compte.rendu == paiement.encaisse - paiement.rendu
                ), (compte, paiement.historique)
                assert compte.statut is not Statut.AUTORISEE
            statuts = {r.statut for r in paiement.remboursements}
            assert statuts <= {"fait", "refuse", "a_approuver"}
        # No payment we do not know of has ever cost anybody anything.
        connus = {paiement.uid for paiement in paiements}
        for compte in self.banque.comptes.values():
            assert compte.ordre.uid in connus or not compte.pris
        for id in self.ids:
            facture = self.temoin.facture(id)
            if facture.verrou:
                assert paiements.get(facture.verrou).etat is Etat.A_VERIFIER


def essayer(machine, runs):
    print(f"GUICHET_SEED={SEED} GUICHET_RUNS={runs}")
    run_state_machine_as_test(
        seed(SEED)(machine),
        settings=settings(
            max_examples=runs,
            stateful_step_count=50,
            derandomize=False,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_books_agree_with_the_bank_whatever_happens():
    essayer(Modele, RUNS)
