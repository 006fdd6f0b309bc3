"""The command `seiche`: the C++ command's code, `advise` and `bench`."""

import os
import signal
import sys

from seiche import __version__, _seiche

_PYTHON_HELP = """
In Python only:
  advise                      how fast a file is read as it is, and in other layouts
  bench                       h5py and torch's DataLoader beside seiche, on your own file
  --version                   the package's version
"""


def _write(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def run(arguments):
    """Runs the command with a list of arguments and returns its exit code."""
    code, out, error = _seiche.run([os.fsencode(a) for a in arguments], _write)
    sys.stdout.write(out)
    sys.stdout.flush()
    sys.stderr.write(error)
    return code


def main():
    """The entry point of the wheel."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        # Not Python's handler: Ctrl-C ends the program at once.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    _seiche.remove_outputs_when_interrupted()
    arguments = sys.argv[1:]
    if arguments[:1] == ["advise"]:
        from seiche import _advise  # pylint: disable=import-outside-toplevel
        return _advise.main(arguments[1:])
    if arguments[:1] == ["bench"]:
        from seiche import _bench  # pylint: disable=import-outside-toplevel
        return _bench.main(arguments[1:])
    if arguments == ["--version"]:
        _write(f"seiche {__version__}\n")
        return 0
    code = run(arguments)
    if arguments in (["--help"], ["-h"]):
        _write(_PYTHON_HELP)
    if not arguments:
        sys.stderr.write(_PYTHON_HELP)
    return code


if __name__ == "__main__":
    sys.exit(main())
