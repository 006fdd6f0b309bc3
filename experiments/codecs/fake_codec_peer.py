"""A peer for tests: its name says how it behaves.

    python fake_codec_peer.py [missing|crash|hang|garbage|short|vague] NAME

Without a behaviour it "encodes" to 16 bytes and decodes with an error of half the bound, exactly if
the bound is 0 and with an error of 0.25 if there is none.
"""

import json
import os
import sys
import time


def answer(behaviour, request):
    if request["op"] == "hello":
        return {"versions": {"fake": "1.0"}}
    size = os.path.getsize(request["path"])
    values = 1
    for extent in request["shape"]:
        values *= extent
    bound = request["bound"]
    error = 0.25 if bound is None else 2 * bound if behaviour == "vague" else bound / 2
    repeats = request["repeats"] - (behaviour == "short")
    return {"bytes": 16, "encode_seconds": [1e-9 * size] * repeats,
            "decode_seconds": [0.5e-9 * size] * repeats, "exact": error == 0,
            "max_error": error, "squared_error": values * error * error}


def main():
    behaviour = sys.argv[1] if len(sys.argv) > 2 else ""
    for line in sys.stdin:
        request = json.loads(line)
        if behaviour == "crash":
            os._exit(5)
        if behaviour == "hang":
            time.sleep(1000)
        if behaviour == "missing":
            print(json.dumps({"error": "ModuleNotFoundError: No module named 'fake'"}), flush=True)
        elif behaviour == "garbage":
            print("I am a codec, not a protocol", flush=True)
        else:
            print(json.dumps(answer(behaviour, request)), flush=True)


if __name__ == "__main__":
    main()
