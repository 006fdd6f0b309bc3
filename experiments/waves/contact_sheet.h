// A picture of some waves: waves.png, so that people see what was simulated.
//
//   ContactSheet sheet(/*sequences=*/4, kFrames, kGridPoints);
//   for (...) sheet.Add(sequence);                           // WaveSequence with levels
//   SEICHE_ASSIGN_OR_RETURN(std::string png, sheet.EncodePng());
//   return WriteFileAtomically(files, "waves.png", png, OverwritePolicy::kReplace);
//
// Two rows of tiles a sequence, time from left to right: the height in colour (blue below rest,
// light at rest, red above, darkest from a quarter of a metre on), then the shaded frames in gray.
// Thread-compatible.
#ifndef SEICHE_EXPERIMENTS_WAVES_CONTACT_SHEET_H_
#define SEICHE_EXPERIMENTS_WAVES_CONTACT_SHEET_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "experiments/waves/products.h"

namespace seiche {

class ContactSheet {
 public:
  // Frames of a sequence that are shown, evenly spread over it.
  static constexpr int kColumns = 6;

  // Room for `sequences` >= 1 of `frames` frames of grid_points x grid_points. Frames larger than
  // the published ones are drawn at their size, a point for several.
  ContactSheet(int sequences, int64_t frames, int64_t grid_points);

  // Draws the next sequence, height and levels; ignored once the sheet is full.
  void Add(const WaveSequence& sequence);

  int64_t width() const { return width_; }    // pixels
  int64_t height() const { return height_; }  // pixels

  // The sheet as the bytes of a PNG file. Deterministic. kResourceExhausted if memory runs out.
  absl::StatusOr<std::string> EncodePng() const;

 private:
  using Colour = std::array<uint8_t, 3>;

  // Fills the tile of `row` and `column` with colour_at(y, x) of the grid points it shows.
  void DrawTile(int64_t row, int64_t column,
                absl::FunctionRef<Colour(int64_t y, int64_t x)> colour_at);

  int sequences_;
  int added_ = 0;
  int64_t frames_, grid_points_;
  int64_t tile_;  // pixels along a side
  int64_t width_, height_;
  std::vector<uint8_t> rgb_;  // [height_,width_,3]
};

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_WAVES_CONTACT_SHEET_H_
