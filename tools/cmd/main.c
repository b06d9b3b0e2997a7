// SPDX-License-Identifier: MIT
//
// One binary for all commands, chosen by the name it is called by or by the
// first argument, as busybox does.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cmd.h"

extern const struct command __start_commands[], __stop_commands[];

static const struct command *find_command(const char *name)
{
	for (const struct command *c = __start_commands; c < __stop_commands;
	     c++)
		if (!strcasecmp(c->name, name))
			return c;
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(const struct command *const *)a)->name,
		      (*(const struct command *const *)b)->name);
}

// Calls show for each command, in order of names.
static int each_command(void (*show)(const struct command *c))
{
	size_t n = (size_t)(__stop_commands - __start_commands);
	const struct command **sorted = mem_array(n, sizeof(*sorted));

	if (!sorted)
		return CMD_FAILED;
	for (size_t i = 0; i < n; i++)
		sorted[i] = &__start_commands[i];
	qsort(sorted, n, sizeof(*sorted), by_name);
	for (size_t i = 0; i < n; i++)
		show(sorted[i]);
	mem_free(sorted);
	return CMD_OK;
}

static void show_summary(const struct command *c)
{
	printf("  %-10s %s\n", c->name, c->summary);
}

static void show_name(const struct command *c)
{
	puts(c->name);
}

static const char usage[] = "usage: slipway help [COMMAND [TOPIC]]\n";

COMMAND(help, "help", "show this list", usage);

static int show_list(void)
{
	printf("slipway %s: deploy Windows images and virtual disks\n\n",
	       cmd_version);
	puts("usage: slipway COMMAND [ARGUMENT...]\n"
	     "       COMMAND [ARGUMENT...]   through a link of that name\n"
	     "       slipway --list-commands | --version\n\n"
	     "commands (COMMAND --help or COMMAND /? tells more):");
	return each_command(show_summary);
}

static int unknown(const char *word)
{
	char text[CMD_SIMILAR_TEXT];
	struct cmd_similar s;

	cmd_similar_begin(&s, word);
	for (const struct command *c = __start_commands; c < __stop_commands;
	     c++)
		cmd_similar_add(&s, c->name);
	return cmd_misuse("slipway", "%s: there is no such command%s", word,
			  cmd_similar_end(&s, text));
}

static bool asks_for_help(const char *arg)
{
	return !strcmp(arg, "--help") || !strcmp(arg, "-h") ||
	       !strcmp(arg, "/?") || !strcmp(arg, "-?");
}

static bool show_topic(const struct command *c, const char *topic,
		       const char *more)
{
	return topic && c->help && c->help(topic, more);
}

// "/? TOPIC" and "TOPIC /?" are the same. Other words beside it are those of
// somebody who stopped to ask.
static void show_help(const struct command *c, int at, int argc, char **argv)
{
	const char *topic = at + 1 < argc ? argv[at + 1]
			    : at > 1      ? argv[1]
					  : NULL;

	if (!show_topic(c, topic, at + 2 < argc ? argv[at + 2] : NULL))
		fputs(c->usage, stdout);
}

static int run(const struct command *c, int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		if (asks_for_help(argv[i])) {
			show_help(c, i, argc, argv);
			return CMD_OK;
		}
	}
	return c->run(argc, argv);
}

// "help COMMAND TOPIC" is "COMMAND /? TOPIC"; a verb that the usage text holds is
// a topic too.
static int cmd_help(int argc, char **argv)
{
	const struct command *c = argc > 1 ? find_command(argv[1]) : NULL;

	if (argc < 2)
		return show_list();
	if (!c)
		return unknown(argv[1]);
	if (show_topic(c, argv[2], argc > 3 ? argv[3] : NULL))
		return CMD_OK;
	if (argc > 2 && !strcasestr(c->usage, argv[2]))
		return cmd_misuse("help", "%s has no topic %s", argv[1],
				  argv[2]);
	fputs(c->usage, stdout);
	return CMD_OK;
}

static int show_version(void)
{
	printf("slipway %s\n", cmd_version);
	return CMD_OK;
}

static int show_names(void)
{
	return each_command(show_name);
}

// What the program tells when it is asked by its first word alone, or NULL.
static int (*told_for(const char *word))(void)
{
	if (asks_for_help(word))
		return show_list;
	if (!strcmp(word, "--version"))
		return show_version;
	return !strcmp(word, "--list-commands") ? show_names : NULL;
}

static int choose(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const struct command *c = find_command(slash ? slash + 1 : argv[0]);
	int (*tell)(void);

	if (c)
		return run(c, argc, argv);
	if (argc < 2) {
		show_list();
		return CMD_MISUSE;
	}
	tell = told_for(argv[1]);
	if (tell && argc > 2)
		return cmd_misuse("slipway", "%s: nothing goes with %s",
				  argv[2], argv[1]);
	if (tell)
		return tell();
	c = find_command(argv[1]);
	if (c)
		return run(c, argc - 1, argv + 1);
	return unknown(argv[1]);
}

int main(int argc, char **argv)
{
	int status;

	cmd_catch_signals();
	status = choose(argc, argv);

	// What could not be written must not look like success.
	errno = 0;
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "slipway: standard output: %s\n",
			errno ? strerror(errno)
			      : "not all of it could be written");
		return CMD_FAILED;
	}
	return status;
}
