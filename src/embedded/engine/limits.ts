const MIB = 1024 * 1024;

/** A record, or any other message of an attempt. */
export const MAX_MESSAGE_BYTES = 64 * MIB;
/** A state, which is parsed and stored as a whole. */
export const MAX_STATE_BYTES = 16 * MIB;
/** The answer of a short command: a specification, a catalog, a check. */
export const MAX_ANSWER_BYTES = 64 * MIB;
/** A new configuration from a connector. */
export const MAX_CONFIGURATION_BYTES = MIB;
/** A line of a connector's log. Longer lines are cut. */
export const MAX_LOG_LINE_BYTES = 64 * 1024;
/** A failure message in the log and the store. */
export const MAX_FAILURE_CHARACTERS = 4000;
/** Logged warnings of one command or attempt. A connector may log one for each record. */
export const MAX_WARNINGS = 100;
/** Logged errors of one attempt. */
export const MAX_ERRORS = 1000;
/** Events in the log of an attempt. */
export const MAX_LOG_EVENTS = 1000;
/** Characters in the log of an attempt. */
export const MAX_LOG_CHARACTERS = 256 * 1024;
