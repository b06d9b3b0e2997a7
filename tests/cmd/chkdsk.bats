# chkdsk as a black box: a good volume, a broken one, misuse.
bats_require_minimum_version 1.5.0
load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	requires mkntfs
	truncate -s 8M volume
	mkntfs --fast --force --label "Test label" volume >/dev/null 2>&1
}

flip() { # OFFSET: changes one byte
	byte=$(dd if=volume bs=1 skip="$1" count=1 2>/dev/null | od -An -tu1)
	printf "\\x$(printf %x $((byte ^ 1)))" |
		dd of=volume bs=1 seek="$1" conv=notrunc 2>/dev/null
}

@test "chkdsk: a good volume" {
	run -0 slipway chkdsk volume
	assert_output_has "The type of the file system is NTFS."
	assert_output_has "Volume label is Test label."
	assert_output_has "Stage 1: Examining basic file system structure ..."
	assert_output_has "Stage 3: Examining security descriptors ..."
	assert_output_has "8191 KB total disk space."
	assert_output_has "4096 bytes in each allocation unit."
	assert_output_has "has no problems."
}

@test "chkdsk: nothing is written" {
	before=$(sha1sum <volume)
	flip 8388096 # the boot sector's copy
	broken=$(sha1sum <volume)
	[ "$before" != "$broken" ]
	run -0 slipway chkdsk volume
	[ "$broken" = "$(sha1sum <volume)" ]
	flip 21
	broken=$(sha1sum <volume)
	run -3 slipway chkdsk volume
	[ "$broken" = "$(sha1sum <volume)" ]
}

@test "chkdsk: a problem, its rule, and the exit status" {
	flip 21 # the media type
	run -3 slipway chkdsk volume
	assert_output_has "The boot sector's media type is "
	assert_output_has "The file system has 1 problem. Nothing was changed."
	run -3 slipway chkdsk /v volume
	assert_output_has "[boot-media] The boot sector's media type"
	run -3 slipway chkdsk --json volume
	assert_output_has '{"problem":"boot-media","record":null,"text":"The boot sector'
	assert_output_has '"finding":"unsafe"}'
	assert_output_has '"problems":1,'
}

# As imaging programs restore a volume.
@test "chkdsk: the boot sector's copy is noted, and written anew by a change" {
	flip 8388096
	run -0 slipway chkdsk volume
	assert_output_has "The boot sector's copy at the end of the volume differs (note)."
	assert_output_has "has no problems."
	run -0 slipway chkdsk --json volume
	assert_output_has '"finding":"note"}'
	assert_output_has '"problems":0,"leftovers":0,"harmless":0,"notes":1}'
	run -0 slipway copy "$BATS_TEST_FILENAME" 'volume:\file'
	run -0 slipway chkdsk volume
	case $output in *note*) false ;; esac
}

@test "chkdsk: what is no volume" {
	head -c 65536 /dev/zero >zeroes
	run -3 slipway chkdsk zeroes
	assert_output_has "chkdsk: zeroes: there is neither a FAT nor an NTFS file system: it is blank"
	run -3 slipway chkdsk no-such-file
	[ "${lines[0]}" = "Cannot open volume for direct access." ]
	[ "${lines[1]}" = "The system cannot find the file specified." ]
	assert_output_has "chkdsk: no-such-file: "
	: >empty
	run -3 slipway chkdsk empty
}

# As other systems make it.
@test "chkdsk: FAT volumes" {
	requires mkfs.fat fsck.fat mcopy
	for bits in 12 16 32; do
		rm -f fat
		truncate -s $((bits == 12 ? 2 : bits == 16 ? 16 : 64))M fat
		mkfs.fat -F $bits -s 1 -n LABEL fat >/dev/null
		seq 999 >x
		mcopy -i fat x ::x
		before=$(sha1sum <fat)
		run -0 slipway chkdsk fat
		assert_output_has "The type of the file system is FAT$bits."
		assert_output_has "Volume label is LABEL."
		assert_output_has "1 files and 0 folders processed."
		assert_output_has "512 bytes in each allocation unit."
		assert_output_has "has no problems."
		case $output in *NTFS*) false ;; esac
		run -0 slipway chkdsk fat /JSON
		assert_output_has '"problems":0,"leftovers":0}'
		[ "$before" = "$(sha1sum <fat)" ]
	done
	# its last entries of the table: 32 bits each, two tables
	at=$((32 * 512 + 100 * 4))
	printf '\xff\xff\xff\x0f' |
		dd of=fat bs=1 seek=$at conv=notrunc status=none
	run -2 slipway chkdsk fat
	assert_output_has "1 allocation unit is in use by no file (left over). Nothing was changed."
	printf '\x02\0\0\0' | dd of=fat bs=1 seek=$((32 * 512 + 3 * 4)) \
		conv=notrunc status=none
	run -3 slipway chkdsk fat
	assert_output_has "The type of the file system is FAT32."
	assert_output_has "chkdsk: fat: FAT"
	assert_output_has "corrupt: "
}

