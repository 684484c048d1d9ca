#!/usr/bin/env python3
"""The pages that are installed lead to each other: no link in them ends at nothing, and no heading is missing.

Usage: documents_test.py FOLDER
"""

import os
import re
import sys


def anchors(text):
    """As they are made of headings where such pages are shown."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.replace("`", "")).strip().lower().replace(" ", "-") for heading in headings}


def main(folder):
    pages = [
        os.path.join(at, name) for at, _, names in os.walk(folder) for name in names if name.endswith(".md")
    ]
    links = 0
    dead = []
    for page in pages:
        with open(page, encoding="utf-8") as opened:
            text = re.sub(r"^( {4}|```).*?$", "", opened.read(), flags=re.MULTILINE)
        for target, anchor in re.findall(r"\]\(([^)#\s]*)#?([^)\s]*)\)", text):
            if target.startswith("http"):
                continue
            links += 1
            to = os.path.normpath(os.path.join(os.path.dirname(page), target)) if target else page
            if not os.path.exists(to):
                dead.append("%s: %s" % (page, target))
            elif anchor and to.endswith(".md"):
                with open(to, encoding="utf-8") as opened:
                    if anchor not in anchors(opened.read()):
                        dead.append("%s: %s#%s" % (page, target, anchor))
    if len(pages) < 20 or links < 50:
        dead.append("only %d pages with %d links were found in %s" % (len(pages), links, folder))
    for line in dead:
        print("leads nowhere: " + line)
    print("%d pages, %d links, %d dead" % (len(pages), links, len(dead)))
    return 1 if dead else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
