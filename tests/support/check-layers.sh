#!/bin/sh
# The layers, held: what the vm may call, and who may include whom.
# Usage: check-layers.sh <release libwritvm.a> <objects of the other layers>...
set -u
bad=0

# __divti3, __floattidf: the compiler's own support for 128-bit integers, linked in from libgcc or compiler-rt
foreign=$(nm -u "$1" | sed -n 's/^ *U //p' | sort -u |
	grep -vE '^(wr_.*|mem(cpy|move|set|cmp|chr)|strlen|fmod|floor|ceil|trunc|nearbyint|rint|_GLOBAL_OFFSET_TABLE_|__assert_fail|__stack_chk_fail|__mem(cpy|set|move)_chk|__divti3|__floattidf)$')
if [ -n "$foreign" ]; then
	echo "the vm may not call:" "$foreign"
	bad=1
fi

# forbid FOLDERS PATTERN WHY: no #include of FOLDERS' files may match PATTERN
forbid() {
	# shellcheck disable=SC2086 # FOLDERS is a list
	if grep -nE "#include [\"<]($2)" $1 2>/dev/null; then
		echo "  ^ $3"
		bad=1
	fi
}
vm='vm/*.[ch] vm/base/*.[ch] vm/format/*.[ch]'
forbid "$vm vm/view/*.[ch]" '(compiler|runtime|grammar)/' 'the vm includes nothing above it'
forbid "$vm vm/view/*.[ch] compiler/*.[ch] grammar/*.[ly]" '(stdio|time|stdlib|unistd|locale|errno)\.h|(jansson|curl|openssl|event2|sqlite3)' 'pure code does no I/O'
forbid "$vm" 'vm/view/' 'views stand on the vm, not the reverse'
forbid 'vm/base/*.[ch]' 'vm/[a-z_]*\.h|vm/format/' 'the floor includes only itself'
forbid 'vm/format/*.[ch]' 'vm/[a-z_]*\.h' 'the format includes only the floor'
forbid 'compiler/*.[ch] grammar/*.[ly]' 'runtime/|vm/view/' 'the compiler knows no runtime'
forbid 'runtime/*.[ch] runtime/[abst]*/*.[ch]' '(compiler|grammar)/' 'the runtime links no compiler'
forbid 'runtime/*.[ch] runtime/[abst]*/*.[ch]' 'vm/format/' 'the runtime sees modules through vm/writ_vm.h and vm/view'

# only FILE... may include a foreign library's headers
only() {
	header=$1
	shift
	if grep -rlE "#include <($header)" --include='*.[chly]' vm grammar compiler runtime | grep -vxE "$(echo "$*" | tr ' ' '|')"; then
		echo "  ^ only $* may include <$header>"
		bad=1
	fi
}
only 'jansson\.h' runtime/json.c
only 'curl/' runtime/backend/transport.c
only 'openssl/' runtime/trust/crypto.c runtime/trust/crypto_spki.c
only 'sqlite3\.h' runtime/store/sqlite.c
only 'xxhash\.h' vm/base/hash.c

# a name that two layers define would be linked from either, silently
twice=$(nm -g --defined-only "$@" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort | uniq -d)
if [ -n "$twice" ]; then
	echo "defined twice:" $twice
	bad=1
fi

# words that libraries never say: banned everywhere, and those banned in pure code
if grep -nwE '(strcpy|strcat|sprintf|gets|strtok|atoi|alloca|system|popen)\(' $(git ls-files '*.c' '*.h' '*.l' '*.y'); then
	echo '  ^ banned function'
	bad=1
fi
if grep -nwE '(printf|malloc|calloc|realloc|free|time|getenv|abort|exit)\(' vm/*.c vm/base/*.c vm/format/*.c vm/view/*.c compiler/*.c; then
	echo '  ^ banned in pure code'
	bad=1
fi
[ $bad = 0 ] && echo 'layers hold'
exit $bad
