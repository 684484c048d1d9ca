"""What an ABI dump of an earlier minor promises, and whether a later one still keeps it.

abidiff tells that two dumps differ, not whether the difference is allowed: a field at the end and a field
between others are the same to it. So the rule itself is written down here: a record keeps its fields, their types
and their places, and may be longer if it tells its size; an enumeration keeps its values, and may have more;
nothing else changes (sdk/include/ferry/abi/types.h).
"""

import xml.etree.ElementTree as xml


class Dump:
    """The public types of an abidw file, as texts that can be compared."""

    SIZES = {"struct_size", "note_size"}  # a record that has one may grow
    PROBE = "ferry_abi"  # mentions all others; each minor has its own

    def __init__(self, path):
        self.types = {node.get("id"): node for node in xml.parse(path).iter() if node.get("id")}
        self.records, self.enums, self.aliases = {}, {}, {}
        for node in self.types.values():
            name = node.get("name", "")
            if node.tag == "enum-decl":
                for value in node.iter("enumerator"):
                    self.enums[value.get("name")] = value.get("value")
            elif not name.startswith("ferry_") or name == self.PROBE:
                continue
            elif node.tag == "class-decl" and node.get("is-declaration-only") != "yes":
                self.records[name] = self.fields(node)
            elif node.tag == "typedef-decl" and not self.is_record(node.get("type-id")):
                self.aliases[name] = self.text(node.get("type-id"))

    def is_record(self, type_id):
        return self.types[type_id].tag in ("class-decl", "enum-decl")

    def fields(self, node):
        return [(int(member.get("layout-offset-in-bits")), declared.get("name"), self.text(declared.get("type-id")))
                for member in node.iter("data-member") for declared in member.iter("var-decl")]

    def text(self, type_id):
        node = self.types[type_id]
        inner = node.get("type-id")
        if node.tag == "pointer-type-def":
            return f"{self.text(inner)}*"
        if node.tag == "qualified-type-def":
            return f"const {self.text(inner)}" if node.get("const") == "yes" else self.text(inner)
        if node.tag == "array-type-def":
            lengths = "".join(f"[{part.get('length')}]" for part in node.iter("subrange"))
            return f"{self.text(inner)}{lengths}"
        if node.tag == "function-type":
            arguments = ", ".join(self.text(one.get("type-id")) for one in node.iter("parameter"))
            return f"{self.text(node.find('return').get('type-id'))}({arguments})"
        return node.get("name")


def broken_promises(before, after):
    """One line for each promise of the dump `before` that the dump `after` breaks."""
    then, now = Dump(before), Dump(after)
    lines = []
    for name, fields in then.records.items():
        present = now.records.get(name)
        if present is None:
            lines.append(f"{name} is gone")
            continue
        for place, field in enumerate(fields):
            found = present[place] if place < len(present) else "nothing"
            if found != field:
                lines.append(f"{name}: field {place} was {field}, and is {found}")
        if len(present) > len(fields) and not Dump.SIZES & {field[1] for field in fields}:
            lines.append(f"{name} does not tell its size, and has grown")
    for name, value in then.enums.items():
        if now.enums.get(name) != value:
            lines.append(f"{name} was {value}, and is {now.enums.get(name)}")
    for name, meaning in then.aliases.items():
        if now.aliases.get(name) != meaning:
            lines.append(f"{name} was {meaning}, and is {now.aliases.get(name)}")
    return lines
