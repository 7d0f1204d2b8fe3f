"""run.py, started for real in small checkouts whose packages come from a folder of tiny wheels."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import run

HERE = Path(run.__file__).parent
LOCKS = sorted((HERE / "requirements").glob("*.txt"))
posix = pytest.mark.skipif(os.name == "nt", reason="apt and signals are not of Windows")

APP = "import os, sys; print('app', os.getcwd(), *sys.argv[1:]); sys.exit(7 * ('fail' in sys.argv))"


PLAIN = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

VENV_WITH_PIP_COPIED = """
import os, shutil, sys
here = os.path.dirname(os.path.abspath(__file__))
sys.path = [path for path in sys.path if os.path.abspath(path) != here]
if __name__ == "__main__":
    import venv
    venv.main(["--without-pip", *sys.argv[1:]])
    shutil.copytree(os.path.join(here, "with"), sys.argv[-1], dirs_exist_ok=True)
"""
"""`python -m venv` as it is, save that pip is not unpacked and compiled anew, nine tenths of its time."""


def attend_to_ctrl_c() -> None:
    """A job started in the background ignores SIGINT, and so would its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Checkout:
    """A checkout with the real run.py, a program that says its arguments, and wheels of its own."""

    def __init__(self, root: Path, pip: Path | None = None) -> None:
        """`pip`: see `keep_pip`."""
        self.root = root
        self.kept_pip = pip
        (root / "app").mkdir(parents=True)
        (root / "app" / "__main__.py").write_text(APP, "utf-8")
        (root / "requirements").mkdir()
        (root / "wheels").mkdir()
        shutil.copy(HERE / "run.py", root)
        self.pins: list[str] = []
        self.pin("tiny", {"tiny.py": b"VERSION = 1\n"})

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> str:
        return str(self.venv / run.PYTHON.relative_to(run.VENV))

    def pin(self, name: str, files: dict[str, bytes]) -> None:
        """Makes a wheel of `files` and adds it to the runtime lock."""
        about = f"{name}-1.0.dist-info"
        content = {
            **files,
            f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
            f"{about}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = "".join(
            f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip('=')},"
            f"{len(data)}\n"
            for path, data in content.items()
        )
        wheel = self.root / "wheels" / f"{name}-1.0-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for path, data in {**content, f"{about}/RECORD": f"{record}{about}/RECORD,,\n".encode()}.items():
                archive.writestr(path, data)
        self.pins.append(f"{name}==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
        self.write_lock()

    def write_lock(self) -> None:
        (self.root / "requirements" / "runtime.txt").write_text("".join(self.pins), "utf-8")

    def keep_pip(self, folder: Path) -> None:
        """Have a venv that is made from now on take the pip of the present one, kept in `folder`."""
        pip = next(self.venv.rglob("pip/__main__.py")).parent
        shutil.copytree(pip, folder / "with" / pip.relative_to(self.venv))
        (folder / "venv.py").write_text(VENV_WITH_PIP_COPIED, "utf-8")
        self.kept_pip = folder

    def begin(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(self.root / "run.py"), *arguments],
            env={
                **PLAIN,
                "PIP_CONFIG_FILE": os.devnull,
                "PIP_NO_INDEX": "1",
                "PIP_FIND_LINKS": (self.root / "wheels").as_uri(),
                "PYTHONIOENCODING": "utf-8",
                **({"PYTHONPATH": str(self.kept_pip)} if self.kept_pip else {}),
                **variables,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            preexec_fn=attend_to_ctrl_c if os.name == "posix" else None,
        )

    def run(self, *arguments: str, **variables: str) -> tuple[int, str, str]:
        """Exit code, output and error output of one start."""
        with self.begin(*arguments, **variables) as started:
            output, errors = started.communicate(timeout=120)
        return started.returncode, output, errors

    def package_works(self) -> bool:
        wanted = [self.python, "-P", "-c", "import tiny, app"]
        return subprocess.run(wanted, env=PLAIN, check=False).returncode == 0


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout that two starts at the same moment have set up."""
    checkout = Checkout(tmp_path_factory.mktemp("ready") / "it's here")
    both = [checkout.begin("headoffice", name) for name in ("one", "two")]
    said = [started.communicate(timeout=240) for started in both]
    assert [started.returncode for started in both] == [0, 0], said
    assert [output.split()[-1] for output, _ in said] == ["one", "two"]
    assert "".join(errors for _, errors in said).count("Setting up") == 1
    checkout.keep_pip(tmp_path_factory.mktemp("pip"))
    return checkout


@pytest.fixture
def checkout(tmp_path: Path, ready: Checkout) -> Checkout:
    return Checkout(tmp_path / "Đầu Mối của tôi", ready.kept_pip)


def test_two_first_starts_at_once_make_one_whole_venv(ready: Checkout) -> None:
    assert ready.package_works()
    assert not (ready.venv / "unfinished").exists()


def test_a_later_start_goes_straight_to_the_program(ready: Checkout) -> None:
    code, output, errors = ready.run("headoffice", "--port", "1", PIP_FIND_LINKS="nowhere")
    assert (code, output.split()[-3:], errors) == (0, ["headoffice", "--port", "1"], "")


def test_simulate_has_the_tools_of_the_tests_and_plays_from_anywhere(ready: Checkout, tmp_path: Path) -> None:
    (ready.root / "requirements" / "dev.txt").write_text("# nothing more\n", "utf-8")
    played = ready.root / "tests" / "simulation"
    played.mkdir(parents=True)
    (played / "__main__.py").write_text("import sys; print('played', *sys.argv[1:]); sys.exit(1)", "utf-8")
    code, output, _ = ready.run("simulate", "--kill", "12")
    assert (code, output.split()) == (1, ["played", "--kill", "12"])
    assert (ready.venv / "dev.stamp").exists()


def test_the_exit_code_is_the_program_s(ready: Checkout) -> None:
    assert ready.run("headoffice", "fail")[0] == 7


def test_the_launcher_runs_this_checkout_from_a_folder_with_an_app_of_its_own(
    ready: Checkout, tmp_path: Path
) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__main__.py").write_text("print('the wrong one')", "utf-8")
    launcher = Path(ready.python).with_name("daumoi.cmd" if os.name == "nt" else "daumoi")
    said = subprocess.run(
        [launcher, "a b"], cwd=tmp_path, env=PLAIN, capture_output=True, encoding="utf-8", check=True
    )
    assert said.stdout == f"app {tmp_path} a b\n"


def spoil_stamp(checkout: Checkout) -> None:
    (checkout.venv / "venv.stamp").unlink()


def spoil_python(checkout: Checkout) -> None:
    Path(checkout.python).unlink()


def spoil_lock(checkout: Checkout) -> None:
    checkout.pins.append("# another lock\n")
    checkout.write_lock()


@pytest.mark.parametrize("spoil", [spoil_stamp, spoil_python, spoil_lock])
def test_a_venv_that_is_not_whole_is_made_anew(ready: Checkout, spoil: Callable[[Checkout], None]) -> None:
    torn = next(ready.venv.rglob("tiny.py"))
    torn.write_text("import half of it", "utf-8")
    spoil(ready)
    code, _, errors = ready.run("headoffice")
    assert code == 0
    assert "Setting up" in errors
    assert ready.package_works()


@posix
def test_a_set_up_that_was_broken_off_is_not_trusted(checkout: Checkout) -> None:
    for blow, code in ((signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)):
        with checkout.begin("headoffice") as started:
            assert started.stderr is not None
            while "Installing" not in started.stderr.readline():
                assert started.poll() is None
            started.send_signal(blow)
            _, errors = started.communicate(timeout=60)
        assert (started.returncode, errors) == (code, "")
    code, _, errors = checkout.run("headoffice")  # after the kill pip goes on alone, and is waited for
    assert code == 0
    assert "Setting up" in errors
    assert checkout.package_works()


def test_packages_that_cannot_be_fetched_or_trusted(checkout: Checkout, tmp_path: Path) -> None:
    code, output, errors = checkout.run("headoffice", PIP_FIND_LINKS=tmp_path.as_uri())
    assert (code, output) == (1, "")
    assert "could not be installed. Check the connection" in errors
    assert "Xin kiểm tra kết nối mạng" in errors
    assert "No matching distribution found for tiny==1.0" in errors
    assert "Traceback" not in errors

    pinned = checkout.pins[0]
    checkout.pins[0] = pinned[:-9] + "00000000\n"
    checkout.write_lock()
    code, _, errors = checkout.run("headoffice")
    assert code == 1
    assert "DO NOT MATCH THE HASHES" in errors
    assert "Setting up" not in errors  # nothing had been changed, so nothing was made anew

    checkout.pins[0] = pinned
    checkout.write_lock()
    assert checkout.run("headoffice")[0] == 0
    assert checkout.package_works()


@posix
@pytest.mark.skipif(sys.platform != "linux", reason="Qt asks for these libraries on Linux alone")
def test_missing_system_libraries(checkout: Checkout, tmp_path: Path) -> None:
    """A PySide6 that wants libEGL until a file is there, which an apt-get of our own puts there."""
    import markupsafe._speedups

    library = tmp_path / "libEGL.so.1"
    qt = f"import os\nif not os.path.exists({str(library)!r}):\n"
    qt += "    raise ImportError('libEGL.so.1: cannot open')\n"
    plugin = Path(markupsafe._speedups.__file__ or "").read_bytes()
    checkout.pin(
        "PySide6",
        {
            "PySide6/__init__.py": b"",
            **{f"PySide6/Qt{part}.py": qt.encode() for part in ("Gui", "PrintSupport", "Svg", "Widgets")},
            **{f"PySide6/Qt/plugins/platforms/libq{name}.so": plugin for name in ("offscreen", "xcb")},
        },
    )
    bare = tmp_path / "bin"
    bare.mkdir()

    code, output, errors = checkout.run("desktop", PATH=str(bare))
    assert (code, output) == (1, "")
    assert "missing: libEGL.so.1: cannot open. Install what corresponds to these packages" in errors
    assert "libxcb-cursor0" in errors
    assert "Xin cài các gói" in errors

    apt = bare / "apt-get"
    apt.write_text(f'#!/bin/sh\necho "$@" >> "{tmp_path}/apt.log"\n: > "{library}"\n', "utf-8")
    apt.chmod(0o755)
    code, output, errors = checkout.run("desktop", PATH=str(bare))
    assert "Setting up" not in errors  # the packages were whole: only the libraries were looked at again
    if os.geteuid() != 0:
        assert code == 1
        assert "sudo apt-get install -y --no-install-recommends libdbus-1-3 " in errors
        library.touch()
        code, output, errors = checkout.run("desktop", PATH=str(bare))
    else:
        assert "libxcb-cursor0" in (tmp_path / "apt.log").read_text("utf-8")
    assert (code, output.split()[-1]) == (0, "desktop")
    library.unlink()  # a third start asks neither Qt nor apt
    assert checkout.run("desktop", PATH=str(bare))[::2] == (0, "")


def test_without_a_command_it_explains_itself_and_makes_nothing(checkout: Checkout) -> None:
    code, output, _ = checkout.run()
    assert code == 0
    assert "python3 run.py demo" in output
    assert not checkout.venv.exists()


@pytest.mark.parametrize("version", [(3, 9), (3, 10), (3, 14)])
def test_an_unfit_python_is_named(version: tuple[int, int]) -> None:
    with pytest.raises(run.SetUpError, match=rf"3\.11, 3\.12 or 3\.13; this is 3\.{version[1]}\."):
        run.refuse_python(version)


def test_the_pythons_of_the_project_are_let_through() -> None:
    project = tomllib.loads((HERE / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["requires-python"] == ">=3.11,<3.14"
    for minor in (11, 12, 13):
        run.refuse_python((3, minor))


def test_fingerprints_tell_pythons_and_layers_apart() -> None:
    prints = [run.fingerprint(layer, (3, minor)) for layer in ("runtime", "dev") for minor in (11, 12)]
    assert len(set(prints)) == 4
    assert run.fingerprint("dev") == run.fingerprint("dev", sys.version_info[:2])


def pins(name: str) -> dict[str, Requirement]:
    text = (HERE / "requirements" / f"{name}.txt").read_text("utf-8").replace("\\\n", " ")
    found = [Requirement(line.split(" --hash")[0]) for line in text.splitlines()]
    return {canonicalize_name(pin.name): pin for pin in found}


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_a_lock_holds_exact_versions_and_hashes_and_nothing_else(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "://" not in text
    assert "#" not in text
    entry = re.compile(r"[\w.-]+==[\w.]+( ; [^#]+?)?\s+(--hash=sha256:[0-9a-f]{64}\s*)+")
    assert [line[:60] for line in text.replace("\\\n", " ").splitlines() if not entry.fullmatch(line)] == []


def test_everything_the_project_asks_for_is_pinned_as_it_asks() -> None:
    project = tomllib.loads((HERE / "pyproject.toml").read_text("utf-8"))
    wanted = {"runtime": project["project"]["dependencies"], **project["dependency-groups"]}
    assert {path.stem for path in LOCKS} == set(wanted)
    for name, requirements in wanted.items():
        pinned = {**pins("runtime"), **pins(name)}
        for requirement in map(Requirement, requirements):
            (exact,) = pinned[canonicalize_name(requirement.name)].specifier
            assert requirement.specifier.contains(exact.version), requirement


def test_qt_is_the_one_that_was_tried_on_windows() -> None:
    pinned = pins("runtime")
    assert {str(pinned[name].specifier) for name in ("pyside6-essentials", "shiboken6")} == {"==6.9.3"}
