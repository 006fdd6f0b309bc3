"""Every third-party source archive, pinned.

A plain literal: third_party/deps.bzl makes repositories of it and tools/distdir.py reads it too.

`debian` names the same release in Debian's source archive, for machines that reach nothing else:
  as "same"    the file is upstream's, byte for byte;
  as "retop"   upstream's but for the top folder's name, the commit's id and time, or the
               compression: distdir.py restores upstream's bytes;
  as "repack"  files that we do not use are left out, so it has a digest of its own.
"""

ARCHIVES = {
    "bazel_skylib": {
        "urls": ["https://github.com/bazelbuild/bazel-skylib/archive/1.0.3/bazel-skylib-1.0.3.tar.gz"],
        "sha256": "7ac0fa88c0c4ad6f5b9ffb5e09ef81e235492c873659e6bb99efb89d11246bcb",
        "strip_prefix": "bazel-skylib-1.0.3",
        "debian": {
            "as": "retop",
            "source": "bazel-skylib",
            "file": "bazel-skylib_1.0.3.orig.tar.xz",
            "sha256": "b22f0f38d9a1ac565fce8a43df3d284f6b8e5e8775bda54b5cb687bed46b6ea4",
            "strip_prefix": "bazel-skylib-1.0.3",
        },
    },
    "blosc": {
        "urls": ["https://github.com/Blosc/c-blosc/archive/v1.21.5/c-blosc-1.21.5.tar.gz"],
        "sha256": "32e61961bbf81ffea6ff30e9d70fca36c86178afd3e3cfa13376adec8c687509",
        "strip_prefix": "c-blosc-1.21.5",
        "build_file": "//third_party/blosc:blosc.BUILD",
        "debian": {
            "as": "repack",
            "source": "c-blosc",
            "file": "c-blosc_1.21.5+ds.orig.tar.xz",
            "sha256": "c4e616db0dc234e92e79eb07eb51f1940fda251576f17d5e6afe618244a992cb",
            "strip_prefix": "c-blosc-1.21.5",
        },
    },
    "cli11": {
        "urls": ["https://github.com/CLIUtils/CLI11/archive/v2.4.1/CLI11-2.4.1.tar.gz"],
        "sha256": "73b7ec52261ce8fe980a29df6b4ceb66243bb0b779451dbd3d014cfec9fdbb58",
        "strip_prefix": "CLI11-2.4.1",
        "build_file": "//third_party/cli11:cli11.BUILD",
        "debian": {
            "as": "repack",
            "source": "cli11",
            "file": "cli11_2.4.1+ds.orig.tar.xz",
            "sha256": "0b8fbf2398875f15f30a675c7f412123a2aaa38df2863e991de72004fd5f1292",
            "strip_prefix": "CLI11-2.4.1",
        },
    },
    "com_github_google_benchmark": {
        "urls": ["https://github.com/google/benchmark/archive/v1.9.1/benchmark-1.9.1.tar.gz"],
        "sha256": "32131c08ee31eeff2c8968d7e874f3cb648034377dfc32a4c377fa8796d84981",
        "strip_prefix": "benchmark-1.9.1",
        "build_file": "//third_party/benchmark:benchmark.BUILD",
        "debian": {"as": "same", "source": "benchmark", "file": "benchmark_1.9.1.orig.tar.gz"},
    },
    "com_google_absl": {
        "urls": ["https://github.com/abseil/abseil-cpp/releases/download/20240722.0/abseil-cpp-20240722.0.tar.gz"],
        "sha256": "f50e5ac311a81382da7fa75b97310e4b9006474f9560ac46f54a9967f07d4ae3",
        "strip_prefix": "abseil-cpp-20240722.0",
        "debian": {
            "as": "retop",
            "source": "abseil",
            "file": "abseil_20240722.0.orig.tar.gz",
            "sha256": "df6d1f5ef540725f3851201176a60486aab332410788465c9877910bb471c34a",
            "strip_prefix": "abseil-20240722.0",
        },
    },
    "com_google_googletest": {
        "urls": ["https://github.com/google/googletest/releases/download/v1.16.0/googletest-1.16.0.tar.gz"],
        "sha256": "78c676fc63881529bf97bf9d45948d905a66833fbfa5318ea2cd7478cb98f399",
        "strip_prefix": "googletest-1.16.0",
        "debian": {
            "as": "retop",
            "source": "googletest",
            "file": "googletest_1.16.0.orig.tar.gz",
            "sha256": "2f54382b5d13d6cd0be2afc524f1e510d37f8ba78c2d439c5bea64ef37e30d01",
            "strip_prefix": "googletest-1.16.0",
            "commit": "6910c9d9165801d8827d628cb72eb7ea9dd538c5",
            "mtime": 1738944296,
        },
    },
    "cpython": {
        "urls": ["https://www.python.org/ftp/python/3.13.5/Python-3.13.5.tar.xz"],
        "sha256": "93e583f243454e6e9e4588ca2c2662206ad961659863277afcdb96801647d640",
        # The headers alone: nothing else is unpacked.
        "strip_prefix": "Python-3.13.5/Include",
        "build_file": "//third_party/cpython:cpython.BUILD",
        "overlay": {"//third_party/cpython:pyconfig.h": "pyconfig.h"},
        "debian": {
            "as": "same",
            "source": "python3.13",
            "file": "python3.13_3.13.5.orig.tar.xz",
        },
    },
    "hdf5": {
        "urls": [
            "https://github.com/HDFGroup/hdf5/releases/download/hdf5_1.14.5/hdf5-1.14.5.tar.gz",
            "https://support.hdfgroup.org/releases/hdf5/v1_14/v1_14_5/downloads/hdf5-1.14.5.tar.gz",
        ],
        "sha256": "ec2e13c52e60f9a01491bb3158cb3778c985697131fc6a342262d32a26e58e44",
        "strip_prefix": "hdf5-1.14.5",
        "build_file": "//third_party/hdf5:hdf5.BUILD",
        "overlay": {
            "//third_party/hdf5:H5build_settings.c": "src/H5build_settings.c",
            "//third_party/hdf5:H5pubconf.h": "src/H5pubconf.h",
        },
        "patches": ["//third_party/hdf5:short_chunks.patch"],
        "debian": {
            "as": "repack",
            "source": "hdf5",
            "file": "hdf5_1.14.5+repack.orig.tar.gz",
            "sha256": "71cdb04c151ef4e8a7f88907adfc4f3b75afd44e96fbd55775e1c9d7c4e7c112",
            "strip_prefix": "hdf5-1.14.5+repack",
        },
    },
    "highway": {
        "urls": ["https://github.com/google/highway/archive/1.2.0/highway-1.2.0.tar.gz"],
        "sha256": "7e0be78b8318e8bdbf6fa545d2ecb4c90f947df03f7aadc42c1967f019e63343",
        "strip_prefix": "highway-1.2.0",
        "build_file": "//third_party/highway:highway.BUILD",
        "debian": {"as": "same", "source": "highway", "file": "highway_1.2.0.orig.tar.gz"},
    },
    "libdeflate": {
        "urls": ["https://github.com/ebiggers/libdeflate/archive/v1.23/libdeflate-1.23.tar.gz"],
        "sha256": "1ab18349b9fb0ce8a0ca4116bded725be7dcbfa709e19f6f983d99df1fb8b25f",
        "strip_prefix": "libdeflate-1.23",
        "build_file": "//third_party/libdeflate:libdeflate.BUILD",
        "debian": {"as": "same", "source": "libdeflate", "file": "libdeflate_1.23.orig.tar.gz"},
    },
    "libjpeg_turbo": {
        "urls": ["https://github.com/libjpeg-turbo/libjpeg-turbo/archive/2.1.5/libjpeg-turbo-2.1.5.tar.gz"],
        "sha256": "254f3642b04e309fee775123133c6464181addc150499561020312ec61c1bf7c",
        "strip_prefix": "libjpeg-turbo-2.1.5",
        "build_file": "//third_party/libjpeg_turbo:libjpeg_turbo.BUILD",
        "debian": {"as": "same", "source": "libjpeg-turbo", "file": "libjpeg-turbo_2.1.5.orig.tar.gz"},
    },
    "lz4": {
        "urls": ["https://github.com/lz4/lz4/archive/v1.10.0/lz4-1.10.0.tar.gz"],
        "sha256": "537512904744b35e232912055ccf8ec66d768639ff3abe5788d90d792ec5f48b",
        "strip_prefix": "lz4-1.10.0",
        "build_file": "//third_party/lz4:lz4.BUILD",
        "debian": {"as": "same", "source": "lz4", "file": "lz4_1.10.0.orig.tar.gz"},
    },
    "nasm": {
        "urls": ["https://www.nasm.us/pub/nasm/releasebuilds/2.16.03/nasm-2.16.03.tar.xz"],
        "sha256": "1412a1c760bbd05db026b6c0d1657affd6631cd0a63cddb6f73cc6d4aa616148",
        "strip_prefix": "nasm-2.16.03",
        "build_file": "//third_party/nasm:nasm.BUILD",
        "overlay": {"//third_party/nasm:config.h": "config/config.h"},
        "debian": {"as": "same", "source": "nasm", "file": "nasm_2.16.03.orig.tar.xz"},
    },
    "nlohmann_json": {
        "urls": ["https://github.com/nlohmann/json/archive/v3.11.3/json-3.11.3.tar.gz"],
        "sha256": "0d8ef5af7f9794e3263480193c491549b2ba6cc74bb018906202ada498a79406",
        "strip_prefix": "json-3.11.3",
        "debian": {"as": "same", "source": "nlohmann-json3", "file": "nlohmann-json3_3.11.3.orig.tar.gz"},
    },
    "zlib": {
        "urls": ["https://github.com/madler/zlib/releases/download/v1.3.1/zlib-1.3.1.tar.gz"],
        "sha256": "9a93b2b7dfdac77ceba5a558a580e74667dd6fede4585b91eefb60f03b72df23",
        "strip_prefix": "zlib-1.3.1",
        "build_file": "//third_party/zlib:zlib.BUILD",
        "debian": {
            "as": "repack",
            "source": "zlib",
            "file": "zlib_1.3.dfsg+really1.3.1.orig.tar.gz",
            "sha256": "60dd315c07f616887caa029408308a018ace66e3d142726a97db164b3b8f69fb",
            "strip_prefix": "zlib-1.3.1",
        },
    },
    "zstd": {
        "urls": ["https://github.com/facebook/zstd/releases/download/v1.5.7/zstd-1.5.7.tar.gz"],
        "sha256": "eb33e51f49a15e023950cd7825ca74a4a2b43db8354825ac24fc1b7ee09e6fa3",
        "strip_prefix": "zstd-1.5.7",
        "build_file": "//third_party/zstd:zstd.BUILD",
        "debian": {
            "as": "repack",
            "source": "libzstd",
            "file": "libzstd_1.5.7+dfsg.orig.tar.xz",
            "sha256": "0c092ef267edce57ba7f3f2645c861f72eaf5e76273c6c3632869423464b90a5",
            "strip_prefix": "zstd-1.5.7",
        },
    },
}
