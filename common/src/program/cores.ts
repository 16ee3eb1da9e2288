// How many threads compress, convert or decode at the same time: one rule for all programs. The main thread comes on top.
import { availableParallelism } from 'node:os';

import * as z from 'zod';

/** A field of every config. */
export const maxCores = z.int().min(1).max(1024).optional().meta({
  title: 'Cores',
  description:
    'How many threads may compress, convert or decode at the same time. Leave it empty to use all cores of the machine, or of the CPU limit of the container.',
});

/** Without a setting, what the process may use: by its affinity, and on Linux by the quota of its cgroup (v2), rounded down. */
export function coresOf(configured: number | undefined): number {
  return configured ?? availableParallelism();
}

/** Never more than have `bytesEach` of the memory. */
export function threadsWithin(wanted: number, memoryBytes: number, bytesEach: number): number {
  return Math.max(1, Math.min(wanted, Math.floor(memoryBytes / bytesEach)));
}

/** libuv's own number, even on one core: files and names of hosts need some while others compress. */
const leastPoolThreads = 4;

function poolThreads(cores: number): number {
  return Math.max(leastPoolThreads, cores);
}

/**
 * Chunks to compress at the same time. Without a setting, as many as the thread pool has threads, so that none waits for the
 * main thread to get its next chunk.
 */
export function compressionsAtOnce(configured: number | undefined, memoryBytes: number): number {
  return threadsWithin(configured ?? poolThreads(availableParallelism()), memoryBytes, compressionBytes);
}

/** Of `max_memory_mb`: a compressor of 600 KB, its chunk and what that becomes, 1 MiB each, and as much again that waits. */
export const compressionBytes = 8 * 1024 * 1024;

/** libuv reads the size of its thread pool once, when the pool is first used: to be called before that. */
export function sizeThreadPool(cores = availableParallelism(), env: NodeJS.ProcessEnv = process.env): void {
  env['UV_THREADPOOL_SIZE'] ??= String(poolThreads(cores));
}
