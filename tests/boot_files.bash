# shellcheck shell=bash
# The boot files that a medium has, made up: what deploy copies is not looked into;
# and an answer file for a small deployment.

boot_configs=$(cd "${BASH_SOURCE[0]%/*}/../boot" && pwd)
boot_files=(EFI/BOOT/BOOTX64.EFI EFI/BOOT/grubx64.efi slipway/vmlinuz
	slipway/initramfs)

# Each holds its own name, or that many random bytes. The configuration of the
# loader for that system is the real one.
make_boot_files() { # FOLDER linux|windows [BYTES]
	local file config=native
	[ "$2" = linux ] || config=windows
	mkdir -p "$1/EFI/BOOT" "$1/slipway"
	for file in "${boot_files[@]}"; do
		if [ -n "${3:-}" ]; then
			head -c "$3" /dev/urandom
		else
			echo "$file"
		fi >"$1/$file"
	done
	cp "$boot_configs/grub-$config.cfg" "$1/slipway"
}

# Deploys small.wim as a Linux, into a VHD of that size.
make_linux_answer() { # FILE SIZE
	cat >"$1" <<-END
		[disk]
		seed = 01234567-89ab-cdef-0123-456789abcdef
		efi-size = 40M
		[image]
		file = small.wim
		[vhd]
		path = \vhd\guest.vhd
		size = $2
		[boot]
		system = linux
		[finish]
		action = restart
	END
}
