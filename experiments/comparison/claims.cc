#include "experiments/comparison/claims.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "experiments/comparison/published.h"

namespace seiche {
namespace {

constexpr char kJpeg[] = "jpeg";
constexpr char kAuto[] = "hdf5_auto_lzf";
constexpr char kManual[] = "hdf5_manual_lzf";
constexpr char kGzip[] = "hdf5_manual_gzip4";
constexpr char kManualSmall[] = "hdf5_manual_lzf_small_files";
const char* const kTable1[] = {kJpeg, kAuto, kManual, kGzip};

// "About 78x" holds from two thirds of it on: it is a claim that something is that much worse.
constexpr double kAboutTolerance = 2.0 / 3;
// "As fast as" and "nothing more": within 15 %.
constexpr double kEqualTolerance = 1.15;
// "Sublinear": less than 95 % of linear.
constexpr double kLinear = 0.95;
// "2.5-3x", with a tenth to spare.
constexpr double kSpeedupLow = 2.5 * 0.9;
constexpr double kSpeedupHigh = 3 * 1.1;

// Of fewer repeats no middle half can be had, and times that differ by less tell nothing.
constexpr size_t kFewRepeats = 3;
constexpr double kFewMargin = 1.25;

std::string Times(double ratio) { return absl::StrFormat(ratio < 9.95 ? "%.2fx" : "%.0fx", ratio); }

struct Ratio {
  double value = 0;
  Range range;  // from the middle halves of both

  // Whether the repeats leave open on which side of `threshold` the ratio is.
  bool IsAround(double threshold) const { return range.low < threshold && range.high >= threshold; }
};

Ratio Divide(absl::Span<const double> a, absl::Span<const double> b) {
  const double value = Median(a) / Median(b);
  if (a.size() < kFewRepeats || b.size() < kFewRepeats) {
    return {value, {value / kFewMargin, value * kFewMargin}};
  }
  const Range of_a = MiddleHalf(a), of_b = MiddleHalf(b);
  return {value, {of_a.low / of_b.high, of_a.high / of_b.low}};
}

Ratio Divide(const ReadSpeed& a, const ReadSpeed& b) { return Divide(a.seconds, b.seconds); }

// `claim` holds if the ratio reaches `threshold`; undecided, with the reason, if repeats disagree.
void JudgeReached(const Ratio& ratio, double threshold, Claim& claim) {
  claim.holds.reset();
  if (ratio.IsAround(threshold)) {
    absl::StrAppend(&claim.why, "; the repeats give ", Times(ratio.range.low), " to ",
                    Times(ratio.range.high), ", on both sides of ", Times(threshold));
    return;
  }
  claim.holds = ratio.value >= threshold;
}

std::string Workers(int workers) {
  return absl::StrCat(workers, workers == 1 ? " worker" : " workers");
}

// `claim` holds if all of `steps` are above 1, and its ratio is the smallest; undecided, with the
// reason, if repeats leave one of them open and none is below.
void JudgeSteps(absl::Span<const Ratio> steps, Claim& claim) {
  claim.ratio = std::numeric_limits<double>::infinity();
  bool below = false, open = false;
  for (const Ratio& step : steps) {
    claim.ratio = std::min(*claim.ratio, step.value);
    below |= step.range.high < 1;
    open |= step.IsAround(1);
  }
  claim.holds.reset();
  if (below || !open) {
    claim.holds = !below;
  } else {
    absl::StrAppend(&claim.why, "; too close for the spread of the repeats");
  }
}

class Judge {
 public:
  explicit Judge(const Measurements& measurements) : m_(measurements) {}

  std::vector<Claim> All() const;

 private:
  const Row* Find(const char* id) const { return FindRow(m_.rows, id); }
  const ReadSpeed* Read(const char* id, int workers) const {
    const Row* row = Find(id);
    return row == nullptr ? nullptr : row->FindRead(workers);
  }
  // The most workers, a published count and at most `most`, that the machine has cores for and
  // that all of `ids` were read with; 0 if none.
  int BestWorkers(absl::Span<const char* const> ids, int most) const;
  // Time of `a` / time of `b`, if both were measured.
  std::optional<double> MeasuredRatio(const char* a, const char* b, int workers) const;
  // False, with the reason in `claim`, unless `workers` can be judged on this machine.
  bool CanJudgeWorkers(int workers, Claim& claim) const;

