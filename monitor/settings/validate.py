"""One table against its model: every mistake of it, in plain words, at its key's line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import Field, ValidationError, create_model
from pydantic_core import ErrorDetails

from monitor.settings import locator
from monitor.settings.mistakes import Document, Mistakes, nearest
from monitor.settings.schema import ELSEWHERE, Table

T = TypeVar("T", bound=Table)

_ARRAYS = ("feed", "test")
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


@dataclass(frozen=True, slots=True)
class Checked(Generic[T]):
    """What is right of a table. Keys that are wrong or missing stand in `bad`, and have their default or None."""

    table: T
    bad: frozenset[str] = frozenset()


def validate(
    model: type[T], document: Document, mistakes: Mistakes, data: Any = None, base: locator.Path = ()
) -> Checked[T]:
    """The document (or the table at `base`) as the model, as far as it is right; its mistakes are noted.

    One bad key does not hide what else is wrong, here or in what refers to this table.
    """
    data = document.data if data is None else data
    if isinstance(data, dict):
        _note_repeated(document, mistakes, data, base)
    try:
        return Checked(model.model_validate(data))
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    for detail in details:
        _note(model, document, mistakes, detail, base)
    bad = frozenset(str(detail["loc"][0]) for detail in details if detail["loc"])
    good = {key: value for key, value in data.items() if key not in bad} if isinstance(data, dict) else {}
    return Checked(_lenient(model).model_validate(good), bad)


def _note_repeated(document: Document, mistakes: Mistakes, data: dict[str, Any], base: locator.Path) -> None:
    """Texts that a list holds twice, here and in the tables below. The text is not repeated: it may be a secret."""
    for key, value in data.items():
        path = (*base, key)
        if isinstance(value, dict):
            _note_repeated(document, mistakes, value, path)
        elif isinstance(value, list) and all(isinstance(entry, str) for entry in value):
            first: dict[str, int] = {}
            for number, entry in enumerate(value):
                if first.setdefault(entry, number) < number:
                    mistakes.at_value(document, (*path, number), f"listed twice, first as number {first[entry] + 1}")


def _lenient(model: type[T]) -> type[T]:
    """The same table with nothing required."""
    made: type[T] = _without_required(model)
    return made


@cache
def _without_required(model: type[Table]) -> Any:
    required = {name: info for name, info in model.model_fields.items() if info.is_required()}
    fields: dict[str, Any] = {
        name: (info.rebuild_annotation(), Field(default=None, alias=info.alias)) for name, info in required.items()
    }
    return create_model(model.__name__, __base__=model, **fields)


def _note(model: type[Table], document: Document, mistakes: Mistakes, detail: ErrorDetails, base: locator.Path) -> None:
    inner = tuple(
        part for part in detail["loc"] if not (isinstance(part, str) and part.startswith(("list[", "function")))
    )
    path = (*base, *inner)
    if detail["type"] == "extra_forbidden":
        mistakes.at_key(document, path, f"unknown key{_advice(model, inner)}")
    elif detail["type"] == "missing":
        mistakes.at_key(document, path, f'"{path[-1]}" is missing')
    elif detail["type"] == "list_type" and path[-1] in _ARRAYS:
        mistakes.at_value(document, path, f"write each {path[-1]} as [[{path[-1]}]] with its keys below")
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


def _advice(model: type[Table], path: tuple[int | str, ...]) -> str:
    """The table that has this very key; else the nearest key of the same table, and all there are when they are few."""
    key = str(path[-1])
    if key in ELSEWHERE.get(model, {}):
        return f"; it belongs {ELSEWHERE[model][key]}"
    known = _known_keys(model, path[:-1])
    return nearest(key, known) + (f" (there are: {', '.join(sorted(known))})" if len(known) <= 12 else "")


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
