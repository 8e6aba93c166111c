/** Injection token of the clock, so that no rule about time reads it by itself. */
export const CLOCK = Symbol('CLOCK');
export type Clock = () => Date;
