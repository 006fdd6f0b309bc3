#!/usr/bin/env python3
"""Trains on a dataset of The Well: a program of theirs with one line changed.

    well_drop_in.py FOLDER [--split train] [--epochs 1] [--batch-size 4]

FOLDER is a dataset as the_well-download leaves it, with data/train and stats.yaml. A linear map of
each point's channels learns the change from one step to the next.
"""

import argparse

import torch

# Instead of: from the_well.data import WellDataset
from seiche.well import WellDataset


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--split", default="train")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=4)
    args = parser.parse_args()

    dataset = WellDataset(path=args.folder, well_split_name=args.split, use_normalization=True,
                          normalization_type="zscore", n_steps_input=2, n_steps_output=1)
    metadata = dataset.metadata
    print(f"{metadata.dataset_name}: {len(dataset)} samples of {metadata.n_fields} channels on "
          f"{metadata.spatial_resolution}")
    loader = torch.utils.data.DataLoader(dataset, batch_size=args.batch_size, shuffle=True,
                                         generator=torch.Generator().manual_seed(0))
    model = torch.nn.Linear(2 * metadata.n_fields, metadata.n_fields)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(args.epochs):
        total, count = 0.0, 0
        for batch in loader:
            past = batch["input_fields"]  # [B, 2, H, W, C]
            last = past[:, -1]
            change = model(torch.cat([past[:, 0], last], dim=-1))
            loss = torch.nn.functional.mse_loss(last + change, batch["output_fields"][:, 0])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total, count = total + loss.item(), count + 1
        print(f"epoch {epoch}: mean loss {total / count:.6f}")


if __name__ == "__main__":
    main()
