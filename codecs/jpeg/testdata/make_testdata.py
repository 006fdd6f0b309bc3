#!/usr/bin/env python3
"""Writes the JPEG files of this folder and the luminance that they hold.

    pip install pillow numpy && ./make_testdata.py       # pillow 13.0, libjpeg-turbo 3.2

arithmetic.jpg needs libjpeg-turbo's cjpeg. Every NAME.jpg decodes to NAME.pgm.
"""
import subprocess

import numpy as np
from PIL import Image

y, x = np.mgrid[0:18, 0:24]
levels = np.rint(127.5 + 120 * np.sin(np.hypot(x - 7, y - 11) / 2)).astype(np.uint8)
odd = levels[:13, :21]  # reaches over blocks on both sides
rgb = np.stack([levels, levels, levels], axis=2)
colours = np.stack([levels, 255 - levels, (x * 10).astype(np.uint8)], axis=2)


def save(name, image, **options):
    image.save(name + ".jpg", **options)
    with Image.open(name + ".jpg") as read_back:
        read_back.draft("L", None)  # the component Y as it is, not Y of the decoded RGB
        save_levels(name, np.asarray(read_back.convert("L")))


def save_levels(name, values):
    Image.fromarray(values).save(name + ".pgm")


save_levels("source", levels)
save_levels("source_odd", odd)
save("gray", Image.fromarray(levels))
save("gray_odd_q90", Image.fromarray(odd), quality=90)
save("rgb", Image.fromarray(rgb))
save("rgb_odd_q90", Image.fromarray(rgb[:13, :21]), quality=90)
save("colours", Image.fromarray(colours))
save("colours_444", Image.fromarray(colours), subsampling=0)
save("progressive", Image.fromarray(rgb), progressive=True)
save("restart", Image.fromarray(rgb), restart_marker_rows=1)
Image.fromarray(colours).convert("CMYK").save("cmyk.jpg")

subprocess.run(["cjpeg", "-quality", "75", "-arithmetic", "-outfile", "arithmetic.jpg", "source.pgm"],
               check=True)
with Image.open("arithmetic.jpg") as arithmetic:
    save_levels("arithmetic", np.asarray(arithmetic.convert("L")))
