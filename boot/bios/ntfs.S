// SPDX-License-Identifier: MIT
//
// The boot code of an NTFS volume: loads the file BOOTMGR of the root folder
// and starts it. The structures are those that tools/libntfs/ntfs_disk.h
// describes; see volume.inc for the first sector and the memory, ntfs_file.inc
// for records, attributes and their runs.
//
// Windows' own code fills the first ten sectors of $Boot. This code is small
// enough to lie behind it, so that one sector's writing changes from one to the
// other.

#define CODE	0x54
#define DRIVE	0x24
#define SAME	0x28
#define SECOND_COUNT 4

#include "volume.inc"

// The boot sector's fields.
#define CLUSTER_SECTORS bp + 0x0d // over 80h: a negative power of two
#define MFT_CLUSTER	bp + 0x30
#define RECORD_SIZE	bp + 0x40 // clusters, or bytes as a negative power
#define BLOCK_SIZE	bp + 0x44

#define REC_ROOT	5
#define AT_LIST		0x20
#define AT_DATA		0x80
#define AT_INDEX_ROOT	0x90
#define AT_INDEX	0xa0

#define FLAG_COMPRESSED 0x00ff
#define FLAG_ENCRYPTED	0x4000
#define FLAG_SPARSE	0x8000

// Variables.
#define SHIFT	bp - 17 // sectors in a cluster, as a power of two
#define UNIT	bp - 18 // the same, of what blocks of the index are counted in
#define RECORD	bp - 20 // sectors of a file record
#define BLOCK	bp - 22 // sectors of a block of the index
#define DEPTH	bp - 23 // levels that the index may still have
#define NAME	bp - 24 // length of the wanted attribute's name
#define TYPE	bp - 28 // of the wanted attribute
#define VALUE	bp - 30 // a resident attribute, or 0
#define FLAGS	bp - 32 // of the attribute
#define SIZE	bp - 36 // bytes of the attribute's content, the low half
#define SIZE_HIGH bp - 40
#define VALID	bp - 44 // bytes that were ever written
#define TOTAL	bp - 48 // clusters in the table of pieces
#define END	bp - 50 // of that table
#define LIST_END bp - 52 // of the attribute list; 0: there is none
#define ID	bp - 54 // the wanted attribute's number in its record
#define POSITION bp - 58 // of what is read in pieces
#define REST	bp - 62

// Memory. A table of pieces has 8 bytes for each: clusters, and the first one's
// number; it ends with a zero. What lies from 20000 on goes before BOOTMGR comes.
#define BASE		0x9000 // a file's base record
#define EXTENSION	0xa000 // a record with more attributes of it
#define FILE_SEGMENT	0x0b00 // pieces of the file
#define MFT_SEGMENT	0x1000 // pieces of the MFT
#define NODE		0x20000 // a block of the index
#define NODE_SEGMENT	0x2000
#define LIST		0x30000 // an attribute list
#define LIST_SEGMENT	0x3000
#define LIST_PIECES	0x4000

#define MAX_PIECES	0x4ff8 // bytes of the table
#define MAX_DEPTH	16

	.section .second, "ax"
second:
	mov	byte ptr [DEPTH], MAX_DEPTH
	mov	al, [CLUSTER_SECTORS]
	mov	cl, al
	neg	cl
	test	al, al
	js	1f
	movzx	ax, al
	bsf	cx, ax
1:	cmp	al, 0x80 // 128 sectors are no power
	jne	2f
	mov	cl, 7
2:	mov	[SHIFT], cl
	mov	[UNIT], cl
	mov	al, [RECORD_SIZE]
	call	sectors_in
	mov	[RECORD], ax
	mov	al, [BLOCK_SIZE]
	call	sectors_in
	mov	[BLOCK], ax
	shr	ax, cl
	jnz	3f // a block is no cluster at all: they count by 512 bytes
	mov	[UNIT], al
3:
	// The MFT: its first record tells where the others are.
	mov	eax, [MFT_CLUSTER]
	call	sector_of
	mov	edi, BASE
	movzx	ecx, word ptr [RECORD]
	call	load
	call	check_record
	push	MFT_SEGMENT
	pop	gs
	mov	ax, AT_DATA
	call	open
	push	FILE_SEGMENT
	pop	gs

	// The root folder's index is a tree; its root is in the file record.
	mov	eax, REC_ROOT
	call	load_base
	mov	ax, AT_INDEX_ROOT | 4 << 8
	call	open
	mov	si, [VALUE]
	test	si, si
	jz	damaged
	add	si, [si + 0x14]
	add	si, 0x10
	call	search
	jz	found
	push	eax
	mov	ax, AT_INDEX | 4 << 8
	call	open
	pop	eax
