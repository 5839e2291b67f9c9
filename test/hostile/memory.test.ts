/** Input of 100 MB where a line or a name is due: refused in little memory, whatever would still come. */
import { describe, expect } from 'vitest';
import { environment, run } from '../support/programs.js';
import { testWith } from '../support/requirements.js';
import { runFolder } from '../support/run-folders.js';

/** Runs `producer | command` and gives what the command said, its status and the most memory it had, in MB. */
const MEASURE = `
import resource, subprocess, sys
producer = subprocess.Popen(['bash', '-c', sys.argv[1]], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
done = subprocess.run(['bash', '-c', 'exec ' + sys.argv[2]], stdin=producer.stdout, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
producer.kill()
print(done.returncode, most, done.stderr.decode())
`;

/** A program has some 100 MB without doing anything; 100 MB of input held whole would be far beyond this. */
const MOST = 190;

async function measure(producer: string, command: string) {
  const { stdout } = await run('python3', ['-c', MEASURE, producer, command], {
    env: environment({ RUN: runFolder() }),
  });
  const [, status, memory, words] = /^(\d+) (\d+) (.*)$/s.exec(stdout.toString())!;
  return { status: Number(status), memory: Number(memory), words: words!.trimEnd() };
}

/** Prints the status, and the most memory, of a command that skips 300,000 records, its stderr read late. */
const SKIPPING = `
import resource, subprocess
bash = lambda line, **streams: subprocess.Popen(['bash', '-c', line], **streams)
records = bash('yes "{}" | head -300000', stdout=subprocess.PIPE)
reader = bash('sleep 2; cat > /dev/null', stdin=subprocess.PIPE)
done = bash('exec fc-decollage --on-error skip > /dev/null', stdin=records.stdout, stderr=reader.stdin)
print(done.wait(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
`;

const XS = "head -c 100000000 /dev/zero | tr '\\0' x";

describe('100 MB', () => {
  const cases: [what: string, producer: string, command: string, words: RegExp][] = [
    ['of a list without line ends', XS, 'fc-lst2csv --run x', /stdin:1: this line is longer than 1048576 bytes/],
    ['of a row of a list', `cat "$RUN/run.lst"; ${XS}`, 'fc-lst2csv', /stdin:17: this line is longer/],
    ['of a record', `printf '{"run":"'; ${XS}`, 'fc-decollage', /stdin:1: this line is longer/],
    ['of a table without line ends', XS, 'fc-decollage --directory "$RUN"', /stdin:1: this line is longer/],
    ['of a quotation in a table', `printf 'run,index\\n"'; yes 1,2 | head -c 100000000`, 'fc-decollage --directory "$RUN"', /stdin:2: a quotation that begins here is longer/],
    ['of records that have no collage', `yes '{"run":"r","index":0}' | head -c 100000000`, 'fc-decollage', /stdin:1: .*does not say where its collages lie/],
    ['of zeros where an archive is due', 'head -c 100000000 /dev/zero', 'fc-exif', /stdin: no vignettes came in/],
    ['of text where an archive is due', XS, 'fc-exif', /stdin: this is no tar archive/],
  ]; // biome-ignore format: a row a case
  for (const [what, producer, command, words] of cases)
    testWith(['python3'], what, async () => {
      const outcome = await measure(producer, command);
      expect(outcome.words).toMatch(words);
      expect(outcome.status).toBe(3);
      expect(outcome.memory).toBeLessThan(MOST);
    });
});

testWith(
  ['python3'],
  'what is skipped by hundreds of thousands does not pile up before a slow reader of stderr',
  async () => {
    const { stdout } = await run('python3', ['-c', SKIPPING]);
    const [status, memory] = stdout.toString().trim().split(' ').map(Number) as [number, number];
    expect(status).toBe(1);
    expect(memory / 1024).toBeLessThan(250);
  },
);
