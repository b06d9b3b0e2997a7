# A Windows' registry for tests: `load windows_registry`.
# shellcheck shell=bash

# A SYSTEM hive whose next start takes control set 2, and that lets Windows start
# from a chain of so many virtual disks there; "": it does not say.
make_system_hive() { # FILE MOST
	local key='Services\FsDepends\Parameters'
	slipway bcdedit /createstore "$1"
	slipway reg add "$1\\Select" /v Current /t REG_DWORD /d 1
	slipway reg add "$1\\Select" /v Default /t REG_DWORD /d 2
	slipway reg add "$1\\ControlSet001\\$key" /v VirtualDiskMaxTreeDepth \
		/t REG_DWORD /d 77
	slipway reg add "$1\\ControlSet002\\$key"
	[ -z "$2" ] || slipway reg add "$1\\ControlSet002\\$key" \
		/v VirtualDiskMaxTreeDepth /t REG_DWORD /d "$2"
} >/dev/null
