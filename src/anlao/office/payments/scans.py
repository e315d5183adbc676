"""Whether a file that was brought as a scan is one, by what it holds and not by its name."""

from __future__ import annotations

from io import BytesIO
from warnings import catch_warnings, simplefilter

from PIL import Image

LARGEST = 20 * 2**20
_MOST_PIXELS = 60_000_000
"""A sheet of A3 at 400 dots to the inch has half as many; more is a bomb, not a scan."""
_PDF, _PDF_ENDS, _PDF_TAIL = b"%PDF-", b"%%EOF", 1024
_PICTURES = ("JPEG", "PNG")


def is_scan(data: bytes) -> bool:
    """Return whether a file is a whole PDF, JPEG or PNG of a size that a scan has."""
    if not data or len(data) > LARGEST:
        return False
    if data.startswith(_PDF):
        return _PDF_ENDS in data[-_PDF_TAIL:]
    return _is_picture(data)


def kind_of(scan: bytes) -> str:
    """Return the media type of a scan that was accepted."""
    if scan.startswith(_PDF):
        return "application/pdf"
    return "image/png" if scan.startswith(b"\x89PNG") else "image/jpeg"


def _is_picture(data: bytes) -> bool:
    """Decode a picture to its end: one that was cut off opens, but does not load."""
    try:
        with catch_warnings():
            simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data), formats=_PICTURES) as opened:
                if opened.width * opened.height > _MOST_PIXELS:
                    return False
                opened.load()
    except Exception:  # noqa: BLE001 - whatever a decoder says of hostile bytes: it is no scan
        return False
    return True
