"""Makes the report of what training.py has measured.

    python training_report.py RESULT.json REPORT.md PICTURE.png

The table and the picture show medians over the repeats. Loading takes time in two ways: training
waits for a batch, and its steps take longer than they do alone because readers use the same cores.
"""

import json
import statistics
import sys

COLORS = {"memory": "#888888", "h5py": "#d08020", "seiche": "#1f5fa8"}


def name_of(reader):
    """Returns what people call a reader."""
    kind, _, workers = reader.partition(" ")
    if kind == "memory":
        return "batches in memory"
    if kind == "seiche":
        return f"seiche.Loader, {workers} threads"
    return f"h5py + DataLoader, {workers or 0} workers"


def rows_of(file):
    """Returns a dict for each reader of a file, medians over its runs; "memory" comes first."""
    rows = []
    for reader in dict.fromkeys(run["reader"] for run in file["runs"]):
        runs = [run for run in file["runs"] if run["reader"] == reader]
        row = {name: statistics.median(run[name] for run in runs)
               for name in ("seconds", "wait_seconds", "cpu_seconds")}
        seconds = [run["seconds"] for run in runs]
        row["spread"] = (max(seconds) - min(seconds)) / row["seconds"]
        row["batch_seconds"] = [statistics.median(ends)
                                for ends in zip(*(run["batch_seconds"] for run in runs))]
        rows.append({"reader": reader, **row})
    alone = next(row["seconds"] for row in rows if row["reader"] == "memory")
    for row in rows:
        row["slower_seconds"] = max(0.0, row["seconds"] - row["wait_seconds"] - alone)
    return rows


def table(file):
    """Returns a Markdown table."""
    rows = rows_of(file)
    alone = rows[0]["seconds"]
    lines = ["| Reader | wall s | spread | waiting for data s | share | slower steps s | CPU s | "
             "times training alone |", "|---|---:|---:|---:|---:|---:|---:|---:|"]
    for row in rows:
        lines.append(
            f"| {name_of(row['reader'])} | {row['seconds']:.1f} | {row['spread']:.0%} | "
            f"{row['wait_seconds']:.2f} | {row['wait_seconds'] / row['seconds']:.0%} | "
            f"{row['slower_seconds']:.1f} | {row['cpu_seconds']:.1f} | "
            f"{row['seconds'] / alone:.2f} |")
    return "\n".join(lines)


def machine_of(job):
    """Returns what it ran on, as a sentence."""
    machine = job["machine"]
    return (f"{machine['cpu_model']}, {machine['cores']} cores, "
            f"{machine['memory_bytes'] / 1e9:.0f} GB of memory, {machine['system']}, "
            f"{job['build_mode']} build.")


def report(result):
    """Returns the report as Markdown."""
    job, versions = result["job"], result["versions"]
    parts = [
        "# Training with h5py and with seiche",
        f"A U-Net of {result['parameters']} parameters learns frame {job['past'] + 1} from the "
        f"{job['past']} before it; batches of {job['batch_size']} random windows, median of "
        f"{job['repeats']} runs, files in the page cache. torch {versions['torch']} with "
        f"{result['torch_threads']} threads, h5py {versions['h5py']}. {machine_of(job)}"]
    for file in result["files"]:
        losses = file["losses"]
        parts += [
            f"## {file['id']}", table(file),
            f"The losses of all {len(file['runs'])} runs are the same to the bit, batch by batch: "
            f"{losses[0]:.6f} at first, {losses[-1]:.6f} after {len(losses)} batches."]
    return "\n\n".join(parts) + "\n"


def draw_losses(axes, file):
    """Losses over wall time: the same curve for all, as fast as the reader is."""
    for row in rows_of(file):
        kind, _, workers = row["reader"].partition(" ")
        axes.plot(row["batch_seconds"], file["losses"], color=COLORS[kind], linewidth=2,
                  linestyle="--" if workers in ("", "0") else "-", label=name_of(row["reader"]))
    axes.set_yscale("log")
    axes.set_xlim(left=0)
    axes.set_xlabel("wall time, s")
    axes.set_ylabel("loss of a batch")
    axes.set_title(f"{file['id']}: {len(file['losses'])} batches", loc="left")
    axes.legend(frameon=False, fontsize=8)


def draw_time(axes, file):
    """Bars of where the wall time went."""
    rows = list(reversed(rows_of(file)))
    places, left = range(len(rows)), [0.0] * len(rows)
    alone = [row["seconds"] - row["wait_seconds"] - row["slower_seconds"] for row in rows]
    for label, color, widths in (
            ("training alone", "#b8c4d0", alone),
            ("steps slower beside the reader", "#e0b060", [row["slower_seconds"] for row in rows]),
            ("waiting for data", "#c03020", [row["wait_seconds"] for row in rows])):
        axes.barh(places, widths, left=left, color=color, label=label, height=0.6)
        left = [a + b for a, b in zip(left, widths)]
    for place, row in zip(places, rows):
        axes.text(row["seconds"], place, f" {row['seconds']:.1f} s", va="center", fontsize=8)
    axes.set_yticks(places, [name_of(row["reader"]) for row in rows], fontsize=8)
    axes.set_xlim(right=1.15 * max(row["seconds"] for row in rows))
    axes.set_ylim(-0.6, len(rows) + 0.5)  # room for the legend
    axes.set_xlabel("wall time, s")
    axes.legend(frameon=False, fontsize=8, ncols=3, loc="upper left", columnspacing=1)


def draw(result, path):
    """Writes the picture."""
    import matplotlib  # pylint: disable=import-outside-toplevel
    matplotlib.use("Agg")
    from matplotlib import pyplot  # pylint: disable=import-outside-toplevel
    count = len(result["files"])
    figure, grid = pyplot.subplots(count, 2, figsize=(12, 3.6 * count), squeeze=False,
                                   layout="constrained")
    for (left, right), file in zip(grid, result["files"]):
        draw_losses(left, file)
        draw_time(right, file)
        for axes in (left, right):
            axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=100)


def main():
    result_path, report_path, picture_path = sys.argv[1:]
    with open(result_path, encoding="utf-8") as file:
        result = json.load(file)
    with open(report_path, "w", encoding="utf-8") as file:
        file.write(report(result))
    draw(result, picture_path)


if __name__ == "__main__":
    main()
