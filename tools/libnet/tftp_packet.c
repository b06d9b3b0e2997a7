// SPDX-License-Identifier: MIT
//
// Packets of TFTP (RFC 1350, 5; options: RFC 2347, 2348, 2349, 7440): the
// request, and decoding what a server sends.
//
// Options are offers: an old server ignores them and sends blocks of 512 bytes.
// "tsize" is asked for by 0 (RFC 2349) and is what tells a file that does not
// fit before it is fetched, and one that was cut off afterwards.

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "net_priv.h"

size_t tftp_request(const char *name, char packet[TFTP_MAX_REQUEST])
{
	size_t n = 2, room = TFTP_MAX_REQUEST;

	packet[0] = 0;
	packet[1] = 1; // read
	n += (size_t)snprintf(packet + n, room - n, "%s", name) + 1;
	n += (size_t)snprintf(packet + n, room - n, "octet") + 1;
	n += (size_t)snprintf(packet + n, room - n, "tsize") + 1;
	n += (size_t)snprintf(packet + n, room - n, "0") + 1;
	n += (size_t)snprintf(packet + n, room - n, "blksize") + 1;
	n += (size_t)snprintf(packet + n, room - n, "%u", TFTP_MAX_BLOCK) + 1;
	n += (size_t)snprintf(packet + n, room - n, "windowsize") + 1;
	n += (size_t)snprintf(packet + n, room - n, "%u", TFTP_MAX_WINDOW) + 1;
	return n;
}

static int corrupt(struct err *err, const char *why)
{
	return err_corrupt(err, "TFTP answer", ERR_NOWHERE, "%s", why);
}

// Takes a string with its NUL off the front. Returns NULL when it has no end.
static const char *take_string(const char **at, const char *end)
{
	const char *s = *at, *nul = memchr(s, 0, (size_t)(end - s));

	if (!nul)
		return NULL;
	*at = nul + 1;
	return s;
}

static bool number(const char *s, uint64_t least, uint64_t most, uint64_t *ret)
{
	uint64_t n = 0;

	if (!*s || strlen(s) > 18)
		return false;
	for (; *s; s++) {
		if (!isdigit((unsigned char)*s))
			return false;
		n = n * 10 + (uint64_t)(*s - '0');
	}
	*ret = n;
	return n >= least && n <= most;
}

// What the server takes of the options that were asked for. It may lower them
// (RFC 2348), not raise them: larger blocks would not fit into our packet.
// Others are not looked at.
static int options(const char *at, const char *end, struct tftp_packet *p,
		   struct err *err)
{
	while (at < end) {
		const char *name = take_string(&at, end);
		const char *value = name ? take_string(&at, end) : NULL;
		uint64_t n = 0;
		bool ok = value;

		if (ok && !strcasecmp(name, "blksize")) {
			ok = number(value, 8, TFTP_MAX_BLOCK, &n);
			p->block_size = (uint32_t)n;
		} else if (ok && !strcasecmp(name, "windowsize")) {
			ok = number(value, 1, TFTP_MAX_WINDOW, &n);
			p->window = (uint32_t)n;
		} else if (ok && !strcasecmp(name, "tsize")) {
			ok = number(value, 0, INT64_MAX, &p->file_size);
			p->has_file_size = true;
		}
		if (!ok)
			return corrupt(err, "its options are none that were "
					    "asked for");
	}
	return 0;
}

// The text of an error goes into a message: letters alone, as others could
// command the terminal.
static void copy_words(const char *at, const char *end, char *to, size_t room)
{
	size_t n = 0;

	for (; at < end && *at && n + 1 < room; at++)
		to[n++] = *at >= ' ' && *at < 0x7f ? *at : '?';
	to[n] = 0;
}

int tftp_decode(const void *packet, size_t size, struct tftp_packet *ret,
		struct err *err)
{
	const uint8_t *b = packet;
	const char *text = (const char *)packet + 2, *end = text + size - 2;
	struct tftp_packet p = {.block_size = 512, .window = 1};

	if (size < 4)
		return corrupt(err, "it is cut off");
	p.kind = b[0] << 8 | b[1];
	p.number = (uint16_t)(b[2] << 8 | b[3]);
	p.data = b + 4;
	p.size = size - 4;
	switch (p.kind) {
	case TFTP_DATA:
		break;
	case TFTP_OPTIONS: {
		int r = options(text, end, &p, err);

		if (r)
			return r;
		break;
	}
	case TFTP_ERROR:
		copy_words(text + 2, end, p.words, sizeof(p.words));
		break;
	default:
		return corrupt(err, "it is of a kind that no server sends");
	}
	*ret = p;
	return 0;
}
