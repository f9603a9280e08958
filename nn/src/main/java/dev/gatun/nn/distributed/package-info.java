/**
 * Several processes that train one model: groups of processes and their collective operations
 * ({@link dev.gatun.nn.distributed.ProcessGroup}), data parallelism, sharded optimizer state.
 */
package dev.gatun.nn.distributed;
