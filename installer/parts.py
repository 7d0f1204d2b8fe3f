"""What of the packages goes into the program and what stays out. Names are those in the packaged folder."""

from __future__ import annotations

from fnmatch import fnmatchcase

SERVER = ("starlette", "uvicorn", "psycopg", "psycopg_binary", "click")
"""A desk's package serves nobody: what serves other PCs, and PostgreSQL's driver."""

OF_SERVER = ("app.headoffice.server", "app.models.postgres", "app.models.postgres_connections")
"""The program's own modules that are made of them."""

NOT_NEEDED = (
    *("tkinter", "unittest", "pydoc", "doctest", "pdb", "lib2to3", "ensurepip", "idlelib", "turtle"),
    *("setuptools", "pkg_resources", "pip", "fontTools", "PyInstaller", "pytest", "_pytest", "hypothesis"),
    *("numpy", "pandas", "matplotlib", "IPython", "trio", "rich", "pygments", "bs4", "html5lib", "cssselect"),
    *("PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtQuickWidgets", "PySide6.QtPdf", "PySide6.QtSql"),
    *("PySide6.QtWebEngineCore", "PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets", "PySide6.QtDesigner"),
    *("PySide6.QtHelp", "PySide6.QtUiTools", "PySide6.QtXml", "PySide6.QtDBus"),
    *("PIL.ImageTk", "PIL.ImageQt", "PIL._avif", "PIL.AvifImagePlugin", "PIL._imagingtk"),
    "lxml.objectify",
)
"""What some hook or some `try: import` would bring along."""

PLUGINS = (
    *("platforms/qwindows", "platforms/qoffscreen", "platforms/libqxcb", "platforms/libqoffscreen"),
    *(
        "imageformats/qjpeg",
        "imageformats/qsvg",
        "imageformats/qico",
        "imageformats/qtiff",
        "imageformats/qwebp",
    ),
    *("imageformats/libqjpeg", "imageformats/libqsvg", "imageformats/libqico"),
    *("imageformats/libqtiff", "imageformats/libqwebp"),
    *("iconengines/qsvgicon", "iconengines/libqsvgicon", "printsupport/libcups"),
    *("platforminputcontexts/libibus", "platforminputcontexts/libcompose", "xcbglintegrations/none"),
)
"""Qt's plugins that are used: screens, pictures of scans, icons, printing, and typing Vietnamese on Linux."""

DROPPED = (
    *(
        "*PySide6/*translations/*",
        "*/qml/*",
        "*opengl32sw.dll",
        "*d3dcompiler_*.dll",
        "*/libEGL.dll",
        "*/libGLESv2.dll",
    ),
    *("*Qt6Qml*", "*Qt6Quick*", "*Qt6Pdf*", "*Qt6VirtualKeyboard*", "*Qt6OpenGL*", "*Qt6WebEngine*"),
    *("*Qt6Wayland*", "*Qt6EglFS*", "*PySide6/*.pyi", "*.dist-info/RECORD", "*/py.typed"),
    *("reportlab/fonts/*", "docx/templates/default-*", "*sqlalchemy/cyextension/*.pyx"),
    *("libpq*", "*psycopg*", "*/libgtk-3*", "libgtk-3*"),
)
"""Files that no part of the program opens. Qt's own words are in resources/translations."""

ZONES = ("Asia/*", "Etc/*", "UTC", "GMT", "tzdata.zi", "zone.tab", "zone1970.tab", "iso3166.tab")


def ours(module: str) -> bool:
    """Whether a module of the program goes along."""
    return module not in OF_SERVER


def left_out() -> list[str]:
    """Every module that must not be in the package."""
    return [*SERVER, *OF_SERVER, *NOT_NEEDED]


def kept(place: str) -> bool:
    """Whether a file goes along; `place` is its path in the packaged folder."""
    place = place.replace("\\", "/")
    if "/plugins/" in place and "PySide6" in place:
        return any(f"/plugins/{each}" in place for each in PLUGINS)
    if place.startswith("tzdata/zoneinfo/"):
        return any(fnmatchcase(place.removeprefix("tzdata/zoneinfo/"), each) for each in ZONES) or (
            place.endswith(".py")
        )
    return not any(fnmatchcase(place, each) for each in DROPPED)
