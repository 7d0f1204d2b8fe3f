"""The single focal point in the played day: a written complaint from its letter to the customer's opinion; a
burst pipe with its crew and all who call about it; a new supply from missing papers to the first index; a
denunciation that only the leader sees."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QWidget
from shiboken6 import isValid
from sqlalchemy import select

from app.demo.stage import StageError
from app.demo.world import World
from app.models import Request, RequestState, WorkOrder, WorkOrderState
from app.ui.kit.act_dialog import ActDialog
from app.ui.kit.forms import Form, put_value
from app.ui.kit.paper import PaperDialog
from app.ui.requests.inspector import RequestInspector
from app.ui.requests.intake import IntakeDialog
from app.window.frame import DeskWindow


def written_complaint(day: World) -> None:
    """A letter that had waited: question to a unit, waiting for the customer, answer, told, the opinion."""
    stage = day.stage
    day.at(8, 40)
    day.sign_in(day.counter, "yen")
    customer = day.customers[3]
    request = _receive(
        day,
        "letter-complaint",
        type_code="complaint",
        channel="letter",
        right_code="billing",
        words="Hóa đơn tháng 10 tăng gấp ba dù nhà chỉ có hai người. Tôi đã gọi hai lần chưa ai trả lời.",
        contact_name=customer.name,
        phone=customer.phone or "0912 000 111",
        address=customer.address,
    )
    code = _code(day, request)
    _act(day, "ask", "complaint-question", unit_code="METERS", words="Kiểm tra lại chỉ số tháng 10 giúp.")
    day.at(9, 5)
    _act(day, "reply", "complaint-reply", words="Chỉ số 214 đúng ảnh chụp, đồng hồ chạy bình thường.")
    _act(day, "hold", "complaint-hold", reason="access", words="Hẹn khách hàng 10 giờ đến kiểm tra.")
    stage.picture("complaint-waits")
    day.at(10, 10)
    _act(day, "resume", "", words="Đã gặp khách hàng, thấy vòi bồn nước rò.")
    _act(
        day,
        "answer",
        "complaint-answer",
        text="Chỉ số đúng; nước rò ở vòi bồn sau đồng hồ. Đã hướng dẫn khách hàng thay vòi.",
        outcome="explained",
        cause="inside",
    )
    _act(day, "tell", "complaint-tell", how="phone", score="4")
    stage.picture("complaint-closed")
    _require(day, request, "closed")
    stage.count(f"{code} from its letter to the customer's opinion")


def burst_pipe(day: World) -> None:
    """Many call: an incident, a crew with its clock, one answer, each told."""
    from app.ui.field.issuing import IssueDialog
    from app.ui.field.page import FieldPage
    from app.ui.incidents.page import IncidentsPage

    stage = day.stage
    day.at(10, 20)
    first, *others = day.customers[20:23]
    street = first.address.split(",")[0]
    asked = [_call(day, first.name, first.address, "Nước phun lên giữa đường.", "leak")]
    incidents = _page(day, "incidents", IncidentsPage)
    stage.key("F2")
    dialog = stage.dialog(ActDialog)
    _fill(dialog.form, title="Vỡ ống D110", area=street, line="D110")
    stage.picture("incident-new")
    stage.key("F9")
    _gone(day, dialog)
    (incident,) = day.desk(day.counter).incident_queries.ids(running=True)[:1]
    for each in others:
        asked.append(_call(day, each.name, first.address, "Mất nước cả ngõ.", "no_supply", incident))
    yen = day.counter.person
    assert yen is not None
    day.desk(day.counter).incidents.put_under(yen, incident, asked[:1])
    incidents.reload()
    stage.picture("incident")
    day.all_agree()

    day.sign_in(day.repair, "son")
    _show(day, asked[0], day.repair)
    stage.key("F5")
    issue = stage.dialog(IssueDialog)
    _fill(issue.form, words="Đào, thay đoạn ống D110 bị vỡ")
    stage.picture("work-order-new")
    stage.key("F5")
    paper = stage.dialog(PaperDialog)
    stage.picture("work-order-paper")
    day.keep(paper.path, "phieu-cong-tac.pdf")
    stage.close_dialogs()
    field = day.main(day.repair).open_section("field")
    assert isinstance(field, FieldPage)
    stage.settle()
    day.at(10, 45)
    _field_act(day, "F7", "")
    day.at(11, 25)
    _field_act(day, "F8", "crew-restored")
    _field_act(day, "F9", "crew-done", words="Đã thay 2 m ống D110, thông rửa, nước trong.")
    stage.picture("field")
    _require_order(day)
    day.all_agree()

    stage.front(day.counter)
    incidents = _page(day, "incidents", IncidentsPage)
    stage.key("F7")
    _finish(day, "F7")
    stage.key("F8")
    dialog = stage.dialog(ActDialog)
    _fill(dialog.form, text="Đã thay đoạn ống vỡ, nước có lại từ 11 giờ 25.")
    stage.picture("incident-answer")
    _finish(day, "F8")
    stage.key("F9")
    stage.dialog(ActDialog)
    stage.picture("incident-tell")
    _finish(day, "F9")
    for request in asked:
        _require(day, request, "closed")
    stage.count(f"{len(asked)} calls under one incident; the crew on site after 25 min, supply back after 65")


def new_supply(day: World) -> None:
    """Papers missing, then brought; the five steps; the customer, connection and meter are born."""
    stage, desk = day.stage, day.desk(day.counter)
    day.at(11, 30)
    before = desk.customer_queries.count()
    stage.front(day.counter)
    request = _receive(
        day,
        "supply-papers-missing",
        paper="giay-to-con-thieu.pdf",
        type_code="new_supply",
        documents=("application", "identity"),
        words="Nhà mới xây xong, xin lắp đồng hồ nước.",
        contact_name="Đặng Thị Bích Liên",
        phone="0912 555 777",
        address="18 Đường Huyền Quang, phường Ninh Xá",
    )
    _require(day, request, "lacking")
    day.at(11, 50)
    _act(day, "bring", "supply-papers", documents=("house",))
    _require(day, request, "routed")
    stage.picture("supply-way")
    from app.domain.supply import Line

    lines = (
        Line("Ống HDPE DN25", "m", 14_000, 35_000),
        Line("Đồng hồ DN15", "cái", 1_000, 650_000),
        Line("Công lắp đặt", "công", 2_000, 300_000),
    )
    steps: tuple[dict[str, Any], ...] = (
        {"distance": 14, "line": "HDPE DN25", "meter": "DN15"},
        {"lines": lines},
        {"quotas": 1, "route": "NX01"},
        {"meter_serial": "DM-26-004417"},
        {"first_index": 2_000},
    )
    for number, values in enumerate(steps, 1):
        _act(day, "step", f"supply-step-{number}", **values)
    _act(day, "answer", "supply-answer")
    _act(day, "tell", "", how="in_person", score="5")
    _require(day, request, "closed")
    born = desk.customer_queries.count() - before
    if born != 1:
        raise StageError(f"{born} customers were born")
    stage.picture("supply-done")
    code = _code(day, request)
    stage.count(f"{code}: noted without papers, 5 steps, a customer with meter and first index")


def denunciation(day: World) -> None:
    """By the suggestion box, without a name: for the leader alone; the answer hangs on the notice board."""
    stage = day.stage
    day.at(13, 32)
    stage.front(day.counter)
    request = _receive(
        day,
        "denunciation",
        type_code="denunciation",
        channel="box",
        words="Có người thu tiền nước không đưa biên lai ở khu 3.",
        anonymous=True,
    )
    stage.picture("denunciation-author")
    day.all_agree()
    day.sign_in(day.repair, "son")
    son = day.repair.person
    assert son is not None
    queries = day.desk(day.repair).request_queries
    if queries.story(request, queries.viewer(son.id, son.roles)) is not None:
        raise StageError("a denunciation was seen by who must not see it")
    day.sign_in(day.supervisor, "mai")
    mai = day.supervisor.person
    assert mai is not None
    elsewhere = queries.story(request, queries.viewer(mai.id, mai.roles))
    if elsewhere is None or not elsewhere.row.shut:
        raise StageError("a denunciation is not sealed on the disk of a desk that is not the leader's")
    stage.picture("leader-today")
    _show(day, request, day.supervisor)
    stage.picture("denunciation-leader")
    _act(
        day,
        "answer",
        "denunciation-answer",
        window=day.supervisor,
        text="Đã đối chiếu sổ thu và nhắc nhở người thu; từ nay mọi khoản thu đều có biên lai.",
        outcome="solved",
        cause="conduct",
    )
    _act(day, "tell", "", window=day.supervisor, how="posted")
    day.all_agree()
    _require(day, request, "closed")
    stage.count(f"{_code(day, request)}: seen by its author and the leader, sealed on the other disks")


# -- how a person does it ----------------------------------------------------------------------------------


def _receive(day: World, picture: str, *, paper: str = "", **fields: Any) -> UUID:
    """F2 at the counter, the fields, F9; the request's id. What is printed is kept as `paper`."""
    stage = day.stage
    day.main(day.counter).open_section("requests")
    stage.settle()
    stage.key("F2")
    dialog = stage.dialog(IntakeDialog)
    _fill(dialog.form, **fields)
    stage.picture(picture)
    stage.key("F9")
    if paper:
        shown = stage.dialog(PaperDialog)
        stage.picture(f"{picture}-printed")
        day.keep(shown.path, paper)
    _gone(day, dialog)
    stage.close_dialogs()
    desk = day.desk(day.counter)
    with desk.database.read.connect() as read:
        newest = select(Request.id).order_by(Request.hlc.desc(), Request.id.desc()).limit(1)
        request: UUID = read.execute(newest).scalar_one()
    _show(day, request, day.counter)
    return request


