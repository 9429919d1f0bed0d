#!/usr/bin/env python3
"""Draws icon.png of the packages, 128 x 128, from the console's icon.svg: ./eng/icon.py, with Python alone.

The picture is a rounded square and one path of lines and cubic curves; each pixel is sampled 8 x 8 times.
"""
import pathlib
import re
import struct
import zlib

SIZE, SAMPLES, STEPS = 128, 8, 24
ENG = pathlib.Path(__file__).resolve().parent


def colour(text):
    return tuple(int(text[at:at + 2], 16) for at in (1, 3, 5))


def outline(path):
    """The corners of the path's one closed line; curves as short straight pieces."""
    tokens = re.findall(r"[a-zA-Z]|-?\d+(?:\.\d+)?", path)
    points, x, y, verb, at = [], 0.0, 0.0, "", 0
    while at < len(tokens):
        if tokens[at].isalpha():
            verb, at = tokens[at], at + 1
            continue
        take = {"M": 2, "c": 6, "l": 2}[verb]
        n = [float(token) for token in tokens[at:at + take]]
        at += take
        if verb == "M":
            x, y = n
            points.append((x, y))
        elif verb == "l":
            x, y = x + n[0], y + n[1]
            points.append((x, y))
        else:
            bx, by, cx, cy, dx, dy = x + n[0], y + n[1], x + n[2], y + n[3], x + n[4], y + n[5]
            for step in range(1, STEPS + 1):
                t = step / STEPS
                u = 1 - t
                points.append((u**3 * x + 3 * u * u * t * bx + 3 * u * t * t * cx + t**3 * dx,
                               u**3 * y + 3 * u * u * t * by + 3 * u * t * t * cy + t**3 * dy))
            x, y = dx, dy
    return points


def in_outline(points, x, y):
    inside = False
    for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1]):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside


def in_square(side, radius, x, y):
    dx, dy = max(radius - x, x - (side - radius), 0), max(radius - y, y - (side - radius), 0)
    return dx * dx + dy * dy <= radius * radius


def main():
    svg = (ENG / "../src/Peregrine.Console/web/src/icon.svg").read_text()
    side = float(re.search(r'viewBox="0 0 (\d+) \1"', svg)[1])
    radius, ground = float(re.search(r'rx="(\d+)"', svg)[1]), colour(re.search(r'<rect[^>]*fill="(#\w{6})"', svg)[1])
    bird, front = outline(re.search(r'<path d="([^"]+)"', svg)[1]), colour(re.search(r'<path[^>]*fill="(#\w{6})"', svg)[1])
    rows = bytearray()
    for row in range(SIZE):
        rows.append(0)
        for column in range(SIZE):
            square = shape = 0
            for sample in range(SAMPLES * SAMPLES):
                x = (column + (sample % SAMPLES + 0.5) / SAMPLES) * side / SIZE
                y = (row + (sample // SAMPLES + 0.5) / SAMPLES) * side / SIZE
                if in_square(side, radius, x, y):
                    square += 1
                    shape += in_outline(bird, x, y)
            rows += bytes((f * shape + g * (square - shape)) // max(square, 1) for f, g in zip(front, ground))
            rows.append(255 * square // (SAMPLES * SAMPLES))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    (ENG / "icon.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0))
                                   + chunk(b"IDAT", zlib.compress(bytes(rows), 9)) + chunk(b"IEND", b""))


main()
