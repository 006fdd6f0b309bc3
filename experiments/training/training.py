"""Trains the same network on the same samples, read by h5py and by seiche, and measures both.

    python training.py JOB.json RESULT.json

A small U-Net learns the next frame from the ones before it. Each run starts with the same weights
and takes the same samples in the same order: those that seiche.Loader draws. So the losses must be
the same, batch by batch and to the bit, whoever reads; anything else ends the program.

JOB.json: {"past": 10, "batch_size": 8, "seed": 1, "repeats": 2, "files": [{"id": "manual_lzf",
"path": "waves.h5", "batches": 40, "readers": ["memory", "h5py", "h5py 2", "seiche 2"]}, ...]};
other members are kept in the result's "job".
A reader is "memory" (the batches lie ready: what training alone takes), "h5py" (in the training
process), "h5py N" (a DataLoader with N worker processes) or "seiche N" (N threads).

RESULT.json: {"job": {...}, "versions": {...}, "torch_threads": 2, "parameters": 30817, "files":
[{"id": ..., "bytes": ..., "losses": [...], "runs": [{"reader": "h5py 2", "seconds": 20.1,
"wait_seconds": 5.2, "cpu_seconds": 38.0, "batch_seconds": [...]}, ...]}, ...]}. "seconds" is from
before the reader is opened to the last step; "wait_seconds" is the part that training waited for
data, the opening included; "cpu_seconds" is of all threads and processes, loading and training;
"batch_seconds" is when each batch's step ended.
"""

import json
import os
import resource
import sys
import time

import h5py
import numpy
import torch
import torch.utils.data

import seiche

FIELD = "images"


class UNet(torch.nn.Module):
    """Predicts a frame: the last one and a change. [B,T,H,W] -> [B,1,H,W]; H, W multiples of 4."""

    def __init__(self, past, width=8):
        super().__init__()
        self.first = self.block(past, width)
        self.second = self.block(width, 2 * width)
        self.third = self.block(2 * width, 4 * width)
        self.up_second = self.block(6 * width, 2 * width)
        self.up_first = self.block(3 * width, width)
        self.change = torch.nn.Conv2d(width, 1, 1)

    @staticmethod
    def block(inputs, outputs):
        """Two convolutions."""
        return torch.nn.Sequential(
            torch.nn.Conv2d(inputs, outputs, 3, padding=1), torch.nn.ReLU(),
            torch.nn.Conv2d(outputs, outputs, 3, padding=1), torch.nn.ReLU())

    def forward(self, frames):
        down, up = torch.nn.functional.max_pool2d, torch.nn.functional.interpolate
        first = self.first(frames)
        second = self.second(down(first, 2))
        third = self.third(down(second, 2))
        second = self.up_second(torch.cat([second, up(third, scale_factor=2)], dim=1))
        first = self.up_first(torch.cat([first, up(second, scale_factor=2)], dim=1))
        return frames[:, -1:] + self.change(first)


class Windows(torch.utils.data.Dataset):
    """The windows of an H5 dataset by number, as people write it with h5py."""

    def __init__(self, path, past):
        self.path, self.past = path, past
        self.array = None
        with h5py.File(path, "r") as file:
            sequences, frames = file[FIELD].shape[:2]
        self.places = frames - past
        self.size = sequences * self.places

    def __len__(self):
        return self.size

    def __getitem__(self, index):
        if self.array is None:  # opened by each process for itself
            self.array = h5py.File(self.path, "r")[FIELD]
        sequence, first = divmod(index, self.places)
        frames = torch.from_numpy(self.array[sequence, first:first + self.past + 1])
        return frames[:-1], frames[-1:]


def seiche_loader(job, file, workers):
    """The loader whose order all readers follow."""
    return seiche.Loader(file["path"], job["batch_size"], dataset=FIELD, seed=job["seed"],
                         window={"past": job["past"], "next": 1}, workers=workers,
                         last_batch="drop", max_batches=file["batches"], output="torch")


