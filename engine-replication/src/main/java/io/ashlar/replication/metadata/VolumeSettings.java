package io.ashlar.replication.metadata;

import io.ashlar.core.qos.QosLimits;
import io.ashlar.core.transform.Compression;
import java.util.List;

/// What may be changed about a volume at any time.
///
/// @param compression of new blocks
/// @param qos what it may take at most
/// @param hosts who may use it, sorted by whoever made the list; what an empty list means is the
///   targets' policy
public record VolumeSettings(Compression compression, QosLimits qos, List<HostAccess> hosts) {
  public VolumeSettings {
    hosts = List.copyOf(hosts);
  }
}