  // How much faster `fast` is than `slow`: holds from `threshold` on.
  void JudgeRatio(const char* slow, const char* fast, int workers, double threshold,
                  Claim& claim) const;
  // `claim` at 4 workers, and its companion where this machine has fewer cores.
  void AddRatioClaim(Claim claim, const char* slow, const char* fast, double tolerance,
                     const std::string& remark, std::vector<Claim>& claims) const;
  std::vector<double> Speedups(int from, int to) const;

  void AddChunking(std::vector<Claim>& claims) const;
  void AddJpegSpeed(std::vector<Claim>& claims) const;
  Claim SizeOrder() const;
  Claim SpeedOrder() const;
  Claim FileSize() const;
  Claim FourWorkers() const;
  Claim EightWorkers() const;
  Claim Sublinear() const;
  Claim GzipLevels() const;
  Claim Szip() const;
  Claim EightBit() const;
  Claim JpegArtefacts() const;
  Claim KnownNormalisation() const;
  Claim Writing() const;
  Claim Staging() const;

  const Measurements& m_;
};

// "; as JPEG this data takes 3.3x less than the published": empty where it does not.
std::string CompressibilityRemark(const Row* jpeg) {
  if (jpeg == nullptr) return "";
  const PublishedRow* published = FindPublished(kJpeg);
  const double ratio = published->gigabytes * 1e9 / static_cast<double>(published->sequences) /
                       jpeg->bytes_per_sequence();
  return ratio > 1.1
             ? absl::StrFormat("; as JPEG this data takes %s less than the published", Times(ratio))
             : "";
}

double PublishedRatio(const char* slow, const char* fast, int workers) {
  return PublishedSeconds(FindPublished(slow), workers) /
         PublishedSeconds(FindPublished(fast), workers);
}

int Judge::BestWorkers(absl::Span<const char* const> ids, int most) const {
  int best = 0;
  for (const int workers : kPublishedWorkers) {
    if (workers > std::min(most, m_.cores)) continue;
    const bool all = std::all_of(ids.begin(), ids.end(),
                                 [&](const char* id) { return Read(id, workers) != nullptr; });
    if (all) best = workers;
  }
  return best;
}

std::optional<double> Judge::MeasuredRatio(const char* a, const char* b, int workers) const {
  const ReadSpeed *read_a = Read(a, workers), *read_b = Read(b, workers);
  if (read_a == nullptr || read_b == nullptr) return std::nullopt;
  return Divide(*read_a, *read_b).value;
}

bool Judge::CanJudgeWorkers(int workers, Claim& claim) const {
  if (m_.cores >= workers) return true;
  claim.why =
      absl::StrFormat("%s need %d cores, this machine has %d", Workers(workers), workers, m_.cores);
  return false;
}

void Judge::JudgeRatio(const char* slow, const char* fast, int workers, double threshold,
                       Claim& claim) const {
  const ReadSpeed* slow_read = Read(slow, workers);
  const ReadSpeed* fast_read = Read(fast, workers);
  if (slow_read == nullptr || fast_read == nullptr) {
    claim.why = absl::StrFormat("%s was not measured with %s", slow_read == nullptr ? slow : fast,
                                Workers(workers));
    return;
  }
  const Ratio ratio = Divide(*slow_read, *fast_read);
  claim.ratio = ratio.value;
  claim.why =
      absl::StrFormat("%.4f s against %.4f s a sequence with %s", Median(slow_read->seconds),
                      Median(fast_read->seconds), Workers(workers));
  JudgeReached(ratio, threshold, claim);
}

void Judge::AddRatioClaim(Claim claim, const char* slow, const char* fast, double tolerance,
                          const std::string& remark, std::vector<Claim>& claims) const {
  Claim here = claim;
  claim.published = PublishedRatio(slow, fast, 4);
  if (CanJudgeWorkers(4, claim)) {
    JudgeRatio(slow, fast, 4, *claim.published * tolerance, claim);
    absl::StrAppend(&claim.why, remark);
    claims.push_back(std::move(claim));
    return;
  }
  claim.ratio = MeasuredRatio(slow, fast, 4);
  const char* const ids[] = {slow, fast};
  const int workers = BestWorkers(ids, 4);
  claims.push_back(std::move(claim));
  if (workers == 0) return;
  here.id += "-here";
  here.published = PublishedRatio(slow, fast, workers);
  here.statement =
      absl::StrFormat("The same with %s, the most measured that this machine has cores for: %s",
                      Workers(workers), Times(*here.published));
  JudgeRatio(slow, fast, workers, *here.published * tolerance, here);
  absl::StrAppend(&here.why, remark);
  claims.push_back(std::move(here));
}

void Judge::AddChunking(std::vector<Claim>& claims) const {
  Claim claim{"1",
              "Correct chunking: manual chunks are read about 78x faster than auto (4 workers)"};
  const Row* chunked = Find(kAuto);
  if (chunked != nullptr && IsCutBelowPublished(chunked->variant)) {
    claim.published = PublishedRatio(kAuto, kManual, 4);
    claim.ratio = MeasuredRatio(kAuto, kManual, 4);
    claim.why = absl::StrFormat("the published chunks hold %d sequences, this dataset has only %d",
                                PublishedAutoChunk()[0], chunked->variant.sequences);
    claims.push_back(std::move(claim));
    return;
  }
  std::string remark;
  if (chunked != nullptr) {
    remark = absl::StrFormat("; an auto chunk holds parts of %d sequences, all decoded for one",
                             chunked->variant.chunk_shape[0]);
  }
  AddRatioClaim(std::move(claim), kAuto, kManual, kAboutTolerance, remark, claims);
}

void Judge::AddJpegSpeed(std::vector<Claim>& claims) const {
  std::string remark = CompressibilityRemark(Find(kJpeg));
  if (m_.own_decoders) {
    remark +=
        "; decided by our JPEG decoder, not by the format: luminance only, straight to float32";
  }
  AddRatioClaim({"2",
                 "HDF5 with manual chunks and LZF is read more than 6.5x faster than JPEG (4 "
                 "workers)"},
                kJpeg, kManual, /*tolerance=*/1, remark, claims);
}

Claim Judge::SizeOrder() const {
  Claim claim{"3-size", "Sizes: JPEG < GZIP < LZF with manual chunks < LZF with auto chunks"};
  claim.published = 19.0 / 17.0;
  const char* const order[] = {kJpeg, kGzip, kManual, kAuto};
  std::vector<std::string> sizes;
  double last = 0;
  for (const char* id : order) {
    const Row* row = Find(id);
    if (row == nullptr) {
      claim.why = absl::StrCat(id, " was not written");
      return claim;
    }
    const double size = row->bytes_per_sequence();
    sizes.push_back(absl::StrFormat("%.2f", size / 1e6));
    if (last > 0) claim.ratio = std::min(claim.ratio.value_or(size / last), size / last);
    last = size;
  }
  claim.holds = *claim.ratio > 1;
  claim.why = absl::StrFormat("%s MB a sequence; the ratio is the smallest step's",
                              absl::StrJoin(sizes, ", "));
  claim.why += CompressibilityRemark(Find(kJpeg));
  const Variant& chunked = Find(kAuto)->variant;
  if (Padding(chunked) > 1.2) {
    absl::StrAppendFormat(&claim.why,
                          "; auto chunks store %.0f %% beyond the data's edges at %d "
                          "sequences",
                          (Padding(chunked) - 1) * 100, chunked.sequences);
  }
  return claim;
}

Claim Judge::SpeedOrder() const {
  Claim claim{"3-speed", "Of the four formats LZF with manual chunks is read fastest, GZIP second"};
  const int workers = BestWorkers(kTable1, kPublishedCores);
  if (workers == 0) {
    claim.why = "the four formats were not all measured with as many workers as there are cores";
    return claim;
  }
  claim.published =
      std::min({PublishedRatio(kGzip, kManual, workers), PublishedRatio(kJpeg, kGzip, workers),
                PublishedRatio(kAuto, kGzip, workers)});
  const Ratio steps[] = {Divide(*Read(kGzip, workers), *Read(kManual, workers)),
                         Divide(*Read(kJpeg, workers), *Read(kGzip, workers)),
                         Divide(*Read(kAuto, workers), *Read(kGzip, workers))};
  claim.why =
      absl::StrFormat("LZF %.4f, GZIP %.4f, JPEG %.4f, auto %.4f s a sequence with %s",
                      Median(Read(kManual, workers)->seconds),
                      Median(Read(kGzip, workers)->seconds), Median(Read(kJpeg, workers)->seconds),
                      Median(Read(kAuto, workers)->seconds), Workers(workers));
  JudgeSteps(steps, claim);
  if (claim.holds.has_value() && m_.own_decoders) {
    absl::StrAppend(&claim.why, "; JPEG's place is our decoder's work");
  }
  return claim;
}

Claim Judge::FileSize() const {
  Claim claim{"4", "A bigger file is read as fast as a smaller one when the chunks are right"};
  const char* const ids[] = {kManual, kManualSmall};
  const int workers = BestWorkers(ids, kPublishedCores);
  if (workers == 0) {
    claim.why = "the rows of table 2 were not measured";
    return claim;
  }
  claim.published = PublishedRatio(kManual, kManualSmall, workers);
  const Ratio ratio = Divide(*Read(kManual, workers), *Read(kManualSmall, workers));
  const Variant& big = Find(kManual)->variant;
  claim.ratio = ratio.value;
  claim.why = absl::StrFormat("one file of %d sequences: %s the time of files of %d, with %s",
                              big.sequences, Times(ratio.value),
                              Find(kManualSmall)->variant.sequences_per_file, Workers(workers));
  if (big.sequences < kPublishedSequences) {
    absl::StrAppendFormat(&claim.why, "; the claim is about %d (--scale=full)",
                          kPublishedSequences);
  } else if (ratio.range.low <= kEqualTolerance && ratio.range.high > kEqualTolerance) {
    absl::StrAppend(&claim.why, "; too close for the spread of the repeats");
  } else {
    claim.holds = ratio.value <= kEqualTolerance;
  }
  return claim;
}

std::vector<double> Judge::Speedups(int from, int to) const {
  std::vector<double> speedups;
  for (const char* id : kTable1) {
    const ReadSpeed *before = Read(id, from), *after = Read(id, to);
    if (before != nullptr && after != nullptr) {
      speedups.push_back(Divide(*before, *after).value);
    }
  }
  return speedups;
}

std::string SpeedupText(const std::vector<double>& speedups, int from, int to) {
  const auto [low, high] = std::minmax_element(speedups.begin(), speedups.end());
  return absl::StrFormat("%s against %s: median %s over the formats of table 1 (%s to %s)",
                         Workers(to), Workers(from), Times(Median(speedups)), Times(*low),
                         Times(*high));
}

double PublishedSpeedup(int from, int to) {
  std::vector<double> speedups;
  for (const char* id : kTable1) {
    const PublishedRow* row = FindPublished(id);
    speedups.push_back(PublishedSeconds(row, from) / PublishedSeconds(row, to));
  }
  return Median(speedups);
}

Claim Judge::FourWorkers() const {
  Claim claim{"5-4workers", "4 workers are 2.5 to 3 times as fast as one"};
  claim.published = PublishedSpeedup(1, 4);
  const std::vector<double> speedups = Speedups(1, 4);
  if (!speedups.empty()) claim.ratio = Median(speedups);
  if (!CanJudgeWorkers(4, claim)) return claim;
  if (speedups.empty()) {
    claim.why = "1 and 4 workers were not measured";
    return claim;
  }
  claim.holds = *claim.ratio >= kSpeedupLow && *claim.ratio <= kSpeedupHigh;
  claim.why = SpeedupText(speedups, 1, 4);
  return claim;
}

Claim Judge::EightWorkers() const {
  Claim claim{"5-8workers", "More than 4 workers bring nothing"};
  claim.published = PublishedSpeedup(4, 8);
  const std::vector<double> speedups = Speedups(4, 8);
  if (!speedups.empty()) claim.ratio = Median(speedups);
  if (!CanJudgeWorkers(8, claim)) return claim;
  if (speedups.empty()) {
    claim.why = "4 and 8 workers were not measured";
    return claim;
  }
  claim.holds = *claim.ratio <= kEqualTolerance;
  claim.why = SpeedupText(speedups, 4, 8);
  return claim;
}

Claim Judge::Sublinear() const {
  Claim claim{"5-sublinear", "Speed grows less than linearly with the workers"};
  const int workers = BestWorkers(kTable1, 8);
  if (workers < 2) {
    claim.why = m_.cores < 2 ? "needs 2 cores, this machine has 1"
                             : "the formats of table 1 were not measured with 2 workers or more";
    return claim;
  }
  const std::vector<double> speedups = Speedups(1, workers);
  if (speedups.empty()) {
    claim.why = "1 worker was not measured";
    return claim;
  }
  claim.published = PublishedSpeedup(1, workers);
  claim.ratio = Median(speedups);
  claim.holds = *claim.ratio < kLinear * workers;
  claim.why = absl::StrFormat("%s; linear is %dx", SpeedupText(speedups, 1, workers), workers);
  return claim;
}

Claim Judge::GzipLevels() const {
  Claim claim{"6-gzip-levels", "GZIP levels 1 to 9: a higher one is smaller and slower to write"};
  const Row* rows[] = {Find("hdf5_manual_gzip1"), Find(kGzip), Find("hdf5_manual_gzip9")};
  if (std::any_of(std::begin(rows), std::end(rows),
                  [](const Row* row) { return row == nullptr; })) {
    claim.why = "levels 1, 4 and 9 were not all written";
    return claim;
  }
  std::vector<std::string> parts;
  bool smaller = true;
  bool timed = true;
  std::vector<Ratio> slower;
  const char* const levels[] = {"1", "4", "9"};
  for (int i = 0; i < 3; ++i) {
    parts.push_back(
        absl::StrFormat("level %s: %.2f MB", levels[i], rows[i]->bytes_per_sequence() / 1e6));
    timed &= !rows[i]->write_seconds.empty();
    if (timed) {
      absl::StrAppendFormat(&parts.back(), ", %.3f s to write", Median(rows[i]->write_seconds));
    }
    if (i == 0) continue;
    smaller &= rows[i]->bytes_per_sequence() < rows[i - 1]->bytes_per_sequence();
    if (timed) slower.push_back(Divide(rows[i]->write_seconds, rows[i - 1]->write_seconds));
  }
  claim.why = absl::StrJoin(parts, "; ");
  if (!timed) {
    absl::StrAppend(&claim.why, "; writing was not timed with these libraries");
  } else if (smaller) {
    JudgeSteps(slower, claim);
  } else {
    claim.holds = false;
  }
  claim.ratio = rows[0]->bytes_per_sequence() / rows[2]->bytes_per_sequence();
  return claim;
}

Claim Judge::Szip() const {
  Claim claim{"6-szip", "SZIP is an alternative: smaller than GZIP or faster to read than LZF"};
  const Row* szip = Find("hdf5_manual_szip");
  const Row* gzip = Find(kGzip);
  const char* const ids[] = {"hdf5_manual_szip", kManual};
  const int workers = BestWorkers(ids, kPublishedCores);
  if (szip == nullptr || gzip == nullptr || workers == 0) {
    claim.why = "SZIP was not measured";
    for (const Row& row : m_.rows) {
      if (row.variant.id == "hdf5_manual_szip" && !row.available()) claim.why = row.unavailable;
    }
    return claim;
  }
  const double smaller = gzip->bytes_per_sequence() / szip->bytes_per_sequence();
  const double faster = Divide(*Read(kManual, workers), *Read("hdf5_manual_szip", workers)).value;
  claim.ratio = std::max(smaller, faster);
  claim.holds = *claim.ratio > 1;
  claim.why = absl::StrFormat("%s GZIP's size, %s LZF's speed with %s", Times(1 / smaller),
                              Times(faster), Workers(workers));
  return claim;
}

Claim Judge::EightBit() const {
  Claim claim{"6-8bit", "8 bits a channel are enough for less space than float32"};
  const Row* bytes = Find("hdf5_manual_uint8_gzip4");
  const Row* floats = Find(kGzip);
  if (bytes == nullptr || floats == nullptr) {
    claim.why = "uint8 with GZIP was not written";
    return claim;
  }
  claim.ratio = floats->bytes_per_sequence() / bytes->bytes_per_sequence();
  claim.holds = *claim.ratio > 1;
  claim.why = absl::StrFormat(
      "GZIP 4: %.2f MB as float32, %.2f MB as uint8; nothing is lost: the "
      "values are multiples of 1/255",
      floats->bytes_per_sequence() / 1e6, bytes->bytes_per_sequence() / 1e6);
  return claim;
}

Claim Judge::JpegArtefacts() const {
  Claim claim{"6-jpeg-artefacts", "JPEG leaves artefacts"};
  const Row* row = Find(kJpeg);
  if (row == nullptr || !row->quality.has_value()) {
    claim.why = "JPEG's quality was not measured";
    return claim;
  }
  claim.holds = row->quality->max_error > 0;
  claim.why = absl::StrFormat("PSNR %.1f dB, largest error %.0f/255 against what was simulated",
                              row->quality->psnr_db, row->quality->max_error);
  return claim;
}

Claim Judge::KnownNormalisation() const {
  Claim claim{"6-normalisation", "The parameters of normalisation must be known beforehand"};
  claim.why = absl::StrFormat(
      "nothing to measure; computed while writing and stored with the data: mean %.4f, standard "
      "deviation %.4f, range %.4f to %.4f",
      m_.normalisation.mean, m_.normalisation.standard_deviation, m_.normalisation.minimum,
      m_.normalisation.maximum);
  return claim;
}

Claim Judge::Writing() const {
  Claim claim{"7-write", "HDF5 with LZF is written faster than JPEG files"};
  const Row *jpeg = Find(kJpeg), *hdf5 = Find(kManual);
  if (jpeg == nullptr || hdf5 == nullptr || jpeg->write_seconds.empty() ||
      hdf5->write_seconds.empty()) {
    claim.why = "writing was not timed";
    return claim;
  }
  const Ratio ratio = Divide(jpeg->write_seconds, hdf5->write_seconds);
  claim.ratio = ratio.value;
  claim.why = absl::StrFormat("%.4f s against %.4f s a sequence, flushed to the same disk",
                              Median(jpeg->write_seconds), Median(hdf5->write_seconds));
  JudgeReached(ratio, /*threshold=*/1, claim);
  return claim;
}

Claim Judge::Staging() const {
  Claim claim{"7-staging", "One file is copied (staged) faster, byte for byte, than many"};
  const Row *jpeg = Find(kJpeg), *hdf5 = Find(kManual);
  if (jpeg == nullptr || hdf5 == nullptr || jpeg->copy_seconds.empty() ||
      hdf5->copy_seconds.empty()) {
    claim.why = "copying was not timed";
    return claim;
  }
  // Of seconds a byte.
  const double sizes = static_cast<double>(hdf5->bytes) / static_cast<double>(jpeg->bytes);
  Ratio ratio = Divide(jpeg->copy_seconds, hdf5->copy_seconds);
  ratio = {ratio.value * sizes, {ratio.range.low * sizes, ratio.range.high * sizes}};
  claim.ratio = ratio.value;
  claim.why = absl::StrFormat(
      "copied to another folder of the same disk: %d JPEG files of %.1f MB in all in %.2f s, %d "
      "HDF5 file of %.1f MB in %.2f s",
      jpeg->files, static_cast<double>(jpeg->bytes) / 1e6, Median(jpeg->copy_seconds), hdf5->files,
      static_cast<double>(hdf5->bytes) / 1e6, Median(hdf5->copy_seconds));
  JudgeReached(ratio, /*threshold=*/1, claim);
  return claim;
}

std::vector<Claim> Judge::All() const {
  std::vector<Claim> claims;
  AddChunking(claims);
  AddJpegSpeed(claims);
  for (Claim& claim :
       std::vector<Claim>{SizeOrder(), SpeedOrder(), FileSize(), Sublinear(), FourWorkers(),
                          EightWorkers(), GzipLevels(), Szip(), EightBit(), JpegArtefacts(),
                          KnownNormalisation(), Writing(), Staging()}) {
    claims.push_back(std::move(claim));
  }
  return claims;
}

}  // namespace

std::vector<Claim> JudgeClaims(const Measurements& measurements) {
  return Judge(measurements).All();
}

std::string CompressibilityNote(const std::vector<Row>& rows) {
  std::vector<std::string> parts;
  for (const char* id : {kJpeg, kGzip, kManual}) {
    const Row* row = FindRow(rows, id);
    if (row == nullptr) continue;
    const PublishedRow* published = FindPublished(id);
    const double there = published->gigabytes * 1e3 / static_cast<double>(published->sequences);
    const double here = row->bytes_per_sequence() / 1e6;
    parts.push_back(absl::StrFormat("%s %.2f MB a sequence against %.1f (%.1fx)",
                                    id == kJpeg ? "JPEG" : row->variant.compression, here, there,
                                    there / here));
  }
  if (parts.empty()) return "";
  return absl::StrCat("Compressed sizes against the published ones: ", absl::StrJoin(parts, ", "),
                      ".");
}

std::string VerdictText(const std::optional<bool>& holds) {
  if (!holds.has_value()) return "not decidable here";
  return *holds ? "holds" : "does not hold";
}

}  // namespace seiche
