/**
 * What holds for lists and images of VisualSpreadsheet. The same checks run on real runs and on simulated ones. Each
 * returns what it found wrong, one line a fault; nothing is as it should be.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ListedRun, type ParticlePixels, particlePixels, type Row } from './listed-run.js';
import { blobs, ferets, filled, hull, light, maskPoints, moments } from './pixel-measures.js';

/** Half a unit of the last of four decimals, and a little for binary fractions. */
const PRINTED = 6e-5;

/** One line for each value that is not what it should be. */
function compare(row: Row, expected: Record<string, number>, tolerance: number = PRINTED): string[] {
  return Object.entries(expected)
    .filter(
      ([name, value]) => name in row && !(Math.abs(row[name]! - value) <= tolerance + Math.abs(value) * 1e-7),
    )
    .map(([name, value]) => `id ${row.id}: ${name} is ${row[name]}, not ${value}`);
}

/** LF, ASCII, a last newline, four decimals, the types that the header announces, as many values as fields. */
export function checkText({ text, fields, texts }: ListedRun): string[] {
  const patterns: Record<string, RegExp> = {
    int32: /^-?\d+$/,
    double: /^-?\d+\.\d{4}$/,
    timestamp: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/,
    guid: /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/,
    string: /^[ -~]+$/,
  };
  const faults = texts.flatMap((row, i) =>
    fields
      .filter(({ name, type }) => !patterns[type]!.test(row[name] ?? ''))
      .map(({ name, type }) => `row ${i}: ${name} is no ${type}: ${row[name]}`),
  );
  if (!text.startsWith(`017\nnum-fields|${fields.length}\n`)) faults.push(`begins with ${text.slice(0, 20)}`);
  if (/[^\n -~]/.test(text)) faults.push('not ASCII with LF');
  if (!text.endsWith('\n')) faults.push('no newline at the end');
  return faults;
}

/** Ids from 1 without gaps, unique guids, collages in order, one timestamp a frame, one start of imaging. */
export function checkOrder({ rows, texts }: ListedRun): string[] {
  const faults: string[] = [];
  const frames = new Map<number, string>();
  const guids = new Set<string>();
  const starts: number[] = [];
  rows.forEach((row, i) => {
    const { timestamp, collage_file, image_id } = texts[i]!;
    if (row.id !== i + 1) faults.push(`row ${i} has id ${row.id}`);
    if (i > 0 && collage_file! < texts[i - 1]!.collage_file!)
      faults.push(`row ${i}: an earlier collage again`);
    if (image_id !== undefined && guids.has(image_id)) faults.push(`row ${i}: guid ${image_id} again`);
    guids.add(image_id ?? '');
    const frame = frames.get(row.src_image!) ?? timestamp!;
    if (frame !== timestamp) faults.push(`row ${i}: frame ${row.src_image} at ${frame} and at ${timestamp}`);
    frames.set(row.src_image!, frame);
    if ('elapsed_time' in row) starts.push(Date.parse(`${timestamp}Z`) - row.elapsed_time! * 1000);
  });
  const spread = starts.length === 0 ? 0 : Math.max(...starts) - Math.min(...starts);
  if (spread > 40) faults.push(`timestamp − elapsed_time varies by ${spread} ms`);
  return faults;
}

/**
 * Rectangles lie inside their collages on shelves, two pixels apart and without overlap; all else is black.
 *
 * @param margin black pixels round the whole: 0 on captured collages, 2 on re-saved ones
 */
export async function checkRectangles(run: ListedRun, margin: number): Promise<string[]> {
  const faults: string[] = [];
  for (const [file, rows] of rowsByCollage(run)) {
    const { width, height, channels, data } = await run.collage(file);
    const taken = new Uint8Array(width * height);
    let [x, y, tallest] = [margin, margin, 0];
    for (const row of rows) {
      const [left, top, right, bottom] = [
        row.image_x!,
        row.image_y!,
        row.image_x! + row.image_w!,
        row.image_y! + row.image_h!,
      ];
      if (row.image_w! < 1 || row.image_h! < 1 || left < 0 || top < 0 || right > width || bottom > height) {
        faults.push(`id ${row.id}: outside ${file}`);
        continue;
      }
      // The list names particles shelf by shelf, each shelf from left to right.
      if (left === margin && top !== margin) [x, y, tallest] = [margin, y + tallest + 2, 0];
      if (left !== x || top !== y) faults.push(`id ${row.id}: at ${left},${top} of ${file}, not ${x},${y}`);
      [x, y, tallest] = [right + 2, top, Math.max(tallest, row.image_h!)];
      for (let line = top; line < bottom; line += 1) {
        const pixels = taken.subarray(line * width + left, line * width + right);
        if (pixels.includes(1)) faults.push(`id ${row.id}: overlaps another on ${file}`);
        pixels.fill(1);
      }
    }
    const stray = data.findIndex((value, i) => value > 0 && taken[Math.floor(i / channels)] === 0);
    if (stray >= 0) faults.push(`${file}: sample ${stray} between particles is not black`);
  }
  return faults;
}

function rowsByCollage({ rows, texts }: ListedRun): Map<string, Row[]> {
  const collages = new Map<string, Row[]>();
  rows.forEach((row, i) => {
    const file = texts[i]!.collage_file!;
    if (!collages.has(file)) collages.set(file, []);
    collages.get(file)!.push(row);
  });
  return collages;
}

