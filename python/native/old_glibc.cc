// What a statically linked libstdc++ asks of a glibc that is newer than many machines'.
//
// libstdc++ built on Debian 12 takes std::random_device's numbers from arc4random(), which glibc
// has since 2.36 only. Defined here, it is the module's own, seen by nobody else (exports.lds), and
// the wheel runs where glibc is 2.34.
#include <sys/random.h>

#include <cstdint>
#include <cstdlib>

extern "C" uint32_t arc4random() noexcept {
  uint32_t number = 0;
  // Four bytes come at once or, before the system has gathered enough noise, after a wait.
  if (getrandom(&number, sizeof number, 0) != sizeof number) abort();
  return number;
}
