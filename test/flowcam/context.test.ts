import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instrumentOf, parseContext, parseRunSummary } from '../../src/flowcam/context.js';
import { describeReal, realRuns } from '../support/requirements.js';

const context = (lines: string[]) => parseContext(lines.join('\r\n'));
const summary = (lines: string[]) => parseRunSummary(lines.join('\r\n'));

test('a context is read by section and key, in whatever case they are written', () => {
  const read = context(['[Laser]', 'Enabled=0', '[RollingCal]', 'ENABLED=1', 'Path=C:\\x%20=y ', 'TechnicianName= ', '', 'Empty=', 'junk', '=x']); // biome-ignore format: lines
  expect(read.get('laser')?.get('enabled')).toBe('0');
  expect(read.get('rollingcal')).toEqual(new Map([['enabled', '1'], ['path', 'C:\\x%20=y']])); // biome-ignore format: pairs
});

test('a run summary is read at the first colon, and the first of repeated keys counts', () => {
  const read = summary(['', 'Run:', '\tMode:  AutoImage', '\tStart:  2024-04-08 11:10:51', '\tFactor: 1', '\tFactor: 2', '\tNone: ']); // biome-ignore format: lines
  expect([...read]).toEqual([['mode', 'AutoImage'], ['start', '2024-04-08 11:10:51'], ['factor', '1']]); // biome-ignore format: pairs
});

describe('the instrument is told by the side files', () => {
  const software = [
    '[Software]',
    'SoftwareName=VisualSpreadsheet',
    'SoftwareVersion=4.19.3',
    'CameraMagnification=10',
  ];

  test('by the context', () => {
    expect(instrumentOf(context([...software, 'SerialNo=101']), undefined)).toEqual({
      software: 'VisualSpreadsheet',
      software_version: '4.19.3',
      magnification: 10,
      serial_number: '101',
    });
  });

  test('by the run summary where there is no context', () => {
    const read = summary(['Environment:', '\tSoftware: VisualSpreadsheet 4.10.8', '\tMagnification: 12X', '\tSerialNo:  77']); // biome-ignore format: lines
    expect(instrumentOf(undefined, read)).toEqual({
      software: 'VisualSpreadsheet',
      software_version: '4.10.8',
      magnification: 12,
      serial_number: '77',
    });
  });

  test('not by what says nothing', () => {
    for (const serial of ['NA', 'N/A', 'Unknown', 'unknown', 'none', ' '])
      expect(instrumentOf(context([...software, `SerialNo=${serial}`]), undefined)).not.toHaveProperty(
        'serial_number',
      );
    for (const magnification of ['x', '-4', '0', '4 or 10', '1e1'])
      expect(
        instrumentOf(context(['[Software]', `CameraMagnification=${magnification}`]), undefined),
      ).toBeUndefined();
    expect(instrumentOf(undefined, undefined)).toBeUndefined();
    expect(instrumentOf(context(['[Other]', 'SoftwareName=x']), new Map())).toBeUndefined();
  });

  test('whatever the side files hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, key) => {
        instrumentOf(
          parseContext(`[software]\n${text}\n${key}=1`),
          parseRunSummary(`\t${text}\n\t${key}: 2`),
        );
      }),
    );
  });
});

describe('the offset of the clock from UTC', () => {
  /** The offset where the context says it began at this UTC time, and summary or list at this local one. */
  function offset(
    utc: string,
    {
      local,
      timestamp,
      elapsed = 0,
      version = '4.10.8',
    }: { local?: string; timestamp?: string; elapsed?: number; version?: string },
  ) {
    // biome-ignore format: a head
    const side = context(['[Software]', `SoftwareVersion=${version}`, '[General]', `RunStartTime=${utc}`]);
    const said = local === undefined ? undefined : summary(['Date/Time:', `\tStart:  ${local}`]);
    return instrumentOf(side, said, timestamp === undefined ? undefined : { timestamp, elapsed })?.utc_offset;
  }

  const cases: [what: string, utc: string, local: string, offset: string | undefined][] = [
    ['none in winter', '2022-01-10 09:10:51', '2022-01-10 09:10:51', '+00:00'],
    ['of Sweden in summer', '2024-04-08 09:10:51', '2024-04-08 11:10:51', '+02:00'],
    ['west of Greenwich', '2024-04-08 09:10:51', '2024-04-08 05:40:50', '-03:30'],
    ['with a quarter of an hour', '2024-04-08 09:10:51', '2024-04-08 14:55:51', '+05:45'],
    ['over midnight and new year', '2023-12-31 23:50:00', '2024-01-01 00:50:01', '+01:00'],
    ['on the other side of the date line', '2024-04-08 23:00:00', '2024-04-09 13:00:00', '+14:00'],
    ['no offset on Earth', '2024-04-08 09:10:51', '2024-04-09 09:10:51', undefined],
    ['no multiple of a quarter of an hour', '2024-04-08 09:00:00', '2024-04-08 10:05:00', undefined],
    ['no time', 'yesterday', '2024-04-09 09:10:51', undefined],
    ['no date', '2024-02-31 09:10:51', '2024-13-40 09:10:51', undefined],
  ];
  for (const [what, utc, local, expected] of cases)
    test(`${what}: ${expected}`, () => expect(offset(utc, { local })).toBe(expected));

  test('comes from the first row where there is no summary', () => {
    expect(offset('2024-04-08 09:10:51', { timestamp: '2024-04-08T11:11:01.303', elapsed: 2.5 })).toBe(
      '+02:00',
    );
    expect(offset('2024-04-08 09:10:51', { timestamp: '2024-04-08T11:41:01.303', elapsed: 1800 })).toBe(
      '+02:00',
    );
    expect(offset('2024-04-08 09:10:51', { timestamp: 'soon', elapsed: 1 })).toBeUndefined();
  });

  test('is not derived for versions whose clocks nobody has compared', () => {
    const local = '2024-04-08 11:10:51';
    for (const version of ['3.4.5', '1.5', 'x', ''])
      expect(offset('2024-04-08 09:10:51', { local, version })).toBeUndefined();
    for (const version of ['4.0', '5.1.2', '10.0'])
      expect(offset('2024-04-08 09:10:51', { local, version })).toBe('+02:00');
  });
});

describeReal('the side files of the real runs', () => {
  const sideFile = (run: string, ending: string): string => {
    const name = readdirSync(run).find((file) => file.endsWith(ending))!;
    return readFileSync(join(run, name), 'latin1');
  };
  const instrument = (run: string) =>
    instrumentOf(parseContext(sideFile(run, '.ctx')), parseRunSummary(sideFile(run, '_run_summary.txt')));

  test('say what instrument it was, and how its clock stood', () => {
    expect(instrument(realRuns.tank25)).toEqual({
      software: 'VisualSpreadsheet',
      software_version: '4.10.8',
      magnification: 12,
      utc_offset: '+00:00',
    });
    expect(instrument(realRuns.pygsuia)).toEqual({
      software: 'VisualSpreadsheet',
      software_version: '4.19.3',
      magnification: 10,
      utc_offset: '+02:00',
    });
  });
});
