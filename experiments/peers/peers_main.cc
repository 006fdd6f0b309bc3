#include "experiments/peers/program.h"

int main(int argc, char** argv) { return seiche::PeersMain(argc, argv); }
