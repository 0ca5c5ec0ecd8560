package io.ashlar.daemon.node;

import io.ashlar.core.qos.ThrottledVolume;
import io.ashlar.daemon.metrics.MeteredVolume;
import io.ashlar.daemon.metrics.VolumeCounters;

/// What stands before a volume of the store: hosts → meter → limits → store. The meter is
/// outermost, so that it shows what hosts see.
///
/// @param metered what the targets get
/// @param throttled where limits are set
/// @param counters what a scrape reads
record VolumeFront(MeteredVolume metered, ThrottledVolume throttled, VolumeCounters counters) {}
