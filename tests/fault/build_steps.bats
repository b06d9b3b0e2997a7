# Each program that a build script calls fails once, at its first call and its
# last: the script must fail too, and leave no product.
load ../helpers
load ../cmd/build

setup() {
	requires mformat xorriso zstd cpio iconv fcat 7z
	cd "$ROOT"
	fake_build "$BATS_TEST_TMPDIR/build"
	wrap
}

# A folder with a program for each one that the scripts name: it counts its calls,
# and fails when $FAIL says this one.
wrap() {
	local name path
	wrapped=$BATS_TEST_TMPDIR/wrapped
	export CALLS=$BATS_TEST_TMPDIR/calls
	mkdir -p "$wrapped" "$CALLS"
	for name in $(cat build/*.sh | grep -v '^[[:space:]]*#' |
		grep -oE '[a-z][a-z0-9_.-]+' | sort -u); do
		path=$(type -P "$name") || continue
		cat >"$wrapped/$name" <<-END
			#!/bin/sh
			echo >>"\$CALLS/$name"
			n=0
			while read -r _; do n=\$((n + 1)); done <"\$CALLS/$name"
			[ "\$FAIL" != "$name:\$n" ] || { : >"\$CALLS/.failed"; exit 2; }
			exec $path "\$@"
		END
		chmod 755 "$wrapped/$name"
	done
}

# What is not to fail is called as it is.
build() { # SCRIPT [NAME:N]
	local first=$wrapped
	rm -rf "${CALLS:?}" "$BATS_TEST_TMPDIR/one"
	mkdir "$CALLS" "$BATS_TEST_TMPDIR/one"
	if [ $# -gt 1 ]; then
		first=$BATS_TEST_TMPDIR/one
		cp "$wrapped/${2%:*}" "$first"
	fi
	PATH=$first:$PATH FAIL=${2:-} "build/$1.sh" "${words[@]}" \
		>"$BATS_TEST_TMPDIR/log" 2>&1
}

each_step_counts() { # SCRIPT PRODUCT [WORD...]
	local name count n steps=0 words=("${@:3}")
	build "$1" || { cat "$BATS_TEST_TMPDIR/log"; return 1; }
	[ -e "$2" ]
	cp -r "$CALLS" "$BATS_TEST_TMPDIR/whole"
	for name in "$BATS_TEST_TMPDIR/whole"/*; do
		count=$(wc -l <"$name")
		name=${name##*/}
		# the temporary folder is removed last of all
		[ "$name" != rm ] || count=$((count - 1))
		for n in $(printf '%s\n' 1 "$count" | sort -nu); do
			[ "$n" -le "$count" ] && [ "$n" -gt 0 ] || continue
			rm -rf "$2"
			if build "$1" "$name:$n"; then
				# two of one pipeline may count as the same call
				[ -e "$CALLS/.failed" ] || continue
				echo "$name fails at call $n, and nobody sees it"
				return 1
			fi
			[ ! -e "$2" ] || {
				echo "$name fails at call $n: there is a $2"
				return 1
			}
			steps=$((steps + 1))
		done
	done
	[ -z "$(ls -A "$O" | grep '^\.')" ]
	echo "$steps steps"
	[ "$steps" -ge 12 ]
}

@test "usb.sh" {
	each_step_counts usb "$O/slipway-usb.img" --add Makefile:/a/b \
		--add-data Makefile:/c/d
}

@test "iso.sh" { each_step_counts iso "$O/slipway.iso" --add Makefile:/a/b; }
@test "pxe.sh" { each_step_counts pxe "$O/pxe"; }

@test "keyboards.sh" { each_step_counts keyboards "$CACHE/keyboards"; }

@test "initramfs.sh" {
	rm "$O/bin/slipway"
	echo '#include <stdio.h>
	int main(void) { return puts("slipway 0.1") < 0; }' |
		gcc -x c -o "$O/bin/slipway" -
	rm "$O/boot/initramfs"
	build/keyboards.sh
	each_step_counts initramfs "$O/boot/initramfs"
}
