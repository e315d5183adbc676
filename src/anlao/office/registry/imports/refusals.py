"""Refusals of whole files: what is wrong, where, and what the clerk can do, in zh and en.

Each kind of refusal is an exception with a stable code; the words may change, the code may not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence in both languages."""

    zh: str
    en: str

    def of(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


NOTHING = Text("", "")
SAVE_AS_XLSX = Text(
    "请用表格软件打开，另存为“Excel 工作簿（*.xlsx）”后再上传。",
    "Open it in your spreadsheet program, save it as an Excel workbook (*.xlsx), upload that.",
)
COPY_VALUES = Text(
    "请新建空白工作簿，把名单“仅粘贴数值”进去，另存为 *.xlsx 后再上传。",
    "Paste the list as values into a new workbook, save that as *.xlsx and upload it.",
)
ASK_SOURCE = Text(
    "请向提供名单的部门重新索取，不要打开来路不明的文件。",
    "Ask the office that sent the list for a new copy; do not open files of unknown origin.",
)


class FileRefused(Exception):
    """A file cannot be used at all. ``where`` names the part, line or cell, if there is one."""

    code: ClassVar[str] = "file-refused"
    what: ClassVar[Text] = Text("文件无法使用", "The file cannot be used")
    advice: ClassVar[Text] = SAVE_AS_XLSX

    def __init__(self, where: Text = NOTHING) -> None:
        super().__init__(where)
        self.where = where

    def message(self, language: Language = "zh") -> str:
        """Return what, where and what to do as one line."""
        what, where, advice = (part.of(language) for part in (self.what, self.where, self.advice))
        if language == "zh":
            return f"{what}（{where}）。{advice}" if where else f"{what}。{advice}"
        return f"{what} ({where}). {advice}" if where else f"{what}. {advice}"

    def __str__(self) -> str:
        return f"{self.code}: {self.message('en')}"


def place(where: str) -> Text:
    """Return a place whose name is the same in both languages, such as a part of a workbook."""
    shown = "".join(c if c.isprintable() else "?" for c in where)[:120]
    return Text(shown, shown)


def line(number: int) -> Text:
    return Text(f"第 {number} 行", f"line {number}")


class EmptyFile(FileRefused):
    code = "file-empty"
    what = Text("文件是空的", "The file is empty")
    advice = Text("请重新导出名单后再上传。", "Export the list again and upload that.")


class FileTooLarge(FileRefused):
    code = "file-too-large"
    what = Text("文件太大", "The file is too large")
    advice = Text(
        "请按乡镇分成几个文件上传，并删去图片。",
        "Upload one file for each township, and remove pictures.",
    )


class WrongType(FileRefused):
    code = "file-wrong-type"
    what = Text("文件内容不是表格", "What the file holds is neither an xlsx workbook nor csv text")


class OldWorkbook(FileRefused):
    code = "file-old-xls"
    what = Text("这是旧版 Excel（.xls）文件", "This is a workbook of the old .xls format")


class EncryptedFile(FileRefused):
    code = "file-encrypted"
    what = Text("文件设有密码", "The file is protected by a password")
    advice = Text(
        "请打开后取消密码，另存为 *.xlsx 再上传；密码不要发给任何人。",
        "Open it, take the password off, save it as *.xlsx and upload that; tell nobody the word.",
    )


class HasMacros(FileRefused):
    code = "file-has-macros"
    what = Text("文件含有宏程序", "The file holds macros")
    advice = COPY_VALUES


class HasExternalLinks(FileRefused):
    code = "file-external-links"
    what = Text("文件链接到外部数据", "The file links to data outside itself")
    advice = COPY_VALUES


class HasDynamicDataExchange(FileRefused):
    code = "file-dde"
    what = Text(
        "文件含有会启动其他程序的公式（DDE）", "A formula would start another program (DDE)"
    )
    advice = ASK_SOURCE


class HasEmbeddedObject(FileRefused):
    code = "file-embedded-object"
    what = Text("文件内嵌了其他文件或控件", "Another file or a control is embedded in the file")
    advice = COPY_VALUES


class HasNestedArchive(FileRefused):
    code = "file-nested-archive"
    what = Text("文件里套着压缩包", "There is an archive inside the file")
    advice = COPY_VALUES


class ExpandsTooFar(FileRefused):
    code = "file-expands-too-far"
    what = Text("文件解压后过大，疑似“压缩炸弹”", "The file unpacks to far too much")
    advice = ASK_SOURCE


class TooManyParts(FileRefused):
    code = "file-too-many-parts"
    what = Text("文件内的部件过多", "The file holds too many parts")
    advice = COPY_VALUES


class SheetTooWide(FileRefused):
    code = "file-sheet-too-wide"
    what = Text("工作表用到的行或列过多", "A sheet reaches too many rows or columns")
    advice = Text(
        "请删去名单右边和下边的多余行列，或按乡镇分成几个文件。",
        "Delete the spare columns and rows beyond the list, or split it by township.",
    )


class HasEntities(FileRefused):
    code = "file-xml-entities"
    what = Text("文件里有不允许的 XML 定义", "The file defines XML entities, which are not allowed")
    advice = ASK_SOURCE


class BrokenWorkbook(FileRefused):
    code = "file-broken-workbook"
    what = Text("工作簿已损坏或不完整", "The workbook is damaged or incomplete")


class UnknownEncoding(FileRefused):
    code = "file-unknown-encoding"
    what = Text(
        "文字编码无法识别（应为 UTF-8 或 GB 18030）",
        "The text is neither UTF-8 nor GB 18030",
    )


class MixedEncodings(FileRefused):
    code = "file-mixed-encodings"
    what = Text("同一文件混有两种文字编码", "The file mixes two encodings of text")


class BrokenQuotes(FileRefused):
    code = "file-broken-quotes"
    what = Text("引号不成对，行列无法分清", "A quotation mark is not closed, so cells run together")


class CellTooLong(FileRefused):
    code = "file-cell-too-long"
    what = Text(
        "有一格的文字过长，可能引号不成对", "A cell is far too long; a quotation mark open?"
    )


class NoTable(FileRefused):
    code = "file-no-table"
    what = Text("没有找到带表头的名单", "No list with a header row was found")
    advice = Text(
        "请确认第一张表里有表头（如 姓名、公民身份号码）和至少一行数据。",
        "See that a sheet has a header row (a name, an identity number) and a row below it.",
    )
