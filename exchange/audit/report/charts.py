"""Charts as SVG inside the page: bars by day, and one bar for one row. Black and white is enough to read them.

What was allowed is filled, what was refused is hatched. Nothing in them is told by colour, or by the chart alone: the
same figures stand in a table beside it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from html import escape

from exchange.audit.report.counted import Split

# The hatching, once for the whole page. Not `display: none`, or browsers forget the pattern.
PATTERNS = (
    '<svg width="0" height="0" class="patterns" aria-hidden="true" focusable="false"><defs>'
    '<pattern id="hatched" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="5" height="5" class="hatch-ground"/><rect width="2.2" height="5" class="hatch-line"/>'
    "</pattern></defs></svg>\n"
)
WIDTH, HEIGHT = 760, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 8, 12, 24
_GRID_LINES = 4
_ROW_WIDTH, _ROW_HEIGHT = 200, 12
SUNDAY = 6


def by_day(days: Mapping[date, Split], *, title: str, description: str, names: tuple[str, str]) -> str:
    """A bar for each day, what was allowed below and what was refused above it. The axis begins at nothing."""
    top = ceiling(max((one.all for one in days.values()), default=0))
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" class="chart" role="img" aria-labelledby="days-t days-d">'
        f'<title id="days-t">{escape(title)}</title><desc id="days-d">{escape(description)}</desc>'
        f"{''.join(_grid(top))}{''.join(_bars(days, top, names))}</svg>"
    )


def row(parts: tuple[int, int], longest: int, words: str) -> str:
    """One bar as long as its share of `longest`; `words` say the same."""
    allowed, refused = (one * _ROW_WIDTH / max(longest, 1) for one in parts)
    shapes = _shape(0, 0, allowed, _ROW_HEIGHT, "allowed") + _shape(
        allowed, 0, refused, _ROW_HEIGHT, "refused"
    )
    return (
        f'<svg viewBox="0 0 {_ROW_WIDTH} {_ROW_HEIGHT}" class="bar" role="img" preserveAspectRatio="none">'
        f"<title>{escape(words)}</title>{shapes}</svg>"
    )


def key(names: Sequence[str]) -> str:
    """What is filled and what is hatched."""
    kinds = zip(("allowed", "refused"), names, strict=True)
    return '<p class="key">' + "".join(f"{_square(kind)} {escape(name)} " for kind, name in kinds) + "</p>"


def ceiling(most: int) -> int:
    """The end of the axis: the next number above that divides into four round steps."""
    step = 1
    while step * _GRID_LINES < most:
        # 1, 2, 5, 10, 20, 50 ...
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return step * _GRID_LINES


def _grid(top: int) -> Iterator[str]:
    for line in range(_GRID_LINES + 1):
        y = _TOP + (HEIGHT - _TOP - _BOTTOM) * (1 - line / _GRID_LINES)
        yield f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>'
        label = f"{top * line // _GRID_LINES:,}"
        yield f'<text x="{_LEFT - 6}" y="{y + 3.5:.1f}" class="axis end">{label}</text>'


def _bars(days: Mapping[date, Split], top: int, names: tuple[str, str]) -> Iterator[str]:
    room, height = (WIDTH - _LEFT - _RIGHT) / max(len(days), 1), HEIGHT - _TOP - _BOTTOM
    width = min(room * 0.72, 30)
    for place, (day, split) in enumerate(days.items()):
        x, ground = _LEFT + room * (place + 0.5) - width / 2, HEIGHT - _BOTTOM
        allowed, refused = split.allowed * height / top, split.refused * height / top
        words = f"{day.isoformat()}: {names[0]} {split.allowed:,}, {names[1]} {split.refused:,}"
        yield f"<g><title>{escape(words)}</title>"
        yield _shape(x, ground - allowed, width, allowed, "allowed")
        yield _shape(x, ground - allowed - refused, width, refused, "refused")
        kind = "axis middle rest" if day.weekday() >= SUNDAY - 1 else "axis middle"
        yield f'<text x="{x + width / 2:.1f}" y="{HEIGHT - 8}" class="{kind}">{day.day}</text></g>'


def _shape(x: float, y: float, width: float, height: float, kind: str) -> str:
    if not (width and height):
        return ""
    return f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" class="{kind}"/>'


def _square(kind: str) -> str:
    return (
        f'<svg viewBox="0 0 12 12" class="square" aria-hidden="true">{_shape(0.5, 0.5, 11, 11, kind)}</svg>'
    )
