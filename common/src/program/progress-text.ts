// The progress of a verb in one line: `flights: 1,234,567 rows, 312.4 MB, 35.1 MB/s, 45 %, 0:40 left`.
import { bytesText, countText } from './text-layout.ts';

/** Below this share, the text has no time left. */
const leastShare = 0.01;

type Standing = {
  readonly label?: string;
  readonly rows: number;
  /** Of the rows, and the base of `share`. */
  readonly bytes: number;
  readonly elapsedMs: number;
  /** From 0 to 1. Undefined if the total is not known. */
  readonly share?: number | undefined;
};

export function progressText({ label, rows, bytes, elapsedMs, share }: Standing): string {
  const parts = [countText(rows, 'row'), bytesText(bytes)];
  if (elapsedMs > 0) parts.push(`${bytesText(Math.round((bytes / elapsedMs) * 1000))}/s`);
  if (share !== undefined) parts.push(`${Math.floor(Math.min(share, 1) * 100)} %`);
  if (share !== undefined && share >= leastShare && share < 1) {
    parts.push(`${clockText((elapsedMs * (1 - share)) / share)} left`);
  }
  return `${label === undefined ? '' : `${label}: `}${parts.join(', ')}`;
}

/** `0:40`, `2:03:10`. */
function clockText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function two(part: number): string {
  return String(part).padStart(2, '0');
}
