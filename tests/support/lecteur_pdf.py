"""What a reader of a PDF gets out of it: words, structure, what makes it accessible."""

from io import BytesIO
from pypdf import PdfReader


class Document:
    """A PDF that was made."""

    def __init__(self, data: bytes) -> None:
        self.reader = PdfReader(BytesIO(data))
        self.root = self.reader.trailer["/Root"]

    @property
    def title(self) -> str:
        return self.reader.metadata.title

    @property
    def language(self) -> str:
        return self.root["/Lang"]

    @property
    def text(self) -> str:
        """All words, white space normalised."""
        return " ".join(
            " ".join(page.extract_text() for page in self.reader.pages).split()
        )

    @property
    def tags(self) -> list[str]:
        """The structure elements in the order of reading, without ``/Document``."""
        return [element["/S"].lstrip("/") for element in self._elements()][1:]

    def alternatives(self) -> list[str]:
        """The texts that stand for pictures."""
        return [
            element["/Alt"]
            for element in self._elements()
            if element["/S"] == "/Figure"
        ]

    def _elements(self, node=None):
        node = node or self.root["/StructTreeRoot"]
        if "/S" in node:
            yield node
        kids = node.get("/K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            kid = kid.get_object()
            if hasattr(kid, "get") and "/S" in kid:
                yield from self._elements(kid)

    def fonts(self) -> dict[str, bool]:
        """The fonts by name, and whether the document holds them."""
        found = {}
        for page in self.reader.pages:
            for reference in page["/Resources"]["/Font"].values():
                font = reference.get_object()
                font = font.get("/DescendantFonts", [font])[0].get_object()
                name = font["/BaseFont"].split("+")[-1].lstrip("/")
                descriptor = font["/FontDescriptor"].get_object()
                found[name] = any(f"/FontFile{n}" in descriptor for n in ("", 2, 3))
        return found

    def check_accessible(self) -> None:
        """What PDF/UA-1 (ISO 14289-1) asks of every document, as far as one can read it.

        It is no validator: veraPDF is not among Debian's packages.
        """
        assert self.root["/MarkInfo"]["/Marked"]
        assert self.root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert b'pdfuaid:part="1"' in self.root["/Metadata"].get_object().get_data()
        assert self.title
        assert self.language
        assert self.tags
        assert all(alternative for alternative in self.alternatives())
        fonts = self.fonts()
        assert fonts
        assert all(fonts.values()), fonts
        assert all(name.startswith("Liberation") for name in fonts), fonts
