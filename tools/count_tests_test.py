#!/usr/bin/env python3
"""Tests of count_tests.py with build events and test.xml files as Bazel writes them."""

import json
import pathlib
import tempfile
import unittest

import count_tests

CASES = """<testsuites tests="3" failures="1">
  <testsuite name="LzfTest" tests="3" failures="1">
    <testcase name="RoundTrip" status="run" result="completed" classname="LzfTest"/>
    <testcase name="Empty" status="run" result="completed" classname="LzfTest"/>
    <testcase name="Later" status="notrun" result="suppressed" classname="LzfTest"/>
    %s
  </testsuite>
</testsuites>"""
FAILURE = '<testcase name="Flip" classname="LzfTest"><failure message="differs"/></testcase>'


class CountTestsTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.events = []

    def add_test(self, label):
        self.events.append({"id": {"targetConfigured": {"label": label}},
                            "configured": {"testSize": "MEDIUM"}})

    def add_result(self, label, status, xml=None, attempt=1):
        outputs = []
        if xml is not None:
            path = self.folder / ("test %d.xml" % len(self.events))
            path.write_text(xml)
            outputs = [{"name": "test.xml", "uri": path.as_uri()}]
        self.events.append({
            "id": {"testResult": {"label": label, "run": 1, "shard": 1, "attempt": attempt}},
            "testResult": {"status": status, "testActionOutput": outputs}})

    def count(self):
        path = self.folder / "events.json"
        path.write_text("".join(json.dumps(event) + "\n" for event in self.events))
        return count_tests.count_run(path)

    def test_cases_are_counted_one_by_one(self):
        self.add_test("//a:t")
        self.add_result("//a:t", "FAILED", CASES % FAILURE)
        self.assertEqual(self.count(), (2, ["//a:t LzfTest.Flip"], {}))

    def test_the_last_attempt_decides(self):
        self.add_test("//a:t")
        self.add_result("//a:t", "FAILED", CASES % FAILURE)
        self.add_result("//a:t", "PASSED", CASES % "", attempt=2)
        self.assertEqual(self.count(), (2, [], {}))

    def test_a_test_without_cases_is_one(self):
        self.add_result("//a:t", "PASSED")
        self.add_result("//a:u", "TIMEOUT")
        self.assertEqual(self.count(), (1, ["//a:u (TIMEOUT)"], {}))

    def test_a_failure_after_all_cases_passed_counts(self):
        self.add_result("//a:t", "FAILED", CASES % "")
        self.assertEqual(self.count(), (2, ["//a:t (FAILED)"], {}))

    def test_a_test_that_was_not_built_has_failed(self):
        self.add_test("//a:t")
        self.assertEqual(self.count(), (0, ["//a:t (not built or not run)"], {}))

    def test_skipped_cases_are_told_and_do_not_count(self):
        self.add_result("//a:t", "PASSED", CASES % (
            '<testcase name="Gpu" classname="LzfTest"><skipped message="no GPU"/></testcase>'))
        self.add_result("//a:u", "PASSED", """<testsuites><testsuite name="pytest">
            <testcase classname="" name="torch_test"><skipped type="pytest.skip"
            message="collection skipped">('/t.py', 10, 'Skipped: torch is not installed')</skipped>
            </testcase></testsuite></testsuites>""")
        self.assertEqual(self.count(), (2, [], {("//a:t", "no GPU"): 1,
                                                ("//a:u", "torch is not installed"): 1}))

    def test_other_targets_are_not_tests(self):
        self.events.append({"id": {"targetConfigured": {"label": "//a:lib"}}, "configured": {}})
        self.assertEqual(self.count(), (0, [], {}))


if __name__ == "__main__":
    unittest.main()
