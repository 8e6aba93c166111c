import { runSource } from '../../protocol/connector';
import { postgresSource } from './source';

void runSource(postgresSource);
