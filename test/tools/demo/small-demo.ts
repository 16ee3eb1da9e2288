// The demo as a program, with few flights and the executables of the command line: for the test that stops it.
import { runDemoProgram } from '../../../tools/demo/demo.ts';

const [source = '', destination = ''] = process.argv.slice(2);
await runDemoProgram({ programs: { source, destination }, rows: 50_000 });
