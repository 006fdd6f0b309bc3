#include "experiments/program/experiment.h"

int main(int argc, char** argv) {
  return seiche::ExperimentMain("generate", "Simulates the waves and writes them as JPEG folders.",
                                seiche::Stage::kGenerate, /*commands=*/false, argc, argv);
}