def _call(
    day: World, name: str, address: str, words: str, type_code: str, incident: UUID | None = None
) -> UUID:
    """Somebody calls; where an incident runs in the street, Ctrl+U puts the call under it."""
    stage = day.stage
    day.main(day.counter).open_section("requests")
    stage.settle()
    stage.key("F2")
    dialog = stage.dialog(IntakeDialog)
    _fill(
        dialog.form,
        type_code=type_code,
        channel="phone",
        words=words,
        contact_name=name,
        phone="0912 345 678",
        address=address,
    )
    if incident is not None:
        dialog.form.asked_beside.emit()
        stage.settle()
        stage.key("Ctrl+U")
        stage.until(lambda: dialog.form.incident_id == incident, "the call under the incident")
        stage.picture("call-under-incident")
    stage.key("F9")
    _gone(day, dialog)
    stage.close_dialogs()
    with day.desk(day.counter).database.read.connect() as read:
        newest = select(Request.id).order_by(Request.hlc.desc(), Request.id.desc()).limit(1)
        request: UUID = read.execute(newest).scalar_one()
    return request


def _show(day: World, request: UUID, window: DeskWindow) -> RequestInspector:
    stage = day.stage
    stage.front(window)
    day.main(window).show_record("requests", request)
    stage.settle()
    inspector = stage.find(window, RequestInspector)
    stage.until(
        lambda: inspector.story is not None and inspector.story.row.id == request, "the request in sight"
    )
    return inspector


