/** What can be measured on a particle's mask, worked out the long way. */
import type { ParticlePixels } from './listed-run.js';

type Point = [x: number, y: number];

/** The mask's pixels, in the camera's frame. */
export function maskPoints({ mask, width, row }: ParticlePixels): Point[] {
  const points: Point[] = [];
  mask.forEach((value, i) => {
    if (value > 0) points.push([row.src_x! + (i % width), row.src_y! + Math.floor(i / width)]);
  });
  return points;
}

/** The mask with holes filled: all that cannot leave it by sides. */
export function filled(particle: ParticlePixels): ParticlePixels {
  const { mask, width, height } = particle;
  const outside = new Uint8Array(mask.length);
  const open: Point[] = [];
  for (let x = -1; x <= width; x += 1) open.push([x, -1], [x, height]);
  for (let y = 0; y < height; y += 1) open.push([-1, y], [width, y]);
  for (let point = open.pop(); point !== undefined; point = open.pop()) {
    const [x, y] = point;
    for (const [nextX, nextY] of [
      [x + 1, y],
      [x - 1, y],
      [x, y + 1],
      [x, y - 1],
    ] as Point[]) {
      if (nextX < 0 || nextY < 0 || nextX >= width || nextY >= height) continue;
      const at = nextY * width + nextX;
      if (mask[at] !== 0 || outside[at] === 1) continue;
      outside[at] = 1;
      open.push([nextX, nextY]);
    }
  }
  return { ...particle, mask: outside.map((value) => (value === 1 ? 0 : 255)) };
}

/** Directions of Freeman's code, counter-clockwise from east. */
const STEPS: Point[] = [
  [1, 0],
  [1, -1],
  [0, -1],
  [-1, -1],
  [-1, 0],
  [-1, 1],
  [0, 1],
  [1, 1],
];

/** How many blobs the mask has (corners connect), and how long their outer edges are together. */
export function blobs({ mask, width, height }: ParticlePixels): { count: number; edge: number } {
  const inside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && mask[y * width + x]! > 0;
  const seen = new Set<number>();
  let [count, edge] = [0, 0];
  for (let start = 0; start < mask.length; start += 1) {
    if (mask[start] === 0 || seen.has(start)) continue;
    count += 1;
    edge += walkRound(inside, [start % width, Math.floor(start / width)]);
    const open = [start];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      const [x, y] = [at % width, Math.floor(at / width)];
      for (const [dx, dy] of STEPS) if (inside(x + dx, y + dy)) open.push((y + dy) * width + x + dx);
    }
  }
  return { count, edge };
}

/** Walks round a blob with the outside to the right, from its topmost row's leftmost pixel back to it. */
function walkRound(inside: (x: number, y: number) => boolean, [startX, startY]: Point): number {
  const walk: number[] = [];
  let [x, y, lastStep] = [startX, startY, 7];
  for (;;) {
    // The pixel on the right of the last step is outside: turn left from there until one is inside.
    const turns = STEPS.map((_, i) => (lastStep + 6 + i) % 8).filter(
      (step, i) => !(i === 0 && lastStep % 2 === 0) && inside(x + STEPS[step]![0], y + STEPS[step]![1]),
    );
    const step = turns[0];
    if (step === undefined) return 0;
    if (x === startX && y === startY && step === walk[0]) break;
    walk.push(step);
    x += STEPS[step]![0];
    y += STEPS[step]![1];
    lastStep = step;
  }
  return walk.reduce((length, step) => length + (step % 2 === 1 ? Math.SQRT2 : 1), 0);
}

/** Area and perimeter of the smallest convex polygon round the points. */
export function hull(points: Point[]): { area: number; perimeter: number } {
  const sorted = points.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (some: Point[]) => {
    const corners: Point[] = [];
    for (const point of some) {
      while (corners.length > 1 && turn(corners.at(-2)!, corners.at(-1)!, point) <= 0) corners.pop();
      corners.push(point);
    }
    return corners.slice(0, -1);
  };
  const corners = [...half(sorted), ...half(sorted.toReversed())];
  let [doubled, perimeter] = [0, 0];
  corners.forEach(([x, y], i) => {
    const [nextX, nextY] = corners[(i + 1) % corners.length]!;
    doubled += x * nextY - nextX * y;
    perimeter += Math.sqrt((nextX - x) ** 2 + (nextY - y) ** 2);
  });
  return { area: Math.abs(doubled) / 2, perimeter };
}

const turn = (a: Point, b: Point, c: Point): number =>
  (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);

/** Feret diameters at every five degrees: extremes with their angles (the first of equals counts), and the mean. */
export function ferets(points: Point[]) {
  const diameters: { angle: number; diameter: number }[] = [];
  for (let quarter = 0; quarter < 90; quarter += 5) {
    for (const angle of [quarter, quarter + 90]) {
      const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
      const along = points.map(([x, y]) => Math.round(x * cos - y * sin));
      const diameter = Math.max(...along) - Math.min(...along) + 1;
      diameters.push({ angle: angle >= 90 ? angle - 180 : angle, diameter });
    }
  }
  const values = diameters.map(({ diameter }) => diameter);
  const angleOf = (value: number) => diameters.find(({ diameter }) => diameter === value)!.angle;
  const [max, min] = [Math.max(...values), Math.min(...values)];
  const mean = values.reduce((a, b) => a + b) / values.length;
  return { max, min, mean, maxAngle: angleOf(max), minAngle: angleOf(min) };
}

/** Axes of the ellipse with the points' second moments, and how round they are (Hu). */
export function moments(points: Point[]) {
  const mean = (of: (point: Point) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [cx, cy] = [mean(([x]) => x), mean(([, y]) => y)];
  const [xx, yy, xy] = [
    mean(([x]) => (x - cx) ** 2),
    mean(([, y]) => (y - cy) ** 2),
    mean(([x, y]) => (x - cx) * (y - cy)),
  ];
  const root = Math.sqrt((xx - yy) ** 2 + 4 * xy ** 2);
  return {
    major: 4 * Math.sqrt((xx + yy + root) / 2),
    minor: 4 * Math.sqrt(Math.max(0, xx + yy - root) / 2),
    roundness: Math.min(1, points.length / (2 * Math.PI * (xx + yy))),
  };
}

/** Mean of each channel under the mask; mean, standard deviation and sum of the grey values. */
export function light({ pixels, mask }: ParticlePixels) {
  const at = [...mask.keys()].filter((i) => mask[i]! > 0);
  const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
  const channel = (c: number) => at.map((i) => pixels[i * 3 + c]!);
  const [red, green, blue] = [channel(0), channel(1), channel(2)];
  // BT.601 with red and blue exchanged, rounded to whole grey values in 14-bit fixed point.
  const grey = at.map((_, i) => (1868 * red[i]! + 9617 * green[i]! + 4899 * blue[i]! + 8192) >> 14);
  const middle = mean(grey);
  return {
    red: mean(red),
    green: mean(green),
    blue: mean(blue),
    grey: {
      mean: middle,
      deviation: Math.sqrt(mean(grey.map((value) => (value - middle) ** 2))),
      sum: grey.reduce((a, b) => a + b),
    },
  };
}
