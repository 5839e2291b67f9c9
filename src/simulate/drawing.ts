/**
 * Draws what a particle takes from the light. A drawing is a set of soft-edged parts round the point (0, 0), in pixels;
 * each part says how dense it is at a point, from 0 (clear) to 1 (opaque), and where it ends.
 */
import type { Random } from './random.js';

export interface Part {
  /** Nothing of the part lies outside: left, top, right, bottom. */
  box: readonly [number, number, number, number];
  densityAt(x: number, y: number): number;
}

/** Blur of the optics: an edge fades over this many pixels. */
const SOFTNESS = 1.6;

/** From 0 outside to 1 inside, `depth` pixels within an edge. */
const edge = (depth: number): number => Math.min(1, Math.max(0, depth / SOFTNESS + 0.5));

/** Math.hypot takes ten times as long. */
const distance = (x: number, y: number): number => Math.sqrt(x * x + y * y);

export interface EllipseStyle {
  /** Half axes in pixels. */
  a: number;
  b: number;
  /** Radians. */
  angle?: number;
  /** Density inside. */
  fill: number;
  /** Density of the wall. */
  wall?: number;
}

/** An ellipse with a wall round it. */
export function ellipse(x: number, y: number, { a, b, angle = 0, fill, wall = fill }: EllipseStyle): Part {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const reach = Math.max(a, b) + SOFTNESS;
  const scale = Math.sqrt(a * b);
  const thickness = Math.max(1.2, Math.min(a, b) * 0.16);
  return {
    box: [x - reach, y - reach, x + reach, y + reach],
    densityAt(px, py) {
      const [dx, dy] = [px - x, py - y];
      const away = distance((dx * cos + dy * sin) / a, (dy * cos - dx * sin) / b);
      const depth = (1 - away) * scale;
      const outer = edge(depth);
      if (outer === 0) return 0;
      return wall + (fill * outer - wall) * edge(depth - thickness) - wall * (1 - outer);
    },
  };
}

/** A straight stroke, as wide as its radii at either end. */
export function stroke(
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
  { from, to = from, density }: { from: number; to?: number; density: number },
): Part {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const squared = dx * dx + dy * dy || 1;
  const reach = Math.max(from, to) + SOFTNESS;
  return {
    box: [
      Math.min(x0, x1) - reach,
      Math.min(y0, y1) - reach,
      Math.max(x0, x1) + reach,
      Math.max(y0, y1) + reach,
    ],
    densityAt(px, py) {
      const along = Math.min(1, Math.max(0, ((px - x0) * dx + (py - y0) * dy) / squared));
      const away = distance(px - x0 - along * dx, py - y0 - along * dy);
      return density * edge(from + (to - from) * along - away);
    },
  };
}

/** What is drawn: density by pixel, row by row. */
export interface Drawing {
  width: number;
  height: number;
  density: Float32Array;
}

/** Grain of a particle's inside: how much its density varies from spot to spot. */
const GRAIN = 0.9;

/** Draws parts over each other, the densest on top, on a canvas that leaves `margin` pixels round them. */
export function draw(parts: readonly Part[], margin: number, random: Random): Drawing {
  const left = Math.floor(Math.min(...parts.map(({ box }) => box[0]))) - margin;
  const top = Math.floor(Math.min(...parts.map(({ box }) => box[1]))) - margin;
  const width = Math.ceil(Math.max(...parts.map(({ box }) => box[2]))) + margin - left;
  const height = Math.ceil(Math.max(...parts.map(({ box }) => box[3]))) + margin - top;
  const density = new Float32Array(width * height);
  for (const { box, densityAt } of parts) {
    for (let y = Math.floor(box[1]); y < box[3]; y += 1) {
      for (let x = Math.floor(box[0]); x < box[2]; x += 1) {
        const at = (y - top) * width + x - left;
        density[at] = Math.max(density[at]!, densityAt(x, y));
      }
    }
  }
  const grain = new Float32Array(density.length);
  for (let i = 0; i < grain.length; i += 1) grain[i] = random.between(-GRAIN, GRAIN);
  const spots = blurred(grain, width, height);
  for (let i = 0; i < density.length; i += 1) density[i]! *= 1 + spots[i]!;
  return { width, height, density: withHalo(density, width, height) };
}

/** Light that a particle bends away from itself brightens its surroundings. */
function withHalo(density: Float32Array, width: number, height: number): Float32Array {
  const halo = blurred(blurred(density, width, height), width, height);
  return density.map((value, i) => 1.15 * value - 0.25 * halo[i]!);
}

/** Means over three by three pixels; 0 along the edges. */
function blurred(values: Float32Array, width: number, height: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let y = 1; y < height - 1; y += 1) {
    for (let at = y * width + 1; at < (y + 1) * width - 1; at += 1) {
      let sum = 0;
      for (let row = at - width; row <= at + width; row += width)
        sum += values[row - 1]! + values[row]! + values[row + 1]!;
      result[at] = sum / 9;
    }
  }
  return result;
}