def _act(day: World, name: str, picture: str, *, window: DeskWindow | None = None, **values: Any) -> None:
    """An act of the request in sight, its form filled and saved; a paper that comes is closed."""
    stage = day.stage
    stage.find(window or day.counter, RequestInspector).do(name)
    dialog = stage.dialog(ActDialog)
    _fill(dialog.form, **values)
    if picture:
        stage.picture(picture)
    dialog.submit()
    _gone(day, dialog)
    stage.close_dialogs()


def _field_act(day: World, key: str, picture: str, **values: Any) -> None:
    stage = day.stage
    stage.key(key)
    dialog = stage.dialog(ActDialog)
    _fill(dialog.form, **values)
    if picture:
        stage.picture(picture)
    dialog.submit()
    _gone(day, dialog)


def _finish(day: World, key: str) -> None:
    dialog = day.stage.dialog(ActDialog)
    day.stage.key(key)
    _gone(day, dialog)


def _gone(day: World, dialog: QWidget) -> None:
    """Wait until a dialog is closed."""
    day.stage.until(lambda: not isValid(dialog) or not dialog.isVisible(), "the dialog closed")
    day.stage.settle()


def _fill(form: Form, **values: Any) -> None:
    for name, value in values.items():
        put_value(form.editor(name), value)


def _page(day: World, section: str, kind: type[QWidget]) -> Any:
    page = day.main(day.counter).open_section(section)
    assert isinstance(page, kind)
    day.stage.settle()
    return page


def _code(day: World, request: UUID) -> str:
    with day.desk(day.counter).database.read.connect() as read:
        return str(read.execute(select(Request.code).where(Request.id == request)).scalar_one())


def _require(day: World, request: UUID, state: str) -> None:
    with day.desk(day.counter).database.read.connect() as read:
        found = read.execute(select(RequestState.state).where(RequestState.id == request)).scalar()
    if found != state:
        raise StageError(f"{_code(day, request)} is {found}, not {state}")


def _require_order(day: World) -> None:
    s = WorkOrderState
    with day.desk(day.repair).database.read.connect() as read:
        wanted = select(s.state, s.on_site_at, s.restored_at).join(WorkOrder, WorkOrder.id == s.id)
        orders = read.execute(wanted).all()
    if [o.state for o in orders] != ["done"] or not all(o.on_site_at and o.restored_at for o in orders):
        raise StageError(f"the crew's work is {orders}")
