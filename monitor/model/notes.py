"""Keys of the store's notes that one room writes and another reads."""

CHANNEL_DOWN = "channel:"
"""With a channel's id behind it: why the channel is down; empty when it is up. Written by the outbox."""
NOT_LISTENING = "web.error"
"""Why nothing listens at `[web] listen`; empty when it does. Written by the daemon."""

STUCK = "daemon.stuck"
"""Parts of the daemon that do not move, by name."""

RETAINED = "retained"
"""When texts past retention were last dropped. Written by the application."""
