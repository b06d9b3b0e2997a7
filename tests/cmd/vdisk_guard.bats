# A virtual disk that others are made from is not written to: they would no
# longer fit to it.

load ../helpers
load vdisk_volume

setup() {
	cd "$BATS_TEST_TMPDIR"
}

@test "what others are made from is not changed unless forced" {
	for ext in vhd vhdx; do
		make_chain $ext
		before=$(sha256sum p.$ext c.$ext)
		for words in "expand p.$ext 20M" "compact p.$ext" \
			"reset c.$ext" "merge c.$ext"; do
			# shellcheck disable=SC2086 # several words are meant
			run -1 slipway vdisk $words
			assert_output_has ".$ext is a child of it and"
			assert_output_has "--force"
		done
		[ "$(sha256sum p.$ext c.$ext)" = "$before" ]
	done
}

@test "no command writes to it" {
	for ext in vhd vhdx; do
		make_chain $ext
		for disk in p.$ext c.$ext; do
			before=$(sha256sum $disk)
			run -1 slipway partition create $disk --gpt type=data
			assert_output_has ".$ext is a child of it and"
			run -1 slipway vdisk attach $disk
			assert_output_has "write to the child, or merge it"
			[ "$(sha256sum $disk)" = "$before" ]
		done
		mkdir in
		mv d.$ext c.$ext in
		run -0 slipway partition create p.$ext --wipe --gpt type=data
		rm -r in
	done
}

@test "nor to one in a volume" {
	for fs in NTFS FAT32; do
		make_chain vhd
		make_volume $fs vhd
		before=$(sha256sum v.img)
		for disk in p.vhd c.vhd; do
			run -1 slipway partition create "v.img@1:\\v\\$disk" \
				--wipe --gpt type=data
			assert_output_has ".vhd is a child of it and"
		done
		[ "$(sha256sum v.img)" = "$before" ]
		rm -- *.vhd *.raw
	done
}
