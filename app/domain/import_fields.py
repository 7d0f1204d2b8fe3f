"""What a workbook of customers or readings may hold, and the headings under which people write it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["code", "text", "phone", "tax", "class", "index", "count", "date"]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a column may hold.

    `words` are headings that mean it, also as a part of a longer heading; `hints` are short ones that count
    only alone ("Mã", "Name"). `longest` is in characters, `least` and `most` bound a count.
    """

    name: str
    kind: Kind
    words: tuple[str, ...]
    hints: tuple[str, ...] = ()
    required: bool = False
    longest: int = 100
    least: int = 0
    most: int = 999_999


_CODE = Field(
    "code", "code", required=True, longest=40,
    words=("mã khách hàng", "mã KH", "mã số KH", "mã số khách hàng", "số danh bộ", "danh bộ", "danh bạ",
           "danh bạ KH", "mã danh bộ", "mã danh bạ", "mã PE", "mã hộ", "customer code", "customer no",
           "customer number", "customer id", "account no", "account number", "account code", "户号",
           "客户编号", "用户编号", "客户号", "用户号", "客户代码"),
    hints=("mã", "mã số", "MKH", "IDKH", "code", "customer", "编号"),
)  # fmt: skip

_SERIAL = Field(
    "meter_serial", "code", longest=40,
    words=("số đồng hồ", "số seri", "số serial", "seri đồng hồ", "serial đồng hồ", "số công tơ",
           "mã đồng hồ", "mã công tơ", "số hiệu đồng hồ", "số thân đồng hồ", "số thân", "số ĐH", "seri ĐH",
           "serial ĐH", "seri công tơ", "số chế tạo", "meter serial", "serial number", "serial no",
           "meter no", "meter number", "meter id", "表号", "水表号", "电表号", "水表编号",
           "电表编号", "表身号", "表具号", "出厂编号"),
    hints=("đồng hồ", "công tơ", "seri", "serial", "sê ri", "meter", "水表", "电表"),
)  # fmt: skip

_NOTE = Field(
    "note", "text", longest=1000,
    words=("ghi chú", "diễn giải", "chú thích", "remarks", "comment", "comments", "备注", "说明"),
    hints=("note", "notes", "remark", "GC"),
)  # fmt: skip

