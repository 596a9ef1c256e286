"""Templates by jinja2: those built in, and the user's own in their place, which run in jinja2's sandbox."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import TracebackType
from typing import Any

import jinja2
import jinja2.meta
import jinja2.nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

TEMPLATES = ("mail.html.j2", "mail.txt.j2")
"""What a user may put into ``templates/``: a mail's HTML, and its text, which is also what Apprise sends."""

_OPTIONS: dict[str, Any] = {
    "autoescape": jinja2.select_autoescape(enabled_extensions=("html.j2",), default=False),
    "undefined": jinja2.StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
}
_BREAKS = (jinja2.TemplateError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a template raises that does with its values what they cannot do."""
_UNKNOWN = re.compile(r"'(\w+)' is undefined$|has no attribute '(\w+)'$")


class TemplateFault(Exception):
    """A user's template that cannot be read or rendered. `unknown` is the name in it that nothing has, if that is why."""

    def __init__(self, line: int, what: str, unknown: str | None = None) -> None:
        self.line, self.what, self.unknown = line, what, unknown
        super().__init__(f"line {line}: {what}")


class Templates:
    """`own` maps names of `TEMPLATES` to the user's source. They may include and extend ``built-in/NAME``."""

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        self.own = dict(own or {})
        built_in = jinja2.PackageLoader("monitor.content")
        self._built_in = jinja2.Environment(loader=built_in, **_OPTIONS)  # noqa: S701 - escapes by the name's ending  # nosec B701
        load = jinja2.FunctionLoader(lambda name: (self.own[name], name, None) if name in self.own else None)
        loader = jinja2.ChoiceLoader([load, jinja2.PrefixLoader({"built-in": built_in})])
        self._sandbox = ImmutableSandboxedEnvironment(loader=loader, **_OPTIONS)

    def built_in(self, name: str, context: Mapping[str, Any]) -> str:
        """The built-in template, rendered."""
        return self._built_in.get_template(name).render(context)

    def users(self, name: str, context: Mapping[str, Any]) -> str:
        """The user's own template, rendered. Raises TemplateFault."""
        try:
            return self._sandbox.get_template(name).render(context)
        except jinja2.TemplateSyntaxError as error:
            raise TemplateFault(error.lineno, error.message or "a syntax error") from None
        except jinja2.TemplateNotFound as error:
            raise TemplateFault(_line(error.__traceback__, name), f"there is no template {error.message}") from None
        except _BREAKS as error:
            found = _UNKNOWN.search(str(error)) if isinstance(error, jinja2.UndefinedError) else None
            what = str(error) if isinstance(error, jinja2.TemplateError) else f"{type(error).__name__}: {error}"
            unknown = (found[1] or found[2]) if found else None
            raise TemplateFault(_line(error.__traceback__, name), what, unknown) from None

    def look_over(self, name: str, known: Collection[str]) -> None:
        """Read the user's template without rendering it: its syntax, and names that no message has.

        Finds those in branches too that a sample would not take. Raises TemplateFault.
        """
        try:
            tree = self._sandbox.parse(self.own[name], name)
        except jinja2.TemplateSyntaxError as error:
            raise TemplateFault(error.lineno, error.message or "a syntax error") from None
        strange = jinja2.meta.find_undeclared_variables(tree) - set(known) - self._sandbox.globals.keys()
        for node in tree.find_all(jinja2.nodes.Name):
            if node.name in strange:
                raise TemplateFault(node.lineno, f"'{node.name}' is undefined", node.name)


def _line(trace: TracebackType | None, name: str) -> int:
    """The template's line in a traceback, the innermost; jinja2 puts them there. 1 when there is none."""
    line = 1
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == name:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
