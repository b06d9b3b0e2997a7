#!/usr/bin/env python3
"""Prints every message that a user can meet, one a line: FILE:LINE: CALL: TEXT.

usage: tests/messages.py [--texts] [FILE...]      (without files: all of tools/,
the environment's scripts and those of build/; --texts: without the arguments)

Of C, each call of a function that takes a message (err_set, cmd_misuse and the
like, fprintf, and whatever bears format(printf)) is printed whole; and each
other text of two words or more, since many messages are chosen first (`? :`,
tables) and given later. Usage texts are none of them: `--help` shows those.
Of scripts, each line that calls a function which speaks.

`make messages` shows the list. It is to be read by a person who asks of each:
does it name its object, once? is it true, and whole? are its words those of a
user? does it say what to do next? What of that a script can see is checked by
tests/lint/messages.sh.
"""

import glob
import re
import sys

SPEAKS = re.compile(
    r"^(err_set|err_corrupt|err_bad_text|cmd_fail|cmd_warn|cmd_misuse|cmd_note"
    r"|fprintf|fputs|printf|puts|dprintf)$"
)
SHELL = re.compile(
    r"(^|[;&|({]|\bthen|\belse|\bdo)\s*(fail|warn|show|step|die|say|echo|printf) (.*)"
)
LITERAL = re.compile(r'"(?:\\.|[^"\\])*"')
TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'"
    r"|[A-Za-z_]\w*|\s+|.",
    re.S,
)


class Call:
    def __init__(self, name, line):
        self.name, self.line, self.text, self.speaks = name, line, "", False


def squeeze(text):
    """The pieces of a text joined, white space made one."""
    text = re.sub(r'"\s*"', "", text)
    return re.sub(r"\s+", " ", text).strip()


def speaking(source):
    """Names of functions that take a printf format and are declared here."""
    found = re.findall(r"(\w+)\([^;{}]*?\)\s*__attribute__\(\(format", source, re.S)
    found += re.findall(
        r"__attribute__\(\(format\([^)]*\)\)\)[^;{(]*?(\w+)\(", source, re.S
    )
    return set(found)


def messages_of_c(path, known):
    """Yields (line, call, text)."""
    source = open(path, encoding="utf-8").read()
    line, stack, previous = 1, [], ""
    is_macro = is_text = False
    texts = []  # of the expression read: pieces of one literal

    def flush():
        nonlocal texts
        if texts:
            text = "".join(t[1:-1] for _, t in texts)
            if not any(c.speaks for c in stack) and re.search(r"\w \w", text):
                name = stack[-1].name if stack else "text"
                yield texts[0][0], name, '"' + text + '"'
        texts = []

    for match in TOKEN.finditer(source):
        token = match.group()
        at = line
        line += token.count("\n")
        if token.startswith(("//", "/*")):
            continue
        if token.startswith("#") and source[: match.start()].endswith("\n"):
            is_macro = True
        if is_macro and "\n" in token:
            is_macro = False
        for call in stack:
            call.text += token
        if token.isspace():
            continue
        if token.startswith('"'):
            if not is_macro:
                texts.append((at, token))
        else:
            yield from flush()
        if token == "(":
            call = Call(previous, at)
            call.speaks = bool(SPEAKS.match(previous)) or previous in known
            stack.append(call)
        elif token == ")" and stack:
            call = stack.pop()
            if call.speaks and '"' in call.text and not any(c.speaks for c in stack):
                yield call.line, call.name, squeeze(call.text[:-1])
        elif token in "{}":
            stack.clear()
        previous = token


def messages_of_shell(path):
    line, text = 0, ""
    for number, part in enumerate(open(path, encoding="utf-8"), 1):
        if not text:
            line = number
        text += part.strip().removesuffix("\\")
        if part.rstrip().endswith("\\"):
            continue
        match = SHELL.search(text)
        if match and not text.startswith("#") and re.search(r"\w \w", match[3]):
            yield line, match[2], match[3]
        text = ""


def is_usage(text):
    """Usage texts end their lines; messages are one."""
    return text.startswith('"usage:') or text.count("\\n") > 3


def main():
    arguments = sys.argv[1:]
    is_texts = arguments[:1] == ["--texts"]
    files = arguments[is_texts:] or sorted(
        glob.glob("tools/**/*.c", recursive=True)
        + glob.glob("build/*.sh")
        + glob.glob("rootfs/init")
        + glob.glob("rootfs/etc/slipway/*")
    )
    known = {"report"}
    for path in glob.glob("tools/**/*.[ch]", recursive=True):
        known |= speaking(open(path, encoding="utf-8").read())
    for path in files:
        if path.endswith(".c"):
            found = messages_of_c(path, known)
        else:
            found = messages_of_shell(path)
        for line, call, text in found:
            if is_texts and path.endswith(".c"):
                text = " ".join(LITERAL.findall(text))
            if text and not is_usage(text):
                print(f"{path}:{line}: {call}: {text}")


main()
