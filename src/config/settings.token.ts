/** Injection token of the parsed, frozen settings. */
export const SETTINGS = Symbol('SETTINGS');
