#include "experiments/program/experiment.h"

int main(int argc, char** argv) {
  return seiche::ExperimentMain("write",
                                "Writes every variant and reports sizes, write and copy times.",
                                seiche::Stage::kWrite, /*commands=*/false, argc, argv);
}
