"""Delivers training batches with one of the readers that people use, and measures it.

    python peer_reader.py h5py

Answers requests, one JSON object a line each way, from standard input to standard output, until
the input ends. What a package prints goes to standard error.

{"op": "hello"} -> {"versions": {"h5py": "3.16.0", ...}}
{"op": "read", "path": "...", "method": "dataloader", "workers": 2, "window": 0, "check": false,
 "seed": 1, "epoch": 1, "batches": [[5, 0], ...]} -> {"seconds": 0.4, "cpu_seconds": 0.7,
 "first_batch_seconds": 0.1, "samples": 2, "checksum": 0}
{"op": "copy", "from": "waves.h5", "to": "...", "form": "zarr_blosc_lz4"} -> {"samples": 200}

`batches` are sample indices. With "window": w, a sample is w frames, and sample s starts at frame
s % k of sequence s / k, k = frames of a sequence - w + 1. "check" asks for the Adler-32 checksum
of all values as float32; the times mean nothing then. A failure is {"error": "why"}.

A reader is opened for its request, and each of its workers makes a batch before the clock starts.

"seed" and "epoch" are seiche's names for the order that the batches are the first of. Its answer
has "decodes_per_chunk" and "shuffle_quality", too. The package is the one beside this script.
"""

import concurrent.futures
import importlib
import importlib.metadata
import json
import multiprocessing
import os
import resource
import sys
import time
import zlib

import numpy

FIELD = "images"
LEVEL = numpy.float32(1 / 255)
CHUNK_CACHE_BYTES = 5 << 30
CHUNK_CACHE_SLOTS = 1000003  # a prime, about a hundred for each chunk that fits


def window_of(sample, frames, window):
    """The sequence and the frames of a sample: (3, slice(5, 15))."""
    if window == 0:
        return sample, slice(0, frames)
    sequence, start = divmod(sample, frames - window + 1)
    return sequence, slice(start, start + window)


def jpeg_paths(folder):
    """The frames' paths of each sequence."""
    sequences = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
    return [[os.path.join(path, name) for name in sorted(os.listdir(path))] for path in sequences]


class Samples:
    """What a map-style dataset of torch has to offer: one sample an index, as a tensor."""

    def __init__(self, size):
        self.size = size

    def __len__(self):
        return self.size


class Hdf5Samples(Samples):
    """Sequences or windows of an HDF5 file, opened by each process for itself."""

    def __init__(self, path, window):
        import h5py
        self.path = path
        self.window = window
        self.array = None
        with h5py.File(path, "r") as file:
            sequences, self.frames = file[FIELD].shape[:2]
        super().__init__(sequences * (self.frames - window + 1 if window else 1))

    def __getitem__(self, index):
        import h5py
        import torch
        if self.array is None:
            self.array = h5py.File(self.path, "r")[FIELD]
        return torch.from_numpy(self.array[window_of(index, self.frames, self.window)])


class PillowSamples(Samples):
    """Folders of JPEG files. `draft`: only the luminance is decoded."""

    def __init__(self, folder, draft):
        self.paths = jpeg_paths(folder)
        self.draft = draft
        super().__init__(len(self.paths))

    def frame(self, path):
        import PIL.Image
        with PIL.Image.open(path) as image:
            if self.draft:
                image.draft("L", None)
            return numpy.asarray(image.convert("L"), dtype=numpy.float32)

    def __getitem__(self, index):
        import torch
        return torch.from_numpy(numpy.stack([self.frame(path) for path in self.paths[index]]) * LEVEL)


class BatchList:
    """A batch sampler that gives the batches it was last told."""

    def __init__(self):
        self.batches = []

    def __iter__(self):
        return iter(self.batches)

    def __len__(self):
        return len(self.batches)


class DataLoaderReader:
    """torch's DataLoader over `samples`."""

    def __init__(self, samples, workers):
        import torch.utils.data
        self.sampler = BatchList()
        self.loader = torch.utils.data.DataLoader(
            samples,
            batch_sampler=self.sampler,
            num_workers=workers,
            persistent_workers=workers > 0,
        )

    def epoch(self, batches):
        self.sampler.batches = batches
        for batch in self.loader:
            yield batch.numpy()


class BatchReader:
    """Fills one array that is used again for every batch: `fill(out, samples)`."""

    def __init__(self, fill, sample_shape):
        self.fill = fill
        self.sample_shape = tuple(sample_shape)
        self.out = None

    def epoch(self, batches):
        for batch in batches:
            if self.out is None or len(self.out) != len(batch):
                self.out = numpy.empty((len(batch),) + self.sample_shape, numpy.float32)
            self.fill(self.out, batch)
            yield self.out


