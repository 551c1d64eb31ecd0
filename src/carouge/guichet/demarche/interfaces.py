"""The catalogue: what an editor keeps of a guichet, a categorie, a service, a démarche."""

from carouge.guichet import _
from carouge.guichet.controlpanel.interfaces import is_mail
from carouge.guichet.demarche.centimes import Centimes
from carouge.guichet.interfaces import IGuichetLayer
from collective.easyform.interfaces import IEasyForm
from plone.app.z3cform.widgets.select import SelectFieldWidget
from plone.autoform import directives
from plone.supermodel import model
from z3c.form.browser.checkbox import CheckBoxFieldWidget
from z3c.form.browser.radio import RadioFieldWidget
from z3c.form.browser.textlines import TextLinesFieldWidget
from zope import schema
from zope.interface import Attribute
from zope.interface import Invalid
from zope.interface import invariant
from zope.schema.vocabulary import SimpleTerm
from zope.schema.vocabulary import SimpleVocabulary


#: Plone styles no field for several lines by itself.
LIGNES = "textlines-widget form-control"


class IInsideGuichetLayer(IGuichetLayer):
    """Marks a request that goes through a guichet.

    What is registered for this layer leaves the rest of the town's site as it is.
    """


class IGuichet(model.Schema):
    """The counter: root of the catalogue and of the citizen's pages."""

    catalogue_version = Attribute("Changes with every change of the catalogue (str)")
    accueil = schema.Text(
        title=_("Welcome text"),
        description=_("One or two sentences above the search."),
        required=False,
    )
    demarche_correction = schema.Choice(
        title=_("Démarche for corrections"),
        description=_(
            "Where « This is not right » leads, beside what the residents' register "
            "says of a citizen. Without one, the page shows how to reach the counter."
        ),
        vocabulary="carouge.guichet.demarches",
        required=False,
    )


class ICategorie(model.Schema):
    """A shelf of the catalogue."""

    icone = schema.ASCIILine(
        title=_("Icon"),
        description=_("Name of a Bootstrap icon, for example trash or people."),
        required=False,
        default="folder",
        constraint=lambda value: value.replace("-", "").isalnum(),
    )


class IService(model.Schema):
    """A department of the commune: owns démarches, has agents."""

    courriel = schema.TextLine(
        title=_("E-mail of the service"),
        description=_("New demandes are announced to this address."),
        required=False,
        constraint=is_mail,
    )
    telephone = schema.TextLine(title=_("Telephone"), required=False)
    adresse = schema.Text(title=_("Address"), required=False)
    horaires = schema.Text(title=_("Opening hours"), required=False)
    # Who reads citizens' files is decided by whoever keeps the users, and is nobody
    # else's business.
    directives.read_permission(agents="plone.app.controlpanel.UsersAndGroups")
    directives.write_permission(agents="plone.app.controlpanel.UsersAndGroups")
    directives.widget("agents", SelectFieldWidget)
    agents = schema.List(
        title=_("Agents"),
        description=_("Users and groups who work on the demandes of this service."),
        value_type=schema.Choice(vocabulary="plone.app.vocabularies.Principals"),
        required=False,
        default=[],
        missing_value=[],
    )


LEVELS = SimpleVocabulary(
    [
        SimpleTerm("ouvert", title=_("Everybody, without an account")),
        SimpleTerm("declare", title=_("Any e-démarches account")),
        SimpleTerm("verifie", title=_("Verified e-démarches account")),
    ]
)

ACCOUNT_TYPES = SimpleVocabulary(
    [
        SimpleTerm("personne", title=_("Natural person")),
        SimpleTerm("entreprise", title=_("Company")),
        SimpleTerm("association", title=_("Association")),
    ]
)


