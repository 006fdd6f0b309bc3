#!/bin/sh
# The tool that writes LZF variants has no codec in it but LZF, so that none of the others can have
# them written anew; fletcher32 is part of reading HDF5, JPEG of the dataset.
# Usage: variant_tools_test.sh LIBRARIES LZF GZIP: that tool's libraries; the tools that write an LZF
# and a GZIP variant
set -eu
found=$(sed -n 's|^@*//codecs/entries:||p' "$1" | grep -v '^codec_entry$' | tr '\n' ' ')
if [ "$found" != "lzf " ]; then
  echo "entries of codecs in make_variant_lzf: $found"
  exit 1
fi
for codec in bitshuffle blosc deflate lz4 shuffle swell szip zstd; do
  if grep -E "^@*//codecs(:|/)$codec(:|\$|_)" "$1"; then
    echo "make_variant_lzf depends on $codec"
    exit 1
  fi
done
for pair in "$2 lzf" "$3 deflate"; do
  set -- $pair
  if [ "$(sed 's|.*:||' "$1")" != "make_variant_$2" ]; then
    echo "$1: $(cat "$1") is to be make_variant_$2"
    exit 1
  fi
done
