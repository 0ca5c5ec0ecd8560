package io.ashlar.core.checkpoint;

import io.ashlar.core.format.VolumeEntry;

/// A volume as a checkpoint holds it.
///
/// @param reservations the volume's reservation table as encoded by it; empty for none
/// @param history how far this replica has the volume's history, as encoded by it; empty in
///   checkpoints of format v2
@SuppressWarnings("ArrayRecordComponent") // opaque bytes; never compared
public record CheckpointVolume(VolumeEntry entry, byte[] reservations, byte[] history) {}
