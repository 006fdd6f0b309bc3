#!/usr/bin/env python3
"""Learns how waves go on, in JAX: one jitted step, arrays that share the loader's memory.

    jax_loop.py waves.h5 [--epochs 2] [--batch-size 8]
"""

import argparse

import jax
import jax.numpy as jnp

import seiche


def predict(weights, past):
    """Predicts [B,H,W] from the two frames of `past`, [B,2,H,W], by a 3x3 stencil of each."""
    return jax.lax.conv(past, weights, (1, 1), "SAME")[:, 0]


@jax.jit
def step(weights, past, future):
    """Returns the weights after a step of gradient descent, and the loss before it."""
    loss, gradient = jax.value_and_grad(
        lambda w: jnp.mean((predict(w, past) - future[:, 0])**2))(weights)
    return weights - 0.05 * gradient, loss


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=8)
    args = parser.parse_args()

    weights = jnp.zeros((1, 2, 3, 3)).at[0, :, 1, 1].set(jnp.array([-1.0, 2.0]))
    # last_batch="drop": one shape, so one compilation.
    loader = seiche.Loader(args.path, args.batch_size, window={"past": 2, "future": 1},
                           order="auto", last_batch="drop", output="jax", container="tuple")
    for epoch in range(args.epochs):
        for batch in loader:
            weights, loss = step(weights, batch.past, batch.future)
        print(f"epoch {epoch}: loss {float(loss):.6f}")
    print(loader.stats().summary)


if __name__ == "__main__":
    main()
