"""Reading one file: bytes, UTF-8, TOML; each failure at its line."""

from __future__ import annotations

import re
import tomllib
from contextvars import ContextVar
from pathlib import Path

import tomli

from monitor.settings.locator import Places
from monitor.settings.mistakes import Document, Mistakes, reason, shown

INTERRUPTIBLE: ContextVar[bool] = ContextVar("interruptible", default=False)
"""Whether others are to get on while a file is read: tomli, compiled, is three times as fast as the standard library's, which
is the same parser, and keeps the interpreter to itself for half a second over 50,000 feeds."""
MAX_FILE = 16_000_000
"""Bytes of one file. The largest real OPML lists are about 5 MB; a log file named by mistake is larger."""

_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_IN_WORDS = (
    (r"Invalid value", 'not a value: text needs quotes ("…"), and so do durations and sizes'),
    (r"Illegal character '\\n'", "a quote is not closed on its line"),
    (r"Illegal character '\\r'", "a carriage return in the middle of a line"),
    (r"Illegal character", "a control character"),
    (r"Unterminated string", "a quote is not closed"),
    (r'Expected "\'\'\'"', "the quotes ''' are not closed"),
    (r"Cannot overwrite a value", "given twice"),
    (r"Cannot declare \((.*)\) twice", "the table {} is given twice"),
    (r"Unclosed array", "a list without its closing ], or two elements without a comma between"),
    (r"Unclosed inline table", "a table without its closing }}"),
    (r"Expected '=' after a key", 'expected "=" after the key'),
    (r"Expected newline or end of document after a statement", "more after the value than the line may hold"),
    (r"Invalid statement", "neither a key = value, nor a [table], nor a # comment"),
    (r"Unescaped '\\' in a string", "a backslash inside \"…\": write it twice, or use '…'"),
    (r"Invalid initial character for a key part", "not a key: letters, digits, - and _, or quotes around others"),
)

_LINE_END = re.compile("\r+\n")  # tomli makes one of a pair, and so would leave a pair of three
_NUMBER = re.compile(r"[0-9_]+")


def beginning(path: Path, most: int) -> bytes:
    """At most so many bytes of a file. Raises OSError, also for a pipe or a device: to read one might never end."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError("not a file")
    with path.open("rb") as file:
        return file.read(most)


def read_text(path: Path, name: str, mistakes: Mistakes) -> str | None:
    """A file's text with ``\\n`` line ends and no byte order mark; None after noting why it cannot be had."""
    try:
        body = beginning(path, MAX_FILE + 1)
    except OSError as error:
        mistakes.add(name, 0, "file", f"cannot be read: {reason(error)}")
        return None
    if len(body) > MAX_FILE:
        mistakes.add(name, 0, "file", f"larger than {MAX_FILE // 1_000_000} MB")
        return None
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        mistakes.add(name, line, "file", f"not UTF-8: byte 0x{body[error.start]:02x}; save the file as UTF-8")
        return None
    return _LINE_END.sub("\n", text)


def read_document(path: Path, mistakes: Mistakes) -> Document | None:
    """A TOML file with its places; None after noting what is wrong with it."""
    name = shown(path)
    text = read_text(path, name, mistakes)
    if text is None:
        return None
    try:
        data = (tomllib if INTERRUPTIBLE.get() else tomli).loads(text)
    except (tomllib.TOMLDecodeError, tomli.TOMLDecodeError) as error:
        _syntax(name, text, str(error), mistakes)
        return None
    except RecursionError:
        mistakes.add(name, 1, "file", "lists nested too deep")
        return None
    except ValueError:  # of int(), which takes 4,300 digits
        longest = max(_NUMBER.finditer(text), key=lambda found: len(found[0]))
        mistakes.add(name, text.count("\n", 0, longest.start()) + 1, "file", "not TOML: a number of too many digits")
        return None
    return Document(path, name, data, Places(text))


def _syntax(name: str, text: str, message: str, mistakes: Mistakes) -> None:
    """One syntax error: line, column, plain words, the line with a caret."""
    match = _AT.search(message)
    bare = message[: match.start()] if match else message
    what = next(
        (words.format(*found.groups()) for pattern, words in _IN_WORDS if (found := re.match(pattern, bare))), bare
    )
    lines = text.split("\n")
    if match and match.group(1):
        line, column = int(match.group(1)), int(match.group(2))
    else:
        text = text.rstrip("\n")
        line, column = text.count("\n") + 1, len(text) - text.rfind("\n")
    excerpt = "\n".join((f"  {lines[line - 1]}", "  " + " " * (column - 1) + "^")) if line <= len(lines) else ""
    mistakes.add(name, line, f"column {column}", f"not TOML: {what}", excerpt)
