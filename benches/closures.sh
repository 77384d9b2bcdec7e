#!/bin/bash
# Locks a dozen venvs whose packages are built from source against Debian's libraries, and prints a Markdown table
# of what each comes to: the packages that apt would install (Depends), those of which files are taken (what is
# loaded, and what goes with it), and those files. Nothing is assumed present: the C library is in each of the rows.
# usage: closures.sh DIR        venvs that DIR does not have yet are built there; SODEB=… names the program
set -euo pipefail
cd "$(dirname -- "$0")/.."

[ $# -eq 1 ] || { echo "usage: benches/closures.sh DIR" >&2; exit 2; }
mkdir -p -- "$1"
directory=$(realpath -- "$1")
if [ -z "${SODEB:-}" ]; then
    cargo build --quiet --release
    SODEB=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/sodeb
fi
codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
report=$(mktemp)
trap 'rm "$report"' EXIT

# row NAME: of the report.
row() {
    python3 - "$1" "$report" <<'PYTHON'
import json, sys

name, report = sys.argv[1:]
told = json.load(open(report))["comparison"]

def extent(of):
    return f"{of['packages']} packages, {of['installed_size_kib'] / 1024:.1f} MiB" if of else "not told"

taken = told["taken"]
print(f"| {name} | {extent(told['depends_closure'])} | {extent(told['elf_closure'])}"
      f" | {taken['files']} files, {taken['bytes'] / 1048576:.1f} MiB |")
PYTHON
}

echo '| venv | apt would install | packages that files are taken of | files taken |'
echo '|---|---|---|---|'
for name in $(fixtures/package-venv.sh --list); do
    [ -d "$directory/$name" ] || PYTHON=${PYTHON:-/usr/bin/python3} fixtures/package-venv.sh "$name" "$directory/$name" >&2
    # Bad news (something that no package mends) is news all the same.
    "$SODEB" lock "$directory/$name" --at /venv --release "$codename" --format json >"$report" || [ $? -eq 1 ]
    row "$name"
done
