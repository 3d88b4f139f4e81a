#!/bin/sh
# One program, one byte string: every source of the corpus that compiles gives the same bytes from both
# compilers' builds of writ, in two folders, and again from its own decompiled source.
# Usage: check-digests.sh WRIT WRIT
set -eu
first=$(realpath "$1")
second=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/elsewhere/deeper"
cp -r examples stdlib tests/golden "$work/elsewhere/deeper/"

count=0
for source in $(git ls-files 'examples/*.wf' 'stdlib/tests/*.wf' 'tests/golden/*.wf' 'tests/golden/**/*.wf' | sort -u); do
	"$first" build "$source" -o "$work/a.wfb" >"$work/a.out" 2>/dev/null || continue
	other=$work/elsewhere/deeper/${source#tests/}
	"$second" build "$other" -o "$work/b.wfb" >/dev/null 2>&1
	cmp "$work/a.wfb" "$work/b.wfb" || { echo "check-digests: $source depends on where or by what it is compiled"; exit 1; }
	said=$(sed -n 's/^sha256:\([0-9a-f]*\).*/\1/p' "$work/a.out")
	[ "$said" = "$(sha256sum <"$work/a.wfb" | cut -d' ' -f1)" ] || { echo "check-digests: $source: writ and sha256sum differ"; exit 1; }
	"$second" show --source "$work/a.wfb" >"$work/c.wf"
	"$first" build "$work/c.wf" -o "$work/c.wfb" >/dev/null 2>"$work/c.err" || { cat "$work/c.err"; echo "check-digests: $source: its decompiled source does not compile"; exit 1; }
	cmp "$work/a.wfb" "$work/c.wfb" || { echo "check-digests: $source: its decompiled source is another program"; exit 1; }
	count=$((count + 1))
done
[ "$count" -gt 0 ] || { echo "check-digests: nothing compiled"; exit 1; }
echo "digests hold: $count programs, two compilers, two folders, and back from bytecode"
