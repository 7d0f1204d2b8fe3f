"""What a former register may hold: the headings under which people write it, the words of its states and
channels. From these a mapping is proposed that a person then changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from app.domain.fold import fold
from app.domain.import_fields import Field

FIELDS_REGISTER: tuple[Field, ...] = (
    Field(
        "key", "code", required=True, longest=60,
        words=("số phiếu", "mã phiếu", "số tiếp nhận", "mã yêu cầu", "mã hồ sơ", "số hồ sơ", "mã đơn",
               "số đơn", "mã số", "số thứ tự", "STT", "ticket no", "ticket id", "request no", "case no",
               "case id", "unique key", "code", "mã", "编号", "工单号", "序号", "受理号"),
        hints=("số", "mã", "TT", "no", "id", "key", "ticket"),
    ),
    Field(
        "received", "date", required=True,
        words=("ngày nhận", "ngày tiếp nhận", "thời gian tiếp nhận", "giờ tiếp nhận", "ngày vào sổ",
               "ngày phản ánh", "ngày khiếu nại", "created date", "received at", "date received",
               "received on", "opened at", "受理时间", "受理日期", "登记时间", "来电时间"),
        hints=("ngày", "thời gian", "date", "created", "received", "opened", "日期", "时间"),
    ),
    Field(
        "arrived", "date",
        words=("ngày đến", "ngày công văn đến", "ngày đơn đến", "arrived at", "date of arrival", "到达时间",
               "收文日期"),
        hints=("arrived",),
    ),
    Field(
        "due", "date",
        words=("hạn", "hạn xử lý", "hạn giải quyết", "hạn trả lời", "ngày hẹn", "due date", "deadline",
               "due at", "办理期限", "截止时间"),
        hints=("due", "期限"),
    ),
    Field(
        "answered", "date",
        words=("ngày trả lời", "ngày xử lý xong", "ngày giải quyết", "thời gian trả lời", "answered at",
               "resolved date", "date answered", "resolution date", "答复时间", "办结时间"),
        hints=("answered", "resolved"),
    ),
    Field(
        "closed", "date",
        words=("ngày kết thúc", "ngày hoàn thành", "ngày đóng", "closed date", "closed at", "date closed",
               "结束时间", "关闭时间", "完成日期"),
        hints=("closed",),
    ),
    Field(
        "type", "text",
        words=("loại", "loại yêu cầu", "loại việc", "phân loại", "loại khiếu nại", "nhóm yêu cầu",
               "complaint type", "request type", "category", "case type", "诉求类型", "类别", "分类"),
        hints=("nhóm", "type", "类型"),
    ),
    Field(
        "words", "text", required=True, longest=4000,
        words=("nội dung", "nội dung yêu cầu", "nội dung phản ánh", "nội dung khiếu nại", "chi tiết",
               "mô tả", "description", "descriptor", "details", "content", "subject", "诉求内容", "内容",
               "详情"),
        hints=("yêu cầu", "phản ánh", "words"),
    ),
    Field(
        "channel", "text",
        words=("kênh", "kênh tiếp nhận", "hình thức tiếp nhận", "nguồn tiếp nhận", "channel",
               "open data channel type", "received by", "渠道", "来源", "受理方式"),
        hints=("hình thức", "nguồn", "source"),
    ),
    Field(
        "contact_name", "text", longest=200,
        words=("họ tên", "họ và tên", "tên khách hàng", "người phản ánh", "người yêu cầu",
               "người liên hệ", "khách hàng", "contact name", "customer name", "caller", "姓名", "联系人",
               "客户姓名"),
        hints=("tên", "name", "contact"),
    ),
    Field(
        "phone", "phone",
        words=("số điện thoại", "điện thoại", "SĐT", "điện thoại liên hệ", "phone number", "telephone",
               "contact number", "联系电话", "电话"),
        hints=("ĐT", "phone", "tel", "mobile"),
    ),
    Field(
        "address", "text", longest=300,
        words=("địa chỉ", "địa điểm", "nơi xảy ra", "incident address", "address", "location", "地址",
               "地点"),
        hints=("ĐC", "street"),
    ),
    Field(
        "area", "text",
        words=("khu vực", "địa bàn", "phường", "xã", "phường xã", "quận huyện", "borough", "district",
               "ward", "area", "区域", "辖区"),
        hints=("region", "zone"),
    ),
    Field(
        "unit", "text",
        words=("bộ phận", "bộ phận xử lý", "đơn vị xử lý", "đơn vị", "tổ", "tổ xử lý", "phòng", "agency",
               "department", "team", "handled by", "承办部门", "部门", "责任单位"),
        hints=("unit",),
    ),
    Field(
        "state", "text",
        words=("tình trạng", "trạng thái", "tình trạng xử lý", "tiến độ", "status", "state", "状态",
               "办理状态"),
    ),
    Field(
        "answer", "text", longest=4000,
        words=("trả lời", "nội dung trả lời", "nội dung xử lý", "cách xử lý", "biện pháp xử lý", "answer",
               "resolution", "resolution description", "reply", "答复", "答复内容", "处理结果"),
        hints=("xử lý",),
    ),
    Field("outcome", "text", words=("kết quả", "kết quả xử lý", "outcome", "result", "结果")),
    Field(
        "how", "text",
        words=("báo", "hình thức trả lời", "cách trả lời", "báo khách hàng", "cách báo", "notified by",
               "way of telling", "告知方式", "回复方式"),
    ),
    Field(
        "customer", "code", longest=40,
        words=("mã khách hàng", "mã KH", "số danh bộ", "danh bộ", "customer code", "customer no",
               "account no", "户号", "客户编号"),
    ),
)  # fmt: skip

WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "state": {
        "received": ("mới", "mới tiếp nhận", "chưa xử lý", "chờ xử lý", "new", "open", "pending", "待办"),
        "routed": ("đang xử lý", "đang giải quyết", "đã chuyển", "in progress", "assigned", "started",
                   "办理中", "处理中"),
        "answered": ("đã trả lời", "chờ báo khách", "answered", "resolved", "已答复"),
        "closed": ("xong", "đã xong", "hoàn thành", "đã hoàn thành", "đã xử lý", "đã giải quyết", "kết thúc",
                   "đóng", "closed", "done", "completed", "已办结", "已完成", "已关闭"),
    },
    "channel": {
        "walk_in": ("tại quầy", "trực tiếp", "quầy", "đến trực tiếp", "counter", "in person", "窗口"),
        "phone": ("điện thoại", "ĐT", "gọi điện", "tổng đài", "hotline", "call", "电话", "热线"),
        "letter": ("thư", "đơn thư", "công văn", "đơn", "mail", "post", "信件", "来信"),
        "box": ("hòm thư góp ý", "thùng thư góp ý", "hòm thư", "意见箱"),
        "email": ("e-mail", "email", "thư điện tử", "邮件", "电子邮件"),
        "web": ("web", "website", "trang web", "online", "mạng", "zalo", "app", "网站", "网上"),
        "sms": ("tin nhắn", "SMS", "短信"),
        "media": ("báo chí", "báo đài", "đài báo", "media", "媒体"),
        "collaborator": ("cộng tác viên", "CTV"),
        "field": ("nhân viên hiện trường", "nhân viên ghi số", "现场"),
        "own": ("tự phát hiện", "nội bộ", "自查"),
    },
    "outcome": {
        "solved": ("xong", "đã xử lý", "đã giải quyết", "đã khắc phục", "solved", "fixed", "已解决"),
        "explained": ("đã giải thích", "giải thích", "explained", "已解释"),
        "unfounded": ("không đúng", "không có cơ sở", "sai", "unfounded", "不属实"),
        "withdrawn": ("khách rút", "rút đơn", "hủy", "withdrawn", "cancelled", "撤销"),
        "passed_on": ("chuyển cơ quan khác", "chuyển đơn vị khác", "passed on", "转办"),
    },
    "how": {
        "in_person": ("trực tiếp", "tại quầy", "in person", "当面"),
        "phone": ("điện thoại", "ĐT", "gọi điện", "phone", "电话"),
        "sms": ("tin nhắn", "SMS", "短信"),
        "email": ("e-mail", "email", "邮件"),
        "letter": ("thư", "công văn", "văn bản", "letter", "书面", "信件"),
        "posted": ("niêm yết", "thông báo", "公告"),
    },
}  # fmt: skip
"""What registers say, by field and our code; besides these our own names are known, in every language."""


def register_titles(tr: Callable[[str], str]) -> dict[str, str]:
    """The words for each field of a former register, in the order in which they are offered."""
    return {
        "key": tr("Number in the register"),
        "received": tr("Received on"),
        "arrived": tr("Arrived at the office"),
        "due": tr("Due"),
        "answered": tr("Answered on"),
        "closed": tr("Closed on"),
        "type": tr("Request type"),
        "words": tr("In the customer's words"),
        "channel": tr("Channel"),
        "contact_name": tr("Contact name"),
        "phone": tr("Phone"),
        "address": tr("Address"),
        "area": tr("Area"),
        "unit": tr("Handled by"),
        "state": tr("State"),
        "answer": tr("Answer"),
        "outcome": tr("Outcome"),
        "how": tr("How the customer was told"),
        "customer": tr("Customer code"),
    }


def code_for(field: str, word: str, names: Mapping[str, Iterable[str]]) -> str | None:
    """Our code for a word of a register: the code itself, one of its names, or what registers call it."""
    if word in names:
        return word
    return _codes(field, tuple((code, tuple(each)) for code, each in names.items())).get(fold(word))


@cache
def _codes(field: str, names: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, str]:
    known = {code for code, _ in names}
    usual = {fold(w): code for code, ws in WORDS.get(field, {}).items() if code in known for w in ws}
    return usual | {fold(name): code for code, each in names for name in each}


def mapping_text(
    register: str,
    columns: Mapping[str, Sequence[str]],
    date_format: str,
    values: Mapping[str, Mapping[str, str]],
    constants: Mapping[str, str],
    *,
    zone: str = "",
    encoding: str = "",
) -> str:
    """A mapping as `import_mapping.parse_mapping` reads it and people keep it."""
    dates = {"format": date_format} | ({"zone": zone} if zone else {})
    whole: dict[str, object] = {"register": register}
    if encoding:
        whole["encoding"] = encoding
    whole["columns"] = {name: list(found) if len(found) > 1 else found[0] for name, found in columns.items()}
    whole |= {"dates": dates, "values": {name: dict(each) for name, each in values.items() if each}}
    if constants:
        whole["constants"] = dict(constants)
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
