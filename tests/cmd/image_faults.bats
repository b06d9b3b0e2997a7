#!/usr/bin/env bats
# Images with something wrong in them that only a late step would meet: the target
# is left as it is, to the last bit. And what Windows applies in spite of it.

bats_require_minimum_version 1.5.0
load ../helpers

setup_file() {
	requires python3
	cd "$BATS_FILE_TMPDIR"
	make_wim <<-'END'
		manager = b"MZ" + bytes(4000)

		def windows(*more, efi=(), boot=(), fonts=None, drop_manager=False):
		    files = [] if drop_manager else [file("bootmgfw.efi", manager)]
		    fonts = fonts or folder("Fonts", [file("f.ttf", b"f" * 900)])
		    return [folder("Windows", [folder("Boot", [
		        folder("EFI", files + list(efi)), fonts] + list(boot))])] + list(more)

		def deep(n):
		    d = folder("x")
		    for i in range(n - 1):
		        d = folder("x", [d])
		    return d

		def outside(content, r):
		    return (r[0], r[1], r[2] + 10**9, r[3]) if content == b"lost" else r

		def two_sizes(content, r):
		    return (r[0], r[1], r[2], r[3] + 1) if content == b"lost" else r

		def moved(content, r):
		    return (r[0], r[1], r[2] - 1, r[3]) if content == b"wrong" else r

		ok_descriptor = bytes((1, 0, 0, 0x80)) + bytes(16)
		bad_ea = struct.pack("<II", 2, 16) + struct.pack("<HBB", 200, 3, 0) + b"ABC\0" + bytes(8)
		many_ea = [(0, b"N%03d" % i, bytes(1000)) for i in range(70)]

		# Whatever the image is applied by refuses these.
		faults = dict(
		    reparse_tag=[windows(reparse("r", 0, b"x" * 20))],
		    reparse_reserved=[windows(reparse("r", 1, b"x" * 20))],
		    reparse_without_guid=[windows(reparse("r", 0x20, b"x" * 15))],
		    reparse_too_long=[windows(reparse("r", 0xA000000C, b"x" * 16377))],
		    ea_broken=[windows(file("e", items=bad_ea))],
		    ea_too_long=[windows(file("e", ea=many_ea))],
		    security_number=[windows(file("s", security=7)), dict(descriptors=[ok_descriptor])],
		    security_broken=[windows(file("s", security=0)), dict(descriptors=[b"x" * 40])],
		    blob_missing=[windows(file("b", b"lost")), dict(drop=[b"lost"])],
		    blob_outside=[windows(file("b", b"lost")), dict(lie=outside)],
		    blob_of_two_sizes=[windows(file("b", b"lost")), dict(lie=two_sizes)],
		    metadata_hash=[windows(), dict(metadata_sha1=bytes(20))],
		    name_dots=[windows(file(".."))],
		    name_slash=[windows(file("a/b"))],
		    name_backslash=[windows(file("a\\b"))],
		    name_nul=[windows(file("a\0b"))],
		    name_empty=[windows(file(""))],
		    name_too_long=[windows(file("n" * 256))],
		    short_name_too_long=[windows(file("n", short="S" * 13))],
		    names_equal=[windows(file("a"), file("a"))],
		    name_of_the_volume=[windows(file("$MFT"))],
		    stream_name=[windows(file("s", streams={"a/b": b"x"}))],
		    streams_equal=[windows(file("s", streams={"a": b"x", "A": b"y"}))],
		    too_many_links=[windows(folder("l", [file("%d" % i, b"l", link=5) for i in range(1024)]))],
		    too_deep=[windows(deep(16500))],
		)
		# And these whatever makes the boot files out of it.
		long = "n" * 250
		boot_faults = dict(
		    encrypted=[windows(file("e", b"x", attributes=0x4020))],
		    boot_name_colon=[windows(efi=[file("a:b", b"x")])],
		    boot_name_question=[windows(efi=[file("what?", b"x")])],
		    boot_name_blank=[windows(efi=[file("blank ", b"x")])],
		    boot_name_dot=[windows(efi=[folder("dot.", [file("f", b"x")])])],
		    boot_name_control=[windows(efi=[file("tab\t", b"x")])],
		    boot_path_too_long=[windows(efi=[folder(long, [folder(long, [folder(long, [file("f", b"x")])])])])],
		    boot_folder_is_file=[windows(fonts=file("Fonts", b"x"))],
		    boot_file_is_folder=[windows(efi=[folder("bootmgfw.efi")], drop_manager=True)],
		    boot_file_is_link=[windows(efi=[reparse("bootmgfw.efi", 0xA000000C, b"x" * 20)], drop_manager=True)],
		    boot_folder_is_link=[windows(boot=[reparse("Resources", 0xA0000003, b"x" * 20, attributes=0x410)])],
		    boot_manager_missing=[windows(drop_manager=True)],
		    boot_too_deep=[windows(boot=[folder("Resources", [deep(9)])])],
		    boot_hash=[windows(efi=[file("wrong", b"wrong")]), dict(lie=moved)],
		    boot_too_large=[windows(efi=[file("large", bytes(33 << 20))])],
		)
		for name, (tree, *rest) in list(faults.items()) + list(boot_faults.items()):
		    wim(name + ".wim", tree, **(rest[0] if rest else {}))
		wim("folder_twice.wim", windows(folder("a", [file("in")]), folder("b", [file("in")])), share=("a", "b"))
		open("faults", "w").write("\n".join(list(faults) + ["folder_twice"]) + "\n")
		open("boot_faults", "w").write("\n".join(boot_faults))
		wim("good.wim", windows(file("a", b"hello", security=0), file("Readme"), folder("README")), descriptors=[ok_descriptor])
	END
}

