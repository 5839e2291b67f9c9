import type { FieldCount } from './instrument.js';

/** A field of a list: its name and its type, as the list's header gives them. */
export interface Field {
  name: string;
  type: 'int32' | 'double' | 'timestamp' | 'string' | 'guid';
}

const INTEGERS = new Set(
  'id image_x image_y image_w image_h src_x src_y src_image cal_image ppc camera sphere_count'.split(' '),
);
const TEXTS: Record<string, Field['type']> = {
  timestamp: 'timestamp',
  collage_file: 'string',
  image_id: 'guid',
};

const fields = (names: string): Field[] =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => ({ name, type: INTEGERS.has(name) ? 'int32' : (TEXTS[name] ?? 'double') }));

const PLACE = `id image_x image_y image_w image_h src_x src_y src_image cal_image ppc camera cal_const fringe_size`;

const COLOUR = `avg_red avg_green avg_blue
  ch1_peak ch1_width ch1_area ch2_peak ch2_width ch2_area ch3_peak ch3_width ch3_area`;

const version4 = (colour: string) => `${PLACE}
  sphere_count raw_sphere_volume raw_sphere_complement raw_sphere_unknown
  raw_area raw_feret_max raw_feret_min raw_feret_mean raw_perimeter raw_convex_perimeter
  raw_legendre_major raw_legendre_minor abd_area abd_diameter length width esd_diameter fd_diameter
  perimeter convex_perimeter intensity sigma_intensity sum_intensity compactness elongation roughness
  edge_gradient elapsed_time circle_fit symmetry circularity_hu intensity_calimage
  raw_convex_hull_area raw_filled_area filled_area feret_max_angle feret_min_angle
  ${colour} timestamp collage_file image_id`;

/** The fields of the lists in use, in their order: 53 (mono camera), 57 (VisualSpreadsheet 3), 65 (4, colour). */
export const LIST_FIELDS: Record<FieldCount, readonly Field[]> = {
  53: fields(version4('')),
  57: fields(`${PLACE}
    raw_area raw_feret_max raw_feret_min raw_feret_mean raw_perimeter raw_convex_perimeter
    abd_area abd_diameter length width esd_diameter aspect_ratio perimeter convex_perimeter
    intensity sigma_intensity sum_intensity compactness elongation roughness edge_gradient
    circle_fit symmetry circularity_hu intensity_calimage raw_convex_hull_area raw_filled_area filled_area
    feret_max_angle feret_min_angle ${COLOUR} timestamp collage_file`),
  65: fields(version4(COLOUR)),
};

/** The lines of a list ahead of the particles. */
export const listHeader = (count: FieldCount): string =>
  [`017`, `num-fields|${count}`, ...LIST_FIELDS[count].map(({ name, type }) => `${name}|${type}`), ''].join(
    '\n',
  );
