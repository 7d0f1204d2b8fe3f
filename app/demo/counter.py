"""The counter of the played day: a walk-in complaint, its answer, the customer told."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.demo.returning import everything_sent
from app.demo.stage import StageError
from app.demo.world import World
from app.domain.deadlines import zone_named
from app.domain.fold import fold
from app.models import Request, RequestState
from app.queries.requests import RequestRow
from app.window.frame import DeskWindow
from app.words import tr


def complaint(day: World) -> None:
    """A customer comes to the counter; by keyboard alone."""
    from app.ui.kit.paper import PaperDialog
    from app.ui.requests.intake import IntakeDialog

    day.at(13, 35)
    stage = day.stage
    day.sign_in(day.counter, "yen")
    day.main(day.counter).open_section("requests")
    stage.settle()
    customer = day.customers[11]
    stage.key("F2")
    dialog = stage.dialog(IntakeDialog)
    stage.write(" ".join(fold(customer.name).split()[:3]))
    stage.until(lambda: dialog.form.customer.list().isVisible(), "customers found")
    stage.settle()
    stage.picture("complaint-search")
    stage.key("Ctrl+A")
    stage.write(customer.code)
    stage.key("Return")
    stage.until(lambda: dialog.form.customer.customer_id is not None, "the customer chosen")
    stage.settle()
    kind = day.desk(day.counter).rules.request_types_ever()["no_supply"].name(tr.language)
    stage.write(kind[:5])
    stage.key("Return", "Return")
    stage.write("Mất nước từ 5 giờ sáng, cả ngõ không có. Nhà có người già, mong sửa sớm.")
    stage.settle()
    stage.picture("complaint")
    stage.key("F9")
    paper = stage.dialog(PaperDialog)
    stage.picture("complaint-slip")
    day.keep(paper.path, "phieu-tiep-nhan.pdf")
    stage.close_dialogs()
    row = _newest_request(day, day.counter)
    day.request_code = row.code
    stage.picture("requests")
    assert row.due is not None
    due = row.due.astimezone(zone_named("Asia/Ho_Chi_Minh"))
    stage.count(f"{row.code}, {row.unit_code}, due {due:%H:%M}")


def _newest_request(day: World, window: DeskWindow) -> RequestRow:
    desk = day.desk(window)
    assert window.person is not None
    queries = desk.request_queries
    viewer = queries.viewer(window.person.id, window.person.roles)
    ids = queries.ids("all", viewer, day.clock.now(), sort="received", descending=True)
    return queries.rows(ids[:1])[ids[0]]


def connection_returns(day: World) -> None:
    """All desks agree by themselves; the unit answers, the clerk tells the customer; it closes."""
    from app.ui.kit.act_dialog import ActDialog
    from app.ui.requests.page import RequestsPage

    stage = day.stage
    day.at(15, 10)
    everything_sent(day)
    day.sign_in(day.repair, "son")
    _open_request(day, day.repair)
    stage.key("F8")
    stage.dialog(ActDialog)
    stage.write("Đã thay van khu vực ở đầu ngõ, nước có lại từ 15 giờ.")
    stage.picture("answer")
    stage.key("F8")
    stage.settle()
    day.all_agree()
    day.sign_in(day.counter, "yen")
    page = _open_request(day, day.counter)
    assert isinstance(page, RequestsPage)
    stage.picture("answered")
    stage.key("F9")
    stage.dialog(ActDialog)
    stage.picture("tell")
    before = _state(day, day.counter)
    stage.key("F9")
    stage.settle()
    day.all_agree()
    after = [_state(day, w) for w in day.stage.windows[1:]]
    stage.picture("closed")
    stage.count(f"{day.request_code} {before} by the unit, closed on all desks once the customer was told")
    if before != "answered" or set(after) != {"closed"}:
        raise StageError(f"the request went from {before} to {after}")


def _open_request(day: World, window: DeskWindow) -> object:
    day.stage.front(window)
    page = day.main(window).open_section("requests")
    day.stage.settle()
    day.main(window).show_record("requests", _request_id(day, window))
    day.stage.settle()
    return page


def _request_id(day: World, window: DeskWindow) -> UUID:
    with day.desk(window).database.read.connect() as read:
        return read.execute(select(Request.id).where(Request.code == day.request_code)).scalar_one()


def _state(day: World, window: DeskWindow) -> str:
    wanted = select(RequestState.state).where(RequestState.id == _request_id(day, window))
    with day.desk(window).database.read.connect() as read:
        return str(read.execute(wanted).scalar_one())
