# dism /Image: a Windows that does not run, looked at.

load ../helpers
load windows_registry
bats_require_minimum_version 1.5.0

value() { # KEY NAME TYPE DATA
	slipway reg add "$1" /v "$2" /t "$3" /d "$4" /f
}

# A Windows 10 with one driver package of its own and two of others.
make_windows() { # FOLDER
	local config=$1/Windows/System32/config version='SOFTWARE\Microsoft\Windows NT\CurrentVersion'
	local set='SYSTEM\ControlSet002\Control' class='{4d36e97b-e325-11ce-bfc1-08002be10318}'
	local packages='DriverDatabase\DriverPackages' v=
	mkdir -p "$config" "$1/Windows/INF"
	(
		cd "$config"
		make_system_hive SYSTEM ""
		slipway bcdedit /createstore SOFTWARE
		cp SOFTWARE DRIVERS
		value "$version" CurrentBuildNumber REG_SZ 19045
		value "$version" CurrentMajorVersionNumber REG_DWORD 10
		value "$version" CurrentMinorVersionNumber REG_DWORD 0
		value "$version" UBR REG_DWORD 2006
		value "$version" EditionID REG_SZ Professional
		value "$set\\Session Manager\\Environment" PROCESSOR_ARCHITECTURE REG_SZ AMD64
		value "$set\\ProductOptions" ProductType REG_SZ WinNT
		value "$set\\Class\\$class" Class REG_SZ SCSIAdapter
		value "$set\\Class\\$class" ClassDesc REG_SZ '@%SystemRoot%\x.dll,-3012;Storage controllers'
		# the class, 2023-07-21, and 100.93.104.24000 in reverse
		v=00ff0900000000007be9364d25e3ce11bfc108002be10318
		v+=0040dcd66cbbd901c05d68005d006400${v:0:0}0000000000000000
		slipway reg add "SYSTEM\\$packages\\viostor.inf_amd64_1" /ve /d oem10.inf
		value "SYSTEM\\$packages\\viostor.inf_amd64_1" InfName REG_SZ viostor.inf
		value "SYSTEM\\$packages\\viostor.inf_amd64_1" Provider REG_SZ 'Red Hat, Inc.'
		value "SYSTEM\\$packages\\viostor.inf_amd64_1" Version REG_BINARY $v
		slipway reg add "SYSTEM\\$packages\\disk.inf_amd64_2" /ve /d disk.inf
		value "SYSTEM\\$packages\\disk.inf_amd64_2" Provider REG_SZ Microsoft
		slipway reg add "DRIVERS\\$packages\\net.inf_amd64_3" /ve /d oem2.inf
		value "DRIVERS\\$packages\\net.inf_amd64_3" InfName REG_SZ net.inf
	) >/dev/null
	cat >"$1/Windows/INF/oem10.inf" <<-'END'
		[Version]
		Signature="$Windows NT$"
		[Manufacturer]
		%M%=Models,NTamd64.6.3,NTamd64.11
		[Models.NTamd64.6.3]
		"Disk"=scsi,PCI\VEN_1AF4&DEV_1001&REV_00,PCI\VEN_1AF4&DEV_1001
		[scsi.NTamd64]
		[scsi.NTamd64.Services]
		AddService=viostor,0x2,service
		[Strings]
		M="Red Hat"
	END
}

setup_file() {
	cd "$BATS_FILE_TMPDIR"
	make_windows win
}

setup() {
	cd "$BATS_FILE_TMPDIR"
}

@test "drivers as a list and as a table" {
	run -0 slipway dism /Image:win /Get-Drivers
	grep -qx 'Image Version: 10.0.19045.2006' <<<"$output"
	grep -A30 'Driver packages listing:' <<<"$output" >list
	diff - list <<-'END'
		Driver packages listing:

		Published Name : oem2.inf
		Original File Name : net.inf
		Inbox : No
		Class Name : 
		Provider Name : 
		Date : 
		Version : 0.0.0.0

		Published Name : oem10.inf
		Original File Name : viostor.inf
		Inbox : No
		Class Name : SCSIAdapter
		Provider Name : Red Hat, Inc.
		Date : 7/21/2023
		Version : 100.93.104.24000

		The operation completed successfully.
	END
	run -0 slipway dism /Get-Drivers /Image:win /All /Format:Table
	grep -q '^disk.inf       | disk.inf           | Yes   |             | Microsoft     |' \
		<<<"$output"
	[ "$(grep -c '^-* | -* | ' <<<"$output")" = 2 ]
}