FIELDS_CUSTOMERS: tuple[Field, ...] = (
    _CODE,
    Field(
        "name", "text", required=True, longest=200,
        words=("tên khách hàng", "họ và tên", "họ tên", "tên KH", "chủ hộ", "tên chủ hộ", "tên đơn vị",
               "tên người sử dụng", "tên hộ", "người đứng tên", "customer name", "full name",
               "account name", "户名", "客户名称", "用户名称", "客户姓名", "用户姓名"),
        hints=("tên", "khách hàng", "name", "customer", "姓名", "名称", "客户", "用户"),
    ),
    Field(
        "phone", "phone", longest=100,
        words=("số điện thoại", "điện thoại", "SĐT", "số ĐT", "di động", "telephone", "phone number",
               "phone no", "mobile phone", "联系电话", "电话", "手机"),
        hints=("ĐT", "phone", "tel", "mobile", "số máy", "hotline"),
    ),
    Field(
        "address", "text", longest=300,
        words=("địa chỉ", "địa chỉ lắp đặt", "địa chỉ sử dụng", "địa chỉ dùng nước", "nơi lắp đặt",
               "số nhà", "address", "service address", "地址", "用水地址", "用电地址", "住址"),
        hints=("ĐC", "đ/c", "nơi ở"),
    ),
    Field(
        "ward", "text",
        words=("phường xã", "xã phường", "phường/xã/thị trấn", "tên phường", "tên xã", "địa bàn", "街道",
               "社区", "乡镇", "ward commune"),
        hints=("phường", "xã", "ward", "commune", "khu vực", "区域"),
    ),
    Field(
        "customer_class", "class",
        words=("loại khách hàng", "loại KH", "nhóm khách hàng", "đối tượng sử dụng",
               "đối tượng khách hàng", "đối tượng dùng nước", "mục đích sử dụng", "mục đích SD",
               "loại hình sử dụng", "đối tượng giá", "loại giá", "nhóm giá", "customer class",
               "customer type", "tariff class", "customer category", "用水性质", "用电性质", "客户类别",
               "用户类别", "客户类型", "用户类型"),
        hints=("loại", "đối tượng", "nhóm", "class", "category", "type", "类别", "性质"),
    ),
    Field(
        "route", "code", longest=20,
        words=("lộ trình", "mã lộ trình", "tuyến đọc", "mã tuyến", "tuyến ghi", "tuyến thu", "sổ ghi",
               "mã sổ", "số sổ", "sổ đọc", "reading route", "route code", "route no", "抄表册", "册号",
               "抄表册号", "路线"),
        hints=("tuyến", "sổ", "LT", "route", "book"),
    ),
    Field(
        "sequence", "count", most=9_999_999,
        words=("thứ tự trong lộ trình", "số thứ tự lộ trình", "STT lộ trình", "STT trong lộ trình",
               "thứ tự đọc", "thứ tự lộ trình", "STT ghi", "thứ tự ghi", "sequence in route",
               "order in the route", "reading order", "route sequence", "册内序号", "抄表顺序", "抄表序号"),
        hints=("thứ tự", "sequence", "order", "vị trí"),
    ),
    _SERIAL,
    Field(
        "meter_digits", "count", least=3, most=9,
        words=("số chữ số", "số chữ số đồng hồ", "số con số", "chữ số", "meter digits",
               "number of digits", "表盘位数", "位数"),
        hints=("digits", "số hàng"),
    ),
    Field(
        "connection_code", "code", longest=40,
        words=("mã điểm đấu nối", "mã đấu nối", "điểm đấu nối", "mã điểm đo", "mã điểm dùng", "điểm đo",
               "điểm sử dụng", "mã điểm sử dụng", "connection code", "service point", "supply point",
               "connection no", "connection number", "用水点", "用电点", "用水点编号", "用电点编号"),
        hints=("đấu nối", "connection"),
    ),
    Field(
        "last_index", "index",
        words=("chỉ số cuối", "chỉ số cũ", "chỉ số đầu", "chỉ số lắp đặt", "chỉ số khi lắp",
               "chỉ số ban đầu", "chỉ số hiện tại", "chỉ số kỳ trước", "chỉ số gần nhất", "CS cũ",
               "CS đầu", "CS cuối", "last index", "last reading", "index at installation", "initial index",
               "initial reading", "起码", "上次读数", "上期读数", "初始读数", "安装读数",
               "表底数", "底数"),
        hints=("chỉ số", "chỉ số đồng hồ", "index", "reading", "读数"),
    ),
    Field(
        "quotas", "count", least=1, most=9999,
        words=("định mức", "số định mức", "số hộ", "số hộ dùng chung", "số nhân khẩu định mức",
               "number of quotas", "quota", "定额", "定额户数"),
        hints=("ĐM", "quotas", "户数"),
    ),
    Field(
        "tax_code", "tax", longest=20,
        words=("mã số thuế", "MST", "mã thuế", "tax code", "tax number", "tax id", "vat number", "税号",
               "纳税人识别号"),
        hints=("thuế",),
    ),
    Field(
        "bank_account", "code", longest=40,
        words=("số tài khoản", "tài khoản ngân hàng", "số TK", "STK", "bank account", "iban", "银行账号",
               "银行账户", "银行卡号"),
        hints=("tài khoản", "TK"),
    ),
    _NOTE,
)  # fmt: skip

