"""Trips with a stick, between real desks and a real head office."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from app.bootstrap import HUB_DATABASE, Desktop, HeadOffice
from app.domain.errors import AppError
from app.models import Customer, Device
from app.sync.bundle import BundleReport
from app.sync.transport import DirectTransport
from app.sync.verify import verify
from tests.offices import Company, person
from tests.sync.test_journal import add_customer


class NoLine(DirectTransport):
    """There is none."""

    def __init__(self) -> None:
        super().__init__(lambda path, data: b"")

    def post(self, path: str, data: bytes) -> bytes:
        raise AppError("sync.offline", url="http://unused")


def act(desktop: Desktop, *codes: str) -> None:
    """Customers, each by an act of its own."""
    by = person(desktop, "mai").id
    for code in codes:
        with desktop.writer.entry("customers.add", by) as draft:
            add_customer(draft, code)


def acts(replica: Desktop | HeadOffice) -> list[str]:
    """The customers that are there, in order of their codes; one that came twice would stand twice."""
    with replica.database.read.connect() as read:
        return list(read.execute(select(Customer.code).order_by(Customer.code)).scalars())


def refused(what: Callable[..., object], *given: object) -> str:
    """The code of the refusal."""
    with pytest.raises(AppError) as found:
        what(*given)
    return found.value.code


def there(company: Company, desktop: Desktop, name: str = "") -> Path:
    """The desk writes a bundle on the stick."""
    path = company.folder / f"{name or desktop.identity.desk}.daumoi-bundle"
    desktop.export_bundle(path)
    return path


def answer_to(company: Company, path: Path) -> Path:
    """The head office takes it and writes its answer on the stick."""
    answer = company.headoffice.import_bundle(path).answer
    assert answer is not None
    return answer


def trip(company: Company, desktop: Desktop) -> BundleReport:
    """There and back."""
    return desktop.import_bundle(answer_to(company, there(company, desktop)))


def revoke(company: Company, desktop: Desktop) -> None:
    hub = company.headoffice.hub
    with company.headoffice.writer.entry("device.revoke", None, desk=hub.office_feed(1)) as draft:
        wanted = select(Device.id).where(Device.number == desktop.identity.device)
        draft.change(Device, draft.read.execute(wanted).scalar_one(), revoked_at=draft.now)


def trips(company: Company, desktop: Desktop, most: int = 6) -> int:
    """Trips until nothing is left to say."""
    for n in range(1, most):
        if not trip(company, desktop).more and not desktop.client.unsent():
            return n
    raise AssertionError("no end of it")


def whole(company: Company, *desks: Desktop) -> None:
    """Nothing is unsent, all hold the same acts, each once, and those are what their journals say."""
    want = acts(company.headoffice)
    assert len(want) == len(set(want))
    for desktop in desks:
        assert desktop.client.unsent() == 0
        assert acts(desktop) == want
    paths = [desktop.database.path for desktop in desks]
    if not company.url:
        paths.append(company.home / HUB_DATABASE)
    for path in paths:
        found = verify(path, company.clock.now())
        assert found.good, found
