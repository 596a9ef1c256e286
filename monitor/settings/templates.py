"""`templates/`: the user's own, read and tried out, so that none fails when an alert needs it."""

from __future__ import annotations

from pathlib import Path

from monitor.settings.documents import read_text
from monitor.settings.mistakes import nearest, shown
from monitor.settings.run import Run

FOLDER = "templates"


def read_templates(run: Run) -> dict[str, str]:
    """File name to source, of those that are right."""
    paths = [path for path in run.entries(run.directory / FOLDER) if not path.name.upper().startswith("README")]
    return {path.name: source for path in paths if (source := _source(run, path)) is not None}


def _source(run: Run, path: Path) -> str | None:
    from monitor.content.look import Look  # jinja2 and babel take time to import: for those who have templates
    from monitor.content.template_trials import fault_in, names_in_templates
    from monitor.content.templating import TEMPLATES

    name = shown(run.use(path))
    if path.name not in TEMPLATES:
        what = f"no template of this name is used{nearest(path.name, TEMPLATES)} (there are: {', '.join(TEMPLATES)})"
        run.mistakes.add(name, 0, "file", what)
        return None
    source = read_text(path, name, run.mistakes)
    if source is None:
        return None
    fault = fault_in(path.name, Look(templates={path.name: source}))
    if fault is None:
        return source
    hint = nearest(fault.unknown, names_in_templates()) if fault.unknown else ""
    run.mistakes.add(name, fault.line, "template", fault.what + hint)
    return None
