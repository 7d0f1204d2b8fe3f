"""The window around the pages: `MainWindow`, `Section`, the search, the status bar, the language."""
