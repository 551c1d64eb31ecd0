"""Persistent classes of a demande. Their paths are stored: they never move."""

from __future__ import annotations

from Acquisition import aq_base
from BTrees.OOBTree import OOBTree
from BTrees.OOBTree import OOTreeSet
from carouge.guichet import config
from carouge.guichet.demande.domain import Deposant
from carouge.guichet.demande.domain import FaitUtilise
from carouge.guichet.demande.domain import IdentiteControlee
from carouge.guichet.demande.domain import LigneDePrix
from carouge.guichet.demande.domain import MembreConcerne
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.domain import total_of
from carouge.guichet.demande.dossier import Dossier
from carouge.guichet.demande.horloge import geneva_holidays
from carouge.guichet.demande.horloge import Horloge
from carouge.guichet.demande.interfaces import IDemande
from carouge.guichet.demande.interfaces import IDemandes
from carouge.guichet.demande.jours import count_working_days
from carouge.guichet.demande.listes import Eventail
from carouge.guichet.swisstime import local_date
from collections.abc import Collection
from collections.abc import Iterator
from dataclasses import astuple
from datetime import datetime
from itertools import chain
from OFS.SimpleItem import SimpleItem
from persistent import Persistent
from plone import api
from plone.dexterity.content import Item
from zope.interface import implementer


@implementer(IDemande)
class Demande(Item):
    """A numbered file.

    It lives outside the site's own catalogue, and no address leads to it: pages reach
    it through the queries of its owner or of the agents of its service.
    """

    # What an agent or an editor may do elsewhere in the guichet says nothing here.
    __ac_local_roles_block__ = True

    numero = ""
    code_digest = ""
    #: It lies in an account now: the code proves that one has it, and opens nothing.
    code_annule = False
    demarche_uid = ""
    demarche_titre = ""
    service_uid = None
    form_version = ""
    depot = None
    attendu = None
    courriel = None
    usager_id = None
    organisation_id = None
    jeton_digest = ""
    #: How it came: a value of :class:`carouge.guichet.demande.domain.Canal`.
    canal = "en_ligne"
    #: The agent who entered it for somebody; empty for the citizen himself.
    saisi_par = ""
    #: When anything of it changed last; None as long as nothing has.
    modifie = None
    #: When it was over, and the net working days it took; see ``demande/echeance.py``.
    cloture = None
    duree_jours = None
    #: The day that was announced and missed before the clock was stopped or set anew.
    annonce = None
    #: The régie (code) that collects what it costs; empty when nothing is.
    regie = ""
    #: The id of the invoice of what it costs.
    facture = ""
    _reponses = ()
    _deposant = None
    _membre = None
    _faits = ()
    _prix = ()
    _identite = None
    _dossier = None
    #: What was sent while it was made; see carouge.guichet.demande.envois.
    _envois = ()
    _horloge = None
    pieces = ()

    def _getCatalogTool(self):
        return api.portal.get_tool(config.CATALOG_ID)

    def reindexObjectSecurity(self, skip_self=False) -> None:
        """Nothing to do: roles are computed, our index holds none."""

    @property
    def reponses(self) -> list[Reponse]:
        return [Reponse(*values) for values in self._reponses]

    @property
    def deposant(self) -> Deposant | None:
        """Who filed it; None for a demande filed without an account."""
        return None if self._deposant is None else Deposant(*self._deposant)

    @property
    def membre(self) -> MembreConcerne | None:
        """The household member it is about, if it is about one."""
        return None if self._membre is None else MembreConcerne(*self._membre)

    @property
    def faits(self) -> list[FaitUtilise]:
        """The facts of the compte that were used, as they were then."""
        return [FaitUtilise(*values) for values in self._faits]

    @property
    def prix(self) -> list[LigneDePrix]:
        """What it costs, as it stood at its submission; empty when it is free."""
        return [LigneDePrix(*values) for values in self._prix]

    @property
    def total(self) -> int:
        """What is to be paid, in centimes."""
        return total_of(self.prix)

    @property
    def identite(self) -> IdentiteControlee | None:
        """Who stood at the counter, when an agent entered it."""
        return None if self._identite is None else IdentiteControlee(*self._identite)

    @property
    def horloge(self) -> Horloge:
        """How long the service has had it; a demande without one has run since then."""
        if self._horloge is not None:
            return Horloge(*self._horloge)
        depot = local_date(self.depot)
        delai = self.attendu and count_working_days(
            depot, self.attendu, geneva_holidays()
        )
        return Horloge(delai, 0, None if self.etat.final else depot)

    @horloge.setter
    def horloge(self, horloge: Horloge) -> None:
        self._horloge = astuple(horloge)

    @property
    def suspendu(self) -> bool:
        """The clock stands: the citizen has to do something, or nobody has any more."""
        return not self.horloge.court

    @property
    def dossier(self) -> Dossier:
        """What has gathered on it; to be read only, see :meth:`ouvrir_dossier`."""
        return Dossier() if self._dossier is None else self._dossier

    def ouvrir_dossier(self) -> Dossier:
        """What has gathered on it, to write in."""
        base = aq_base(self)
        if base._dossier is None:
            base._dossier = Dossier()
        return base._dossier

    @property
    def pieces_annoncees(self) -> tuple[Piece, ...]:
        """What will come by post or to the counter."""
        return tuple(piece for piece in self.pieces if piece.annoncee)

    @property
    def owner_ids(self) -> tuple[str, ...]:
        """The principals it belongs to: whoever filed it, and the organisation."""
        return tuple(id for id in (self.usager_id, self.organisation_id) if id)

    @property
    def etat(self) -> State:
        tool = api.portal.get_tool("portal_workflow")
        return State(tool.getInfoFor(self, "review_state"))