/** The lengths in micrometres follow from the raw measures in pixels, less the fringe. */
export function checkLengths({ rows }: ListedRun): string[] {
  return rows.flatMap((row) => {
    const calibration = row.cal_const!;
    const length = (pixels: number) => calibration * Math.max(pixels - row.fringe_size!, pixels / 2);
    const diameter = (area: number) => length(2 * Math.sqrt(area / Math.PI));
    return compare(
      row,
      {
        abd_diameter: diameter(row.raw_area!),
        abd_area: (Math.PI / 4) * diameter(row.raw_area!) ** 2,
        fd_diameter: diameter(row.raw_filled_area!),
        filled_area: (Math.PI / 4) * diameter(row.raw_filled_area!) ** 2,
        length: length(row.raw_feret_max!),
        width: length(row.raw_feret_min!),
        esd_diameter: length(row.raw_feret_mean!),
        convex_perimeter: length(row.raw_convex_perimeter!),
        perimeter: calibration * row.raw_perimeter!,
        roughness: row.perimeter! / row.convex_perimeter!,
        compactness: Math.max(1, row.raw_perimeter! ** 2 / (4 * Math.PI * row.raw_filled_area!)),
        intensity: row.sum_intensity! / row.raw_area!,
      },
      // Some follow from values that are rounded themselves.
      PRINTED * (1 + calibration),
    );
  });
}

/** `.ctx` and run summary agree with each other and with the list. */
export function checkSideFiles({ folder, rows, texts }: ListedRun): string[] {
  const [context, summary] = [sideFile(folder, '.ctx'), sideFile(folder, '_run_summary.txt')];
  const setting = (key: string) => new RegExp(`^${key}=(.*)\\r$`, 'm').exec(context)![1]!;
  const item = (key: string) => new RegExp(`^\\t${key}: +(.*?)\\r$`, 'm').exec(summary)![1]!;
  const number = (key: string) => Number(setting(key));
  const [started, startedHere] = [setting('RunStartTime'), item('Start')].map((time) =>
    Date.parse(`${time}Z`),
  );
  const area =
    (number('AcceptableRight') - number('AcceptableLeft') + 1) *
    (number('AcceptableBottom') - number('AcceptableTop') + 1) *
    (number('CalibrationConstant') / 1e4) ** 2;
  const volume = area * (number('FlowCellDepth') / 1e4) * number('RawImageTotal') * number('VolumeCF');
  const facts: Record<string, boolean> = {
    'lines end with CRLF': !/[^\r]\n/.test(context + summary) && /\r\n$/.test(context),
    ASCII: !/[^\r\n\t -~]/.test(context + summary),
    'one software version': item('Software') === `VisualSpreadsheet ${setting('SoftwareVersion')}`,
    'one magnification': item('Magnification') === `${setting('CameraMagnification')}X`,
    'one calibration': rows.every((row) => row.cal_const === number('CalibrationConstant')),
    'one fringe': rows.every((row) => row.fringe_size === number('FringeSize')),
    'one number of frames': item('Total') === setting('RawImageTotal'),
    'used frames': new Set(rows.map((row) => row.src_image)).size <= Number(item('Used')),
    'particles in the list': rows.length <= Number(item('Particle Count')),
    // VolumeCF is printed with four digits.
    'imaged volume':
      Math.abs(Number.parseFloat(item('Fluid Volume Imaged')) - volume) <= 6e-5 + volume * 1e-4,
    'clocks differ by quarters of hours': (startedHere! - started!) % 900_000 === 0,
    'frames begin soon after the start': rows.every((row, i) => {
      const delay = Date.parse(`${texts[i]!.timestamp}Z`) - (row.elapsed_time ?? 0) * 1000 - startedHere!;
      return delay > 0 && ('elapsed_time' in row ? delay < 12_000 : true);
    }),
    'inside the frame': rows.every(
      (row) =>
        row.src_x! >= 0 &&
        row.src_y! >= 0 &&
        row.src_x! + row.image_w! <= number('ImageWidth') &&
        row.src_y! + row.image_h! <= number('ImageHeight'),
    ),
  };
  return Object.keys(facts).filter((fact) => !facts[fact]);
}

const sideFile = (folder: string, ending: string): string =>
  readFileSync(join(folder, readdirSync(folder).find((file) => file.endsWith(ending))!), 'latin1');

/** Masks are black and white, and every measure follows from the pixels under them. */
export async function checkPixels(run: ListedRun): Promise<string[]> {
  const faults: string[] = [];
  for await (const particle of particlePixels(run)) faults.push(...checkParticle(particle));
  return faults;
}

function checkParticle(particle: ParticlePixels): string[] {
  const { row, mask } = particle;
  if (mask.some((value) => value !== 0 && value !== 255)) return [`id ${row.id}: mask neither 0 nor 255`];
  const points = maskPoints(particle);
  const whole = filled(particle);
  const full = maskPoints(whole);
  // What lies in a hole is no blob of its own.
  const { count, edge } = blobs(whole);
  const feret = ferets(points);
  const convex = hull(points);
  const moment = moments(full);
  const colour = light(particle);
  const [half, area] = [edge / 2, full.length];
  const root = Math.sqrt(Math.max(0, half ** 2 - 4 * area));
  return compare(row, {
    ppc: count,
    raw_area: points.length,
    raw_filled_area: full.length,
    raw_perimeter: edge,
    elongation: (half + root) / (half - root),
    raw_convex_perimeter: convex.perimeter,
    raw_convex_hull_area: convex.area,
    raw_feret_max: feret.max,
    raw_feret_min: feret.min,
    raw_feret_mean: feret.mean,
    feret_max_angle: feret.maxAngle,
    feret_min_angle: feret.minAngle,
    raw_legendre_major: moment.major,
    raw_legendre_minor: moment.minor,
    circularity_hu: moment.roundness,
    avg_red: colour.red,
    avg_green: colour.green,
    avg_blue: colour.blue,
    intensity: colour.grey.mean,
    sigma_intensity: colour.grey.deviation,
    sum_intensity: colour.grey.sum,
  });
}
