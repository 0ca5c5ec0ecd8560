#!/bin/bash
# Lists the tests that the last run skipped, one line each with the reason, from Surefire's and Failsafe's reports.
set -euo pipefail
cd "$(dirname "$0")/.."
shopt -s nullglob
reports=(*/target/surefire-reports/TEST-*.xml */target/failsafe-reports/TEST-*.xml)
[ "${#reports[@]}" -gt 0 ] || { echo "  (no reports: nothing ran)"; exit 0; }
awk '
  function attribute(name,   rest) {
    if (!match($0, " " name "=\"[^\"]*\"")) return ""
    rest = substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
    gsub(/&quot;/, "\"", rest); gsub(/&apos;/, "\047", rest); gsub(/&lt;/, "<", rest); gsub(/&gt;/, ">", rest)
    gsub(/&#10;/, " ", rest); gsub(/&amp;/, "\\&", rest)
    return rest
  }
  /<testcase / { test = attribute("classname"); sub(/.*\./, "", test); test = test "." attribute("name") }
  /<skipped/ {
    reason = attribute("message")
    sub(/^Assumption failed: /, "", reason)
    print "  " test ": " (reason == "" ? "no reason given" : reason)
    count++
  }
  END { if (!count) print "  none" }' "${reports[@]}"
