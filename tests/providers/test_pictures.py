"""Pictures: what a farmer uploads is never what is served, and a drawing is shapes alone."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from marketplace.catalogue.pictures import PictureData
from marketplace.cli.demo.read import PICTURES
from marketplace.kernel.errors import Invalid, TryLater
from marketplace.providers import pictures
from marketplace.providers.media_files import media_files
from marketplace.providers.pictures import house_drawing, picture_of_upload

DRAWINGS = sorted(PICTURES.glob("*.svg"))


def photo(kind="JPEG", size=(1600, 800), **options):
    out = io.BytesIO()
    Image.new("RGB", size, "tomato").save(out, kind, **options)
    return out.getvalue()


def with_place():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "secret garden"
    return photo(exif=exif.tobytes())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_new_picture_is_made(kind):
    made = picture_of_upload(photo(kind))
    assert made.main.media_type == "image/webp"
    with Image.open(io.BytesIO(made.main.content)) as picture:
        assert picture.format == "WEBP" and picture.size == (640, 320)
    sizes = {}
    for ending, one in made.more.items():
        with Image.open(io.BytesIO(one.content)) as picture:
            sizes[ending] = (picture.format, picture.width)
            assert one.media_type == f"image/{picture.format.lower()}"
    kinds = ("WEBP", "AVIF")
    assert sizes == {f"-{width}.{kind.lower()}": (kind, width) for width in (320, 640, 1200) for kind in kinds}


def test_every_size_is_kept_and_served(tmp_path):
    store = media_files(tmp_path.as_uri())
    key = picture_of_upload(photo()).keep(store)
    for ending in (".webp", "-320.webp", "-320.avif", "-640.avif", "-1200.webp", "-1200.avif"):
        assert store.get(key.removesuffix(".webp") + ending) is not None, ending
    assert store.get(key.removesuffix(".webp") + "-777.webp") is None


def test_the_photo_of_a_large_camera_is_read():
    assert picture_of_upload(photo(size=(8000, 6000), quality=60)).main.content


def test_nothing_but_pixels_is_left():
    made = picture_of_upload(with_place())
    for one in (made.main, *made.more.values()):
        assert b"secret" not in one.content
        with Image.open(io.BytesIO(one.content)) as picture:
            assert not picture.getexif() and picture.height == 2 * picture.width


HOSTILE = {
    "nothing": b"",
    "text": b"<html><script>alert(1)</script>",
    "drawing": DRAWINGS[0].read_bytes(),
    "half a photo": photo()[:200],
    "gif": photo("GIF"),
    "tiff": photo("TIFF"),
    "bomb": photo("PNG", (20_000, 20_000)),
    "too large": b"\xff\xd8" + b"0" * (12 * 1024 * 1024),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_anything_else_is_refused(content):
    with pytest.raises(Invalid) as refusal:
        picture_of_upload(content)
    assert list(refusal.value.errors) == ["picture"]


def test_all_drawings_of_the_demo_are_shapes_alone():
    assert len(DRAWINGS) == 95
    for path in DRAWINGS:
        assert house_drawing(path.read_bytes()).content.startswith(b"<svg")


OPEN = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">'


@pytest.mark.parametrize(
    "inside",
    [
        b"<script>alert(1)</script>",
        b'<a href="https://example.org"><path d="M0 0"/></a>',
        b'<path d="M0 0" onload="alert(1)"/>',
        b'<path d="M0 0" style="fill:url(https://example.org)"/>',
        b'<path fill="url(https://example.org/x)" d="M0 0"/>',
        b'<image href="https://example.org"/>',
        b"<foreignObject><body/></foreignObject>",
        b'<x:path xmlns:x="urn:other"/>',
        b'<use href="#a"/>',
        b"<style>*{}</style>",
    ],
)
def test_no_drawing(inside):
    with pytest.raises(ValueError):
        house_drawing(OPEN + inside + b"</svg>")


def test_no_entities():
    with pytest.raises(ValueError):
        house_drawing(b'<!DOCTYPE svg [<!ENTITY a "b">]>' + OPEN + b"</svg>")


def test_a_store_keeps_a_picture_once(tmp_path):
    store = media_files(f"file://{tmp_path}/pictures")
    picture = PictureData(b"<svg/>", "image/svg+xml")
    assert store.put(picture) == store.put(picture) == picture.key
    assert store.get(picture.key) == picture
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [picture.key]


@pytest.mark.parametrize(
    "key", ["", "../../etc/passwd", "0" * 40 + ".svg", "0" * 40, "0" * 40 + ".svg\n", "a/../b.svg"]
)
def test_no_such_picture(tmp_path, key):
    assert media_files(f"file://{tmp_path}").get(key) is None


@pytest.mark.parametrize("address", ["s3://bucket", "file://elsewhere/x", "/var/media"])
def test_only_folders(address):
    with pytest.raises(ValueError):
        media_files(address)


def test_a_process_makes_two_pictures_at_a_time() -> None:
    """Each may take a gigabyte and fifteen seconds: twenty farmers with large photos must not take the machine."""
    with pictures._DARKROOMS, pictures._DARKROOMS, pytest.raises(TryLater):
        picture_of_upload(photo(), wait_seconds=0)
    assert picture_of_upload(photo(), wait_seconds=0).main.content
