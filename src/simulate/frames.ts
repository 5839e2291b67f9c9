import { BORDER, type Camera } from './instrument.js';
import type { Window } from './light.js';
import type { Random } from './random.js';
import { type Specimen, Specimens } from './specimens.js';

/** A particle as the camera saw it. */
export interface Sighting {
  specimen: Specimen;
  /** Number of the frame in the run, from 1. */
  frame: number;
  /** Milliseconds from the start of imaging to the frame. */
  elapsed: number;
  /** Where the specimen's own top left corner lies in the frame; outside where the border does not fit. */
  left: number;
  top: number;
  /** What of the specimen lies in the frame. */
  window: Window;
}

/** A blank is not kept in re-saved lists. */
const kept = (specimen: Specimen, blanks: boolean): boolean => blanks || specimen.kind !== 'blank';

/** Takes frames of what swims by. */
export class Frames {
  readonly #camera: Camera;
  readonly #random: Random;
  readonly #specimens: Specimens;
  readonly #blanks: boolean;
  /** Frames taken, and those with particles in them. */
  taken = 0;
  used = 0;
  /** Particles seen, blanks that are not kept among them. */
  seen = 0;

  /** @param blanks whether blanks are kept */
  constructor(camera: Camera, random: Random, { blanks }: { blanks: boolean }) {
    this.#camera = camera;
    this.#random = random;
    this.#specimens = new Specimens(random, BORDER);
    this.#blanks = blanks;
  }

  /** Milliseconds from the start of imaging to the last frame. */
  get elapsed(): number {
    return Math.round((this.taken * 1000) / this.#camera.frameRate);
  }

  /** The next `count` particles, frame by frame. */
  *sightings(count: number): Generator<Sighting> {
    for (let shown = 0; shown < count; ) {
      this.taken += 1;
      const particles = this.#random.count(this.#camera.particlesPerFrame);
      if (particles > 0) this.used += 1;
      for (let i = 0; i < particles && shown < count; i += 1) {
        this.seen += 1;
        const specimen = this.#specimens.next();
        if (!kept(specimen, this.#blanks)) continue;
        shown += 1;
        yield this.#sighting(specimen);
      }
    }
  }

  #sighting(specimen: Specimen): Sighting {
    const { accepted, width, height } = this.#camera;
    // The particle lies where particles are accepted; the border round it may reach beyond the frame.
    const left = this.#random.whole(accepted.left - BORDER, accepted.right + 1 + BORDER - specimen.width);
    const top = this.#random.whole(accepted.top - BORDER, accepted.bottom + 1 + BORDER - specimen.height);
    const [hiddenLeft, hiddenTop] = [Math.max(0, -left), Math.max(0, -top)];
    const window = {
      left: hiddenLeft,
      top: hiddenTop,
      width: Math.min(specimen.width, width - left) - hiddenLeft,
      height: Math.min(specimen.height, height - top) - hiddenTop,
    };
    return { specimen, frame: this.taken, elapsed: this.elapsed, left, top, window };
  }
}
