// How figures are written.

/** In the unit of `max_memory_mb`. */
export function megabytes(bytes: number): string {
  return String(Math.ceil(bytes / 1024 / 1024));
}

export function whole(figure: number): string {
  return Math.round(figure).toLocaleString('en');
}

/** Two digits after the point, fewer for large ones. */
export function factor(ratio: number): string {
  return ratio >= 10 ? whole(ratio) : ratio.toFixed(ratio >= 3 ? 1 : 2);
}
