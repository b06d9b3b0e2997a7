// SPDX-License-Identifier: MIT
//
// Packets of a TFTP server: what counts in them, and what is none.

#include "libnet/net_priv.h"
#include "test.h"

#define PACKET(s) s, sizeof(s) - 1

static void check_good(void)
{
	struct tftp_packet p;

	check_ok(tftp_decode(PACKET("\0\3\1\2abc"), &p, NULL), NULL);
	check(p.kind == TFTP_DATA && p.number == 0x102 && p.size == 3);
	check(!memcmp(p.data, "abc", 3));
	check_ok(tftp_decode(PACKET("\0\3\377\377"), &p, NULL), NULL);
	check(p.number == 0xffff && !p.size);
	check_ok(tftp_decode(PACKET("\0\5\0\1a\1b\0c"), &p, NULL), NULL);
	check(p.kind == TFTP_ERROR && p.number == 1 && !strcmp(p.words, "a?b"));
	check_ok(tftp_decode(PACKET("\0\6BLKSIZE\0001428\0tsize\0"
				    "5000000000\0windowsize\00016\0x\0y\0"),
			     &p, NULL),
		 NULL);
	check(p.kind == TFTP_OPTIONS && p.block_size == 1428 && p.window == 16);
	check(p.has_file_size && p.file_size == 5000000000u);
	check_ok(tftp_decode(PACKET("\0\6tsize\0000\0"), &p, NULL), NULL);
	check(p.has_file_size && !p.file_size && p.block_size == 512 &&
	      p.window == 1);
}

static void check_bad(void)
{
	static const struct {
		const char *packet;
		size_t size;
	} bad[] = {
		{PACKET("")},
		{PACKET("\0\3\0")},
		{PACKET("\0\1\0\0")},
		{PACKET("\0\4\0\0")},
		{PACKET("\3\0\0\0")},
		{PACKET("\0\6tsize")},
		{PACKET("\0\6tsize\0")},
		{PACKET("\0\6tsize\00012")},
		{PACKET("\0\6tsize\0-1\0")},
		{PACKET("\0\6tsize\0\0")},
		{PACKET("\0\6tsize\0009999999999999999999\0")},
		{PACKET("\0\6blksize\0007\0")},
		{PACKET("\0\6blksize\0001429\0")},
		{PACKET("\0\6windowsize\0000\0")},
		{PACKET("\0\6windowsize\00017\0")},
	};
	struct tftp_packet p;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		check_eq(tftp_decode(bad[i].packet, bad[i].size, &p, NULL),
			 -EBADMSG);
}

static void check_request(void)
{
	static const char wanted[] =
		"\0\1dir/x\0octet\0tsize\0000\0blksize\0001428\0windowsize\00016";
	char packet[TFTP_MAX_REQUEST], name[TFTP_MAX_NAME + 1];

	check_eq(tftp_request("dir/x", packet), sizeof(wanted));
	check(!memcmp(packet, wanted, sizeof(wanted)));
	memset(name, 'n', TFTP_MAX_NAME);
	name[TFTP_MAX_NAME] = 0;
	check_eq(tftp_request(name, packet),
		 sizeof(wanted) + TFTP_MAX_NAME - 5);
	check(tftp_request(name, packet) <= sizeof(packet));
}

int main(void)
{
	check_good();
	check_bad();
	check_request();
	return 0;
}
