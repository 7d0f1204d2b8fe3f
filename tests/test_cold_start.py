"""What a program loads before its first window, and what the installed desktop never loads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from app.domain.clock import SystemClock
from app.home.first_start import found_here
from tests.programs import environment

SERVER = {"starlette", "uvicorn", "psycopg", "psycopg_binary"}
"""Parts of a head office that serves others; the installed desktop is built without them."""

WINDOW = """
import json, sys
from pathlib import Path

class Without:
    def find_spec(self, name, *rest):
        if name.partition(".")[0] in {server!r}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Without())

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app.domain.clock import SystemClock
from app.window.program import run

loaded = []

def seen(window):
    QTimer.singleShot(0, end)

def signed_out(window):
    loaded.append(sorted({{name.partition(".")[0] for name in sys.modules}} & {heavy!r}))
    loaded.append(sorted(name for name in sys.modules if name.startswith("app.services.")))
    desk = window.desktop
    window.open_for(desk.sign_in.sign_in("quan", "mat-khau-thu"))
    seen(window)

def end():
    QApplication.processEvents()
    QApplication.exit()

run(Path(sys.argv[1]), SystemClock(), seen)
run(Path(sys.argv[2]), SystemClock(), signed_out)
import app.demo.main, app.demo.day
print(json.dumps([*loaded, sorted(name.partition(".")[0] for name in sys.modules)]))
"""


def test_the_desktop_does_without_the_parts_of_a_server(tmp_path: Path) -> None:
    """First start, sign-in and the first page, with a head office in the same home; then the demo."""
    home = tmp_path / "home"
    answers = {
        "utility": "Cấp nước Một Mình", "kind": "water", "currency": "VND", "zone": "Asia/Ho_Chi_Minh",
        "language": "vi", "tariff_set": "tra_vinh_water", "office": "Chi nhánh", "address": "1 Lý Thái Tổ",
        "phone": "0222 3821 000", "desk": "BN01", "admin_login": "quan", "admin_name": "Lê Hoàng Quân",
        "admin_password": "mat-khau-thu",
    }  # fmt: skip
    found_here(home, SystemClock(), answers)
    heavy = {"reportlab", "openpyxl", "docx", "PIL", "pypdfium2", "zxingcpp", "httpx2"}
    script = WINDOW.format(server=SERVER, heavy=heavy)
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "new"), str(home)],
        capture_output=True,
        text=True,
        env=environment(QT_QPA_PLATFORM="offscreen"),
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    before_sign_in, services, ever = json.loads(done.stdout)
    assert before_sign_in == []
    assert services == ["app.services.signin", "app.services.writer"]
    assert SERVER.isdisjoint(ever)
