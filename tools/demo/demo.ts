// `npm run demo`: builds the programs, sends three million flights through them, and checks that all of them arrived.
// Exit code 0: all rows are equal. 1: a program failed or rows differ. 130, 143: stopped, with nothing left behind.

import { buildConnector } from '../build.ts';
import { type JourneyOptions, runJourney } from './journey.ts';
import { report } from './report.ts';
import { openScreen } from '@s3-connectors/common/program/stdio/screen.ts';

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** Runs the journey and prints the result. @returns whether all rows arrived unchanged. */
export async function runDemo(options: JourneyOptions, signal: AbortSignal): Promise<boolean> {
  const { screen } = options;
  try {
    const journey = await runJourney(options, signal);
    screen.say(report(journey));
    return journey.differences.length === 0;
  } catch (error) {
    screen.say(error instanceof Error ? error.message : String(error));
    return false;
  }
}

/** The same as a program, with clean stops by signals and an exit code. */
export async function runDemoProgram(options: Omit<JourneyOptions, 'screen'>): Promise<void> {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    // A second signal has no effect: exiting before the clean-up would leave a folder behind.
    process.on(name, () => {
      process.exitCode = exitCodes[name];
      stop.abort(new Error(`Stopped by ${name}`));
    });
  }
  const equal = await runDemo({ ...options, screen: openScreen(process.stdout, { elsewhere: true }) }, stop.signal);
  if (!equal) process.exitCode ??= 1;
}

if (import.meta.main) {
  const programs = {
    source: await buildConnector('source-s3'),
    destination: await buildConnector('destination-s3-streaming'),
  };
  await runDemoProgram({ programs });
}
