#!/usr/bin/env python3
"""Trains a small network to predict frames, in torch; killed at any time, it goes on exactly there.

    train_waves.py waves.h5 --checkpoint run.pt [--epochs 2] [--batch-size 8] [--stop-after N]
    torchrun --nproc-per-node 2 train_waves.py waves.h5 --checkpoint run.pt

The checkpoint holds the model, the optimizer and the place in the order of the data. A run that was
stopped and started again ends with the same model, to the bit.
"""

import argparse
import os

import torch

import seiche

PAST, FUTURE = 4, 1  # frames


def make_model():
    """Returns a network from [B, PAST, H, W] to [B, FUTURE, H, W]: it predicts the change."""
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Conv2d(PAST, 16, 3, padding=1),
        torch.nn.GELU(),
        torch.nn.Conv2d(16, 16, 3, padding=1),
        torch.nn.GELU(),
        torch.nn.Conv2d(16, FUTURE, 3, padding=1),
    )


def save(path, **parts):
    """Writes a checkpoint that is there as a whole or not at all."""
    torch.save(parts, f"{path}.partial")
    os.replace(f"{path}.partial", path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path")
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--save-every", type=int, default=50, help="batches")
    parser.add_argument("--stop-after", type=int, help="batches, to try the checkpoint")
    args = parser.parse_args()

    model = make_model()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loader = seiche.Loader(args.path, args.batch_size, window={"past": PAST, "future": FUTURE},
                           order="auto", seed=1, output="torch")
    if os.path.exists(args.checkpoint):
        state = torch.load(args.checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        loader.load_state_dict(state["loader"])
        print(f"goes on in epoch {loader.epoch}")

    def checkpoint():
        save(args.checkpoint, model=model.state_dict(), optimizer=optimizer.state_dict(),
             loader=loader.state_dict())

    count = 0
    for epoch in range(loader.epoch, args.epochs):
        for batch in loader:
            past, future = batch["past"], batch["future"]
            loss = torch.nn.functional.mse_loss(past[:, -1:] + model(past), future)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            count += 1
            if count % args.save_every == 0 or count == args.stop_after:
                checkpoint()
            if count == args.stop_after:
                print(f"stopped after {count} batches")
                return
        print(f"epoch {epoch}: loss of the last batch {loss.item():.6f}; {loader.stats().summary}")
    checkpoint()


if __name__ == "__main__":
    main()
