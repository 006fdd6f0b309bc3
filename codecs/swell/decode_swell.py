#!/usr/bin/env python3
"""A decoder of swell streams, written from docs/swell_format.md and docs/swell_small_format.md alone.

    decode_swell.py STREAM ARRAY     # writes the array's bytes, prints its dtype and shape

It knows nothing of the library and uses nothing but Python's standard library: it shows that the
documents are enough. It is slow and raises ValueError, IndexError or struct.error where a stream is
damaged.
"""

import ctypes
import itertools
import struct
import sys

DTYPES = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16",
          "float32", "float64", "bfloat16"]
SIZES = [1, 2, 4, 8, 1, 2, 4, 8, 2, 4, 8, 2]
RAW, FAST, SMALL, SMALLEST = range(4)
INTEGER, ORDERED, MULTIPLE, QUOTIENT = range(4)


def expect(holds, what):
    if not holds:
        raise ValueError(what)


def signed(number, bits):
    """The signed integer of `bits` bits that is `number` modulo 2^bits."""
    number &= (1 << bits) - 1
    return number - (1 << bits) if number >> (bits - 1) else number


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


class Reader:
    """Takes numbers from the front of bytes."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def bytes(self, size):
        expect(self.at + size <= len(self.data), "cut off")
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, code):
        return struct.unpack("<" + code, self.bytes(struct.calcsize("<" + code)))[0]

    def varint(self):
        value = 0
        for shift in range(0, 70, 7):
            byte = self.number("B")
            value |= (byte & 127) << shift
            if byte < 128:
                return value
        raise ValueError("a varint of more than ten bytes")

    def rest(self):
        return self.bytes(len(self.data) - self.at)


class Bits:
    """Takes bits from bytes, the lowest of each byte first."""

    def __init__(self, data):
        self.bits = int.from_bytes(data, "little")
        self.left = 8 * len(data)

    def take(self, count):
        self.left -= count
        expect(self.left >= 0, "too few bits")
        value = self.bits & ((1 << count) - 1)
        self.bits >>= count
        return value


class Rans:
    """One state of rANS, and words that it may share with others."""

    def __init__(self, state, words):
        self.state = state
        self.words = words

    def symbol(self, table):
        bits, symbols, starts, frequencies = table
        slot = self.state & ((1 << bits) - 1)
        symbol = symbols[slot]
        self.state = frequencies[symbol] * (self.state >> bits) + slot - starts[symbol]
        self.state &= 0xffffffff
        if self.state < 1 << 16:
            self.state = self.state << 16 | self.words.number("H")
        return symbol


# ---- level fast: frames[t][y][x] of a group


def fast_frames(data, bits, count, height, width):
    reader = Reader(data)
    predictors = reader.number("B"), reader.number("B")
    rows = reader.number("B")
    expect(rows in (1, 2, 4), "rows of a block")
    control_size, planes_size = reader.number("I"), reader.number("I")
    control = Reader(reader.bytes(control_size))
    planes = Reader(reader.bytes(planes_size))
    signs = Bits(reader.rest()[:-8])
    columns = 32 // rows
    frames = []
    for t in range(count):
        frame = [[0] * (columns * -(-width // columns)) for _ in range(rows * -(-height // rows))]
        for top in range(0, height, rows):
            strip = read_strip(control, planes, signs, -(-width // columns), bits)
            for block, values in enumerate(strip):
                for i, value in enumerate(values):
                    frame[top + i // columns][block * columns + i % columns] = value
        frame = [row[:width] for row in frame[:height]]
        undo_differences(frame, frames[-1] if frames else None, predictors[t > 0])
        frames.append([[signed(k, bits) for k in row] for row in frame])
    return frames


def read_strip(control, planes, signs, blocks, bits):
    """The 32 values of each block."""
    field = control.number("B")
    expect(field <= 7, "bits of a field")
    widths = Bits(control.bytes((field * blocks + 7) // 8))
    strip = []
    for _ in range(blocks):
        values = [0] * 32
        width = widths.take(field)
        expect(width <= bits, "planes of a block")
        for j in range(width):
            word = planes.number("I")
            for i in range(32):
                values[i] |= (word >> i & 1) << j
        strip.append(values)
    return [[-m if m and signs.take(1) else m for m in values] for values in strip]


def undo_differences(frame, former, predictor):
    for y, row in enumerate(frame):
        if predictor & 1:
            row[:] = itertools.accumulate(row)
        if predictor & 2 and y > 0:
            row[:] = [k + above for k, above in zip(row, frame[y - 1])]
    if predictor & 4:
        for row, before in zip(frame, former):
            row[:] = [k + other for k, other in zip(row, before)]


# ---- levels small and smallest

REACHES = [  # of a stencil: rows y - 1, y - 2, y - 3; former frames' rows y - 3 to y + 3
    ([1, None, None], [None, 0, 1, 2, 1, 0, None]),
    ([2, 1, None], [None, 2, 2, 2, 2, 2, None]),
    ([1, 1, None], [None, None, 1, 3, 2, 1, 0]),
]


def taps_of(stencil):
    above, former = REACHES[stencil]
    rows = [(0, -1 - i, reach) for i, reach in enumerate(above)]
    rows += [(-dt, i - 3, reach) for dt in (1, 2) for i, reach in enumerate(former)]
    return [(dt, dy, dx) for dt, dy, reach in rows if reach is not None
            for dx in range(-reach, reach + 1)]


def nibbles(data):
    return [half for byte in data for half in (byte & 15, byte >> 4)]


def read_table(reader, size):
    bits = reader.number("B")
    expect(8 <= bits <= 12, "bits of a table")
    count = reader.varint()
    frequencies = []
    while len(frequencies) < count:
        frequencies.append(reader.varint())
        if frequencies[-1] == 0:
            frequencies += [0] * reader.varint()
    expect(len(frequencies) == count <= size and sum(frequencies) == 1 << bits, "a table")
    starts = list(itertools.accumulate([0] + frequencies))
    symbols = [symbol for symbol, f in enumerate(frequencies) for _ in range(f)]
    return bits, symbols, starts, frequencies


class Model:

    def __init__(self, data):
        reader = Reader(data)
        stencil, lanes, sets, tables = reader.bytes(4)
        expect(stencil <= 2 and 1 <= lanes <= 8 and 1 <= sets <= 3 and 1 <= tables <= 16, "model")
        self.lanes = 32 * lanes
        taps = taps_of(stencil)
        self.sets = []
        for former in range(sets):
            self.sets.append([(tap, reader.number("h")) for tap in taps if -tap[0] <= former])
        self.first_contexts = nibbles(reader.bytes(16))
        self.flagged_contexts = nibbles(reader.bytes(2))
        self.contexts = nibbles(reader.bytes(128 if sets > 1 else 0)) or [0] * 256
        self.tables = [read_table(reader, 72) for _ in range(tables)]
        self.flag_tables = [read_table(reader, 256) for _ in range(2)]
        expect(all(bits == 12 for bits, *_ in self.flag_tables), "bits of a table of flags")
        expect(not reader.rest(), "something behind the model")


class SmallGroup:

    def __init__(self, data, model, count, height, width):
        reader = Reader(data)
        self.model, self.height, self.width = model, height, width
        self.first_value = reader.number("H")
        flag_size, words_size, flag_state = (reader.number("I") for _ in range(3))
        states = [reader.number("I") for _ in range(min(model.lanes, width))]
        self.flags = Rans(flag_state, Reader(reader.bytes(flag_size)))
        words = Reader(reader.bytes(words_size))
        self.lanes = [Rans(state, words) for state in states]
        self.raw_bits = Bits(reader.rest())
        self.d = {}  # (t, y, x): differences, and magnitudes of residuals; 0 where there is none
        self.m = {}
        self.frames = [self.frame(t) for t in range(count)]

    def frame(self, t):
        rows = []
        for y in range(self.height):
            self.row(t, y)
            first = rows[-1][0] if y else self.former[0][0] if t else self.first_value
            differences = [self.d[t, y, x] for x in range(self.width)]
            differences[0] += first
            rows.append([signed(k, 16) for k in itertools.accumulate(differences)])
        self.former = rows
        return rows

    def row(self, t, y):
        levels = [self.levels(t, y, x) for x in range(self.width)]
        blocks = [range(x, min(x + 32, self.width)) for x in range(0, self.width, 32)]
        for first in range(0, len(blocks), 8):
            eight = blocks[first:first + 8]
            quiet = [all(levels[x] == (0, 0) for x in block) for block in eight]
            flags = self.flags.symbol(self.model.flag_tables[all(quiet)]) if any(quiet) else 0
            for i, block in enumerate(eight):
                for x in block:
                    prediction, fraction = self.predict(t, y, x)
                    r = 0
                    if not quiet[i] or flags >> i & 1:
                        r = self.residual(t, x, levels[x], quiet[i], min(abs(fraction) >> 9, 3))
                    self.m[t, y, x] = min(abs(r), 63)
                    self.d[t, y, x] = signed(prediction + (-r if fraction < 0 else r), 16)

    def levels(self, t, y, x):
        m = lambda dt, dy, dx: self.m.get((t + dt, y + dy, x + dx), 0)
        above = 2 * m(0, -1, 0) + m(0, -1, -1) + m(0, -1, 1)
        former = 2 * m(-1, 0, 0) + m(-1, 0, -1) + m(-1, 0, 1) + m(-1, -1, 0) + m(-1, 1, 0)
        return (sum(above >= threshold for threshold in (1, 2, 3, 5, 8, 15, 32)),
                sum(former >= threshold for threshold in (1, 2, 4, 8, 14, 24, 50)))

    def predict(self, t, y, x):
        total = 2048
        for (dt, dy, dx), coefficient in self.model.sets[min(t, len(self.model.sets) - 1)]:
            total += coefficient * self.d.get((t + dt, y + dy, x + dx), 0)
        total = signed(total, 32)
        return total >> 12, (total & 4095) - 2048

    def residual(self, t, x, levels, quiet, part):
        above, former = levels
        model = self.model
        if quiet:
            table = model.flagged_contexts[part]
        elif t == 0:
            table = model.first_contexts[part * 8 + above]
        else:
            table = model.contexts[part * 64 + above * 8 + former]
        z = self.lanes[x % len(self.lanes)].symbol(model.tables[table])
        if z >= 48:
            bits = (z - 48) // 2 + 3
            z = ((2 + z % 2) << bits) + self.raw_bits.take(bits) + 32 & 0xffff
        return -(z + 1) // 2 if z & 1 else z // 2


# ---- the stream


def to_value(n, kind, dtype, step):
    """The bytes of the value that n stands for."""
    size = SIZES[dtype]
    n = signed(n, 64 if size == 8 else 32)
    if kind == INTEGER:
        return (n & ((1 << 8 * size) - 1)).to_bytes(size, "little")
    if kind == ORDERED:
        m = signed(n, 8 * size)
        m ^= (1 << (8 * size - 1)) - 1 if m < 0 else 0
        return (m & ((1 << 8 * size) - 1)).to_bytes(size, "little")
    expect(DTYPES[dtype] in ("float32", "float64"), "kind")
    as_float = ctypes.c_float if size == 4 else ctypes.c_double
    # Of two float32, products are exact in float64 and quotients round alike.
    x = as_float(n).value
    x = as_float(x * step if kind == MULTIPLE else x / step)
    return bytes(x)


class Header:

    def __init__(self, reader):
        fields = struct.unpack("<4s8B", reader.bytes(12))
        (magic, version, self.dtype, self.level, mode, self.kind, self.bits, rank, zero) = fields
        expect((magic, version, zero) == (b"swel", 1, 0), "not a stream of version 1")
        expect(self.dtype < 12 and self.level < 4 and mode < 3 and self.kind < 4 and 1 <= rank <= 4,
               "a field out of range")
        self.shape = [reader.varint() for _ in range(rank)]
        if mode != 0:
            reader.number("d")
        self.step = reader.number("d") if self.kind in (MULTIPLE, QUOTIENT) else None
        self.base, model, groups = 0, None, 1
        self.n, self.t, self.h, self.w = [1] * (4 - rank) + self.shape
        if self.level != RAW:
            size = SIZES[self.dtype]
            expect(self.bits in {1: [16], 2: [16], 4: [16, 32], 8: [16, 32, 64]}[size], "bits")
            base = reader.varint()
            self.base = -(base + 1) // 2 if base & 1 else base // 2
            self.group_frames = reader.varint()
            expect(self.group_frames > 0, "frames of a group")
            model = reader.bytes(reader.varint())
            groups = self.n * -(-self.t // self.group_frames)
        self.groups = [(reader.varint(), reader.number("I")) for _ in range(groups)]
        checksum = crc32c(reader.data[:reader.at])
        expect(reader.number("I") == checksum, "the header's checksum")
        self.model = Model(model) if self.level in (SMALL, SMALLEST) else None


def group_values(header, data, count):
    size = SIZES[header.dtype]
    reader = Reader(data)
    exceptions, at = [], 0
    for _ in range(reader.varint()):
        at += reader.varint()
        length = reader.varint()
        exceptions.append((at, length, reader.bytes(size)))
        at += length
    if header.level == FAST:
        frames = fast_frames(reader.rest(), header.bits, count, header.h, header.w)
    else:
        expect(header.bits == 16, "bits")
        frames = SmallGroup(reader.rest(), header.model, count, header.h, header.w).frames
    values = [to_value(header.base + k, header.kind, header.dtype, header.step)
              for frame in frames for row in frame for k in row]
    for at, length, value in exceptions:
        expect(at + length <= len(values), "exceptions")
        values[at:at + length] = [value] * length
    return b"".join(values)


def decode(stream):
    """The dtype's name, the shape and the array's bytes."""
    reader = Reader(stream)
    header = Header(reader)
    array = []
    for i, (size, checksum) in enumerate(header.groups):
        data = reader.bytes(size)
        expect(crc32c(data) == checksum, "the checksum of group %d" % i)
        if header.level == RAW:
            array.append(data)
            continue
        first = i % (len(header.groups) // header.n) * header.group_frames
        array.append(group_values(header, data, min(header.group_frames, header.t - first)))
    expect(not reader.rest(), "something behind the last group")
    array = b"".join(array)
    expect(len(array) == SIZES[header.dtype] * header.n * header.t * header.h * header.w, "size")
    return DTYPES[header.dtype], header.shape, array


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], "rb") as file:
        dtype, shape, array = decode(file.read())
    with open(sys.argv[2], "wb") as file:
        file.write(array)
    print(dtype, shape)


if __name__ == "__main__":
    main()
