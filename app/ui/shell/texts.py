"""The language of the screen, Qt's own words included: Qt brings no Vietnamese."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from app.words import catalogue, tr

LOCALES = {"vi": "vi_VN", "en": "en_GB", "zh": "zh_CN"}


class QtWords(QTranslator):
    """Looks Qt's own texts up in our catalogue (resources/translations/<language>/qt.json)."""

    def __init__(self, language: str, parent: QApplication) -> None:
        super().__init__(parent)
        self.setObjectName("qt-words")
        self._words = catalogue(language)

    def isEmpty(self) -> bool:  # noqa: N802
        return not self._words

    def translate(
        self,
        context: str,
        sourceText: str,  # noqa: N803
        disambiguation: str | None = None,
        n: int = -1,
    ) -> str:
        # None is Qt's "not known here": an empty string would be shown as it is.
        return self._words.get(sourceText)  # type: ignore[return-value]


def use_language(app: QApplication, language: str) -> None:
    """Puts the screen into that language: our words, Qt's words, numbers and dates.

    Open windows receive Qt's LanguageChange; `MainWindow` then makes its pages anew.
    """
    tr.use(language)
    QLocale.setDefault(QLocale(LOCALES[language]))
    for old in app.findChildren(QtWords):
        app.removeTranslator(old)
        old.setParent(None)
    app.installTranslator(QtWords(language, app))
