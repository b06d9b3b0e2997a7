// SPDX-License-Identifier: MIT
//
// A stand-in for Windows' BOOTMGR as far as boot sectors are concerned: it says
// on the serial line how it was started, whether all of itself was loaded, and
// the token of this run. The test fills in the fields, pads the file and gives
// it a sum.
//
// A boot sector loads BOOTMGR to 20000 and enters 2000:0000 in real mode, with
// DL the disk and the boot sector itself at 7C00.

	.intel_syntax noprefix
	.code16
	.text
	.globl	_start
_start:
	jmp	begin
	.org	8
size:	.long	0 // of the whole file
sum:	.long	0 // of all bytes behind the fields
token:	.space	48
fields_end:

begin:
	cli
	mov	bx, sp
	mov	ax, cs
	mov	ds, ax
	mov	si, offset said_cs
	call	say_word // CS
	call	here
here:	pop	ax
	sub	ax, offset here
	mov	si, offset said_ip
	call	say_word // offset it was entered at
	xor	ah, ah
	mov	al, dl
	mov	si, offset said_dl
	call	say_word
	mov	ax, ss
	mov	si, offset said_ss
	call	say_word
	mov	ax, bx
	mov	si, offset said_sp
	call	say_word
	xor	ax, ax
	mov	es, ax
	mov	eax, es:[0x7c1c]
	mov	si, offset said_hidden
	call	say_long

	// All of it, wherever a segment ends.
	mov	ecx, [size]
	sub	ecx, offset fields_end
	mov	esi, 0x20000 + fields_end - _start
	xor	ebx, ebx
1:	mov	eax, esi
	shr	eax, 4
	mov	es, ax
	mov	di, si
	and	di, 15
	movzx	eax, byte ptr es:[di]
	rol	ebx, 1
	add	ebx, eax
	inc	esi
	dec	ecx
	jnz	1b
	mov	eax, ebx
	mov	si, offset said_sum
	call	say_long
	mov	si, offset said_bad
	cmp	ebx, [sum]
	jne	2f
	mov	si, offset said_token
	call	say
	mov	si, offset token
2:	call	say
	mov	si, offset line
	call	say
3:	hlt
	jmp	3b

say_long: // SI, then EAX
	push	eax
	call	say
	pop	eax
	push	eax
	shr	eax, 16
	call	hex
	pop	eax
	jmp	hex

say_word: // SI, then AX
	push	ax
	call	say
	pop	ax
hex:
	pusha
	mov	cx, 4
1:	rol	ax, 4
	push	ax
	and	al, 15
	add	al, '0'
	cmp	al, '9'
	jbe	2f
	add	al, 'a' - '0' - 10
2:	call	put
	pop	ax
	loop	1b
	popa
	ret

1:	call	put
say:
	lodsb
	test	al, al
	jnz	1b
	ret

put: // AL, to the first serial port
	push	dx
	push	ax
	mov	dx, 0x3fd
1:	in	al, dx
	test	al, 0x20
	jz	1b
	pop	ax
	mov	dx, 0x3f8
	out	dx, al
	pop	dx
	ret

said_cs:     .asciz "\r\nbootmgr: cs "
said_ip:     .asciz " ip "
said_dl:     .asciz " dl "
said_ss:     .asciz " ss "
said_sp:     .asciz " sp "
said_hidden: .asciz " hidden "
said_sum:    .asciz " sum "
said_bad:    .asciz "\r\nbootmgr: FAILED: not all was loaded"
said_token:  .asciz "\r\nbootmgr: token "
line:	     .asciz "\r\n"
