// A headless Chromium, driven over its DevTools protocol: the keys a user presses, and what the page then shows.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findProgram } from './debian.ts';

const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];
const startWithinMs = 60_000;

export type Browser = AsyncDisposable & {
  /** Opens an address and waits until it is loaded. */
  open(address: string): Promise<void>;
  /** The value of an expression in the page. */
  evaluate<T>(expression: string): Promise<T>;
  /** Presses keys by name (`Tab`, `Enter`), or types a text into what has the focus. */
  press(key: string): Promise<void>;
  type(text: string): Promise<void>;
  prefer(scheme: 'light' | 'dark'): Promise<void>;
  /** A phone has about 360 pixels. Undefined: as it was. */
  resize(width: number | undefined): Promise<void>;
  /** Role and name of everything that assistive technology sees. */
  accessible(): Promise<readonly { readonly role: string; readonly name: string }[]>;
  /** Addresses that the page asked for. */
  readonly requested: readonly string[];
};

/** The browser's name. @throws Error saying what to install. */
export function findBrowser(say?: (text: string) => void): Promise<string> {
  const remedy = 'The pages are tested in Chromium: install chromium or google-chrome.';
  return findProgram({ names, debianPackage: 'chromium-headless-shell', remedy }, say);
}

export async function startBrowser(): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 's3-connectors-browser-'));
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
  ];
  const child = spawn(await findBrowser(), [...flags, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(child, 'exit');
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    return await connect(await address(child.stderr), close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function address(stderr: AsyncIterable<unknown>): Promise<string> {
  let said = '';
  const late = setTimeout(
    () => (stderr as unknown as { destroy(error: Error): void }).destroy(new Error(said)),
    startWithinMs,
  );
  for await (const chunk of stderr) {
    said += String(chunk);
    const [, host] = /DevTools listening on ws:\/\/([^/]+)\//u.exec(said) ?? [];
    if (host === undefined) continue;
    clearTimeout(late);
    return host;
  }
  throw new Error(`Chromium does not start: ${said}`);
}

type Answer = {
  readonly id?: number;
  readonly method?: string;
  readonly result?: unknown;
  readonly error?: unknown;
  readonly params?: unknown;
};

async function connect(host: string, close: () => Promise<void>): Promise<Browser> {
  const targets = (await (await fetch(`http://${host}/json/list`)).json()) as readonly {
    readonly type: string;
    readonly webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(targets.find(({ type }) => type === 'page')?.webSocketDebuggerUrl ?? '');
  await once(socket, 'open');
  const waiting = new Map<number, (answer: Answer) => void>();
  const loads: (() => void)[] = [];
  const requested: string[] = [];
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer;
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
    if (answer.method === 'Page.loadEventFired') loads.splice(0).forEach((done) => done());
    if (answer.method === 'Network.requestWillBeSent')
      requested.push((answer.params as { request: { url: string } }).request.url);
  });
  let calls = 0;
  const call = async <T>(method: string, params: object = {}): Promise<T> => {
    const id = (calls += 1);
    const { promise, resolve } = Promise.withResolvers<Answer>();
    waiting.set(id, resolve);
    socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await promise;
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result as T;
  };
  for (const domain of ['Page', 'Network', 'Accessibility']) await call(`${domain}.enable`);
  return {
    requested,
    async open(url) {
      const { promise, resolve } = Promise.withResolvers<void>();
      loads.push(resolve);
      await call('Page.navigate', { url });
      await promise;
    },
    async evaluate<T>(expression: string) {
      const { result, exceptionDetails } = await call<{ result: { value: T }; exceptionDetails?: object }>(
        'Runtime.evaluate',
        { expression, returnByValue: true, awaitPromise: true },
      );
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return result.value;
    },
    async press(key) {
      const codes: Readonly<Record<string, number>> = { Tab: 9, Enter: 13 };
      const text = key === 'Enter' ? { text: '\r' } : {};
      const event = { key, code: key, windowsVirtualKeyCode: codes[key] ?? 0, ...text };
      await call('Input.dispatchKeyEvent', { type: 'keyDown', ...event });
      await call('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
    },
    type: (text) => call('Input.insertText', { text }),
    resize: (width) =>
      width === undefined
        ? call('Emulation.clearDeviceMetricsOverride')
        : call('Emulation.setDeviceMetricsOverride', { width, height: 800, deviceScaleFactor: 2, mobile: true }),
    prefer: (scheme) =>
      call('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] }),
    async accessible() {
      type Node = {
        readonly ignored: boolean;
        readonly role?: { readonly value: string };
        readonly name?: { readonly value: string };
      };
      const { nodes } = await call<{ nodes: readonly Node[] }>('Accessibility.getFullAXTree');
      return nodes
        .filter(({ ignored }) => !ignored)
        .map(({ role, name }) => ({ role: role?.value ?? '', name: name?.value ?? '' }));
    },
    async [Symbol.asyncDispose]() {
      socket.close();
      await close();
    },
  };
}
