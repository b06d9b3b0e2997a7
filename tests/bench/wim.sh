# shellcheck shell=bash
# Image files against wimlib-imagex, on the same trees: into a folder, solid ones,
# verified, and captured. Sizes are part of what is compared. Of run.sh.
# shellcheck disable=SC2154 # dir is run.sh's

# usage: compare WHAT WANTED: ours, kb, theirs, their_kb are what best_of gave
compare() {
	echo "$1: slipway $ours s ($((kb >> 10)) MB)," \
		"wimlib-imagex $theirs s ($((their_kb >> 10)) MB):" \
		"ratio $(ratio "$theirs" "$ours"), at least $2 is wanted"
}

empty_folder() { rm -rf "$dir/folder"; mkdir "$dir/folder"; }
no_wim() { rm -f "$dir/made.wim" "$dir/theirs.wim"; }

solid_wim() {
	local wim
	[ ! -e "$dir/solid.esd" ] || return 0
	wim=$(tests/image/make.sh lzx)
	wimlib-imagex export "$wim" 1 "$dir/solid.esd" --solid >/dev/null
}

bench_folder() {
	local wim
	wim=$(tests/image/make.sh lzx)
	read -r ours kb <<<"$(best_of empty_folder "$O/bin/slipway" dism \
		/Apply-Image "/ImageFile:$wim" /Index:1 "/ApplyDir:$dir/folder" \
		--progress none)"
	read -r theirs their_kb <<<"$(best_of empty_folder sh -c \
		"wimlib-imagex apply '$wim' 1 '$dir/folder' && sync -f '$dir/folder'")"
	compare "apply to a folder" 1.5
	rm -rf "$dir/folder"
}

bench_solid() {
	solid_wim
	read -r ours kb <<<"$(best_of blank "$O/bin/slipway" dism \
		/Apply-Image "/ImageFile:$dir/solid.esd" /Index:1 \
		"/ApplyDir:$dir/volume:\\" --progress none)"
	read -r theirs their_kb <<<"$(best_of formatted wimlib-imagex \
		apply "$dir/solid.esd" 1 "$dir/volume")"
	compare "apply solid LZMS" 1.5
	rm -f "$dir/volume"
}

bench_verify() {
	local wim
	wim=$(tests/image/make.sh lzx)
	read -r ours kb <<<"$(best_of true "$O/bin/slipway" dism \
		/Verify-Image "/ImageFile:$wim" --progress none)"
	read -r theirs their_kb <<<"$(best_of true wimlib-imagex verify "$wim")"
	compare "verify LZX" 2.5
}

# usage: capture_as KIND OUR-WORD WANTED THEIR-WORD...
capture_as() {
	local kind=$1 word=$2 wanted=$3 size their_size
	shift 3
	read -r ours kb <<<"$(best_of no_wim "$O/bin/slipway" dism \
		/Capture-Image "/ImageFile:$dir/made.wim" \
		"/CaptureDir:$dir/volume:\\" /Name:X "/Compress:$word" \
		--progress none)"
	size=$(stat -c %s "$dir/made.wim")
	read -r theirs their_kb <<<"$(best_of no_wim wimlib-imagex capture \
		"$dir/volume" "$dir/theirs.wim" X "$@")"
	their_size=$(stat -c %s "$dir/theirs.wim")
	compare "capture $kind" "$wanted"
	echo "capture $kind: $size bytes, wimlib-imagex $their_size:" \
		"ratio $(ratio "$size" "$their_size")"
}

bench_capture() {
	local wim
	wim=$(tests/image/make.sh lzx)
	blank
	"$O/bin/slipway" dism /Apply-Image "/ImageFile:$wim" /Index:1 \
		"/ApplyDir:$dir/volume:\\" --progress none >/dev/null
	capture_as XPRESS fast 1.2 --compress=XPRESS
	capture_as LZX max 1.0 --compress=LZX
	ROUNDS=1 capture_as "solid LZMS" recovery 1.0 --solid
	rm -f "$dir/volume"
}
