#!/usr/bin/env bash
# Makes the tables and pictures that the documents show: ./dev docs. Takes some ten minutes, and wants the machine for itself.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dll=$1
configuration_tests=$2/Peregrine.Tests/$3/Peregrine.Tests.dll
browser_tests=$2/Peregrine.Integration.Tests/$3/Peregrine.Integration.Tests.dll

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

# Streams of order commands, made by the generator that comes with the recorded data.
generator="${PEREGRINE_SHARED:-$root/../shared}/tools/orderflow.cpp"
if [ -f "$generator" ] && command -v g++ >/dev/null; then
  echo "docs/perf/core.md: matching, core and pipeline on this machine"
  streams=$(mktemp -d)
  trap 'rm -rf "$figures" "$streams"' EXIT
  g++ -O2 -o "$streams/orderflow" "$generator" 2>/dev/null
  : >"$figures"
  for mix in D A B; do
    "$streams/orderflow" "$streams/$mix" 2000000 1000 "$mix" 1 >/dev/null
    printf '\n**%s**\n\n' "$mix" >>"$figures"
    dotnet "$dll" bench core --commands "$streams/$mix" --stage book,core,link --durability none,os,fsync --outstanding 1,1000,max --rounds 9 --dir "$root/bench-data" >>"$figures"
  done
  replace_between_marks "$root/docs/perf/core.md" "$figures" "core figures"
else
  echo "docs/perf/core.md is left as it is: no $generator, or no g++"
fi

recorded="${PEREGRINE_SHARED:-$root/../shared}/data/lobster/AAPL_2012-06-21_34200000_37800000_message_50.csv"
if [ -f "$recorded" ]; then
  echo "docs/simulator.md: the simulated flow beside a recorded one"
  dotnet "$dll" simulate --beside "$recorded" >"$figures"
  replace_between_marks "$root/docs/simulator.md" "$figures" flow
  echo "docs/perf/feed.md: distribution on this machine"
  dotnet "$dll" bench feed "$recorded" --depths levels,orders --rates max,1000 --messages 6000 --rounds 4 --stalled >"$figures"
  replace_between_marks "$root/docs/perf/feed.md" "$figures"
  echo "docs/perf/core.md: a recorded feed on this machine"
  dotnet "$dll" bench books "$recorded" --rounds 101 >"$figures"
  replace_between_marks "$root/docs/perf/core.md" "$figures" "books figures"
else
  echo "docs/simulator.md, docs/perf/feed.md and the feed in docs/perf/core.md are left as they are: no recorded data at $recorded"
fi

echo "docs/images: the console in a browser"
PEREGRINE_WRITE_DOCS=1 PEREGRINE_DLL="$dll" dotnet "$browser_tests" -noLogo -noColor -method '*Screenshots_ForTheReadme*' >/dev/null
