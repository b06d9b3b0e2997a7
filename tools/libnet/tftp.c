// SPDX-License-Identifier: MIT
//
// A file of a TFTP server. TFTP cannot read parts of one, so all of it is
// fetched into memory, if it fits.

#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "net_priv.h"

#define RESEND     1000u // milliseconds after which the last word is said again
#define FIRST_ROOM (UINT64_C(1) << 20) // for a file of unknown length

struct transfer {
	const char *name; // as the user wrote it
	struct net_peer peer;
	int fd;
	bool is_known; // the server's port for this transfer
	uint32_t block_size, window;
	uint64_t blocks;     // received, in their order
	uint32_t unanswered; // of these
	bool has_size, is_done;
	uint64_t size, limit; // of the file; what fits
	struct disk *memory;
	uint64_t have;
	char last[TFTP_MAX_REQUEST]; // word, to be said again
	size_t last_size;
};

static int failed(const struct transfer *t, int r, struct err *err)
{
	return err_set(err, r, t->name, ERR_NOWHERE, "TFTP: %s", strerror(-r));
}

// Half of this machine's memory.
static uint64_t memory_limit(void)
{
	struct sysinfo info;

	// The other half is for what is done with the file; more, and the
	// kernel would end processes, this one first.
	return sysinfo(&info) ? 0 : (uint64_t)info.totalram * info.mem_unit / 2;
}

static int refuse_large(const struct transfer *t, uint64_t size,
			struct err *err)
{
	return err_set(
		err, -EFBIG, t->name, ERR_NOWHERE,
		"it has over %llu MB: TFTP cannot read parts of a file, "
		"and half of this machine's memory is %llu MB; put it on "
		"a web server (http://) or a share",
		(unsigned long long)(size - 1) >> 20,
		(unsigned long long)t->limit >> 20);
}

// --- Words ------------------------------------------------------------------

static int say_last(struct transfer *t, struct err *err)
{
	const struct sockaddr *to = (const struct sockaddr *)&t->peer.address;
	ssize_t n = t->is_known
			    ? send(t->fd, t->last, t->last_size, MSG_NOSIGNAL)
			    : sendto(t->fd, t->last, t->last_size, MSG_NOSIGNAL,
				     to, t->peer.address_size);

	// That nobody is at the port comes as an error of the next word; a
	// server that just starts may still answer.
	return n < 0 && errno != EAGAIN && errno != ECONNREFUSED
		       ? failed(t, -errno, err)
		       : 0;
}

// Says what the last block in order is; after options that is 0 (RFC 2347).
static int acknowledge(struct transfer *t, struct err *err)
{
	t->last[0] = 0;
	t->last[1] = 4;
	t->last[2] = (char)(t->blocks >> 8);
	t->last[3] = (char)t->blocks;
	t->last_size = 4;
	t->unanswered = 0;
	return say_last(t, err);
}

// Both have the same address; the ports differ.
static bool is_same_host(const struct sockaddr_storage *a,
			 const struct sockaddr_storage *b)
{
	struct sockaddr_storage x = *a, y = *b;

	// The port is at the same place in both families.
	memset((char *)&x + sizeof(x.ss_family), 0, 2);
	memset((char *)&y + sizeof(y.ss_family), 0, 2);
	return !memcmp(&x, &y, sizeof(x));
}

// Receives a packet. A server answers from a port that it chooses for this
// transfer (RFC 1350, 4): the first answer's is the one from then on, and
// others are not heard, or a stray packet would end up in the file. Returns 0
// with *ret 0 when there is none in time.
static int hear(struct transfer *t, void *packet, size_t room, size_t *ret,
		struct err *err)
{
	struct sockaddr_storage from = {0};
	socklen_t size = sizeof(from);
	ssize_t n;
	int r = net_wait(t->fd, RESEND);

	*ret = 0;
	if (r)
		return r == -ETIMEDOUT ? 0 : failed(t, r, err);
	n = recvfrom(t->fd, packet, room, MSG_DONTWAIT,
		     (struct sockaddr *)&from, &size);
	if (n < 0)
		return errno == EAGAIN || errno == ECONNREFUSED
			       ? 0
			       : failed(t, -errno, err);
	if (!t->is_known && !is_same_host(&from, &t->peer.address))
		return 0;
	if (!t->is_known &&
	    connect(t->fd, (const struct sockaddr *)&from, size))
		return failed(t, -errno, err);
	t->is_known = true;
	*ret = (size_t)n;
	return 0;
}

// --- Packets ----------------------------------------------------------------

static int told_error(const struct transfer *t, const struct tftp_packet *p,
		      struct err *err)
{
	if (p->number == 1)
		return err_set(err, -ENOENT, t->name, ERR_NOWHERE,
			       "the TFTP server %s has no such file: %s",
			       t->peer.host, p->words);
	return err_set(err, p->number == 2 ? -EACCES : -EIO, t->name,
		       ERR_NOWHERE, "the TFTP server %s refuses: %s",
		       t->peer.host, p->words);
}

static int take_options(struct transfer *t, const struct tftp_packet *p,
			struct err *err)
{
	int r = 0;

