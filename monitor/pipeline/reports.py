"""What became of a poll, for its report and its line in the log."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from monitor.model import Feed, PollReport
from monitor.pipeline.intake import Taken

log = structlog.get_logger()


def report_of(feed: Feed, taken: Sequence[Taken], entries: int, problem: str | None) -> PollReport:
    """What became of a document's entries."""
    counts = {kind: sum(one.kind == kind for one in taken) for kind in ("new", "copy", "revised")}
    return PollReport(
        feed.id,
        "ok",
        new=counts["new"],
        copies=counts["copy"],
        revised=counts["revised"],
        alerts=sum(one.alerts for one in taken),
        entries=entries,
        error=problem,
    )


def waiting_for(count: int, problem: str | None) -> str:
    """A document's problem, with how many of its entries were left for the next poll."""
    return "; ".join(filter(None, (problem, f"{count} entries wait for the next poll (limits.entries)")))


def log_poll(report: PollReport) -> None:
    """The one line of a poll; none of one that found all as it was: of 50,000 feeds they were four million a day."""
    if report.status == "unchanged":
        return
    values = {name: getattr(report, name) for name in ("new", "copies", "revised", "alerts") if getattr(report, name)}
    if report.error:
        values["error"] = report.error
    level = log.warning if report.status == "failed" else log.info
    level("polled", feed=report.id, status=report.status, **values, took=report.seconds)
