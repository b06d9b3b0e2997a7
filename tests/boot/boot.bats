# Each firmware starts from each medium; what the cases are is in *.conf.
load ../helpers

setup() {
	requires qemu-system-x86_64 mcopy xorriso
	[ -e /usr/share/OVMF/OVMF_CODE_4M.ms.fd ] || requires ovmf
}

starts() { "$ROOT/tests/boot/case.sh" "$1"; }

@test "BIOS starts from a USB stick" { starts bios-usb; }
@test "UEFI starts from a USB stick" { starts uefi-usb; }
@test "Secure Boot starts from a USB stick" { starts secureboot-usb; }
@test "BIOS starts from a CD" { starts bios-iso; }
@test "UEFI starts from a CD" { starts uefi-iso; }
@test "Secure Boot starts from a CD" { starts secureboot-iso; }
@test "BIOS starts from the network" { starts bios-pxe; }
@test "Secure Boot starts from the network" { starts secureboot-pxe; }
@test "a changed kernel starts where nobody checks" { starts uefi-usb-tampered; }
@test "Secure Boot refuses a changed kernel" { starts secureboot-usb-tampered; }
