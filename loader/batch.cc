#include "loader/batch.h"

namespace seiche {

int64_t LayOut(Batch::Outputs& outputs, int64_t rows) {
  int64_t end = 0;
  for (BatchOutput& output : outputs) {
    output.offset =
        (end + BatchOutput::kAlignment - 1) / BatchOutput::kAlignment * BatchOutput::kAlignment;
    end = output.offset + rows * output.sample_bytes();
  }
  return end;
}

}  // namespace seiche
