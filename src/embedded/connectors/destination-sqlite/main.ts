import { runDestination } from '../../protocol/connector';
import { sqliteDestination } from './destination';

void runDestination(sqliteDestination);
