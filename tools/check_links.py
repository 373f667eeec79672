#!/usr/bin/env python3
"""Finds dead relative links in Markdown files: files that are not there, and headings that no longer have that name.

    check_links.py [FILE]...    default: every *.md that git knows

Links to the web are not tried. Prints file:line: target: why, and exits with 1 when there is one.
"""

import os
import re
import subprocess
import sys
import urllib.parse

_FENCE = re.compile(r'^\s*(```+|~~~+)')
_CODE = re.compile(r'(`+)(?!`).*?(?<!`)\1(?!`)')
_INLINE = re.compile(r'\]\(\s*<?([^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*)>?(?:\s+["\'][^)]*)?\s*\)')
_DEFINITION = re.compile(r'^\s{0,3}\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)')
_HEADING = re.compile(r'^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$')
_SET_ANCHOR = re.compile(r'<a\s+(?:name|id)="([^"]+)"')
_WEB = re.compile(r'^[a-z][a-z0-9+.-]*:')
_LINES = re.compile(r'^L(\d+)(?:-L(\d+))?$')


def prose(text):
    """Yields (line number, line) outside fenced code."""
    fence = None
    for number, line in enumerate(text.splitlines(), 1):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark.group(1).startswith(fence):
                fence = None
            continue
        if mark:
            fence = mark.group(1)
            continue
        yield number, line


def anchors(text):
    """The names by which GitHub lets a link reach the headings of a file."""
    names = set()
    for _, line in prose(text):
        names.update(_SET_ANCHOR.findall(line))
        heading = _HEADING.match(line)
        if not heading:
            continue
        words = re.sub(r'!?\[([^\]]*)\]\([^)]*\)', r'\1', heading.group(1))  # a link in a heading
        base = re.sub(r'[^\w\- ]', '', words.lower()).replace(' ', '-')
        name, copy = base, 0
        while name in names:
            copy += 1
            name = '%s-%d' % (base, copy)
        names.add(name)
    return names


def links(text):
    """Yields (line number, target)."""
    for number, line in prose(text):
        line = _CODE.sub('', line)
        for match in _INLINE.finditer(line):
            yield number, match.group(1)
        definition = _DEFINITION.match(line)
        if definition:
            yield number, definition.group(1)


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def why_dead(document, target):
    """None for a good link."""
    if _WEB.match(target):
        return None
    path, _, fragment = target.partition('#')
    path = urllib.parse.unquote(path)
    if path.startswith('/'):
        return 'starts with /, so it leaves the repository'
    file = os.path.normpath(os.path.join(os.path.dirname(document), path)) if path else document
    if not os.path.exists(file):
        return 'no such file'
    if not fragment:
        return None
    if os.path.isdir(file):
        return 'a folder has no headings'
    lines = _LINES.match(fragment)
    if lines:
        last = max(int(number) for number in lines.groups() if number)
        return None if last <= len(read(file).splitlines()) else 'the file has fewer lines'
    if not file.endswith('.md'):
        return 'only lines (#L10) can be named in this file'
    return None if fragment in anchors(read(file)) else 'no such heading'


def main(documents):
    if not documents:
        documents = subprocess.run(['git', 'ls-files', '-z', '--', '*.md'], check=True,
                                   stdout=subprocess.PIPE).stdout.decode().split('\0')[:-1]
    dead = count = 0
    for document in documents:
        for number, target in links(read(document)):
            count += 1
            why = why_dead(document, target)
            if why:
                print('%s:%d: %s: %s' % (document, number, target, why))
                dead += 1
    print('%d documents, %d links, %d dead' % (len(documents), count, dead))
    return 1 if dead else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
