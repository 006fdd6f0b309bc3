"""The version of the project: tools/check_tree.py keeps other places in step with it."""

VERSION = "0.1.0"
