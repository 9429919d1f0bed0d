#!/usr/bin/env bash
# Makes the tables that the documents show: ./dev docs. Takes some four minutes, and wants the machine for itself.
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
  local document=$1 content=$2
  awk -v content="$content" '
    /<!-- end of figures -->/ { skipping = 0 }
    !skipping { print }
    /<!-- figures -->/ { while ((getline line < content) > 0) print line; skipping = 1 }' "$document" >"$document.new"
  mv "$document.new" "$document"
}
replace_between_marks "$root/docs/perf/link.md" "$figures"
