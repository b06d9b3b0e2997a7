// SPDX-License-Identifier: MIT
//
// The terminal itself: its modes (POSIX termios, and private modes of DEC and
// xterm), its size, bytes to it and keys from it.

#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "term_priv.h"

enum {
	INPUT = 512,       // bytes that wait to be understood
	ESCAPE_MS = 100,   // a key's bytes come within this, by ssh too
	ANSWER_MS = 400,   // and a terminal's answer to a question
	LOOK_MS = 1000,    // how often the size is looked at
	DEFAULT_ROWS = 24, // of a terminal that does not tell
	DEFAULT_COLUMNS = 80,
};

struct term {
	int in, out;
	struct term_caps caps;
	struct termios found;       // as it was before
	struct term_screen *wanted; // what is drawn on
	struct term_screen *shown;  // what the terminal shows
	bool is_known;              // what it shows is `shown`
	bool tells_size;            // by ioctl
	bool is_pasting;
	uint8_t input[INPUT];
	size_t input_size;
};

// No wrap at the edge; arrows as CSI; pasted text is marked as such.
#define ENTER "\033[?7l\033[?1l\033>\033[?2004h"
#define LEAVE "\033[?2004l\033[?7h\033[?25h\033[m"
static const char enter_other[] = "\033[?1049h" ENTER;
static const char leave_other[] = LEAVE "\033[?1049l";
static const char enter_same[] = ENTER;
// where nothing comes back there is at least a clean screen
static const char leave_same[] = LEAVE "\033[H\033[2J";

static int fail(struct err *err, const char *doing)
{
	int code = errno;

	return err_set(err, -code, "terminal", ERR_NOWHERE, "%s: %s", doing,
		       strerror(code));
}

// Returns more than 0 when it is ready, 0 when time is over, less for a signal.
static int wait_ready(int fd, short events, int ms)
{
	struct pollfd p = {.fd = fd, .events = events};

	return poll(&p, 1, ms);
}

static int write_all(int fd, const char *data, size_t n, struct err *err)
{
	while (n) {
		ssize_t done = write(fd, data, n);

		if (done < 0 && errno == EAGAIN)
			wait_ready(fd, POLLOUT, LOOK_MS);
		else if (done < 0 && errno != EINTR)
			return fail(err, "writing to it");
		if (done > 0) {
			data += done;
			n -= (size_t)done;
		}
	}
	return 0;
}

static int write_text(const struct term *t, const char *text, struct err *err)
{
	return write_all(t->out, text, strlen(text), err);
}

// --- Taking over, leaving ----------------------------------------------------

static int set_raw(const struct term *t, struct err *err)
{
	struct termios raw = t->found;

	raw.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INLCR | IGNCR | ISTRIP |
				   PARMRK | IXON);
	raw.c_oflag &= ~(tcflag_t)OPOST;
	raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	return tcsetattr(t->in, TCSADRAIN, &raw) ? fail(err, "its modes") : 0;
}

int term_resume(struct term *t, struct err *err)
{
	int r = set_raw(t, err);

	t->is_known = false;
	if (r)
		return r;
	return write_text(t,
			  t->caps.has_other_screen ? enter_other : enter_same,
			  err);
}

void term_restore(const struct term *t)
{
	ssize_t done;

	if (!t)
		return;
	done = t->caps.has_other_screen
		       ? write(t->out, leave_other, sizeof(leave_other) - 1)
		       : write(t->out, leave_same, sizeof(leave_same) - 1);
	(void)done;
	tcsetattr(t->in, TCSANOW, &t->found);
}

static void free_term(struct term *t)
{
	term_screen_free(t->wanted);
	term_screen_free(t->shown);
	mem_free(t);
}

void term_close(struct term *t)
{
	if (!t)
		return;
	term_restore(t);
	free_term(t);
}

// --- Its size ----------------------------------------------------------------

static int resize(struct term *t, unsigned rows, unsigned columns,
		  struct err *err)
{
	struct term_screen *wanted = NULL, *shown = NULL;
	int r = term_screen_new(rows, columns, &wanted, err);

	if (!r)
		r = term_screen_new(rows, columns, &shown, err);
	if (r) {
		term_screen_free(wanted);
		return r;
	}
	// who draws has the pointer
	if (t->wanted) {
		struct term_screen swap = *t->wanted;

		*t->wanted = *wanted;
		*wanted = swap;
		term_screen_free(wanted);
	} else {
		t->wanted = wanted;
	}
	term_screen_free(t->shown);
	t->shown = shown;
	t->is_known = false;
	return 0;
}

static bool told_size(const struct term *t, unsigned *rows, unsigned *columns)
{
	struct winsize size;

	if (ioctl(t->out, TIOCGWINSZ, &size) || !size.ws_row || !size.ws_col)
		return false;
	*rows = size.ws_row;
	*columns = size.ws_col;
	return true;
}

static size_t take_key(struct term *t, bool is_end, struct term_key *ret)
{
	size_t n = term_key_decode(t->input, t->input_size,
				   is_end || t->input_size == INPUT, ret);

	memmove(t->input, t->input + n, t->input_size - n);
	t->input_size -= n;
	return n;
}

