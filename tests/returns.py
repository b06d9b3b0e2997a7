#!/usr/bin/env python3
"""Says which error codes a public header does not tell of: those that the body of
a function gives by their names. A comment that says "as other_function" tells of
that one's codes too. Codes that a body only passes on are not looked for."""
import glob
import re
import sys

NAME = re.compile(r'\b([a-z][a-z0-9_]*)\(')
CODE = re.compile(r'\bE[A-Z0-9]{3,}\b')
BODY = re.compile(r'^(?!static)[a-z][^;{}\n]*?\b([a-z][a-z0-9_]*)\([^;{}]*\)\n'
                  r'\{\n(.*?)^\}', re.M | re.S)


def prototypes(path):
    """(name, declaration, comment): the comment above, or the group's."""
    comment, group, lines = [], '', iter(open(path, encoding='utf-8'))
    for line in lines:
        if line.startswith('//'):
            comment.append(line[2:].strip())
        elif re.match(r'[a-z][^#=]*\(', line) and not line.startswith(
                ('static', 'typedef', '_Static')):
            while ';' not in line and '{' not in line:
                line += next(lines)
            group = ' '.join(comment) or group
            name = NAME.search(line)
            if name:
                yield name.group(1), line, group
            comment = []
        elif not line.strip() and comment:
            group, comment = ' '.join(comment), []
        elif re.match(r'[#a-z{}]', line) and not re.match(
                r'(struct \w+|typedef .*);$', line):
            comment, group = [], ''


def given(body):
    """What a body gives, not what it compares with."""
    codes = set(re.findall(r'(?<![!=]= )-(E[A-Z0-9]{3,})\b', body))
    if 'err_corrupt(' in body:
        codes.add('EBADMSG')
    if 'err_nomem(' in body:
        codes.add('ENOMEM')
    return codes


def main():
    comments, where = {}, {}
    for path in sorted(glob.glob('tools/include/*.h')):
        for name, line, comment in prototypes(path):
            comments[name], where[name] = comment, (path, line)
    bodies = {}
    for path in glob.glob('tools/lib*/**/*.c', recursive=True):
        for name, body in BODY.findall(open(path, encoding='utf-8').read()):
            bodies[name] = body

    def told(name, seen):
        if name in seen or name not in comments:
            return set()
        seen.add(name)
        codes = set(CODE.findall(comments[name]))
        passed_on = re.split(r'\b[Aa]s\b', comments[name], maxsplit=1)[1:]
        for other in re.findall(r'\b[a-z][a-z0-9]*_[a-z0-9_]+', ' '.join(passed_on)):
            codes |= told(other, seen)
        return codes

    bad = looked = 0
    for name, (path, line) in where.items():
        if name not in bodies:
            continue
        looked += 1
        if 'struct err *' in line and line.startswith('int ') and not re.search(
                r'[Rr]eturn|\b[Aa]s (that|[a-z0-9]+_)', comments[name]):
            print(f'{path}: {name}: nothing says what it returns')
            bad = 1
        missing = given(bodies[name]) - told(name, set())
        if missing:
            print(f'{path}: {name}: gives', *(f'-{c}' for c in sorted(missing)))
            bad = 1
    if looked < 300:
        print(f'only {looked} functions were found')
        bad = 1
    return bad


sys.exit(main())
