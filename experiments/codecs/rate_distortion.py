"""Draws what a value costs at which error: swell beside SZ3, zfp, JPEG and HEVC.

    python3 -m venv venv && venv/bin/pip install -r experiments/codecs/rate_distortion_requirements.txt
    bazel run //codecs:compare -- waves4.h5 --fields=shaded --bound-steps --peers=none --codecs=swell \\
        --bounds=1e-3,2e-3,4e-3,6e-3,8e-3,1.2e-2,2e-2,4e-2 --out=/tmp/shaded
    bazel run //codecs:compare -- waves4.h5 --fields=height --peers=none --codecs=swell \\
        --bounds=3e-2,1e-2,3e-3,1e-3,3e-4,1e-4,1e-5 --out=/tmp/height
    venv/bin/python experiments/codecs/rate_distortion.py waves4.h5 docs/rate_distortion.png \\
        /tmp/shaded/codecs.json /tmp/height/codecs.json

swell's points are rows of codecs.json; the others' are measured here, on the same fields. The peak
of PSNR is the field's range. JPEG and HEVC take the 256 levels that `shaded` has.
"""

import argparse
import io
import json

import av
import h5py
import matplotlib
import numpy as np
import zfpy
from PIL import Image
from pysz import sz, szConfig, szErrorBoundMode

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

BOUNDS = {"shaded": [2.5e-3, 4e-3, 6e-3, 8e-3, 1.2e-2, 2e-2, 4e-2],
          "height": [3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 1e-5]}
QUALITIES = [30, 50, 75, 90, 95, 98]
FACTORS = [0, 6, 10, 14, 18, 24, 30]
STYLES = {  # colour, marker
    "swell smallest": ("#08306b", "o"), "swell small": ("#2171b5", "o"),
    "swell fast": ("#6baed6", "o"), "SZ3": ("#d94801", "s"), "zfp": ("#8c6d31", "^"),
    "JPEG": ("#31a354", "D"), "HEVC": ("#756bb1", "v"),
}


def psnr(original, decoded):
    error = np.mean(np.square(original.astype(np.float64) - decoded))
    peak = float(original.max()) - float(original.min())
    return 10 * np.log10(peak * peak / error) if error else None


def through_sz3(array, bound):
    config = szConfig()
    config.errorBoundMode = szErrorBoundMode.ABS
    config.absErrorBound = bound
    encoded, _ = sz.compress(array, config)
    return encoded.nbytes, sz.decompress(encoded, array.dtype, array.shape)[0]


def through_zfp(array, bound):
    encoded = zfpy.compress_numpy(array, tolerance=bound)
    return len(encoded), zfpy.decompress_numpy(encoded)


def through_jpeg(array, quality):
    size, decoded = 0, np.empty_like(array)
    for frame, out in zip(array, decoded):
        memory = io.BytesIO()
        Image.fromarray(np.round(frame * 255).astype(np.uint8)).save(memory, "JPEG", quality=quality)
        size += memory.tell()
        out[...] = np.asarray(Image.open(memory), np.float32) / 255
    return size, decoded


def through_hevc(array, factor):
    memory = io.BytesIO()
    with av.open(memory, "w", format="matroska") as container:
        stream = container.add_stream("libx265", rate=25, options={
            "crf": str(factor), "x265-params": "log-level=error"})
        stream.height, stream.width = array.shape[1:]
        stream.pix_fmt = "gray"
        stream.codec_context.gop_size = 100
        for frame in np.round(array * 255).astype(np.uint8):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="gray")))
        container.mux(stream.encode())
    memory.seek(0)
    with av.open(memory) as container:
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    return memory.getbuffer().nbytes, np.stack(frames).astype(np.float32) / 255


def points(through, settings, field):
    """(bits a value, PSNR) of a codec, sequence by sequence, at each of its settings."""
    found = []
    for setting in settings:
        results = [through(sequence, setting) for sequence in field]
        decoded = np.stack([decoded for _, decoded in results])
        found.append((8 * sum(size for size, _ in results) / field.size, psnr(field, decoded)))
    return [point for point in found if point[1] is not None]


def swell_points(rows, data, level):
    chosen = [row for row in rows if row["data"] == data and row["codec"] == "swell:" + level]
    bounded = [(32 / row["ratio"], row["psnr_db"]) for row in chosen if row["psnr_db"] is not None]
    lossless = [32 / row["ratio"] for row in chosen if row["bound"] == 0]
    return sorted(bounded), lossless


def draw(axes, data, curves, lossless):
    for name, curve in curves.items():
        if not curve:
            continue
        colour, marker = STYLES[name]
        axes.plot(*zip(*sorted(curve)), color=colour, marker=marker, markersize=4, linewidth=1.5,
                  linestyle="--" if name in ("JPEG", "HEVC") else "-", label=name)
    for name, bits in lossless.items():
        axes.axvline(bits, color=STYLES[name][0], linewidth=0.8, linestyle=":")
        axes.text(bits, 1.0, "lossless ", rotation=90, fontsize=7, color=STYLES[name][0],
                  ha="right", va="top", transform=axes.get_xaxis_transform())
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter(lambda bits, _: "%g" % round(bits, 3))
    axes.set_xlabel("bits a value (32 as stored)")
    axes.set_title(data)
    axes.grid(color="0.9")
    axes.legend(fontsize=8, frameon=False, loc="lower right")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", help="HDF5 file with the fields shaded and height")
    parser.add_argument("out", help="PNG to write")
    parser.add_argument("reports", nargs="+", help="codecs.json of //codecs:compare")
    arguments = parser.parse_args()
    rows = []
    for report in arguments.reports:
        with open(report) as file:
            rows += json.load(file)["rows"]
    figure, both = plt.subplots(1, 2, figsize=(9, 4), constrained_layout=True)
    with h5py.File(arguments.data, "r") as file:
        for axes, (data, bounds) in zip(both, BOUNDS.items()):
            field = file[data][...]
            curves, lossless = {}, {}
            for level in ["smallest", "small", "fast"]:
                curves["swell " + level], exact = swell_points(rows, data, level)
                if exact and data == "shaded" and level != "smallest":
                    lossless["swell " + level] = exact[0]
            curves["SZ3"] = points(through_sz3, bounds, field)
            curves["zfp"] = points(through_zfp, bounds, field)
            if data == "shaded":
                curves["JPEG"] = points(through_jpeg, QUALITIES, field)
                curves["HEVC"] = points(through_hevc, FACTORS, field)
            draw(axes, data, curves, lossless)
            for name, curve in curves.items():
                print(data, name, " ".join("%.3f:%.1f" % point for point in sorted(curve)))
    both[0].set_ylabel("PSNR, dB")
    figure.savefig(arguments.out, dpi=100)


if __name__ == "__main__":
    main()
