"""Compiler flags of code whose results must not depend on the compiler."""

# No product and sum become one fused multiply-add. This workspace's .bazelrc says so, too, but
# others that build these targets do not read it.
SAME_BITS = ["-ffp-contract=off"]
