/** Which pixels of a rectangle belong to a particle: row by row, 1 inside and 0 outside. */
export interface Mask {
  width: number;
  height: number;
  pixels: Uint8Array;
}

/** Freeman's eight directions, counter-clockwise as seen on a screen, from east; odd ones are diagonal. */
const DIRECTIONS = [
  [1, 0],
  [1, -1],
  [0, -1],
  [-1, -1],
  [-1, 0],
  [-1, 1],
  [0, 1],
  [1, 1],
] as const;

/** A connected part of a mask (corners connect), by its topmost row's leftmost pixel. */
export interface Blob {
  x: number;
  y: number;
  /** Positions in the mask's `pixels`. */
  members: number[];
}

const has = ({ width, height, pixels }: Mask, x: number, y: number): boolean =>
  x >= 0 && y >= 0 && x < width && y < height && pixels[y * width + x] === 1;

/** The blobs of a mask, in reading order. */
export function blobsOf(mask: Mask): Blob[] {
  const { width, pixels } = mask;
  const seen = new Uint8Array(pixels.length);
  const blobs: Blob[] = [];
  for (let start = 0; start < pixels.length; start += 1) {
    if (pixels[start] === 0 || seen[start] === 1) continue;
    const members = [start];
    seen[start] = 1;
    for (let next = 0; next < members.length; next += 1) {
      const x = members[next]! % width;
      const y = (members[next]! - x) / width;
      for (const [dx, dy] of DIRECTIONS) {
        const neighbour = (y + dy) * width + x + dx;
        if (!has(mask, x + dx, y + dy) || seen[neighbour] === 1) continue;
        seen[neighbour] = 1;
        members.push(neighbour);
      }
    }
    blobs.push({ x: start % width, y: Math.floor(start / width), members });
  }
  return blobs;
}

/**
 * Length of a blob's outer edge in pixels, from pixel centre to pixel centre; thin parts count there and back.
 * VisualSpreadsheet's `.edg` files hold the same walk as digits.
 */
export function edgeLength(mask: Mask, { x: startX, y: startY }: Blob): number {
  let [x, y, heading, first, length] = [startX, startY, 7, -1, 0];
  for (;;) {
    const search = heading % 2 === 1 ? heading + 6 : heading + 7;
    let turn = 0;
    while (
      turn < 8 &&
      !has(mask, x + DIRECTIONS[(search + turn) % 8]![0], y + DIRECTIONS[(search + turn) % 8]![1])
    )
      turn += 1;
    if (turn === 8) return 0;
    heading = (search + turn) % 8;
    if (x === startX && y === startY) {
      if (heading === first) return length;
      if (first < 0) first = heading;
    }
    x += DIRECTIONS[heading]![0];
    y += DIRECTIONS[heading]![1];
    length += heading % 2 === 1 ? Math.SQRT2 : 1;
  }
}

/** The mask with its holes filled: all that the outside does not reach by sides (corners are shut). */
export function filledMask({ width, height, pixels }: Mask): Mask {
  const filled = new Uint8Array(pixels.length).fill(1);
  const reached: number[] = [];
  const reach = (position: number) => {
    if (pixels[position] === 1 || filled[position] === 0) return;
    filled[position] = 0;
    reached.push(position);
  };
  for (let x = 0; x < width; x += 1) {
    reach(x);
    reach((height - 1) * width + x);
  }
  for (let y = 0; y < height; y += 1) {
    reach(y * width);
    reach(y * width + width - 1);
  }
  for (let next = 0; next < reached.length; next += 1) {
    const position = reached[next]!;
    const x = position % width;
    if (x > 0) reach(position - 1);
    if (x < width - 1) reach(position + 1);
    if (position >= width) reach(position - width);
    if (position < width * (height - 1)) reach(position + width);
  }
  return { width, height, pixels: filled };
}

export type Point = readonly [x: number, y: number];

/** The corners of the convex hull round the pixels' centres, in order. */
export function convexHull({ width, height, pixels }: Mask): Point[] {
  // Only the ends of a row can be corners.
  const ends: Point[] = [];
  for (let y = 0; y < height; y += 1) {
    const row = pixels.subarray(y * width, (y + 1) * width);
    const left = row.indexOf(1);
    if (left < 0) continue;
    ends.push([left, y]);
    const right = row.lastIndexOf(1);
    if (right !== left) ends.push([right, y]);
  }
  const half = (points: Point[]): Point[] => {
    const hull: Point[] = [];
    for (const point of points) {
      while (hull.length > 1 && cross(hull.at(-2)!, hull.at(-1)!, point) <= 0) hull.pop();
      hull.push(point);
    }
    return hull.slice(0, -1);
  };
  const hull = [...half(ends), ...half(ends.toReversed())];
  return hull.length === 0 ? ends.slice(0, 1) : hull;
}

const cross = (origin: Point, a: Point, b: Point): number =>
  (a[0] - origin[0]) * (b[1] - origin[1]) - (a[1] - origin[1]) * (b[0] - origin[0]);
