"""Pictures from outside are hostile: what they hold is found out, and only pixels are kept.

``photo.jpg`` that is a web page -> refused; a picture of a telephone, 4000 x 3000, turned, with
the place where it was taken -> upright, 600 x 450, nothing but the picture.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from warnings import catch_warnings, simplefilter

from PIL import Image, UnidentifiedImageError
from PIL.Image import Transpose

MOST_BYTES = 5 * 2**20
MOST_PIXELS = 25_000_000
"""A telephone's picture; more would fill the memory of a small server when it is unpacked."""
LONGEST_SIDE = 600
_FORMATS = ("JPEG", "PNG")
_QUALITY = 85
_WHITE = (255, 255, 255)
_ORIENTATION = 0x0112
_TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_DAMAGES = (
    OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, OverflowError,
    struct.error, zlib.error,
)  # fmt: skip
"""What the decoder raises on data that somebody made up or cut off."""


@dataclass(eq=False, slots=True)
class PictureRefused(ValueError):
    """Raised where a file cannot be taken as a picture, with what to do, in both languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh


def cleaned(data: bytes) -> bytes:
    """Return a picture as it is kept: JPEG, upright, small, without metadata.

    Raises PictureRefused.
    """
    if len(data) > MOST_BYTES:
        raise too_large()
    if not data:
        raise PictureRefused("文件是空的，请重新选择照片。", "The file is empty; choose another.")
    try:
        with _quiet(), Image.open(BytesIO(data), formats=_FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise _too_many_pixels()
            return _written(_upright(opened))
    except _BOMBS:
        raise _too_many_pixels() from None
    except PictureRefused:
        raise
    except UnidentifiedImageError:
        raise PictureRefused(
            "文件内容不是 JPEG 或 PNG 图片。请用手机或看图软件另存为 JPEG 后再上传。",
            "The file holds no JPEG or PNG picture. Save it as JPEG, then bring that.",
        ) from None
    except _DAMAGES:
        raise PictureRefused(
            "图片已损坏或不完整，请重新拍摄或另存后再上传。",
            "The picture is damaged or cut off. Take it again, or save it anew.",
        ) from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Let the decoder say nothing of damaged metadata, which is not kept anyway."""
    with catch_warnings():
        simplefilter("ignore", UserWarning)
        yield


def too_large() -> PictureRefused:
    """Return the refusal of a file of too many bytes."""
    most = MOST_BYTES // 2**20
    return PictureRefused(
        f"文件超过 {most} MB，请缩小后再上传。",
        f"The file is larger than {most} MB; make it smaller.",
    )


def _too_many_pixels() -> PictureRefused:
    return PictureRefused(
        f"图片超过 {MOST_PIXELS // 10_000} 万像素，请缩小后再上传。",
        f"The picture has more than {MOST_PIXELS // 1_000_000} million pixels; make it smaller.",
    )


def _upright(opened: Image.Image) -> Image.Image:
    """Return a small picture, turned as the camera was held, on white where it was clear."""
    turn = _TURNS.get(opened.getexif().get(_ORIENTATION, 1))
    picture = _plain(opened)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    if turn is not None:
        picture = picture.transpose(turn)
    # A new one: an opened picture would hand its comments and profiles on to the file.
    kept = Image.new("RGB", picture.size, _WHITE)
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        kept.paste(picture, mask=picture)
    else:
        kept.paste(picture.convert("RGB"))
    return kept


def _plain(opened: Image.Image) -> Image.Image:
    """Return a picture of which colours can be averaged."""
    if opened.mode in ("1", "P", "PA"):
        return opened.convert("RGBA")
    if opened.mode.startswith("I"):  # greys of 16 bits, which a plain conversion cuts off
        return opened.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    return opened


def _written(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "JPEG", quality=_QUALITY, optimize=True)
    return file.getvalue()
