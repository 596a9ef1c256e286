"""The tables, as migrations: a released one is never edited, a change is a new one at the end.

Times are integer milliseconds since 1970 UTC, lists JSON, identity keys 16-byte digests (they outlive the texts, so
they must be small).
"""

from __future__ import annotations

from sqlite_utils.migrations import Migrations

from monitor.adapters.sqlite import addresses, copies, memories, outages, pages, quarantine, recent, websub
from monitor.adapters.sqlite.library import Database
from monitor.core.query import FTS_TOKENIZER
from monitor.core.urls import kept_url

migrations = Migrations("monitor")

_FIRST = """
CREATE TABLE feeds (
  id TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  active INTEGER NOT NULL DEFAULT 1,
  etag TEXT, last_modified TEXT, body_hash TEXT,
  interval INTEGER, next_poll_at INTEGER, lease_until INTEGER,
  last_poll_at INTEGER, last_success_at INTEGER, last_new_at INTEGER, first_polled_at INTEGER,
  polls INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0, last_error TEXT,
  gap INTEGER NOT NULL DEFAULT 0, title TEXT NOT NULL DEFAULT '', languages TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX feeds_due ON feeds (next_poll_at) WHERE active;

CREATE TABLE items (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  url TEXT, title TEXT NOT NULL, text TEXT NOT NULL,
  language TEXT NOT NULL, language_confidence REAL NOT NULL,
  authors TEXT NOT NULL DEFAULT '[]',
  published_at INTEGER, first_seen_at INTEGER NOT NULL,
  story TEXT NOT NULL, copy_of TEXT, similarity REAL, copy_test TEXT, copy_shared TEXT NOT NULL DEFAULT '[]',
  feeds TEXT NOT NULL DEFAULT '[]', tags TEXT NOT NULL DEFAULT '[]', watchlists TEXT NOT NULL DEFAULT '[]',
  text_from TEXT NOT NULL, problem TEXT, revisions INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX items_story ON items (story);
CREATE INDEX items_seen ON items (first_seen_at);

CREATE TABLE item_watchlists (
  watchlist TEXT NOT NULL, item INTEGER NOT NULL, PRIMARY KEY (watchlist, item)
) STRICT, WITHOUT ROWID;

CREATE TABLE keys (
  key BLOB PRIMARY KEY, item INTEGER NOT NULL, entry_hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE revisions (
  item INTEGER NOT NULL, replaced_at INTEGER NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL
) STRICT;
CREATE INDEX revisions_item ON revisions (item);

CREATE TABLE sightings (
  item INTEGER NOT NULL, feed TEXT NOT NULL, url TEXT NOT NULL, seen_at INTEGER NOT NULL,
  PRIMARY KEY (item, feed, url)
) STRICT, WITHOUT ROWID;

CREATE TABLE alerts (
  id TEXT PRIMARY KEY,
  watchlist TEXT NOT NULL, channel TEXT NOT NULL, story TEXT NOT NULL,
  watchlist_name TEXT NOT NULL, watchlist_tags TEXT NOT NULL,
  item TEXT NOT NULL, matches TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'held', 'delivered', 'dead')),
  attempts INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL, next_attempt_at INTEGER, lease_until INTEGER, delivered_at INTEGER,
  retried_at INTEGER, last_error TEXT,
  UNIQUE (watchlist, channel, story)
) STRICT;
CREATE INDEX alerts_due ON alerts (next_attempt_at) WHERE state IN ('pending', 'held');
CREATE INDEX alerts_story ON alerts (story, channel);

CREATE TABLE notes (key TEXT PRIMARY KEY, value TEXT NOT NULL, noted_at INTEGER NOT NULL) STRICT;
"""


@migrations()
def m001_first(db: Database) -> None:
    """Feeds, items and their keys, alerts, the copy index, the search index."""
    _each(db, _FIRST)
    _each(db, copies.SCHEMA)
    # Contentless: the text stands in `items` already. Rows are deleted by giving FTS5 the old words again.
    db.execute(f'CREATE VIRTUAL TABLE search USING fts5(words, content="", tokenize="{FTS_TOKENIZER}")')


@migrations()
def m002_learnt(db: Database) -> None:
    """What a feed's own history teaches (`model.Learnt`)."""
    db.execute("ALTER TABLE feeds ADD COLUMN learnt TEXT NOT NULL DEFAULT '{}'")


@migrations()
def m003_holds(db: Database) -> None:
    """Sites that asked to be left alone (429, 503 with Retry-After): a restart may not forget it."""
    db.execute("CREATE TABLE holds (site TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT, WITHOUT ROWID")


