package io.ashlar.replication.metadata;

import java.util.UUID;

/// A disk of a pool.
///
/// @param id its identity, written on it
/// @param incarnation drawn whenever it is formatted: a wiped disk that comes back is another one
/// @param pool the pool it belongs to
/// @param node the node it is attached to
/// @param path where that node finds it
/// @param sizeBytes its capacity
public record DeviceMetadata(
    UUID id, UUID incarnation, UUID pool, UUID node, String path, long sizeBytes) {}
