// SPDX-License-Identifier: MIT
//
// One connection to a web server: asking for a range of a file and reading the
// answer's body, by its length, in chunks, or to the connection's end (RFC
// 9112, 6 and 7; RFC 9110, 13.1.5, 14, 15.4).

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "net_priv.h"

#define TO_THE_END UINT64_MAX

bool http_is_passing(int code)
{
	switch (code) {
	case -ECONNRESET:
	case -ECONNREFUSED:
	case -ECONNABORTED:
	case -EPIPE:
	case -ETIMEDOUT:
	case -ENETDOWN:
	case -ENETUNREACH:
	case -EHOSTDOWN:
	case -EHOSTUNREACH:
	case -EREMOTEIO: // a server that is overloaded or starts
		return true;
	default:
		return false;
	}
}

void http_close(struct http_link *link)
{
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
	link->at = link->end = 0;
}

static int broken(const struct http_file *file, int r, struct err *err)
{
	if (r == -ETIMEDOUT)
		return err_set(err, r, file->name, ERR_NOWHERE,
			       "the server said nothing for %u seconds",
			       file->patience.silent / 1000);
	if (r == -ECANCELED)
		return r;
	return err_set(err, r, file->name, ERR_NOWHERE,
		       "the connection broke: %s", strerror(-r));
}

static int ended(const struct http_file *file, struct err *err)
{
	return err_set(err, -ECONNRESET, file->name, ERR_NOWHERE,
		       "the server ended the connection in the middle");
}

// Receives more behind what is in the buffer.
static int fill(const struct http_file *file, struct http_link *link,
		struct err *err)
{
	size_t n;
	int r;

	memmove(link->buf, link->buf + link->at, link->end - link->at);
	link->end -= link->at;
	link->at = 0;
	r = net_receive(link->fd, link->buf + link->end,
			sizeof(link->buf) - link->end, file->patience.silent,
			link->stop, &n);
	if (r)
		return broken(file, r, err);
	if (!n)
		return ended(file, err);
	link->end += n;
	return 0;
}

// --- The head ---------------------------------------------------------------

// Answers of 1xx only announce the real one (RFC 9110, 15.2).
static int read_head(const struct http_file *file, struct http_link *link,
		     struct err *err)
{
	for (unsigned i = 0; i < HTTP_MAX_INTERIM; i++) {
		size_t n;
		int r;

		while (!(n = http_head_length(link->buf + link->at,
					      link->end - link->at))) {
			if (link->end - link->at == sizeof(link->buf))
				return err_set(err, -EFBIG, file->name,
					       ERR_NOWHERE,
					       "the head of the answer has "
					       "over %u bytes",
					       HTTP_MAX_HEAD);
			r = fill(file, link, err);
			if (r)
				return r;
		}
		r = http_head_decode(link->buf + link->at, n, &link->head, err);
		link->at += n;
		if (r || link->head.status >= 200)
			return r;
	}
	return err_corrupt(err, file->name, ERR_NOWHERE,
			   "there are over %u answers before the real one",
			   HTTP_MAX_INTERIM);
}

// How the body ends, in this order (RFC 9112, 6.3). One that ends with the
// connection cannot be told from one that was cut off.
static void begin_body(struct http_link *link)
{
	const struct http_head *head = &link->head;

	link->is_in_chunk = false;
	link->left = head->is_chunked   ? 0
		     : head->has_length ? head->length
					: TO_THE_END;
	link->is_done = !head->is_chunked && !link->left;
}