	if (t->blocks)
		return 0; // the same once more
	t->block_size = p->block_size;
	t->window = p->window;
	t->has_size = p->has_file_size;
	t->size = p->file_size;
	if (t->has_size && t->size > t->limit)
		return refuse_large(t, t->size, err);
	if (t->has_size)
		r = disk_resize(t->memory, t->size, err);
	return r ? r : acknowledge(t, err);
}

static int make_room(struct transfer *t, uint64_t size, struct err *err)
{
	uint64_t room = t->memory->size ? t->memory->size : FIRST_ROOM;

	if (size <= t->memory->size)
		return 0;
	if (t->has_size)
		return err_corrupt(err, t->name, ERR_NOWHERE,
				   "the server sends more than the %llu bytes "
				   "that it said",
				   (unsigned long long)t->size);
	if (size > t->limit)
		return refuse_large(t, size, err);
	while (room < size)
		room *= 2;
	return disk_resize(t->memory, room < t->limit ? room : t->limit, err);
}

static int take_data(struct transfer *t, const struct tftp_packet *p,
		     struct err *err)
{
	int r;

	// One was lost, or comes again: the server is told where we are, once.
	// An answer to every packet that comes twice would double the traffic
	// to the end (RFC 1123, 4.2.3.1). Numbers have 16 bits and begin again
	// at 0 in large files.
	if (p->number != (uint16_t)(t->blocks + 1))
		return t->unanswered ? acknowledge(t, err) : 0;
	if (p->size > t->block_size)
		return err_corrupt(err, t->name, ERR_NOWHERE,
				   "a packet is longer than was agreed");
	r = make_room(t, t->have + p->size, err);
	if (!r)
		r = disk_write(t->memory, t->have, p->data, p->size, err);
	if (r)
		return r;
	t->have += p->size;
	t->blocks++;
	t->unanswered++;
	// A block that is not full is the last (RFC 1350, 6); one of no bytes
	// follows when the size is a multiple.
	t->is_done = p->size < t->block_size;
	return t->is_done || t->unanswered >= t->window ? acknowledge(t, err)
							: 0;
}

static int take_packet(struct transfer *t, const void *packet, size_t size,
		       struct err *err)
{
	struct tftp_packet p;
	int r = tftp_decode(packet, size, &p, err);

	if (r)
		return r;
	switch (p.kind) {
	case TFTP_DATA:
		return take_data(t, &p, err);
	case TFTP_OPTIONS:
		return take_options(t, &p, err);
	default:
		return told_error(t, &p, err);
	}
}

static int receive_all(struct transfer *t, const struct net_patience *patience,
		       struct err *err)
{
	uint64_t heard = net_clock();
	uint8_t packet[TFTP_MAX_BLOCK + 4];
	int r = say_last(t, err);

	while (!r && !t->is_done) {
		uint64_t before = t->blocks;
		size_t n;

		r = hear(t, packet, sizeof(packet), &n, err);
		if (!r && n)
			r = take_packet(t, packet, n, err);
		if (t->blocks != before)
			heard = net_clock();
		if (!r &&
		    net_clock() - heard > (t->is_known ? patience->silent
						       : patience->connect))
			return err_set(err, -ETIMEDOUT, t->name, ERR_NOWHERE,
				       "the TFTP server %s says nothing",
				       t->peer.host);
		if (!r && !n)
			r = say_last(t, err);
	}
	// We do not stay to repeat the last word: if it is lost, the server
	// gives up on a file that is whole here.
	if (!r && t->has_size && t->have != t->size)
		r = err_corrupt(err, t->name, ERR_NOWHERE,
				"the server sent %llu of %llu bytes",
				(unsigned long long)t->have,
				(unsigned long long)t->size);
	return r;
}

// --- Opening ----------------------------------------------------------------

static int begin(struct transfer *t, const struct net_name *name,
		 const struct net_patience *patience, struct err *err)
{
	int fd, r = net_peer_find(name->host, name->port, SOCK_DGRAM, patience,
				  t->name, &t->peer, &fd, err);

	if (r)
		return r;
	close(fd); // it hears one port alone, and answers come from another
	t->fd = socket(t->peer.address.ss_family,
		       SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (t->fd < 0)
		return failed(t, -errno, err);
	t->last_size = tftp_request(name->path + 1, t->last);
	return disk_memory(0, 512, &t->memory, err);
}

int net_tftp_open(const char *text, const struct net_name *name,
		  const struct net_patience *patience, struct disk **ret,
		  struct err *err)
{
	struct transfer *t = mem_alloc(sizeof(*t));
	int r;

	if (!t)
		return err_nomem(err);
	*t = (struct transfer){.name = text,
			       .fd = -1,
			       .block_size = 512,
			       .window = 1,
			       .limit = memory_limit()};
	r = begin(t, name, patience, err);
	if (!r)
		r = receive_all(t, patience, err);
	if (!r)
		r = disk_resize(t->memory, t->have, err);
	if (t->fd >= 0)
		close(t->fd);
	if (r) {
		disk_close(t->memory);
	} else {
		t->memory->read_only = t->memory->is_sector_guessed = true;
		*ret = t->memory;
	}
	mem_free(t);
	return r;
}
