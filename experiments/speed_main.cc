#include "experiments/program/experiment.h"

int main(int argc, char** argv) {
  return seiche::ExperimentMain("speed", "Measures table 1: the reading speed of every format.",
                                seiche::Stage::kSpeed, /*commands=*/false, argc, argv);
}