// Sends a request and reads the answer's head.
static int request(const struct http_file *file, struct http_link *link,
		   uint64_t off, uint64_t len, struct err *err)
{
	bool is_v6 = strchr(file->peer.host, ':');
	char text[NET_MAX_NAME + 1024], condition[HTTP_MAX_TAG + 16] = "";
	bool is_strong = file->tag[0] == '"';
	int n, r;

	// A weak tag is no proof that bytes are the same, and may not be sent
	// here (RFC 9110, 13.1.5); then each answer is compared (is_same).
	if (is_strong)
		snprintf(condition, sizeof(condition), "If-Range: %s\r\n",
			 file->tag);
	n = snprintf(text, sizeof(text),
		     "GET %s HTTP/1.1\r\n"
		     "Host: %s%s%s:%u\r\n"
		     "User-Agent: slipway\r\n"
		     "Accept-Encoding: identity\r\n"
		     "Range: bytes=%llu-%llu\r\n"
		     "%s\r\n",
		     file->target, is_v6 ? "[" : "", file->peer.host,
		     is_v6 ? "]" : "", file->peer.port, (unsigned long long)off,
		     (unsigned long long)(off + len - 1), condition);
	r = net_send(link->fd, text, (size_t)n, file->patience.silent,
		     link->stop);
	if (r)
		return broken(file, r, err);
	r = read_head(file, link, err);
	if (!r)
		begin_body(link);
	return r;
}

// --- What an answer means ---------------------------------------------------

static bool is_redirection(unsigned status)
{
	return status == 301 || status == 302 || status == 303 ||
	       status == 307 || status == 308;
}

static int refused(const struct http_file *file, unsigned status,
		   struct err *err)
{
	switch (status) {
	case 404:
	case 410:
		return err_set(err, -ENOENT, file->name, ERR_NOWHERE,
			       "the server %s has no such file (status %u)",
			       file->peer.host, status);
	case 401:
	case 403:
	case 407:
		return err_set(err, -EACCES, file->name, ERR_NOWHERE,
			       "the server does not give this file to us "
			       "(status %u): may everybody read it there?",
			       status);
	case 408:
	case 429:
	case 500:
	case 502:
	case 503:
	case 504:
		return err_set(err, -EREMOTEIO, file->name, ERR_NOWHERE,
			       "the server is in trouble (status %u): its log "
			       "says more",
			       status);
	default:
		return err_set(err, -EIO, file->name, ERR_NOWHERE,
			       "the server refuses with status %u: its log "
			       "says more",
			       status);
	}
}

// A part of the file (RFC 9110, 15.3.7): which, and of how much. A server may
// send less than was asked for, from its start: the rest is asked for again.
// Bytes of another place would go into the image unseen.
static int check_part(const struct http_file *file,
		      const struct http_head *head, uint64_t off, uint64_t len,
		      struct err *err)
{
	uint64_t size;

	if (!head->has_range || head->first != off ||
	    head->last - head->first >= len)
		return err_corrupt(err, file->name, off,
				   "the server sends another part of the file "
				   "than it was asked for");
	size = head->last - head->first + 1;
	if (head->has_length && head->length != size)
		return err_corrupt(err, file->name, off,
				   "the server says that the part has %llu "
				   "bytes and %llu",
				   (unsigned long long)size,
				   (unsigned long long)head->length);
	if (!head->has_total)
		return err_set(err, -ENOTSUP, file->name, ERR_NOWHERE,
			       "the server does not say how long the file is");
	return 0;
}

// Ranges of a file that was compressed on the way are ranges of the compressed
// form (RFC 9110, 14): offsets would mean something else.
static int check_encoding(const struct http_file *file,
			  const struct http_head *head, struct err *err)
{
	return head->is_encoded
		       ? err_set(err, -ENOTSUP, file->name, ERR_NOWHERE,
				 "the server compresses the file (Content-"
				 "Encoding), though it was asked not to")
		       : 0;
}

// Takes what the first answer tells about the file. It asked for a range: 200
// means that the server knows none (RFC 9110, 14.2), 416 with a size of 0 that
// the file is empty and has no first byte to send.
static int take_facts(struct http_file *file, struct http_link *link,
		      uint64_t len, struct err *err)
{
	const struct http_head *head = &link->head;
	int r = check_encoding(file, head, err);

	if (r)
		return r;
	memcpy(file->tag, head->tag, sizeof(file->tag));
	memcpy(file->date, head->date, sizeof(file->date));
	file->has_ranges = head->status != 200;
	if (head->status == 200) {
		file->size = head->has_length ? head->length : 0;
		return 0;
	}
	if (head->status == 416 && head->has_total && !head->total) {
		file->size = 0;
		http_close(link);
		return 0;
	}
	if (head->status != 206)
		return refused(file, head->status, err);
	r = check_part(file, head, 0, len, err);
	if (!r)
		file->size = head->total;
	return r;
}

