"""Files that people download: research releases, tables and reports, with their columns."""
