#!/bin/bash
# Runs the driver's kernel tests as a user without privileges: once with nothing, once in a delegated v2 subtree.
#
#   unprivileged_test.sh TEST_BINARY...
set -u

if [ "$(id -u)" != 0 ]; then
  echo "needs root, to become somebody else" >&2
  [ "${REQUIRE_KERNEL_TESTS:-}" = 1 ] && exit 1
  exit 0
fi
readonly user=65534
place=$(mktemp -d /tmp/drover-unprivileged.XXXXXX) || exit 1
chmod 755 "$place"
delegated=
clean_up() {
  rm -rf "$place"
  if [ -n "$delegated" ]; then
    find "$delegated" -depth -type d -exec rmdir {} \; 2>/dev/null
  fi
}
trap clean_up EXIT

failures=0
# run NAME BINARY [GROUP]: the binary as the user, in a v2 group if one is given.
run() {
  local name=$1 binary=$2 group=${3:-}
  mkdir "$place/$name" && chown $user:$user "$place/$name"
  # The user cannot read what is below root's home: a copy of the program and a place of its own.
  cp -L "$binary" "$place/$name.bin" && chmod 755 "$place/$name.bin"
  echo "=== $name"
  (
    [ -z "$group" ] || echo 0 >"$group/cgroup.procs"
    cd / && exec setpriv --reuid=$user --regid=$user --clear-groups env -i PATH="$PATH" HOME=/ \
      TEST_TMPDIR="$place/$name" XML_OUTPUT_FILE="$place/$name/test.xml" "$place/$name.bin"
  ) >"$place/$name.log" 2>&1
  local status=$?
  grep -E 'OK \]|SKIPPED|FAILED|PASSED' "$place/$name.log" | tail -5
  if [ $status != 0 ]; then
    cat "$place/$name.log"
    failures=$((failures + 1))
  fi
}

unified=$(awk '$(NF-2) == "cgroup2" || $0 ~ / - cgroup2 / {print $5; exit}' /proc/self/mountinfo)
if [ -n "$unified" ] && [ -w "$unified" ]; then
  delegated=$unified/drover-unprivileged-$$
  mkdir "$delegated" "$delegated/session" || exit 1
  chown $user:$user "$delegated" "$delegated"/cgroup.{procs,subtree_control,threads} \
    "$delegated/session" "$delegated/session"/cgroup.{procs,subtree_control,threads}
fi
for binary in "$@"; do
  name=$(basename "$binary")
  run "$name" "$binary"
  [ -z "$delegated" ] || run "$name-delegated" "$binary" "$delegated/session"
done

# One test case in the report for every run of every binary.
if [ -n "${XML_OUTPUT_FILE:-}" ]; then
  python3 - "$XML_OUTPUT_FILE" "$place"/*/test.xml <<'PY'
import sys
import xml.etree.ElementTree as tree
suites = tree.Element("testsuites")
for path in sys.argv[2:]:
    name = path.split("/")[-2]
    for suite in tree.parse(path).getroot():
        suite.set("name", name + "." + suite.get("name", ""))
        suites.append(suite)
tree.ElementTree(suites).write(sys.argv[1])
PY
fi
[ $failures = 0 ]
