/**
 * How old a world is before anything is measured, in nanoseconds: an hour. In its first 2.1 seconds V8 keeps times as small
 * integers, in the objects and on the stack themselves; later every time that is stored in a plain field, or passed where
 * nothing was inlined, is a number on the heap. A young world shows neither that cost nor those bytes.
 */
export const WORLD_AGE_NS: number = 3600 * 1e9;
