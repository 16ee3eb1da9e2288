// What the demo shows while it runs: on a terminal one line that is written over, elsewhere a line now and then.
const everyMs = { terminal: 200, elsewhere: 5000 };

export type Screen = {
  /** A line that stays. */
  say(text: string): void;
  /** Shows what `text` says, again and again. */
  watch(text: () => string): { end(): void };
};

export function openScreen(out: NodeJS.WriteStream): Screen {
  const clear = (): void => {
    if (out.isTTY) out.write('\r\x1b[K');
  };
  return {
    say: (text) => {
      clear();
      out.write(`${text}\n`);
    },
    watch(text) {
      const show = (): void => {
        clear();
        out.write(out.isTTY ? text().slice(0, out.columns - 1) : `${text()}\n`);
      };
      const timer = setInterval(show, out.isTTY ? everyMs.terminal : everyMs.elsewhere);
      return {
        end() {
          clearInterval(timer);
          clear();
        },
      };
    },
  };
}
