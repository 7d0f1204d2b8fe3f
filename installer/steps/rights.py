"""Somebody without administrator's rights, at a PC where the program is installed for all users. Under Wine
everybody is an administrator, so a setup for trials is told that he is none; the consent is given unasked."""

from __future__ import annotations

from installer.steps.updating import BEFORE, Publisher
from installer.trial import Trial, check, until, whole

FOR_ALL = r"C:\Program Files\DauMoi"
CLERK = ("/LANG=1066", "/ACCOUNT=User")


def no_rights(trial: Trial) -> None:
    """A clerk's setup where the program is installed for all: no second program beside it."""
    publisher = Publisher(trial)
    before, now = (publisher.setup(number) for number in (BEFORE, trial.version))
    trial.renew()
    program = trial.at(FOR_ALL) / "program"
    with trial.opened() as room:
        trial.setup(trial.bring(before), "/S", "/AllUsers")
        check(trial.listed("HKLM") == BEFORE, f"{BEFORE} is installed for all users")
        setup = trial.bring(now)
        code, _ = trial.setup(setup, "/S", *CLERK)
        as_it_was = trial.listed("HKLM") == BEFORE and not trial.program.exists()
        check(code == 2 and as_it_was, f"silent, by a clerk: refused with {code}: {trial.note()}")
        room.start("wine", f"Z:/work/verify/{setup.name}", *CLERK)
        trial.window()
        trial.still()
        trial.picture("clerk-1-an-administrator-is-needed")
        trial.press("Return")
        until(lambda: not trial.windows(), "the question stays")
        trial.window()
        trial.still()
        trial.picture("clerk-2-with-his-consent")
        trial.press("Return")
        until(lambda: trial.listed("HKLM") == trial.version, "the setup does not replace it", 180)
        trial.still()
        trial.picture("clerk-3-done")
        check(whole(program) and not trial.program.exists(), f"{trial.version} for all users, and no other")
        trial.press("Return")
        until(lambda: not trial.windows(), "the setup does not end")
        trial.window()
        trial.still()
        trial.picture("clerk-4-opened-for-the-clerk")
        trial.room.run("wineserver", "-k", check=False)
        trial.room.run("wineserver", "-w", check=False)
        room.start("wine", f"Z:/work/verify/{trial.bring(before).name}", "/S", "/UPDATE", *CLERK)
        # Looked for on the disk: a first command of Wine would wait for all that it starts.
        exe, wanted = program / "daumoi.exe", before.parent / "out" / "daumoi" / "daumoi.exe"
        until(
            lambda: exe.exists() and exe.read_bytes() == wanted.read_bytes(),
            "the program stays as it is",
            180,
        )
        trial.window()
        so = trial.listed("HKLM") == BEFORE and not trial.program.exists()
        check(so, "one that the program itself has started: for all users too")
        room.outcome("wine", rf"{FOR_ALL}\uninstall.exe", "/S", *CLERK, f"_?={FOR_ALL}", timeout=120)
        check(whole(program), f"a clerk does not remove it: {trial.note()}")
    trial.renew()
