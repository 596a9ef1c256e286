"""Each configured channel's transport, imported when used: mail, templates and locales take long, and most have one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, assert_never

from monitor.adapters.guard import Guard
from monitor.adapters.http import HttpFetcher
from monitor.core.addresses import refusal
from monitor.model import (
    AppriseChannel,
    Channel,
    CommandChannel,
    Config,
    EmailChannel,
    FeedChannel,
    JsonlChannel,
    WebhookChannel,
)
from monitor.ports import Clock, Sender

if TYPE_CHECKING:
    from monitor.content.look import Look


def make_senders(config: Config, guard: Guard, fetcher: HttpFetcher, clock: Clock) -> Mapping[str, Sender]:
    """A sender for every channel, all of them behind the guard."""
    if not config.channels:
        return {}
    from monitor.content.look import Look

    look = Look(config.alerts.locale, config.alerts.timezone, config.templates)
    return {channel.id: _sender(channel, guard, fetcher, clock, look) for channel in config.channels.values()}


def _refusal(guard: Guard, address: str, port: int) -> str | None:
    """Apprise dials by itself, and takes a proxy from the environment; the configured one may be dialled."""
    why = refusal(address, guard.policy.open_at(port))
    return None if why is not None and guard.is_proxy(address, port, look=True) else why


def _sender(channel: Channel, guard: Guard, fetcher: HttpFetcher, clock: Clock, look: Look) -> Sender:
    match channel:
        case EmailChannel():
            from monitor.adapters.smtp import SmtpSender

            return SmtpSender(channel, guard, clock, look=look)
        case WebhookChannel():
            from monitor.adapters.webhook import WebhookSender

            return WebhookSender(channel, fetcher, clock)
        case AppriseChannel():
            from monitor.adapters.apprise import AppriseSender

            return AppriseSender(channel, partial(_refusal, guard), look)
        case CommandChannel():
            from monitor.adapters.command import CommandSender

            return CommandSender(channel)
        case JsonlChannel():
            from monitor.adapters.jsonl import JsonlSender

            return JsonlSender(channel)
        case FeedChannel():
            from monitor.adapters.atomfile import AtomFileSender

            return AtomFileSender(channel, look)
        case _:
            assert_never(channel)