def threaded_fill(workers, read):
    """Threads call read(out[k], samples[k])."""
    pool = concurrent.futures.ThreadPoolExecutor(workers)

    def fill(out, samples):
        for _ in pool.map(read, out, samples):
            pass

    return fill


def open_hdf5(request):
    import h5py
    window = request["window"]
    if request["method"] == "dataloader":
        return DataLoaderReader(Hdf5Samples(request["path"], window), request["workers"])
    options = {}
    if request["method"] == "chunk_cache":
        options = {"rdcc_nbytes": CHUNK_CACHE_BYTES, "rdcc_nslots": CHUNK_CACHE_SLOTS}
    array = h5py.File(request["path"], "r", **options)[FIELD]
    frames = array.shape[1]

    def fill(out, samples):
        for k, sample in enumerate(samples):
            array.read_direct(out, numpy.s_[window_of(sample, frames, window)], numpy.s_[k])

    return BatchReader(fill, (window or frames,) + array.shape[2:])


class SeicheReader:
    """seiche.Loader, whose own order the batches are."""

    def __init__(self, request):
        self.request = request
        self.loader = self.make()
        if self.loader.keeps_chunks:
            # A later epoch would have nothing to decode: the first one of a new loader is timed.
            self.loader.close()
            self.loader = None
        else:
            for _ in self.loader:
                pass

    def make(self):
        import seiche
        request = self.request
        return seiche.Loader(request["path"], len(request["batches"][0]),
                             window=request["window"] or None, seed=request["seed"],
                             epoch=request["epoch"], workers=request["workers"],
                             max_batches=len(request["batches"]))

    def epoch(self, batches):
        if self.loader is None:
            self.loader = self.make()
        self.loader.set_epoch(self.request["epoch"])
        for batch, wanted in zip(self.loader, batches):
            if batch.samples.tolist() != wanted:
                raise ValueError(f"batch {batch.number} has other samples than were asked for")
            yield batch.array

    def counters(self):
        stats = self.loader.stats()
        return {name: stats[name] for name in ("decodes_per_chunk", "shuffle_quality")}


def open_pillow(request):
    samples = PillowSamples(request["path"], draft=request["method"] == "draft_dataloader")
    return DataLoaderReader(samples, request["workers"])


def open_simplejpeg(request):
    import simplejpeg
    paths = jpeg_paths(request["path"])

    def frame(path):
        with open(path, "rb") as file:
            return simplejpeg.decode_jpeg(file.read(), colorspace="GRAY")[:, :, 0]

    def read(out, sample):
        for k, path in enumerate(paths[sample]):
            numpy.multiply(frame(path), LEVEL, out=out[k])

    shape = (len(paths[0]),) + frame(paths[0][0]).shape
    return BatchReader(threaded_fill(request["workers"], read), shape)


def open_hidefix(request):
    import hidefix
    # Indices of one file share the pool of threads that the library keeps, so the reading threads
    # are ours.
    array = hidefix.Index(request["path"]).dataset(FIELD)
    shape = tuple(array.shape())[1:]

    def read(out, sample):
        part = (slice(sample, sample + 1),) + tuple(slice(0, extent) for extent in shape)
        out[...] = array[part].reshape(shape)

    return BatchReader(threaded_fill(request["workers"], read), shape)


def open_zarrs(request):
    import zarr
    zarr.config.set({
        "codec_pipeline.path": "zarrs.ZarrsCodecPipeline",
        "threading.max_workers": request["workers"],
    })
    array = zarr.open_array(request["path"], mode="r")
    buffers = zarr.core.buffer.default_buffer_prototype().nd_buffer

    def fill(out, samples):
        array.get_orthogonal_selection((samples,), out=buffers.from_numpy_array(out))

    return BatchReader(fill, array.shape[1:])


def open_tensorstore(request):
    import tensorstore
    workers = request["workers"]
    context = tensorstore.Context({
        "data_copy_concurrency": {"limit": workers},
        "file_io_concurrency": {"limit": workers},
        "cache_pool": {"total_bytes_limit": 0},
    })
    array = tensorstore.open({
        "driver": "zarr3",
        "kvstore": {"driver": "file", "path": os.path.abspath(request["path"])},
    }, context=context, read=True, open=True).result()

    def fill(out, samples):
        pending = [array[sample].read() for sample in samples]
        for k, future in enumerate(pending):
            out[k] = future.result()

    return BatchReader(fill, array.shape[1:])


