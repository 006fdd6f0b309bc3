"""Encodes and decodes arrays with codecs that other people use, and measures them.

    python codec_peers.py zfp

Answers requests, one JSON object a line each way, from standard input to standard output, until
the input ends. What a package prints goes to standard error.

{"op": "hello"} -> {"versions": {"zfpy": "1.0.1", ...}}
{"op": "measure", "path": "array.raw", "dtype": "float32", "shape": [100, 184, 184],
 "codec": "zfp", "bound": 0.001, "levels": false, "repeats": 5} ->
{"bytes": 81234, "encode_seconds": [...], "decode_seconds": [...], "exact": false,
 "max_error": 0.0007, "squared_error": 1.25}

`path` has the array's bytes, row-major. "bound": the largest absolute error, 0 for lossless, null
for a codec that promises none. "levels": the values are k / 255 (of float32: k times 1 / 255 in
float32). A failure is {"error": "why"}. Everything runs in one thread; before the repeats there is
a round that is not timed, and every decoded array is compared.
"""

import importlib.metadata
import io
import json
import os
import sys
import time

import numpy

LEVEL = numpy.float32(1 / 255)


def to_levels(array):
    return array if array.dtype == numpy.uint8 else numpy.rint(array * 255).astype(numpy.uint8)


def from_levels(levels, out):
    if out.dtype == numpy.uint8:
        out[...] = levels
    else:
        numpy.multiply(levels, LEVEL, out=out, dtype=numpy.float32, casting="unsafe")


class Sz3:
    """Of levels the nearest ones are taken behind the clock, so they are lossless."""

    packages = ["pysz"]

    def __init__(self, request):
        from pysz import sz, szConfig, szErrorBoundMode
        self.sz = sz
        self.levels = request["levels"]
        self.config = szConfig()
        self.config.errorBoundMode = szErrorBoundMode.ABS
        self.config.absErrorBound = 0.49 / 255 if self.levels else request["bound"]

    def encode(self, array):
        return self.sz.compress(array, self.config)[0]

    def size(self, encoded):
        return encoded.nbytes

    def decode(self, encoded, out):
        return self.sz.decompress(encoded, out.dtype, out.shape)[0]

    def finish(self, decoded):
        if not self.levels:
            return decoded
        out = numpy.empty_like(decoded)
        from_levels(to_levels(decoded), out)
        return out


class Codec:
    """What most of them have in common: encoded bytes, decoded into `out`."""

    def size(self, encoded):
        return len(encoded)

    def finish(self, decoded):
        return decoded


class Zfp(Codec):
    packages = ["zfpy"]

    def __init__(self, request):
        import zfpy
        self.zfpy = zfpy
        # Without a tolerance: reversible.
        self.options = {"tolerance": request["bound"]} if request["bound"] else {}

    def encode(self, array):
        return self.zfpy.compress_numpy(array, **self.options)

    def decode(self, encoded, out):
        return self.zfpy.decompress_numpy(encoded)


class Blosc2(Codec):
    packages = ["blosc2"]

    def __init__(self, request):
        import blosc2
        self.blosc2 = blosc2
        codec = {"blosc2:lz4": blosc2.Codec.LZ4, "blosc2:zstd": blosc2.Codec.ZSTD}
        self.parameters = blosc2.CParams(codec=codec[request["codec"]], clevel=5, nthreads=1,
                                         typesize=numpy.dtype(request["dtype"]).itemsize,
                                         filters=[blosc2.Filter.SHUFFLE])
        self.decoding = blosc2.DParams(nthreads=1)

    def encode(self, array):
        return self.blosc2.compress2(array, cparams=self.parameters)

    def decode(self, encoded, out):
        self.blosc2.decompress2(encoded, dst=out, dparams=self.decoding)
        return out


class Video(Codec):
    """Frames of gray levels as a film in a Matroska container."""

    packages = ["av"]
    coders = {
        "ffv1": ("ffv1", {"level": "3", "coder": "1", "context": "1"}),
        "hevc:14": ("libx265", {
            "crf": "14",
            "x265-params": "pools=none:frame-threads=1:log-level=error",
        }),
    }

    def __init__(self, request):
        import av
        self.av = av
        self.coder, self.options = self.coders[request["codec"]]

    def encode(self, array):
        frames = to_levels(array).reshape(-1, *array.shape[-2:])
        memory = io.BytesIO()
        with self.av.open(memory, "w", format="matroska") as container:
            stream = container.add_stream(self.coder, rate=25, options=self.options)
            stream.height, stream.width = frames.shape[1:]
            stream.pix_fmt = "gray"
            stream.codec_context.thread_count = 1
            stream.codec_context.gop_size = 100
            for frame in frames:
                image = self.av.VideoFrame.from_ndarray(frame, format="gray")
                container.mux(stream.encode(image))
            container.mux(stream.encode())
        return memory.getvalue()

    def decode(self, encoded, out):
        frames = out.reshape(-1, *out.shape[-2:])
        count = 0
        with self.av.open(io.BytesIO(encoded)) as container:
            container.streams.video[0].codec_context.thread_count = 1
            for image in container.decode(video=0):
                from_levels(image.to_ndarray(format="gray"), frames[count])
                count += 1
        if count != len(frames):
            raise RuntimeError("%d frames came back, not %d" % (count, len(frames)))
        return out


CODECS = {"sz3": Sz3, "zfp": Zfp, "blosc2": Blosc2, "ffv1": Video, "hevc": Video}


def errors(original, decoded):
    """Bit for bit, the largest and the sum of squares."""
    if original.tobytes() == decoded.tobytes():
        return {"exact": True, "max_error": 0.0, "squared_error": 0.0}
    difference = numpy.abs(original.astype(numpy.float64) - decoded.astype(numpy.float64))
    return {"exact": False, "max_error": float(difference.max()),
            "squared_error": float(numpy.square(difference).sum())}


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def measure(codec_class, request):
    shape = tuple(request["shape"])
    array = numpy.fromfile(request["path"], dtype=request["dtype"]).reshape(shape)
    codec = codec_class(request)
    out = numpy.zeros_like(array)
    encode_seconds, decode_seconds = [], []
    worst = {"exact": True, "max_error": 0.0, "squared_error": 0.0}
    for _ in range(request["repeats"] + 1):
        seconds, encoded = timed(lambda: codec.encode(array))
        encode_seconds.append(seconds)
        out.view(numpy.uint8).fill(0xA5)
        seconds, decoded = timed(lambda: codec.decode(encoded, out))
        decode_seconds.append(seconds)
        found = errors(array, codec.finish(decoded))
        if found["max_error"] >= worst["max_error"] and not found["exact"]:
            worst = found
    if not numpy.isfinite(worst["squared_error"]):
        raise RuntimeError("values that are not finite did not come back")
    return {"bytes": int(codec.size(encoded)), "encode_seconds": encode_seconds[1:],
            "decode_seconds": decode_seconds[1:], **worst}


def answer(name, request):
    codec_class = CODECS[name]
    if request["op"] == "measure":
        return measure(codec_class, request)
    names = ["numpy"] + codec_class.packages
    return {"versions": {package: importlib.metadata.version(package) for package in names}}


def main():
    # Packages print on standard output, C libraries below Python's: the replies get their own.
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        try:
            reply = answer(sys.argv[1], json.loads(line))
        except Exception as error:  # pylint: disable=broad-except
            reply = {"error": "%s: %s" % (type(error).__name__, error)}
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    main()
