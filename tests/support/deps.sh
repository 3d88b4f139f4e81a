#!/bin/sh
# Installs what building and testing Writ needs, on Debian; says what and why.
# Without root it names the packages and stops. `deps.sh demo`: without what tests alone need.
set -eu

# package: the reason
for_tests='clang: the second compiler that must give the same digests
libclang-rt-14-dev: its sanitizer and fuzzer runtimes
libcriterion-dev: the tests
openssl: keys that the tests make as people do
patch: what fmt --diff writes is applied
'
[ "${1-}" != demo ] || for_tests=
table=$for_tests'gcc: the compiler
libc6-dev: the C library headers
binutils: ar and nm
flex: the scanner of .wf files
bison: the parser of .wf files
libxxhash-dev: hash tables
libcurl4-openssl-dev: calls to backends
libevent-dev: the event loop
libjansson-dev: policy, bindings and records
libsqlite3-dev: the embedded retrieval
libssl-dev: SHA-256 and signatures
python3: the Python client and the ledger of the demo
python3-cryptography: the Python client checks receipts
openssh-client: signing with SSH keys
curl: the demo calls the service as anyone would
ca-certificates: TLS to backends'

missing=
why=
while IFS=: read -r package reason; do
	if [ "$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null)" != 'install ok installed' ]; then
		missing="$missing $package"
		why="$why
  $package:$reason"
	fi
done <<TABLE
$table
TABLE
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
	echo "deps: this is not a Debian system; please install the equivalents of:$why" >&2
	exit 2
fi
if [ "$(id -u)" != 0 ]; then
	echo "deps: these packages are missing:$why" >&2
	echo "deps: installing them needs root. Please run:" >&2
	echo "  sudo apt-get install -y --no-install-recommends$missing" >&2
	exit 2
fi
echo "deps: installing with apt:$why"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 # a list of words
if ! { apt-get update && apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "deps: apt could not install them" >&2
	exit 2
fi
