// A source whose rows tell when they were sent and which they are: RECORD lines, and a STATE after every 10,000 of them, or
// every second. Plain JavaScript, so that stripping types takes nothing from what is measured.
//   node feed.mjs ROWS ROWS_PER_SECOND HOLD_SECONDS
// ROWS_PER_SECOND 0: as fast as they are taken. After the last row the output stays open for HOLD_SECONDS.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const [rows = 0, perSecond = 0, holdSeconds = 0] = process.argv.slice(2).map(Number);
const rowsPerState = perSecond === 0 ? 10_000 : perSecond;
const rowsAtOnce = 1000;
const tickMs = 10;
/** What a page, a title and an agent may be, in letters that gzip finds little order in. */
const words = Array.from({ length: 4096 }, (_, index) => ((index + 1) * 2_654_435_761).toString(36));

function line(n, time) {
  const word = (salt) => words[(n * salt + (n >> 12)) % words.length];
  const page = `https://www.example.com/${word(7)}/${word(11)}-${word(13)}`;
  return `{"type":"RECORD","record":{"stream":"events","data":{"time":"${time}","n":${n},"user_id":"${word(17)}${word(19)}${word(23)}","event_name":"Pageview","segments":[${n % 997},${n % 5003},${n % 40009}],"properties":{"url":"${page}","title":"The story of ${word(29)} and ${word(31)}, told at full length","agent":"Mozilla/5.0 (X11; Linux x86_64) ${word(37)}","engaged_ms":${(n * 7919) % 120000}}},"emitted_at":${time}}}\n`;
}

function state(next) {
  return `{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"events"},"stream_state":{"next":${next}}}}}\n`;
}

async function send(text) {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

const started = performance.now();
for (let sent = 0; sent < rows;) {
  const due = perSecond === 0 ? rows : Math.floor(((performance.now() - started) / 1000) * perSecond) + 1;
  const end = Math.min(rows, due, sent + rowsAtOnce);
  let text = '';
  for (const time = Date.now(); sent < end;) {
    text += line(sent, time);
    sent += 1;
    if (sent % rowsPerState === 0 || sent === rows) text += state(sent);
  }
  if (text === '') await sleep(tickMs);
  else await send(text);
}
await sleep(holdSeconds * 1000);
process.stdout.end();
