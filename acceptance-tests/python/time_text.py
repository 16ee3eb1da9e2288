"""Dates and times as the published table of values has them."""

DAY = 86_400


def digits(count, units, width):
    """Zero digits, or microseconds, or nanoseconds where the unit has them."""
    if count == 0:
        return ""
    return f".{count:0{width}d}" if units == 10**9 else f".{count * (10**6 // units):06d}"


def day_text(days):
    """Proleptic Gregorian (Howard Hinnant's algorithm), any year; those before the year 1 as Airbyte writes them."""
    shifted = days + 719_468
    era, day = divmod(shifted, 146_097)
    year = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    rest = day - (365 * year + year // 4 - year // 100)
    month = (5 * rest + 2) // 153
    number = rest - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    year = year + era * 400 + (month <= 2)
    return f"{year:04d}-{month:02d}-{number:02d}" if year > 0 else f"{1 - year:04d}-{month:02d}-{number:02d}", year <= 0


def clock(second, fraction, units):
    hours, minutes, seconds = second // 3600, second // 60 % 60, second % 60
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{digits(fraction, units, 9)}"


def date_text(days):
    text, before = day_text(days)
    return f"{text} BC" if before else text


def instant_text(count, units, zone):
    seconds, fraction = divmod(count, units)
    days, second = divmod(seconds, DAY)
    text, before = day_text(days)
    return f"{text}T{clock(second, fraction, units)}{zone}{' BC' if before else ''}"


UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
