/* HDF5 1.14's configuration for 64-bit little-endian Linux (x86_64, aarch64) with gcc or clang.
 * Only what the library's sources ask for; left out: MPI, the mirror, S3, HDFS, direct and
 * subfiling drivers, the map API, thread safety (storage serialises its calls) and _Float16
 * as a native type (datasets of 16-bit floats are converted in software). */
#ifndef H5_CONFIG_H_
#define H5_CONFIG_H_

#if !defined(__linux__) || !defined(__LP64__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "H5pubconf.h: not written for this platform"
#endif

/* filters */
#define H5_HAVE_FILTER_DEFLATE 1
#define H5_HAVE_ZLIB_H 1
/* H5_HAVE_FILTER_SZIP, H5_HAVE_SZLIB_H: from hdf5.BUILD */

/* headers */
#define H5_HAVE_DIRENT_H 1
#define H5_HAVE_DLFCN_H 1
#define H5_HAVE_FEATURES_H 1
#define H5_HAVE_PTHREAD_H 1
#define H5_HAVE_PWD_H 1
#define H5_HAVE_SYS_FILE_H 1
#define H5_HAVE_SYS_IOCTL_H 1
#define H5_HAVE_SYS_RESOURCE_H 1
#define H5_HAVE_SYS_STAT_H 1
#define H5_HAVE_SYS_TIME_H 1
#define H5_HAVE_SYS_TYPES_H 1
#define H5_HAVE_UNISTD_H 1

/* compiler and library functions */
#define H5_HAVE_ATTRIBUTE 1
#define H5_HAVE_BUILTIN_EXPECT 1
#define H5_HAVE_CLOCK_GETTIME 1
#define H5_HAVE_FCNTL 1
#define H5_HAVE_FLOCK 1
#define H5_HAVE_GETRUSAGE 1
#define H5_HAVE_GETTIMEOFDAY 1
#define H5_HAVE_PREADWRITE 1
#define H5_HAVE_RANDOM 1
#define H5_HAVE_RAND_R 1
#define H5_HAVE_STRCASESTR 1
#define H5_HAVE_SYMLINK 1
#define H5_HAVE_TIMEZONE 1
#define H5_HAVE_TM_GMTOFF 1
#define H5_HAVE_VASPRINTF 1
#define H5_HAVE_WAITPID 1

/* types */
#define H5_DEV_T_IS_SCALAR 1
#define H5_SIZEOF_INT __SIZEOF_INT__
#define H5_SIZEOF_INT8_T 1
#define H5_SIZEOF_INT32_T 4
#define H5_SIZEOF_INT64_T 8
#define H5_SIZEOF_LONG __SIZEOF_LONG__
#define H5_SIZEOF_LONG_LONG __SIZEOF_LONG_LONG__
#define H5_SIZEOF_OFF_T 8
#define H5_SIZEOF_PTRDIFF_T __SIZEOF_PTRDIFF_T__
#define H5_SIZEOF_SHORT __SIZEOF_SHORT__
#define H5_SIZEOF_SIZE_T __SIZEOF_SIZE_T__
#define H5_SIZEOF_SSIZE_T __SIZEOF_SIZE_T__
#define H5_SIZEOF_UINT8_T 1
#define H5_SIZEOF_UINT16_T 2
#define H5_SIZEOF_UINT32_T 4
#define H5_SIZEOF_UINT64_T 8
#define H5_SIZEOF_UNSIGNED __SIZEOF_INT__

/* conversions and behaviour: upstream's defaults */
#define H5_DEFAULT_PLUGINDIR "/usr/local/hdf5/lib/plugin"
#define H5_IGNORE_DISABLED_FILE_LOCKS 1
#define H5_LDOUBLE_TO_LLONG_ACCURATE 1
#define H5_LLONG_TO_LDOUBLE_CORRECT 1
#define H5_USE_FILE_LOCKING 1
#define H5_WANT_DATA_ACCURACY 1
#define H5_WANT_DCONV_EXCEPTION 1

#endif
