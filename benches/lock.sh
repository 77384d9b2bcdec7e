#!/bin/bash
# Times `sodeb lock` on one tree, cold (each .deb is downloaded and read) and warm, and for comparison `sodeb resolve`, and
# `apt-get download` and `dpkg-deb -x` of the same .debs. Prints a Markdown table of medians and ratios to apt-get. Needs the
# host's archive.
# usage: lock.sh TREE        SODEB=… sets the program
set -euo pipefail
cd "$(dirname -- "$0")/.."

[ $# -eq 1 ] && [ -d "$1" ] || { echo "usage: benches/lock.sh TREE" >&2; exit 2; }
tree=$(realpath -- "$1")
for command in hyperfine apt-get dpkg-deb python3; do
    command -v "$command" >/dev/null || { echo "lock.sh: cannot find $command" >&2; exit 3; }
done
if [ -z "${SODEB:-}" ]; then
    cargo build --quiet --release
    SODEB=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/sodeb
fi
codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

lock=("$SODEB" lock "$tree" --at /venv --release "$codename" --cache-dir "$work/cache" -q)
"${lock[@]}" --format json >"$work/report.json" || [ $? -eq 1 ]
python3 - "$work/report.json" >"$work/packages" <<'PYTHON'
import json, sys

for package in json.load(open(sys.argv[1]))["packages"]:
    print(f"{package['name']}={package['version']}")
PYTHON
mapfile -t packages <"$work/packages"

# median_ms RUNS PREPARATION COMMAND...
median_ms() {
    local runs=$1 preparation=$2
    shift 2
    hyperfine --ignore-failure --style=none --runs "$runs" --prepare "$preparation" \
        --export-json "$work/times.json" "$(printf '%q ' "$@")" >/dev/null 2>&1
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["results"][0]["median"] * 1000)' "$work/times.json"
}

apt=$(median_ms 5 "rm -rf $work/debs; mkdir $work/debs" \
    bash -c "cd $work/debs && apt-get -qq download ${packages[*]}")
# row NAME MS
row() {
    awk -v name="$1" -v ms="$2" -v unit="$apt" 'BEGIN { printf "| %s | %.0f | %.2f |\n", name, ms, ms / unit }'
}

printf '%s: %d packages; %d processors\n\n' "${tree##*/}" "${#packages[@]}" "$(nproc)"
echo '| | ms | ratio |'
echo '|---|---|---|'
row 'apt-get download of the same .debs' "$apt"
row '… and dpkg-deb -x of them' "$(median_ms 5 "rm -rf $work/debs $work/out; mkdir $work/debs" \
    bash -c "cd $work/debs && apt-get -qq download ${packages[*]} && for deb in *.deb; do dpkg-deb -x \$deb $work/out; done")"
row 'sodeb lock, empty cache' "$(median_ms 5 "rm -rf $work/cache" "${lock[@]}")"
row 'sodeb lock, warm cache' "$(median_ms 15 "${lock[*]} >$work/lock || true" "${lock[@]}")"
row 'sodeb resolve' "$(median_ms 15 true "$SODEB" resolve "$tree" --at /venv --release "$codename")"
