// SPDX-License-Identifier: MIT
//
// The head of an HTTP answer and the lines between chunks, decoded once (RFC
// 9112, 4, 5, 7.1; RFC 9110, 8.6, 8.8, 14.4). Fields that say nothing to us are
// only looked at for their form.

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "net_priv.h"

struct text {
	const char *s;
	size_t size;
};

// A line may end without CR (RFC 9112, 2.2); some small servers do that.
size_t http_head_length(const char *data, size_t size)
{
	size_t line = 0; // where it begins

	for (size_t i = 0; i < size; i++) {
		if (data[i] != '\n')
			continue;
		if (i == line || (i == line + 1 && data[line] == '\r'))
			return i + 1;
		line = i + 1;
	}
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct text trim(struct text t)
{
	while (t.size && is_blank(t.s[t.size - 1]))
		t.size--;
	while (t.size && is_blank(*t.s)) {
		t.s++;
		t.size--;
	}
	return t;
}

static bool is_word(struct text t, const char *word)
{
	return t.size == strlen(word) && !strncasecmp(t.s, word, t.size);
}

// Takes the part before a mark off the front. Without the mark: all of it.
static struct text cut(struct text *t, char mark)
{
	const char *end = t->size ? memchr(t->s, mark, t->size) : NULL;
	struct text front = {t->s, end ? (size_t)(end - t->s) : t->size};
	size_t n = front.size + (end != NULL);

	t->s += n;
	t->size -= n;
	return front;
}

static struct text cut_line(struct text *t)
{
	struct text line = cut(t, '\n');

	if (line.size && line.s[line.size - 1] == '\r')
		line.size--;
	return line;
}

// Digits alone, below 2^63.
static bool number(struct text t, uint64_t *ret)
{
	uint64_t n = 0;

	if (!t.size || t.size > 18)
		return false;
	for (size_t i = 0; i < t.size; i++) {
		if (!isdigit((unsigned char)t.s[i]))
			return false;
		n = n * 10 + (uint64_t)(t.s[i] - '0');
	}
	*ret = n;
	return true;
}

// --- Fields -----------------------------------------------------------------

static int copy(struct text t, char *to, size_t room, const char *what,
		struct err *err)
{
	if (t.size >= room)
		return err_set(err, -EFBIG, "HTTP answer", ERR_NOWHERE,
			       "its %s has over %zu bytes", what, room - 1);
	for (size_t i = 0; i < t.size; i++)
		if (iscntrl((unsigned char)t.s[i]))
			return err_corrupt(err, "HTTP answer", ERR_NOWHERE,
					   "its %s has a control character",
					   what);
	memcpy(to, t.s, t.size);
	to[t.size] = 0;
	return 0;
}

// Sent twice it must say the same (RFC 9110, 8.6): otherwise where the next
// answer begins is a guess.
static int length(struct text t, struct http_head *head, struct err *err)
{
	uint64_t n;

	if (!number(t, &n) || (head->has_length && n != head->length))
		return err_corrupt(err, "HTTP answer", ERR_NOWHERE,
				   "its Content-Length is none");
	head->has_length = true;
	head->length = n;
	return 0;
}

// "bytes 0-99/1000", "bytes 0-99/*", "bytes */1000" (RFC 9110, 14.4); the last
// is that of status 416.
static int range(struct text t, struct http_head *head, struct err *err)
{
	struct text unit = cut(&t, ' '), span = trim(cut(&t, '/'));
	struct text first = cut(&span, '-');
	uint64_t last = 0;

	if (!is_word(unit, "bytes") || head->has_range || head->has_total)
		goto corrupt;
	head->has_range = !is_word(first, "*");
	head->has_total = !is_word(t, "*");
	if (head->has_range && (!number(first, &head->first) ||
				!number(span, &last) || head->first > last))
		goto corrupt;
	if (head->has_total && (!number(t, &head->total) ||
				(head->has_range && last >= head->total)))
		goto corrupt;
	head->last = last;
	return 0;
corrupt:
	return err_corrupt(err, "HTTP answer", ERR_NOWHERE,
			   "its Content-Range is none");
}

static int transfer(struct text t, struct http_head *head, struct err *err)
{
	if (is_word(t, "identity"))
		return 0;
	if (!is_word(t, "chunked") || head->is_chunked)
		return err_set(err, -ENOTSUP, "HTTP answer", ERR_NOWHERE,
			       "it comes in a transfer coding other than "
			       "chunked");
	head->is_chunked = true;
	return 0;
}

static void connection(struct text t, struct http_head *head)
{
	while (t.size) {
		struct text word = trim(cut(&t, ','));

		if (is_word(word, "close"))
			head->will_close = true;
		else if (is_word(word, "keep-alive"))
			head->will_close = false;
	}
}

static int field(struct text name, struct text t, struct http_head *head,
		 struct err *err)
{
	if (is_word(name, "content-length"))
		return length(t, head, err);
	if (is_word(name, "content-range"))
		return range(t, head, err);
	if (is_word(name, "transfer-encoding"))
		return transfer(t, head, err);
	if (is_word(name, "etag"))
		return copy(t, head->tag, sizeof(head->tag), "ETag", err);
	if (is_word(name, "last-modified"))
		return copy(t, head->date, sizeof(head->date), "Last-Modified",
			    err);
	if (is_word(name, "location"))
		return copy(t, head->location, sizeof(head->location),
			    "Location", err);
	if (is_word(name, "connection"))
		connection(t, head);
	if (is_word(name, "content-encoding") && !is_word(t, "identity"))
		head->is_encoded = true;
	if (is_word(name, "content-type")) {
		t = trim(cut(&t, ';'));
		if (t.size < sizeof(head->type))
			return copy(t, head->type, sizeof(head->type),
				    "Content-Type", err);
	}
	return 0;
}

// --- Lines ------------------------------------------------------------------

// "HTTP/1.1 206 Partial Content"
static int status(struct text t, struct http_head *head, struct err *err)
{
	struct text version = cut(&t, ' '), code = cut(&t, ' ');
	uint64_t n;

	if (version.size != 8 || strncmp(version.s, "HTTP/1.", 7) ||
	    !isdigit((unsigned char)version.s[7]) || code.size != 3 ||
	    !number(code, &n) || n < 100 || n > 599)
		return err_corrupt(err, "HTTP answer", ERR_NOWHERE,
				   "that is no web server: its answer does "
				   "not begin with HTTP/1.x and a number");
	head->status = (unsigned)n;
	// 1.0 closes, 1.1 does not, unless a field says so (RFC 9112, 9.3).
	head->will_close = version.s[7] == '0';
	return 0;
}

// A name ends with its colon, without blanks between (RFC 9112, 5.1); a line
// that begins with a blank goes on with the one before, which nobody may send
// any more (RFC 9112, 5.2). Programs read both differently, so neither is
// guessed at.
static int line(struct text t, struct http_head *head, struct err *err)
{
	struct text name = cut(&t, ':');
	bool has_colon = t.s > name.s + name.size;

	if (!has_colon || !name.size || memchr(name.s, ' ', name.size) ||
	    memchr(name.s, '\t', name.size))
		return err_corrupt(err, "HTTP answer", ERR_NOWHERE,
				   "one of its header lines is no \"name: "
				   "value\"");
	return field(name, trim(t), head, err);
}

int http_head_decode(const char *data, size_t size, struct http_head *ret,
		     struct err *err)
{
	struct text rest = {data, size}, first = cut_line(&rest);
	int r;

	*ret = (struct http_head){0};
	r = memchr(data, 0, size) ? err_corrupt(err, "HTTP answer", ERR_NOWHERE,
						"its head holds NUL bytes")
				  : status(first, ret, err);
	while (rest.size && !r) {
		struct text t = cut_line(&rest);

		if (t.size)
			r = line(t, ret, err);
	}
	// The length of what comes in chunks is the chunks', whatever else is
	// said (RFC 9112, 6.3).
	if (ret->is_chunked)
		ret->has_length = false;
	return r;
}

int http_chunk_decode(const char *data, size_t size, uint64_t *ret,
		      struct err *err)
{
	// What follows a semicolon are extensions, to be ignored (RFC 9112,
	// 7.1.1).
	struct text t = {data, size}, hex = trim(cut(&t, ';'));
	uint64_t n = 0;

	if (!hex.size || hex.size > 15)
		goto corrupt;
	for (size_t i = 0; i < hex.size; i++) {
		int c = tolower((unsigned char)hex.s[i]);

		if (!isxdigit(c))
			goto corrupt;
		n = n << 4 | (uint64_t)(isdigit(c) ? c - '0' : c - 'a' + 10);
	}
	*ret = n;
	return 0;
corrupt:
	return err_corrupt(err, "HTTP answer", ERR_NOWHERE,
			   "the size of a chunk is none");
}
