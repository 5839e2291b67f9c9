/** Bodies as they swim past a FlowCam: what is drawn of each kind, in pixels round the point (0, 0). */
import { ellipse, type Part, stroke } from './drawing.js';
import type { Random } from './random.js';

/** How light of the three colours is taken up, 0 to 1. */
export type Pigment = readonly [red: number, green: number, blue: number];

const PIGMENTS: Record<'green' | 'brown' | 'blue' | 'grey' | 'red', Pigment> = {
  green: [0.95, 0.6, 0.9],
  brown: [0.6, 0.8, 1],
  blue: [1, 0.85, 0.4],
  grey: [0.85, 0.85, 0.85],
  red: [0.55, 0.95, 0.95],
};

export interface Body {
  kind: string;
  parts: Part[];
  pigment: Pigment;
}

/** Half the length of a body in pixels: most are small, a few ten times as large. */
const size = (random: Random, typical: number, most: number): number =>
  Math.min(most, Math.max(typical * 0.5, typical * Math.exp(0.45 * random.normal())));

const turn = (random: Random): number => random.between(0, Math.PI);

function roundCell(random: Random): Body {
  const radius = size(random, 4.5, 36);
  const hollow = random.chance(0.3);
  const parts = [
    ellipse(0, 0, {
      a: radius,
      b: radius * random.between(0.85, 1),
      angle: turn(random),
      fill: hollow ? 0.08 : random.between(0.35, 0.7),
      wall: random.between(0.6, 0.95),
    }),
  ];
  for (let grains = random.whole(0, Math.floor(radius / 2)); grains > 0; grains -= 1) {
    const [away, angle] = [random.between(0, radius * 0.7), random.between(0, 2 * Math.PI)];
    const grain = random.between(0.8, 1 + radius * 0.12);
    parts.push(ellipse(away * Math.cos(angle), away * Math.sin(angle), { a: grain, b: grain, fill: 0.85 }));
  }
  return {
    kind: 'round cell',
    parts,
    pigment: random.weighted([
      [2, PIGMENTS.green],
      [1, PIGMENTS.blue],
      [1, PIGMENTS.brown],
    ]),
  };
}

function spindle(random: Random): Body {
  const length = size(random, 7, 50);
  const angle = turn(random);
  const breadth = Math.max(1.6, length * random.between(0.15, 0.6));
  const parts = [ellipse(0, 0, { a: length, b: breadth, angle, fill: random.between(0.3, 0.6), wall: 0.8 })];
  // Plastids to both sides of the middle.
  for (const side of [-0.45, 0.45]) {
    const [x, y] = [Math.cos(angle) * length * side, Math.sin(angle) * length * side];
    parts.push(ellipse(x, y, { a: length * 0.25, b: breadth * 0.55, angle, fill: 0.85 }));
  }
  return { kind: 'spindle', parts, pigment: PIGMENTS.brown };
}

/** Points along a path that bends a little at each step. */
function path(random: Random, steps: number, stride: number, bend: number): [number, number][] {
  let [x, y, heading] = [0, 0, random.between(0, 2 * Math.PI)];
  let curl = bend * random.normal();
  return Array.from({ length: steps }, () => {
    const point: [number, number] = [x, y];
    curl += bend * 0.5 * random.normal();
    heading += curl;
    x += stride * Math.cos(heading);
    y += stride * Math.sin(heading);
    return point;
  });
}

const strokesAlong = (points: [number, number][], style: { from: number; density: number }): Part[] =>
  points.slice(1).map((point, i) => stroke(points[i]!, point, style));

function chain(random: Random): Body {
  const cell = size(random, 3, 8);
  const points = path(random, random.whole(3, 9), cell * 1.8, 0.12);
  const parts = points.map(([x, y], i) => {
    const [toX, toY] = points[i + 1] ?? points[i - 1]!;
    const angle = Math.atan2(toY - y, toX - x);
    return ellipse(x, y, { a: cell, b: cell * 0.8, angle, fill: random.between(0.4, 0.6), wall: 0.85 });
  });
  return {
    kind: 'chain',
    parts,
    pigment: random.weighted([
      [1, PIGMENTS.green],
      [1, PIGMENTS.brown],
    ]),
  };
}

function filament(random: Random): Body {
  const points = path(random, random.whole(5, 16), size(random, 3.2, 7), random.between(0.03, 0.35));
  const style = { from: random.between(0.7, 1.6), density: random.between(0.45, 0.9) };
  return {
    kind: 'filament',
    parts: strokesAlong(points, style),
    pigment: random.weighted([
      [1, PIGMENTS.blue],
      [2, PIGMENTS.green],
    ]),
  };
}

