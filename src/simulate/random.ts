/**
 * A small generator of random numbers with a seed (xoshiro128**, Blackman and Vigna 2018), because the same seed
 * must give the same bytes on every machine and with every version of Node.
 */
export class Random {
  readonly #state = new Uint32Array(4);

  /** @param seed a whole number from 0 to 2³²−1 */
  constructor(seed: number) {
    // SplitMix32 spreads neighbouring seeds over the whole state.
    let mixed = seed >>> 0;
    for (let i = 0; i < 4; i += 1) {
      mixed = (mixed + 0x9e3779b9) >>> 0;
      let word = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
      word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
      this.#state[i] = word ^ (word >>> 15);
    }
  }

  /** 32 random bits, as a number from 0 to 2³²−1. */
  bits(): number {
    const state = this.#state;
    const second = state[1]!;
    const scrambled = Math.imul(second, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    state[2]! ^= state[0]!;
    state[3]! ^= second;
    state[1]! ^= state[2]!;
    state[0]! ^= state[3]!;
    state[2]! ^= second << 9;
    state[3] = (state[3]! << 11) | (state[3]! >>> 21);
    return result;
  }

  /** A number from 0 up to, but not including, 1. */
  unit(): number {
    return this.bits() / 2 ** 32;
  }

  /** A number from `least` up to `most`. */
  between(least: number, most: number): number {
    return least + (most - least) * this.unit();
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.unit() * (most - least + 1));
  }

  /** True in `share` of all cases. */
  chance(share: number): boolean {
    return this.unit() < share;
  }

  /** A normally distributed number with mean 0 and standard deviation 1 (Box and Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.unit())) * Math.cos(2 * Math.PI * this.unit());
  }

  /** How many rare events happen where `mean` are expected (Poisson; Knuth's method, for small means). */
  count(mean: number): number {
    const limit = Math.exp(-mean);
    let events = -1;
    for (let product = 1; product > limit; events += 1) product *= this.unit();
    return events;
  }

  /** One of `choices`, each as likely as its weight says. */
  weighted<T>(choices: readonly (readonly [weight: number, choice: T])[]): T {
    let left = this.unit() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, choice] of choices) {
      left -= weight;
      if (left < 0) return choice;
    }
    return choices.at(-1)![1];
  }

  /** A random GUID (version 4) as VisualSpreadsheet writes it: upper-case hex, no braces. */
  guid(): string {
    const words = [this.bits(), this.bits(), this.bits(), this.bits()];
    words[1] = (words[1]! & 0xffff0fff) | 0x4000;
    words[2] = (words[2]! & 0x3fffffff) | 0x80000000;
    const hex = words.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-').toUpperCase();
  }
}
