#include "experiments/program/experiment.h"

int main(int argc, char** argv) {
  return seiche::ExperimentMain(
      "paper",
      "Reproduces the published comparison of formats for sequences of frames: simulates waves, "
      "writes them in every format, measures, judges the claims.",
      seiche::Stage::kAll, /*commands=*/true, argc, argv);
}
