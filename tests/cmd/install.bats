# make install: what it puts where, that it runs from there, and that nothing stays.

load ../helpers

setup() {
	requires mandoc
	top=$BATS_TEST_TMPDIR/top
	bin=$top/usr/local/bin man=$top/usr/local/share/man
}

# Without building: the program is there.
make_it() { make -C "$ROOT" -s -o tools "$@"; }

@test "program, links and pages, and all of them off again" {
	make_it install DESTDIR="$top"
	cd "$BATS_TEST_TMPDIR"
	"$bin/slipway" --version
	for link in bcdboot bcdedit bootrec bootsect chkdsk diskmgmt diskpart dism imagex vdisk xcopy; do
		run -0 "$bin/$link" '/?'
		assert_output_has "usage: $link"
		mandoc -T ascii "$man/man1/$link.1" | sed 's/.\x08//g' | grep -q SYNOPSIS
	done
	# what a host has itself is not covered
	[ "$(find "$bin" -mindepth 1 | wc -l)" -eq 12 ]
	for page in "$ROOT"/tools/man/*; do
		cmp "$page" "$man/man${page##*.}/${page##*/}"
	done
	# made again from it, after a clean start
	"$bin/vdisk" create x.vhd 3M
	"$bin/vdisk" info x.vhd
	make_it install DESTDIR="$top"
	make_it uninstall DESTDIR="$top"
	[ -z "$(find "$top" ! -type d)" ]
}

@test "of each command it is said whether it has a link" {
	slipway --list-commands | while read -r name; do
		grep -qw "$name" <(sed -n '1,/^links=/p' "$ROOT/build/install.sh")
	done
}

@test "another place; what is not ours keeps its name" {
	mkdir -p "$top/opt/bin"
	echo mine >"$top/opt/bin/chkdsk"
	run -0 make_it install DESTDIR="$top" PREFIX=/opt
	assert_output_has "chkdsk: is there and is not ours"
	[ -x "$top/opt/bin/slipway" ]
	[ -L "$top/opt/bin/dism" ]
	make_it uninstall DESTDIR="$top" PREFIX=/opt
	[ "$(find "$top" ! -type d)" = "$top/opt/bin/chkdsk" ]
	[ "$(cat "$top/opt/bin/chkdsk")" = mine ]
}
