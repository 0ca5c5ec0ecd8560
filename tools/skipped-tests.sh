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
  # A class whose assumption before all tests fails leaves a report without tests, and no reason.
  function nothing_ran() {
    if (suite == "" || cases) return
    sub(/.*\./, "", suite)
    print "  " suite ": nothing ran, and the report has no reason (use a condition in place of @BeforeAll)"
    count++
  }
  FNR == 1 { nothing_ran(); suite = ""; cases = 0 }
  /<testsuite / { suite = attribute("name") }
  /<testcase / {
    cases++
    test = attribute("classname")
    sub(/.*\./, "", test)
    name = attribute("name")
    # A class that is skipped as a whole is one case without a name.
    test = test (name == "" ? "" : "." name)
  }
  /<skipped/ {
    reason = attribute("message")
    sub(/^Assumption failed: /, "", reason)
    sub(/^.* ==> /, "", reason)
    print "  " test ": " (reason == "" ? "no reason given" : reason)
    count++
  }
  END { nothing_ran(); if (!count) print "  none" }' "${reports[@]}"
