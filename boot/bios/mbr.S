// SPDX-License-Identifier: MIT
//
// The MBR's code: starts the active partition of the disk that it was started
// from. "BIOS Boot Specification" 1.01, section 6; INT 13h AH=41h and 42h of
// the Enhanced Disk Drive specification 3.0; the table: UEFI 2.10, section 5.2.
//
// The partition's boot sector is entered at 0000:7C00 with DL the BIOS' number
// of the disk and DS:SI the partition's entry.

	.intel_syntax noprefix
	.code16

#define HERE	0x600  // where the code moves to
#define SECTOR	0x7c00
#define TABLE	0x7be
#define PACKET	0x5f0  // below the code

.macro die text
	call	fail
	.asciz	"\text"
.endm

	.section .mbr, "ax"
	.globl	_start
_start:
	cli
	xor	ax, ax
	mov	ss, ax
	mov	sp, SECTOR
	mov	ds, ax
	mov	es, ax
	sti
	cld
	mov	si, SECTOR
	mov	di, HERE
	mov	cx, 256
	rep	movsw
	jmp	0:moved
moved:
	mov	si, TABLE
	xor	di, di
	mov	cl, 4
1:	test	byte ptr [si], 0x7f
	jnz	broken
	cmp	byte ptr [si], 0x80
	jne	2f
	test	di, di
	jnz	several
	mov	di, si
2:	add	si, 16
	loop	1b
	test	di, di
	jz	none

	mov	ah, 0x41
	mov	bx, 0x55aa
	push	dx
	int	0x13
	pop	dx
	jc	no_lba
	cmp	bx, 0xaa55
	jne	no_lba

	mov	cl, 3
3:	mov	si, PACKET
	mov	dword ptr [si], 0x10010 // one sector
	mov	dword ptr [si + 4], SECTOR
	mov	eax, [di + 8]
	mov	[si + 8], eax
	xor	eax, eax
	mov	[si + 12], eax
	mov	ah, 0x42
	push	dx
	int	0x13
	pop	dx
	jnc	4f
	xor	ah, ah
	push	dx
	int	0x13
	pop	dx
	loop	3b
	die	"The active partition cannot be read"

	// An extended partition begins with a signature too, but no code.
4:	mov	si, di
	mov	di, SECTOR
	cmp	word ptr [di + 510], 0xaa55
	jne	no_code
	cmp	byte ptr [di], 0
	je	no_code
	jmp	di

broken:	die	"The partition table is damaged"
none:	die	"There is no active partition"
several: die	"Several partitions are active"
no_lba:	die	"The BIOS cannot read by LBA"
no_code: die	"The active partition has no boot code"

// Prints the text behind the call, waits for a key and starts again.
fail:
	mov	si, offset line
	call	print
	pop	si
	call	print
	mov	si, offset again
	call	print
	xor	ah, ah
	int	0x16
	int	0x19

1:	mov	ah, 0x0e
	mov	bx, 7
	int	0x10
print:
	lodsb
	test	al, al
	jnz	1b
	ret

again:
	.ascii	"\r\nPress a key to restart"
line:
	.asciz	"\r\n"
