"""Text files as C++ string literals."""

def embed_text(name, src):
    """Makes src + ".inc": a raw string literal with the contents of `src`, for #include.

    Args:
      name: of the target
      src: a text file of this package, at most 64 KB, without )TEXT" in it
    """
    native.genrule(
        name = name,
        srcs = [src],
        outs = [src + ".inc"],
        cmd = "(echo 'R\"TEXT('; cat $<; echo ')TEXT\"') | sed '1{N;s/\\n//}' > $@",
    )
