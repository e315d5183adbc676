"""Pictures made for tests: left half red, right half blue, so that turning shows."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

RED, BLUE, WHITE = (200, 20, 20), (20, 20, 200), (255, 255, 255)


def picture(width: int = 40, height: int = 30, mode: str = "RGB") -> Image.Image:
    made = Image.new("RGB", (width, height), RED)
    made.paste(BLUE, (width // 2, 0, width, height))
    return made.quantize() if mode == "P" else made.convert(mode)


def jpeg(width: int = 40, height: int = 30, **more: Any) -> bytes:
    return written(picture(width, height), "JPEG", **more)


def png(width: int = 40, height: int = 30, mode: str = "RGB") -> bytes:
    return written(picture(width, height, mode), "PNG")


def written(made: Image.Image, form: str, **more: Any) -> bytes:
    file = BytesIO()
    made.save(file, form, **more)
    return file.getvalue()


def padded(data: bytes, size: int) -> bytes:
    """Return a picture with bytes behind its end, which no reader looks at."""
    return data + bytes(size - len(data))


def claiming(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that says it unpacks to many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def at_home(orientation: int = 1) -> bytes:
    """Return the EXIF of a telephone: where it was taken, by what, and how it was held."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Telephone-Maker"
    exif.get_ifd(0x8825).update({1: "N", 2: (28.0, 35.0, 30.0), 3: "E", 4: (119.0, 16.0, 12.0)})
    return exif.tobytes()
