// The number format of the demo.

export function number(value: number): string {
  return value.toLocaleString('en');
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