FIELDS_READINGS: tuple[Field, ...] = (
    _SERIAL,
    Field("code", "code", _CODE.words, _CODE.hints, longest=40),
    Field(
        "present_index", "index", required=True,
        words=("chỉ số mới", "chỉ số kỳ này", "chỉ số cuối kỳ", "chỉ số đọc", "chỉ số hiện tại", "CS mới",
               "chỉ số cuối", "present index", "current index", "new index", "present reading",
               "current reading", "new reading", "read new", "本期读数", "本次读数", "止码", "本月读数",
               "现读数"),
        hints=("chỉ số", "mới", "index", "reading", "present", "读数"),
    ),
    Field(
        "previous_index", "index",
        words=("chỉ số cũ", "chỉ số kỳ trước", "chỉ số đầu kỳ", "CS cũ", "chỉ số đầu", "previous index",
               "old index", "previous reading", "last reading", "last index", "old reading", "read old",
               "上期读数", "上次读数", "起码", "上月读数"),
        hints=("cũ", "previous"),
    ),
    Field(
        "read_on", "date",
        words=("ngày ghi", "ngày đọc", "ngày ghi chỉ số", "ngày đọc số", "reading date", "date read",
               "read on", "date of reading", "抄表日期", "抄表时间"),
        hints=("ngày", "date", "日期"),
    ),
    _NOTE,
)  # fmt: skip

CLASS_WORDS: dict[str, tuple[str, ...]] = {
    "household": (
        "hộ gia đình", "hộ dân", "hộ dân cư", "hộ dân phố", "dân cư", "gia đình", "sinh hoạt",
        "nước sinh hoạt", "sinh hoạt hộ gia đình", "hộ", "HGĐ", "GĐ", "SH", "SHGĐ", "tư gia",
        "residential", "domestic", "home", "居民", "居民用水", "居民用电", "居民生活", "家庭", "住户",
    ),
    "household_rural": (
        "hộ gia đình nông thôn", "hộ nông thôn", "sinh hoạt nông thôn", "nông thôn", "SHNT",
        "rural household", "农村居民", "农村",
    ),
    "office": (
        "cơ quan", "cơ quan, đơn vị", "public office", "cơ quan hành chính",
        "hành chính sự nghiệp", "hành chính", "đơn vị sự nghiệp", "HCSN", "CQ", "HC",
        "cơ quan hành chính sự nghiệp", "trường học", "bệnh viện", "công cộng", "government",
        "institution", "public", "administrative", "机关", "机关单位",
        "行政事业", "行政事业单位", "事业单位", "单位",
    ),
    "production": (
        "sản xuất", "SX", "hoạt động sản xuất", "sản xuất vật chất", "đơn vị sản xuất", "công nghiệp",
        "nhà máy", "industry", "industrial", "factory", "工业", "生产",
        "生产用水", "工业用水", "工业用电", "企业",
    ),
    "service": (
        "dịch vụ", "kinh doanh", "kinh doanh dịch vụ", "KD", "DV", "KDDV", "kinh doanh, dịch vụ",
        "thương mại", "thương mại dịch vụ", "business", "business and services", "commercial", "services",
        "商业", "商业用水", "商业用电", "经营", "经营服务", "服务业", "服务",
    ),
}  # fmt: skip
"""What people write in the column of the customer class, by the code of the class."""


def field_titles(tr: Callable[[str], str]) -> dict[str, str]:
    """The words for each field, for headings and for the person who maps columns."""
    return {
        "code": tr("Customer code"),
        "name": tr("Customer name"),
        "phone": tr("Phone"),
        "address": tr("Address"),
        "ward": tr("Ward"),
        "customer_class": tr("Customer class"),
        "route": tr("Route"),
        "sequence": tr("Order in the route"),
        "meter_serial": tr("Meter serial"),
        "meter_digits": tr("Meter digits"),
        "connection_code": tr("Connection code"),
        "last_index": tr("Last index"),
        "quotas": tr("Quotas"),
        "tax_code": tr("Tax code"),
        "bank_account": tr("Bank account"),
        "note": tr("Note"),
        "present_index": tr("Present index"),
        "previous_index": tr("Previous index"),
        "read_on": tr("Reading date"),
    }
