// Loaded before every script of package.json (`node -r`): on a Node that cannot run them, one line instead of a stack.
'use strict';

if (Number.parseInt(process.versions.node, 10) < 24) {
  process.stderr.write(
    `The scripts of this repository need Node.js 24 or newer, this is ${process.versions.node} (${process.execPath}).\n` +
      'Run `npm ci`, then `npm run <script>`: it brings its own Node, but on Macs with Apple silicon, where you install Node 24.\n',
  );
  process.exit(1);
}
