"""A peer for tests: behaves as its argument says.

    python fake_peer.py good|missing|crash|late|hang|garbage|short|types|wrong

Its files hold zeros, 192 bytes a sample.
"""

import json
import os
import sys
import time
import zlib

SAMPLE_BYTES = 192


def answer(behaviour, request):
    if request["op"] == "hello":
        return {"versions": {"fake": "1.0"}}
    if request["op"] == "copy":
        with open(request["to"], "w", encoding="utf-8") as file:
            file.write(request["form"])
        return {"samples": 3}
    samples = sum(len(batch) for batch in request["batches"])
    checksum = zlib.adler32(bytes(samples * SAMPLE_BYTES))
    counters = {}
    if request["method"] == "loader":  # gives back what it was asked
        counters = {"decodes_per_chunk": request["seed"], "shuffle_quality": request["epoch"]}
    return {
        **counters,
        "seconds": 0.25 * request["workers"],
        "cpu_seconds": 0.5,
        "first_batch_seconds": "soon" if behaviour == "types" else 0.125,
        "samples": samples - 1 if behaviour == "short" else samples,
        "checksum": checksum + (behaviour == "wrong") if request["check"] else 0,
    }


def must_crash(behaviour, request):
    # The first process crashes, the one that replaces it does not.
    if behaviour == "crash":
        return request.get("method") != "again"
    return behaviour == "late" and request["op"] == "read" and not request["check"]


def main():
    behaviour = sys.argv[1]
    for line in sys.stdin:
        request = json.loads(line)
        if must_crash(behaviour, request):
            os._exit(5)
        if behaviour == "hang":
            time.sleep(1000)
        if behaviour == "missing":
            print(json.dumps({"error": "ModuleNotFoundError: No module named 'fake'"}), flush=True)
        elif behaviour == "garbage":
            print("I am a reader, not a protocol", flush=True)
        else:
            print(json.dumps(answer(behaviour, request)), flush=True)


if __name__ == "__main__":
    main()
