#include "experiments/program/experiment.h"

int main(int argc, char** argv) {
  return seiche::ExperimentMain("files", "Measures table 2: big files and small ones.",
                                seiche::Stage::kFiles, /*commands=*/false, argc, argv);
}
