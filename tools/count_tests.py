#!/usr/bin/env python3
"""Counts the test cases of `bazel test` runs: prints "N passed, N failed" in the end.

    bazel test --build_event_json_file=EVENTS //...
    tools/count_tests.py EVENTS...

Cases are those of the test.xml files that the runs name, cached results included; where a test
has several shards or runs, all are counted, of repeated attempts the last one.  A test without
cases counts as one, and so does, as failed, one that was not built, did not end, or failed
although all of its cases passed (a leak found at exit, for example).  Failed cases are named, and
so are tests with skipped ones, which count as neither.
"""

import collections
import json
import pathlib
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree


def read_events(path):
    """Returns (labels of all tests asked for, {(label, shard, run): last attempt's result})."""
    labels, results = set(), {}
    for line in path.read_text().splitlines():
        event = json.loads(line)
        identity = event["id"]
        if "testSize" in event.get("configured", {}):
            labels.add(identity["targetConfigured"]["label"])
        elif "testResult" in identity:
            test = identity["testResult"]
            key = test["label"], test.get("shard", 1), test.get("run", 1)
            results[key] = event.get("testResult", {})
    return labels, results


def xml_of(result):
    """Returns the root of a result's test.xml, None if there is none that can be read."""
    for output in result.get("testActionOutput", []):
        if output["name"] == "test.xml":
            path = urllib.parse.unquote(urllib.parse.urlsplit(output.get("uri", "")).path)
            try:
                return ElementTree.parse(path).getroot()
            except (OSError, ElementTree.ParseError):
                return None
    return None


def case_name(case):
    return ".".join(part for part in (case.get("classname"), case.get("name")) if part)


def reason_of(skipped):
    """Returns why a case was skipped, of its element: gtest's, pytest's, or of a whole file."""
    reason = skipped.get("message") or "no reason given"
    text = skipped.text or ""
    if reason == "collection skipped" and "Skipped: " in text:
        reason = text.split("Skipped: ")[-1].strip("'\") \n")
    return reason


def count_result(label, result):
    """Returns (passed, names of failed cases, {(label, why): skipped}) of one run of one test."""
    root = xml_of(result)
    passed, failed, left_out = 0, [], collections.Counter()
    for case in root.iter("testcase") if root is not None else ():
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append("%s %s" % (label, case_name(case)))
        elif case.find("skipped") is not None:
            left_out[label, reason_of(case.find("skipped"))] += 1
        elif case.get("status") != "notrun":
            passed += 1
    succeeded = result.get("status") == "PASSED"
    if not succeeded and not failed:
        failed.append("%s (%s)" % (label, result.get("status", "no result")))
    if succeeded and not passed and not failed and not left_out:
        passed = 1
    return passed, failed, left_out


def count_run(path):
    """Returns (passed, names of failed cases, {(label, why): skipped}) of a run of `bazel test`."""
    labels, results = read_events(path)
    passed, failed, left_out = 0, [], collections.Counter()
    for (label, _, _), result in sorted(results.items()):
        more_passed, more_failed, more_left_out = count_result(label, result)
        passed += more_passed
        failed += more_failed
        left_out += more_left_out
    for label in sorted(labels - {label for label, _, _ in results}):
        failed.append("%s (not built or not run)" % label)
    return passed, failed, left_out


def main():
    passed, failed, left_out = 0, [], collections.Counter()
    for path in sys.argv[1:]:
        more_passed, more_failed, more_left_out = count_run(pathlib.Path(path))
        passed += more_passed
        failed += more_failed
        left_out += more_left_out
    for (label, reason), count in sorted(left_out.items()):
        print("skipped: %s, %d: %s" % (label, count, reason))
    for name in failed:
        print("failed: %s" % name)
    print("%d passed, %d failed" % (passed, len(failed)))


if __name__ == "__main__":
    main()
