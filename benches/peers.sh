#!/bin/bash
# Times sodeb, its floor and its peers on one tree, and prints a Markdown table of medians, ratios to the floor on two threads,
# and peak memory. The page cache is warm: each command runs once before it is timed. Exit statuses are ignored, as most peers
# exit 0 with libraries missing.
# usage: peers.sh TREE [--fast]       --fast skips programs that need a process for each object
set -euo pipefail
cd "$(dirname -- "$0")/.."

usage() {
    echo "peers.sh: $1" >&2
    echo "usage: benches/peers.sh TREE [--fast]" >&2
    exit 2
}

[ $# -ge 1 ] && [ $# -le 2 ] || usage "expected a tree"
[ -d "$1" ] || usage "no such directory: $1"
[ $# -eq 1 ] || [ "$2" = --fast ] || usage "unknown argument: $2"
tree=$(realpath -- "$1")
fast=${2:-}

# needs COMMAND PACKAGE
needs() { command -v "$1" >/dev/null || { echo "peers.sh: cannot find $1: install the package $2" >&2; exit 3; }; }
needs hyperfine hyperfine
needs libtree libtree
needs scanelf pax-utils
needs lddtree pax-utils
needs python3 python3
[ -x /usr/bin/time ] || { echo "peers.sh: cannot find /usr/bin/time: install the package time" >&2; exit 3; }

cargo build --quiet --release
floor=$(cargo bench --quiet --no-run --bench floor --message-format json |
    sed -n 's/.*"executable":"\([^"]*\/floor-[^"]*\)".*/\1/p')
sodeb=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/sodeb

# Errors are quick: make sure that the timed command gives an answer.
question=(resolve --offline --catalog embedded --release bookworm)
"$sodeb" "${question[@]}" "$tree" >/dev/null || [ $? -eq 1 ] || exit 3

work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
objects=$work/objects
scanelf -RBF '%F' "$tree" >"$objects"
each=(xargs -s 2000000 -a "$objects" -d '\n')

# median_ms RUNS COMMAND...
median_ms() {
    local runs=$1
    shift
    hyperfine --shell=none --ignore-failure --style=none --warmup 1 --runs "$runs" \
        --export-json "$work/times.json" "$(printf '%q ' "$@")" >/dev/null 2>&1
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["results"][0]["median"] * 1000)' "$work/times.json"
}

# peak_mb COMMAND...: of the largest process.
peak_mb() {
    /usr/bin/time -o "$work/peak" -f %M "$@" >/dev/null 2>&1 || true
    awk 'END { printf "%.1f", $1 / 1024 }' "$work/peak"
}

unit=
# row NAME RUNS COMMAND...: the first one is the unit of the ratios.
row() {
    local name=$1 runs=$2 ms
    shift 2
    ms=$(median_ms "$runs" "$@")
    unit=${unit:-$ms}
    awk -v name="$name" -v ms="$ms" -v unit="$unit" -v peak="$(peak_mb "$@")" \
        'BEGIN { printf "| %s | %.1f | %.2f | %s |\n", name, ms, ms / unit, peak }'
}

printf '%s: %d files, %d objects; %d processors\n\n' \
    "${tree##*/}" "$(find "$tree" -type f | wc -l)" "$(wc -l <"$objects")" "$(nproc)"
echo '| | ms | ratio | peak MB |'
echo '|---|---|---|---|'
row 'floor, 2 threads' 15 "$floor" "$tree" 2
row 'floor, 1 thread' 15 "$floor" "$tree" 1
row 'sodeb resolve' 15 "$sodeb" "${question[@]}" "$tree"
row 'sodeb resolve --direct' 15 "$sodeb" "${question[@]}" --direct "$tree"
row 'sodeb resolve --format json' 15 "$sodeb" "${question[@]}" --format json "$tree"
row 'sodeb tree' 15 "$sodeb" tree "$tree"
row 'libtree, all objects at once' 9 "${each[@]}" libtree
row 'scanelf -R' 9 scanelf -qRn "$tree"
[ -z "$fast" ] || exit 0
row 'libtree, each object' 5 "${each[@]}" -n 1 libtree
row 'ldd, each object' 3 "${each[@]}" -n 1 ldd
row 'lddtree, each object' 1 "${each[@]}" -n 1 lddtree