static bool is_same(const struct http_file *file, const struct http_head *head,
		    uint64_t size)
{
	return size == file->size && !strcmp(head->tag, file->tag) &&
	       !strcmp(head->date, file->date);
}

static int changed(const struct http_file *file, struct err *err)
{
	return err_set(err, -ESTALE, file->name, ERR_NOWHERE,
		       "the file was changed on the server while it was read: "
		       "begin again");
}

// --- Asking -----------------------------------------------------------------

// Goes to the server that a name means, and asks it.
static int visit(struct http_file *file, struct http_link *link,
		 const struct net_name *name, uint64_t len, struct err *err)
{
	int r = net_peer_find(name->host, name->port, SOCK_STREAM,
			      &file->patience, file->name, &file->peer,
			      &link->fd, err);

	if (r)
		return r;
	link->at = link->end = 0;
	memcpy(file->target, name->path, sizeof(file->target));
	return request(file, link, 0, len, err);
}

static int follow(const struct http_file *file, struct http_link *link,
		  struct net_name *name, struct err *err)
{
	struct net_name *next = mem_alloc(sizeof(*next));
	int r;

	if (!next)
		return err_nomem(err);
	http_close(link);
	if (!link->head.location[0])
		r = err_corrupt(err, file->name, ERR_NOWHERE,
				"the server sends us elsewhere (status %u) and "
				"does not say where",
				link->head.status);
	else
		r = net_name_follow(name, link->head.location, next, err);
	// What is asked besides web servers is for the user to say, not a server.
	if (!r && next->kind != NET_HTTP)
		r = err_set(err, -ENOTSUP, file->name, ERR_NOWHERE,
			    "the server sends us to %s: name that file itself",
			    link->head.location);
	if (!r)
		*name = *next;
	mem_free(next);
	return r;
}

static int visit_all(struct http_file *file, struct http_link *link,
		     struct net_name *name, uint64_t len, struct err *err)
{
	int r = net_name_parse(file->name, name, err);

	for (unsigned hops = 0; !r; hops++) {
		r = visit(file, link, name, len, err);
		if (r || !is_redirection(link->head.status))
			break;
		if (hops == HTTP_MAX_HOPS)
			return err_set(err, -ELOOP, file->name, ERR_NOWHERE,
				       "the server sends us elsewhere over %u "
				       "times",
				       HTTP_MAX_HOPS);
		r = follow(file, link, name, err);
	}
	return r ? r : take_facts(file, link, len, err);
}

int http_begin(struct http_file *file, struct http_link *link, uint64_t len,
	       struct err *err)
{
	struct net_name *name = mem_alloc(sizeof(*name));
	int r;

	if (!name)
		return err_nomem(err);
	r = visit_all(file, link, name, len, err);
	mem_free(name);
	if (r)
		http_close(link);
	return r;
}

int http_ask(const struct http_file *file, struct http_link *link, uint64_t off,
	     uint64_t len, uint64_t *ret_len, struct err *err)
{
	const struct http_head *head = &link->head;
	int r;

	if (link->fd < 0) {
		link->at = link->end = 0;
		r = net_peer_connect(&file->peer, file->patience.connect,
				     link->stop, &link->fd);
		if (r)
			return broken(file, r, err);
	}
	r = request(file, link, off, len, err);
	// All of the file: If-Range does not hold, so it is another one; or the
	// server went back to knowing no ranges.
	if (!r && head->status == 200)
		return is_same(file, head, head->length)
			       ? err_set(err, -ENOTSUP, file->name, ERR_NOWHERE,
					 "the server sends no parts of the "
					 "file any more")
			       : changed(file, err);
	if (!r && (head->status == 412 || head->status == 416))
		return changed(file, err);
	if (!r && head->status != 206)
		r = refused(file, head->status, err);
	if (!r)
		r = check_encoding(file, head, err);
	if (!r)
		r = check_part(file, head, off, len, err);
	if (!r && !is_same(file, head, head->total))
		r = changed(file, err);
	if (!r)
		*ret_len = head->last - head->first + 1;
	return r;
}

