// The processor time that a container grants: what Docker's --cpus and Kubernetes' limits set.
//
//   CgroupCpuLimit() == 1.5      // 150 ms of processor time every 100 ms
//
// Linux shows more cores to a container than it may use; whoever starts one thread a core then
// runs into the limit and stands still for most of every period.
#ifndef SEICHE_BASE_CGROUP_H_
#define SEICHE_BASE_CGROUP_H_

#include <string>

namespace seiche {

// Cores' worth of processor time that the control groups of this process, their parents included,
// allow; infinity if nothing limits it. Reads versions 1 and 2, as described by Linux'
// Documentation/admin-guide/cgroup-v2.rst (cpu.max) and scheduler/sched-bwc.rst (cpu.cfs_*).
// `system_root` stands in front of /proc and of the mount points; tests put a folder there.
double CgroupCpuLimit(const std::string& system_root = "");

}  // namespace seiche

#endif  // SEICHE_BASE_CGROUP_H_
