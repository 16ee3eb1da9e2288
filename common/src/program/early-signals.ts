// The first import of every executable: a module is evaluated before those that are imported after it, which take most of the time
// of a start.
import { stopSignals } from './stop-signals.ts';

stopSignals();
