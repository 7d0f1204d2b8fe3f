import threading

from PySide6.QtCore import QObject

from app.domain.errors import AppError, Cancelled
from app.ui.kit.jobs import Job, JobRunner, Lane, Latest

PATIENCE = 5
"""Seconds a thread waits for its gate before the test fails by itself."""


def test_result_comes_on_the_ui_thread_after_settled(qtbot, jobs, settle):
    owner, seen = QObject(), []
    jobs.run(
        owner,
        lambda _job: threading.get_ident(),
        done=lambda worker: seen.append((worker, threading.get_ident())),
        settled=lambda: seen.append("settled"),
    )
    settle()
    assert seen[0] == "settled"
    worker, ui = seen[1]
    assert worker != ui == threading.get_ident()


def test_database_jobs_run_one_after_the_other(jobs, settle):
    owner, running, most = QObject(), [], []

    def work(_job: Job) -> None:
        running.append(1)
        most.append(len(running))
        running.pop()

    for _ in range(40):
        jobs.run(owner, work, done=lambda _: None)
    settle()
    assert most == [1] * 40


def test_io_does_not_wait_for_the_database(qtbot, jobs, settle):
    owner, gate, seen = QObject(), threading.Event(), []
    jobs.run(owner, lambda _job: gate.wait(PATIENCE), done=seen.append)
    jobs.run(owner, lambda _job: "sent", done=seen.append, lane=Lane.IO)
    qtbot.waitUntil(lambda: seen == ["sent"])
    gate.set()
    settle()
    assert seen == ["sent", True]


def test_progress_and_cancel(qtbot, jobs, settle):
    owner, seen, failures, go = QObject(), [], [], threading.Event()

    def work(job: Job) -> str:
        job.step(1, 2)
        assert go.wait(PATIENCE)
        job.step(2, 2)
        return "never"

    job = jobs.run(
        owner,
        work,
        done=lambda _: seen.append("done"),
        failed=failures.append,
        progress=lambda done, total: seen.append((done, total)),
    )
    qtbot.waitUntil(lambda: seen == [(1, 2)])
    job.cancel()
    go.set()
    settle()
    assert seen == [(1, 2)]
    assert [type(each) for each in failures] == [Cancelled]


def test_progress_is_told_at_most_ten_times_a_second_but_the_end_always(jobs, settle):
    told = []
    job = Job(lambda done, total: told.append(done))
    for i in range(1, 10_001):
        job.step(i, 10_000)
    assert told[-1] == 10_000
    assert len(told) < 100


def test_a_job_cancelled_while_it_waits_never_begins(jobs, settle):
    owner, gate, began, settled = QObject(), threading.Event(), [], []
    jobs.run(owner, lambda _job: gate.wait(PATIENCE), done=lambda _: None)
    waiting = jobs.run(owner, began.append, done=began.append, settled=lambda: settled.append(1))
    waiting.cancel()
    gate.set()
    settle()
    assert (began, settled) == ([], [1])


def test_a_dead_owner_gets_no_callback(qtbot, jobs, settle):
    owner, gate, seen = QObject(), threading.Event(), []
    jobs.run(
        owner,
        lambda _job: gate.wait(PATIENCE),
        done=seen.append,
        settled=lambda: seen.append("settled"),
        progress=lambda *_: seen.append("progress"),
    )
    with qtbot.waitSignal(owner.destroyed):
        owner.deleteLater()
    gate.set()
    settle()
    assert seen == []


def test_an_owner_closed_by_settled_is_not_told_the_result(jobs, settle):
    owner, seen = QObject(), []
    child = QObject(owner)

    def close() -> None:
        owner.deleteLater()
        import shiboken6

        shiboken6.delete(child)

    jobs.run(child, lambda _job: 1, done=seen.append, settled=close)
    settle()
    assert seen == []


def test_expected_failures_go_to_failed(jobs, settle):
    def work(_job: Job) -> None:
        raise AppError("cash.closed")

    owner, failures = QObject(), []
    jobs.run(owner, work, done=failures.append, failed=failures.append)
    settle()
    assert [each.code for each in failures] == ["cash.closed"]


def test_a_crash_is_reported_and_settles(qtbot, jobs, caplog):
    owner, settled = QObject(), []
    with qtbot.waitSignal(jobs.crashed) as got:
        jobs.run(owner, lambda _job: 1 // 0, done=settled.append, settled=lambda: settled.append("settled"))
    assert isinstance(got.args[0], ZeroDivisionError)
    assert settled == ["settled"]
    assert "job crashed" in caplog.text


def test_a_failure_nobody_takes_is_a_crash(qtbot, jobs, caplog):
    def work(_job: Job) -> None:
        raise AppError("disk.full")

    with qtbot.waitSignal(jobs.crashed) as got:
        jobs.run(QObject(jobs), work, done=lambda _: None)
    assert got.args[0].code == "disk.full"


def test_latest_hears_only_the_newest(qtbot, jobs, settle):
    owner, gate, seen, settled = QObject(), threading.Event(), [], []
    latest = Latest(jobs, owner)
    latest.run(lambda _job: gate.wait(PATIENCE), done=seen.append, settled=lambda: settled.append("old"))
    latest.run(lambda _job: "middle", done=seen.append, failed=seen.append)
    latest.run(lambda _job: "new", done=seen.append, settled=lambda: settled.append("new"))
    gate.set()
    settle()
    assert (seen, settled) == (["new"], ["new"])


def test_shutdown_cancels_and_calls_nobody_back(qtbot):
    runner, owner, seen, began = JobRunner(), QObject(), [], threading.Event()

    def work(job: Job) -> None:
        began.set()
        while not job.cancelled:
            began.wait(0.001)
        job.step(1, 1)

    runner.run(owner, work, done=seen.append, failed=seen.append)
    runner.run(owner, seen.append, done=seen.append)
    assert began.wait(PATIENCE)
    runner.shutdown()
    qtbot.waitUntil(lambda: runner.busy == 0)
    assert seen == []


def test_after_shutdown_nothing_is_begun(qtbot):
    runner, seen = JobRunner(), []
    runner.shutdown()
    job = runner.run(
        runner, seen.append, done=seen.append, failed=seen.append, settled=lambda: seen.append(0)
    )
    assert job.cancelled
    assert runner.busy == 0
    qtbot.wait(1)
    assert seen == []
