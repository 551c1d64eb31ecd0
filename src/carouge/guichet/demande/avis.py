"""What the counter tells citizens about their demandes when the editors say nothing.

The words are messages with the variables of :mod:`carouge.guichet.demarche.textes`,
which only the reader's language makes a text of. Here too: no answers, no names, no
words of a message.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.labels import STATE_MEANINGS
from carouge.guichet.demarche.textes import Avis
from carouge.guichet.demarche.textes import avis_de
from zope.i18n import translate
from zope.i18nmessageid import Message


_HELLO = ((_("Hello,"),),)
_DEMANDE = ((_("Your demande:"), "${demarche}", _("Number: ${numero}")),)
_LINK = ((_("Go on here:"), "${lien}"),)
_READ = ((_("What the service has written to you stands here:"), "${lien}"),)
_MOVED = _("Your demande ${numero}: ${etat}")
_SMS = _("${commune}: your demande ${numero} – ${etat}. ${lien}")


def _move(etat: State, *more) -> tuple:
    return (
        _MOVED,
        (*_HELLO, (STATE_MEANINGS[etat],), *_DEMANDE, *more),
        _SMS,
    )


#: Subject, paragraphs of lines, and text message of each of
#: :data:`carouge.guichet.demarche.textes.OCCASIONS`.
_WORDS: dict[str, tuple] = {
    "deposer": (
        _("Your demande ${numero} has arrived"),
        (
            *_HELLO,
            (_("Your demande has arrived:"), "${demarche}", _("Number: ${numero}")),
            (
                _(
                    "The service examines your demande. You are told as soon as "
                    "something changes, or when it needs something more from you."
                ),
                _("You can expect an answer by ${date_attendue}."),
            ),
            (_("Follow your demande here:"), "${lien}"),
        ),
        _("${commune}: your demande ${numero} has arrived. Follow it: ${lien}"),
    ),
    "exonerer": (
        _("Your demande ${numero}: no fee to be paid"),
        (
            *_HELLO,
            (_("The service has waived the fee of your demande: it goes on."),),
            *_DEMANDE,
            *_READ,
        ),
        _("${commune}: your demande ${numero} goes on without a fee. ${lien}"),
    ),
    "prendre_en_charge": _move(State.EN_COURS, *_LINK),
    "demander_complement": _move(
        State.A_COMPLETER,
        (
            _(
                "What is missing, and how to answer, stands on the page of your "
                "demande. The delay starts again once you have answered:"
            ),
            "${lien}",
        ),
    ),
    "rappel": (
        _("Reminder: your demande ${numero} waits for your answer"),
        (
            *_HELLO,
            (
                _(
                    "The service has asked you for something and has no answer yet. "
                    "As long as it waits, your demande does not go on."
                ),
            ),
            *_DEMANDE,
            (_("Read what is missing and answer here:"), "${lien}"),
            (_("Have you answered in the meantime? Then you have nothing to do."),),
        ),
        _("${commune}: your demande ${numero} waits for your answer. ${lien}"),
    ),
    "rappel_pieces": (
        _("Reminder: your demande ${numero} waits for your documents"),
        (
            *_HELLO,
            (
                _(
                    "You had announced documents, by post or at the counter, and they "
                    "have not arrived yet."
                ),
            ),
            *_DEMANDE,
            (_("Which ones are missing, and where to bring them:"), "${lien}"),
            (_("Have you sent them in the meantime? Then you have nothing to do."),),
        ),
        _("${commune}: documents of your demande ${numero} are missing. ${lien}"),
    ),
    "completer": _move(State.COMPLETEE, *_LINK),
    "piece_recue": (
        _("Your demande ${numero}: a document has arrived"),
        (
            *_HELLO,
            (_("A document that you had announced has arrived at the service."),),
            *_DEMANDE,
            (_("What has arrived, and what is still missing:"), "${lien}"),
        ),
        _("${commune}: a document of your demande ${numero} has arrived. ${lien}"),
    ),
    "code": (
        _("Your demande ${numero}: new tracking code"),
        (
            *_HELLO,
            (
                _(
                    "A new tracking code was given at the counter for your demande. The "
                    "former one opens nothing any more."
                ),
            ),
            *_DEMANDE,
            (_("Was it not you who has asked for it? Please tell the service."),),
            *_LINK,
        ),
        _(
            "${commune}: new tracking code for your demande ${numero}. Not you? "
            "Please tell the service. ${lien}"
        ),
    ),
    "message": (
        _("Your demande ${numero}: the service has written to you"),
        (
            *_HELLO,
            (_("The service has written to you about your demande."),),
            *_DEMANDE,
            (_("Read the message and answer here:"), "${lien}"),
        ),
        _("${commune}: message about your demande ${numero}. Read it: ${lien}"),
    ),
    "document": (
        _("Your demande ${numero}: a document for you"),
        (
            *_HELLO,
            (_("The service has issued a document for you."),),
            *_DEMANDE,
            (_("Read and keep the document here:"), "${lien}"),
        ),
        _("${commune}: a document about your demande ${numero} for you. ${lien}"),
    ),
    "valider": _move(State.VALIDEE, *_READ),
    "refuser": _move(State.REFUSEE, *_READ),
    "classer": _move(State.CLASSEE, *_READ),
    "retirer": _move(State.RETIREE, *_LINK),
    "rouvrir": (
        _("Your demande ${numero} goes on"),
        (
            *_HELLO,
            (_("The service has taken up your demande again."),),
            *_DEMANDE,
            *_READ,
        ),
        _SMS,
    ),
}


def avis_standard(occasion: str, langue: str) -> Avis:
    """The counter's own notice in a language, its variables still in it.

    :raises KeyError: no such occasion
    """

    def words(line) -> str:
        if not isinstance(line, Message):
            return line
        return translate(line, target_language=langue)

    objet, paragraphes, sms = _WORDS[occasion]
    return Avis(
        objet=words(objet),
        texte="\n\n".join(
            "\n".join(words(line) for line in lines) for lines in paragraphes
        ),
        sms=words(sms),
    )


def avis_complet(demarche, occasion: str, langue: str) -> Avis:
    """What is said of an occasion: the editors' words, the counter's where they have none.

    ``demarche`` may be None: it was deleted.
    """
    standard = avis_standard(occasion, langue)
    edited = avis_de(demarche, occasion) if demarche is not None else Avis()
    return Avis(
        objet=edited.objet or standard.objet,
        texte=edited.texte or standard.texte,
        sms=edited.sms or standard.sms,
    )
