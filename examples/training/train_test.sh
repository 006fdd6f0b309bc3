#!/usr/bin/env bash
# Stopped and resumed, training ends with the same model, to the bit, as in one go.
set -euo pipefail
train=$1 data=$2  # a folder, then its manifest
[[ -d $data ]] && data=$(find -L "$data" -name '*.h5' | head -n 1)

"$train" "$data" "$TEST_TMPDIR/whole.json" 120
"$train" "$data" "$TEST_TMPDIR/parts.json" 20
"$train" "$data" "$TEST_TMPDIR/parts.json" 65 # the last 5 batches are lost, as in a crash
"$train" "$data" "$TEST_TMPDIR/parts.json" 120
cmp "$TEST_TMPDIR/whole.json" "$TEST_TMPDIR/parts.json"
grep -q '"batches": 120' "$TEST_TMPDIR/whole.json"
