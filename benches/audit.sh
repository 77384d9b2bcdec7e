#!/bin/bash
# Times `sodeb audit`: 1 to 20 images that share their lower layers, cold and from the cache; and one archive as from
# `docker save | gzip`, compared with `zcat | wc -c` of the same file on one core.
# usage: audit.sh ROOTFS TREE        the directories of the two shared layers
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: ${0##*/} ROOTFS TREE" >&2; exit 2; }
rootfs=$(realpath -- "$1") tree=$(realpath -- "$2")
cd "$(dirname -- "$0")/.."
cargo build --quiet --release --locked
sodeb=$PWD/target/release/sodeb
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cd "$work"

digest() { sha256sum -- "$1" | cut -d' ' -f1; }

# blob DIR FILE: adds a file to a layout under its digest, and prints `DIGEST SIZE`.
blob() {
    local sum
    sum=$(digest "$2")
    mkdir -p "$1/blobs/sha256"
    ln -f -- "$2" "$1/blobs/sha256/$sum"
    printf '%s %s\n' "$sum" "$(stat -c %s -- "$2")"
}

# layout DIR LAYER…: writes an OCI layout of these layers, with hard links to their files.
layout() {
    local directory=$1 diffs='' layers='' sum size layer
    shift
    for layer in "$@"; do
        read -r sum size < <(blob "$directory" "$layer")
        diffs+="${diffs:+,}\"sha256:$sum\""
        layers+="${layers:+,}{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\",\"digest\":\"sha256:$sum\",\"size\":$size}"
    done
    printf '{"architecture":"amd64","os":"linux","config":{"Entrypoint":["python3","/main.py"]},"rootfs":{"type":"layers","diff_ids":[%s]}}' "$diffs" >"$directory.config"
    read -r sum size < <(blob "$directory" "$directory.config")
    printf '{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:%s","size":%s},"layers":[%s]}' "$sum" "$size" "$layers" >"$directory.manifest"
    read -r sum size < <(blob "$directory" "$directory.manifest")
    printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:%s","size":%s}]}' "$sum" "$size" >"$directory/index.json"
    printf '{"imageLayoutVersion":"1.0.0"}' >"$directory/oci-layout"
}

# measure WORDS COMMAND…: prints the seconds of processor time and the peak of memory.
measure() {
    local words=$1
    shift
    /usr/bin/time -f "$words: %U s user, %S s system, %e s, %M KB" "$@" >/dev/null
}

tar --sort=name --mtime=@0 -C "$rootfs" -cf rootfs.tar .
mkdir -p top/app && cp -al -- "$tree" top/app/ 2>/dev/null || cp -a -- "$tree" top/app/
tar --sort=name --mtime=@0 -C top -cf tree.tar .
images=()
for number in $(seq 20); do
    mkdir -p "own$number"
    echo "print($number)" >"own$number/main.py"
    tar --mtime=@0 -C "own$number" -cf "own$number.tar" .
    layout "image$number" rootfs.tar tree.tar "own$number.tar"
    images+=("image$number")
done

export SODEB_CACHE_DIR=$work/cache
for count in 1 2 5 10 20; do
    rm -rf "$SODEB_CACHE_DIR"
    measure "$count images, empty cache" "$sodeb" audit --fail-on never --format jsonl "${images[@]:0:$count}"
done
measure "20 images, warm cache" "$sodeb" audit --fail-on never --format jsonl "${images[@]}"

tar -C image1 -cf - . | gzip -1 >archive.tar.gz
measure "zcat | wc -c of $(stat -c %s archive.tar.gz) bytes" sh -c 'zcat archive.tar.gz | wc -c'
rm -rf "$SODEB_CACHE_DIR"
measure "audit of the same, one thread" "$sodeb" audit --jobs 1 --fail-on never archive.tar.gz
