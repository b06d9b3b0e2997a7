# Every example that documents and help texts show is run: commands where disks and
# images lie under the names that they use, answer files as plans, configurations by
# whose they are. An example that nobody here runs is a failure.

load ../helpers
load build
load examples

setup_file() {
	requires wimlib-imagex mformat dnsmasq
	export BENCH=$BATS_FILE_TMPDIR/bench BIN=$BATS_FILE_TMPDIR/bin
	mkdir "$BIN"
	ln -s "$SLIPWAY" "$BIN/slipway"
	make_bench "$BENCH" >"$BATS_FILE_TMPDIR/log"
}

setup() {
	PATH=$BIN:$PATH
	export SLIPWAY_LETTERS=$BATS_TEST_TMPDIR/letters
	log=$BATS_TEST_TMPDIR/log
	cd "$BATS_TEST_TMPDIR"
}

# Runs one example as it stands, on a bench of its own.
as_shell() { # FILE
	fresh_bench "$BATS_TEST_TMPDIR/here"
	on_the_bench <"$1" >example
	# what is made anew
	sed -n 's/.*--target \([^ ]*\) --size.*/\1/p' example | xargs -r rm -f
	bash -euo pipefail example
}

# The same with packages and products that are none.
as_build() { # FILE
	(
		rm -rf "$BATS_TEST_TMPDIR/fake"
		fake_build "$BATS_TEST_TMPDIR/fake"
		export MTOOLS_SKIP_CHECK=1
		fresh_bench "$BATS_TEST_TMPDIR/here"
		ln -s "$ROOT"/{build,boot,tools} .
		mkdir -p out
		cp -R tftp out/pxe
		head -c 1000000 /dev/zero >slipway.iso
		sed 's/--size [48]000/--size 80/' "$1" | on_the_bench >example
		bash -euo pipefail example
	)
}

as_answer() { # FILE
	fresh_bench "$BATS_TEST_TMPDIR/here"
	cp "$1" example.ini
	slipway deploy example.ini --target plan.img --size 500G --dry-run \
		--boot-files medium
}

# Targets of make are there, with what they need.
as_make() { # FILE
	local word target
	while read -r word target _; do
		[ -n "$word" ] || continue
		case $target in '#'*) target=all ;; esac
		make -C "$ROOT" -n -o deps "$target" >"$BATS_TEST_TMPDIR/plan"
		[ -s "$BATS_TEST_TMPDIR/plan" ]
	done <"$1"
}

# Runs each example of a document in the way that its first line asks for.
run_document() { # DOCUMENT
	local folder block first how
	folder=$BATS_TEST_TMPDIR/${1//\//-}
	blocks "$ROOT/$1" "$folder"
	for block in "$folder"/*; do
		[ -f "$block" ] || continue
		first=$(head -n 1 "$block")
		how=as_shell
		case $first in
		"make "*) how=as_make ;;
		build/* | "mkdir -p /srv/tftp"*) how=as_build ;;
		"[disk]"*) how=as_answer ;;
		port=0) how="dnsmasq --test -C" ;;
		"PATH["*) how=as_grammar ;;
		"slipway partition create d.img --mbr"*) how=run_by_oracle ;;
		"slipway "* | "cd /srv/tftp"* | *"='disk.img@"*) ;;
		*)
			echo "$1: nobody runs this example: $first"
			continue
			;;
		esac
		echo 1 >>"$BATS_FILE_TMPDIR/count"
		($how "$block") >"$log" 2>&1 || {
			echo "$1: this example fails: $first"
			tail -n 5 "$log"
		}
	done >>"$BATS_TEST_TMPDIR/failed"
}

# How an address is written: the header has the same line.
as_grammar() { # FILE
	grep -qF "//     $(cat "$1")" "$ROOT/tools/include/address.h"
}

# Commands that make several systems, judged where others read what comes out.
run_by_oracle() { # FILE
	grep -q "Several systems by hand.*tools/README.md\|tools/README.md.*Several systems by hand" \
		"$ROOT/tests/oracle/several.bats"
}

none_failed() {
	cat "$BATS_TEST_TMPDIR/failed" >&2
	[ ! -s "$BATS_TEST_TMPDIR/failed" ]
}

@test "examples of README files" {
	while read -r document; do
		run_document "$document"
	done < <(cd "$ROOT" && git ls-files '*.md')
	none_failed
	[ "$(wc -l <"$BATS_FILE_TMPDIR/count")" -ge 8 ]
}

@test "examples of manual pages" {
	for page in "$ROOT"/tools/man/*.[157]; do
		run_document "${page#"$ROOT"/}"
	done
	none_failed
}

@test "the sum of an answer file that was changed takes the old one's place" {
	blocks "$ROOT/tools/man/slipway-pxe.7" blocks
	block=$PWD/$(grep -l '^sum=' blocks/*)
	fresh_bench "$PWD/here"
	on_the_bench <"$block" >example
	bash -euo pipefail example
	echo '; another' >>tftp/answer.ini
	bash -euo pipefail example
	sum=$(sha256sum <tftp/answer.ini | cut -c 1-64)
	for file in tftp/pxelinux.cfg/default tftp/grub/grub.cfg; do
		[ "$(grep -c "slipway.answer-sha256=$sum\$" $file)" -eq 2 ]
		[ "$(grep -o slipway.answer-sha256= $file | wc -l)" -eq 2 ]
	done
}

@test "each command's page has an example" {
	for page in "$ROOT"/tools/man/*.1; do
		grep -q '^\.Sh EXAMPLES' "$page"
	done
}

@test "examples of help texts" {
	mkdir links
	slipway --list-commands | while read -r name; do
		ln -s "$SLIPWAY" links/"$name"
		usage_examples "$name" >"examples-$name"
	done
	store=$PWD/here/store
	for file in examples-*; do
		[ -s "$file" ] || continue
		fresh_bench "$BATS_TEST_TMPDIR/here"
		[ "$file" != examples-partition ] || rm disk.img
		[ "$file" != examples-bcdedit ] ||
			slipway type 'disk.img@1:\EFI\Microsoft\Boot\BCD' >store
		# bcdedit's are about the store of the machine
		sed "s|^ *bcdedit |&/store '$store' |" <"../$file" >example
		PATH=$BATS_TEST_TMPDIR/links:$PATH bash -euo pipefail example
		cd ..
	done
	[ "$(cat examples-* | grep -c .)" -ge 7 ]
}
