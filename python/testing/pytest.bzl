"""pytest_test: a file of pytest's as a test, run on the package as the wheel has it."""

def pytest_test(name, srcs, data = [], args = [], **kwargs):
    """Runs pytest on `srcs`, which begin with the files that hold tests.

    Args:
      name: of the test.
      srcs: test files; conftest.py is added.
      data: other files that the tests read.
      args: more of pytest's command line.
      **kwargs: as sh_test has them.
    """
    native.sh_test(
        name = name,
        srcs = ["//python/testing:run_pytest.py"],
        args = [
            "$(rootpath //python:wheel)",
            "$(rootpath @python_packages//:site)",
        ] + ["$(rootpath %s)" % src for src in srcs] + args,
        data = srcs + data + [
            "conftest.py",
            "//python:wheel",
            "//python/testing:sanitizer.py",
            "@python_packages//:site",
        ],
        # Other interpreters and packages, for tools/python_full_tests.
        env_inherit = ["SEICHE_PYTHON"],
        **kwargs
    )
