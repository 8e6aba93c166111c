import { runSource } from '../../protocol/connector';
import { fakerSource } from './source';

void runSource(fakerSource);
