import { type LocalTime, listTime } from './clock.js';
import { Collage, type Painted, Sheet } from './collage.js';
import { encodeCollage } from './collage-file.js';
import { contextFile } from './context-file.js';
import { Frames, type Sighting } from './frames.js';
import { CAMERAS, type CameraKind, type FieldCount, SOFTWARE } from './instrument.js';
import { Light } from './light.js';
import { listHeader } from './list-fields.js';
import { listRow } from './list-row.js';
import { Random } from './random.js';
import { RunFolder } from './run-folder.js';
import { runSummary } from './run-summary.js';
import type { RunTotals } from './run-totals.js';
import { measureFerets } from './shape-measures.js';
import { GAP } from './shelves.js';

export interface RunOptions {
  /** Rows of the list. */
  particles: number;
  fields: FieldCount;
  camera: CameraKind;
  /** The same seed gives the same bytes. */
  seed: number;
  /** Write the masks as collages too. */
  masks: boolean;
  /** As a list that was filtered and saved again: blanks are left out, collages are called `RUN_images_NNNNNN`. */
  resaved: boolean;
  /** Largest width and height of a collage, in pixels; at least 256. */
  collageSize: number;
  /** When the run was started, on the wall of the laboratory. */
  start: LocalTime;
  /** How far that clock is ahead of UTC, in minutes. */
  utcOffset: number;
}

/** Between the start of a run and its first frame the water is pumped in, in milliseconds. */
const PRIMING = 8_319;
/** Between its last frame and its end, in milliseconds. */
const CLOSING = 1_200;

/**
 * Writes a run folder as VisualSpreadsheet would.
 *
 * @param folder the run's folder; its name is the run's
 * @param progress told how many particles are done
 * @returns how many collages there are
 * @throws a usage error for a name that no list can hold; an output error where the folder is not empty or cannot be
 *   written; the reason of `signal` once that is aborted. Nothing stays behind then
 */
export async function simulateRun(
  folder: string,
  options: RunOptions,
  { signal, progress }: { signal?: AbortSignal; progress?: (particles: number) => void } = {},
): Promise<number> {
  const output = await RunFolder.create(folder);
  try {
    const run = new RunWriter(output, options);
    for await (const particles of run.write()) {
      signal?.throwIfAborted();
      progress?.(particles);
    }
    await output.finish();
    return run.collages;
  } catch (error) {
    await output.discard();
    throw error;
  }
}

class RunWriter {
  readonly #output: RunFolder;
  readonly #options: RunOptions;
  readonly #random: Random;
  readonly #frames: Frames;
  readonly #light: Light;
  /** One to paint on while the other one is being written. */
  readonly #sheets: [Sheet, Sheet];
  #writing: Promise<void> = Promise.resolve();
  /** Collages written so far. */
  collages = 0;

  constructor(output: RunFolder, options: RunOptions) {
    this.#output = output;
    this.#options = options;
    const { seed, camera, resaved, collageSize, masks } = options;
    this.#random = new Random(seed);
    this.#frames = new Frames(CAMERAS[camera], this.#random, { blanks: !resaved });
    this.#light = new Light(camera, CAMERAS[camera], this.#random);
    this.#sheets = [new Sheet(collageSize, { masks }), new Sheet(collageSize, { masks })];
  }

  /** Writes all files; yields how many particles are done after each collage. */
  async *write(): AsyncGenerator<number> {
    const { fields, particles } = this.#options;
    await this.#output.append(listHeader(fields));
    let [id, rows] = [0, ''];
    let collage = this.#nextCollage();
    try {
      for (const sighting of this.#frames.sightings(particles)) {
        let painted = collage.add(sighting, this.#light);
        if (painted === undefined) {
          await this.#startWriting(collage, rows);
          yield id;
          rows = '';
          collage = this.#nextCollage();
          painted = collage.add(sighting, this.#light)!;
        }
        id += 1;
        rows += this.#row(id, sighting, painted, collage);
      }
      if (id > 0) await this.#startWriting(collage, rows);
    } finally {
      // Also where the caller stops early: nothing may be written once this has ended.
      await this.#writing;
    }
    await this.#writeSideFiles();
    yield id;
  }

  #nextCollage(): Collage {
    const { resaved } = this.#options;
    const number = String(this.collages + 1).padStart(6, '0');
    const sheet = this.#sheets[this.collages % 2]!;
    sheet.clear();
    return new Collage(`${this.#output.run}${resaved ? '_images' : ''}_${number}`, sheet, resaved ? GAP : 0);
  }

  /** Waits until the collage before this one is written, then lets this one be written beside the painting. */
  async #startWriting({ name, sheet, size }: Collage, rows: string): Promise<void> {
    await this.#writing;
    this.collages += 1;
    const { side, pixels, mask } = sheet;
    const square = { width: side, height: side };
    this.#writing = (async () => {
      await this.#output.write(`${name}.tif`, await encodeCollage(pixels, { ...square, channels: 3 }, size));
      if (mask !== undefined)
        await this.#output.write(
          `${name}_bin.tif`,
          await encodeCollage(mask, { ...square, channels: 1 }, size),
        );
      await this.#output.append(rows);
    })();
    // It is awaited later; until then a failure must not count as nobody's.
    this.#writing.catch(() => {});
  }

  #row(id: number, sighting: Sighting, { x, y, light }: Painted, collage: Collage): string {
    const { specimen, window, left, top, frame, elapsed } = sighting;
    const { camera, fields, start } = this.#options;
    return listRow(fields, {
      id,
      image: {
        x,
        y,
        width: window.width,
        height: window.height,
        frameX: left + window.left,
        frameY: top + window.top,
      },
      collageFile: `${collage.name}.tif`,
      guid: this.#random.guid(),
      frame,
      elapsed,
      timestamp: listTime(start + PRIMING + elapsed),
      calibration: CAMERAS[camera].calibration,
      shape: specimen.shape,
      ferets: measureFerets(specimen.shape.hull, left, top),
      light,
    });
  }

  async #writeSideFiles(): Promise<void> {
    const { camera: kind, fields, masks, resaved, start, utcOffset } = this.#options;
    const camera = CAMERAS[kind];
    const software = SOFTWARE[fields];
    const imaging = this.#frames.elapsed;
    const totals: RunTotals = {
      start,
      end: start + PRIMING + imaging + CLOSING,
      utcOffset,
      imaging,
      frames: this.#frames.taken,
      usedFrames: this.#frames.used,
      particles: this.#frames.seen,
    };
    const { run } = this.#output;
    if (!resaved) {
      const frame = this.#light.clearFrame(camera);
      const { width, height } = camera;
      await this.#output.write(
        'cal_image_000001.tif',
        await encodeCollage(frame, { width, height, channels: 1 }),
      );
    }
    await this.#output.write(`${run}.ctx`, contextFile({ camera, software, totals, masks }));
    await this.#output.write(`${run}_run_summary.txt`, runSummary({ camera, software, totals }));
  }
}
