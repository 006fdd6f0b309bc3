#include "experiments/training/program.h"

int main(int argc, char** argv) { return seiche::TrainingMain(argc, argv); }
