import { compileBundle, runBundle } from './bundle';

runBundle(compileBundle());
