// SPDX-License-Identifier: MIT
//
// The boot code of a FAT32 volume: loads the file BOOTMGR of the root folder
// and starts it. "FAT: General Overview of On-Disk Format", version 1.03; see
// volume.inc for the first sector and the memory.

#define CODE	0x5a
#define DRIVE	0x40
#define SAME	0x43
#define SECOND_COUNT 2

#include "volume.inc"

// The boot sector's fields.
#define CLUSTER_SECTORS bp + 0x0d
#define RESERVED	bp + 0x0e
#define TABLES		bp + 0x10
#define TABLE_SECTORS	bp + 0x24
#define FLAGS		bp + 0x28 // 80h: only the table in the low bits is used
#define ROOT_CLUSTER	bp + 0x2c

// Variables.
#define TABLE	bp - 20 // first sector of the table
#define DATA	bp - 24 // first sector of the clusters
#define CACHED	bp - 28 // sector of the table that is in memory
#define LEFT	bp - 30 // clusters that the root folder may still have

#define CACHE	0x9000  // a sector of the table
#define FOLDER	0x10000 // a cluster of the root folder
#define FOLDER_SEGMENT 0x1000

#define MAX_FOLDER 4096 // 65536 entries in clusters of one sector

	.section .second, "ax"
second:
	movzx	ebx, word ptr [RESERVED]
	movzx	eax, byte ptr [TABLES]
	mul	dword ptr [TABLE_SECTORS]
	add	eax, ebx
	mov	[DATA], eax
	mov	ax, [FLAGS]
	test	al, 0x80
	jz	1f
	and	eax, 15
	mul	dword ptr [TABLE_SECTORS]
	add	ebx, eax
1:	mov	[TABLE], ebx
	or	dword ptr [CACHED], -1
	mov	word ptr [LEFT], MAX_FOLDER

	mov	eax, [ROOT_CLUSTER]
next_cluster:
	dec	word ptr [LEFT]
	jz	damaged
	push	eax
	mov	edi, FOLDER
	movzx	ecx, byte ptr [CLUSTER_SECTORS]
	call	sector_of
	call	load
	pop	eax
	call	search
	call	follow
	jnc	next_cluster
missing:
	die	"BOOTMGR is missing"
damaged:
	die	"The file system is damaged"

// Looks through the cluster of the root folder that is in memory.
search:
	push	eax
	push	FOLDER_SEGMENT
	pop	es
	xor	bx, bx
	movzx	cx, byte ptr [CLUSTER_SECTORS]
	shl	cx, 4 // entries
1:	cmp	byte ptr es:[bx], 0 // the end
	je	missing
	test	byte ptr es:[bx + 11], 0x18 // a label, part of a name, a folder
	jnz	2f
	mov	si, offset name
	mov	di, bx
	push	cx
	mov	cx, 11
	repe	cmpsb
	pop	cx
	je	found
2:	add	bx, 32
	loop	1b
	push	ds
	pop	es
	pop	eax
	ret

found:
	mov	eax, es:[bx + 28]
	call	sectors_of
	mov	ax, es:[bx + 20]
	shl	eax, 16
	mov	ax, es:[bx + 26]
	mov	edi, TARGET
	// Clusters that follow each other are read at once.
next_run:
	push	eax
	xor	ebx, ebx // sectors
1:	movzx	edx, byte ptr [CLUSTER_SECTORS]
	add	ebx, edx
	cmp	ebx, ecx
	jae	2f
	push	eax
	call	follow
	pop	edx
	jc	damaged // too short
	inc	edx
	cmp	eax, edx
	je	1b
2:	xchg	eax, [esp] // EAX this run, on the stack the next one
	cmp	ebx, ecx
	jbe	3f
	mov	ebx, ecx
3:	sub	ecx, ebx
	xchg	ecx, ebx
	call	sector_of
	call	load
	xchg	ecx, ebx
	pop	eax
	test	ecx, ecx
	jnz	next_run
	jmp	launch

// Turns the cluster EAX into the sector EDX:EAX.
sector_of:
	sub	eax, 2
	jc	damaged
	movzx	edx, byte ptr [CLUSTER_SECTORS]
	mul	edx
	add	eax, [DATA]
	adc	edx, 0
	ret

// Finds the cluster that follows EAX. CF: there is none.
follow:
	push	ecx
	push	edi
	push	eax
	shr	eax, 7
	cmp	eax, [TABLE_SECTORS]
	jae	damaged
	cmp	eax, [CACHED]
	je	1f
	mov	[CACHED], eax
	add	eax, [TABLE]
	xor	edx, edx
	mov	cx, 1
	mov	edi, CACHE
	call	read_or_fail
1:	pop	edi
	and	di, 127
	shl	di, 2
	mov	eax, [di + CACHE]
	and	eax, 0x0fffffff
	cmp	eax, 2
	jb	damaged
	cmp	eax, 0x0ffffff7
	je	damaged
	cmc
	pop	edi
	pop	ecx
	ret

name:
	.ascii	"BOOTMGR    "

#include "load.inc"
