const MIB = 1024 * 1024;

/** A record, or any other message of an attempt. */
export const MAX_MESSAGE_BYTES = 64 * MIB;
/** A state: it is parsed, kept on disk and handed back as one piece. */
export const MAX_STATE_BYTES = 16 * MIB;
/** The answer of a short command: a specification, a catalog, a check. */
export const MAX_ANSWER_BYTES = 64 * MIB;
/** A configuration that a connector sends back. */
export const MAX_CONFIGURATION_BYTES = MIB;
/** A line of a connector's log; the rest of a longer one is dropped. */
export const MAX_LOG_LINE_BYTES = 64 * 1024;
/** Why an attempt failed, as it is logged and kept. */
export const MAX_FAILURE_CHARACTERS = 4000;
/** Warnings of one command or attempt that go to the log: a connector may warn of every record. */
export const MAX_WARNINGS = 100;
/** So many errors of the connectors of one attempt are logged. */
export const MAX_ERRORS = 1000;
