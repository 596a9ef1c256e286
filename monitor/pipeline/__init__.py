"""The stages of a feed, composed: the one place that knows their order."""

from monitor.pipeline.imports import Importer, documents_in
from monitor.pipeline.intake import Rules
from monitor.pipeline.poll import Poller

__all__ = ["Importer", "Poller", "Rules", "documents_in"]
