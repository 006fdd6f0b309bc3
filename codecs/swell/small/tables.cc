#include "codecs/swell/small/tables.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace seiche {
namespace {

// What a frequency in a model costs, in bits, about.
constexpr double kFrequencyBits = 8;
// Bits that a table of `entries` entries may cost for each million tokens, for the processor's
// caches: shorter tables decode faster.
constexpr double kBitsPerEntryAndMillion = 4;

// log2(x), x > 0, to 1e-10. Not std::log2(), which differs between libraries.
double Log2(double x) {
  const auto bits = std::bit_cast<uint64_t>(x);
  const int exponent = static_cast<int>(bits >> 52) - 1023;
  const double mantissa =
      std::bit_cast<double>((bits & ((uint64_t{1} << 52) - 1)) | uint64_t{1023} << 52);
  // 2 atanh(t) = ln m, with m brought to about 1 by sqrt(2).
  const double t = (mantissa - 1.4142135623730951) / (mantissa + 1.4142135623730951);
  const double square = t * t;
  double sum = 0;
  for (int i = 15; i >= 1; i -= 2) sum = sum * square + 1.0 / i;
  return exponent + 0.5 + 2.8853900817779268 * t * sum;
}

// n log2(n), 0 for 0.
double Information(uint64_t n) {
  constexpr size_t kKept = 4096;
  static const auto* const kept = [] {
    auto* values = new std::array<double, kKept>;
    (*values)[0] = 0;
    for (size_t i = 1; i < kKept; ++i) (*values)[i] = i * Log2(i);
    return values;
  }();
  return n < kKept ? (*kept)[n] : n * Log2(n);
}

// Contexts that share a table.
struct Cluster {
  std::array<uint64_t, kTokens> counts = {};
  int end = 0;  // of the counts that are not 0
  double bits = 0;
  std::vector<int> contexts;
};

// Bits that the tokens of both cost with a table in common.
double JointBits(const Cluster& a, const Cluster& b) {
  uint64_t sum = 0;
  double bits = 0;
  const int end = std::max(a.end, b.end);
  for (int i = 0; i < end; ++i) {
    const uint64_t count = a.counts[i] + b.counts[i];
    if (count == 0) continue;
    sum += count;
    bits += kFrequencyBits - Information(count);
  }
  return bits + Information(sum);
}

std::vector<Cluster> UsedContexts(const SmallCounts& counts) {
  std::vector<Cluster> clusters;
  for (int context = 0; context < kAllContexts; ++context) {
    Cluster cluster;
    for (int i = 0; i < kTokens; ++i) {
      cluster.counts[i] = counts.tokens[context][i];
      if (cluster.counts[i] != 0) cluster.end = i + 1;
    }
    if (cluster.end == 0) continue;
    cluster.contexts = {context};
    cluster.bits = JointBits(cluster, Cluster());
    clusters.push_back(std::move(cluster));
  }
  return clusters;
}

// For each cluster the one behind it that it is merged with at the least cost.
struct Partner {
  int index = -1;
  double cost = std::numeric_limits<double>::infinity();
};

class Merger {
 public:
  explicit Merger(std::vector<Cluster> clusters)
      : clusters_(std::move(clusters)), n_(static_cast<int>(clusters_.size())), cost_(n_ * n_) {
    for (int i = 0; i < n_; ++i) {
      for (int j = i + 1; j < n_; ++j) cost_[i * n_ + j] = Cost(i, j);
    }
    for (int i = 0; i < n_; ++i) partners_.push_back(FindPartner(i));
  }

  std::vector<Cluster> Run() {
    int left = n_;
    while (left > 1) {
      int best = 0;
      for (int i = 1; i < n_; ++i) {
        if (partners_[i].cost < partners_[best].cost) best = i;
      }
      if (left <= kMaxTables && partners_[best].cost > 0) break;
      Merge(best, partners_[best].index);
      --left;
    }
    std::erase_if(clusters_, [](const Cluster& cluster) { return cluster.contexts.empty(); });
    return std::move(clusters_);
  }

 private:
  bool gone(int i) const { return clusters_[i].contexts.empty(); }

  double Cost(int i, int j) const {
    return JointBits(clusters_[i], clusters_[j]) - clusters_[i].bits - clusters_[j].bits;
  }

  Partner FindPartner(int i) const {
    Partner partner;
    if (gone(i)) return partner;
    for (int j = i + 1; j < n_; ++j) {
      if (!gone(j) && cost_[i * n_ + j] < partner.cost) partner = {j, cost_[i * n_ + j]};
    }
    return partner;
  }

