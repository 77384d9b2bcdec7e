#!/bin/bash
# Times `sodeb layer` on one tree from a warm cache, and for comparison: compressing the same bytes; `apt-get download`,
# `dpkg-deb -x` and tar of the same packages; and mmdebstrap, which only unpacks them (without dpkg and a shell in the root it
# cannot install). Prints a Markdown table of medians and ratios to the compression. Needs the host's archive.
# usage: layer.sh TREE        SODEB=… sets the program
set -euo pipefail
cd "$(dirname -- "$0")/.."

[ $# -eq 1 ] && [ -d "$1" ] || { echo "usage: benches/layer.sh TREE" >&2; exit 2; }
tree=$(realpath -- "$1")
for command in hyperfine apt-get dpkg-deb python3 gzip; do
    command -v "$command" >/dev/null || { echo "layer.sh: cannot find $command" >&2; exit 3; }
done
if [ -z "${SODEB:-}" ]; then
    cargo build --quiet --release
    SODEB=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/sodeb
fi
codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

question=("$tree" --at /venv --release "$codename" --cache-dir "$work/cache" -q)
"$SODEB" lock "${question[@]}" --format json >"$work/report.json" || [ $? -eq 1 ]
python3 - "$work/report.json" >"$work/packages" <<'PYTHON'
import json, sys

for package in json.load(open(sys.argv[1]))["packages"]:
    print(f"{package['name']}={package['version']}")
PYTHON
mapfile -t packages <"$work/packages"
"$SODEB" layer "${question[@]}" -o "$work/layer.tar" >/dev/null || [ $? -eq 1 ]

# median_ms PREPARATION COMMAND...
median_ms() {
    local preparation=$1
    shift
    hyperfine --ignore-failure --style=none --runs 5 --prepare "$preparation" \
        --export-json "$work/times.json" "$(printf '%q ' "$@")" >/dev/null 2>&1
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["results"][0]["median"] * 1000)' "$work/times.json"
}
gzip=$(median_ms true bash -c "gzip -6 <$work/layer.tar >$work/by-itself.gz")
# row NAME MS
row() {
    awk -v name="$1" -v ms="$2" -v unit="$gzip" 'BEGIN { printf "| %s | %.0f | %.2f |\n", name, ms, ms / unit }'
}

printf '%s: %d packages, a layer of %d bytes; %d processors\n\n' \
    "${tree##*/}" "${#packages[@]}" "$(stat -c %s "$work/layer.tar")" "$(nproc)"
echo '| | ms | ratio |'
echo '|---|---|---|'
row 'gzip -6 of the same tar' "$gzip"
for ending in tar tar.gz tar.zst; do
    row "sodeb layer to .$ending, warm cache" \
        "$(median_ms "rm -f $work/out.$ending" "$SODEB" layer "${question[@]}" -o "$work/out.$ending")"
done
fetch="cd $work/debs && apt-get -qq download ${packages[*]}"
unpack="for deb in *.deb; do dpkg-deb -x \$deb $work/root; done && tar -C $work/root -cf - . | gzip -6 >$work/whole.tar.gz"
row 'apt-get download, dpkg-deb -x and tar -z of the same packages' \
    "$(median_ms "rm -rf $work/debs $work/root; mkdir $work/debs" bash -c "$fetch && $unpack")"
bootstrap=(mmdebstrap --quiet --variant=extract "--include=$(IFS=,; echo "${packages[*]%%=*}")" "$codename" "$work/rootfs.tar.gz")
if "${bootstrap[@]}" >/dev/null 2>"$work/mmdebstrap.log"; then
    row 'mmdebstrap --variant=extract of the same packages' "$(median_ms "rm -f $work/rootfs.tar.gz" "${bootstrap[@]}")"
else
    echo "layer.sh: skipped mmdebstrap, which fails here: $(tail -n 1 "$work/mmdebstrap.log")" >&2
fi
