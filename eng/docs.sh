#!/usr/bin/env bash
# Makes the tables and pictures that the documents show: ./dev docs. Takes some ten minutes, and wants the machine for itself.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dll=$1
configuration_tests=$2

echo "docs/configuration.md: the table of keys, from the schema"
PEREGRINE_WRITE_DOCS=1 dotnet "$configuration_tests" -noLogo -noColor -method '*ConfigurationDocumentTests*' >/dev/null

echo "docs/perf/link.md: the link on this machine"
figures=$(mktemp)
trap 'rm -f "$figures"' EXIT
dotnet "$dll" bench link --folder "$root/bench-data" >"$figures"

# Puts the figures between two marks of a document.
replace_between_marks() {
  local document=$1 content=$2 mark=${3:-figures}
  awk -v content="$content" -v begin="<!-- $mark -->" -v end="<!-- end of $mark -->" '
    index($0, end) { skipping = 0 }
    !skipping { print }
    index($0, begin) && !index($0, end) { while ((getline line < content) > 0) print line; skipping = 1 }' "$document" >"$document.new"
  mv "$document.new" "$document"
}
replace_between_marks "$root/docs/perf/link.md" "$figures"

recorded="${PEREGRINE_SHARED:-$root/../shared}/data/lobster/AAPL_2012-06-21_34200000_37800000_message_50.csv"
if [ -f "$recorded" ]; then
  echo "docs/simulator.md: the simulated flow beside a recorded one"
  dotnet "$dll" simulate --beside "$recorded" >"$figures"
  replace_between_marks "$root/docs/simulator.md" "$figures" flow
  echo "docs/perf/feed.md: distribution on this machine"
  dotnet "$dll" bench feed "$recorded" --depths levels,orders --rates max,1000 --messages 6000 --rounds 4 --stalled >"$figures"
  replace_between_marks "$root/docs/perf/feed.md" "$figures"
else
  echo "docs/simulator.md and docs/perf/feed.md are left as they are: no recorded data at $recorded"
fi

echo "docs/images: the console in a browser"
PEREGRINE_WRITE_DOCS=1 PEREGRINE_DLL="$dll" dotnet "$configuration_tests" -noLogo -noColor -method '*Screenshots_ForTheReadme*' >/dev/null
