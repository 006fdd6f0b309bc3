"""Which part of the data this process gets: what torchrun and torch.distributed say."""

import os
import sys


def find_shard(shard):
    """Returns (index, count) as given, or of torch.distributed, or of RANK and WORLD_SIZE."""
    if shard is not None:
        index, count = shard
        return int(index), int(count)
    torch = sys.modules.get("torch")
    distributed = getattr(torch, "distributed", None)
    if distributed is not None and distributed.is_available() and distributed.is_initialized():
        return distributed.get_rank(), distributed.get_world_size()
    rank, size = os.environ.get("RANK"), os.environ.get("WORLD_SIZE")
    if rank is None or size is None:
        return 0, 1
    try:
        return int(rank), int(size)
    except ValueError:
        raise ValueError(f"RANK={rank!r}, WORLD_SIZE={size!r} in the environment are no numbers: "
                         "give shard=(index, count)") from None
