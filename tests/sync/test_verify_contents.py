"""Missing and damaged contents are found, at a desk and at the head office; a bundle says what stays."""

from __future__ import annotations

from hashlib import sha256

import pytest

from app.bootstrap import Desktop
from app.sync.verify_contents import ContentsVerdict, verify_contents
from app.ui.sync.words import exported_words
from tests.offices import ON_BOTH, Company
from tests.scans import picture
from tests.sync.test_blobs import attach, named


def at_desk(desktop: Desktop) -> ContentsVerdict:
    with desktop.database.reading() as cur:
        return verify_contents(cur, desktop.home / "attachments")


def at_headoffice(company: Company) -> ContentsVerdict:
    with company.headoffice.database.reading() as cur:
        return verify_contents(cur, None)


@ON_BOTH
def test_contents_are_counted_and_what_is_wrong_is_named(company: Company) -> None:
    one, two = company.desk("BN03"), company.desk("BN04")
    photos = [picture("PNG", (60 + n, 40)) for n in range(3)]
    for photo in photos:
        attach(one, photo)
    company.sync()
    named(one, b"not sent by its desk")
    company.sync()
    assert at_desk(one) == ContentsVerdict(3, (), (), 1)
    assert at_desk(two) == ContentsVerdict(0, (), (), 4)
    assert at_headoffice(company) == ContentsVerdict(3, (), (), 1)
    digests = [sha256(photo).digest() for photo in photos]
    one.contents.path(digests[0]).unlink()
    one.contents.path(digests[1]).write_bytes(b"other")
    found = at_desk(one)
    assert (found.whole, found.good) == (1, False)
    assert (found.missing, found.damaged) == ((digests[0].hex(),), (digests[1].hex(),))
    with company.headoffice.database.transaction(0) as cur:
        cur.execute("UPDATE blob_part SET content = ? WHERE digest = ?", (b"other", digests[1]))
        cur.execute("DELETE FROM blob_part WHERE digest = ?", (digests[2],))
    found = at_headoffice(company)
    assert (found.whole, found.good) == (1, False)
    assert (found.missing, found.damaged) == ((digests[2].hex(),), (digests[1].hex(),))


@pytest.mark.parametrize("photos", [0, 2])
def test_a_bundle_says_how_many_scans_go_along(desktop: Desktop, photos: int) -> None:
    desktop.client.once()
    for n in range(photos):
        attach(desktop, picture("PNG", (60 + n, 40)))
    report = desktop.export_bundle(desktop.home / "BN03.daumoi-bundle")
    assert (report.scans, report.scans_left) == (photos, 0)
    words = exported_words("BN03.daumoi-bundle", report)
    assert ("Kèm 2 bản quét và ảnh." in words) == bool(photos)