@test "a package of the store, and one that is not there yet" {
	run -0 slipway dism /Image:win /Get-DriverInfo /Driver:OEM10.inf
	for line in 'Class Description : Storage controllers' \
		'Class GUID : {4d36e97b-e325-11ce-bfc1-08002be10318}' \
		'Boot Critical : No' 'Manufacturer : Red Hat' \
		'Hardware ID : PCI\VEN_1AF4&DEV_1001&REV_00' \
		'Service Name : viostor' 'Compatible IDs : PCI\VEN_1AF4&DEV_1001'; do
		grep -qxF "$line" <<<"$output"
	done
	sed 's/amd64/arm64/; s/^Signature.*/&\nClass=Net/' win/Windows/INF/oem10.inf >new.inf
	run -0 slipway dism /Image:win /Get-DriverInfo /Driver:./new.inf
	grep -qx 'Class Name : Net' <<<"$output"
	run -2 slipway dism /Image:win /Get-DriverInfo /Driver:oem3.inf
	grep -q 'no driver package of that name' <<<"$output"
	sed -i 's/NTarm64.6.3,/NTamd65,/' new.inf
	run -13 slipway dism /Image:win /Get-DriverInfo /Driver:./new.inf
	grep -q 'new.inf:5: .*NTamd65 is no kind of Windows' <<<"$output"
}

@test "the edition; what is no Windows, or is not done" {
	run -0 slipway dism /Image:win /Get-CurrentEdition
	grep -qx 'Current Edition : Professional' <<<"$output"
	mkdir none
	run -2 slipway dism /Image:none /Get-Drivers
	grep -q 'there is no folder "Windows" in it' <<<"$output"
	run -87 slipway dism /Get-Drivers
	grep -q '/Image:ADDRESS' <<<"$output"
	run -87 slipway dism /Image:win /Add-Driver /Driver:x.inf
	grep -q '/Add-Driver: not done here' <<<"$output"
	run -87 slipway dism /online /get-drivers
	grep -q '/online: not done here' <<<"$output"
	run -87 slipway dism /Image:win /Get-Packages
	grep -q 'dism: /Get-Packages: no such operation' <<<"$output"
	run -87 slipway dism -Get-ImageInfo
	grep -q 'is /Get-ImageInfo meant' <<<"$output"
	run -87 slipway dism /Image:win /Get-Drivers /Format:XML
	grep -q 'must be List or Table' <<<"$output"
}

@test "hives that are missing, or lack their logs, are said by their paths" {
	mkdir -p bare/Windows/System32/config
	run -2 slipway dism /Image:bare /Get-Drivers
	grep -q 'Windows/System32/config/SYSTEM: there is no such hive' <<<"$output"
	cp -r win/Windows bare
	# the second sequence number is behind the first
	printf '\x7f' | dd of=bare/Windows/System32/config/SYSTEM bs=1 seek=8 \
		conv=notrunc status=none
	run -1 slipway dism /Image:bare /Set-BootStorage
	grep -q 'Error: 1009' <<<"$output"
	grep -q 'the hive was not closed' <<<"$output"
}

