#!/bin/bash
# Locks a dozen venvs whose packages are built from source against Debian's libraries, and prints a Markdown table: the
# packages that apt would install (Depends), those that the lock selects, and the selected files. No base is assumed, so the C
# library is in each row.
# usage: closures.sh DIR        missing venvs are built in DIR; SODEB=… sets the program
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

# row NAME: prints a row of the table.
row() {
    python3 - "$1" "$report" <<'PYTHON'
import json, sys

name, report = sys.argv[1:]
comparison = json.load(open(report))["comparison"]

def totals(of):
    return f"{of['packages']} packages, {of['installed_size_kib'] / 1024:.1f} MiB" if of else "unknown"

taken = comparison["taken"]
print(f"| {name} | {totals(comparison['depends_closure'])} | {totals(comparison['elf_closure'])}"
      f" | {taken['files']} files, {taken['bytes'] / 1048576:.1f} MiB |")
PYTHON
}

echo '| venv | apt would install | selected packages | selected files |'
echo '|---|---|---|---|'
for name in $(fixtures/package-venv.sh --list); do
    [ -d "$directory/$name" ] || PYTHON=${PYTHON:-/usr/bin/python3} fixtures/package-venv.sh "$name" "$directory/$name" >&2
    # Status 1 (libraries that no package provides) is a result, too.
    "$SODEB" lock "$directory/$name" --at /venv --release "$codename" --format json >"$report" || [ $? -eq 1 ]
    row "$name"
done
