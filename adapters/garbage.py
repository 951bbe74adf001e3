"""The garbage collector, told what is no garbage."""

from __future__ import annotations

import gc


def keep_out() -> None:
    """Have the collector pass over all that there is now, such as knowledge and modules, until this is called again.

    It would look through all of it every now and then, and for a tenth of a second nobody would be answered.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
