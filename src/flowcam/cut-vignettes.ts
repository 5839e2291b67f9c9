import { inputError, ToolError } from '../errors.js';
import type { Pixels, Rectangle } from '../image/pixels.js';
import type { Collage, CollageShelf } from './collage-shelf.js';
import type { LocatedRecord } from './particle-record.js';

/** A vignette as pixels. */
export interface Cut extends LocatedRecord {
  image: Pixels;
  mask?: Pixels;
}

/** A record that has no vignette, and why. */
export interface Failure extends LocatedRecord {
  bad: ToolError;
}

/** A record, and which part of which collage it asks for. */
interface Request extends LocatedRecord {
  directory: string;
  collage: string;
  rectangle: Rectangle;
}

/** A window ends with so many records, or so many bytes of vignettes: a collage full, or several. */
const WINDOW_RECORDS = 1024;
const WINDOW_BYTES = 64 * 2 ** 20;
/** Four times what 1,024 records have in characters; parsed, a stranger's can take thirty times as much. */
const WINDOW_TEXT = 2 ** 23;
/** Of RGB; enough to bound the memory. */
const BYTES_PER_PIXEL = 3;
/** What is cut is given on in batches: to hand over each one alone took as long as the cutting. */
const BATCH_RECORDS = 64;
const BATCH_BYTES = 2 ** 20;

/**
 * Cuts vignettes out of collages, exactly as their pixels are. They come in the order of the records.
 *
 * Records are taken in windows. Within one, each collage is opened once, whatever the order of the records. While a
 * collage is cut, the next one is decoded, though it may be that of the next window.
 */
export async function* cutVignettes(
  records: AsyncIterable<LocatedRecord[]>,
  shelf: CollageShelf,
): AsyncGenerator<(Cut | Failure)[]> {
  let groups: Group[] | undefined;
  let window: (Request | Failure)[] = [];
  for await (const following of windowsOf(records, shelf)) {
    const next = byCollage(following);
    if (groups !== undefined) yield* cutWindow(window, groups, next[0], shelf);
    [window, groups] = [following, next];
  }
  yield* cutWindow(window, groups ?? [], undefined, shelf);
}

async function* windowsOf(
  records: AsyncIterable<LocatedRecord[]>,
  shelf: CollageShelf,
): AsyncGenerator<(Request | Failure)[]> {
  let window: (Request | Failure)[] = [];
  let [bytes, text] = [0, 0];
  let first = true;
  for await (const batch of records) {
    for (const located of batch) {
      const request = requestOf(located);
      window.push(request);
      text += located.size ?? 0;
      if (!('bad' in request)) {
        // The very first collage is on its way while the window fills.
        if (first) shelf.open(request.directory, request.collage);
        first = false;
        bytes += request.rectangle.width * request.rectangle.height * BYTES_PER_PIXEL;
      }
      if (window.length < WINDOW_RECORDS && bytes < WINDOW_BYTES && text < WINDOW_TEXT) continue;
      yield window;
      window = [];
      [bytes, text] = [0, 0];
    }
  }
  yield window;
}

/** @param after what is cut after this window */
async function* cutWindow(
  window: (Request | Failure)[],
  groups: Group[],
  after: Group | undefined,
  shelf: CollageShelf,
): AsyncGenerator<(Cut | Failure)[]> {
  const done: (Cut | Failure | undefined)[] = window.map((asked) => ('bad' in asked ? asked : undefined));
  let batch: (Cut | Failure)[] = [];
  let bytes = 0;
  let next = 0;
  for (const [turn, group] of groups.entries()) {
    const opening = open(group, shelf);
    const following = groups[turn + 1] ?? after;
    if (following !== undefined) open(following, shelf);
    const collage = await opening.catch((error) => {
      if (error instanceof ToolError) return error;
      throw error;
    });
    for (const { at, request } of group) {
      done[at] =
        collage instanceof ToolError ? { ...located(request), bad: collage } : cutOne(request, collage);
      for (; done[next] !== undefined; next += 1) {
        const made = done[next]!;
        done[next] = undefined;
        batch.push(made);
        if ('image' in made) bytes += made.image.data.length;
        if (batch.length < BATCH_RECORDS && bytes < BATCH_BYTES) continue;
        yield batch;
        batch = [];
        bytes = 0;
      }
    }
  }
  for (; next < done.length; next += 1) batch.push(done[next]!);
  if (batch.length > 0) yield batch;
}

/** The requests of a window that ask for one collage, with their places in it. */
type Group = { at: number; request: Request }[];

const open = (group: Group, shelf: CollageShelf): Promise<Collage> =>
  shelf.open(group[0]!.request.directory, group[0]!.request.collage);

/** The requests of a window by their collages, in the order in which these come first. */
function byCollage(window: (Request | Failure)[]): Group[] {
  const groups = new Map<string, Group>();
  for (const [at, request] of window.entries()) {
    if ('bad' in request) continue;
    const key = `${request.directory}\0${request.collage}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [{ at, request }]);
    else group.push({ at, request });
  }
  return [...groups.values()];
}

const located = ({ record, line }: LocatedRecord): LocatedRecord => ({ record, line });

function requestOf({ record, line }: LocatedRecord): Request | Failure {
  const fail = (message: string, hint?: string): Failure => ({
    record,
    line,
    bad: inputError(message, { hint }),
  });
  const { directory, collage_file: collage } = record;
  if (typeof directory !== 'string' || directory === '')
    return fail('the record does not say where its collages lie', 'say it: --directory RUN');
  if (typeof collage !== 'string' || collage === '') return fail('the record has no collage_file');
  const sides: number[] = [];
  for (const field of ['image_x', 'image_y', 'image_w', 'image_h']) {
    const side = record[field];
    if (!Number.isSafeInteger(side)) return fail(`the record has no whole number ${field}`);
    sides.push(side as number);
  }
  const [x, y, width, height] = sides as [number, number, number, number];
  if (width <= 0 || height <= 0) return fail(`the rectangle of ${width} × ${height} pixels has no area`);
  return { record, line, directory, collage, rectangle: { x, y, width, height } };
}

function cutOne(request: Request, { path, board, masks }: Collage): Cut | Failure {
  const { image } = board;
  const { x, y, width, height } = request.rectangle;
  const fail = (message: string): Failure => ({
    ...located(request),
    bad: inputError(message, { file: path }),
  });
  if (x < 0 || y < 0 || x + width > image.width || y + height > image.height)
    return fail(
      `the rectangle of ${width} × ${height} pixels at (${x}, ${y}) leaves the collage of ${image.width} × ${image.height}`,
    );
  const cut = { ...located(request), image: board.cut(request.rectangle) };
  if (masks === undefined) return cut;
  const piece = masks.cut(request.rectangle);
  const stray = piece.data.find((value) => value !== 0 && value !== 255);
  return stray === undefined
    ? { ...cut, mask: piece }
    : fail(`its mask has the value ${stray}, neither 0 nor 255`);
}
