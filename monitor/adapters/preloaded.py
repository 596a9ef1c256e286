"""What the functions run in workers need, also what they import when first called: imported once, by the process that workers
are forked from, for each would import it anew."""

from importlib import import_module

from monitor.garbage import collector_paused

PRELOADED = (
    "monitor.adapters.worker",
    "monitor.pipeline.documents",
    "monitor.content.articles",
    "monitor.content.feeds",
    "monitor.content.language",
    "monitor.content.pages",
    "monitor.content.phrases",
    "monitor.content.warm",
    "monitor.core.watching",
    "numpy",
    "xml.sax.expatreader",
)

with collector_paused():  # the first worker waits for it
    for name in PRELOADED:
        import_module(name)
