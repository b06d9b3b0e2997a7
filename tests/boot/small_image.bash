# A small Windows for the stand-in boot manager.

small_tree() { # FULL-WIM
	mkdir tree
	wimlib-imagex extract "$1" 1 /Windows/Boot \
		/Windows/System32/winload.efi --dest-dir=tree/Windows >/dev/null
	mkdir tree/Windows/System32
	mv tree/Windows/winload.efi tree/Windows/System32
}

# A system of a hundred files, with a token of its own: NAME.wim, NAME.token.
small_image() { # FULL-WIM NAME
	[ -e tree ] || small_tree "$1"
	rm -rf "$2"
	cp -al tree "$2"
	for n in $(seq 100); do
		head -c $((n * 700)) tree/Windows/System32/winload.efi \
			>"$2/Windows/System32/$2-$n.dll"
	done
	(cd "$2" && find . -type f -print0 | sort -z | xargs -0 sha256sum \
		>../sums && mv ../sums SHA256SUMS)
	od -An -tx1 -N 12 /dev/urandom | tr -d ' \n' >"$2.token"
	cp "$2.token" "$2/token.txt"
	wimlib-imagex capture "$2" "$2.wim" "Stand-in $2" --no-acls \
		--compress=XPRESS >/dev/null
}
