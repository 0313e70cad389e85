"""What no field of a farm's forms should get: a sentence at the field, or plain text; nothing half, never a 500."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from tests.pickup.scene import Scene
from tests.web.farm.test_own_farm import PASSWORD, TRADER
from tests.web.farm.test_own_farm import farmer as farmer
from tests.web.farm.test_products import JAM, made
from tests.web.farm.test_products import jam as jam
from tests.web.page_client import PageClient

Look = Callable[..., list[Any]]
HTML = "<script>alert(1)</script><img src=x onerror=alert(1)>"
NASTY = {
    "empty": "", "spaces": "   \u00a0\u200b ", "negative": "-1", "long": "ä" * 70_000, "emoji": "🥕👩\u200d🌾",
    "html": HTML, "backwards": "\u202etxt.exe", "huge number": "9" * 400, "exponent": "1e9", "nan": "NaN",
    "other digits": "٣", "formula": "=1+1", "sql": "'; DROP TABLE product; --", "lines": "a\r\nb\tc",
}  # fmt: skip
PRODUCT_FIELDS = (
    *JAM, "beschreibung", "hinweis", "vorlauf", "eier", "haltung", "fisch-art", "fisch-gebiet", "alkohol", "saison",
    "allergene", "naehrwert-energy_kj", "naehrwert-fat", "v-0-pfand", "v-0-abtropf", "v-0-nummer", "v-0-hoechstens",
    "v-0-id", "tun",
)  # fmt: skip


@pytest.fixture
def farm(scene: Scene) -> int:
    return scene.farms["brink"]


def sent(farmer: PageClient, path: str, fields: dict[str, str]) -> Any:
    """The answer to a form as it comes; the token of the page before goes with it."""
    return farmer.client.post(path, data={**farmer.token(), **fields})


@pytest.mark.parametrize("nasty", NASTY)
def test_no_field_of_a_product_takes_nonsense(
    farmer: PageClient, farm: int, jam: dict[str, str], look: Look, nasty: str
) -> None:
    farmer.get(f"/hof/{farm}/produkte/neu")
    farmer.post(f"/hof/{farm}/produkte/neu", {**jam, "tun": "live"})
    product = made(look)
    path = f"/hof/{farm}/produkte/{product.id}"
    for field in PRODUCT_FIELDS:
        before = made(look)
        answer = sent(farmer, path, {"tun": "live", **jam, "v-0-id": str(unit(look)), field: NASTY[nasty]})
        assert answer.status_code in (200, 303, 422), (field, answer.status_code)
        assert HTML not in answer.text, field
        if answer.status_code == 422:
            assert 'class="field__error"' in answer.text, field
            links = re.findall(r'<li><a href="#([^"]+)"', answer.text)
            assert all(f'id="{link}"' in answer.text for link in links), (field, links)
            assert made(look) == before, field
        if nasty in ("html", "long", "huge number"):
            preview = sent(farmer, f"/hof/{farm}/produkte/vorschau", {**jam, field: NASTY[nasty]})
            assert preview.status_code == 200 and HTML not in preview.text, field
    assert farmer.get(path).status == 200


def unit(look: Look) -> int:
    return int(look("SELECT max(id) FROM variant")[0][0])


@pytest.mark.parametrize("nasty", NASTY)
def test_no_field_of_the_farm_takes_nonsense(farmer: PageClient, farm: int, look: Look, nasty: str) -> None:
    farmer.get(f"/hof/{farm}/betrieb")
    farmer.press("save-trader", **TRADER)
    forms: list[tuple[str, dict[str, str]]] = [
        ("betrieb", TRADER),
        ("betrieb/steuer", {"scheme": "regular", "valid_from": "2099-01-01"}),
        ("betrieb/bank", {"iban": "DE89370400440532013000", "holder": "Ruth", "password": PASSWORD}),
        ("hof", {"bekannt": "Kohl", "geschichte": "Seit 1921", "anbau": "Ohne Gift"}),
        ("leute", {"email": "a@example.org", "rolle": "helper"}),
        ("pausen", {"von": "2099-01-01", "bis": "2099-01-02", "grund": "holiday", "weiss": "1"}),
        ("wuensche", {"knapp": "3", "vorlauf": "24"}),
    ]
    for path, good in forms:
        for field in good:
            before = look("SELECT * FROM farm WHERE id = :id", id=farm)
            answer = sent(farmer, f"/hof/{farm}/{path}", {**good, field: NASTY[nasty]})
            assert answer.status_code in (200, 303, 409, 422, 429), (path, field, answer.status_code)
            assert HTML not in answer.text, (path, field)
            if answer.status_code == 422:
                assert "field__error" in answer.text, (path, field)
                links = re.findall(r'<li><a href="#([^"]+)"', answer.text)
                assert links and all(f'id="{link}"' in answer.text for link in links), (path, field, links)
                assert look("SELECT * FROM farm WHERE id = :id", id=farm) == before, (path, field)
    assert farmer.get(f"/hof/{farm}/betrieb").status == 200


def image(kind: str, **options: Any) -> bytes:
    mode, size = options.pop("mode", "RGB"), options.pop("size", (64, 48))
    content = io.BytesIO()
    Image.new(mode, size).save(content, kind, **options)
    return content.getvalue()


def bomb() -> bytes:
    """A PNG of 60,000 × 60,000 that says so in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