setup() { cd "$BATS_FILE_TMPDIR"; }

# A disk that holds something, and a copy of it (FILE.kept).
some_disk() { # FILE
	rm -f "$1"
	truncate -s 64M "$1"
	slipway partition create "$1" --gpt type=data >/dev/null
	slipway format "$1@1" /V:Mine >/dev/null
	echo precious >note.txt
	slipway copy note.txt "$1@1:\\" >/dev/null
	cp --sparse=always "$1" "$1.kept"
}

answer() { # WIM
	cat >answer.ini <<-END
		[disk]
		wipe = yes
		efi-size = 34M
		msr-size = 1M
		seed = 01234567-89ab-cdef-0123-456789abcdef
		[image]
		file = $1
		[vhd]
		path = \\vhd\\windows.vhd
		size = 16M
		[boot]
		system = windows
	END
}

# Runs a command that must fail and leave the disk; collects those that do not.
must_refuse() { # FAULT IMAGE COMMAND...
	local fault=$1 disk=$2
	shift 2
	if "$@" >out.txt 2>&1; then
		echo "$fault: $1 $2 succeeded"
	elif ! grep -q ': ' out.txt || grep -q ': corrupt: *$' out.txt; then
		echo "$fault: no reason in: $(cat out.txt)"
	elif ! cmp -s "$disk" "$disk.kept"; then
		echo "$fault: $1 $2 changed the disk: $(tail -n 1 out.txt)"
		cp --sparse=always "$disk.kept" "$disk"
	fi
}

@test "an image without a fault is deployed" {
	some_disk good.img
	answer good.wim
	run -0 slipway deploy answer.ini --target good.img --progress none
	run ! cmp -s good.img good.img.kept
	run -0 slipway chkdsk 'good.img@3:\vhd\windows.vhd@1'
}

@test "deploy finds every fault before it writes" {
	some_disk deploy.img
	for fault in $(cat faults boot_faults); do
		answer $fault.wim
		must_refuse $fault deploy.img "$SLIPWAY" deploy \
			answer.ini --target deploy.img --progress none
	done >failed
	cat failed >&2
	[ ! -s failed ]
	[ "$(cat faults boot_faults | wc -w)" -ge 40 ]
}

@test "dism finds every fault of an image before it writes" {
	some_disk dism.img
	for fault in $(cat faults); do
		must_refuse $fault dism.img "$SLIPWAY" dism \
			/Apply-Image /ImageFile:$fault.wim /Index:1 \
			'/ApplyDir:dism.img@1:\' /Replace --progress none
	done >failed
	cat failed >&2
	[ ! -s failed ]
}

# Content that does not match its hash is found as it is written, and leaves a disk
# that nothing takes for a finished one; it is found before when that is asked for.
@test "content that does not match its hash" {
	make_wim <<-'END'
		def moved(content, r):
		    return (r[0], r[1], r[2] - 1, r[3]) if content == b"wrong" else r

		manager = file("bootmgfw.efi", b"MZ" + bytes(4000))
		boot = folder("Windows", [folder("Boot", [folder("EFI", [manager])])])
		wim("content.wim", [boot, file("a", b"wrong")], lie=moved)
	END
	some_disk content.img
	answer content.wim
	sed -i 's/^file = .*/&\nverify = yes/' answer.ini
	run -1 slipway deploy answer.ini --target content.img --progress none
	assert_output_has 'its content does not match its SHA-1'
	cmp content.img content.img.kept
	apply() {
		run -13 slipway dism /Apply-Image /ImageFile:content.wim /Index:1 \
			'/ApplyDir:content.img@1:\' --replace --progress none "$@"
		assert_output_has 'its content does not match its SHA-1'
	}
	apply /Verify
	assert_output_has 'content.img@1:\: nothing was written to it'
	cmp content.img content.img.kept
	apply
	assert_output_has 'content.img@1:\: it is no volume now'
	run -1 slipway dir 'content.img@1:\'
	answer content.wim
	run -1 slipway deploy answer.ini --target content.img --progress none
	assert_output_has 'its content does not match its SHA-1'
	run -1 slipway partition list content.img
	[ -z "$(wipefs -n content.img)" ]
}

