# What a build calls itself: by its tag or commit, wherever it was copied to.

load ../helpers

setup() {
	requires git
	export HOME=$BATS_TEST_TMPDIR GIT_CONFIG_NOSYSTEM=1
	git config --global user.name tester
	git config --global user.email tester@localhost
	tree=$BATS_TEST_TMPDIR/tree
	mkdir -p "$tree/build"
	cp "$ROOT/build/version.sh" "$tree/build"
	cp "$ROOT/.gitattributes" "$tree"
	cd "$tree"
}

commit() {
	git init -q
	git add .
	git commit -qm one
	id=$(git rev-parse --short=10 HEAD)
}

version_is() { # FOLDER TEXT
	run -0 "$1/build/version.sh"
	[ "$output" = "$2" ] || { echo "not $2: $output"; return 1; }
}

@test "a commit, a tag, commits after it; changes are marked" {
	commit
	version_is . "$id"
	echo more >>.gitattributes
	version_is . "$id-dirty"
	git checkout -q .gitattributes
	git tag other
	git tag v1.2
	version_is . 1.2
	git commit -q --allow-empty -m two
	version_is . "1.2-1-g$(git rev-parse --short=10 HEAD)"
}

@test "an archive knows its commit or tag" {
	commit
	mkdir "$BATS_TEST_TMPDIR/plain" "$BATS_TEST_TMPDIR/tagged"
	git archive HEAD | tar -x -C "$BATS_TEST_TMPDIR/plain"
	version_is "$BATS_TEST_TMPDIR/plain" "$id"
	git tag v1.2
	git archive HEAD | tar -x -C "$BATS_TEST_TMPDIR/tagged"
	version_is "$BATS_TEST_TMPDIR/tagged" 1.2
}

@test "a bare copy has none, also inside of another project" {
	version_is . unversioned
	cd ..
	commit
	version_is tree unversioned
}

@test "before the first commit there is none; another owner's tree has its own" {
	git init -q
	version_is . unversioned
	commit
	export GIT_TEST_ASSUME_DIFFERENT_OWNER=1
	run ! git status
	version_is . "$id"
}

@test "the program says it, and so does its list of commands" {
	run -0 slipway --version
	name="slipway $(cat "$O/obj/.version")"
	[ "$output" = "$name" ]
	run -0 slipway help
	[ "${lines[0]}" = "$name: deploy Windows images and virtual disks" ]
}
