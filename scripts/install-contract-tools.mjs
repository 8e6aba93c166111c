// Before npm run contract: installs the linters and generators where they are missing.
import { ensureTools } from './contract-tools.mjs';

ensureTools();
