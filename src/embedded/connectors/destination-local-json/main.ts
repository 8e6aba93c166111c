import { runDestination } from '../../protocol/connector';
import { localJsonDestination } from './destination';

void runDestination(localJsonDestination);
