"""`make embeddings`: write the embeddings of the shipped knowledge, so that nobody's first start computes them.

What changed in the knowledge since is computed at the start, a thousand phrasings in one to ten seconds.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bot.encoder.embeddings import EMBEDDINGS, embeddings_of
from bot.encoder.encoder import Encoder
from bot.retrieval.meanings import Meanings
from knowledge.loading import load


def main(folder: str) -> int:
    """Write those of the knowledge in `folder`; 0."""
    encoder = Encoder()
    EMBEDDINGS.unlink(missing_ok=True)
    Meanings(load(Path(folder)), encoder, lambda texts: embeddings_of(texts, encoder, EMBEDDINGS, _progress))
    EMBEDDINGS.chmod(0o644)
    return 0


def _progress(done: int, total: int) -> None:
    sys.stderr.write(f"{done:,} of {total:,} texts encoded\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
