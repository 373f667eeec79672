"""Which links check_links.py calls dead."""

import os
import tempfile
import unittest

from tools import check_links

_PAGE = '''# The page
## Two words, `code` and more!
## Twice
## Twice
<a name="set-by-hand"></a>
```
## not a heading
[not a link](nowhere.md)
```
'''


class CheckLinksTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        os.mkdir(os.path.join(folder.name, 'doc'))
        self.page = os.path.join(folder.name, 'doc', 'page.md')
        for path in (self.page, os.path.join(folder.name, 'a b.md')):
            with open(path, 'w', encoding='utf-8') as file:
                file.write(_PAGE)

    def test_targets(self):
        for why, target, dead in (
                ('a file beside', 'page.md', None),
                ('a file above', '../a%20b.md', None),
                ('a folder', '../doc', None),
                ('no file', 'other.md', 'no such file'),
                ('punctuation goes, blanks become dashes', '#two-words-code-and-more', None),
                ('in another file', '../a%20b.md#twice-1', None),
                ('counted from 1', '#twice-2', 'no such heading'),
                ('in code', '#not-a-heading', 'no such heading'),
                ('an anchor of HTML', '#set-by-hand', None),
                ('a line', 'page.md#L9', None),
                ('a line after the end', 'page.md#L10', 'the file has fewer lines'),
                ('from the root', '/doc/page.md', 'starts with /, so it leaves the repository'),
                ('the web is not tried', 'https://example.invalid/x', None),
        ):
            with self.subTest(why):
                self.assertEqual(check_links.why_dead(self.page, target), dead)

    def test_links_are_found_where_markdown_has_them(self):
        for why, line, want in (
                ('inline', 'see [a](b.md) and [c](d.md "title").', ['b.md', 'd.md']),
                ('a picture in a link', '[![a](b.svg)](c.md)', ['b.svg', 'c.md']),
                ('angle brackets', '[a](<b.md>)', ['b.md']),
                ('brackets in the target', '[a](b_(c).md)', ['b_(c).md']),
                ('a definition', '[a]: b.md', ['b.md']),
                ('code', 'write `[a](b.md)` for a link', []),
        ):
            with self.subTest(why):
                self.assertEqual([target for _, target in check_links.links(line)], want)

    def test_code_blocks_are_left_out(self):
        self.assertEqual(list(check_links.links(_PAGE)), [])


if __name__ == '__main__':
    unittest.main()