function spinyCell(random: Random): Body {
  const radius = size(random, 4.5, 22);
  const spines = random.whole(4, 12);
  const first = random.between(0, Math.PI);
  const parts = [
    ellipse(0, 0, { a: radius, b: radius * random.between(0.7, 1), angle: first, fill: 0.6, wall: 0.9 }),
  ];
  for (let i = 0; i < spines; i += 1) {
    const angle = first + ((i + random.between(-0.2, 0.2)) * 2 * Math.PI) / spines;
    const reach = radius * random.between(1.5, 2.4);
    const tip = [reach * Math.cos(angle), reach * Math.sin(angle)] as const;
    parts.push(stroke([0, 0], tip, { from: 1.5, to: 0.5, density: 0.75 }));
  }
  return { kind: 'spiny cell', parts, pigment: PIGMENTS.brown };
}

/** An animal: body, tail with a fork, and two long antennae. */
function copepod(random: Random): Body {
  const length = size(random, 10, 36);
  const angle = random.between(0, 2 * Math.PI);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const at = (along: number, across: number): [number, number] => [
    length * (along * cos - across * sin),
    length * (along * sin + across * cos),
  ];
  const breadth = random.between(0.35, 0.48);
  const fill = random.between(0.4, 0.6);
  const limb = { from: Math.max(0.8, length * 0.05), to: 0.5, density: 0.6 };
  const parts = [
    ellipse(0, 0, { a: length, b: length * breadth, angle, fill, wall: 0.8 }),
    ellipse(...at(0.2, 0), { a: length * 0.45, b: length * breadth * 0.5, angle, fill: 0.8 }),
    stroke(at(-0.9, 0), at(-1.8, 0), { ...limb, from: limb.from * 2.2, to: limb.from, density: 0.75 }),
    ...[-1, 1].flatMap((side) => [
      stroke(at(-1.75, 0), at(-2.2, side * 0.25), limb),
      stroke(at(0.8, side * 0.2), at(0.55, side * 1), limb),
      stroke(at(0.55, side * 1), at(-0.3, side * 1.35), limb),
    ]),
  ];
  return {
    kind: 'copepod',
    parts,
    pigment: random.weighted([
      [2, PIGMENTS.grey],
      [1, PIGMENTS.red],
    ]),
  };
}

/** Scraps that stuck to each other. */
function detritus(random: Random): Body {
  const scrap = size(random, 2.6, 9);
  const places: [number, number][] = [[0, 0]];
  const parts: Part[] = [];
  for (let left = random.whole(3, 16); left > 0; left -= 1) {
    const [x, y] = places[random.whole(0, places.length - 1)]!;
    const [a, b] = [scrap * random.between(0.4, 1.2), scrap * random.between(0.3, 0.8)];
    parts.push(ellipse(x, y, { a, b, angle: turn(random), fill: random.between(0.25, 0.9) }));
    places.push([x + scrap * random.normal(), y + scrap * random.normal()]);
  }
  const pigment = random.weighted([
    [2, PIGMENTS.grey],
    [1, PIGMENTS.brown],
  ]);
  return { kind: 'detritus', parts, pigment };
}

/** Cells that keep together without touching. */
function colony(random: Random): Body {
  const cell = size(random, 3, 7);
  const parts = Array.from({ length: random.whole(2, 5) }, (_, i) => {
    const [away, angle] = [i === 0 ? 0 : cell * random.between(2.5, 4), random.between(0, 2 * Math.PI)];
    return ellipse(away * Math.cos(angle), away * Math.sin(angle), {
      a: cell,
      b: cell * 0.9,
      fill: 0.55,
      wall: 0.85,
    });
  });
  return { kind: 'colony', parts, pigment: PIGMENTS.green };
}

/** Next to nothing: a flicker of the light that just passed the threshold. */
function blank(random: Random): Body {
  const parts = Array.from({ length: random.whole(1, 2) }, () =>
    ellipse(random.between(-6, 6), random.between(-6, 6), {
      a: random.between(1.8, 4),
      b: random.between(1.5, 2.5),
      angle: turn(random),
      fill: 0.26,
    }),
  );
  return { kind: 'blank', parts, pigment: PIGMENTS.grey };
}

const KINDS = [
  [22, roundCell],
  [14, spindle],
  [10, chain],
  [14, filament],
  [6, spinyCell],
  [3, copepod],
  [16, detritus],
  [7, colony],
  [8, blank],
] as const satisfies readonly (readonly [number, (random: Random) => Body])[];

/** A body of a random kind, as often as it is met in a lake. */
export const randomBody = (random: Random): Body => random.weighted<(random: Random) => Body>(KINDS)(random);
