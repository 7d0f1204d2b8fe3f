"""Taking in a workbook: file, columns, what it would do, progress, what it did."""
