"""Is this text one we already have? Fingerprints for the index, and the decision on two texts.

`fingerprint` is what the index keeps and looks up; `digest` and `compare` decide on the few candidates it brings.
"""

from monitor.core.copies.compare import Decision, compare
from monitor.core.copies.digest import Digest, digest
from monitor.core.copies.fingerprints import features, fingerprint

__all__ = ["Decision", "Digest", "compare", "digest", "features", "fingerprint"]
