"""The report of a study as DOCX: headings, tables and figures that office programs can edit."""

import io
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from deliberate.exports.studies.drawing import to_png
from deliberate.exports.studies.figures import Figure
from deliberate.exports.studies.report_blocks import (
    Block,
    Heading,
    Paragraph,
    ReportText,
    Table,
)

if TYPE_CHECKING:
    from docx.document import Document

MIMETYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FIGURE_CM = 16
UNKNOWN = "x-none"
"""The language mark of a text whose language is not stored: no program checks its spelling."""


def can_write_docx() -> bool:
    """Return whether the packages of the extra are installed."""
    return find_spec("docx") is not None


def report_docx(text: ReportText) -> bytes:
    """Return a report as DOCX, with alternative texts, repeated table headers and languages."""
    import docx  # an extra, and pages do not need it

    document = docx.Document()
    _set_properties(document, text)
    document.add_heading(text.title, 0)
    document.add_paragraph(text.subtitle, style="Subtitle")
    for block in text.blocks:
        _add_block(document, block, text.language)
    output = io.BytesIO()
    document.save(output)
    return output.getvalue()


def _set_properties(document: "Document", text: ReportText) -> None:
    from docx.shared import Cm

    properties = document.core_properties
    properties.title = f"{text.title}: {text.subtitle}"
    properties.author, properties.comments, properties.language = "", "", text.language
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    mark = _language_mark(text.language)
    document.styles["Normal"].element.get_or_add_rPr().append(mark)


def _language_mark(language: str) -> Any:
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    mark = OxmlElement("w:lang")
    mark.set(qn("w:val"), language)
    return mark


def _add_block(document: "Document", block: Block, language: str) -> None:
    if isinstance(block, Heading):
        document.add_heading(block.text, block.level)
    elif isinstance(block, Paragraph):
        run = document.add_paragraph().add_run(block.text)
        if block.language != language:
            run.element.get_or_add_rPr().append(_language_mark(block.language or UNKNOWN))
    elif isinstance(block, Table):
        _add_table(document, block)
    else:
        _add_figure(document, block)


def _add_table(document: "Document", table: Table) -> None:
    label = _("Table %(n)s", n=table.number)
    caption = document.add_paragraph(f"{label}. {table.caption}", style="Caption")
    caption.paragraph_format.keep_with_next = True
    grid = document.add_table(rows=1, cols=len(table.header), style="Table Grid")
    for cell, text in zip(grid.rows[0].cells, table.header, strict=True):
        cell.paragraphs[0].add_run(text).bold = True
    _repeat_header(grid.rows[0])
    for row in table.rows:
        for cell, text in zip(grid.add_row().cells, row, strict=True):
            cell.text = text
    document.add_paragraph(_("Source: %(source)s.", source=table.source))


def _repeat_header(row: Any) -> None:
    """Mark a row as header: repeated on each page, and read as such by screen readers."""
    from docx.oxml.parser import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _add_figure(document: "Document", figure: Figure) -> None:
    from docx.shared import Cm

    picture = document.add_picture(io.BytesIO(to_png(figure.draw())), width=Cm(FIGURE_CM))
    described = picture._inline.docPr
    described.set("descr", figure.description)
    described.set("title", figure.caption)
    document.add_paragraph(figure.full_caption, style="Caption")
