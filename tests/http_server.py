#!/usr/bin/env python3
"""A web server for tests: http_server.py FOLDER

Serves the files of a folder by ranges, on a port of the loopback address, which it
prints; then a line for each request: its path and range. The first part of a path
may be a way to behave: /drop/x.wim cuts each third connection in the middle of the
body, /whole/x.wim sends no ranges, /busy/x.wim says 503 for a second after the
first answer, /changed/x.wim is another file with each answer, /moved/x.wim leads
to x.wim.
"""
import http.server
import os
import sys
import time

COUNT = {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def refuse(self, status, *fields):
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def part(self, size):
        unit, _, span = self.headers.get("Range", "").partition("=")
        first, _, last = span.partition("-")
        if unit != "bytes" or not size:
            return None
        return int(first), min(int(last or size - 1), size - 1)

    def do_GET(self):
        way, _, name = self.path.lstrip("/").rpartition("/")
        COUNT.setdefault(way, []).append(time.monotonic())
        number = len(COUNT[way])
        path = os.path.join(sys.argv[1], name.partition("?")[0])
        print(self.path, self.headers.get("Range", "-"), flush=True)
        if way == "moved":
            return self.refuse(302, ("Location", "../" + name))
        if way == "busy" and number > 1 and time.monotonic() < COUNT[way][0] + 1:
            return self.refuse(503)
        if not os.path.isfile(path):
            return self.refuse(404)
        with open(path, "rb") as file:
            self.send(way, number, file, os.path.getsize(path))

    def send(self, way, number, file, size):
        tag = number if way == "changed" else int(os.stat(file.name).st_mtime)
        span = None if way == "whole" else self.part(size)
        first, last = span or (0, size - 1)
        if first > last:
            return self.refuse(416, ("Content-Range", "bytes */%d" % size))
        self.send_response(206 if span else 200)
        if span:
            self.send_header("Content-Range",
                             "bytes %d-%d/%d" % (first, last, size))
        self.send_header("ETag", '"%s"' % tag)
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        file.seek(first)
        left = last - first + 1
        if way == "drop" and number % 3 == 0 and left > 1000:
            self.wfile.write(file.read(left // 2))
            self.close_connection = True
            return
        while left:
            data = file.read(min(left, 1 << 20))
            self.wfile.write(data)
            left -= len(data)

    def log_message(self, *_):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print("port", server.server_address[1], flush=True)
    server.serve_forever()


main()
