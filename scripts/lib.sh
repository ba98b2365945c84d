# shellcheck shell=bash
# Shared by the scripts of this folder: where the tree is, how to speak, how to stop. Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export root

say() { printf '%s\n' "$*"; }
note() { printf '%s\n' "$*" >&2; }
die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# Prints the comment block at the head of a script: what --help shows.
usage() { awk 'NR == 1 { next } /^#/ { sub(/^# ?/, ""); print; next } { exit }' "$0"; }

# help_wanted "$@": true when the first argument asks for help.
help_wanted() { [[ ${1:-} == -h || ${1:-} == --help ]]; }

# How many compilers run at once; MINGLU_JOBS overrides it on machines that are shared or short of memory.
jobs_max() { say "${MINGLU_JOBS:-$(nproc)}"; }

build_dir() { say "$root/build/$1"; }

# program PRESET NAME: the path of a built program, or a message that says how to get it.
program() {
    local path
    path="$(build_dir "$1")/bin/$2"
    [[ -x $path ]] || die "$path is not built; run: scripts/build $1 $2"
    say "$path"
}

# The project's own C++ files, one per line: tracked or new, never ignored or deleted ones.
cpp_files() {
    git -C "$root" ls-files --cached --others --exclude-standard -- '*.cpp' '*.hpp' | sort -u | while read -r file; do
        if [[ -f "$root/$file" ]]; then say "$file"; fi
    done
}
