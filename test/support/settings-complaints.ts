import { SettingsError } from '../../src/config/environment';
import { parseSettings } from '../../src/config/settings';

/** The complaints about these environment variables; none if they are valid. */
export function complaintsOf(variables: Record<string, string>): readonly string[] {
  try {
    parseSettings(variables);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.complaints;
    throw error;
  }
}
