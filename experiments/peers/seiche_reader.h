// Our side of the comparison: the loader, asked like a peer.
//
//   SEICHE_ASSIGN_OR_RETURN(ReadTime time, ReadWithSeiche(request));
#ifndef SEICHE_EXPERIMENTS_PEERS_SEICHE_READER_H_
#define SEICHE_EXPERIMENTS_PEERS_SEICHE_READER_H_

#include "absl/status/statusor.h"
#include "experiments/peers/read_request.h"

namespace seiche {

// Delivers the request's batches. The same epoch comes before it, untimed, and brings the buffers
// into use; but where the loader keeps all decoded chunks from epoch to epoch, a new loader is
// timed from its creation on, lest nothing be left to decode. kInternal if other samples come.
absl::StatusOr<ReadTime> ReadWithSeiche(const ReadRequest& request);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_PEERS_SEICHE_READER_H_