// --- The body ---------------------------------------------------------------

// Reads a line between chunks, without its end.
static int read_line(const struct http_file *file, struct http_link *link,
		     char text[HTTP_MAX_LINE], size_t *ret, struct err *err)
{
	for (;;) {
		const char *s = link->buf + link->at;
		const char *end = memchr(s, '\n', link->end - link->at);
		size_t n = (size_t)(end ? end - s : 0);
		int r;

		if (n >= HTTP_MAX_LINE ||
		    (!end && link->end - link->at >= HTTP_MAX_LINE))
			return err_corrupt(err, file->name, ERR_NOWHERE,
					   "the size of a chunk is none");
		if (!end) {
			r = fill(file, link, err);
			if (r)
				return r;
			continue;
		}
		memcpy(text, s, n);
		link->at += n + 1;
		*ret = n && text[n - 1] == '\r' ? n - 1 : n;
		return 0;
	}
}

// Fields behind the last chunk, up to an empty line (RFC 9112, 7.1.2): they say
// nothing to us, but stand before the next answer.
static int skip_trailer(const struct http_file *file, struct http_link *link,
			struct err *err)
{
	char text[HTTP_MAX_LINE];

	for (unsigned i = 0; i < HTTP_MAX_TRAILER; i++) {
		size_t n;
		int r = read_line(file, link, text, &n, err);

		if (r || !n)
			return r;
	}
	return err_corrupt(err, file->name, ERR_NOWHERE,
			   "over %u lines follow the last chunk",
			   HTTP_MAX_TRAILER);
}

// Goes on to the next chunk.
static int next_chunk(const struct http_file *file, struct http_link *link,
		      struct err *err)
{
	char text[HTTP_MAX_LINE];
	size_t n;
	int r = link->is_in_chunk ? read_line(file, link, text, &n, err) : 0;

	if (!r && link->is_in_chunk && n)
		r = err_corrupt(err, file->name, ERR_NOWHERE,
				"a chunk is longer than it says");
	if (!r)
		r = read_line(file, link, text, &n, err);
	if (!r)
		r = http_chunk_decode(text, n, &link->left, err);
	if (r)
		return r;
	link->is_in_chunk = true;
	if (link->left)
		return 0;
	link->is_done = true;
	return skip_trailer(file, link, err);
}

int http_body(const struct http_file *file, struct http_link *link, void *data,
	      size_t room, size_t *ret, struct err *err)
{
	size_t have = link->end - link->at;
	int r = 0;

	if (link->head.is_chunked && !link->left && !link->is_done)
		r = next_chunk(file, link, err);
	if (r)
		return r;
	*ret = 0;
	if (link->is_done || !room)
		return 0;
	have = link->end - link->at;
	if (room > link->left)
		room = (size_t)link->left;
	if (have) {
		*ret = have < room ? have : room;
		memcpy(data, link->buf + link->at, *ret);
		link->at += *ret;
	} else {
		r = net_receive(link->fd, data, room, file->patience.silent,
				link->stop, ret);
	}
	if (r)
		return broken(file, r, err);
	if (!*ret && link->left != TO_THE_END)
		return ended(file, err);
	if (link->left != TO_THE_END)
		link->left -= *ret;
	link->is_done = !*ret || (!link->head.is_chunked && !link->left);
	return 0;
}

void http_end(const struct http_file *file, struct http_link *link)
{
	char byte;
	size_t n = 0;

	// More than was asked for, or an end that is not clear: the next answer
	// could not be told from the rest of this one.
	if (!link->is_done && http_body(file, link, &byte, 1, &n, NULL))
		n = 1;
	if (n || !link->is_done || link->head.will_close ||
	    link->left == TO_THE_END)
		http_close(link);
}
