#!/bin/sh
# The sizes and digests of the small dataset's variants are those of the golden file.
# Usage: size_table_test.sh GOLDEN.csv FILE... (one of which is the table as CSV)
set -eu
golden=$1
shift
for table in "$@"; do
  case $table in
    *.csv) break ;;
  esac
done
if ! diff -u "$golden" "$table"; then
  echo "A codec, a writer or the simulation gives other bytes than before. If that is meant:"
  echo "  cp bazel-bin/experiments/size_table.csv experiments/testdata/size_table.csv"
  exit 1
fi
