"""Colours, type and measures: one `Theme` for light and one for dark, put on the application by `apply`.

Widgets never hold a colour of their own. They ask `theme()` while they paint, so that a change of theme shows
at once; measures go through `px()`, which follows the size of text the person chose.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QToolTip

from app.settings import resources

FAMILY = "Noto Sans"
MONO = "Noto Sans Mono"
POINTS = 10.0
"""Size of body text at 100 %."""
SCALES = (100, 125, 150, 175, 200)
"""Sizes of text to choose from, in percent."""


class Tone(Enum):
    """What a colour says. Never colour alone: each also has a sign (`app.ui.kit.pills.SIGNS`) or words."""

    PLAIN = "text"
    SOFT = "soft"
    GOOD = "good"
    ATTENTION = "attention"
    WRONG = "wrong"
    INFO = "accent"


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by what they are for, as "#RRGGBB"."""

    name: str
    dark: bool
    ground: str
    surface: str
    line: str
    text: str
    soft: str
    accent: str
    on_accent: str
    chosen: str
    good: str
    good_ground: str
    attention: str
    attention_ground: str
    wrong: str
    wrong_ground: str
    rail: str
    rail_chosen: str
    rail_mark: str
    hover: str
    rail_text: str = "#C9D6E0"
    rail_bright: str = "#FFFFFF"
    badge: str = "#2B5F85"
    alarm: str = "#B3261E"

    def ink(self, tone: Tone) -> QColor:
        """Colour of words and signs of that tone, readable on ground, surface and the tone's own ground."""
        return QColor(getattr(self, tone.value))

    def soft_ground(self, tone: Tone) -> QColor:
        """Ground of a pill or a notice of that tone."""
        grounds = {
            Tone.GOOD: self.good_ground,
            Tone.ATTENTION: self.attention_ground,
            Tone.WRONG: self.wrong_ground,
            Tone.INFO: self.chosen,
        }
        return QColor(grounds.get(tone, self.ground))


LIGHT = Theme(
    name="light",
    dark=False,
    ground="#F4F6F8",
    surface="#FFFFFF",
    line="#D9DFE5",
    text="#16202A",
    soft="#5B6875",
    accent="#0B5C8A",
    on_accent="#FFFFFF",
    chosen="#DCEBF5",
    good="#1B7F4B",
    good_ground="#EBF7F0",
    attention="#9A5B00",
    attention_ground="#FBF0DC",
    wrong="#B3261E",
    wrong_ground="#FBE6E4",
    rail="#0E2A3B",
    rail_chosen="#16435E",
    rail_mark="#5FB3E0",
    hover="#EEF3F7",
)
DARK = Theme(
    name="dark",
    dark=True,
    ground="#12181E",
    surface="#1A222A",
    line="#2E3A45",
    text="#E6EDF3",
    soft="#9AA8B5",
    accent="#5FB3E0",
    on_accent="#0B1A24",
    chosen="#20394A",
    good="#6FCF97",
    good_ground="#1B3627",
    attention="#E8B04B",
    attention_ground="#3A2E14",
    wrong="#F28B82",
    wrong_ground="#402220",
    rail="#0A1218",
    rail_chosen="#152C3B",
    rail_mark="#5FB3E0",
    hover="#222C35",
    rail_text="#B4C2CE",
)
THEMES = {each.name: each for each in (LIGHT, DARK)}


class _Look(QObject):
    """The look in force; `changed` tells the few widgets that must lay themselves out anew."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.theme = LIGHT
        self.scale = 100


look = _Look()


def theme() -> Theme:
    """The theme in force."""
    return look.theme


def px(length: float) -> int:
    """A length of the 100 % design in pixels at the size of text in force."""
    return round(length * look.scale / 100)


def font(points: float = POINTS, *, bold: bool = False, mono: bool = False) -> QFont:
    """The program's type at a size given for 100 %."""
    made = QFont(MONO if mono else FAMILY)
    made.setPointSizeF(points * look.scale / 100)
    made.setBold(bold)
    return made


def mixed(one: str, other: str, share: float) -> QColor:
    """`one` with `share` of `other` in it."""
    a, b = QColor(one), QColor(other)
    return QColor.fromRgbF(
        a.redF() + (b.redF() - a.redF()) * share,
        a.greenF() + (b.greenF() - a.greenF()) * share,
        a.blueF() + (b.blueF() - a.blueF()) * share,
    )


def palette(of: Theme) -> QPalette:
    """The theme as Qt knows it."""
    made = QPalette()
    role = QPalette.ColorRole
    colours = {
        role.Window: of.ground,
        role.WindowText: of.text,
        role.Base: of.surface,
        role.AlternateBase: of.ground,
        role.Text: of.text,
        role.Button: of.surface,
        role.ButtonText: of.text,
        role.BrightText: of.wrong,
        role.Highlight: of.accent,
        role.HighlightedText: of.on_accent,
        role.Accent: of.accent,
        role.Link: of.accent,
        role.LinkVisited: of.accent,
        role.PlaceholderText: of.soft,
        role.ToolTipBase: of.surface,
        role.ToolTipText: of.text,
        role.Light: of.surface,
        role.Midlight: of.hover,
        role.Mid: of.line,
        role.Dark: of.line,
        role.Shadow: of.line,
    }
    for each, colour in colours.items():
        made.setColor(each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        made.setColor(QPalette.ColorGroup.Disabled, each, QColor(of.soft))
    made.setColor(QPalette.ColorGroup.Disabled, role.Base, QColor(of.ground))
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(of.line))
    return made


@cache
def load_fonts() -> tuple[str, ...]:
    """Makes the program's own fonts known to Qt; gives their families."""
    found: list[str] = []
    for file in sorted((resources() / "fonts").glob("*.ttf")):
        found += QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(file)))
    return tuple(found)


def apply(app: QApplication, theme_name: str = "light", text_scale: int = 100) -> None:
    """Puts theme ("light", "dark") and size of text (100 to 200 %) on the application; again at any time."""
    from app.ui.kit.style import OurStyle

    if not 100 <= text_scale <= 200:
        raise ValueError(f"text scale {text_scale} is outside 100 to 200")
    look.theme, look.scale = THEMES[theme_name], text_scale
    load_fonts()
    if not isinstance(app.style(), OurStyle):
        app.setStyle(OurStyle())
        app.setWindowIcon(QIcon(str(resources() / "icons" / "daumoi.svg")))
    colours = palette(look.theme)
    app.setPalette(colours)
    QToolTip.setPalette(colours)
    app.setFont(font())
    # Qt tells widgets by itself only once the event loop runs.
    for each in app.allWidgets():
        for change in (QEvent.Type.ApplicationPaletteChange, QEvent.Type.ApplicationFontChange):
            QApplication.sendEvent(each, QEvent(change))
    look.changed.emit()
