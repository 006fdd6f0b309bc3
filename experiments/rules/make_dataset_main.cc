// Action of wave_dataset() in experiments/defs.bzl: simulates a dataset into a folder.
#include <string>

#include "base/command_line.h"
#include "experiments/data/dataset_generator.h"

int main(int argc, char** argv) {
  seiche::DatasetOptions options;
  std::string out;
  seiche::Command command("make_dataset", "Simulates waves into a folder.", [&] {
    seiche::WorkerPool pool;
    return seiche::GenerateDataset(options, out, pool, seiche::DefaultFileSystem()).status();
  });
  command.AddFlag("sequences", &options.sequences,
                  {.help = "to simulate", .unit = "sequences", .min = 1});
  command.AddFlag("frames", &options.waves.frames,
                  {.help = "of a sequence", .unit = "frames", .min = 1, .max = 10000});
  command.AddFlag("grid-points", &options.waves.grid_points,
                  {.help = "along each side of a frame",
                   .unit = "grid points",
                   .min = seiche::kMinGridPoints,
                   .max = seiche::kMaxGridPoints});
  command.AddFlag("seed", &options.waves.seed, {.help = "of the waves"});
  command.AddPath("out", &out, {.help = "folder to fill", .required = true});
  return seiche::RunMain(command, argc, argv);
}
