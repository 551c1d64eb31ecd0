"""What stands in a question before anybody has answered it."""

from carouge.guichet.demarche.interfaces import IDemarche
from carouge.guichet.interfaces import IGuichetLayer
from collective.easyform.fields import FieldExtenderDefault
from collective.easyform.fields import GroupFieldExtenderDefault
from collective.easyform.interfaces import IEasyFormForm
from z3c.form.interfaces import IGroup
from z3c.form.interfaces import IValue
from zope.component import adapter
from zope.interface import implementer
from zope.interface import Interface
from zope.schema.interfaces import IField


@implementer(IValue)
@adapter(IDemarche, IGuichetLayer, IEasyFormForm, IField, Interface)
class KnownAnswer:
    """What the compte knows, else what the editor has set."""

    stock = FieldExtenderDefault

    def __init__(self, context, request, view, field, widget) -> None:
        self.parts = (context, request, view, field, widget)
        self.form = view
        self.field = field

    def get(self):
        known = self.form.reprise.propositions.get(self.field.__name__)
        return self.stock(*self.parts).get() if known is None else known.value


@adapter(IDemarche, IGuichetLayer, IGroup, IField, Interface)
class GroupKnownAnswer(KnownAnswer):
    """The same for a question in a step of the form."""

    stock = GroupFieldExtenderDefault

    def __init__(self, context, request, view, field, widget) -> None:
        super().__init__(context, request, view, field, widget)
        self.form = view.parentForm
