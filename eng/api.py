#!/usr/bin/env python3
"""Writes src/*/PublicAPI.Unshipped.txt from what the compiler told of each library: ./dev api. Sorted, so that branches merge."""
import json
import pathlib
import sys

MISSING, GONE = "RS0016", "RS0017"


def names_of(log):
    """Lines that the list needs: what is public and stands nowhere, and what was shipped and is gone."""
    for run in json.loads(log.read_text(encoding="utf-8-sig"))["runs"]:
        for result in run["results"]:
            if result["ruleId"] in (MISSING, GONE):
                name = result["properties"]["customProperties"]["APIName"]
                yield name if result["ruleId"] == MISSING else "*REMOVED*" + name


def main(told, sources):
    logs = sorted(pathlib.Path(told).glob("*.sarif"))
    if not logs:
        sys.exit(f"api: {told}: no *.sarif there, expected one for each library: the build wrote none")
    for log in logs:
        lines = ["#nullable enable", *sorted(set(names_of(log)))]
        (pathlib.Path(sources) / log.stem / "PublicAPI.Unshipped.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


main(*sys.argv[1:])
