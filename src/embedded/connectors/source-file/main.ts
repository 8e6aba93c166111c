import { runSource } from '../../protocol/connector';
import { fileSource } from './source';

void runSource(fileSource);
