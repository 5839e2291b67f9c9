declare module 'utif' {
  interface Page {
    width: number;
    height: number;
    /** Samples as the file has them, once decoded. */
    data: Uint8Array;
    [tag: `t${number}`]: number[];
  }
  const UTIF: {
    decode(bytes: Uint8Array): Page[];
    decodeImage(bytes: Uint8Array, page: Page): void;
  };
  export default UTIF;
}
