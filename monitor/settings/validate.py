"""One document against its model: every mistake of it, in plain words, at its key's line."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from monitor.settings import locator
from monitor.settings.mistakes import Document, Mistakes, nearest
from monitor.settings.schema import Table

T = TypeVar("T", bound=Table)

_KINDS = {
    "bool_type": "true or false is asked for, without quotes",
    "int_type": "a whole number is asked for, without quotes",
    "int_from_float": "a whole number is asked for",
    "list_type": 'a list is asked for, such as ["a", "b"]',
    "model_type": "a table is asked for",
    "model_attributes_type": "a table is asked for",
    "dict_type": "a table is asked for",
    "too_short": "the list is empty",
    "string_type": "text in quotes is asked for",
}


def validate(
    model: type[T], document: Document, mistakes: Mistakes, data: Any = None, base: locator.Path = ()
) -> T | None:
    """The document (or the part of it at `base`) as the model; None after noting its mistakes."""
    try:
        return model.model_validate(document.data if data is None else data)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            _note(model, document, mistakes, detail, base)
        return None


def _note(model: type[Table], document: Document, mistakes: Mistakes, detail: ErrorDetails, base: locator.Path) -> None:
    inner = tuple(
        part for part in detail["loc"] if not (isinstance(part, str) and part.startswith(("list[", "function")))
    )
    path = (*base, *inner)
    if detail["type"] == "extra_forbidden":
        known = _known_keys(model, inner[:-1])
        mistakes.at_key(document, path, f"unknown key{nearest(str(path[-1]), known)}{_choices(known)}")
    elif detail["type"] == "missing":
        mistakes.at_key(document, path, f'"{path[-1]}" is missing')
    else:
        mistakes.at_value(document, path, _words(detail))


def _words(detail: ErrorDetails) -> str:
    if detail["type"] == "value_error":
        return detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "literal_error":
        return f"one of {detail['ctx']['expected']} is asked for"
    if detail["type"] in ("greater_than_equal", "less_than_equal"):
        return detail["msg"].replace("Input should be", "a number").lower() + " is asked for"
    return _KINDS.get(detail["type"], detail["msg"])


def _choices(known: list[str]) -> str:
    return f" (there are: {', '.join(sorted(known))})" if len(known) <= 12 else ""


def _known_keys(model: type[Table], path: tuple[int | str, ...]) -> list[str]:
    """The keys of the table at a path below the model."""
    for part in path:
        if isinstance(part, int):
            continue
        inner = _inner(model.model_fields[part].annotation) if part in model.model_fields else None
        if inner is None:
            return []
        model = inner
    return [field.alias or name for name, field in model.model_fields.items()]


def _inner(annotation: Any) -> type[Table] | None:
    for candidate in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(candidate, type) and issubclass(candidate, Table):
            return candidate
    return None
