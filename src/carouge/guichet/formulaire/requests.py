"""What a browser can send for a field, and what only a program would."""

from plone.namedfile.interfaces import INamedField
from zope.interface.interface import InterfaceClass
from zope.schema import getFieldsInOrder
from zope.schema.interfaces import IBool
from zope.schema.interfaces import IChoice
from zope.schema.interfaces import ICollection
from ZPublisher.HTTPRequest import FileUpload


PREFIX = "form.widgets."


def drop_odd_values(form: dict, schema: InterfaceClass) -> None:
    """Take away values of a kind the field's widget never sends.

    A file where a text is asked, a list or record where one value is, a text instead of
    a file: the question then counts as not answered, which the citizen is told.
    """
    for name, field in getFieldsInOrder(schema):
        key = f"{PREFIX}{name}"
        if key in form and not _is_plausible(field, form[key]):
            del form[key]


def _is_plausible(field, value) -> bool:
    if INamedField.providedBy(field):
        return isinstance(value, FileUpload)
    if (
        ICollection.providedBy(field)
        or IChoice.providedBy(field)
        or IBool.providedBy(field)
    ):
        values = value if isinstance(value, list) else [value]
        return all(isinstance(item, str) for item in values)
    return isinstance(value, str)
