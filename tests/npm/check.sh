#!/bin/sh
# What needs packages from npm, in a folder of the build: nothing of it lands in the tree.
# usage: check.sh WRIT FOLDER
set -eu

here=$(cd "$(dirname "$0")" && pwd)
writ=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")

for tool in node npm "${CHROMIUM:-chromium}"; do
	command -v "$tool" >/dev/null || {
		echo "check-npm: there is no $tool: apt-get install nodejs npm chromium (CHROMIUM names another browser)" >&2
		exit 2
	}
done
mkdir -p "$2"
cd "$2"
if ! cmp -s "$here/package-lock.json" package-lock.json || [ ! -d node_modules ]; then
	rm -rf node_modules
	cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" .
	npm ci --no-progress || { rm -f package-lock.json; exit 2; }
fi
"$here/pages.sh" "$writ" pages
node "$here/check-pages.js" pages/*.html
