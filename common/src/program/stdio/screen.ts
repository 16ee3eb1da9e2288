// The progress of a running program: on a terminal, one line that is overwritten, between the lines that stay.
import type { Watch } from '../../protocol/connector.ts';
import { systemClock, type Clock } from '../../streams/clock.ts';

/** The width if a terminal does not report one. */
const usualColumns = 80;
const everyMs = { terminal: 200, elsewhere: 5000 };

export type Screen = {
  /** A line that stays. */
  say(text: string): void;
  /** Shows `text()` repeatedly. Without a terminal, it shows nothing, or a line at times if `elsewhere` is set. */
  readonly watch: Watch;
};

type Options = { readonly elsewhere: boolean; readonly clock?: Clock };

/** The default of `clock` is the machine's. */
export function openScreen(out: NodeJS.WriteStream, { elsewhere, clock = systemClock }: Options): Screen {
  let redraw: (() => void) | undefined;
  const clear = (): void => {
    if (out.isTTY) out.write('\r\x1b[K');
  };
  return {
    say: (text) => {
      if (redraw !== undefined) clear();
      out.write(`${text}\n`);
      if (out.isTTY) redraw?.();
    },
    watch(text) {
      if (!out.isTTY && !elsewhere) return { [Symbol.dispose]: () => undefined };
      redraw = () => {
        clear();
        out.write(out.isTTY ? text().slice(0, (out.columns || usualColumns) - 1) : `${text()}\n`);
      };
      const every = out.isTTY ? everyMs.terminal : everyMs.elsewhere;
      const turn = (): void => {
        redraw?.();
        cancel = clock.after(every, turn);
      };
      let cancel = clock.after(every, turn);
      return {
        [Symbol.dispose]() {
          cancel();
          redraw = undefined;
          clear();
        },
      };
    },
  };
}
