// What a program shows while it runs: on a terminal one line that is written over, between the lines that stay.
import type { Watch } from '../protocol/connector.ts';
import { systemClock, type Clock } from '../streams/clock.ts';

/** Of a terminal that does not say its width. */
const usualColumns = 80;
const everyMs = { terminal: 200, elsewhere: 5000 };

export type Screen = {
  /** A line that stays. */
  say(text: string): void;
  /** Shows what `text` says, again and again. On what is no terminal: nothing, or a line of `elsewhere` now and then. */
  readonly watch: Watch;
};

type Options = { readonly elsewhere: boolean; readonly clock?: Clock };

/** `clock`: by default the machine's. */
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