ANIMATED = [Image.new("RGB", (40, 40), colour) for colour in ("red", "green", "blue")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Bitte wählen Sie ein Bild aus"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "lässt sich nicht lesen"),
        (b"GIF89a/*" + b"\0" * 64 + b"*/=1;alert(1)", "lässt sich nicht lesen"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 2000, "lässt sich nicht lesen"),
        (b"\xff\xd8\xff" + b"\0" * (12 * 1024 * 1024), "größer als 12 MB"),
        (bomb(), "zu viele Bildpunkte"),
        (image("JPEG")[:300], "lässt sich nicht lesen"),
        (b"%PDF-1.7\n" + image("JPEG"), "lässt sich nicht lesen"),
    ],
    ids=["nothing", "svg", "gif polyglot", "no jpeg", "too large", "bomb", "broken off", "pdf"],
)
def test_what_is_no_picture_is_said_at_its_field(
    farmer: PageClient, farm: int, look: Look, content: bytes, words: str
) -> None:
    farmer.get(f"/hof/{farm}/hof/bilder")
    page = farmer.post(
        f"/hof/{farm}/hof/bilder", {"bild": (io.BytesIO(content), "foto.jpg"), "beschreibung": "Hof"}, status=422
    )
    assert words in page.text and 'id="bild-fehler"' in page.response.text
    assert not look("SELECT 1 FROM farm_picture")


@pytest.mark.parametrize(
    "content",
    [
        image("PNG", size=(1, 1)),
        image("JPEG", mode="CMYK"),
        image("JPEG", size=(8000, 7500)),
        image("WEBP", mode="RGBA"),
        image("PNG", mode="P"),
        image("JPEG") + b"<?php phpinfo(); ?><script>alert(1)</script>",
    ],
    ids=["one pixel", "cmyk", "60 megapixels", "transparent", "palette", "tail"],
)
def test_odd_pictures_are_made_anew(farmer: PageClient, farm: int, look: Look, content: bytes) -> None:
    farmer.get(f"/hof/{farm}/hof/bilder")
    farmer.post(f"/hof/{farm}/hof/bilder", {"bild": (io.BytesIO(content), "foto.jpg"), "beschreibung": "Hof"})
    key, kind = look("SELECT media_key, kind FROM farm_picture")[0]
    served = farmer.client.get(f"/bilder/{key}")
    assert served.status_code == 200 and served.content_type == kind
    assert b"<?php" not in served.data and Image.open(io.BytesIO(served.data)).mode in ("RGB", "RGBA")


def test_of_a_moving_picture_the_first_one_stays(farmer: PageClient, farm: int, look: Look) -> None:
    content = io.BytesIO()
    ANIMATED[0].save(content, "WEBP", save_all=True, append_images=ANIMATED[1:], duration=100)
    farmer.get(f"/hof/{farm}/hof/bilder")
    farmer.post(f"/hof/{farm}/hof/bilder", {"bild": (io.BytesIO(content.getvalue()), "a.webp"), "beschreibung": ""})
    key = look("SELECT media_key FROM farm_picture")[0][0]
    assert getattr(Image.open(io.BytesIO(farmer.client.get(f"/bilder/{key}").data)), "n_frames", 1) == 1


def test_several_at_once_or_none(farmer: PageClient, farm: int, look: Look) -> None:
    farmer.get(f"/hof/{farm}/hof/bilder")
    good, bad = image("JPEG"), b"no picture"
    both = [(io.BytesIO(good), "eins.jpg"), (io.BytesIO(bad), "zwei.jpg")]
    page = farmer.post(f"/hof/{farm}/hof/bilder", {"bild": both, "beschreibung": "Hof"}, status=422)
    assert "zwei.jpg: Dieses Bild lässt sich nicht lesen" in page.text
    assert not look("SELECT 1 FROM farm_picture")
    three = [(io.BytesIO(image("PNG", size=(9, 9 + n))), f"{n}.png") for n in range(3)]
    page = farmer.post(f"/hof/{farm}/hof/bilder", {"bild": three, "beschreibung": "Hof"})
    assert "3 Bilder sind da" in page.text and len(page.all("picture")) == 3
    ten = [(io.BytesIO(image("PNG", size=(20, 9 + n))), f"{n}.png") for n in range(6)]
    page = farmer.post(f"/hof/{farm}/hof/bilder", {"bild": ten, "beschreibung": "Hof"}, status=422)
    assert "Mehr als 8 Bilder" in page.text
    assert len(look("SELECT 1 FROM farm_picture")) == 3
