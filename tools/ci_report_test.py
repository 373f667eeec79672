"""What the closing line of .ci/run counts, on build events as Bazel 4.2 writes them."""

import contextlib
import io
import json
import os
import tempfile
import unittest

from tools import ci_report

_ALL_GOOD = '<testsuites><testsuite><testcase name="A"/><testcase name="B"/></testsuite></testsuites>'
_ONE_BAD = '<testsuites><testsuite><testcase name="A"/><testcase name="B"><failure/></testcase></testsuite></testsuites>'
_SKIPS = ('<testsuites><testsuite><testcase name="A" result="skipped"><skipped/></testcase>'
          '<testcase name="DISABLED_B" status="notrun" result="suppressed"/><testcase name="C"/></testsuite></testsuites>')
# What Bazel writes itself for a test that wrote nothing.
_CRASH = '<testsuites><testsuite><testcase name="//a:b"><error message="exited with error code 134"/></testcase></testsuite></testsuites>'


class CiReportTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.events = []

    def file(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        return path

    def ran(self, label, status, xml, **where):
        outputs = [{'name': 'test.log', 'uri': 'file:///nowhere'}]
        if xml is not None:
            outputs.append({'name': 'test.xml', 'uri': 'file://' + self.file('%d.xml' % len(self.events), xml)})
        key = dict({'label': label, 'run': 1, 'shard': 1, 'attempt': 1}, **where)
        self.events.append({'id': {'testResult': key}, 'testResult': {'status': status, 'testActionOutput': outputs}})
        self.events.append({'id': {'testSummary': {'label': label}}, 'testSummary': {'overallStatus': status}})
        self.events.append({'id': {'targetCompleted': {'label': label}}, 'completed': {'success': True}})

    def report(self, status=0):
        path = self.file('events.json', '\n'.join(json.dumps(event) for event in self.events))
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            code = ci_report.main(['tests:%d:%s' % (status, path)])
        return output.getvalue().splitlines()[-1], code

    def test_cases_are_counted_and_not_targets(self):
        self.ran('//a:a', 'PASSED', _ALL_GOOD)
        self.ran('//a:b', 'PASSED', _ALL_GOOD)
        self.assertEqual(self.report(), ('4 passed, 0 failed', 0))

    def test_a_failed_case_leaves_the_others_passed(self):
        self.ran('//a:a', 'FAILED', _ONE_BAD)
        self.assertEqual(self.report(3), ('1 passed, 1 failed', 1))

    def test_skipped_and_disabled_cases_are_told_apart(self):
        self.ran('//a:a', 'PASSED', _SKIPS)
        self.assertEqual(self.report(), ('1 passed, 0 failed, 2 skipped', 0))

    def test_a_crash_is_one_failure(self):
        self.ran('//a:a', 'FAILED', _CRASH)
        self.assertEqual(self.report(3), ('0 passed, 1 failed', 1))

    def test_failing_after_the_last_case_is_a_failure_too(self):
        self.ran('//a:a', 'FAILED', _ALL_GOOD)  # a leak that LeakSanitizer finds at exit
        self.assertEqual(self.report(3), ('2 passed, 1 failed', 1))

    def test_no_test_xml_at_all_is_a_failure_unless_the_test_passed(self):
        self.ran('//a:timeout', 'TIMEOUT', None)
        self.ran('//a:script', 'PASSED', None)
        self.assertEqual(self.report(3), ('1 passed, 1 failed', 1))

    def test_half_a_test_xml_is_a_failure(self):
        self.ran('//a:a', 'FAILED', _ALL_GOOD[:60])
        self.assertEqual(self.report(3), ('0 passed, 1 failed', 1))

    def test_every_shard_counts_and_only_the_last_attempt(self):
        self.ran('//a:a', 'PASSED', _ALL_GOOD, shard=1)
        self.ran('//a:a', 'FAILED', _ONE_BAD, shard=2, attempt=1)
        self.ran('//a:a', 'PASSED', _ALL_GOOD, shard=2, attempt=2)
        self.assertEqual(self.report(), ('4 passed, 0 failed', 0))

    def test_what_did_not_build_is_a_failure(self):
        self.ran('//a:a', 'PASSED', _ALL_GOOD)
        self.events.append({'id': {'targetCompleted': {'label': '//a:test'}}, 'completed': {}})
        self.events.append({'id': {'testSummary': {'label': '//a:test'}}, 'testSummary': {'overallStatus': 'FAILED_TO_BUILD'}})
        self.events.append({'id': {'targetCompleted': {'label': '//a:library'}}, 'aborted': {'reason': 'ANALYSIS_FAILURE'}})
        self.assertEqual(self.report(1), ('2 passed, 2 failed', 1))

    def test_a_step_that_failed_without_saying_why_is_a_failure(self):
        self.ran('//a:a', 'PASSED', _ALL_GOOD)
        self.assertEqual(self.report(37), ('2 passed, 1 failed', 1))

    def test_a_step_without_events_is_judged_by_its_exit_status(self):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            code = ci_report.main(['format:1:/does/not/exist', 'links:0:/does/not/exist'])
        self.assertEqual((output.getvalue().splitlines()[-1], code), ('0 passed, 1 failed', 1))


if __name__ == '__main__':
    unittest.main()