@migrations()
def m004_outages(db: Database) -> None:
    """Outages, the operator's notices, and which feeds are in trouble."""
    _each(db, outages.SCHEMA)


@migrations()
def m005_idioms(db: Database) -> None:
    """Features that too many stories share are kept as one row (`copies`)."""
    _each(db, copies.SCHEMA)


@migrations()
def m005_websub(db: Database) -> None:
    """Subscriptions to hubs."""
    _each(db, websub.SCHEMA)


@migrations()
def m006_quarantine(db: Database) -> None:
    """Documents whose reading killed a worker."""
    db.execute(quarantine.SCHEMA)


@migrations()
def m007_rest(db: Database) -> None:
    """Alerts beyond a watchlist's `max_per_hour` go out together; the index counts those of the hour."""
    db.execute("ALTER TABLE alerts ADD COLUMN rest TEXT")
    db.execute("CREATE INDEX alerts_of_hour ON alerts (watchlist, channel, created_at)")


_OCCASIONS = """
CREATE TABLE alerts_with_occasions (
  id TEXT PRIMARY KEY,
  watchlist TEXT NOT NULL, channel TEXT NOT NULL, story TEXT NOT NULL,
  watchlist_name TEXT NOT NULL, watchlist_tags TEXT NOT NULL,
  item TEXT NOT NULL, matches TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'held', 'delivered', 'dead')),
  attempts INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL, next_attempt_at INTEGER, lease_until INTEGER, delivered_at INTEGER,
  retried_at INTEGER, last_error TEXT, rest TEXT,
  occasion TEXT NOT NULL DEFAULT 'new', differences TEXT NOT NULL DEFAULT '[]',
  UNIQUE (watchlist, channel, story, occasion)
) STRICT;
INSERT INTO alerts_with_occasions SELECT id, watchlist, channel, story, watchlist_name, watchlist_tags, item, matches, state,
  attempts, created_at, next_attempt_at, lease_until, delivered_at, retried_at, last_error, rest, 'new', '[]'
  FROM alerts ORDER BY rowid;
DROP TABLE alerts;
ALTER TABLE alerts_with_occasions RENAME TO alerts;
CREATE INDEX alerts_due ON alerts (next_attempt_at) WHERE state IN ('pending', 'held');
CREATE INDEX alerts_story ON alerts (story, channel);
CREATE INDEX alerts_of_hour ON alerts (watchlist, channel, created_at)
"""


@migrations()
def m008_occasions(db: Database) -> None:
    """One alert per watchlist, channel, story and occasion: SQLite changes a table's unique key by making it anew."""
    _each(db, _OCCASIONS)


@migrations()
def m009_owed(db: Database) -> None:
    """Receivers of a channel that an attempt left out: the others may not get the alert again."""
    db.execute("ALTER TABLE alerts ADD COLUMN owed TEXT NOT NULL DEFAULT '[]'")


@migrations()
def m010_memories(db: Database) -> None:
    """What a feed's last document left, so that the next is cut to its unseen entries."""
    db.execute(memories.SCHEMA)


@migrations()
def m011_credentials(db: Database) -> None:
    """Credentials in feeds' URLs are no longer kept in clear."""
    rows = db.execute("SELECT id, url FROM feeds WHERE url LIKE '%@%'").fetchall()
    db.conn.executemany("UPDATE feeds SET url = ? WHERE id = ?", [(kept_url(url), feed) for feed, url in rows])


@migrations()
def m012_watchlists_of_item(db: Database) -> None:
    """An item's watchlists are looked up by the item whenever it is tagged anew."""
    db.execute("CREATE INDEX item_watchlists_item ON item_watchlists (item)")


@migrations()
def m013_paragraphs(db: Database) -> None:
    """The keys of each text's paragraphs, from which a host's boilerplate is learnt."""
    db.execute(copies.PARAGRAPHS)


@migrations()
def m014_recent(db: Database) -> None:
    """The newest postings of the copy index stand apart."""
    db.execute(copies.RECENT)


@migrations()
def m015_recent_in_memory(db: Database) -> None:
    """The newest postings of the copy index stand in memory."""
    _each(db, recent.SCHEMA)


@migrations()
def m016_pages_owed(db: Database) -> None:
    """Pages that could not be had are asked for again."""
    _each(db, pages.SCHEMA)


@migrations()
def m017_addresses(db: Database) -> None:
    """One address with `http` and `https`, with and without `www.`."""
    addresses.without_scheme_and_www(db.conn)


def _each(db: Database, script: str) -> None:
    """Run statements one by one: `executescript` would commit the migration's transaction."""
    for statement in script.split(";"):
        if statement.strip():
            db.execute(statement)
