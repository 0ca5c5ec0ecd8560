package io.ashlar.replication.metadata;

/// A volume in the state, and when it was last changed.
///
/// @param volume as last committed
/// @param version the [ClusterState#version] that made it so: names it in a compare-and-set
public record VolumeEntry(VolumeMetadata volume, long version) {}
