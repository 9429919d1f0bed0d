#!/usr/bin/env bash
# Makes libperegrine_engine.so, with its header beside it. usage: build.sh [FOLDER], artifacts/engine by default.
# Needs the .NET SDK and gcc. PEREGRINE_ISA=native (or x86-64-v3, ...) compiles for newer processors than those of every machine.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:-$here/../../artifacts/engine}
mkdir -p "$out"; out=$(cd "$out" && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_USE_MSBUILD_SERVER=0

# In folders of its own, so that it disturbs no other build of this checkout; one at a time.
exec 9>"$out/.lock"; flock 9
log="$out/build.log"
dotnet publish "$here" -c Release -v quiet -nodeReuse:false -p:PublishNative=true -p:ArtifactsPath="$out/build" \
  -p:UseSharedCompilation=false -p:RunAnalyzers=false ${PEREGRINE_ISA:+-p:IlcInstructionSet="$PEREGRINE_ISA"} >"$log" 2>&1 9>&- \
  || { cat "$log" >&2; exit 1; }
cp "$here/peregrine_engine.h" "$out/peregrine_engine.h"
cp "$out/build/publish/MatchingEngineNative/release/MatchingEngineNative.so" "$out/libperegrine_engine.so"
echo "$out/libperegrine_engine.so"
