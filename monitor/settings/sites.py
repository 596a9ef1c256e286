"""`[sites."NAME"]`: credentials, headers and certificates of one site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from monitor.core.urls import registrable, target
from monitor.model import Feed, SitePolicy
from monitor.settings import values
from monitor.settings.drafts import Draft
from monitor.settings.mistakes import Document
from monitor.settings.run import Run
from monitor.settings.schema import SiteTable
from monitor.settings.secrets import Secrets
from monitor.settings.validate import validate


def read_sites(run: Run, document: Document) -> tuple[SitePolicy, ...]:
    """All sites of `monitor.toml`, whatever says more first: an origin before a host, a subdomain before its domain."""
    tables = document.data.get("sites", {})
    if not isinstance(tables, dict):
        return ()
    named: dict[tuple[str, str, int | None], str] = {}
    found: list[SitePolicy] = []
    for name, data in tables.items():
        path = ("sites", name)
        try:
            where = values.site(name)
        except ValueError as error:
            run.mistakes.at_key(document, path, str(error))
            continue
        if (taken := named.setdefault(where, name)) != name:
            run.mistakes.at_key(document, path, f'the same site as [sites."{taken}"]')
        elif not isinstance(data, dict) or not data:
            run.mistakes.at_value(
                document,
                path,
                f'a table is asked for: [sites."{name}"] with user, headers, certificates, proxy …',
            )
        else:
            checked = validate(SiteTable, document, run.mistakes, data, path)
            secrets = Secrets(run, document, path, checked.table, checked.bad)
            found.append(_site(Draft(run, document, path, checked.table, secrets), where))
    return tuple(sorted(found, key=lambda one: (one.port is None, -len(one.host))))


def passed_by(sites: Iterable[SitePolicy], feeds: Iterable[Feed]) -> Iterator[str]:
    """Remarks on sites that are meant over https and whose feeds are asked for by http: nothing is said to them."""
    of_https = [
        one
        for one in sites
        if one.port is None and replace(one, host_delay=None, per_host=None) != SitePolicy(one.host)
    ]
    asked = [target(feed.url) for feed in feeds] if of_https else []
    for one in of_https:
        if {at.scheme for at in asked if one.has(at.host)} == {"http"}:
            told = f'[sites."{one.host}"] is meant over https, and its feeds are asked for by http'
            yield f'{told}: [sites."http://{one.host}"] is them'


def _site(draft: Draft, where: tuple[str, str, int | None]) -> SitePolicy:
    scheme, host, port = where
    if scheme == "http":
        for key in ("certificates", "old_tls"):
            if getattr(draft.table, key):
                draft.note(key, "nobody is asked for TLS over http: name the site by its host, or as https://…")
    user, password = draft.table.user, draft.secrets.one("password", str)
    headers = tuple(draft.headers(values.request_header_name))
    if (given := draft.secrets.given("password")) and user is None:
        draft.note(given[0], 'no one logs in with it: give "user" too')
    if user is not None and ":" in user:
        draft.note("user", "no user who logs in by HTTP Basic has a colon in the name")
    if user is not None and any(name.lower() == "authorization" for name, _ in headers):
        draft.note("user", "given beside the header Authorization: keep one of them")
    certificates = draft.certificates()
    proxy = draft.secrets.one("proxy", values.proxy)
    table = draft.table
    for key in ("host_delay", "per_host"):
        if getattr(table, key) is not None and registrable(host) != host:
            draft.note(key, f'is of the whole site: write it under [sites."{registrable(host)}"]')
    return SitePolicy(
        host=host,
        scheme=scheme,
        port=port,
        user=user,
        password=password,
        headers=headers,
        certificates=certificates,
        old_tls=table.old_tls,
        robots=table.robots,
        proxy=proxy,
        timeout=table.timeout,
        host_delay=table.host_delay,
        per_host=table.per_host,
    )
