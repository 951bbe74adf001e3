"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_hex

from adapters.terminal.errors import CommandError


def write_whole(file: Path, content: bytes) -> None:
    """Put `content` in place of what `file` holds; who may read it is what the umask says.

    Raises CommandError with the mend where it cannot be written, and then leaves everything as it was.
    """
    place = file.resolve()
    beside = place.with_name(f".{place.name}.{token_hex(4)}")
    try:
        try:
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as opened:
                opened.write(content)
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise CommandError(
            f"cannot write {file}: {error.strerror or error}; name a file in a folder that you may write to"
        ) from None
