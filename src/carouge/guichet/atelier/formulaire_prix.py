"""``<demarche>/ligne-de-prix``: what the price of a démarche is made of."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier import formulaire_condition
from carouge.guichet.atelier.formulaire_condition import nombre_saisi
from carouge.guichet.atelier.formulaire_modele import enregistrer
from carouge.guichet.atelier.formulaire_modele import enregistrer_prix
from carouge.guichet.atelier.formulaire_page import PageFormulaire
from carouge.guichet.formulaire.calculs import LIGNES_AU_PLUS
from carouge.guichet.formulaire.procedure import deroulement_de
from carouge.guichet.money import format_chf
from decimal import Decimal
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound


#: In centimes; a price of a counter is never as high.
MAX_MONTANT = 10_000_000


class UneLigne(PageFormulaire):
    """One line of the price, or a new one."""

    content = ViewPageTemplateFile("templates/formulaire_prix.pt")

    @property
    def titre_page(self):
        return _("Add a price") if self.numero is None else _("Price")

    page_title = titre_page

    @cached_property
    def numero(self) -> int | None:
        """The number of the line, from 0; None for a new one.

        :raises NotFound: it is no number
        """
        if "numero" not in self.request.form:
            return None
        numero = self.entier("numero")
        if numero is None:
            raise NotFound("numero")
        return numero

    @cached_property
    def _lignes(self) -> list:
        return list(deroulement_de(self.schema)["prix"])

    @cached_property
    def avant(self) -> dict | None:
        """The line as it is kept; None for a new one."""
        if self.numero is None or self.numero >= len(self._lignes):
            return None
        ligne = self._lignes[self.numero]
        return ligne if isinstance(ligne, dict) else {}

    def get(self) -> None:
        if self.numero is not None and self.avant is None:
            raise NotFound(str(self.numero))
        avant = self.avant or {}
        self.libelle = str(avant.get("libelle") or "")
        montant = avant.get("montant")
        self.montant = centimes_en_francs(montant) if _entier(montant) else ""
        self.par = str(avant.get("par") or "")
        self.etat_si = formulaire_condition.depuis_condition(
            avant.get("si"), self.repertoire()
        )

    def post(self) -> str | None:
        if self.numero is not None and self.avant is None:
            self.numero = None
            self.alerte = _(
                "This price does not exist any more. Saving makes a new one of it."
            )
        self.libelle = self.ligne("libelle", 120)
        self.montant = self.ligne("montant", 20)
        self.par = self.ligne("par", 120)
        self.etat_si = formulaire_condition.depuis_formulaire(
            self.request.form, "si", self.repertoire()
        )
        if self.etat_si.intermediaire or self.alerte:
            return None
        centimes = centimes_saisis(self.montant)
        if not self.libelle:
            self.problemes["libelle"] = _("Enter what is paid for.")
        if centimes is None:
            self.problemes["montant"] = _("Enter an amount, for example 40 or 12.50.")
        if self.par and self.par not in self.quantites():
            self.problemes["par"] = _("Choose what the amount is multiplied by.")
        if self.numero is None and len(self._lignes) >= LIGNES_AU_PLUS:
            self.alerte = _("There are too many prices already.")
        if (
            self.problemes
            or self.alerte
            or not self.etat_si.valable
            or self.conflit(self.etat)
        ):
            return None
        ligne = {
            "libelle": self.libelle,
            "montant": centimes,
            "par": self.par,
            "si": self.etat_si.condition,
        }
        if self.numero is None:
            self._lignes.append(ligne)
        else:
            self._lignes[self.numero] = ligne
        enregistrer_prix(self.schema, self._lignes)
        enregistrer(self.demarche, self.schema)
        self.annoncer(_("The price has been saved."))
        return f"{self.url}/@@etapes#prix"

    @property
    def etat(self):
        """The state of the line that the page was made from."""
        return self.avant or []

    def quantites(self) -> dict[str, str]:
        """What an amount can be multiplied by: numbers, computed numbers, groups."""
        questions = self.repertoire().par_nom.values()
        return {q.nom: q.titre for q in questions if q.famille == "nombre"}

    def condition(self) -> str:
        """The condition builder."""
        return self.constructeur(_("Count this price"), self.etat_si)()


def centimes_saisis(saisie: str) -> int | None:
    """Centimes of an amount in francs as it was typed; None for anything else."""
    saisie = saisie.upper().removeprefix("CHF").strip().removesuffix(".-")
    lu = nombre_saisi(saisie)
    if lu is None:
        return None
    centimes = Decimal(lu) * 100
    if centimes != centimes.to_integral_value() or abs(centimes) > MAX_MONTANT:
        return None
    return int(centimes)


def centimes_en_francs(centimes: int) -> str:
    """An amount as it is typed: ``40.00``."""
    signe = "-" if centimes < 0 else ""
    entiers, reste = divmod(abs(centimes), 100)
    return f"{signe}{entiers}.{reste:02d}"


def francs(montant: object) -> str:
    """An amount as it is read; one that is none as a question mark."""
    if not _entier(montant):
        return "?"
    signe = "− " if montant < 0 else ""
    return signe + format_chf(abs(montant))


def _entier(valeur: object) -> bool:
    return isinstance(valeur, int) and not isinstance(valeur, bool)
