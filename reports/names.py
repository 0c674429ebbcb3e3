"""Names of files and folders for whatever something is called."""

import hashlib
import re

_READABLE = 60
"""Characters of a name that are kept for a reader; with the digest it fits every file system."""


def slug(*words: str) -> str:
    """A name for a file: what can be read of the words, and a digest that is another one for every other words.

    Two names that differ in case, script, punctuation or normalization alone have two files, also where the file system
    itself does not tell them apart. Letters, digits and `-`; never a name that is reserved somewhere.
    """
    readable = re.sub(r"[^a-z0-9]+", "-", " ".join(words).lower()).strip("-")[:_READABLE].strip("-")
    whole = "\0".join(f"{len(word)}:{word}" for word in words)
    digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{readable}-{digest}" if readable else digest
