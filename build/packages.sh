#!/bin/bash
# Gets the packages of build/inputs through the host's apt into .cache/root,
# with an apt state of the build's own: nothing on the host changes, and an
# ordinary user can do it. A filled cache is used as it is, without a network;
# `build/packages.sh --update` asks for newer versions.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."
. build/lib.sh

apt=$CACHE/apt
debs=$CACHE/debs
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# Mirror, proxy and the like are the host's; hooks and preferences are not.
# Whatever the sources say, only what Debian's own keys signed is believed.
apt_setup() {
	[ -e "$keyring" ] || die "$keyring: not found: not a Debian host?"
	# shellcheck source=/dev/null
	suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	[ -n "$suite" ] || die "/etc/os-release: names no release"
	mkdir -p "$apt/etc/parts" "$apt/etc/preferences.d" "$debs" \
		"$apt/state/lists/partial" "$apt/cache/archives/partial"
	apt-config dump | grep '^Acquire::' >"$apt/etc/parts/host.conf"
	: >"$apt/status"
	# shellcheck disable=SC2016 # apt's own notation
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Identifier: Packages' | sort -u | while read -r uri rel comp; do
		case $rel in
		"$suite" | "$suite-updates" | "$suite-security") ;;
		*) continue ;;
		esac
		[ "$comp" = main ] || continue
		echo "deb [arch=amd64 signed-by=$keyring] $uri $rel main"
		[ "$rel" != "$suite" ] ||
			echo "deb [arch=amd64 signed-by=$keyring]" \
				"$uri $suite-backports main"
	done >"$apt/etc/sources.list"
	[ -s "$apt/etc/sources.list" ] ||
		die "the host's apt knows no source of Debian $suite"
	cat >"$apt/etc/preferences" <<-END
		Package: linux-image-*
		Pin: release n=$suite-backports
		Pin-Priority: 600
	END
	cat >"$apt/apt.conf" <<-END
		Dir::Etc "$apt/etc";
		Dir::Etc::parts "parts";
		Dir::State "$apt/state";
		Dir::State::status "$apt/status";
		Dir::Cache "$apt/cache";
		APT::Architecture "amd64";
		APT::Architectures { "amd64"; };
		APT::Sandbox::User "";
	END
	export APT_CONFIG="$apt/apt.conf"
}

candidate() { # NAME
	apt-cache policy "$1" | sed -n 's/^  Candidate: //p' | grep -v '^(none)'
}

# The names to fetch: of alternatives the first that exists; in place of the
# kernel's name without a version, the package that it depends on.
resolve() {
	while read -r names _; do
		case $names in '' | '#'*) continue ;; esac
		found=
		for name in ${names//|/ }; do
			candidate "$name" >/dev/null || continue
			found=$name
			break
		done
		[ -n "$found" ] || die "$names: in no source"
		case $found in
		linux-image-*)
			found=$(apt-cache show --no-all-versions "$found" |
				sed -n 's/^Depends: \(linux-image-[^ ,]*\).*/\1/p')
			[ -n "$found" ] || die "$names: names no kernel"
			;;
		esac
		echo "$found"
	done <build/inputs
}

fetch() {
	# a source that is away matters only if a package is then missing
	apt-get -qq update || echo "$self: not every source answered" >&2
	resolve >"$apt/names"
	rm -rf "$debs"
	mkdir -p "$debs"
	while read -r name; do
		say FETCH "$name"
		(cd "$debs" && apt-get -qq download "$name")
	done <"$apt/names"
	for deb in "$debs"/*.deb; do
		name=$(dpkg-deb -f "$deb" Package)
		version=$(dpkg-deb -f "$deb" Version)
		sum=$(sha256sum "$deb")
		echo "$name $version ${sum%% *}"
	done | sort >"$CACHE/manifest.new"
	rm -rf "$pkgroot"
	mkdir -p "$pkgroot"
	for deb in "$debs"/*.deb; do
		dpkg-deb -x "$deb" "$pkgroot"
	done
	# what needs what, for picking modules; takes a while, so kept here
	kernel=$(ls "$pkgroot/lib/modules")
	"$pkgroot/bin/busybox" depmod -b "$pkgroot" "$kernel"
	cp build/inputs "$CACHE/inputs"
	mv "$CACHE/manifest.new" "$CACHE/manifest.txt"
}

# Our program as "slipway VERSION -", then what of the host's packages is in it:
# each file that the linker took from outside of the build folder, as "PACKAGE
# VERSION SHA-256 FILE". The program itself may be linked again right now.
linked() {
	read -r version <"$O/obj/.version"
	echo "slipway $version -"
	grep '^/' "$O/obj/linked" | grep -vF "$O/" | sort -u >"$CACHE/linked"
	while read -r file; do
		file=$(readlink -f "$file")
		sum=$(sha256sum "$file")
		name=$(dpkg-query -S "$file" 2>/dev/null) || {
			[ $? -eq 1 ] || die "dpkg-query fails for $file"
			name=- # not of a package
		}
		name=${name%%:*}
		version=-
		[ "$name" = - ] ||
			version=$(dpkg-query -W -f '${Version}' "$name")
		echo "$name $version ${sum%% *} $file"
	done <"$CACHE/linked"
}

mkdir -p "$CACHE" "$O"
exec 9>"$CACHE/lock"
flock 9
if [ "${1:-}" = --update ] || [ ! -e "$CACHE/manifest.txt" ] ||
	! is_same build/inputs "$CACHE/inputs"; then
	rm -f "$CACHE/manifest.txt"
	apt_setup
	fetch
fi
cp "$CACHE/manifest.txt" "$CACHE/manifest.all"
[ ! -e "$O/obj/linked" ] || linked >>"$CACHE/manifest.all"
is_same "$CACHE/manifest.all" "$O/manifest.txt" ||
	cp "$CACHE/manifest.all" "$O/manifest.txt"