@test "folders that share an object id: the first keeps it, and it is said" {
	make_wim <<-'END'
		manager = file("bootmgfw.efi", b"MZ" + bytes(4000))
		boot = folder("Windows", [folder("Boot", [folder("EFI", [manager])])])
		ids = [folder(n, object_id=b"0123456789abcdef") for n in ("one", "two", "three")]
		wim("ids.wim", [boot] + ids + [file("other", object_id=b"0123456789abcdeX")])
	END
	answer ids.wim
	rm -f ids.img
	run -0 slipway deploy answer.ini --target ids.img --size 64M --progress none
	assert_output_has 'deploy: ids.wim: \three: warning: it has the object id of another file'
	assert_output_has '2 files'
	run -0 slipway chkdsk 'ids.img@3:\vhd\windows.vhd@1'
	rm -f volume.img
	truncate -s 60M volume.img
	run -0 slipway dism /Apply-Image /ImageFile:ids.wim /Index:1 \
		'/ApplyDir:volume.img:\' --progress none
	assert_output_has 'dism: \three: warning: it has the object id of another file'
	run -0 slipway chkdsk volume.img
}

@test "reparse points of other makers arrive as wimlib leaves them" {
	requires wimlib-imagex
	make_wim <<-'END'
		wim("other.wim", [reparse("r", 0x00000020, b"G" * 16 + b"data"),
		                  reparse("link", 0xA000000C, struct.pack("<HHHHI", 0, 2, 2, 2, 1) + b"aa" * 2)])
	END
	rm -f volume.img
	truncate -s 30M volume.img
	run -0 slipway dism /Apply-Image /ImageFile:other.wim /Index:1 \
		'/ApplyDir:volume.img:\' --progress none
	run -0 slipway chkdsk volume.img
	wimlib-imagex capture volume.img back.wim --compress=none --norpfix >log 2>&1
	for name in r link; do
		for w in other back; do
			wimlib-imagex dir $w.wim 1 --path=/$name --detailed |
				grep -aE 'Tag|Hash' >$w.txt
		done
		diff other.txt back.txt
	done
}

@test "files that EFS encrypted are left out and named, on all ways" {
	make_wim <<-'END'
		wim("efs.wim", [
		    file("e", b"as EFS exports it", attributes=0x4020, link=7),
		    file("f", b"as EFS exports it", attributes=0x4020, link=7),
		    file("g", b"and this", attributes=0x4020),
		    folder("secret", [file("plain", b"here")], attributes=0x4000),
		])
	END
	rm -rf efs.img out
	mkdir out
	truncate -s 16M efs.img
	for there in efs.img:\\ efs.img:\\ out; do
		run -0 slipway dism /Apply-Image /ImageFile:efs.wim /Index:1 \
			"/ApplyDir:$there" --progress none
		assert_output_has 'left out: the image holds it encrypted (EFS); and 2 more'
		assert_output_has '\secret: warning: '
		assert_output_has 'does not encrypt what is put into it (EFS)'
	done
	run -0 slipway chkdsk efs.img
	run -0 slipway dir 'efs.img:\'
	assert_output_has '0 File(s)'
	[ "$(slipway type 'efs.img:\secret\plain')" = here ]
	[ "$(ls out)" = secret ]
}

@test "that NTFS compresses a file is told when it does not" {
	make_wim <<-'END'
		wim("lznt.wim", [
		    file("c", b"text " * 9000, attributes=0x820),
		    folder("d", [file("plain", b"here")], attributes=0x800),
		])
	END
	rm -f lznt.img
	truncate -s 16M lznt.img
	for i in built put; do
		run -0 slipway dism /Apply-Image /ImageFile:lznt.wim /Index:1 \
			'/ApplyDir:lznt.img:\' --progress none
		assert_output_has 'as the image has it; and 1 more'
	done
	run -0 slipway chkdsk lznt.img
	[ "$(slipway type 'lznt.img:\c' | wc -c)" -eq 45000 ]
	# held compressed in another way it is no loss
	rm -f lznt.img
	truncate -s 16M lznt.img
	run -0 slipway dism /Apply-Image /ImageFile:lznt.wim /Index:1 \
		'/ApplyDir:lznt.img:\' /Compact --progress none
	[[ $output != *'\c: '* ]]
}
