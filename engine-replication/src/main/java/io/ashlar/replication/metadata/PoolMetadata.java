package io.ashlar.replication.metadata;

import java.util.UUID;

/// A pool: the devices among which volumes are placed.
///
/// @param id its identity for ever
/// @param name unique in the cluster
public record PoolMetadata(UUID id, String name) {}
