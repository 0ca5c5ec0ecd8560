package io.ashlar.daemon.volume;

import io.ashlar.control.QosLimits;
import io.ashlar.control.VolumeSpec;
import io.ashlar.core.volume.VolumeId;
import java.util.List;

/// What is known of a volume beyond its blocks.
///
/// @param id its identity for ever
/// @param spec as asked for, and changed since
/// @param phase how far its creation or deletion got
public record VolumeRecord(VolumeId id, VolumeSpec spec, Phase phase) {
  /// How far a volume's creation or deletion got.
  public enum Phase {
    /// Recorded; the engine may not have it yet.
    CREATING,
    /// Served.
    READY,
    /// Withdrawn from hosts; the engine may still have it.
    DELETING
  }

  VolumeRecord phase(Phase next) {
    return new VolumeRecord(id, spec, next);
  }

  VolumeRecord sized(long sizeBytes) {
    return with(sizeBytes, spec.qos(), spec.hosts());
  }

  VolumeRecord limited(QosLimits qos) {
    return with(spec.sizeBytes(), qos, spec.hosts());
  }

  VolumeRecord admitting(List<String> hosts) {
    return with(spec.sizeBytes(), spec.qos(), hosts);
  }

  private VolumeRecord with(long sizeBytes, QosLimits qos, List<String> hosts) {
    VolumeSpec changed =
        new VolumeSpec(
            spec.name(),
            sizeBytes,
            spec.logicalBlockBytes(),
            spec.encrypted(),
            spec.compressed(),
            qos,
            hosts);
    return new VolumeRecord(id, changed, phase);
  }
}
