"""The seams between the features, and the events they exchange."""

from zope.interface import Attribute
from zope.interface import Interface
from zope.interface.interfaces import IObjectEvent
from zope.publisher.interfaces.browser import IDefaultBrowserLayer


class IGuichetLayer(IDefaultBrowserLayer):
    """Marks the requests of a site in which the add-on is installed."""


class IResidentRegistry(Interface):
    """A residents' register we may ask; a named utility, the name being the client's.

    The control panel chooses which one is asked. :mod:`carouge.guichet.registre.service`
    is the only caller: it sees to journal, circuit breaker and the rules of residence.
    """

    title = Attribute("Name of the client for the control panel (message)")

    def find(query, fields):
        """The people who may be the one asked for: a list of ``ResidentRecord``.

        ``query`` is a :class:`carouge.guichet.registre.domain.ResidentQuery`, ``fields``
        the names of the fields of a record that are needed, so that a register can
        answer no more. An empty list: nobody. The client does not decide whether two
        records match the query: it may return too many, never too few.

        Raises :class:`carouge.guichet.registre.domain.RegisterUnavailable` when no
        trustworthy answer came in time, whatever the reason.
        """

    def sonde():
        """What finds out whether the register answers, without asking about anybody.

        A function without arguments that needs no database of Zope, ends within some
        seconds and raises any exception when there is no answer. Raises
        :class:`carouge.guichet.registre.domain.RegisterUnavailable` when the settings
        are not usable.
        """

    def check_config():
        """Problems of the present settings, a list of messages; empty when usable."""


class IAntivirus(Interface):
    """What can look for malware in a file; a named utility, the name being the client's.

    :mod:`carouge.guichet.antivirus.service` is the only caller: it chooses the client
    by the environment, and leaves alone for a while what does not answer.
    """

    def examiner(stream):
        """Look at a file; a :class:`carouge.guichet.antivirus.domain.Verdict`.

        ``stream`` is a binary file object, read from where it stands to its end. The
        answer comes within a limited time, and a failure outside is an answer as well,
        never an exception and never « sound ».
        """

    def toquer():
        """Raise any exception when it does not answer; some seconds at most."""


class INotificationChannel(Interface):
    """A way to reach somebody; a named utility, the name being the channel's."""

    def send(recipient, subject, text, reply_to=None, preuve=""):
        """Hand over one message, to leave once the transaction is committed.

        ``recipient`` is an address of this channel (str), ``subject`` and ``text`` are
        plain text. Nothing goes over the network during the call, and nothing leaves
        when the transaction is aborted. A failure of the outside part is no failure of
        the transaction: the message stays in the channel's own queue.

        ``preuve`` (one line of ASCII, never sent) names what this transaction writes
        into the database: who finds it there knows that the message is to leave, even
        when the process that had written it was killed in the moment of committing.

        Raises ``ValueError`` when ``recipient`` is no address of this channel.
        """

    def reprendre(tenue):
        """Let the messages leave that a process had committed and did not hand over.

        ``tenue`` is asked with the ``preuve`` of each draft that is some minutes old;
        True means that its transaction was committed. The others stay: one may still be
        about to be. Returns how many were taken up (int).
        """

    def usable():
        """Whether messages can leave with the present settings (bool)."""


class ITache(Interface):
    """Work that comes round; a named utility, the name being the task's.

    ``bin/guichet taches`` calls it once for each guichet, in a transaction of its own.
    """

    def __call__(guichet):
        """Do what is due in ``guichet``, and nothing when nothing is.

        Returns how many of what: a dict of int by word, fit for a log (ids and numbers,
        never names or answers). Nothing of it counts twice when it is called again at
        once. Whatever is raised is a failure of this task alone: its transaction is
        aborted, the other tasks run.
        """


class ITacheLocale(Interface):
    """As :class:`ITache`, for what lies on each machine beside the database: called
    on every machine, also while another one does the tasks of the site."""

    def __call__(guichet):
        """As :meth:`ITache.__call__`."""


