"""Formatted texts become plain paragraphs on paper."""

from carouge.guichet.formulaire.papier import textes_de

import pytest


@pytest.mark.parametrize(
    "html, lines",
    [
        ("", ()),
        ("  \n ", ()),
        ("Bonjour", ("Bonjour",)),
        ("<p>Un</p><p>Deux <b>mots</b></p>", ("Un", "Deux mots")),
        ("<p>Un<br>deux<br/>trois</p>", ("Un", "deux", "trois")),
        ("<ul><li>Un</li><li>Deux</li></ul>fin", ("Un", "Deux", "fin")),
        ("<p>a &lt;b&gt; &amp; c</p>", ("a <b> & c",)),
        ("<p>un\n  deux</p>", ("un deux",)),
    ],
)
def test_paragraphs(html, lines):
    assert textes_de(html) == lines
