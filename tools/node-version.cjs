// Loaded before every script of package.json (`node -r`): on a Node that cannot run them, one line instead of a stack.
'use strict';

if (Number.parseInt(process.versions.node, 10) < 24) {
  process.stderr.write(
    `The scripts of this repository need Node.js 24 or newer, this is ${process.versions.node} (${process.execPath}).\n` +
      'Run `npm ci`, then `npm run <script>`. `npm ci` also installs Node 24. On Macs with Apple silicon, install Node 24 yourself.\n',
  );
  process.exit(1);
}
