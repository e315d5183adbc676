"""Bytes of a text file -> text: UTF-8, UTF-16 with a mark, or GB 18030; never guessed by halves."""

from __future__ import annotations

import re

from anlao.office.registry.imports.refusals import (
    HasDynamicDataExchange,
    MixedEncodings,
    UnknownEncoding,
    WrongType,
    line,
)

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_DDE = re.compile(
    r"""(?:^|[,;\t"])[ ]*[=+\-@][^,;\t"\r\n|]{0,200}\|[^,\t\r\n]{0,200}!""", re.MULTILINE
)
_HAN = re.compile(r"[\u3400-\u9fff]")


def decode(data: bytes) -> str:
    """Return the text without its byte order mark.

    Raises UnknownEncoding, MixedEncodings, WrongType (bytes that are no text) or
    HasDynamicDataExchange.
    """
    text = _decoded(data).removeprefix("\ufeff")
    control = _CONTROL.search(text)
    if control is not None:
        raise WrongType(line(text.count("\n", 0, control.start()) + 1))
    formula = _DDE.search(text)
    if formula is not None:
        raise HasDynamicDataExchange(line(text.count("\n", 0, formula.end()) + 1))
    return text


def _decoded(data: bytes) -> str:
    encoding = _UTF16_MARKS.get(data[:2])
    if encoding is not None:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            raise UnknownEncoding from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        bad = line(data.count(b"\n", 0, error.start) + 1)
        sound = data[: error.start].decode("utf-8", "replace")
    # GB 18030 accepts almost any bytes: a file that began as UTF-8 would turn into nonsense
    # without a complaint, so two encodings in one file are refused, not repaired.
    if data.startswith(_UTF8_MARK) or _begins_as_utf8(sound):
        raise MixedEncodings(bad)
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise UnknownEncoding(line(data.count(b"\n", 0, error.start) + 1)) from None


def _begins_as_utf8(sound: str) -> bool:
    """Two Chinese characters in a row of valid UTF-8 hardly ever happen in GB 18030 bytes."""
    return len(_HAN.findall(sound)) > 1