class Piece(Persistent):
    """One supporting document of a demande: a file, or the word that it will come.

    ``file`` is a NamedBlobFile, ``digest`` the SHA-256 of its content (hex). Without a
    file, ``moyen`` says how it will come: ``poste`` or ``guichet``. Several files for
    one question are several pieces. ``controle`` is what the antivirus said: ``sain``,
    ``a_verifier`` (it did not answer), ``non_controle`` (there is none) or ``infecte``
    (found later; nobody is given the file any more).
    """

    # Pieces of the first release have neither.
    moyen = ""
    controle = "non_controle"
    #: When an announced piece arrived, and who has seen it come (a user id).
    recue: datetime | None = None
    recue_par = ""
    #: When the citizen has given another one in its place.
    remplacee: datetime | None = None

    def __init__(
        self,
        name: str,
        label: str,
        file,
        digest: str,
        *,
        moyen: str = "",
        controle: str = "non_controle",
    ) -> None:
        self.name = name
        self.label = label
        self.file = file
        self.digest = digest
        self.moyen = moyen
        self.controle = controle

    @property
    def annoncee(self) -> bool:
        """It has not arrived yet: it will come by post, or to the counter."""
        return self.file is None and self.recue is None and self.remplacee is None

    @property
    def lisible(self) -> bool:
        """There is a file that may be given to somebody."""
        return self.file is not None and self.controle != "infecte"


@implementer(IDemandes)
class Demandes(SimpleItem):
    """All demandes of one guichet by number, in no order.

    It is no folder on purpose. A folder is written at each addition, can be walked
    through by address, and is visited when the site's catalogue is rebuilt.
    """

    id = config.DEMANDES_ID
    __allow_access_to_unprotected_subobjects__ = 0

    # Made when the antivirus fails for the first time.
    _a_verifier = None
    # Version 1000 had a tree per year; :meth:`repartir` comes with version 1001.
    _years = None

    def __init__(self) -> None:
        self._par_numero = Eventail()

    def add(self, demande: Demande) -> Demande:
        """Store a numbered demande; returns it in its acquisition context.

        :raises KeyError: when the number is taken
        """
        if self._years is not None:
            # Whoever spreads the demandes meanwhile has to see this one: one of the
            # two transactions is made again.
            self._p_changed = True
            self._years.setdefault(demande.numero[:4], OOBTree())
        if not self._arbre(demande.numero).insert(demande.numero, aq_base(demande)):
            raise KeyError(demande.numero)
        return aq_base(demande).__of__(self)

    def repartir(self) -> None:
        """Spread what lies in one tree per year, where all who file a demande meet."""
        if self._years is None:
            return
        par_numero = Eventail()
        for numero, demande in self._all():
            par_numero[numero] = demande
        self._par_numero = par_numero
        del self._years

    @property
    def a_verifier(self) -> list[str]:
        """Numbers of the demandes with a document the antivirus has not seen."""
        return [] if self._a_verifier is None else [*self._a_verifier]

    def attend_controle(self, numero: str) -> None:
        """A demande has a document the antivirus has not seen."""
        if self._a_verifier is None:
            self._a_verifier = OOTreeSet()
        self._a_verifier.insert(numero)

    def verifie(self, numero: str) -> None:
        """All documents of a demande have been seen."""
        if numero in self.a_verifier:
            self._a_verifier.remove(numero)

    def get(self, numero: str) -> Demande | None:
        demande = self._arbre(numero).get(numero)
        return None if demande is None else demande.__of__(self)

    def __contains__(self, numero: str) -> bool:
        return numero in self._arbre(numero)

    def __iter__(self) -> Iterator[Demande]:
        for _numero, demande in self._all():
            yield demande.__of__(self)

    def __len__(self) -> int:
        return sum(map(len, self._arbres()))

    def __bool__(self) -> bool:
        return any(self._arbres())

    def _arbre(self, numero: str) -> OOBTree:
        """The tree a demande of that number lies in."""
        if self._years is None:
            return self._par_numero.part(numero)
        return self._years.get(numero[:4], OOBTree())

    def _arbres(self) -> Collection[OOBTree]:
        return self._par_numero.parts if self._years is None else self._years.values()

    def _all(self) -> Iterator[tuple[str, Demande]]:
        return chain.from_iterable(tree.items() for tree in self._arbres())
