// e^x with the same bits on every machine.
//
//   double bump = PortableExp(-0.5 * distance * distance);
//
// The C library's exp differs from version to version and, where it may use fused multiply-add,
// from processor to processor. This one is plain sums and products. Thread-safe.
#ifndef SEICHE_EXPERIMENTS_WAVES_PORTABLE_EXP_H_
#define SEICHE_EXPERIMENTS_WAVES_PORTABLE_EXP_H_

namespace seiche {

// e^x within 2 units in the last place for finite x <= 709; 0 for x < -708, where e^x leaves the
// normal numbers.
double PortableExp(double x);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_WAVES_PORTABLE_EXP_H_
