"""Files in the formats that drafts are imported from."""

import io

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

_LIST = """<w:abstractNum {ns} w:abstractNumId="77">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="(%1)"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/>
<w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%2."/></w:lvl>
</w:abstractNum>"""


def _saved(document):
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def to_docx(text):
    document = Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    return _saved(document)


def to_odt(text):
    from odfdo import Document as Odt
    from odfdo import Paragraph

    document = Odt("text")
    document.body.clear()
    for line in text.splitlines():
        document.body.append(Paragraph(line))
    return _saved(document)


def docx_with_lists():
    document = Document()
    numbering = document.part.numbering_part.element
    numbering.insert(0, parse_xml(_LIST.format(ns=nsdecls("w"))))
    numbering.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>')
    )
    document.add_paragraph("Pasal 1")
    for level, text in [(0, "Satu."), (0, "Dua:"), (1, "x;"), (1, "y.")]:
        paragraph = document.add_paragraph(text)
        properties = paragraph._p.get_or_add_pPr()
        properties.append(
            parse_xml(
                f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="77"/></w:numPr>'
            )
        )
    return _saved(document)
