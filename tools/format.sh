#!/usr/bin/env bash
# Formats the C++ sources of the tree: tools/format.sh
# Says only which ones are not formatted, and fails then: tools/format.sh --check
#
# Every release of clang-format formats a little differently, so one is pinned. Where the machine
# has another one, the pinned one is installed from PyPI into ~/.cache/seiche.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

version=14.0.6

is_pinned() { command -v "$1" >/dev/null && [[ $("$1" --version) == *"version ${version%%.*}."* ]]; }

venv=${XDG_CACHE_HOME:-$HOME/.cache}/seiche/clang-format-$version
if is_pinned clang-format; then
  clang_format=clang-format
elif is_pinned "clang-format-${version%%.*}"; then
  clang_format=clang-format-${version%%.*}
else
  clang_format=$venv/bin/clang-format
  if ! is_pinned "$clang_format"; then
    { python3 -m venv "$venv" && "$venv/bin/pip" -q install "clang-format==$version"; } >&2 || {
      echo "format.sh: no clang-format ${version%%.*} here: apt-get install clang-format-${version%%.*}" \
        "(or python3-venv, with access to PyPI)" >&2
      exit 1
    }
  fi
fi

case ${1-} in
  "") mode=(-i) ;;
  --check) mode=(--dry-run --Werror) ;;
  *) echo "usage: tools/format.sh [--check]" >&2; exit 2 ;;
esac
git ls-files -z --cached --others --exclude-standard '*.cc' '*.h' ':!third_party' |
  xargs -0 -r "$clang_format" "${mode[@]}"
