"""Files of writers that may know no such option or type."""


def keep_or_remove(path, write):
    """Keeps the file that `write` makes at the path, or removes its folder. Returns why there is none."""
    try:
        write(str(path))
    except Exception as error:  # Each writer has its own.
        path.unlink(missing_ok=True)
        path.parent.rmdir()
        return error
    return None
