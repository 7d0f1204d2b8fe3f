"""Papers filled with made-up values: usual ones, and ones as long as life allows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from app.documents.papers import (
    BankAccount,
    BillPaper,
    BlockLine,
    Letterhead,
    Officer,
    Party,
    ReceiptLine,
    ReceiptPaper,
    RequestSlip,
    Reversal,
    SessionPaper,
    SessionRow,
)
from app.domain.money import VND

LETTERHEAD = Letterhead(
    "Công ty Cổ phần Nước sạch Sông Cầu",
    "Văn phòng giao dịch Tiên Du",
    "Số 12 đường Lý Thường Kiệt, xã Tiên Du, tỉnh Bắc Ninh",
    "0222 3 555 123",
    "2300 123 456",
)
OFFICER = Officer("Nguyễn Thị Hồng Nhung", "Nhân viên tiếp nhận", "0912 345 678")
CUSTOMER = Party(
    "Trần Đức Thắng", "KH00123456", "Số 5 ngõ 27 đường Ngô Gia Tự, phường Võ Cường, Bắc Ninh", "0987 654 321"
)
LONG_CUSTOMER = Party(
    "Công ty Trách nhiệm hữu hạn Một thành viên Thương mại Dịch vụ Xuất nhập khẩu Phượng Hoàng",
    "KH00999999",
    "Lô CN-07, đường số 14, Khu công nghiệp Đại Đồng – Hoàn Sơn giai đoạn 2 mở rộng, "
    "thôn Đại Thượng, xã Đại Đồng, tỉnh Bắc Ninh (đối diện cổng số 3 của bệnh viện đa khoa khu vực)",
    "0222 3 999 999 – máy lẻ 1234",
)

SLIP = RequestSlip(
    LETTERHEAD,
    "Phiếu tiếp nhận yêu cầu",
    "KN-BN03-26-000123",
    CUSTOMER,
    "Khiếu nại chỉ số",
    "Tại quầy",
    "Hóa đơn tháng 10 tăng gấp ba so với mọi tháng, gia đình đi vắng hai tuần. "
    "Đề nghị kiểm tra đồng hồ và đường ống sau đồng hồ.",
    datetime(2026, 11, 20, 2, 15, tzinfo=UTC),
    datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
    "Phòng Quản lý khách hàng",
    "Tổ kiểm tra đồng hồ – Lê Văn Bình",
    OFFICER,
    ("Hóa đơn tháng 9 và tháng 10", "Bản sao căn cước công dân"),
)

RECEIPT = ReceiptPaper(
    LETTERHEAD,
    "Biên lai thu tiền",
    "PT-BN03-26-000041",
    datetime(2026, 11, 21, 2, 5, tzinfo=UTC),
    CUSTOMER,
    (
        ReceiptLine("09/2026", "HD-BN03-26-0012345", 131_675),
        ReceiptLine("10/2026", "HD-BN03-26-0019876", 248_040),
    ),
    400_000,
    VND,
    "Tiền mặt",
    Officer("Phạm Thu Hà", "Thu ngân", "0911 222 333"),
    "Nhà văn hóa thôn Đại Thượng",
    tendered=500_000,
    change=100_000,
    credit=20_285,
)
COPY = replace(RECEIPT, copy=True)
REVERSED = replace(
    RECEIPT,
    reversal=Reversal(
        "Ngô Văn Tùng", "Thu nhầm khách hàng cùng tên", datetime(2026, 11, 21, 3, 40, tzinfo=UTC)
    ),
)

BILL = BillPaper(
    LETTERHEAD,
    "Hóa đơn tiền nước",
    "8C26TAA",
    "00012345",
    "HD-BN03-26-0012345",
    CUSTOMER,
    "",
    "Số 5 ngõ 27 đường Ngô Gia Tự, phường Võ Cường, Bắc Ninh",
    "10/2026",
    date(2026, 10, 1),
    date(2026, 10, 31),
    (("BN-0045678", 1_234_000, 1_261_000),),
    27_000,
    "m³",
    (
        BlockLine("Bậc 1: đến 10 m³", 10_000, 8_500, 85_000),
        BlockLine("Bậc 2: trên 10 đến 20 m³", 10_000, 10_200, 102_000),
        BlockLine("Bậc 3: trên 20 đến 30 m³", 7_000, 12_800, 89_600),
    ),
    276_600,
    500,
    13_830,
    1000,
    27_660,
    318_090,
    VND,
    date(2026, 11, 25),
    131_675,
    (
        "Văn phòng giao dịch Tiên Du: thứ Hai đến thứ Sáu, 7 giờ 30 đến 17 giờ",
        "Nhà văn hóa thôn Đại Thượng: ngày 10 và 20 hằng tháng",
    ),
    BankAccount("970436", "1017595600", "Vietcombank Bắc Ninh", "CTCP Nước sạch Sông Cầu"),
)
LONG_BILL = replace(
    BILL,
    customer=LONG_CUSTOMER,
    customer_tax_code="2300999999-001",
    connection_address=LONG_CUSTOMER.address + ", bể ngầm phía sau nhà xưởng số 4",
    meters=(("BN-0045678", 999_998_500, 1_000_000_000), ("BN-2026-0099887-A", 0, 987_654_321)),
    usage=987_655_821,
    lines=tuple(
        BlockLine(
            f"Bậc {n}: sản xuất, kinh doanh dịch vụ, khung giờ số {n}", 98_765_582, 25_000, 246_913_955_000
        )
        for n in range(1, 7)
    ),
    net=888_888_888_888,
    vat=44_444_444_444,
    fee=88_888_888_889,
    total=999_999_999_999,
    arrears=888_777_666_555,
    note="Đồng hồ được thay ngày 14/10/2026 theo biên bản số 27; chỉ số cũ đã chốt với khách hàng.",
)

SESSION = SessionPaper(
    LETTERHEAD,
    "Giấy nộp tiền",
    "NT-BN03-26-000007",
    "CA-BN03-26-000019",
    "Nhà văn hóa thôn Đại Thượng",
    Officer("Phạm Thu Hà", "Thu ngân", "0911 222 333"),
    datetime(2026, 11, 21, 0, 30, tzinfo=UTC),
    datetime(2026, 11, 21, 10, 5, tzinfo=UTC),
    500_000,
    127,
    24_318_500,
    2,
    610_000,
    24_208_500,
    (
        (500_000, 31),
        (200_000, 25),
        (100_000, 24),
        (50_000, 15),
        (20_000, 12),
        (10_000, 20),
        (5_000, 17),
        (2_000, 8),
        (1_000, 2),
    ),
    24_193_000,
    23_693_000,
    VND,
    reason="Trả thừa tiền cho một khách, chưa nhớ là ai",
)
ROWS = tuple(
    SessionRow(
        f"PT-BN03-26-{41 + n:06}",
        datetime(2026, 11, 21, 1 + n // 20, n % 60, tzinfo=UTC),
        f"KH{n:08}",
        LONG_CUSTOMER.name if n % 17 == 3 else f"Trần Thị Thu {n}",
        131_675 + 1000 * n,
        "Tiền mặt",
        REVERSED.reversal if n % 23 == 5 else None,
    )
    for n in range(60)
)
