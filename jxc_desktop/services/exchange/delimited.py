"""Text tables: which characters, which separator, and the records."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.exchange.files import MAX_FIELD, refuse, utf16_or_marked

DELIMITERS = ",;\t|"
_SAMPLE = 16 << 20
_LOOK = 64 << 10  # characters looked at for the separator
_LIVE = re.compile(r"'+[=+\-@\t\r]")
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """How a text table is written. `named` is the separator that the file's own first line names."""

    encoding: str
    delimiter: str
    named: bool = False
    warnings: tuple[str, ...] = ()


def guess(path: Path, encoding: str | None = None, delimiter: str | None = None) -> Dialect:
    """The dialect of a file; what is given is checked, not guessed."""
    warnings: list[str] = []
    if encoding is None:
        encoding = _guess_encoding(path, warnings)
    elif (fault := _first_fault(path, encoding)) is not None:
        raise refuse(path, N_("line {line} is not written in {encoding}"), line=fault[1], encoding=encoding)
    if delimiter is not None and len(delimiter) != 1:
        raise refuse(path, N_("the separator must be one character"))
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(_LOOK).removeprefix("\ufeff")
    named = _SEPARATOR_LINE.match(sample)
    if delimiter is None:
        delimiter = named[1] if named else _guess_delimiter(path, sample)
    return Dialect(encoding, delimiter, bool(named), tuple(warnings))


def records(path: Path, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """(line number of its start, fields) of each record; CannotImport names the line that cannot be read."""
    with path.open(encoding=dialect.encoding, newline="") as file:
        lines = _clean_lines(path, file)
        if dialect.named:
            next(lines)
        yield from _parse(path, lines, dialect)


def _parse(path: Path, lines: Iterator[str], dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(MAX_FIELD)
    reader = csv.reader(lines, delimiter=dialect.delimiter, strict=True)
    start = 1 + dialect.named
    try:
        for fields in reader:
            yield start, [_unescape(field) for field in fields]
            start = reader.line_num + 1 + dialect.named
    except csv.Error as error:
        if "field larger" in str(error):
            raise refuse(path, N_("a field in line {line} is longer than {limit} MB"), line=start,
                         limit=MAX_FIELD >> 20) from error
        raise refuse(path, N_('the quotation marks in the record that starts in line {line} do not match'),
                     line=start) from error


def _clean_lines(path: Path, file: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(file, start=1):
        if number == 1:
            line = line.removeprefix("\ufeff")
        if "\0" in line:
            raise refuse(path, N_("line {line} holds binary data (NUL characters)"), line=number)
        yield line.rstrip("\x1a") if line.endswith("\x1a") else line


def _unescape(text: str) -> str:
    """The apostrophe that kept a spreadsheet from running the text as a formula goes away again."""
    return text[1:] if text.startswith("'") and _LIVE.match(text) else text


def _guess_encoding(path: Path, warnings: list[str]) -> str:
    with path.open("rb") as file:
        data = file.read(_SAMPLE)
    marked = utf16_or_marked(data[:8192])
    fault = _first_fault(path, marked or "utf-8")
    if fault is None:
        return marked or "utf-8"
    if marked or _mostly_utf8(data):
        raise refuse(path, N_("line {line} is not written in {encoding}"), line=fault[1], encoding=marked or "utf-8")
    if _isolated(data) and _first_fault(path, "cp1252") is None:
        warnings.append(tr("The file was read as Western European text (cp1252); please check the preview"))
        return "cp1252"
    fault = _first_fault(path, "gb18030")
    if fault is not None:
        raise refuse(path, N_("line {line} is neither UTF-8 nor GBK; please choose the encoding"), line=fault[1])
    return "gb18030"


def _first_fault(path: Path, encoding: str) -> tuple[int, int] | None:
    """(offset, line) of the first bytes that are not text in `encoding`."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
    except LookupError as error:
        raise refuse(path, N_("the encoding {encoding} is unknown"), encoding=encoding) from error
    offset, line = 0, 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(1 << 20)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return offset + error.start, line + bytes(error.object)[:error.start].count(b"\n")
            if not chunk:
                return None
            offset, line = offset + len(chunk), line + text.count("\n")


def _mostly_utf8(data: bytes) -> bool:
    """UTF-8 with a few damaged places; read as GBK it would turn into other Chinese characters."""
    text = data.decode("utf-8", "replace")
    faults = text.count("\ufffd")
    return len(text) - len(text.encode("ascii", "ignore")) - faults > 4 * faults


def _isolated(data: bytes) -> bool:
    """High bytes standing alone are accented letters; Chinese ones come in pairs."""
    runs = re.findall(rb"[\x80-\xff]+", data[:1 << 20])
    return sum(len(run) == 1 for run in runs) > len(runs) * 0.8


def _guess_delimiter(path: Path, sample: str) -> str:
    best, score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        widths = Counter(len(fields) for fields in _sampled(sample, delimiter) if any(fields))
        width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        share = round(times / max(widths.total(), 1), 1)
        if width > 1 and share >= 0.5 and (share, width) > score:
            best, score = delimiter, (share, width)
    _refuse_double(path, sample, best)
    return best


def _sampled(sample: str, delimiter: str) -> list[list[str]]:
    found = []
    try:
        for fields in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            found.append(fields)
    except csv.Error:  # the sample may end inside a field, or one field be longer than it
        pass
    return found[:-1] if len(found) > 1 and len(sample) == _LOOK else found


def _refuse_double(path: Path, sample: str, delimiter: str) -> None:
    """Fields parted by two signs such as +| would all come in with the first of them at their end."""
    before = Counter(re.findall(r"(.)" + re.escape(delimiter), sample))
    signs = {sign: times for sign, times in before.items() if sign in "+&~^#*%$!@"}
    if sum(signs.values()) > max(20, before.total() * 0.9):
        raise refuse(path, N_("its fields are separated by {separator}; please save it with commas or as .xlsx"),
                     separator=max(signs, key=lambda sign: signs[sign]) + delimiter)
