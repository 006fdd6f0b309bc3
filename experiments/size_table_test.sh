#!/bin/sh
# The sizes and digests of the small dataset's variants are those of the golden file.
# Usage: size_table_test.sh GOLDEN.csv SIZE_TABLE.md SIZE_TABLE.csv
set -eu
golden=$1
table=$3
if ! diff -u "$golden" "$table"; then
  echo "A codec, a writer or the simulation gives other bytes than before. If that is meant:"
  echo "  cp bazel-bin/experiments/size_table.csv experiments/testdata/size_table.csv"
  exit 1
fi
