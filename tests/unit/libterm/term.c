// SPDX-License-Identifier: MIT
//
// A terminal on a pseudo terminal: taken over, asked for its size, left as it was.

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "term.h"
#include "test.h"

static int person, line; // the two ends
static struct termios found;

static void open_line(unsigned rows, unsigned columns)
{
	struct winsize size = {.ws_row = (unsigned short)rows,
			       .ws_col = (unsigned short)columns};

	person = posix_openpt(O_RDWR | O_NOCTTY);
	check(person >= 0 && !grantpt(person) && !unlockpt(person));
	line = open(ptsname(person), O_RDWR | O_NOCTTY);
	check(line >= 0);
	check(!ioctl(line, TIOCSWINSZ, &size));
	check(!tcgetattr(line, &found));
}

static void close_line(void)
{
	close(line);
	close(person);
}

static void type(const char *text)
{
	check(write(person, text, strlen(text)) == (ssize_t)strlen(text));
}

// What the terminal got so far.
static const char *seen(void)
{
	static char text[8192];
	struct pollfd p = {.fd = person, .events = POLLIN};
	size_t n = 0;

	while (n < sizeof(text) - 1 && poll(&p, 1, 0) > 0) {
		ssize_t done = read(person, text + n, sizeof(text) - 1 - n);

		check(done > 0);
		n += (size_t)done;
	}
	text[n] = 0;
	return text;
}

static bool is_as_found(void)
{
	struct termios now;

	check(!tcgetattr(line, &now));
	return now.c_iflag == found.c_iflag && now.c_oflag == found.c_oflag &&
	       now.c_cflag == found.c_cflag && now.c_lflag == found.c_lflag &&
	       !memcmp(now.c_cc, found.c_cc, sizeof(now.c_cc));
}

static struct term *start(const struct term_caps *caps)
{
	struct err err = {0};
	struct term *t;

	check_ok(term_open(line, line, caps, &t, &err), &err);
	return t;
}

static struct term_key key_of(struct term *t)
{
	struct term_key key = {0};
	struct err err = {0};

	check_ok(term_read_key(t, 5000, &key, &err), &err);
	return key;
}

static void test_left_as_found(void)
{
	static const struct term_caps caps[] = {{.has_other_screen = true},
						{0}};
	static const char *const last[] = {"\033[?1049l", "\033[H\033[2J"};
	struct err err = {0};
	const char *text;
	struct term *t;

	for (int i = 0; i < 2; i++) {
		open_line(30, 100);
		t = start(&caps[i]);
		check(!is_as_found());
		check_eq(term_screen(t)->rows, 30);
		check_eq(term_screen(t)->columns, 100);
		check_eq(!!strstr(seen(), "\033[?1049h"), !i);
		term_put(term_screen(t), 0, 0, 9, TERM_PLAIN, "Disk");
		check_ok(term_show(t, &err), &err);
		check(strstr(seen(), "Disk"));
		check_ok(term_show(t, &err), &err);
		check(!*seen()); // nothing is new
		term_restore(t);
		check(is_as_found());
		text = seen();
		check(strstr(text, "\033[?25h"));
		check(!strcmp(text + strlen(text) - strlen(last[i]), last[i]));
		check_ok(term_resume(t, &err), &err);
		check(!is_as_found());
		seen();
		check_ok(term_show(t, &err), &err);
		check(strstr(seen(), "Disk")); // all of it
		term_close(t);
		check(is_as_found());
		close_line();
	}
	term_close(NULL);
	term_restore(NULL);
}

// A serial line does not know its size; the terminal at its end does, or not.
static void test_asked(void)
{
	static const struct term_caps caps = {0};
	struct term *t;

	open_line(0, 0);
	type("x\033[50;132R");
	t = start(&caps);
	check_eq(term_screen(t)->rows, 50);
	check_eq(term_screen(t)->columns, 132);
	check(strstr(seen(), "\033[6n"));
	term_close(t);
	t = start(&caps); // nobody answers
	check_eq(term_screen(t)->rows, 24);
	check_eq(term_screen(t)->columns, 80);
	type("\033[60;90R");
	term_refresh(t);
	check_eq(term_screen(t)->rows, 60);
	term_close(t);
	close_line();
}

static void test_keys(void)
{
	static const struct term_caps caps = {0};
	struct winsize size = {.ws_row = 40, .ws_col = 90};
	const struct term_screen *s;
	struct term_key key;
	struct term *t;

	open_line(24, 80);
	t = start(&caps);
	s = term_screen(t);
	check_eq(term_read_key(t, 0, &key, NULL), -ETIMEDOUT);
	type("a\033[A");
	check_eq(key_of(t).character, 'a');
	check_eq(key_of(t).code, TERM_KEY_UP);
	type("\033");
	check_eq(key_of(t).code, TERM_KEY_ESCAPE);
	type("\033[200~b\r\033[201~c");
	check_eq(key_of(t).code, TERM_KEY_PASTE);
	check(key_of(t).is_pasted);
	key = key_of(t);
	check(key.code == TERM_KEY_ENTER && key.is_pasted);
	check_eq(key_of(t).code, TERM_KEY_PASTE_END);
	check(!key_of(t).is_pasted);
	type("\003"); // no signal
	check_eq(key_of(t).modifiers, TERM_CTRL);
	check(!ioctl(person, TIOCSWINSZ, &size));
	check_eq(key_of(t).code, TERM_KEY_RESIZE);
	check(s == term_screen(t));
	check_eq(s->rows, 40);
	check_eq(s->columns, 90);
	close(person);
	check_eq(term_read_key(t, 5000, &key, NULL), -EPIPE);
	term_close(t);
	close(line);
}

static void test_no_terminal(void)
{
	static const struct term_caps caps = {0};
	struct term *t = NULL;
	int ends[2];

	check(!pipe(ends));
	check_eq(term_open(ends[0], ends[1], &caps, &t, NULL), -ENOTTY);
	check(!t);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	test_left_as_found();
	test_asked();
	test_keys();
	test_no_terminal();
	return 0;
}