class ITravail(Interface):
    """A kind of work done in the background; a named utility, the name being the kind.

    See :mod:`carouge.guichet.travaux.service`, which is the only caller.
    """

    titre = Attribute("What it is, for the page of its author (message)")
    par_lot = Attribute("Most steps in one transaction (int)")
    en_dernier = Attribute(
        "It waits for others, so that all other jobs come first (bool; may be absent)"
    )

    def etapes(guichet, travail):
        """Do the work bit by bit: an iterator that yields after each bit how many are
        done altogether.

        It goes on behind ``travail.fait``, which is stored together with what the bits
        have changed: after a kill, a conflict or a failure it is called anew and what
        was not stored was not done. The security is that of the author. Bits are small:
        a second or so. What it returns is the result: a dict of plain values.
        """

    def oublier(guichet, travail):
        """The job is about to be deleted: let go what it keeps elsewhere."""


class IDemandesDuService(Interface):
    """What ``@demandes`` is for whoever works for a service: a guichet and a request.

    ``concerned`` says whether the caller does. ``lire`` and ``ecrire`` answer GET and
    POST of a :class:`carouge.guichet.rest.GuichetService`, with JSON or a file.
    """

    concerned = Attribute("The caller works for a service of the guichet (bool)")

    def lire(service):
        """The answer to a GET; raises :class:`carouge.guichet.rest.Refusal`."""

    def ecrire(service):
        """The answer to a POST; raises :class:`carouge.guichet.rest.Refusal`."""


class IDemandesDeLUsager(Interface):
    """What ``@demandes`` is for a citizen: a guichet and a request.

    ``lire`` and ``ecrire`` answer GET, and POST below the number of a demande, like
    those of :class:`IDemandesDuService`.
    """

    def lire(service):
        """The answer to a GET; raises :class:`carouge.guichet.rest.Refusal`."""

    def ecrire(service):
        """The answer to a POST; raises :class:`carouge.guichet.rest.Refusal`."""


class IPaiementGateway(Interface):
    """A payment provider; a named utility, the name being the provider's.

    ``regie`` is always the :class:`carouge.guichet.regie.domain.Regie` whose money it is:
    its merchant contract is used, its secrets come from
    :func:`carouge.guichet.regie.service.secrets_de`. All calls are synchronous, end
    within their timeout, and may come twice for one order: ``cle`` is its stable
    idempotency key. Amounts are centimes. Unless said otherwise a call raises
    ``PasserelleIndisponible`` (nothing is known, ask again later) or
    ``PasserelleRefuse`` (final) of :mod:`carouge.guichet.paiement.domain`.

    :mod:`carouge.guichet.paiement.service` is the only caller.
    """

    title = Attribute("Name of the provider for the control panel (message)")
    capacites = Attribute(
        "frozenset of 'capture_differee', 'remboursement', 'remboursement_partiel', "
        "'notification_signee', 'interrogation', 'liste'"
    )
    attente = Attribute(
        "Least seconds between two questions about one payment (int); None when the "
        "provider may be asked after a return or a notification only"
    )
    session = Attribute("Life of the payment page in seconds (int)")

    def ouvrir(regie, ordre, cle):
        """Open a payment: an :class:`~carouge.guichet.paiement.domain.Ouverture`.

        ``ordre`` is a :class:`~carouge.guichet.paiement.domain.Ordre`.
        """

    def lire_notification(regie, headers, corps):
        """What a notification is about: a ``Notification``; never a state to trust.

        ``headers`` is a mapping with names in lower case, ``corps`` the raw bytes.
        Raises ``NotificationInvalide`` when its proof is missing, wrong or too old.
        """

    def consulter(regie, reference):
        """What the provider says now: an ``Observation``.

        Raises also ``ReferenceInconnue``.
        """

    def capturer(regie, reference, centimes, cle):
        """Take the authorised amount: an ``Observation``."""

    def annuler(regie, reference, cle):
        """Give an authorisation back: an ``Observation``."""

    def rembourser(regie, reference, centimes, cle):
        """Send money back: a ``RemboursementObserve``."""

    def consulter_remboursement(regie, reference):
        """What became of a refund: a ``RemboursementObserve``."""

    def lire_liste(corps):
        """What stands in a file of transactions the provider exports (bytes): a list of
        ``LigneDuPrestataire``. Only with the capacity ``liste``.

        Raises ``ListeIllisible``.
        """

    def verifier(regie):
        """Problems of the settings and of the line, a list of messages; empty: usable."""


