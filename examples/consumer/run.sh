#!/usr/bin/env bash
# Builds this workspace and runs it: writes a small file, loads its batches and compares what they
# print with what they must, for the order of a seed never changes.
set -euo pipefail
cd -- "${BASH_SOURCE[0]%/*}"

bazel=../../bazelw
[[ -x $bazel ]] || bazel=bazel
"$bazel" build //...

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
bazel-bin/write_ramp "$folder/ramp.h5"
bazel-bin/batches "$folder/ramp.h5" | tee "$folder/printed"
diff "$folder/printed" - <<'EXPECTED'
batch 0: (4, 2, 8, 8), mean 1.5000
batch 1: (4, 2, 8, 8), mean 2.2500
batch 2: (4, 2, 8, 8), mean 2.5000
batch 3: (3, 2, 8, 8), mean 1.6667
EXPECTED
