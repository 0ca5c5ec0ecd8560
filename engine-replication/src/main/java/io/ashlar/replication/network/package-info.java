/// The storage network: [io.ashlar.replication.transport.Transport] over TCP, one connection per
/// peer and class, so that classes never wait for each other. One of the real ends of the project:
/// it has sockets. All of a node's network runs on one event loop, the shard's own.
@NullMarked
package io.ashlar.replication.network;

import org.jspecify.annotations.NullMarked;
