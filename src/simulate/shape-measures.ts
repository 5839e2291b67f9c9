/**
 * What VisualSpreadsheet measures on a particle's mask, in pixels. The formulas were found on its own lists and masks
 * and reproduce them to the printed digit (all 1,000 rows of a run of version 4.19.3).
 */
import { blobsOf, convexHull, edgeLength, filledMask, type Mask, type Point } from './mask.js';

/** Measures that do not depend on where in the frame the particle was seen. */
export interface ShapeMeasures {
  /** Blobs of the mask: VisualSpreadsheet's "particles per chain". */
  ppc: number;
  /** Pixels of the mask, holes left out. */
  rawArea: number;
  /** The same with holes filled. */
  rawFilledArea: number;
  /** Length of the outer edges of all blobs. */
  rawPerimeter: number;
  rawConvexPerimeter: number;
  rawConvexHullArea: number;
  /** Axes of the ellipse with the filled mask's second moments. */
  rawLegendreMajor: number;
  rawLegendreMinor: number;
  /** 1 for a circle, less for anything else. */
  circularityHu: number;
  /** 1 for a circle, more for anything else. */
  compactness: number;
  /** Length over breadth of the rectangle with the same area and perimeter. */
  elongation: number;
  hull: Point[];
}

/** Measures a mask. */
export function measureShape(mask: Mask): ShapeMeasures {
  const filled = filledMask(mask);
  // What lies in a hole is no blob of its own.
  const blobs = blobsOf(filled);
  const rawPerimeter = blobs.reduce((sum, blob) => sum + edgeLength(filled, blob), 0);
  const hull = convexHull(mask);
  const { area, xx, yy, xy } = moments(filled);
  const spread = Math.hypot(xx - yy, 2 * xy);
  const half = rawPerimeter / 2;
  const difference = Math.sqrt(Math.max(0, half ** 2 - 4 * area));
  return {
    ppc: blobs.length,
    rawArea: mask.pixels.reduce((sum, inside) => sum + inside, 0),
    rawFilledArea: area,
    rawPerimeter,
    ...measureHull(hull),
    rawLegendreMajor: 4 * Math.sqrt((xx + yy + spread) / 2),
    rawLegendreMinor: 4 * Math.sqrt(Math.max(0, (xx + yy - spread) / 2)),
    circularityHu: Math.min(1, area / (2 * Math.PI * (xx + yy))),
    compactness: Math.max(1, rawPerimeter ** 2 / (4 * Math.PI * area)),
    elongation: (half + difference) / (half - difference),
    hull,
  };
}

/** Area and central second moments per pixel. */
function moments({ width, pixels }: Mask) {
  let [area, sumX, sumY, sumXX, sumYY, sumXY] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < pixels.length; i += 1) {
    if (pixels[i] === 0) continue;
    const x = i % width;
    const y = (i - x) / width;
    area += 1;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumYY += y * y;
    sumXY += x * y;
  }
  const [meanX, meanY] = [sumX / area, sumY / area];
  return {
    area,
    xx: sumXX / area - meanX ** 2,
    yy: sumYY / area - meanY ** 2,
    xy: sumXY / area - meanX * meanY,
  };
}

function measureHull(hull: Point[]) {
  let [perimeter, doubleArea] = [0, 0];
  for (const [i, [x, y]] of hull.entries()) {
    const [nextX, nextY] = hull[(i + 1) % hull.length]!;
    perimeter += Math.hypot(nextX - x, nextY - y);
    doubleArea += x * nextY - nextX * y;
  }
  return { rawConvexPerimeter: perimeter, rawConvexHullArea: Math.abs(doubleArea) / 2 };
}

/** Feret diameters: how far apart two parallel lines are that just hold the particle, over all directions. */
export interface Ferets {
  max: number;
  min: number;
  mean: number;
  /** Of `max` and `min`, in degrees from −90 to 85, counter-clockwise as seen on a screen. */
  maxAngle: number;
  minAngle: number;
}

/** VisualSpreadsheet looks every five degrees, at an angle and the one across it by turns. */
const FERET_DIRECTIONS = Array.from({ length: 36 }, (_, i) => {
  const angle = 5 * Math.floor(i / 2) - (i % 2 === 0 ? 0 : 90);
  const radians = ((angle < 0 ? angle + 180 : angle) * Math.PI) / 180;
  return { angle, cos: Math.cos(radians), sin: -Math.sin(radians) };
});

/**
 * Feret diameters of a mask whose top left pixel lies at `left`, `top` of the camera frame. Whole numbers: the frame's
 * coordinates are rounded after turning, so that the same mask measures a pixel more or less elsewhere in the frame.
 */
export function measureFerets(hull: Point[], left: number, top: number): Ferets {
  const ferets = { max: 0, min: Number.POSITIVE_INFINITY, mean: 0, maxAngle: 0, minAngle: 0 };
  for (const { angle, cos, sin } of FERET_DIRECTIONS) {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const [x, y] of hull) {
      const projected = (left + x) * cos + (top + y) * sin;
      if (projected < low) low = projected;
      if (projected > high) high = projected;
    }
    const diameter = Math.round(high) - Math.round(low) + 1;
    ferets.mean += diameter / FERET_DIRECTIONS.length;
    if (diameter > ferets.max) [ferets.max, ferets.maxAngle] = [diameter, angle];
    if (diameter < ferets.min) [ferets.min, ferets.minAngle] = [diameter, angle];
  }
  return ferets;
}