class IDemarche(IEasyForm):
    """A service a citizen can ask for: catalogue data, access conditions, a form."""

    pour_qui = schema.Text(
        title=_("For whom"),
        description=_("Who may do this, in one to three sentences."),
        required=False,
    )
    directives.widget("pieces_requises", TextLinesFieldWidget, klass=LIGNES, rows=4)
    pieces_requises = schema.List(
        title=_("What you need"),
        description=_("One document or information per line."),
        value_type=schema.TextLine(),
        required=False,
        default=[],
        missing_value=[],
    )
    directives.widget("etapes", TextLinesFieldWidget, klass=LIGNES, rows=4)
    etapes = schema.List(
        title=_("Steps"),
        description=_("What happens, one step per line, from the citizen's view."),
        value_type=schema.TextLine(),
        required=False,
        default=[],
        missing_value=[],
    )
    delai_jours = schema.Int(
        title=_("Expected delay"),
        description=_("In working days, from the submission to the answer."),
        required=False,
        min=1,
        max=500,
    )
    cout = schema.TextLine(
        title=_("Cost"),
        description=_("In words, as the citizen reads it."),
        required=False,
    )
    emolument = Centimes(
        title=_("Fee in francs"),
        description=_("For example 40 or 12.50; 0 when the démarche is free."),
        required=False,
        default=0,
    )
    regie = schema.Choice(
        title=_("Régie"),
        description=_(
            "Who collects what the démarche costs: the demande goes to the service once "
            "it is paid there. Empty: the service says how to pay."
        ),
        vocabulary="carouge.guichet.regies",
        required=False,
    )
    directives.widget("base_legale", TextLinesFieldWidget, klass=LIGNES, rows=4)
    base_legale = schema.List(
        title=_("Legal basis"),
        description=_("One law or regulation per line."),
        value_type=schema.TextLine(),
        required=False,
        default=[],
        missing_value=[],
    )
    service = schema.Choice(
        title=_("Service in charge"),
        description=_("Its agents receive the demandes."),
        vocabulary="carouge.guichet.services",
        required=True,
    )
    lien_externe = schema.URI(
        title=_("External address"),
        description=_(
            "When the démarche is done elsewhere, for example by the canton."
        ),
        required=False,
    )

    model.fieldset(
        "recherche",
        label=_("Search"),
        fields=["mots_cles", "synonymes"],
        order=5,
    )
    directives.widget("mots_cles", TextLinesFieldWidget, klass=LIGNES, rows=4)
    mots_cles = schema.List(
        title=_("Keywords"),
        description=_("One per line."),
        value_type=schema.TextLine(),
        required=False,
        default=[],
        missing_value=[],
    )
    directives.widget("synonymes", TextLinesFieldWidget, klass=LIGNES, rows=4)
    synonymes = schema.List(
        title=_("Synonyms"),
        description=_("The words citizens use for it, one per line."),
        value_type=schema.TextLine(),
        required=False,
        default=[],
        missing_value=[],
    )

    model.fieldset(
        "acces",
        label=_("Access conditions"),
        fields=[
            "niveau",
            "types_compte",
            "residents_seulement",
            "connexion_minutes",
            "compte_recommande",
            "ouverture",
            "fermeture",
            "message_suspension",
        ],
        order=6,
    )
    directives.widget("niveau", RadioFieldWidget)
    niveau = schema.Choice(
        title=_("Who may do it"), vocabulary=LEVELS, default="ouvert", required=True
    )
    directives.widget("types_compte", CheckBoxFieldWidget)
    types_compte = schema.Set(
        title=_("Types of account"),
        description=_("None ticked: all types."),
        value_type=schema.Choice(vocabulary=ACCOUNT_TYPES),
        required=False,
        default=set(),
        missing_value=set(),
    )
    residents_seulement = schema.Bool(
        title=_("Residents of the commune only"), required=False, default=False
    )
    connexion_minutes = schema.Int(
        title=_("Maximum age of the login"),
        description=_("In minutes; empty: no limit."),
        required=False,
        min=1,
    )
    compte_recommande = schema.Bool(
        title=_("An account is recommended"), required=False, default=False
    )
    ouverture = schema.Date(title=_("Opens on"), required=False)
    fermeture = schema.Date(
        title=_("Closes on"), description=_("Last day included."), required=False
    )
    message_suspension = schema.Text(
        title=_("Message while suspended"),
        description=_("Shown instead of the form while the démarche is suspended."),
        required=False,
    )

    directives.order_after(formPrologue="IDemarche.lien_externe")
    directives.order_after(formEpilogue="formPrologue")

    # The models are made by the field editor. Written as XML, for example through the
    # REST service, they could hold expressions.
    directives.write_permission(
        fields_model="collective.easyform.EditTALESFields",
        actions_model="collective.easyform.EditTALESFields",
    )

    # The form belongs to the counter: what happens after the button, its address, its
    # protection and its look are the same for all démarches.
    directives.omitted(
        "thankstitle",
        "thanksdescription",
        "showAll",
        "showFields",
        "includeEmpties",
        "thanksPrologue",
        "thanksEpilogue",
        "submitLabel",
        "useCancelButton",
        "resetLabel",
        "form_tabbing",
        "autofocus",
        "nameAttribute",
        "default_fieldset_label",
        "method",
        "unload_protection",
        "CSRFProtection",
        "forceSSL",
        "thanksPageOverrideAction",
        "thanksPageOverride",
        "formActionOverride",
        "onDisplayOverride",
        "afterValidationOverride",
        "headerInjection",
        "submitLabelOverride",
    )

    @invariant
    def period(data):
        if data.ouverture and data.fermeture and data.ouverture > data.fermeture:
            raise Invalid(_("The démarche would close before it opens."))
