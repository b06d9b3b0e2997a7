# shellcheck shell=bash
# Foreign programs inside of machines: source this file.

# Copies a program of this machine, with the libraries that it loads, into a
# folder that is to be the top of another.
host_program() { # TOP NAME
	local path library
	path=$(command -v "$2") || { echo "$2: not installed" >&2; return 1; }
	mkdir -p "$1/usr/bin"
	cp -L "$path" "$1/usr/bin/$2"
	ldd "$path" | grep -o '/[^ ]*' | while read -r library; do
		mkdir -p "$1/${library%/*}"
		cp -L "$library" "$1/$library"
	done
}

# Puts a folder's files beside those of the environment: a further archive, at
# whole words.
add_archive() { # FOLDER FROM-INITRAMFS TO-INITRAMFS
	cp "$2" "$3"
	truncate -s %512 "$3"
	(cd "$1" && find . -mindepth 1 | cpio -o -H newc --quiet) >>"$3"
}
