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


def table_docx(title: str, table: Table) -> bytes:
    """Return the table as a DOCX file on landscape pages; its first row is on every page."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.oxml import OxmlElement

    document = Document()
    page = document.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = page.page_height, page.page_width
    document.add_heading(title, 1)
    grid = document.add_table(rows=0, cols=len(table[0]), style="Table Grid")
    for row in table:
        for cell, text in zip(grid.add_row().cells, row, strict=True):
            cell.text = text
    grid.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()
