// What a program leaves when it is interrupted (Ctrl-C), asked to end, or loses its terminal.
//
//   int main(int argc, char** argv) {
//     seiche::RemoveOutputsWhenInterrupted();
//     ...
//
// For main() only: how signals are handled is the program's decision, not a library's.
#ifndef SEICHE_BASE_INTERRUPT_H_
#define SEICHE_BASE_INTERRUPT_H_

namespace seiche {

// From now on SIGINT, SIGTERM and SIGHUP remove the temporaries of all AtomicOutputs that were not
// committed, and then end the process as they would have done; a second one (but SIGHUP) ends it at
// once. Signals that are ignored stay so (nohup). Without effect if no thread or pipe can be had.
// Children, forked or started, end as if there were no handler.
void RemoveOutputsWhenInterrupted();

}  // namespace seiche

#endif  // SEICHE_BASE_INTERRUPT_H_
