import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ListedRun, readRun } from '../support/listed-run.js';
import { type Outcome, run, shell } from '../support/programs.js';
import { describeReal, realRuns, testWith } from '../support/requirements.js';
import { simulate } from '../support/simulated-run.js';

/** What is known of a run: `instrument` and `name` as its records must have them. */
interface Expected {
  particles: number;
  name: string;
  instrument: Record<string, unknown> | undefined;
}

/** The same promises on every run, simulated or real. */
function keepsItsPromises(folderOf: () => Promise<string> | string, expected: Expected) {
  let folder: string;
  let listed: ListedRun;
  let csv: Outcome;
  let ndjson: Outcome;
  let bare: Outcome;
  beforeAll(async () => {
    folder = await folderOf();
    listed = readRun(folder);
    [csv, ndjson, bare] = await Promise.all([
      run('fc-lst2csv', [folder]),
      run('fc-lst2csv', [folder, '--format', 'ndjson']),
      run('fc-lst2csv', [folder, '--bare']),
    ]);
  });
  const names = () => listed.fields.map(({ name }) => name);
  const lines = ({ stdout }: Outcome) => stdout.toString().trimEnd().split('\n');

  test('ends with status 0 and says how many particles there were', () => {
    for (const { status, stderr } of [csv, ndjson, bare]) {
      expect(status).toBe(0);
      expect(stderr).toMatch(
        new RegExp(`^fc-lst2csv: ${expected.particles} particles of 1 run, \\d+\\.\\d s\\n$`),
      );
    }
  });

  test('--bare is the list, field by field, as it is written', () => {
    const start = listed.text.split('\n').length - 1 - expected.particles;
    const rows = listed.text.split('\n').slice(start, -1);
    expect(lines(bare)).toEqual([names().join(','), ...rows.map((row) => row.replaceAll('|', ','))]);
    expect(rows).toHaveLength(expected.particles);
  });

  test('CSV has run and index before that', () => {
    expect(lines(csv)[0]).toBe(`run,index,${names().join(',')}`);
    expect(lines(csv).slice(1)).toEqual(
      lines(bare)
        .slice(1)
        .map((row, index) => `${expected.name},${index},${row}`),
    );
  });

  test('NDJSON has records: what the toolkit knows, then the fields of the list, typed by its header', () => {
    const records = lines(ndjson).map((line) => JSON.parse(line));
    const ahead = (index: number) => ({
      run: expected.name,
      folder: basename(folder),
      directory: folder,
      index,
      ...(expected.instrument && { instrument: expected.instrument }),
    });
    const numbers = new Set(
      listed.fields.filter(({ type }) => ['int32', 'double'].includes(type)).map(({ name }) => name),
    );
    expect(records).toHaveLength(expected.particles);
    records.forEach((record, index) => {
      const own = Object.entries(listed.texts[index]!).map(([name, text]) => [
        name,
        numbers.has(name) ? Number(text) : text,
      ]);
      expect(Object.entries(record)).toEqual([...Object.entries(ahead(index)), ...own]);
    });
    expect(ndjson.stdout.at(-1)).toBe('\n'.charCodeAt(0));
  });

  testWith(['awk', 'cut', 'tr'], 'awk, cut and tr come to the same from the list', async () => {
    const list = join(folder, readdirSync(folder).find((file) => file.endsWith('.lst'))!);
    const plain = `n=$(sed -n 2p "$1" | cut -d'|' -f2)
      { sed -n "3,$((n + 2))p" "$1" | cut -d'|' -f1 | paste -sd,; tail -n +$((n + 3)) "$1" | tr '|' ','; }`;
    const { stdout } = await run('bash', ['-c', plain, '-', list]);
    expect(stdout.equals(bare.stdout)).toBe(true);
  });

  testWith(['jq'], 'jq reads every record, and sums what awk sums', async () => {
    const sum = await shell("jq -s 'map(.image_w * .image_h) | add'", { input: ndjson.stdout });
    const areas = listed.rows.reduce((total, row) => total + row.image_w! * row.image_h!, 0);
    expect(Number(sum.stdout)).toBe(areas);
  });

  testWith(['mlr'], 'mlr reads the table, and gives it back as it was', async () => {
    const { stdout } = await shell('mlr --icsv --ocsv cat', { input: csv.stdout });
    expect(stdout.equals(csv.stdout)).toBe(true);
  });
}

describe('a simulated run of 53 fields', () => {
  keepsItsPromises(() => simulate({ name: 'grey 53', particles: 200, fields: 53, resaved: true }), {
    particles: 200,
    name: 'grey 53',
    instrument: {
      software: 'VisualSpreadsheet',
      software_version: '4.10.8',
      magnification: 12,
      utc_offset: '+00:00',
    },
  });
});

describe('a simulated run of 57 fields, without image_id, whose list ends on collage_file', () => {
  keepsItsPromises(() => simulate({ particles: 200, fields: 57, utcOffset: '+02:00' }), {
    particles: 200,
    name: 'run',
    // Of version 3 nobody knows how its clocks stood.
    instrument: {
      software: 'VisualSpreadsheet',
      software_version: '3.4.5',
      magnification: 10,
      serial_number: '101',
    },
  });
});

describe('a simulated run of 65 fields', () => {
  const name = "Mere's $(pond);_54.3500_-2.9400_04052023_1";
  keepsItsPromises(() => simulate({ name, particles: 200, fields: 65, utcOffset: '-03:30' }), {
    particles: 200,
    name,
    instrument: {
      software: 'VisualSpreadsheet',
      software_version: '4.19.3',
      magnification: 10,
      utc_offset: '-03:30',
    },
  });
});

describeReal('a re-saved run of a mono camera', () => {
  keepsItsPromises(() => realRuns.tank25, {
    particles: 8976,
    name: '19_10_Tank25_blanksremoved',
    instrument: {
      software: 'VisualSpreadsheet',
      software_version: '4.10.8',
      magnification: 12,
      utc_offset: '+00:00',
    },
  });
});

describeReal('a run without side files, whose list was rewritten by a script', () => {
  keepsItsPromises(() => realRuns.meso, {
    particles: 475,
    name: 'MicrobialMethane_MESO_Tank10_54.0143_-2.7770_04052023_1',
    instrument: undefined,
  });
});

describeReal('a run of a colour camera in summer time', () => {
  keepsItsPromises(() => realRuns.pygsuia, {
    particles: 1000,
    name: '7-Pygsuia-SF-SW-NITRATE-day5-sample3-replicate3-08April2024',
    instrument: {
      software: 'VisualSpreadsheet',
      software_version: '4.19.3',
      magnification: 10,
      utc_offset: '+02:00',
    },
  });
});
