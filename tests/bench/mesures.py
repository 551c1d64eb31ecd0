"""Forms that bare easyform and the counter can both show, for fair comparison."""

from lxml import etree

import json


SCHEMA = "http://namespaces.plone.org/supermodel/schema"
FORM = "http://namespaces.plone.org/supermodel/form"
GUICHET = "http://carouge.guichet/formulaire"

#: Kinds of fields in turn, as a form of a commune mixes them.
KINDS = (
    "zope.schema.TextLine",
    "zope.schema.TextLine",
    "zope.schema.Choice",
    "zope.schema.Date",
    "zope.schema.Text",
)
CHOICES = ("maison", "appartement", "autre")


def fifteen() -> str:
    """One step with 15 questions; the first asks for an e-mail address."""
    schema = _schema()
    step = _step(schema, "etape1", "Votre demande")
    _field(step, "courriel", "plone.schema.email.Email")
    for number in range(1, 15):
        _field(step, f"champ{number}", KINDS[number % len(KINDS)])
    return _text(schema)


def large() -> str:
    """120 questions in 8 steps, 40 conditions, 10 repeatable groups.

    The first step has 15 questions as well.
    """
    schema = _schema()
    groups = {}
    conditions = 0
    for step in range(8):
        fieldset = _step(schema, f"etape{step + 1}", f"Étape {step + 1}")
        for number in range(15):
            name = "courriel" if step == number == 0 else f"e{step}c{number}"
            kind = (
                "plone.schema.email.Email"
                if name == "courriel"
                else KINDS[number % len(KINDS)]
            )
            field = _field(fieldset, name, kind)
            if step in range(1, 6) and number in (3, 4, 5, 6):
                group = f"groupe{step * 2 + number // 5}"
                groups[group] = {"titre": group, "ajouter": "", "min": 1, "max": 3}
                field.set(f"{{{GUICHET}}}groupe", group)
            if step and number in (8, 9, 10, 11, 12, 13) and conditions < 40:
                conditions += 1
                field.set(
                    f"{{{GUICHET}}}si",
                    json.dumps(
                        {
                            "si": "toutes",
                            "regles": [
                                {
                                    "champ": f"e{step - 1}c2",
                                    "op": "est",
                                    "valeur": CHOICES[0],
                                }
                            ],
                        }
                    ),
                )
    schema.set(f"{{{GUICHET}}}procedure", json.dumps({"groupes": groups}))
    assert (conditions, len(groups)) == (40, 10), (conditions, len(groups))
    return _text(schema)


def three_steps() -> str:
    """Three steps of five questions, one of which asks for another."""
    schema = _schema()
    for step in range(3):
        fieldset = _step(schema, f"etape{step + 1}", f"Étape {step + 1}")
        for number in range(5):
            name = "courriel" if step == number == 0 else f"e{step}c{number}"
            email = name == "courriel"
            kind = "plone.schema.email.Email" if email else KINDS[number]
            field = _field(fieldset, name, kind)
            if step == 1 and number == 4:
                rule = {"champ": "e1c2", "op": "est", "valeur": CHOICES[0]}
                condition = {"si": "toutes", "regles": [rule]}
                field.set(f"{{{GUICHET}}}si", json.dumps(condition))
    return _text(schema)


def answers(number: int) -> dict[str, str]:
    """What is typed into :func:`fifteen`; another text for another number."""
    values = {"courriel": "aline.rochat@example.org"}
    for index in range(1, 15):
        kind = KINDS[index % len(KINDS)]
        values[f"champ{index}"] = {
            "zope.schema.Choice": "maison",
            "zope.schema.Date": "2026-11-20",
        }.get(kind, f"Réponse {index} du visiteur {number}")
    return values


def _schema():
    model = etree.Element(
        f"{{{SCHEMA}}}model", nsmap={None: SCHEMA, "form": FORM, "guichet": GUICHET}
    )
    return etree.SubElement(model, f"{{{SCHEMA}}}schema")


def _step(schema, name: str, label: str):
    return etree.SubElement(schema, f"{{{SCHEMA}}}fieldset", name=name, label=label)


def _field(step, name: str, kind: str):
    field = etree.SubElement(step, f"{{{SCHEMA}}}field", name=name, type=kind)
    for tag, text in (("title", f"Question {name}"), ("required", "False")):
        etree.SubElement(field, f"{{{SCHEMA}}}{tag}").text = text
    if kind == "zope.schema.Choice":
        values = etree.SubElement(field, f"{{{SCHEMA}}}values")
        for choice in CHOICES:
            etree.SubElement(values, f"{{{SCHEMA}}}element").text = choice
        etree.SubElement(
            field,
            f"{{{FORM}}}widget",
            type="z3c.form.browser.radio.RadioFieldWidget",
        )
    return field


def _text(schema) -> str:
    return etree.tostring(schema.getparent(), encoding="unicode", pretty_print=True)
