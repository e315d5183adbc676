"""Pictures from outside: only what is one is taken, and only its pixels are kept."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from anlao.office.registry import pictures
from anlao.office.registry.pictures import PictureRefused, cleaned
from tests.office.registry import drawn
from tests.office.registry.drawn import BLUE, RED, WHITE

NEAR = 12
"""How far a colour may be from its own after it went through JPEG."""


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def is_near(picture: Image.Image, at: tuple[int, int], colour: tuple[int, ...]) -> bool:
    found = picture.getpixel(at)
    assert isinstance(found, tuple)
    return all(abs(one - other) <= NEAR for one, other in zip(found, colour, strict=True))


def refusal(data: bytes) -> str:
    with pytest.raises(PictureRefused) as refused:
        cleaned(data)
    assert refused.value.zh == str(refused.value)
    return refused.value.en


@pytest.mark.parametrize("data", [drawn.jpeg(), drawn.png(), drawn.png(mode="P")])
def test_what_is_kept_is_a_jpeg_of_the_same_picture(data: bytes) -> None:
    kept = opened(cleaned(data))

    assert (kept.format, kept.mode, kept.size) == ("JPEG", "RGB", (40, 30))
    assert is_near(kept, (5, 15), RED)
    assert is_near(kept, (35, 15), BLUE)


@pytest.mark.parametrize(
    ("size", "kept"),
    [
        ((600, 450), (600, 450)),
        ((601, 450), (600, 449)),
        ((1200, 900), (600, 450)),
        ((30, 900), (20, 600)),
        ((1, 3000), (1, 600)),
    ],
)
def test_the_longer_side_is_at_most_600(size: tuple[int, int], kept: tuple[int, int]) -> None:
    assert opened(cleaned(drawn.jpeg(*size))).size == kept


def test_where_and_by_what_it_was_taken_is_gone() -> None:
    sent = drawn.jpeg(exif=drawn.at_home(), comment=b"at home", dpi=(72, 72))
    assert b"Telephone-Maker" in sent
    assert opened(sent).getexif().get_ifd(0x8825)

    kept = cleaned(sent)

    assert not opened(kept).getexif()
    assert set(opened(kept).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    for told in (b"Telephone-Maker", b"Exif", b"at home", b"ICC_PROFILE", b"http://ns.adobe"):
        assert told not in kept


def test_texts_and_profiles_of_a_png_are_gone() -> None:
    from PIL.PngImagePlugin import PngInfo

    told = PngInfo()
    told.add_text("Comment", "at home")
    told.add_itxt("XML:com.adobe.xmp", "<x>at home</x>")
    sent = drawn.written(drawn.picture(), "PNG", pnginfo=told, icc_profile=b"profile of a screen")

    kept = cleaned(sent)

    assert b"at home" in sent
    for text in (b"at home", b"profile of a screen", b"ICC_PROFILE"):
        assert text not in kept


RED_AFTER = {
    1: "left",
    2: "right",
    3: "right",
    4: "left",
    5: "top",
    6: "top",
    7: "bottom",
    8: "bottom",
}


@pytest.mark.parametrize(("orientation", "side"), RED_AFTER.items())
def test_the_picture_stands_as_the_camera_was_held(orientation: int, side: str) -> None:
    kept = opened(cleaned(drawn.jpeg(80, 60, exif=drawn.at_home(orientation))))

    width, height = kept.size
    assert (width > height) == (orientation < 5)
    middle = (width // 2, height // 2)
    ends = {
        "left": (4, middle[1]), "right": (width - 5, middle[1]),
        "top": (middle[0], 4), "bottom": (middle[0], height - 5),
    }  # fmt: skip
    assert is_near(kept, ends[side], RED)
    assert sum(is_near(kept, end, RED) for end in ends.values()) == 1


def test_what_was_clear_becomes_white() -> None:
    made = drawn.picture(40, 30, "RGBA")
    made.paste((0, 0, 0, 0), (0, 0, 20, 30))

    kept = opened(cleaned(drawn.written(made, "PNG")))

    assert is_near(kept, (5, 15), WHITE)
    assert is_near(kept, (35, 15), BLUE)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_every_kind_of_png_is_taken(mode: str) -> None:
    assert opened(cleaned(drawn.png(mode=mode))).size == (40, 30)


def test_greys_of_sixteen_bits_stay_as_bright() -> None:
    sent = drawn.written(Image.new("I;16", (40, 30), 100 * 256), "PNG")

    assert is_near(opened(cleaned(sent)), (5, 15), (100, 100, 100))


def test_of_two_pictures_in_one_file_the_first_is_taken() -> None:
    second = drawn.picture(100, 100)
    sent = drawn.written(drawn.picture(), "MPO", save_all=True, append_images=[second])

    assert opened(cleaned(sent)).size == (40, 30)


def test_a_jpeg_of_inks_is_taken() -> None:
    sent = drawn.written(drawn.picture(mode="CMYK"), "JPEG")

    kept = opened(cleaned(sent))

    assert kept.mode == "RGB"
    assert is_near(kept, (5, 15), RED)


@pytest.mark.parametrize(
    "data",
    [
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"MZ\x90\x00",
        drawn.written(drawn.picture(), "GIF"),
        drawn.written(drawn.picture(), "BMP"),
        drawn.written(drawn.picture(), "TIFF"),
        drawn.written(drawn.picture(), "WEBP"),
    ],
    ids=["html", "svg", "pdf", "program", "gif", "bmp", "tiff", "webp"],
)
def test_what_holds_no_jpeg_or_png_is_refused_whatever_it_is_called(data: bytes) -> None:
    assert "no JPEG or PNG" in refusal(data)


def test_nothing_is_refused_as_empty() -> None:
    assert "empty" in refusal(b"")


def test_a_file_of_five_megabytes_is_taken_and_no_larger_one() -> None:
    fits = drawn.padded(drawn.jpeg(), pictures.MOST_BYTES)

    assert opened(cleaned(fits)).size == (40, 30)
    assert "larger than 5 MB" in refusal(fits + b"\x00")


def test_a_picture_of_25_million_pixels_is_taken_and_no_larger_one() -> None:
    fits = drawn.written(Image.new("L", (5000, 5000)), "PNG")
    larger = drawn.written(Image.new("L", (5000, 5001)), "PNG")

    assert opened(cleaned(fits)).size == (600, 600)
    assert "25 million pixels" in refusal(larger)


@pytest.mark.parametrize(
    ("width", "height"), [(10_000, 9_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)]
)
def test_a_small_file_that_unpacks_to_very_much_is_refused_unread(width: int, height: int) -> None:
    bomb = drawn.claiming(width, height)

    assert len(bomb) < 100
    assert "25 million pixels" in refusal(bomb)


@pytest.mark.parametrize("whole", [drawn.jpeg(300, 300), drawn.png(300, 300)], ids=["jpeg", "png"])
def test_a_picture_that_was_cut_off_is_refused(whole: bytes) -> None:
    assert "damaged" in refusal(whole[: len(whole) // 2])


_WHOLE = (drawn.jpeg(exif=drawn.at_home(6)), drawn.png(), drawn.png(mode="P"))


@given(
    st.sampled_from(_WHOLE),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=12),
)
def test_whatever_is_sent_is_taken_or_refused(
    whole: bytes, changes: list[tuple[float, int]]
) -> None:
    sent = bytearray(whole)
    for where, value in changes:
        sent[int(where * len(sent))] = value
    try:
        kept = cleaned(bytes(sent))
    except PictureRefused:
        return
    assert max(opened(kept).size) <= pictures.LONGEST_SIDE
