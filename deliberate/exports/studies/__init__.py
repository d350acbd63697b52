"""The report of a study as files: figures as SVG and PNG, documents as DOCX."""
