#!/usr/bin/env python3
"""Counts what the steps of .ci/run came to and prints the closing line.

    ci_report.py NAME:STATUS:EVENTS...

NAME is a step, STATUS its exit status, EVENTS the file of Bazel's build events (--build_event_json_file) where the step
ran Bazel's tests; for other steps that file does not exist.

What counts is a test case of the test.xml that each test wrote in this very run (cached results included, files of
earlier runs not). On top of these, so that nothing fails silently:
  - a test that did not build, or did not pass without saying which case failed (it crashed, it ran out of time, a
    sanitizer found a leak after the last case), is one failed case;
  - a step that failed without any failed case (formatting, links, a library that does not compile) is one failed case.
"""

import json
import os
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree


class Count:

    def __init__(self):
        self.passed = 0
        self.failed = []  # names
        self.skipped = 0

    def add_case(self, label, case):
        name = '%s %s.%s' % (label, case.get('classname', ''), case.get('name', ''))
        if case.find('failure') is not None or case.find('error') is not None:
            self.failed.append(name)
        elif (case.find('skipped') is not None or case.get('status') == 'notrun' or
              case.get('result') in ('skipped', 'suppressed')):
            self.skipped += 1
        else:
            self.passed += 1

    def add_test(self, label, status, xml_path):
        """One run of one test (or shard) with Bazel's word for how it ended."""
        failed_before = len(self.failed)
        cases = []
        try:
            cases = list(ElementTree.parse(xml_path).iter('testcase')) if xml_path else []
        except (OSError, ElementTree.ParseError) as error:
            print('%s: cannot read its test.xml: %s' % (label, error))
        for case in cases:
            self.add_case(label, case)
        if status != 'PASSED' and len(self.failed) == failed_before:
            self.failed.append('%s (%s)' % (label, status))
        elif status == 'PASSED' and not cases:
            self.passed += 1  # a test without cases of its own, such as a script


def read_events(path):
    with open(path, encoding='utf-8') as file:
        return [json.loads(line) for line in file if line.strip()]


def count_events(events):
    count = Count()
    runs = {}  # (label, shard, run) -> its last attempt
    summaries = {}
    for event in events:
        ids = event['id']
        if 'testResult' in ids and 'testResult' in event:
            key = ids['testResult']
            runs[key['label'], key.get('shard', 0), key.get('run', 0)] = event['testResult']
        elif 'testSummary' in ids:
            summaries[ids['testSummary']['label']] = event.get('testSummary', {}).get('overallStatus', 'NO_STATUS')
        elif 'targetCompleted' in ids and not event.get('completed', {}).get('success'):
            # For a test, Bazel 4.2 sends a summary too, but only when it came as far as knowing that it is one.
            summaries.setdefault(ids['targetCompleted']['label'], 'FAILED_TO_BUILD')
    for (label, _, _), result in sorted(runs.items()):
        xml = [urllib.parse.unquote(urllib.parse.urlparse(output['uri']).path)
               for output in result.get('testActionOutput', []) if output['name'] == 'test.xml']
        count.add_test(label, result.get('status', 'NO_STATUS'), xml[0] if xml else None)
    with_results = {label for label, _, _ in runs}
    for label, status in sorted(summaries.items()):
        if label not in with_results:
            count.failed.append('%s (%s)' % (label, status))
    return count


def main(arguments):
    total = Count()
    for argument in arguments:
        name, status, path = argument.split(':', 2)
        count = count_events(read_events(path)) if os.path.exists(path) else Count()
        if status != '0' and not count.failed:
            count.failed.append('exit status %s' % status)
        total.passed += count.passed
        total.skipped += count.skipped
        total.failed += count.failed
        print('%s: %d passed, %d failed, %d skipped' % (name, count.passed, len(count.failed), count.skipped))
        for case in count.failed:
            print('  failed: %s' % case)
    print('%d passed, %d failed%s' % (total.passed, len(total.failed),
                                      ', %d skipped' % total.skipped if total.skipped else ''))
    return 1 if total.failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