@test "a Windows from another machine gets its drivers of disks back" {
	cp -r win moved
	hive=moved/Windows/System32/config/SYSTEM
	services=$hive'\ControlSet002\Services'
	for row in 'stornvme|SCSI Miniport|0' 'storahci|SCSI Miniport|0' \
		'vmbus|System Bus Extender|0' 'agp440|PnP Filter|0' \
		'e1i|NDIS|3' 'late|SCSI miniport|3'; do
		IFS='|' read -r name group start <<<"$row"
		value "$services\\$name" Group REG_SZ "$group"
		value "$services\\$name" Start REG_DWORD "$start"
		value "$services\\$name" Type REG_DWORD 1
	done
	for name in stornvme vmbus agp440 late; do
		value "$services\\$name\\StartOverride" 0 REG_DWORD 3
	done
	value "$services\\vhdmp" BootFlags REG_DWORD 2
	run -0 slipway dism /Image:moved /Set-BootStorage
	diff - <(sed -n '/^stornvme/,/^$/p' <<<"$output") <<-'END'
		stornvme: its StartOverride is gone
		vmbus: its StartOverride is gone
		2 drivers of disk controllers changed.
		It does not start from a virtual disk: FsDepends is not loaded for that.

	END
	run -0 slipway reg query "$services" /s
	[ "$(grep -c StartOverride <<<"$output")" = 2 ]
	value "$services\\FsDepends" Start REG_DWORD 0
	cp "$hive" before
	run -0 slipway dism /Image:moved /Set-BootStorage
	grep -q '^0 drivers' <<<"$output"
	! grep -q 'virtual disk' <<<"$output" || false
	cmp "$hive" before
	# the same hive as Windows 7 has it
	software=moved/Windows/System32/config/SOFTWARE'\Microsoft\Windows NT\CurrentVersion'
	slipway reg delete "$software" /v CurrentMajorVersionNumber /f
	value "$software" CurrentVersion REG_SZ 6.1
	value "$services\\msahci" Group REG_SZ 'System Bus Extender'
	value "$services\\msahci" Start REG_DWORD 3
	value "$services\\msahci" Type REG_DWORD 1
	run -0 slipway dism /Image:moved /Set-BootStorage
	grep -qx 'msahci: starts at boot' <<<"$output"
	grep -qx 'late: starts at boot' <<<"$output"
	! grep -q e1i <<<"$output" || false
}

@test "so does one in a volume, and what cannot be written is not told as done" {
	cp -r win again
	services='again/Windows/System32/config/SYSTEM\ControlSet002\Services'
	value "$services\\stornvme" Group REG_SZ 'SCSI Miniport'
	value "$services\\stornvme" Start REG_DWORD 0
	value "$services\\stornvme\\StartOverride" 0 REG_DWORD 3
	slipway partition create v.img --gpt --size 60M type=data
	slipway format v.img@1 /V:Windows
	slipway xcopy again 'v.img@1:\' /E >/dev/null
	run -0 slipway dism '/Image:v.img@1:\' /Set-BootStorage
	grep -qx 'stornvme: its StartOverride is gone' <<<"$output"
	run -0 slipway dism /Image:v.img@1 /Set-BootStorage
	grep -q '^0 drivers' <<<"$output"
	run -0 slipway chkdsk v.img@1
	ln again/Windows/System32/config/SYSTEM second
	run slipway dism /Image:again /Set-BootStorage
	[ "$status" -ne 0 ]
	! grep -q stornvme <<<"$output" || false
}

@test "the drivers of a real Windows 8.1" {
	samples=${SLIPWAY_SAMPLES:-$BATS_TEST_DIRNAME/../../../shared/samples}
	hive=$samples/servicing/hives/win81-SYSTEM.xz
	[ -e "$hive" ] || skip "there are no samples"
	cp -r win real
	xz -dc "$hive" >real/Windows/System32/config/SYSTEM
	# its last writes are in logs that nobody kept
	python3 - real/Windows/System32/config/SYSTEM <<-'END'
		import struct, sys
		with open(sys.argv[1], "r+b") as f:
		    head = bytearray(f.read(512))
		    head[8:12] = head[4:8]
		    total = 0
		    for word in struct.unpack("<127I", head[:508]):
		        total ^= word
		    head[508:] = struct.pack("<I", total)
		    f.seek(0)
		    f.write(head)
	END
	run -0 slipway dism /Image:real /Get-Drivers
	grep -qx 'Published Name : oem1.inf' <<<"$output"
	grep -qx 'Original File Name : VBoxGuest.inf' <<<"$output"
	grep -qx 'Version : 5.0.10.0' <<<"$output"
	grep -qx 'Date : 11/10/2015' <<<"$output"
	run -0 slipway dism /Image:real /Get-Drivers /All
	[ "$(grep -c '^Published Name' <<<"$output")" -gt 100 ]
	run -0 slipway dism /Image:real /Get-DriverInfo \
		/Driver:"$samples/servicing/inf/viostor-w10-amd64/viostor.inf"
	grep -qx 'Class Description : ' <<<"$output"
	grep -qx 'Boot Critical : Yes' <<<"$output"
}
