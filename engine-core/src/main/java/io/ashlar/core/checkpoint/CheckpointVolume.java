package io.ashlar.core.checkpoint;

import io.ashlar.core.format.VolumeEntry;

/// A volume as a checkpoint holds it.
///
/// @param reservations the volume's reservation table as encoded by it; empty for none
@SuppressWarnings("ArrayRecordComponent") // opaque bytes; never compared
public record CheckpointVolume(VolumeEntry entry, byte[] reservations) {}
