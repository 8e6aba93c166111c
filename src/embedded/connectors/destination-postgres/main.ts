import { runDestination } from '../../protocol/connector';
import { postgresDestination } from './destination';

void runDestination(postgresDestination);