class IEncaisser(Interface):
    """The cash of the counter, for features that lie below it; a utility."""

    def __call__(guichet, facture, centimes, source, id_externe, par="", moment=None):
        """Book money that came otherwise, for settlement and exports as well.

        See :func:`carouge.guichet.paiement.service.encaisser`. Raises ``EcritureDouble``
        of :mod:`carouge.guichet.facture.domain`: it is in the books already.
        """


class IRegieRetrait(Interface):
    """A régie is about to be removed: whoever still needs it says why it stays."""

    code = Attribute("Code of the régie (str)")
    raisons = Attribute("Reasons against it: messages, for subscribers to append to")


class IFactureEvent(IObjectEvent):
    """Something happened to the invoice ``object``; the transaction is still open."""

    guichet = Attribute("The guichet it lies in")


class IFacturePayee(IFactureEvent):
    """All that was due of the invoice has come in."""


class IFactureRouverte(IFactureEvent):
    """Something of the invoice is due again: money went back."""


class IFactureRappelee(IFactureEvent):
    """Whoever owes the invoice is to be reminded: its due day is over."""

    comptes = Attribute("Whoever sees it (list of compte.content.Compte), never empty")
    rang = Attribute("Which reminder it is, from 1 (int)")


class IRattachementDecide(IObjectEvent):
    """The cashier has decided on the link ``object``; the transaction is still open."""

    guichet = Attribute("The guichet it lies in")
    compte = Attribute("Who has asked (carouge.guichet.compte.content.Compte)")


class IPaiementEvent(IObjectEvent):
    """Something happened to the payment ``object``; the transaction is still open."""

    guichet = Attribute("The guichet it lies in")


class IPaiementChange(IPaiementEvent):
    """The payment went from one state to another."""

    avant = Attribute("The state before (carouge.guichet.paiement.domain.Etat)")
    apres = Attribute("The state it went to (the same)")


class IRemboursementFait(IPaiementEvent):
    """Money of the payment went back: all of it, or one part among several."""

    rang = Attribute("Which of its refunds, from 1 (int)")


class IRevueNecessaire(IPaiementEvent):
    """A person has to look into the payment."""


class IDemandeEvent(IObjectEvent):
    """Something happened to the demande ``object``."""


class IDemandeSubmitted(IDemandeEvent):
    """A demande was submitted, in the transaction that is still open."""

    code = Attribute("Tracking code in clear, which is stored nowhere (str)")


class IDemandeMoved(IDemandeEvent):
    """A demande went from one state to another."""

    transition = Attribute("Id of the transition (str)")
    message = Attribute("What the citizen is told, plain text, may be empty (str)")
    actor = Attribute("Who made the move: 'agent' or 'usager' (str)")


class IDemandeRattachee(IDemandeEvent):
    """A demande without owner has become one of a compte."""


class IDemandeAvis(IDemandeEvent):
    """The other side of a demande is to be told something that is no move.

    The transaction is still open.
    """

    occasion = Attribute("Why (carouge.guichet.demande.events.Occasion)")
    pour = Attribute("Who is told: 'usager' or 'service' (str)")
    values = Attribute("What the notice may name: plain text by name (dict)")


class ICompteLetter(IObjectEvent):
    """Somebody is to be written to about an account of the commune's own.

    ``object`` is the compte (:class:`carouge.guichet.compte.content.Compte`), or None
    as long as there is none. The transaction is still open.
    """

    recipient = Attribute("E-mail address (str)")
    occasion = Attribute("Why (carouge.guichet.compte.events.Occasion)")
    values = Attribute("What the letter names: plain text by name (dict)")


class ISessionOpened(IObjectEvent):
    """The browser of ``request`` was logged in as the compte ``object``.

    The transaction is still open; who the request's user is has not changed yet.
    """

    request = Attribute("The request whose response carries the ticket")


class ICompteForgotten(IObjectEvent):
    """The compte ``object`` is about to be erased, with all that leads to it."""


class IBrouillonRappele(IObjectEvent):
    """The owner of the brouillon ``object`` is to be told that it will be deleted.

    The transaction is still open.
    """

    guichet = Attribute("The guichet it lies in")
    recipient = Attribute("E-mail address (str)")
    fin = Attribute("The day it will be deleted (date)")
