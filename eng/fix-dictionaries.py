#!/usr/bin/env python3
"""Writes src/Peregrine.Fix/Dictionaries/Data/*.fixd from a folder of QuickFIX XML dictionaries: ./eng/fix-dictionaries.py FOLDER.
Only facts go over: tags, names, types, enumerations, required flags, groups, components. The form is docs/fix-dictionaries.md, section 3."""
import pathlib
import sys
import xml.etree.ElementTree as ET

FILES = ["FIX40", "FIX41", "FIX42", "FIX43", "FIX44", "FIXT11", "FIX50", "FIX50SP1", "FIX50SP2"]


def camel(name):
    return "".join(word[:1].upper() + word[1:].lower() for word in name.split("_"))


def version_of(root):
    pack = root.get("servicepack", "0")
    return f"{root.get('type', 'FIX')}.{root.get('major')}.{root.get('minor')}" + (f"SP{pack}" if pack != "0" else "")


def members(node, tags):
    for child in node:
        mark = "!" if child.get("required") == "Y" else ""
        if child.tag == "component":
            yield f"@{child.get('name')}{mark}"
        elif child.tag == "group":
            yield f"{tags[child.get('name')]}{mark}({' '.join(members(child, tags))})"
        else:
            yield f"{tags[child.get('name')]}{mark}"


def lines_of(root):
    tags = {field.get("name"): int(field.get("number")) for field in root.find("fields")}
    yield "peregrine-fix-dictionary 1"
    yield f"version {version_of(root)}"
    for field in sorted(root.find("fields"), key=lambda each: int(each.get("number"))):
        values = [f"{value.get('enum').replace(' ', '~')}={camel(value.get('description', ''))}" for value in field.findall("value")]
        yield " ".join(["f", field.get("number"), field.get("name"), field.get("type"), *values])
    for component in root.find("components") if root.find("components") is not None else []:
        yield " ".join(["c", component.get("name"), *members(component, tags)])
    for letter, section in (("h", "header"), ("t", "trailer")):
        if len(root.find(section)):
            yield " ".join([letter, *members(root.find(section), tags)])
    for message in root.find("messages"):
        kind = "session" if message.get("msgcat") == "admin" else "application"
        yield " ".join(["m", message.get("msgtype"), message.get("name"), kind, *members(message, tags)])


def main(folder):
    target = pathlib.Path(__file__).parent.parent / "src/Peregrine.Fix/Dictionaries/Data"
    for name in FILES:
        root = ET.parse(pathlib.Path(folder) / f"{name}.xml").getroot()
        (target / f"{name}.fixd").write_text("\n".join(lines_of(root)) + "\n", encoding="ascii")


main(*sys.argv[1:])