def open_blosc2(request):
    import blosc2
    array = blosc2.open(request["path"], mode="r", dparams={"nthreads": request["workers"]})

    def fill(out, samples):
        for k, sample in enumerate(samples):
            out[k] = array[sample]

    return BatchReader(fill, array.shape[1:])


# Packages that a peer needs, and what opens its files.
PEERS = {
    "seiche": (["seiche", "numpy"], SeicheReader),
    "h5py": (["h5py", "torch"], open_hdf5),
    "pillow": (["pillow", "torch"], open_pillow),
    "simplejpeg": (["simplejpeg"], open_simplejpeg),
    "hidefix": (["hidefix"], open_hidefix),
    "zarrs": (["h5py", "zarr", "zarrs"], open_zarrs),
    "tensorstore": (["tensorstore"], open_tensorstore),
    "blosc2": (["h5py", "blosc2"], open_blosc2),
}

MODULES = {"pillow": "PIL"}  # where the name of the package is another one


def new_zarr(to, shape, codec):
    import zarr
    return zarr.create_array(
        to, shape=shape, chunks=(1,) + shape[1:], dtype="float32",
        compressors=zarr.codecs.BloscCodec(cname=codec, clevel=5, shuffle="shuffle", typesize=4))


def new_blosc2(to, shape, codec):
    import blosc2
    return blosc2.empty(shape, dtype=numpy.float32, chunks=(1,) + shape[1:], urlpath=to, mode="w",
                        cparams={"codec": codec, "clevel": 5})


def new_array(form, to, shape):
    """The empty copy of that form; whole sequences are assigned to it."""
    if form == "zarr_blosc_lz4":
        return new_zarr(to, shape, "lz4")
    if form == "zarr_blosc_zstd":
        return new_zarr(to, shape, "zstd")
    import blosc2
    codecs = {"blosc2_lz4": blosc2.Codec.LZ4, "blosc2_zstd": blosc2.Codec.ZSTD}
    return new_blosc2(to, shape, codecs[form])


def copy(request):
    import h5py
    with h5py.File(request["from"], "r") as file:
        source = file[FIELD]
        target = new_array(request["form"], request["to"], source.shape)
        for index in range(len(source)):
            target[index] = source[index]
        return {"samples": len(source)}


def cpu_seconds():
    """Of this process and its children: those that are at work and those that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = time.process_time() + ended.ru_utime + ended.ru_stime
    for child in multiprocessing.active_children():
        with open(f"/proc/{child.pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return seconds


class Readers:
    """The reader of the last request: more of them would hold gigabytes of batches."""

    def __init__(self, open_reader):
        self.open_reader = open_reader
        self.key = None
        self.reader = None

    def get(self, request):
        key = tuple(request[name] for name in ("path", "method", "workers", "window"))
        # Used once: what an epoch has decoded would help the next; or it warms up by itself.
        once = request["method"] in ("chunk_cache", "loader")
        if key != self.key or once:
            self.reader = self.key = None  # ends its processes before others start
            reader = self.open_reader(request)
            if once:
                return reader
            self.reader, self.key = reader, key
            self.warm_up(request)
        return self.reader

    def warm_up(self, request):
        """Every worker makes a batch."""
        batches = request["batches"]
        count = max(1, request["workers"])
        for _ in self.reader.epoch([batches[i % len(batches)] for i in range(count)]):
            pass


def read(request, readers):
    reader = readers.get(request)
    samples, checksum, first = 0, 1, None
    start, cpu_start = time.perf_counter(), cpu_seconds()
    for batch in reader.epoch(request["batches"]):
        if first is None:
            first = time.perf_counter()
        samples += len(batch)
        if request["check"]:
            checksum = zlib.adler32(numpy.ascontiguousarray(batch, numpy.float32).data, checksum)
    end = time.perf_counter()
    counters = reader.counters() if hasattr(reader, "counters") else {}
    return {
        **counters,
        "seconds": end - start,
        "cpu_seconds": cpu_seconds() - cpu_start,
        "first_batch_seconds": first - start,
        "samples": samples,
        "checksum": checksum if request["check"] else 0,
    }


def versions(packages):
    found = {"python": sys.version.split()[0]}
    for name in packages:
        importlib.import_module(MODULES.get(name, name))
        found[name] = importlib.metadata.version(name)
    return {"versions": found}


def answer(request, packages, readers):
    if request["op"] == "hello":
        return versions(packages)
    if request["op"] == "copy":
        return copy(request)
    return read(request, readers)


def main():
    packages, open_reader = PEERS[sys.argv[1]]
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    readers = Readers(open_reader)
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line), packages, readers)
        except Exception as error:  # whatever a package raises is a row that says so
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    main()
