"""Each configured channel's transport."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from monitor.adapters.atomfile import AtomFileSender
from monitor.adapters.command import CommandSender
from monitor.adapters.guard import Guard
from monitor.adapters.http import HttpFetcher
from monitor.adapters.jsonl import JsonlSender
from monitor.adapters.smtp import SmtpSender
from monitor.adapters.webhook import WebhookSender
from monitor.content.look import Look
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


def make_senders(config: Config, guard: Guard, fetcher: HttpFetcher, clock: Clock) -> Mapping[str, Sender]:
    """A sender for every channel, all of them behind the guard."""
    look = Look(config.alerts.locale, config.alerts.timezone, config.templates)
    return {channel.id: _sender(channel, guard, fetcher, clock, look) for channel in config.channels.values()}


def _sender(channel: Channel, guard: Guard, fetcher: HttpFetcher, clock: Clock, look: Look) -> Sender:
    match channel:
        case EmailChannel():
            return SmtpSender(channel, guard, clock, look=look)
        case WebhookChannel():
            return WebhookSender(channel, fetcher, clock)
        case AppriseChannel():
            from monitor.adapters.apprise import AppriseSender  # an extra, imported when used

            return AppriseSender(channel, lambda address, port: refusal(address, guard.policy.open_at(port)), look)
        case CommandChannel():
            return CommandSender(channel)
        case JsonlChannel():
            return JsonlSender(channel)
        case FeedChannel():
            return AtomFileSender(channel, look)
        case _:
            assert_never(channel)
