/**
 * The values of a list, in its own names and units, for the pixels that were written. They agree to the printed digit
 * with lists of VisualSpreadsheet (4.10.8 and 4.19.3) and the masks beside them, but for three whose formula is not
 * known (`edge_gradient`, `circle_fit`, `symmetry`): those are constants of a plausible size. Fluorescence, spheres and
 * `intensity_calimage` are 0, as in runs without laser and sphere recognition.
 */
import { FRINGE } from './instrument.js';
import type { LightMeasures } from './light.js';
import type { Ferets, ShapeMeasures } from './shape-measures.js';

/** All that a list says of one particle. */
export interface ListedParticle {
  /** From 1. */
  id: number;
  /** Its image on the collage, and the same rectangle's place in the camera's frame. */
  image: { x: number; y: number; width: number; height: number; frameX: number; frameY: number };
  collageFile: string;
  guid: string;
  /** Number of the frame, from 1. */
  frame: number;
  /** Milliseconds from the start of imaging. */
  elapsed: number;
  /** `2023-05-22T10:15:00.057`. */
  timestamp: string;
  /** Micrometres a pixel. */
  calibration: number;
  shape: ShapeMeasures;
  ferets: Ferets;
  light: LightMeasures;
}

/** A length in pixels less the fringe that light bending round the particle adds, but at least half of it. */
const withoutFringe = (pixels: number): number => Math.max(pixels - FRINGE, pixels / 2);

/** In micrometres, without fringe. */
const length = ({ calibration }: ListedParticle, pixels: number): number =>
  calibration * withoutFringe(pixels);

/** Diameter, without fringe, of the circle with this area in pixels. */
const diameter = (particle: ListedParticle, area: number): number =>
  length(particle, 2 * Math.sqrt(area / Math.PI));

const circle = (diameter: number): number => (Math.PI / 4) * diameter ** 2;
const perimeter = ({ calibration, shape }: ListedParticle): number => calibration * shape.rawPerimeter;
const convexPerimeter = (particle: ListedParticle): number =>
  length(particle, particle.shape.rawConvexPerimeter);
const none = () => 0;

/** How each field of any list comes about. */
export const FIELD_VALUES: Record<string, (particle: ListedParticle) => number | string> = {
  id: ({ id }) => id,
  image_x: ({ image }) => image.x,
  image_y: ({ image }) => image.y,
  image_w: ({ image }) => image.width,
  image_h: ({ image }) => image.height,
  src_x: ({ image }) => image.frameX,
  src_y: ({ image }) => image.frameY,
  src_image: ({ frame }) => frame,
  cal_image: () => 1,
  ppc: ({ shape }) => shape.ppc,
  camera: none,
  cal_const: ({ calibration }) => calibration,
  fringe_size: () => FRINGE,
  sphere_count: none,
  raw_sphere_volume: none,
  raw_sphere_complement: none,
  raw_sphere_unknown: none,
  raw_area: ({ shape }) => shape.rawArea,
  raw_feret_max: ({ ferets }) => ferets.max,
  raw_feret_min: ({ ferets }) => ferets.min,
  raw_feret_mean: ({ ferets }) => ferets.mean,
  raw_perimeter: ({ shape }) => shape.rawPerimeter,
  raw_convex_perimeter: ({ shape }) => shape.rawConvexPerimeter,
  raw_legendre_major: ({ shape }) => shape.rawLegendreMajor,
  raw_legendre_minor: ({ shape }) => shape.rawLegendreMinor,
  abd_area: (particle) => circle(diameter(particle, particle.shape.rawArea)),
  abd_diameter: (particle) => diameter(particle, particle.shape.rawArea),
  length: (particle) => length(particle, particle.ferets.max),
  width: (particle) => length(particle, particle.ferets.min),
  esd_diameter: (particle) => length(particle, particle.ferets.mean),
  fd_diameter: (particle) => diameter(particle, particle.shape.rawFilledArea),
  aspect_ratio: ({ shape }) => shape.rawLegendreMinor / shape.rawLegendreMajor,
  perimeter,
  convex_perimeter: convexPerimeter,
  intensity: ({ light }) => light.grey.mean,
  sigma_intensity: ({ light }) => light.grey.deviation,
  sum_intensity: ({ light }) => light.grey.sum,
  compactness: ({ shape }) => shape.compactness,
  elongation: ({ shape }) => shape.elongation,
  roughness: (particle) => perimeter(particle) / convexPerimeter(particle),
  edge_gradient: () => 60,
  elapsed_time: ({ elapsed }) => elapsed / 1000,
  circle_fit: () => 0.5,
  symmetry: () => 0.5,
  circularity_hu: ({ shape }) => shape.circularityHu,
  intensity_calimage: none,
  raw_convex_hull_area: ({ shape }) => shape.rawConvexHullArea,
  raw_filled_area: ({ shape }) => shape.rawFilledArea,
  filled_area: (particle) => circle(diameter(particle, particle.shape.rawFilledArea)),
  feret_max_angle: ({ ferets }) => ferets.maxAngle,
  feret_min_angle: ({ ferets }) => ferets.minAngle,
  avg_red: ({ light }) => light.red,
  avg_green: ({ light }) => light.green,
  avg_blue: ({ light }) => light.blue,
  ch1_peak: none,
  ch1_width: none,
  ch1_area: none,
  ch2_peak: none,
  ch2_width: none,
  ch2_area: none,
  ch3_peak: none,
  ch3_width: none,
  ch3_area: none,
  timestamp: ({ timestamp }) => timestamp,
  collage_file: ({ collageFile }) => collageFile,
  image_id: ({ guid }) => guid,
};
