// What all starters share. CommonJS, and no stream for stdout: make and scripts ask for --version often, and Node
// answers in two thirds of the time so.
const { readFileSync, writeSync } = require('node:fs');
const { join } = require('node:path');
const { isatty } = require('node:tty');

module.exports = (name) => {
  const [word, ...more] = process.argv.slice(2);
  if (word === '--version' && more.length === 0)
    return say(`${name} ${require('../package.json').version}\n`);
  // A terminal has a width of its own; for anything else the page was laid out when the toolkit was built.
  if (word === '--help' && more.length === 0 && !isatty(1)) {
    const page = readPage(name);
    if (page !== undefined) return say(page);
  }
  import(`../dist/programs/${name}/start.js`).catch((error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    process.stderr.write(
      `${name}: ${error.message.split('\n')[0]} (build the toolkit again: make install)\n`,
    );
    process.exitCode = 3;
  });
};

function readPage(name) {
  try {
    return readFileSync(join(__dirname, `../dist/programs/${name}/help.txt`), 'utf8');
  } catch {
    return undefined;
  }
}

function say(text) {
  let rest = Buffer.from(text);
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(1, rest));
  } catch (error) {
    // A reader that left is no error; a slow one, whose pipe is full, is waited for.
    if (error.code === 'EPIPE') return;
    if (error.code === 'EAGAIN') return void setTimeout(say, 10, rest);
    process.stderr.write(`cannot write: ${error.message}\n`);
    process.exitCode = 3;
  }
}
