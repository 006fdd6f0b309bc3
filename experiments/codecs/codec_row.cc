#include "experiments/codecs/codec_row.h"

#include <algorithm>

#include "experiments/comparison/row.h"

namespace seiche {
namespace {

double GbPerSecond(int64_t bytes, const std::vector<double>& seconds) {
  const double median = Median(seconds);
  return median > 0 ? 1e-9 * static_cast<double>(bytes) / median : 0;
}

void AddTo(std::vector<double>& sums, const std::vector<double>& seconds) {
  sums.resize(std::max(sums.size(), seconds.size()));
  for (size_t i = 0; i < seconds.size(); ++i) sums[i] += seconds[i];
}

}  // namespace

double CodecRow::ratio() const {
  return encoded_bytes > 0 ? static_cast<double>(decoded_bytes) / static_cast<double>(encoded_bytes)
                           : 0;
}

double CodecRow::encode_gb_per_s() const { return GbPerSecond(timed_bytes, encode_seconds); }
double CodecRow::decode_gb_per_s() const { return GbPerSecond(timed_bytes, decode_seconds); }
double CodecRow::encode_spread() const { return Spread(encode_seconds); }
double CodecRow::decode_spread() const { return Spread(decode_seconds); }

void CodecRow::AddTimes(const std::vector<double>& encode, const std::vector<double>& decode,
                        int64_t bytes) {
  AddTo(encode_seconds, encode);
  AddTo(decode_seconds, decode);
  timed_bytes += bytes;
}

}  // namespace seiche
