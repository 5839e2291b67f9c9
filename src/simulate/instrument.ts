/** The FlowCams that are simulated: two cameras, and three versions of VisualSpreadsheet. */

export type CameraKind = 'mono' | 'colour';

export interface Camera {
  name: string;
  /** Size of a frame in pixels. */
  width: number;
  height: number;
  /** Where particles are accepted, pixels of the frame, both ends included. */
  accepted: { left: number; right: number; top: number; bottom: number };
  /** Of the objective. */
  magnification: number;
  /** Micrometres a pixel. */
  calibration: number;
  /** Frames a second. */
  frameRate: number;
  /** Mean number of particles in a frame. */
  particlesPerFrame: number;
  /** Brightness of clear water in red, green, blue, 0 to 255. */
  water: readonly [red: number, green: number, blue: number];
  /** How much clear water flickers from pixel to pixel: standard deviation of the brightness. */
  noise: number;
  flowCell: { type: string; depth: number; width: number };
  /** Correction factor of the imaged volume. */
  volumeFactor: number;
}

export const CAMERAS: Record<CameraKind, Camera> = {
  mono: {
    name: 'SenTech',
    width: 1200,
    height: 1920,
    accepted: { left: 50, right: 1150, top: 1, bottom: 1919 },
    magnification: 12,
    calibration: 9.25,
    frameRate: 8.9,
    particlesPerFrame: 13,
    water: [247, 247, 247],
    noise: 1.5,
    flowCell: { type: 'FC2000X2MM', depth: 2000, width: 10000 },
    volumeFactor: 1,
  },
  colour: {
    name: 'SONY_XCD_SC90CR',
    width: 1292,
    height: 964,
    accepted: { left: 1, right: 1278, top: 1, bottom: 958 },
    magnification: 10,
    calibration: 0.5544,
    frameRate: 17,
    particlesPerFrame: 1.7,
    water: [166, 164, 226],
    noise: 3,
    flowCell: { type: 'FC100', depth: 100, width: 2000 },
    volumeFactor: 0.8677,
  },
};

/** Pixels between a particle and the edge of its image (`ImagePixelBorder`). */
export const BORDER = 5;

/** Pixels by which lengths are shortened, because light bends round a particle (`FringeSize`). */
export const FRINGE = 4.5;

export const FIELD_COUNTS = ['53', '57', '65'] as const;
export type FieldCount = (typeof FIELD_COUNTS)[number];

export interface Software {
  version: string;
  /** The line about firmware in `.ctx`; its key differs from version to version. */
  firmware: string;
  /** The newest says nothing about it. */
  serialNumber: string | undefined;
  /** Whether `.ctx` has a section about rolling calibration. */
  rollingCalibration: boolean;
}

/** The version that writes lists of so many fields. */
export const SOFTWARE: Record<FieldCount, Software> = {
  53: {
    version: '4.10.8',
    firmware: 'GumStixFirmwareVersion=23',
    serialNumber: 'NA',
    rollingCalibration: true,
  },
  57: { version: '3.4.5', firmware: 'DSPFirmwareVersion=55', serialNumber: '101', rollingCalibration: false },
  65: {
    version: '4.19.3',
    firmware: 'DspFirmwareVersion=55',
    serialNumber: undefined,
    rollingCalibration: true,
  },
};