// Reads what is there into the buffer.
static int read_input(struct term *t, struct err *err)
{
	ssize_t n =
		read(t->in, t->input + t->input_size, INPUT - t->input_size);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (!n || (n < 0 && errno == EIO))
		return err_set(err, -EPIPE, "terminal", ERR_NOWHERE,
			       "it is gone");
	if (n < 0)
		return fail(err, "reading from it");
	t->input_size += (size_t)n;
	return 0;
}

// Sends the cursor to the far corner and asks where it is. Keys that are pressed
// meanwhile are lost.
static bool ask_size(struct term *t, unsigned *rows, unsigned *columns)
{
	struct term_key key;

	if (write_text(t, "\0337\033[999;999H\033[6n\0338", NULL))
		return false;
	while (wait_ready(t->in, POLLIN, ANSWER_MS) > 0 &&
	       !read_input(t, NULL)) {
		while (t->input_size && take_key(t, false, &key)) {
			if (key.code != TERM_KEY_PLACE)
				continue;
			*rows = key.row;
			*columns = key.column;
			return true;
		}
	}
	return false;
}

static int find_size(struct term *t, struct err *err)
{
	unsigned rows = DEFAULT_ROWS, columns = DEFAULT_COLUMNS;

	t->tells_size = told_size(t, &rows, &columns);
	if (!t->tells_size)
		ask_size(t, &rows, &columns);
	return resize(t, rows, columns, err);
}

// Whether the terminal has another size now, which is taken then.
static int look_at_size(struct term *t, bool *ret_changed, struct err *err)
{
	unsigned rows, columns;

	*ret_changed = false;
	if (!t->tells_size || !told_size(t, &rows, &columns) ||
	    (rows == t->wanted->rows && columns == t->wanted->columns) ||
	    rows > TERM_MAX_SIDE || columns > TERM_MAX_SIDE)
		return 0;
	*ret_changed = true;
	return resize(t, rows, columns, err);
}

int term_open(int in, int out, const struct term_caps *caps, struct term **ret,
	      struct err *err)
{
	struct term *t;
	int r;

	if (!isatty(in) || !isatty(out))
		return err_set(err, -ENOTTY, "terminal", ERR_NOWHERE,
			       "this is none");
	t = mem_alloc(sizeof(*t));
	if (!t)
		return err_nomem(err);
	t->in = in;
	t->out = out;
	t->caps = *caps;
	if (tcgetattr(in, &t->found)) {
		r = fail(err, "its modes");
		free_term(t);
		return r;
	}
	r = term_resume(t, err);
	if (!r)
		r = find_size(t, err);
	if (r) {
		term_close(t);
		return r;
	}
	*ret = t;
	return 0;
}

// --- Showing, keys -----------------------------------------------------------

struct term_screen *term_screen(struct term *t)
{
	return t->wanted;
}

const struct term_caps *term_caps(const struct term *t)
{
	return &t->caps;
}

void term_refresh(struct term *t)
{
	t->is_known = false;
	if (!t->tells_size)
		best_effort(find_size(t, NULL));
}

int term_show(struct term *t, struct err *err)
{
	const struct term_screen *w = t->wanted;
	struct term_bytes out = {0};
	int r = term_redraw(t->is_known ? t->shown : NULL, w, &t->caps, &out,
			    err);

	t->is_known = false;
	if (!r)
		r = write_all(t->out, out.data, out.size, err);
	mem_free(out.data);
	if (r)
		return r;
	memcpy(t->shown->cells, w->cells,
	       (size_t)w->rows * w->columns * sizeof(*w->cells));
	t->shown->has_cursor = w->has_cursor;
	t->shown->cursor_row = w->cursor_row;
	t->shown->cursor_column = w->cursor_column;
	t->is_known = true;
	return 0;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// A key that is whole, or by `is_end` will not become so.
static bool next_key(struct term *t, bool is_end, struct term_key *ret)
{
	struct term_key key;

	if (!t->input_size || !take_key(t, is_end, &key))
		return false;
	if (key.code == TERM_KEY_PASTE || key.code == TERM_KEY_PASTE_END)
		t->is_pasting = key.code == TERM_KEY_PASTE;
	key.is_pasted = t->is_pasting;
	*ret = key;
	return true;
}

int term_read_key(struct term *t, int timeout_ms, struct term_key *ret,
		  struct err *err)
{
	int64_t end = now_ms() + timeout_ms;
	bool has_size_changed;

	for (;;) {
		int64_t left = timeout_ms < 0 ? LOOK_MS : end - now_ms();
		int wait = t->input_size    ? ESCAPE_MS
			   : left > LOOK_MS ? LOOK_MS
			   : left < 0       ? 0
					    : (int)left;
		int r, ready;

		if (next_key(t, false, ret))
			return 0;
		r = look_at_size(t, &has_size_changed, err);
		if (r)
			return r;
		if (has_size_changed) {
			*ret = (struct term_key){.code = TERM_KEY_RESIZE};
			return 0;
		}
		ready = wait_ready(t->in, POLLIN, wait);
		r = ready > 0 ? read_input(t, err) : 0;
		if (r)
			return r;
		if (ready)
			continue;
		if (next_key(t, true, ret))
			return 0;
		if (timeout_ms >= 0 && now_ms() >= end)
			return -ETIMEDOUT;
	}
}