@test "chkdsk: misuse" {
	run -3 slipway chkdsk
	run -3 slipway chkdsk volume volume
	run -3 slipway chkdsk volume /nosuchswitch
	run -3 slipway chkdsk volume /progress:nosuch
	run -0 slipway chkdsk --help
	assert_output_has "usage: chkdsk VOLUME"
}

@test "chkdsk /F: a sound volume is left alone" {
	before=$(sha1sum <volume)
	run -0 slipway chkdsk /F volume
	assert_output_has "has no problems."
	case $output in *"To be done"* | *"Nothing"*) false ;; esac
	[ "$before" = "$(sha1sum <volume)" ]
}

@test "chkdsk /F: the plan is shown, done, and the volume checked again" {
	flip 21 # the media type
	run -1 slipway chkdsk volume /f
	assert_output_has "To be done:"
	assert_output_has "Boot sector: fields that are the same on every volume are set."
	assert_output_has "1 repair was made, by 0 of which something is lost."
	[ "${lines[-1]}" = "The file system has no problems now. Corrections were made." ]
	run -0 slipway chkdsk volume
	flip 21
	run -1 slipway chkdsk --json --f volume
	assert_output_has '{"repair":"Boot sector: fields'
	assert_output_has '"losses":0,"left":0}'
	assert_output_has '"problems":0,'
}

@test "chkdsk /F: a file of the system that is gone is made anew" {
	printf '\0\0\0\0' | dd of=volume bs=1 conv=notrunc 2>/dev/null \
		seek=$((4 * 4096 + 10 * 1024)) # $UpCase's record
	run -1 slipway chkdsk /f volume
	assert_output_has "File 10: \$UpCase is made anew."
	run -0 slipway chkdsk volume
}

@test "chkdsk /F: the last words tell that something was lost" {
	echo lost >file
	slipway copy file 'volume:\'
	printf YYYY | dd of=volume bs=1 conv=notrunc status=none \
		seek=$((4 * 4096 + 24 * 1024)) # its record
	run -1 slipway chkdsk /f volume
	assert_output_has "File 24: it cannot be read, and is marked as free (lost)."
	[ "${lines[-1]}" = "The file system has no problems now. Corrections were made, and by 1 of them something was lost: see (lost) above." ]
}

@test "chkdsk /F: neither sector leads to a volume" {
	cp volume one
	dd if=/dev/zero of=volume bs=512 count=1 conv=notrunc 2>/dev/null
	run -1 slipway chkdsk volume /f
	assert_output_has "Boot sector: it is taken from its copy."
	cmp volume one -n 512
	dd if=/dev/zero of=volume bs=512 count=1 conv=notrunc 2>/dev/null
	truncate -s -512 volume
	run -3 slipway chkdsk volume /f
}

@test "chkdsk /F: a sleeping Windows is not disturbed" {
	printf 'HIBR' >hiberfil.sys
	head -c 8192 /dev/zero >>hiberfil.sys
	slipway copy hiberfil.sys 'volume:\'
	flip 21
	before=$(sha1sum <volume)
	run -3 slipway chkdsk volume /f
	assert_output_has "a Windows sleeps on it (hiberfil.sys)"
	[ "$before" = "$(sha1sum <volume)" ]
}

@test "chkdsk /F /?: what each repair is" {
	run -0 slipway chkdsk /f '/?'
	assert_output_has "cross-link            it gets a copy of them for itself"
	run -0 slipway chkdsk '/?'
	assert_output_has "/F               repair it"
}
