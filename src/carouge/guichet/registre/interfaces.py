"""The settings of the residents' register: what the webmaster fills in once."""

from carouge.guichet import _
from carouge.guichet.registre import checks
from plone.autoform import directives
from plone.supermodel import model
from z3c.form.browser.checkbox import CheckBoxFieldWidget
from zope import schema


PREFIX = "carouge.guichet.registre"

#: Name of the client that stands for no register.
NULL = "aucun"


class IRegistreSettings(model.Schema):
    """Which register is asked, how, and what a profile takes from it.

    Passwords are never here: they come from the environment (``docs/registre.md``).
    """

    client = schema.Choice(
        title=_("Connection"),
        description=_("How the guichet reaches the residents' register."),
        vocabulary="carouge.guichet.registre.clients",
        default=NULL,
    )
    nom = schema.TextLine(
        title=_("Name of the register"),
        description=_("As citizens read it beside what comes from the register."),
        default="Registre des habitants",
    )
    commune_ofs = schema.Int(
        title=_("Number of the commune"),
        description=_("From the Federal Statistical Office; Carouge (GE) is 6608."),
        default=6608,
        min=1,
        max=9999,
    )
    avs_autorise = schema.Bool(
        title=_("Look people up by their AVS number"),
        description=_(
            "Only when a law allows the commune to do so; else by name and birth date."
        ),
        default=False,
        required=False,
    )
    directives.widget("donnees", CheckBoxFieldWidget)
    donnees = schema.Set(
        title=_("What the register delivers"),
        description=_(
            "Only this is asked for and stored, and citizens cannot change it in their "
            "profile. What the register leaves empty stays theirs to fill in."
        ),
        value_type=schema.Choice(vocabulary="carouge.guichet.registre.donnees"),
        default={
            "given_names",
            "family_name",
            "birthdate",
            "street",
            "house_number",
            "address_line",
            "swiss_zip",
            "town",
            "household",
        },
        required=False,
    )

    model.fieldset(
        "http",
        label=_("Web service"),
        fields=["http_url", "http_methode", "http_corps", "http_correspondance"],
    )
    http_url = schema.TextLine(
        title=_("Address of the web service"),
        description=_(
            "Placeholders as {family_name} may stand in the path and after the ?, but "
            "never {avs}. What the service asks for as proof (header or certificate) "
            "comes from the environment."
        ),
        default="",
        required=False,
        constraint=checks.check_http_url,
    )
    http_methode = schema.Choice(
        title=_("Method"),
        description=_("POST keeps names out of the logs of servers on the way."),
        values=["POST", "GET"],
        default="POST",
    )
    http_corps = schema.Text(
        title=_("Document to send (POST)"),
        description=_("A JSON object with placeholders in its texts."),
        default="",
        required=False,
        constraint=checks.check_http_body,
    )
    http_correspondance = schema.Text(
        title=_("Table of the answer"),
        description=_("JSON: where each value is found in the answer."),
        default="",
        required=False,
        constraint=checks.check_http_table,
    )

    model.fieldset(
        "sql",
        label=_("Database"),
        fields=["sql_url", "sql_requete", "sql_foyer", "sql_correspondance"],
    )
    sql_url = schema.TextLine(
        title=_("Address of the database"),
        description=_(
            "For SQLAlchemy, without password, as postgresql://guichet@db/habitants. "
            "The user should be allowed to read only."
        ),
        default="",
        required=False,
        constraint=checks.check_sql_url,
    )
    sql_requete = schema.Text(
        title=_("Statement that finds a person"),
        description=_(
            "One SELECT with parameters as :family_name and :birthdate. It may return "
            "too many people, never too few: the guichet compares them itself."
        ),
        default="",
        required=False,
        constraint=checks.check_statement,
    )
    sql_foyer = schema.Text(
        title=_("Statement that finds a household"),
        description=_("One SELECT with the parameter :person_id; may be empty."),
        default="",
        required=False,
        constraint=checks.check_household_statement,
    )
    sql_correspondance = schema.Text(
        title=_("Table of the columns"),
        description=_("JSON; empty when the columns have the names of the guichet."),
        default="",
        required=False,
        constraint=checks.check_column_table,
    )

    model.fieldset(
        "csv",
        label=_("File"),
        fields=[
            "csv_chemin",
            "csv_separateur",
            "csv_encodage",
            "csv_jours",
            "csv_correspondance",
        ],
    )
    csv_chemin = schema.TextLine(
        title=_("Path of the CSV file"),
        default="",
        required=False,
        constraint=checks.check_path,
    )
    csv_separateur = schema.Choice(title=_("Separator"), values=[";", ","], default=";")
    csv_encodage = schema.Choice(
        title=_("Encoding"), values=["utf-8", "windows-1252"], default="utf-8"
    )
    csv_jours = schema.Int(
        title=_("Greatest age of the file, in days"),
        description=_("An older file confirms nothing any more. 0: no limit."),
        default=3,
        min=0,
    )
    csv_correspondance = schema.Text(
        title=_("Table of the columns"),
        description=_("JSON; empty when the columns have the names of the guichet."),
        default="",
        required=False,
        constraint=checks.check_column_table,
    )