class Source:
    """The batches of a file, by any reader."""

    def __init__(self, job, file):
        self.job, self.file = job, file
        with seiche_loader(job, file, workers=0) as loader:
            read = [(batch.samples.tolist(), batch["past"].clone(), batch["next"].clone())
                    for batch in loader]
        self.drawn = [samples for samples, *_ in read]
        self.ready = [tuple(frames) for _, *frames in read]

    def open(self, reader):
        """Returns an iterator over (past, next) of each batch, [B,T,H,W]."""
        name, _, workers = reader.partition(" ")
        if name == "memory":
            return iter(self.ready)
        if name == "seiche":
            loader = seiche_loader(self.job, self.file, int(workers))
            return ((batch["past"], batch["next"]) for batch in loader)
        return iter(torch.utils.data.DataLoader(
            Windows(self.file["path"], self.job["past"]), batch_sampler=self.drawn,
            num_workers=int(workers or 0)))


def cpu_seconds():
    """Of this process and of its children that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def step(model, optimizer, past, future):
    """Returns the loss before the step."""
    loss = torch.nn.functional.mse_loss(model(past), future)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def new_model(job):
    """Returns the network and its optimizer, always with the same weights."""
    torch.manual_seed(job["seed"])
    model = UNet(job["past"])
    return model, torch.optim.Adam(model.parameters(), lr=1e-3)


def train(job, source, reader):
    """Returns (losses, what was measured)."""
    model, optimizer = new_model(job)
    losses, ends, wait = [], [], 0.0
    cpu_start, start = cpu_seconds(), time.perf_counter()
    batches = source.open(reader)
    asked = start
    while (batch := next(batches, None)) is not None:
        wait += time.perf_counter() - asked
        losses.append(step(model, optimizer, *batch))
        asked = time.perf_counter()
        ends.append(asked - start)
    run = {"reader": reader, "seconds": ends[-1], "wait_seconds": wait,
           "cpu_seconds": cpu_seconds() - cpu_start, "batch_seconds": ends}
    return losses, run


def check_losses(reader, losses, expected):
    """Ends the program unless the losses are the expected ones, to the bit."""
    if len(losses) != len(expected):
        raise SystemExit(f"{reader}: {len(losses)} batches came instead of {len(expected)}")
    for number, (loss, wanted) in enumerate(zip(losses, expected)):
        if loss != wanted:
            raise SystemExit(f"{reader}: the loss of batch {number} is {loss!r}, but {wanted!r} "
                             "where the batches lie in memory: other values were read")


def measure(job, file):
    """Returns the member of "files" in the result; readers take turns."""
    source = Source(job, file)
    expected, _ = train(job, source, "memory")  # not timed: the first steps are slow
    runs = []
    for _ in range(job["repeats"]):
        for reader in file["readers"]:
            losses, run = train(job, source, reader)
            check_losses(f"{file['id']}, {reader}", losses, expected)
            print(f"{file['id']}, {reader}: {run['seconds']:.2f} s, {run['wait_seconds']:.2f} s of "
                  "it waiting for data", flush=True)
            runs.append(run)
    return {"id": file["id"], "path": os.path.basename(file["path"]),
            "bytes": os.path.getsize(file["path"]), "losses": expected, "runs": runs}


def main():
    job_path, result_path = sys.argv[1:]
    with open(job_path, encoding="utf-8") as file:
        job = json.load(file)
    torch.use_deterministic_algorithms(True)
    model, _ = new_model(job)
    result = {
        "job": {name: value for name, value in job.items() if name != "files"},
        "versions": {"python": sys.version.split()[0], "torch": torch.__version__,
                     "h5py": h5py.__version__, "numpy": numpy.__version__,
                     "seiche": seiche.__version__},
        "torch_threads": torch.get_num_threads(),
        "parameters": sum(weights.numel() for weights in model.parameters()),
        "files": [measure(job, file) for file in job["files"]],
    }
    with open(result_path, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)


if __name__ == "__main__":
    main()