descend:
	dec	byte ptr [DEPTH]
	jz	damaged
	mov	cl, [UNIT]
	shl	eax, cl
	movzx	ecx, word ptr [BLOCK]
	mov	edi, NODE
	call	load_pieces
	push	NODE_SEGMENT
	pop	ds
	xor	si, si
	mov	cx, [BLOCK]
	mov	eax, 0x58444e49 // INDX
	call	fix_up
	mov	si, 0x18
	call	search
	push	ss
	pop	ds
	jnz	descend

found:
	call	load_base
	test	byte ptr [BASE + 0x16], 2 // a folder
	jnz	missing
	mov	ax, AT_DATA
	call	open
	mov	si, [VALUE]
	test	si, si
	jnz	resident
	mov	ax, [FLAGS]
	test	al, FLAG_COMPRESSED
	jnz	compressed
	test	ah, FLAG_ENCRYPTED >> 8
	jnz	encrypted
	test	ah, FLAG_SPARSE >> 8
	jnz	sparse
	cmp	dword ptr [SIZE_HIGH], 0
	jne	too_large
	mov	eax, [SIZE]
	call	sectors_of
	xor	eax, eax
	mov	edi, TARGET
	call	load_pieces
	// What was never written is zero, whatever lies there.
	mov	eax, [VALID]
1:	cmp	eax, [SIZE]
	jae	launch
	mov	edx, eax
	shr	edx, 4
	add	dx, TARGET_SEGMENT
	mov	es, dx
	mov	di, ax
	and	di, 15
	mov	byte ptr es:[di], 0
	inc	eax
	jmp	1b

resident:
	mov	eax, [si + 0x10]
	call	sectors_of
	mov	cx, [si + 0x10]
	add	si, [si + 0x14]
	push	TARGET_SEGMENT
	pop	es
	xor	di, di
	rep	movsb
	jmp	launch

// Looks for BOOTMGR in the node of the index at DS:SI. ZF: EAX is its record.
// Else EAX is where the next node is.
search:
	mov	dx, [si + 4]
	add	dx, si
	add	si, [si]
1:	cmp	si, dx
	jae	damaged
	test	byte ptr [si + 12], 2 // the last one has no name
	jnz	5f
	movzx	cx, byte ptr [si + 0x50]
	lea	bx, [si + 0x52]
	mov	di, offset name
2:	mov	al, es:[di]
	inc	di
	jcxz	3f
	test	al, al
	jz	5f
	cmp	byte ptr [bx + 1], 0
	jne	5f
	mov	ah, [bx]
	cmp	ah, 'a'
	jb	6f
	cmp	ah, 'z'
	ja	6f
	sub	ah, 'a' - 'A'
6:	add	bx, 2
	dec	cx
	cmp	al, ah
	je	2b
	jb	5f
	jmp	4f
3:	test	al, al
	jz	7f
4:	mov	ax, [si + 8] // ours comes later
	cmp	ax, 0x10
	jb	damaged
	add	si, ax
	jc	damaged
	jmp	1b
5:	test	byte ptr [si + 12], 1 // ours comes before: is there a node?
	jz	missing
	add	si, [si + 8]
	mov	eax, [si - 8]
	or	sp, sp
	ret
7:	mov	eax, [si]
	cmp	word ptr [si + 4], 0
	ret

// Turns AL, clusters or bytes as a negative power of two, into AX sectors.
sectors_in:
	cbw
	test	ax, ax
	js	1f
	shl	ax, cl
	ret
1:	push	cx
	mov	cl, -9
	sub	cl, al
	mov	ax, 1
	shl	ax, cl
	pop	cx
	ret

name:
	.asciz	"BOOTMGR"
missing: die	"BOOTMGR is missing"
compressed: die	"BOOTMGR is compressed"
encrypted: die	"BOOTMGR is encrypted"
sparse:	die	"BOOTMGR is sparse"

#include "ntfs_file.inc"
#include "load.inc"
