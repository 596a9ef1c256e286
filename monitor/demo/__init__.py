"""`monitor demo`: the whole program against sites, a mail server and a webhook receiver of its own, all on loopback."""
