// SPDX-License-Identifier: MIT
//
// The code of boot/bios/, which the build turned into lists of bytes.

#include "bootsect_priv.h"

static const uint8_t mbr[] = {
#include "mbr.inc"
};
static const uint8_t fat32[] = {
#include "fat32.inc"
};
static const uint8_t ntfs[] = {
#include "ntfs.inc"
};
_Static_assert(sizeof(mbr) <= BOOTSECT_MBR_CODE, "the MBR's code");
_Static_assert(sizeof(fat32) <= BOOTSECT_MAX_SIZE, "FAT32's code");
_Static_assert(sizeof(ntfs) <= BOOTSECT_MAX_SIZE, "NTFS' code");

const struct bootsect_code bootsect_code_mbr = {mbr, sizeof(mbr)};
const struct bootsect_code bootsect_code_fat32 = {fat32, sizeof(fat32)};
const struct bootsect_code bootsect_code_ntfs = {ntfs, sizeof(ntfs)};