  void Merge(int into, int from) {
    Cluster& a = clusters_[into];
    Cluster& b = clusters_[from];
    a.bits = JointBits(a, b);
    for (int i = 0; i < kTokens; ++i) a.counts[i] += b.counts[i];
    a.end = std::max(a.end, b.end);
    a.contexts.insert(a.contexts.end(), b.contexts.begin(), b.contexts.end());
    b.contexts.clear();
    for (int i = 0; i < n_; ++i) {
      if (gone(i) || i == into) continue;
      cost_[std::min(i, into) * n_ + std::max(i, into)] = Cost(i, into);
    }
    for (int i = 0; i < n_; ++i) {
      const int partner = partners_[i].index;
      if (i == into || partner == into || partner == from || gone(i)) {
        partners_[i] = FindPartner(i);
      } else if (i < into && cost_[i * n_ + into] < partners_[i].cost) {
        partners_[i] = {into, cost_[i * n_ + into]};
      }
    }
  }

  std::vector<Cluster> clusters_;
  int n_;
  std::vector<double> cost_;
  std::vector<Partner> partners_;
};

// The table of the number of bits that serves the counts best.
FrequencyTable BestTable(absl::Span<const uint64_t> counts) {
  FrequencyTable best;
  double least = std::numeric_limits<double>::infinity();
  const int used = std::count_if(counts.begin(), counts.end(), [](uint64_t n) { return n != 0; });
  for (int bits = kMaxTableBits; bits >= kMinTableBits; --bits) {
    if (2 * used > 1 << bits) break;
    FrequencyTable table = MakeFrequencyTable(counts, bits);
    double cost = 0;
    uint64_t sum = 0;
    for (size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] == 0) continue;
      sum += counts[i];
      cost += counts[i] * (bits - Log2(table.frequencies[i]));
    }
    cost += sum * 1e-6 * kBitsPerEntryAndMillion * ((1 << bits) - table.frequencies[0]);
    if (cost < least) {
      least = cost;
      best = std::move(table);
    }
  }
  return best;
}

}  // namespace

FrequencyTable MakeFrequencyTable(absl::Span<const uint64_t> counts, int bits) {
  FrequencyTable table;
  table.bits = bits;
  table.frequencies.assign(counts.size(), 0);
  uint64_t total = 0;
  for (const uint64_t count : counts) total += count;
  if (total == 0) {
    table.frequencies[0] = static_cast<uint16_t>(1 << bits);
    return table;
  }
  int64_t missing = int64_t{1} << bits;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    const double share = std::floor(static_cast<double>(counts[i]) / total * (1 << bits) + 0.5);
    table.frequencies[i] = static_cast<uint16_t>(std::max(1.0, share));
    missing -= table.frequencies[i];
  }
  // What rounding left over or took too much, where it does most good or least harm.
  for (; missing != 0; missing += missing > 0 ? -1 : 1) {
    const int step = missing > 0 ? 1 : -1;
    size_t best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (size_t i = 0; i < counts.size(); ++i) {
      const int frequency = table.frequencies[i];
      if (frequency == 0 || frequency + step == 0) continue;
      const double cost = counts[i] * Log2(static_cast<double>(frequency) / (frequency + step));
      if (cost < least) {
        least = cost;
        best = i;
      }
    }
    table.frequencies[best] = static_cast<uint16_t>(table.frequencies[best] + step);
  }
  return table;
}

uint8_t& TableOf(int context, SmallModel& model) {
  if (context >= kFlaggedContexts) return model.flagged_contexts[context - kFlaggedContexts];
  if (context >= kFirstContexts) return model.first_contexts[context - kFirstContexts];
  return model.contexts[context];
}

void FillTables(const SmallCounts& counts, SmallModel& model) {
  const std::vector<Cluster> clusters = Merger(UsedContexts(counts)).Run();
  model.tables.clear();
  // Contexts that do not occur must name a table, too.
  model.first_contexts = {};
  model.flagged_contexts = {};
  model.contexts = {};
  for (const Cluster& cluster : clusters) {
    for (const int context : cluster.contexts) {
      TableOf(context, model) = static_cast<uint8_t>(model.tables.size());
    }
    model.tables.push_back(BestTable(cluster.counts));
  }
  // Where nothing is coded at all, a decoder still needs one.
  if (model.tables.empty()) model.tables.push_back(BestTable(std::vector<uint64_t>(kTokens)));
  for (int i = 0; i < 2; ++i) {
    const std::vector<uint64_t> flags(counts.flags[i].begin(), counts.flags[i].end());
    model.flag_tables[i] = MakeFrequencyTable(flags, kMaxTableBits);
  }
}

}  // namespace seiche
