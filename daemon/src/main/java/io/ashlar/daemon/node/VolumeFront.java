package io.ashlar.daemon.node;

import io.ashlar.core.qos.ThrottledVolume;
import io.ashlar.daemon.metrics.VolumeCounters;

/// What stands before a volume of the store: hosts → guard → meter → limits → store. The meter
/// stands before the limits, so that it shows what hosts see.
///
/// @param guarded what the targets get
/// @param throttled where limits are set
/// @param counters what a scrape reads
record VolumeFront(FailStopVolume guarded, ThrottledVolume throttled, VolumeCounters counters) {}
