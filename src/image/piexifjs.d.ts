/** What is used of piexifjs, which brings no types. Files are strings of one character a byte. */
declare module 'piexifjs' {
  const piexif: {
    /** The JPEG with `exif` (from `Exif\0\0` on) as its APP1 segment, in place of one that is there. */
    insert(exif: string, jpeg: string): string;
  };
  export default piexif;
}
