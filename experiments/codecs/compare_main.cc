#include "experiments/codecs/program.h"

int main(int argc, char** argv) { return seiche::CompareMain(argc, argv); }
