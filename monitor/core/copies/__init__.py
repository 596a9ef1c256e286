"""Is this text one we already have? Fingerprints for the index, and the decision on texts.

`fingerprint` is what the index keeps and looks up; `digest`, `compare` and `choose` decide on the few candidates it
brings.
"""

from monitor.core.copies.choose import Choice, Pair, choose
from monitor.core.copies.decide import ARTICLE, Decision, compare
from monitor.core.copies.digest import Digest, digest
from monitor.core.copies.fingerprints import FEATURES, Features, features, fingerprint

__all__ = [
    "ARTICLE",
    "FEATURES",
    "Choice",
    "Decision",
    "Digest",
    "Features",
    "Pair",
    "choose",
    "compare",
    "digest",
    "features",
    "fingerprint",
]
