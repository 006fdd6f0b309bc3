"""What an interpreter needs to import a module built with --config=asan or --config=tsan."""

import os
import re


def environment_for(module):
    """Returns variables for the environment, {} for an ordinary build; `module`: its bytes."""
    library = re.search(rb"\0(lib(asan|tsan)\.so\.\d+)\0", module)
    if library is None:
        return {}
    # CPython itself and NumPy leave memory behind on purpose, and some tests fork beside threads.
    kind, option = {b"asan": ("ASAN_OPTIONS", "detect_leaks=0"),
                    b"tsan": ("TSAN_OPTIONS", "die_after_fork=0")}[library[2]]
    options = os.environ.get(kind, "") + ":" + option
    return {"LD_PRELOAD": library[1].decode(), kind: options.lstrip(":")}
