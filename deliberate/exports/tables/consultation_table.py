"""The table of a consultation: every contribution to a draft text with what was answered."""

import csv
import io
from collections.abc import Sequence

from deliberate.exports.csv_writer import csv_cell

Table = Sequence[Sequence[str]]
"""Rows of cells; the first row has the headings."""


def table_csv(table: Table) -> str:
    """Return the table as CSV, without cells that a spreadsheet would run as formulas."""
    text = io.StringIO()
    csv.writer(text).writerows([csv_cell(cell) for cell in row] for row in table)
    return text.getvalue()


def table_docx(title: str, lines: Sequence[str], table: Table, language: str) -> bytes:
    """Return a title, lines and the table as a DOCX file on landscape pages.

    The first row of the table is repeated on every page.
    """
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.oxml import OxmlElement

    document = Document()
    document.core_properties.title = title
    document.core_properties.language = language
    page = document.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = page.page_height, page.page_width
    document.add_heading(title, 1)
    for line in lines:
        document.add_paragraph(line)
    grid = document.add_table(rows=len(table), cols=len(table[0]), style="Table Grid")
    # One pass over the cells: asking each row for its cells is quadratic in their number.
    for cell, text in zip(grid._cells, (text for row in table for text in row), strict=True):
        cell.text = text
    grid.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()
