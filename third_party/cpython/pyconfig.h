/* CPython's configuration for 64-bit Linux (x86_64, aarch64): only what its headers ask for where
 * the stable ABI alone is used. */
#ifndef Py_PYCONFIG_H
#define Py_PYCONFIG_H

#if !defined(__linux__) || !defined(__LP64__)
#error "pyconfig.h: not written for this platform"
#endif

#define ALIGNOF_MAX_ALIGN_T 16
#define HAVE_LONG_LONG 1
#define HAVE_SSIZE_T 1
#define HAVE_SYS_TIME_H 1
#define HAVE_UNISTD_H 1
#define HAVE_WCHAR_H 1
#define SIZEOF_DOUBLE 8
#define SIZEOF_INT 4
#define SIZEOF_LONG 8
#define SIZEOF_LONG_LONG 8
#define SIZEOF_OFF_T 8
#define SIZEOF_PID_T 4
#define SIZEOF_SIZE_T 8
#define SIZEOF_VOID_P 8
#define SIZEOF_WCHAR_T 4
#define WITH_DOC_STRINGS 1

#endif
