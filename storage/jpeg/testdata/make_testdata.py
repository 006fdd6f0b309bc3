#!/usr/bin/env python3
"""Writes two JPEG folders of 2 sequences of 3 frames of 18 x 24 pixels, and what they hold.

    pip install pillow numpy && ./make_testdata.py               # pillow 13.0, libjpeg-turbo 3.2

gray/ is laid out as seiche writes it, rgb/ as other software might. NAME.pgm has the luminance of
all frames, one below the other.
"""
import os

import numpy as np
from PIL import Image

y, x = np.mgrid[0:18, 0:24]


def write(name, frame_path, convert):
    levels = []
    for n in range(2):
        for t in range(3):
            path = os.path.join(name, frame_path(n, t))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            wave = np.sin(np.hypot(x - 7 - 5 * n, y - 11) / 2 - t)
            convert(np.rint(127.5 + 100 * wave).astype(np.uint8)).save(path, "JPEG")
            with Image.open(path) as read_back:
                levels.append(np.asarray(read_back.convert("L")))
    Image.fromarray(np.concatenate(levels)).save(name + ".pgm")


write("gray", lambda n, t: f"{n}/{t}.jpg", Image.fromarray)
write("rgb", lambda n, t: f"run_{9 + n}/frame_{8 + t}.JPEG",
      lambda levels: Image.fromarray(np.stack([levels] * 3, axis=2)))
Image.open("gray/0/0.jpg").rotate(90, expand=True).save("other_size.jpg")
