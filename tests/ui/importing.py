"""What befalls an import in its dialog."""

from __future__ import annotations

import threading

from app.sync.writer import JournalWriter
from app.ui.imports.wizard import ImportDialog


def stopped_after_first(writer: JournalWriter, dialog: ImportDialog) -> threading.Event:
    """Has an import stopped when its first entry is in the journal: the next step hears of it. The journal
    waits there for what is returned to be set, once the dialog has its job in hand."""
    begun, heard = threading.Event(), list[int]()

    def stop(_changes: object) -> None:
        heard.append(1)
        if len(heard) == 1:
            assert begun.wait(20)
            assert dialog._job is not None
            dialog._job.cancel()

    writer.listen(stop)
    return begun
