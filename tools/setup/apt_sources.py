#!/usr/bin/env python3
"""Prints apt sources for another Debian release, made from the machine's own.

usage: apt_sources.py SUITE [ETC_APT]

Reads the deb822 files and the one-line lists under ETC_APT (default /etc/apt), keeps the servers
from which this machine takes its own release, and prints them with SUITE in its place. So a
machine behind a mirror uses that mirror, and no server's name stands in this repository.
"""
# SPDX-License-Identifier: Apache-2.0
import pathlib
import re
import sys

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def release(os_release: str) -> str:
    found = re.search(r'^VERSION_CODENAME="?(\w+)', os_release, re.M)
    return found.group(1) if found else "bookworm"


def from_deb822(text: str, own: str) -> list[tuple[str, str]]:
    """(uri, keyring) of each stanza that carries this machine's own release."""
    found = []
    for stanza in re.split(r"\n\s*\n", text):
        lines = (line for line in stanza.splitlines() if line and not line.startswith("#"))
        fields = dict(re.split(r":\s*", line, maxsplit=1) for line in lines if ":" in line)
        if own in fields.get("Suites", "").split() and "deb" in fields.get("Types", "").split():
            key = fields.get("Signed-By", KEYRING)
            found += [(uri, key) for uri in fields.get("URIs", "").split()]
    return found


def from_list(text: str, own: str) -> list[tuple[str, str]]:
    found = []
    for line in text.splitlines():
        match = re.match(r"deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s", line + " ")
        if match and match.group(3) == own:
            key = re.search(r"signed-by=(\S+)", match.group(1) or "")
            found.append((match.group(2), key.group(1) if key else KEYRING))
    return found


def main() -> None:
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    suite = sys.argv[1]
    etc = pathlib.Path(sys.argv[2] if len(sys.argv) == 3 else "/etc/apt")
    own = release(pathlib.Path("/etc/os-release").read_text())
    found = []
    for path in sorted(etc.glob("sources.list.d/*.sources")):
        found += from_deb822(path.read_text(), own)
    for path in [etc / "sources.list", *sorted(etc.glob("sources.list.d/*.list"))]:
        if path.exists():
            found += from_list(path.read_text(), own)
    if not found:
        sys.exit(f"apt_sources: no source under {etc} carries '{own}', so there is none to take '{suite}' from")
    for uri, key in dict.fromkeys(found):
        print(f"Types: deb\nURIs: {uri}\nSuites: {suite}\nComponents: main\nSigned-By: {key}\n")


if __name__ == "__main__":
    main()
